/* Which variant of the kernels this machine runs. */
#include "kernels/kernels.h"
#include "kernels/norm.h"
#include "kernels/pool.h"
#include "kernels/rnn.h"
#include "kernels/soft.h"
#include "kernels/tile.h"

#include <stdatomic.h>
#include <stdlib.h>

#define OG_VARIANT(name)                                                                           \
    extern const og_loops og_loops_##name;                                                         \
    extern const og_folds og_folds_##name;                                                         \
    extern const og_loop_pair *const og_pairs_##name[2];                                           \
    extern const og_soft_loops *const og_soft_##name[2];                                           \
    extern const og_tiles *const og_tiles_##name[2];                                               \
    extern const og_pool_loops og_pool_##name[4];                                                  \
    extern const og_norm_loops *const og_norm_##name[2];                                           \
    extern const og_rnn_loops *const og_rnn_##name[2];
OG_VARIANT(baseline)
#ifdef OG_HAVE_WIDE_KERNELS
OG_VARIANT(avx2)
OG_VARIANT(avx512)
#endif
#undef OG_VARIANT

#define OG_VARIANT(name)                                                                           \
    {                                                                                              \
        .isa = #name, .loops = &og_loops_##name, .pairs = og_pairs_##name,                         \
        .folds = &og_folds_##name, .soft = og_soft_##name, .tiles = og_tiles_##name,               \
        .pool = og_pool_##name, .norm = og_norm_##name, .rnn = og_rnn_##name                       \
    }
static const og_kernels variants[] = {
    OG_VARIANT(baseline),
#ifdef OG_HAVE_WIDE_KERNELS
    OG_VARIANT(avx2),
    OG_VARIANT(avx512),
#endif
};
#undef OG_VARIANT

int og_kernels_count(void)
{
    int n = 1;

#ifdef OG_HAVE_WIDE_KERNELS
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        n = 2;
    if (n == 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
        n = 3;
#endif
    return n;
}

const og_kernels *og_kernels_at(int i)
{
    return &variants[i];
}

const og_kernels *og_kernels_get(void)
{
    static _Atomic(const og_kernels *) chosen; /* threads that race here store the same pointer */
    const og_kernels *kernels = atomic_load_explicit(&chosen, memory_order_relaxed);
    const char *wanted;

    if (kernels)
        return kernels;
    wanted = getenv("ONNXGRAD_ISA");
    kernels = &variants[og_kernels_count() - 1];
    for (int i = 0; wanted && i < og_kernels_count(); i++)
        if (!strcmp(wanted, variants[i].isa))
            kernels = &variants[i];
    atomic_store_explicit(&chosen, kernels, memory_order_relaxed);
    return kernels;
}

og_loop_type og_loop_type_of(og_elem elem)
{
    static const uint8_t types[OG_ELEM_COUNT] = {
        [OG_FLOAT] = OG_T_FLOAT + 1,   [OG_DOUBLE] = OG_T_DOUBLE + 1, [OG_INT32] = OG_T_INT32 + 1,
        [OG_INT64] = OG_T_INT64 + 1,   [OG_INT8] = OG_T_INT8 + 1,     [OG_INT16] = OG_T_INT16 + 1,
        [OG_UINT8] = OG_T_UINT8 + 1,   [OG_BOOL] = OG_T_UINT8 + 1,    [OG_UINT16] = OG_T_UINT16 + 1,
        [OG_UINT32] = OG_T_UINT32 + 1, [OG_UINT64] = OG_T_UINT64 + 1,
    };

    return elem < OG_ELEM_COUNT && types[elem] ? (og_loop_type)(types[elem] - 1) : OG_T_COUNT;
}

og_loop *og_loop_find(og_kernel kernel, og_elem elem)
{
    const og_loop_type type = og_loop_type_of(elem);
    og_loop *const *table;

    if (type == OG_T_COUNT)
        return NULL;
    table = og_kernels_get()->loops->of[type];
    if (!table)
        table = variants[0].loops->of[type];
    return table[kernel];
}

og_loop *og_loop_both(og_loop *first, og_loop *second, og_elem elem)
{
    if (elem != OG_FLOAT && elem != OG_DOUBLE)
        return NULL;
    for (const og_loop_pair *p = og_kernels_get()->pairs[elem == OG_DOUBLE]; p->first != OG_K_COUNT;
         p++)
        if (og_loop_find(p->first, elem) == first && og_loop_find(p->second, elem) == second)
            return p->both;
    return NULL;
}

const og_fold_set *og_fold_find(og_fold fold, og_elem elem)
{
    const og_loop_type type = og_loop_type_of(elem);
    const og_fold_set *table;

    if (type == OG_T_COUNT)
        return NULL;
    table = og_kernels_get()->folds->of[type];
    if (!table)
        table = variants[0].folds->of[type];
    return &table[fold];
}
