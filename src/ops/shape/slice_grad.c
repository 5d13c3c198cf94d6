/* SliceGrad(dy, shape, starts, ends, axes, steps): dy between zeros, in the shape that was sliced.
 */
#include "ops/shape/shape.h"
#include "ops/shape/slice.h"

static og_status slicegrad_infer(og_infer *c)
{
    OG_TRY(og_infer_shape_from(c, 1, 0));
    if (c->out[0].rank >= 0 && c->out[0].rank != og_infer_rank(c, 0))
        return og_infer_fail(c, OG_BAD_SHAPE, "dy has rank %d, the shape names rank %d",
                             og_infer_rank(c, 0), c->out[0].rank);
    return OG_OK;
}

/* The places that the slice took get dy; each is taken once. */
static void slicegrad_expand(og_rewrite *c)
{
    og_value *dy = og_in(c, 0), *shape = og_in(c, 1);
    og_value *zeros = OG_OP("Expand", NULL, og_scalar_like(dy, 0), shape);
    og_value *taken = OG_OP("Slice", NULL, og_places_like(zeros), og_in(c, 2), og_in(c, 3),
                            og_in(c, 4), og_in(c, 5));

    og_replace(c, 0, og_sum_at_places(dy, taken, zeros));
}

static void slicegrad_gradient(og_grad *c)
{
    og_set_dx(c, 0,
              OG_OP("Slice", NULL, og_dy(c, 0), og_x(c, 2), og_x(c, 3), og_x(c, 4), og_x(c, 5)));
}

/* Maps of the target's axes onto dy's. */
static void slicegrad_maps(const og_call *c, int64_t *maps)
{
    const og_tensor *y = c->out[0], *in[4];
    og_slice_range ranges[OG_MAX_RANK];

    for (int i = 0; i < 4; i++)
        in[i] = og_call_input(c, i + 2);
    og_slice_ranges(y->rank, y->dims, in, ranges);
    for (int i = 0; i < y->rank; i++) {
        for (int64_t k = 0; k < y->dims[i]; k++)
            maps[k] = -1;
        for (int64_t k = 0; k < ranges[i].count; k++)
            maps[ranges[i].first + k * ranges[i].step] = k;
        maps += y->dims[i];
    }
}

static og_status slicegrad_prepare(og_call *c)
{
    return og_embed_prepare(c, slicegrad_maps, 2, 5);
}

static void slicegrad_run(const og_call *c, int64_t piece, void *scratch)
{
    og_embed_run(c, piece, scratch, slicegrad_maps, NULL);
}

const og_op og_op_slice_grad = {
    .name = "SliceGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "The gradient of Slice: dy between zeros, in a given shape.",
    .in = { OG_PORT("dy", OG_ANY), OG_PORT("shape", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE),
            OG_SLICE_BOUNDS(2) },
    .out = { OG_PORT("dx", OG_SAME_AS(0)) },
    .traits = OG_COPIES,
    .infer = slicegrad_infer,
    .expand = slicegrad_expand,
    .gradient = slicegrad_gradient,
    .prepare = slicegrad_prepare,
    .run = slicegrad_run,
    .samples = OG_SAMPLES(
        "float[5,4] dy; int64[2] shape = 7 5; int64[2] starts = 1 0; int64[2] ends = 6 -1",
        "double[7,3] dy; int64[2] shape = 7 5; int64[1] starts = -1; int64[1] ends = -99; int64[1] "
        "axes = 1; "
        "int64[1] steps = -2",
        "float[0] dy; int64[1] shape = 4; int32[1] starts = 3; int32[1] ends = 1"),
};
