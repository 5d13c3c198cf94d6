/* Products of float and double by tiles. */
#include "kernels/gemm.h"
#include "kernels/simd.h"
#include "kernels/tile.h"

#define T float
#define FN(name) name##_f32
#define TURN_VECTORS
#include "kernels/turn.h"
#undef TURN_VECTORS
#include "kernels/gemm_panels.h"

#define T double
#define FN(name) name##_f64
#include "kernels/turn.h"
#include "kernels/gemm_panels.h"

void og_gemm_tiled(const og_gemm_args *g)
{
    if (g->elem == OG_FLOAT)
        tiled_f32(g);
    else
        tiled_f64(g);
}
