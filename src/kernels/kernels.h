/*
 * kernels: numeric loops over plain arrays.  They know no tensors' shapes, no graphs and no
 * threads.
 *
 * Every file in src/kernels/isa is compiled once for each instruction set (cmake/kernels.cmake) and
 * makes one table, `OG_ISA_NAME(og_loops)` for example; og_kernels_get gives the tables of the best
 * set that this machine has.  The variants differ by rounding only.
 */
#ifndef OG_KERNELS_H
#define OG_KERNELS_H

#include "base/base.h"

/* The types that loops are written in; bool runs as uint8. */
typedef enum og_loop_type {
    OG_T_FLOAT,
    OG_T_DOUBLE,
    OG_T_INT32,
    OG_T_INT64,
    OG_T_INT8,
    OG_T_INT16,
    OG_T_UINT8,
    OG_T_UINT16,
    OG_T_UINT32,
    OG_T_UINT64,
    OG_T_COUNT
} og_loop_type;

/* The loop type of an element type, or OG_T_COUNT where it has none. */
og_loop_type og_loop_type_of(og_elem elem);

/* ---- Elementwise loops ----------------------------------------------------------------------- */

/* As in graph/op.h: out[k][i] from in[j][i * step[j]], step 0 (one value for all) or 1.  Outputs
 * may overlay inputs of step 1 and the same element size. */
typedef void og_loop(void *const *out, const void *const *in, const int64_t *step, int64_t n,
                     const void *attrs);

typedef enum og_kernel {
#define OG_LOOP_ALL(id, name) OG_K_##id,
#define OG_LOOP_REAL(id, name) OG_K_##id,
#define OG_LOOP_WHOLE(id, name) OG_K_##id,
#include "kernels/loops.def"
    OG_K_COUNT
} og_kernel;

/* What loops with parameters read through `attrs`; also the attribute struct of their operators. */
typedef struct og_loop_attrs {
    float alpha, beta, gamma, bias, lambd;
    int64_t detect_negative, detect_positive;
} og_loop_attrs;

typedef struct og_loops {
    og_loop *const
        *of[OG_T_COUNT]; /* [type][kernel]; NULL: this instruction set has no loops of its own */
} og_loops;

/* The best loop for a kernel and an element type, or NULL where there is none. */
og_loop *og_loop_find(og_kernel kernel, og_elem elem);

/* Two loops of two inputs in one: out[0] from second(first(in[0], in[1]), in[2]) with the bits of
 * both after another; in[0] and in[2] have step 1. */
typedef struct og_loop_pair {
    og_kernel first, second;
    og_loop *both;
} og_loop_pair;

/* The loop for `first` whose result is an input of `second`, both of float or of double; NULL where
 * there is none.  `second` may take the two in any order. */
og_loop *og_loop_both(og_loop *first, og_loop *second, og_elem elem);

/* ---- Reductions ------------------------------------------------------------------------------ */

/* Many numbers folded into one.  Accumulators have 8 bytes: double for the floating types, int64
 * for the signed and uint64 for the unsigned ones, which wrap.  The order of the additions is fixed
 * by the counts alone. */
typedef enum og_fold {
    OG_FOLD_SUM,
    OG_FOLD_SQUARES,
    OG_FOLD_ABS,
    OG_FOLD_PROD,
    OG_FOLD_MAX, /* a NaN wins */
    OG_FOLD_MIN,
    OG_FOLD_COUNT
} og_fold;

typedef struct og_fold_set {
    void (*start)(void *acc, int64_t n);              /* n accumulators of nothing */
    void (*row)(const void *x, int64_t n, void *acc); /* acc[0] takes x[0..n) */
    /* acc[j] takes x[i * stride + j] for all i < rows, j < n */
    void (*columns)(const void *x, int64_t rows, int64_t stride, int64_t n, void *acc);
    void (*join)(void *acc, const void *other, int64_t n); /* acc[j] joined with other[j] */
} og_fold_set;

typedef struct og_folds {
    const og_fold_set *of[OG_T_COUNT]; /* [type][fold]; NULL: none of its own */
} og_folds;

/* NULL where the element type has none. */
const og_fold_set *og_fold_find(og_fold fold, og_elem elem);

/* ---- The tables ------------------------------------------------------------------------------ */

typedef struct og_kernels {
    const char *isa; /* "baseline", "avx2", "avx512" */
    const og_loops *loops;
    const og_loop_pair *const *pairs; /* [float, double], each ended by OG_K_COUNT */
    const og_folds *folds;
    const struct og_soft_loops *const *soft; /* [float, double], see soft.h */
    const struct og_tiles *const *tiles;     /* the same, see tile.h */
    const struct og_rnn_loops *const *rnn;   /* the same, see rnn.h */
    const struct og_pool_loops *pool;        /* [float, double, int8, uint8], see pool.h */
    const struct og_norm_loops *const *norm; /* [float, double], see norm.h */
} og_kernels;

/* Chosen once, by what the processor has; ONNXGRAD_ISA=baseline|avx2|avx512 in the environment
 * lowers the choice. May be called from any thread. */
const og_kernels *og_kernels_get(void);

/* All variants that this machine can run, the plain one first; for tests. */
int og_kernels_count(void);
const og_kernels *og_kernels_at(int i);

#endif
