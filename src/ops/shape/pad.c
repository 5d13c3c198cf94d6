/*
 * Pad: more (or, by negative numbers, fewer) elements at both ends of axes: one value, the edge, a
 * mirror image or the other end.  Negative pads crop first; mirrors and the like repeat what is
 * left.
 *
 * Gradient: padding by one value is undone by the opposite pads; in the other modes dy is summed up
 * at the places that the same padding gives to the places of x.
 */
#include "ops/shape/shape.h"

typedef struct {
    const char *mode;
} pad_attrs;

typedef enum { PAD_CONSTANT, PAD_REFLECT, PAD_EDGE, PAD_WRAP, PAD_MODES } pad_mode;

static pad_mode pad_find(const char *mode)
{
    static const char *const words[PAD_MODES] = { "constant", "reflect", "edge", "wrap" };
    int i = 0;

    while (i < PAD_MODES && strcmp(words[i], mode))
        i++;
    return (pad_mode)i;
}

/* ---- Inference ------------------------------------------------------------------------------- */

static og_status pad_size(og_infer *c, pad_mode mode, int axis, og_dim before, og_dim after,
                          og_dim *size)
{
    og_dim old = *size;
    int64_t b, a;
    bool numbers = og_dim_const(c->dims, before, &b) && og_dim_const(c->dims, after, &a);

    *size = og_dim_add(c->dims, og_dim_add(c->dims, *size, before), after);
    if (!numbers || !og_dim_known(old))
        return OG_OK;
    int64_t left = old + (b < 0 ? b : 0) + (a < 0 ? a : 0);
    if (og_dim_const(c->dims, *size, &old) && old < 0)
        return og_infer_fail(c, OG_BAD_SHAPE, "axis %d: pads %lld and %lld leave %lld elements",
                             axis, (long long)b, (long long)a, (long long)old);
    if (mode != PAD_CONSTANT && left <= 0 && old > 0)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "axis %d has nothing left to repeat, but %lld to fill", axis,
                             (long long)old);
    return OG_OK;
}

static og_status pad_infer(og_infer *c)
{
    const pad_attrs *attrs = c->attrs;
    const og_type *x = c->in[0];
    pad_mode mode = pad_find(attrs->mode);
    og_dim dims[OG_MAX_RANK];
    const int64_t *axes = NULL;
    int64_t n = 0, n_axes = x->rank, counted[OG_MAX_RANK];
    int resolved[OG_MAX_RANK];
    bool mask[OG_MAX_RANK];
    char shown[60];

    if (mode == PAD_MODES)
        return og_infer_fail(c, OG_BAD_ARGUMENT,
                             "mode is '%s', expected constant, reflect, edge or wrap",
                             og_escape(shown, sizeof shown, attrs->mode));
    const og_dim *pads = og_infer_content(c, 1, &n);
    OG_TRY(og_infer_need_rank(c, 1, 1));
    if (!pads || (og_infer_has(c, 3) && !og_infer_ints(c, 3, &n_axes, &axes)))
        return og_infer_fresh(c, 0, x->rank);
    if (n != 2 * n_axes || n_axes > x->rank)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "%lld pads for %lld axes of rank %d, expected two for each",
                             (long long)n, (long long)n_axes, x->rank);
    for (int i = 0; i < x->rank; i++) {
        counted[i] = i;
        dims[i] = x->dims[i];
    }
    OG_TRY(og_axes_resolve(c, x->rank, n_axes, axes ? axes : counted, resolved, mask));
    for (int64_t k = 0; k < n_axes; k++)
        OG_TRY(pad_size(c, mode, resolved[k], pads[k], pads[n_axes + k], &dims[resolved[k]]));
    return og_infer_shape(c, 0, x->rank, dims);
}

/* Pads were an attribute (called paddings at first), and the value too. */
static void pad_upgrade(og_rewrite *c, int from)
{
    const char *name = from < 2 ? "paddings" : "pads";
    og_ints pads = og_old_ints(c, name);

    if (from >= 11)
        return;
    if (!pads.v)
        og_rewrite_fail(c, OG_BAD_FILE, "attribute '%s' is missing", name);
    og_set_in(c, 1, og_ints_like(og_in(c, 0), pads));
    og_set_in(c, 2, og_scalar_like(og_in(c, 0), (double)og_old_float(c, "value", 0)));
    og_drop_attr(c, name);
    og_drop_attr(c, "value");
}

/* ---- Gradient -------------------------------------------------------------------------------- */

static og_value *pad_like(og_grad *c, const char *mode, og_value *x, og_value *pads,
                          og_value *value)
{
    return OG_OP("Pad", OG_ATTRS(OG_SET_STRING("mode", mode)), x, pads, value, og_x(c, 3));
}

static og_value *pad_opposite(og_value *pads)
{
    return og_sub(og_int_like(pads, 0), pads);
}

static void pad_gradient(og_grad *c)
{
    const pad_attrs *a = c->attrs;
    og_value *x = og_x(c, 0), *pads = og_x(c, 1), *dy = og_dy(c, 0);

    if (pad_find(a->mode) != PAD_CONSTANT) {
        og_set_dx(c, 0,
                  og_sum_at_places(dy, pad_like(c, a->mode, og_places_like(x), pads, NULL), x));
        return;
    }
    og_set_dx(c, 0, pad_like(c, a->mode, dy, pad_opposite(pads), NULL));
    if (og_wants(c, 2)) {
        og_value *outside = pad_like(c, a->mode, og_zeros_like(x), pads, og_scalar_like(x, 1));

        og_set_dx(
            c, 2,
            og_reshape_like(og_reduce("ReduceSum", og_mul(dy, outside), (og_ints){ 0 }, false),
                            og_x(c, 2)));
    }
}

/* ---- Kernel ---------------------------------------------------------------------------------- */

/* Where target index i comes from on an axis of `size`, padded by `before` (and `after`); -1: the
 * value. */
static int64_t pad_source(pad_mode mode, int64_t size, int64_t before, int64_t after, int64_t i)
{
    int64_t at = i - before;

    if (mode == PAD_CONSTANT)
        return at >= 0 && at < size ? at : -1;
    int64_t low = before < 0 ? -before : 0, n = size - low + (after < 0 ? after : 0),
            period = 2 * (n - 1);

    at -= low;
    if (mode == PAD_EDGE)
        return low + (at < 0 ? 0 : at >= n ? n - 1 : at);
    if (mode == PAD_WRAP)
        return low + (at % n + n) % n;
    if (n == 1)
        return low;
    at = (at % period + period) % period;
    return low + (at < n ? at : period - at);
}

static void pad_maps(const og_call *c, int64_t *maps)
{
    const pad_attrs *a = c->attrs;
    const og_tensor *x = c->in[0], *y = c->out[0], *axes = og_call_input(c, 3);
    int64_t before[OG_MAX_RANK] = { 0 }, after[OG_MAX_RANK] = { 0 }, n = c->in[1]->count / 2;
    pad_mode mode = pad_find(a->mode);

    for (int64_t k = 0; k < n; k++) {
        int64_t axis = axes ? og_index_at(axes, k) : k;

        axis += axis < 0 ? x->rank : 0;
        before[axis] = og_index_at(c->in[1], k);
        after[axis] = og_index_at(c->in[1], n + k);
    }
    for (int i = 0; i < y->rank; i++)
        for (int64_t k = 0; k < y->dims[i]; k++)
            *maps++ =
                before[i] || after[i] ? pad_source(mode, x->dims[i], before[i], after[i], k) : k;
}

static og_status pad_prepare(og_call *c)
{
    return og_embed_prepare(c, pad_maps, 1, 3);
}

static void pad_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_tensor *value = og_call_input(c, 2);

    og_embed_run(c, piece, scratch, pad_maps, value && value->count ? value->data : NULL);
}

static int pad_valid_from(const og_node *node)
{
    const pad_attrs *a = node->attrs;

    return pad_find(a->mode) == PAD_WRAP ? 19 : node->n_in > 3 ? 18 : 11;
}

const og_op og_op_pad = {
    .name = "Pad",
    .version = 25,
    .valid_from_node = pad_valid_from,
    .versions = "1 2 11 13 18 19 21 23 24",
    .doc = "More elements at the ends of axes.",
    .in = { OG_PORT("data", OG_ANY), OG_PORT("pads", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE),
            OG_PORT("constant_value", OG_SAME_AS(0), .optional = true),
            OG_PORT("axes", OG_INDICES, .optional = true, .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_STRING_ATTR(pad_attrs, mode, "constant") },
    .attr_size = sizeof(pad_attrs),
    .traits = OG_COPIES,
    .infer = pad_infer,
    .upgrade = pad_upgrade,
    .gradient = pad_gradient,
    .prepare = pad_prepare,
    .run = pad_run,
    .samples =
        OG_SAMPLES("double[2,3] data; int64[4] pads = 1 0 2 -1; double[] constant_value",
                   "float[2,3,2] data; int64[4] pads = 1 2 0 1; int64[2] axes = 1 -1",
                   "double[3,4] data; int64[4] pads = 1 3 2 0; mode=reflect",
                   "double[3,4] data; int64[4] pads = 4 -1 2 2; mode=edge",
                   "double[3,2] data; int64[4] pads = 1 3 2 0; mode=wrap",
                   "float[0,2] data; int64[4] pads = 1 0 1 0", "float[] data; int64[0] pads"),
};
