/* Range: start, start+delta … before limit. */
#include "ops/shape/shape.h"

#include <math.h>

typedef struct {
    int64_t stash_type;
} range_attrs;

static og_status range_count(og_infer *c, double start, double limit, double delta, og_dim *n)
{
    double count = ceil((limit - start) / delta);

    if (delta == 0)
        return og_infer_fail(c, OG_BAD_VALUE, "delta is 0");
    if (!(count < 0x1p62)) /* NaN too */
        return og_infer_fail(c, OG_BAD_VALUE, "from %g to %g by %g has no end", start, limit,
                             delta);
    *n = count > 0 ? (int64_t)count : 0;
    return OG_OK;
}

/* The three scalars as int64 contents, each a number or a size. */
static bool range_contents(og_infer *c, og_dim *three)
{
    for (int i = 0; i < 3; i++) {
        int64_t n = 0;
        const og_dim *content = og_infer_content(c, i, &n);

        if (!content || n != 1)
            return false;
        three[i] = content[0];
    }
    return true;
}

static og_status range_integers(og_infer *c, const og_dim *three, og_dim *n)
{
    int64_t start, limit, delta;
    bool known = og_dim_const(c->dims, three[0], &start) && og_dim_const(c->dims, three[1], &limit);

    if (!og_dim_const(c->dims, three[2], &delta))
        return OG_OK;
    if (known || delta == 0) {
        if (delta == 0)
            return og_infer_fail(c, OG_BAD_VALUE, "delta is 0");
        bool none = delta > 0 ? limit <= start : limit >= start;
        uint64_t span =
            delta > 0 ? (uint64_t)limit - (uint64_t)start : (uint64_t)start - (uint64_t)limit;
        uint64_t by = delta > 0 ? (uint64_t)delta : 0 - (uint64_t)delta;

        *n = none ? 0 : (int64_t)((span / by + (span % by != 0)) & INT64_MAX);
    } else if (three[0] == 0 && delta == 1) {
        *n = three[1]; /* a size */
    } else if (delta > 0) {
        og_dim span = og_dim_max(c->dims, og_dim_sub(c->dims, three[1], three[0]), 0);

        *n = og_dim_div(c->dims, og_dim_add(c->dims, span, delta - 1), delta);
    }
    return OG_OK;
}

static og_status range_infer(og_infer *c)
{
    og_dim three[3], n = og_dim_fresh(c->dims), content[OG_CONTENT_MAX];
    const og_tensor *t[3];
    bool integers = og_elem_in(c->in[0]->elem, OG_INDICES) && range_contents(c, three);

    for (int i = 0; i < 3; i++) {
        if (og_infer_rank(c, i) > 1 ||
            (og_infer_rank(c, i) == 1 && og_dim_known(og_infer_dim(c, i, 0)) &&
             og_infer_dim(c, i, 0) != 1))
            return og_infer_fail(c, OG_BAD_SHAPE, "input '%s' is not a scalar", c->op->in[i].name);
        t[i] = c->data ? c->data[i] : NULL;
    }
    if (integers)
        OG_TRY(range_integers(c, three, &n));
    else if (t[0] && t[1] && t[2])
        OG_TRY(range_count(c, og_get_double(t[0], 0), og_get_double(t[1], 0),
                           og_get_double(t[2], 0), &n));
    OG_TRY(og_infer_shape(c, 0, 1, &n));
    if (!integers || !og_dim_known(n) || n > OG_CONTENT_MAX)
        return OG_OK;
    for (int64_t i = 0; i < n; i++)
        content[i] = i == 0 ? three[0] : og_dim_add(c->dims, content[i - 1], three[2]);
    og_infer_put_content(c, 0, n, content);
    return OG_OK;
}

/* dy sums into start; each step counted into delta. */
static void range_gradient(og_grad *c)
{
    og_value *dy = og_dy(c, 0);
    og_value *counted = og_mul(dy, og_cast_like(og_places_like(dy), dy));

    og_set_dx(c, 0, og_reshape_like(og_reduce("ReduceSum", dy, (og_ints){ 0 }, false), og_x(c, 0)));
    og_set_dx(c, 2,
              og_reshape_like(og_reduce("ReduceSum", counted, (og_ints){ 0 }, false), og_x(c, 2)));
}

/* Each number from its own place, so that errors do not add up; in double, rounded once. */
static void range_run(const og_call *c, int64_t piece, void *scratch)
{
    og_tensor *y = c->out[0];

    (void)piece;
    (void)scratch;
    if (og_elem_in(y->elem, OG_INTEGERS)) {
        uint64_t start = (uint64_t)og_get_int(c->in[0], 0),
                 delta = (uint64_t)og_get_int(c->in[2], 0);

        for (int64_t i = 0; i < y->count; i++)
            og_set_int(y, i, (int64_t)(start + (uint64_t)i * delta));
        return;
    }
    double start = og_get_double(c->in[0], 0), delta = og_get_double(c->in[2], 0);
    for (int64_t i = 0; i < y->count; i++)
        og_set_double(y, i, start + (double)i * delta);
}

static int range_valid_from(const og_node *node)
{
    return node->in[0]->type.elem == OG_FLOAT16 ? 27 : 11;
}

const og_op og_op_range = {
    .name = "Range",
    .version = 27,
    .valid_from = 11,
    .valid_from_node = range_valid_from,
    .versions = "11",
    .doc = "Numbers from start by delta to before limit.",
    .in = { OG_PORT("start", OG_FLOATS | OG_BIT(OG_INT16) | OG_INDICES, .role = OG_ROLE_SHAPE),
            OG_PORT("limit", OG_SAME_AS(0), .role = OG_ROLE_SHAPE),
            OG_PORT("delta", OG_SAME_AS(0), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { { .name = "stash_type",
                .kind = OG_ATTR_INT,
                .offset = offsetof(range_attrs, stash_type),
                .i = 1,
                .since = 27 } },
    .attr_size = sizeof(range_attrs),
    .run_types = OG_FLOATS | OG_BIT(OG_INT16) | OG_INDICES,
    .infer = range_infer,
    .gradient = range_gradient,
    .run = range_run,
    .samples = OG_SAMPLES("int64[] start = 2; int64[] limit = 11; int64[] delta = 3",
                          "float[] start = 1; float[] limit = 2.9; float[] delta = 0.5",
                          "int32[] start = 5; int32[] limit = -3; int32[] delta = -2",
                          "double[] start = 3; double[] limit = 1; double[] delta = 1"),
};
