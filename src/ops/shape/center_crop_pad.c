/* CenterCropPad: cropped or padded by zeros around the middle to given sizes; the odd element is
 * the last one.  The gradient is the operator itself, back to the sizes of x. */
#include "ops/shape/shape.h"

typedef struct {
    og_ints axes;
} crop_attrs;

static og_status crop_infer(og_infer *c)
{
    const crop_attrs *a = c->attrs;
    const og_type *x = c->in[0];
    int64_t n = 0, axes[OG_MAX_RANK], n_axes = a->axes.v ? a->axes.n : x->rank;
    const og_dim *sizes = og_infer_content(c, 1, &n);
    int resolved[OG_MAX_RANK];
    bool mask[OG_MAX_RANK];
    og_dim dims[OG_MAX_RANK];

    OG_TRY(og_infer_need_rank(c, 1, 1));
    if (!sizes && !og_infer_length(c, 1, &n))
        n = n_axes;
    if (n != n_axes || n > x->rank)
        return og_infer_fail(c, OG_BAD_SHAPE, "%lld sizes for %lld axes of rank %d", (long long)n,
                             (long long)n_axes, x->rank);
    if (sizes)
        OG_TRY(og_infer_not_negative(c, 1, n, sizes));
    for (int i = 0; i < x->rank; i++) {
        axes[i] = i;
        dims[i] = x->dims[i];
    }
    OG_TRY(og_axes_resolve(c, x->rank, n, a->axes.v ? a->axes.v : axes, resolved, mask));
    for (int64_t k = 0; k < n; k++)
        dims[resolved[k]] = sizes ? sizes[k] : og_dim_fresh(c->dims);
    return og_infer_shape(c, 0, x->rank, dims);
}

static void crop_gradient(og_grad *c)
{
    const crop_attrs *a = c->attrs;
    const og_attr attrs[] = {
        { .name = a->axes.v ? "axes" : NULL, .kind = OG_ATTR_INTS, .u.ints = a->axes },
        { .name = NULL }
    };
    og_value *sizes = og_shape_of(og_x(c, 0));

    if (a->axes.v)
        sizes = OG_OP("Gather", NULL, sizes, og_ints_like(sizes, a->axes));
    og_set_dx(c, 0, OG_OP("CenterCropPad", attrs, og_dy(c, 0), sizes));
}

static void crop_maps(const og_call *c, int64_t *maps)
{
    const og_tensor *x = c->in[0], *y = c->out[0];

    for (int i = 0; i < y->rank; i++) {
        int64_t more = y->dims[i] - x->dims[i], before = more < 0 ? -(-more / 2) : more / 2;

        for (int64_t k = 0; k < y->dims[i]; k++)
            *maps++ = k - before >= 0 && k - before < x->dims[i] ? k - before : -1;
    }
}

static og_status crop_prepare(og_call *c)
{
    return og_embed_prepare(c, crop_maps, 1,
                            0); /* the sizes are known by now: no input to wait for */
}

static void crop_run(const og_call *c, int64_t piece, void *scratch)
{
    og_embed_run(c, piece, scratch, crop_maps, NULL);
}

const og_op og_op_center_crop_pad = {
    .name = "CenterCropPad",
    .version = 18,
    .valid_from = 18,
    .doc = "Cropped or padded around the middle to given sizes.",
    .in = { OG_PORT("input_data", OG_ANY), OG_PORT("shape", OG_INDICES, .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("output_data", OG_SAME_AS(0)) },
    .attr = { OG_LIST_ATTR(crop_attrs, axes, INTS) },
    .attr_size = sizeof(crop_attrs),
    .traits = OG_COPIES,
    .infer = crop_infer,
    .gradient = crop_gradient,
    .prepare = crop_prepare,
    .run = crop_run,
    .samples = OG_SAMPLES("float[5,4] input_data; int64[2] shape = 2 7",
                          "double[3,6,2] input_data; int32[1] shape = 3; axes=[-2]",
                          "double[4,3] input_data; int64[2] shape = 3 0",
                          "float[0,3] input_data; int64[1] shape = 2; "
                          "axes=[0]"),
};
