/* Concat: tensors joined along one axis. */
#include "ops/shape/shape.h"

typedef struct {
    int64_t axis;
} concat_attrs;

static int concat_axis(const concat_attrs *a, int rank)
{
    return (int)(a->axis < 0 ? a->axis + rank : a->axis);
}

/* Vectors of shape arithmetic one behind the other. */
static void concat_content(og_infer *c)
{
    og_dim joined[OG_CONTENT_MAX];
    int64_t all = 0;

    for (int i = 0; i < c->n_in; i++) {
        int64_t n;
        const og_dim *content = og_infer_content(c, i, &n);

        if (!content || n > OG_CONTENT_MAX - all)
            return;
        for (int64_t k = 0; k < n; k++)
            joined[all++] = content[k];
    }
    og_infer_put_content(c, 0, all, joined);
}

static og_status concat_infer(og_infer *c)
{
    int rank = og_infer_rank(c, 0), axis;
    const concat_attrs *a = c->attrs;
    og_dim dims[OG_MAX_RANK];

    OG_TRY(og_infer_resolve_axis(c, rank, a->axis, &axis));
    for (int k = 0; k < rank; k++)
        dims[k] = og_infer_dim(c, 0, k);
    for (int i = 1; i < c->n_in; i++) {
        if (og_infer_rank(c, i) != rank)
            return og_infer_fail(c, OG_BAD_SHAPE, "input %d has rank %d, the first has rank %d", i,
                                 og_infer_rank(c, i), rank);
        for (int k = 0; k < rank; k++) {
            if (k == axis)
                dims[k] = og_dim_add(c->dims, dims[k], og_infer_dim(c, i, k));
            else
                OG_TRY(og_infer_agree(c, "size of joined inputs", dims[k], og_infer_dim(c, i, k),
                                      &dims[k]));
        }
    }
    OG_TRY(og_infer_shape(c, 0, rank, dims));
    if (rank == 1)
        concat_content(c);
    return OG_OK;
}

/* Until version 4 the axis could be left out and was 1. */
static void concat_upgrade(og_rewrite *c, int from)
{
    if (from < 4 && !og_old(c, "axis"))
        og_set_attr(c, (og_attr)OG_SET_INT("axis", 1));
}

static void concat_gradient(og_grad *c)
{
    const concat_attrs *a = c->attrs;
    int n = c->node->n_in;
    og_value **sizes = OG_NEW_N(c->g->arena, og_value *, n),
             **dx = OG_NEW_N(c->g->arena, og_value *, n);

    if (!sizes || !dx)
        return;
    int64_t axis = concat_axis(a, og_rank(og_x(c, 0)));
    for (int i = 0; i < n; i++)
        sizes[i] = og_shape_part(og_x(c, i), axis, axis + 1);
    og_ops_on("Split", OG_ATTRS(OG_SET_INT("axis", axis)), 2,
              (og_value *[]){ og_dy(c, 0), og_concat(0, n, sizes) }, n, dx);
    for (int i = 0; i < n; i++)
        og_set_dx(c, i, dx[i]);
}

static og_status concat_prepare(og_call *c)
{
    const og_tensor *y = c->out[0];
    int axis = concat_axis(c->attrs, y->rank);
    int64_t to[OG_MAX_RANK], from[OG_MAX_RANK], first = 0;
    og_moves *moves = og_moves_new(c, c->n_in);

    if (!moves)
        return og_call_fail(c, OG_NO_MEMORY, "no memory for a plan");
    og_strides(y->rank, y->dims, to);
    for (int i = 0; i < c->n_in; i++) {
        og_strides(y->rank, c->in[i]->dims, from);
        og_moves_add(c, moves, i, 0, y->rank, c->in[i]->dims, to, first, from, 0);
        first += c->in[i]->dims[axis] * to[axis];
    }
    return OG_OK;
}

static int concat_valid_from(const og_node *node)
{
    const concat_attrs *a = node->attrs;

    return a->axis < 0 ? 11 : 4;
}

const og_op og_op_concat = {
    .name = "Concat",
    .version = 13,
    .valid_from_node = concat_valid_from,
    .versions = "1 4 11",
    .doc = "Tensors joined along one axis.",
    .in = { OG_PORT("inputs", OG_ANY, .variadic = true) },
    .out = { OG_PORT("concat_result", OG_SAME_AS(0)) },
    .attr = { OG_NEED_ATTR(concat_attrs, axis, INT) },
    .attr_size = sizeof(concat_attrs),
    .traits = OG_COPIES,
    .infer = concat_infer,
    .upgrade = concat_upgrade,
    .gradient = concat_gradient,
    .prepare = concat_prepare,
    .run = og_moves_run,
    .samples = OG_SAMPLES("float[2,3] a; float[2,5] b; float[2,1] c; axis=1",
                          "double[2,3,2] a; double[1,3,2] b; axis=-3",
                          "float[0,3] a; float[2,3] b; axis=0", "int64[4] a; axis=0"),
};
