/*
 * What the norms of p = 1 and inf are made of, as double scalars: the sum of absolute values, the
 * largest one.
 *
 * Every piece of fixed length gives one partial result and they are joined in order, so the bits do
 * not depend on the number of threads. A NaN anywhere comes out.
 */
#include "kernels/kernels.h"
#include "ops/ops.h"

enum { NORM_PIECE = 32768 };

static og_status norm_infer(og_infer *c)
{
    return og_infer_shape(c, 0, 0, NULL);
}

static og_status norm_prepare(og_call *c)
{
    int64_t n = c->in[0]->count;

    c->pieces = n / NORM_PIECE + (n % NORM_PIECE > 0);
    c->cost = NORM_PIECE * 0.25;
    c->shared_scratch = 2 * sizeof(double) * (size_t)(c->pieces + 1);
    return OG_OK;
}

/* Folds one piece into an accumulator. */
static void fold_piece(const og_call *c, int64_t piece, og_fold fold, double *acc)
{
    const og_tensor *x = c->in[0];
    const og_fold_set *set = og_fold_find(fold, x->elem);
    int64_t at = piece * NORM_PIECE, left = x->count - at;

    set->start(acc, 1);
    set->row((const char *)x->data + (size_t)at * (size_t)(og_elem_bits(x->elem) / 8),
             left < NORM_PIECE ? left : NORM_PIECE, acc);
}

static void sum_of_pieces(const og_call *c)
{
    const double *part = c->shared;
    double sum = 0;

    for (int64_t i = 0; i < c->pieces; i++)
        sum += part[i];
    *(double *)c->out[0]->data = sum;
}

/* ---- The sum --------------------------------------------------------------------------------- */

static void abs_run(const og_call *c, int64_t piece, void *scratch)
{
    (void)scratch;
    fold_piece(c, piece, OG_FOLD_ABS, (double *)c->shared + piece);
}

static void abs_expand(og_rewrite *c)
{
    og_replace(c, 0,
               og_reduce("ReduceL1", og_cast(og_in(c, 0), OG_DOUBLE), (og_ints){ 0, NULL }, false));
}

/* ---- The largest ----------------------------------------------------------------------------- */

/* max |x| = max(max x, -min x) */
static void largest_run(const og_call *c, int64_t piece, void *scratch)
{
    double *part = (double *)c->shared + 2 * piece;

    (void)scratch;
    fold_piece(c, piece, OG_FOLD_MAX, part);
    fold_piece(c, piece, OG_FOLD_MIN, part + 1);
}

static void largest_finish(const og_call *c)
{
    const double *part = c->shared;
    double largest = 0;

    for (int64_t i = 0; i < c->pieces; i++) {
        double high = part[2 * i], low = -part[2 * i + 1];
        double most = high > low || isnan(high) ? high : low;

        if (most > largest || isnan(most))
            largest = most;
    }
    *(double *)c->out[0]->data = largest;
}

/* The largest of no numbers is 0, and ReduceMax says nothing about NaN, so a NaN is put in where
 * there is one. */
static void largest_expand(og_rewrite *c)
{
    og_value *x = og_in(c, 0),
             *all = og_reshape_to(og_abs(og_cast(x, OG_DOUBLE)), 1, (const int64_t[]){ -1 });
    og_value *zero = og_fill(og_ints_like(x, OG_INTS(1)), OG_DOUBLE, 0);
    og_value *most = og_reduce("ReduceMax", og_concat(0, 2, (og_value *[]){ all, zero }),
                               (og_ints){ 0, NULL }, false);
    og_value *bad = og_cast(OG_OP("IsNaN", NULL, all), OG_DOUBLE);
    og_value *any = og_greater(og_reduce("ReduceSum", bad, (og_ints){ 0, NULL }, false),
                               og_scalar(c->g, OG_DOUBLE, 0));

    og_replace(c, 0, og_where(any, og_scalar(c->g, OG_DOUBLE, (double)NAN), most));
}

#define NORM(op, text)                                                                             \
    .name = op, .domain = "onnxgrad", .version = 1, .doc = text,                                   \
    .in = { OG_PORT("x", OG_FLOATS) }, .out = { OG_PORT("y", OG_BIT(OG_DOUBLE)) },                 \
    .run_types = OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE), .infer = norm_infer,                        \
    .prepare = norm_prepare,                                                                       \
    .samples = OG_SAMPLES("float[3,5] x", "double[7] x", "float[] x", "float[0,4] x",              \
                          "float[40001] x; !nogradient")

const og_op og_ops_norms[] = {
    { NORM("SumAbs", "The sum of the absolute values of all elements, in double."),
      .expand = abs_expand, .run = abs_run, .finish = sum_of_pieces },
    { NORM("MaxAbs", "The largest absolute value of all elements, in double; 0 of none."),
      .expand = largest_expand, .run = largest_run, .finish = largest_finish },
    { .name = NULL },
};
