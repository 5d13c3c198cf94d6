/*
 * CumSum and CumProd: running sums and products along one axis.
 *
 * A row is what lies behind the axis; a piece is a strip of rows, which one elementwise loop after
 * the other adds. The axis is an input; only where it is a constant is the work cut into pieces.
 */
#include "kernels/cast.h"
#include "kernels/kernels.h"
#include "ops/shape/shape.h"

typedef struct {
    int64_t exclusive, reverse;
} cum_attrs;

enum { STRIP = 512, TYPES = OG_FLOATS | OG_INDICES | OG_BIT(OG_UINT32) | OG_BIT(OG_UINT64) };

typedef struct cum {
    og_loop *join;
    og_elem as;  /* float for half types */
    size_t size; /* of an element in memory */
    double start;
} cum;

static og_status cum_infer(og_infer *c)
{
    int64_t n;
    const int64_t *axis;

    if (og_infer_ints(c, 1, &n, &axis) && n == 1)
        OG_TRY(og_infer_axis(c, 0, axis[0]));
    return og_infer_same(c);
}

static og_status cum_check(og_call *c)
{
    if (c->in[1]->count != 1)
        return og_call_fail(c, OG_BAD_SHAPE, "'axis' has %lld elements, expected 1",
                            (long long)c->in[1]->count);
    const int64_t axis = og_index_at(c->in[1], 0), rank = c->in[0]->rank;

    if (axis < -rank || axis >= rank)
        return og_call_fail(c, OG_BAD_VALUE, "'axis' is %lld, expected -%lld to %lld",
                            (long long)axis, (long long)rank, (long long)rank - 1);
    return OG_OK;
}

/* The sizes before, along and behind the axis. */
static void cum_sizes(const og_call *c, int64_t *outer, int64_t *n, int64_t *inner)
{
    const og_tensor *x = c->in[0];
    int64_t axis = og_index_at(c->in[1], 0);

    axis += axis < 0 ? x->rank : 0;
    *outer = *inner = 1;
    *n = x->dims[axis];
    for (int i = 0; i < x->rank; i++)
        *(i < axis ? outer : inner) *= i == axis ? 1 : x->dims[i];
}

static og_status cum_prepare(og_call *c, og_kernel kernel, double start)
{
    const og_elem elem = c->in[0]->elem;
    cum *s = og_call_alloc(c, sizeof *s);
    int64_t outer, n, inner;

    if (!s)
        return OG_NO_MEMORY;
    s->as = elem == OG_FLOAT16 || elem == OG_BFLOAT16 ? OG_FLOAT : elem;
    s->join = og_loop_find(kernel, s->as);
    s->size = (size_t)og_elem_bits(elem) / 8;
    s->start = start;
    c->work = s;
    c->piece_scratch = 2 * STRIP * 8;
    if (c->in[1]->data && c->in[0]->count > 0) {
        OG_TRY(cum_check(c));
        cum_sizes(c, &outer, &n, &inner);
        c->pieces = outer * ((inner + STRIP - 1) / STRIP);
        c->cost = (double)(n * (inner < STRIP ? inner : STRIP)) + 10 * (double)n;
    }
    return OG_OK;
}

static og_status cum_sum_prepare(og_call *c)
{
    return cum_prepare(c, OG_K_ADD, 0);
}

static og_status cum_prod_prepare(og_call *c)
{
    return cum_prepare(c, OG_K_MUL, 1);
}

/* One strip of `width` columns from place `first` on, over all n rows. */
static void cum_strip(const og_call *c, int64_t first, int64_t n, int64_t inner, int64_t width,
                      void *scratch)
{
    const cum *s = c->work;
    const cum_attrs *a = c->attrs;
    const og_elem elem = c->in[0]->elem;
    const int64_t steps[2] = { 1, 1 };
    void *sum = scratch, *row = (char *)scratch + STRIP * 8;
    og_tensor view = { .elem = s->as, .data = sum };

    for (int64_t i = 0; i < width; i++)
        og_set_double(&view, i, s->start);
    for (int64_t i = 0; i < n; i++) {
        const int64_t place = first + (a->reverse ? n - 1 - i : i) * inner;
        const void *x = (const char *)c->in[0]->data + (size_t)place * s->size;

        if (a->exclusive)
            og_convert(s->as, sum, 0, elem, c->out[0]->data, place, width, (og_cast_rules){ 0 });
        if (s->as != elem) {
            og_convert(elem, x, 0, s->as, row, 0, width, (og_cast_rules){ 0 });
            x = row;
        }
        s->join((void *[]){ sum }, (const void *[]){ sum, x }, steps, width, NULL);
        if (!a->exclusive)
            og_convert(s->as, sum, 0, elem, c->out[0]->data, place, width, (og_cast_rules){ 0 });
    }
}

static void cum_run(const og_call *c, int64_t piece, void *scratch)
{
    int64_t outer, n, inner, strips, first = piece, end = piece + 1;

    if (c->in[0]->count == 0)
        return;
    cum_sizes(c, &outer, &n, &inner);
    strips = (inner + STRIP - 1) / STRIP;
    if (c->pieces != outer * strips) /* the axis was not known: one piece does all */
        first = 0, end = outer * strips;
    for (int64_t i = first; i < end; i++) {
        const int64_t column = i % strips * STRIP;

        cum_strip(c, i / strips * n * inner + column, n, inner,
                  inner - column < STRIP ? inner - column : STRIP, scratch);
    }
}

static og_value *running(const char *op, og_value *x, og_value *axis, int64_t exclusive,
                         int64_t reverse)
{
    return OG_OP(op, OG_ATTRS(OG_SET_INT("exclusive", exclusive), OG_SET_INT("reverse", reverse)),
                 x, axis);
}

static void cum_sum_gradient(og_grad *c)
{
    const cum_attrs *a = c->attrs;

    og_set_dx(c, 0, running("CumSum", og_dy(c, 0), og_x(c, 1), a->exclusive, !a->reverse));
}

/*
 * dx[i] = before[i] * sum over k from i on of dy[k] between[i,k], where before[i] is the product of
 * all x before i and between[i,k] that of all x behind i up to k.  No division, so zeros are exact;
 * n^2 products in exchange.
 */
static void cum_prod_gradient(og_grad *c)
{
    const cum_attrs *a = c->attrs;
    og_value *x = og_x(c, 0), *place = og_x(c, 1), *dy = og_dy(c, 0);
    const int rank = og_rank(x);

    if (rank < 0 || !place || !place->data) {
        og_fail(&c->g->report, OG_NO_GRADIENT,
                "CumProd along an axis that is not known while building");
        return;
    }
    int64_t axis = og_get_int(place->data, 0);
    axis += axis < 0 ? rank : 0;

    const og_ints row = OG_INTS(axis), column = OG_INTS(axis + 1);
    og_value *next = og_scalar(c->g, OG_INT64, (double)(axis + 1));
    og_value *count =
        running("CumSum", og_ones_like(x), place, 0, a->reverse); /* 1, 2, 3 … along the axis */
    og_value *i = og_unsqueeze(count, column), *k = og_unsqueeze(count, row);
    og_value *behind = og_greater(k, i),
             *counted = a->exclusive ? behind : og_not(og_greater(i, k));
    og_value *between = og_where(behind, og_unsqueeze(x, row), og_scalar_like(x, 1));

    between = running("CumProd", between, next, a->exclusive, a->reverse);
    og_value *terms = og_mul(between, og_unsqueeze(dy, row));
    og_value *sum =
        og_reduce("ReduceSum", og_where(counted, terms, og_scalar_like(x, 0)), column, false);

    og_set_dx(c, 0, og_mul(running("CumProd", x, place, 1, a->reverse), sum));
}

#define CUM(op, text, word)                                                                        \
    .name = op, .doc = text,                                                                       \
    .in = { OG_PORT("x", TYPES), OG_PORT("axis", OG_INDICES, .role = OG_ROLE_SHAPE) },             \
    .out = { OG_PORT("y", OG_SAME_AS(0)) },                                                        \
    .attr = { OG_INT_ATTR(cum_attrs, exclusive, 0), OG_INT_ATTR(cum_attrs, reverse, 0) },          \
    .attr_size = sizeof(cum_attrs), .run_types = TYPES, .infer = cum_infer, .check = cum_check,    \
    .gradient = word##_gradient, .prepare = word##_prepare, .run = cum_run,                        \
    .samples = OG_SAMPLES("float[3,7] x; int64[] axis = 0", "double[2,5] x; int32[] axis = -1",    \
                          "float[2,4,3] x; int64[1] axis = 1; exclusive=1",                        \
                          "float[7] x; int64[] axis = 0; reverse=1",                               \
                          "float[4] x = 0 2 0 3; int64[] axis = 0; reverse=1; exclusive=1",        \
                          "int64[5] x; int64[] axis = 0", "float[0,3] x; int64[] axis = 1")

/* The halves came in version 14. */
static int cum_sum_since(const og_node *node)
{
    const og_elem elem = node->in[0] ? node->in[0]->type.elem : OG_FLOAT;

    return elem == OG_FLOAT16 || elem == OG_BFLOAT16 ? 14 : 11;
}

const og_op og_ops_reduce_cum[] = {
    { CUM("CumSum", "Running sums along an axis.", cum_sum), .version = 14, .valid_from = 11,
      .versions = "11", .valid_from_node = cum_sum_since },
    { CUM("CumProd", "Running products along an axis.", cum_prod), .version = 26,
      .valid_from = 26 },
    { .name = NULL },
};
