/*
 * DepthToSpace and SpaceToDepth: blocks of channels laid out as blocks of pixels, and back.  The
 * channel number is (row, column, depth) in mode DCR and (depth, row, column) in CRD.  Each is the
 * other's gradient.
 */
#include "ops/shape/shape.h"

typedef struct {
    int64_t blocksize;
    const char *mode;
} depth_attrs;

static og_status depth_check_attrs(og_infer *c)
{
    const depth_attrs *a = c->attrs;
    char shown[60];

    if (strcmp(a->mode, "DCR") && strcmp(a->mode, "CRD"))
        return og_infer_fail(c, OG_BAD_ARGUMENT, "mode is '%s', expected DCR or CRD",
                             og_escape(shown, sizeof shown, a->mode));
    if (a->blocksize < 1 || a->blocksize > INT32_MAX)
        return og_infer_fail(c, OG_BAD_ARGUMENT, "blocksize is %lld, expected 1 or more",
                             (long long)a->blocksize);
    return og_infer_need_rank(c, 0, 4);
}

static og_status depth_divide(og_infer *c, int axis, int64_t by, og_dim *size)
{
    og_dim whole = og_infer_dim(c, 0, axis);

    if (og_dim_known(whole) && whole % by != 0)
        return og_infer_fail(c, OG_BAD_SHAPE, "axis %d has size %lld, expected a multiple of %lld",
                             axis, (long long)whole, (long long)by);
    *size = og_dim_div(c->dims, whole, by);
    return OG_OK;
}

static og_status depth_to_space_infer(og_infer *c)
{
    const depth_attrs *a = c->attrs;
    og_dim dims[4];

    OG_TRY(depth_check_attrs(c));
    dims[0] = og_infer_dim(c, 0, 0);
    OG_TRY(depth_divide(c, 1, a->blocksize * a->blocksize, &dims[1]));
    dims[2] = og_dim_mul(c->dims, og_infer_dim(c, 0, 2), a->blocksize);
    dims[3] = og_dim_mul(c->dims, og_infer_dim(c, 0, 3), a->blocksize);
    return og_infer_shape(c, 0, 4, dims);
}

static og_status space_to_depth_infer(og_infer *c)
{
    const depth_attrs *a = c->attrs;
    og_dim dims[4];

    OG_TRY(depth_check_attrs(c));
    dims[0] = og_infer_dim(c, 0, 0);
    dims[1] = og_dim_mul(c->dims, og_infer_dim(c, 0, 1), a->blocksize * a->blocksize);
    OG_TRY(depth_divide(c, 2, a->blocksize, &dims[2]));
    OG_TRY(depth_divide(c, 3, a->blocksize, &dims[3]));
    return og_infer_shape(c, 0, 4, dims);
}

static void depth_inverse(og_grad *c, const char *op)
{
    const depth_attrs *a = c->attrs;

    og_set_dx(c, 0,
              OG_OP(op,
                    OG_ATTRS(OG_SET_INT("blocksize", a->blocksize), OG_SET_STRING("mode", a->mode)),
                    og_dy(c, 0)));
}

static void depth_to_space_gradient(og_grad *c)
{
    depth_inverse(c, "SpaceToDepth");
}

static void space_to_depth_gradient(og_grad *c)
{
    depth_inverse(c, "DepthToSpace");
}

/* One move over [n, depth, h, block row, w, block column], with the strides of the pixels in the
 * larger picture and those of the channels in the deeper one. */
static og_status depth_prepare(og_call *c, const og_tensor *deep, const og_tensor *wide,
                               bool to_wide)
{
    const depth_attrs *a = c->attrs;
    int64_t b = a->blocksize, depth = wide->dims[1], h = deep->dims[2], w = deep->dims[3],
            plane = h * w;
    bool dcr = !strcmp(a->mode, "DCR");
    const int64_t dims[] = { deep->dims[0], depth, h, b, w, b };
    const int64_t pixels[] = { depth * h * b * w * b, h * b * w * b, b * w * b, w * b, b, 1 };
    const int64_t channels[] = {
        depth * b * b * plane,    plane * (dcr ? 1 : b * b), w, plane * b * (dcr ? depth : 1), 1,
        plane * (dcr ? depth : 1)
    };
    og_moves *moves = og_moves_new(c, 1);

    if (!moves)
        return og_call_fail(c, OG_NO_MEMORY, "no memory for a plan");
    og_moves_add(c, moves, 0, 0, 6, dims, to_wide ? pixels : channels, 0,
                 to_wide ? channels : pixels, 0);
    return OG_OK;
}

static og_status depth_to_space_prepare(og_call *c)
{
    return depth_prepare(c, c->in[0], c->out[0], true);
}

static og_status space_to_depth_prepare(og_call *c)
{
    return depth_prepare(c, c->out[0], c->in[0], false);
}

const og_op og_op_depth_to_space = {
    .name = "DepthToSpace",
    .version = 28,
    .valid_from = 11,
    .versions = "1 11 13",
    .doc = "Blocks of channels laid out as blocks of pixels.",
    .in = { OG_PORT("input", OG_ANY) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_NEED_ATTR(depth_attrs, blocksize, INT), OG_STRING_ATTR(depth_attrs, mode, "DCR") },
    .attr_size = sizeof(depth_attrs),
    .traits = OG_COPIES,
    .infer = depth_to_space_infer,
    .gradient = depth_to_space_gradient,
    .prepare = depth_to_space_prepare,
    .run = og_moves_run,
    .samples = OG_SAMPLES("float[1,8,2,3] input; blocksize=2",
                          "double[2,9,1,2] input; blocksize=3; mode=CRD",
                          "float[2,4,0,3] input; blocksize=2", "float[1,3,2,2] input; blocksize=1"),
};

/* Until version 28 there was no mode. */
const og_op og_op_space_to_depth = {
    .name = "SpaceToDepth",
    .version = 28,
    .valid_from = 1,
    .versions = "1 13",
    .doc = "Blocks of pixels laid out as blocks of channels.",
    .in = { OG_PORT("input", OG_ANY) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_NEED_ATTR(depth_attrs, blocksize, INT),
              { .name = "mode",
                .kind = OG_ATTR_STRING,
                .offset = offsetof(depth_attrs, mode),
                .s = "DCR",
                .since = 28 } },
    .attr_size = sizeof(depth_attrs),
    .traits = OG_COPIES,
    .infer = space_to_depth_infer,
    .gradient = space_to_depth_gradient,
    .prepare = space_to_depth_prepare,
    .run = og_moves_run,
    .samples = OG_SAMPLES("float[1,2,4,6] input; blocksize=2",
                          "double[2,1,3,6] input; blocksize=3; mode=CRD",
                          "float[0,4,2,2] input; blocksize=2"),
};
