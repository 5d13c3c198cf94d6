/*
 * Hardmax: 1 at the first maximum along an axis, 0 elsewhere.  Its derivative is zero wherever it
 * exists.
 */
#include "ops/nn/lines.h"
#include "ops/nn/nn.h"

typedef struct {
    int64_t axis;
} hardmax_attrs;

static og_status hardmax_infer(og_infer *c)
{
    const hardmax_attrs *a = c->attrs;

    OG_TRY(og_infer_axis(c, 0, a->axis));
    return og_infer_same(c);
}

static void hardmax_expand(og_rewrite *c)
{
    const hardmax_attrs *a = c->attrs;
    og_value *x = og_in(c, 0);
    og_value *best =
        OG_OP("ArgMax", OG_ATTRS(OG_SET_INT("axis", a->axis), OG_SET_INT("keepdims", 0)), x);
    og_value *zero = og_unsqueeze(og_scalar_like(x, 0), OG_INTS(0));
    og_value *one = og_unsqueeze(og_scalar_like(x, 1), OG_INTS(0));

    og_replace(c, 0,
               OG_OP("OneHot", OG_ATTRS(OG_SET_INT("axis", a->axis)), best,
                     og_size_along(x, a->axis), og_concat(0, 2, (og_value *[]){ zero, one })));
}

static og_status hardmax_prepare(og_call *c)
{
    const hardmax_attrs *a = c->attrs;
    const og_tensor *x = c->in[0];
    og_lines *lines = og_call_alloc(c, sizeof *lines);

    if (!lines)
        return OG_NO_MEMORY;
    og_lines_along(c, lines, x, (int)(a->axis < 0 ? a->axis + x->rank : a->axis), 1);
    return OG_OK;
}

/* A NaN counts as the maximum, as in numpy. */
static void hardmax_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_lines *lines = c->work;
    og_strip s;

    (void)scratch;
    for (int64_t i = 0; og_lines_strip(lines, piece, i, &s); i++)
        for (int64_t line = 0; line < s.count; line++) {
            const int64_t first = s.first + line * s.line;
            int64_t best = first;

            for (int64_t j = 0; j < lines->n; j++) {
                const int64_t at = first + j * s.step;
                const double x = og_get_double(c->in[0], at), max = og_get_double(c->in[0], best);

                if (x > max || (isnan(x) && !isnan(max)))
                    best = at;
            }
            for (int64_t j = 0; j < lines->n; j++)
                og_set_double(c->out[0], first + j * s.step, first + j * s.step == best);
        }
}

const og_op og_op_hardmax = {
    .name = "Hardmax",
    .version = 13,
    .versions = "1 11",
    .doc = "1 at the first maximum along an axis, 0 elsewhere.",
    .in = { OG_PORT("input", OG_FLOATS) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(hardmax_attrs, axis, -1) },
    .attr_size = sizeof(hardmax_attrs),
    .traits = OG_ZERO_GRADIENT,
    .run_types = OG_FLOATS,
    .infer = hardmax_infer,
    .upgrade = og_nn_upgrade_axis,
    .expand = hardmax_expand,
    .prepare = hardmax_prepare,
    .run = hardmax_run,
    .samples = OG_SAMPLES("float[2,7] input", "double[3,2,4] input; axis=1",
                          "float[2,3] input = 1 3 3 2 2 2; axis=-1", "float[0,5] input"),
};
