/* Shape and Size: sizes as numbers; their contents feed the arithmetic of shapes during inference.
 */
#include "ops/shape/shape.h"

typedef struct {
    int64_t start, end;
} shape_attrs;

/* The axes [*start, *end) that are asked for, clamped to the rank. */
static void shape_range(const shape_attrs *a, int rank, int *start, int *end)
{
    int64_t s = a->start < 0 ? a->start + rank : a->start;
    int64_t e = a->end == OG_ABSENT ? rank : a->end < 0 ? a->end + rank : a->end;

    s = s < 0 ? 0 : s > rank ? rank : s;
    e = e < s ? s : e > rank ? rank : e;
    *start = (int)s;
    *end = (int)e;
}

static og_status shape_infer(og_infer *c)
{
    const og_type *x = c->in[0];
    int start, end;

    if (x->rank < 0)
        return og_infer_fresh(c, 0, 1);
    shape_range(c->attrs, x->rank, &start, &end);
    OG_TRY(og_infer_shape(c, 0, 1, (const og_dim[]){ end - start }));
    og_infer_put_content(c, 0, end - start, x->dims + start);
    return OG_OK;
}

static void shape_run(const og_call *c, int64_t piece, void *scratch)
{
    int start, end;

    (void)piece;
    (void)scratch;
    shape_range(c->attrs, c->in[0]->rank, &start, &end);
    memcpy(c->out[0]->data, c->in[0]->dims + start, (size_t)(end - start) * sizeof(int64_t));
}

const og_op og_op_shape = {
    .name = "Shape",
    .version = 25,
    .valid_from = 1,
    .versions = "1 13 15 19 21 23 24",
    .doc = "The sizes of a tensor.",
    .in = { OG_PORT("data", OG_ANY) },
    .out = { OG_PORT("shape", OG_BIT(OG_INT64)) },
    .attr = { { .name = "start",
                .kind = OG_ATTR_INT,
                .offset = offsetof(shape_attrs, start),
                .since = 15 },
              { .name = "end",
                .kind = OG_ATTR_INT,
                .offset = offsetof(shape_attrs, end),
                .i = OG_ABSENT,
                .since = 15 } },
    .attr_size = sizeof(shape_attrs),
    .traits = OG_SHAPE_ONLY | OG_ANY_RANK | OG_COPIES,
    .infer = shape_infer,
    .run = shape_run,
    .samples =
        OG_SAMPLES("float[2,3,4] data", "float[2,3,4] data; start=1", "float[2,3,4] data; end=-1",
                   "int32[2,0] data; start=-9; end=9", "double[] data"),
};

static og_status size_infer(og_infer *c)
{
    const og_type *x = c->in[0];
    og_dim size;

    OG_TRY(og_infer_shape(c, 0, 0, NULL));
    if (x->rank < 0)
        return OG_OK;
    size = og_dim_product(c, x->rank, x->dims);
    og_infer_put_content(c, 0, 1, &size);
    return OG_OK;
}

static void size_run(const og_call *c, int64_t piece, void *scratch)
{
    (void)piece;
    (void)scratch;
    *(int64_t *)c->out[0]->data = c->in[0]->count;
}

const og_op og_op_size = {
    .name = "Size",
    .version = 25,
    .valid_from = 1,
    .versions = "1 13 19 21 23 24",
    .doc = "The number of elements of a tensor.",
    .in = { OG_PORT("data", OG_ANY) },
    .out = { OG_PORT("size", OG_BIT(OG_INT64)) },
    .traits = OG_SHAPE_ONLY | OG_ANY_RANK | OG_COPIES,
    .infer = size_infer,
    .run = size_run,
    .samples = OG_SAMPLES("float[2,3,4] data", "float[] data", "int32[2,0] data"),
};
