/* blend: blend_loops.h for float and double. */
#include "kernels/blend.h"

#define OG_SIMD _Pragma("omp simd")

#define T float
#define FN(name) name##_f32
#include "kernels/blend_loops.h"
#define T double
#define FN(name) name##_f64
#include "kernels/blend_loops.h"

void og_blend_run(og_elem elem, const og_blend *b, const og_blend_part *part, const void *x,
                  void *y)
{
    if (elem == OG_FLOAT)
        blend_f32(b, part, x, y);
    else
        blend_f64(b, part, x, y);
}
