/* All loops of one type, and their table FN(table); see loops_all.h for what the includer defines.
 */
#include "kernels/loops_all.h"
#if REAL
#include "kernels/loops_real.h"
#else
#include "kernels/loops_whole.h"
#endif

static og_loop *const FN(table)[OG_K_COUNT] = {
#define OG_LOOP_ALL(id, name) [OG_K_##id] = FN(name##_loop),
#if REAL
#define OG_LOOP_REAL(id, name) [OG_K_##id] = FN(name##_loop),
#define OG_LOOP_WHOLE(id, name)
#else
#define OG_LOOP_REAL(id, name)
#define OG_LOOP_WHOLE(id, name) [OG_K_##id] = FN(name##_loop),
#endif
#include "kernels/loops.def"
};

#undef T
#undef SIGNED
#undef W
#undef REAL
#undef FN
#undef OG_LOOP_ARGS
#undef OG_MAP
#undef OG_FORM
#undef OG_PAIR
#undef OG_COMPARE
