/*
 * Constant: numbers that stand in the graph.  Loading makes them constants of the graph at once, so
 * the node lives on only where someone builds it by name.
 */
#include "ops/shape/shape.h"

typedef struct {
    const og_tensor *value;
    int64_t value_int;
    float value_float;
    const char *value_string;
    og_ints value_ints;
    og_floats value_floats;
    og_strings value_strings;
} constant_attrs;

/* The attribute that is given, as a view; false unless it is exactly one.  `dims` and `one` are the
 * caller's. */
static bool constant_view(const constant_attrs *a, int64_t *dims, og_string *one, og_tensor *view)
{
    int n = 0;

    if (a->value && ++n)
        *view = *a->value;
    if (a->value_int != OG_ABSENT && ++n)
        *view = og_tensor_view(OG_INT64, 0, NULL, (void *)(uintptr_t)&a->value_int);
    if (!isnan(a->value_float) && ++n)
        *view = og_tensor_view(OG_FLOAT, 0, NULL, (void *)(uintptr_t)&a->value_float);
    if (a->value_string && ++n) {
        *one = (og_string){ a->value_string, strlen(a->value_string) };
        *view = og_tensor_view(OG_STRING, 0, NULL, one);
    }
    if (a->value_ints.v && ++n) {
        *dims = a->value_ints.n;
        *view = og_tensor_view(OG_INT64, 1, dims, (void *)(uintptr_t)a->value_ints.v);
    }
    if (a->value_floats.v && ++n) {
        *dims = a->value_floats.n;
        *view = og_tensor_view(OG_FLOAT, 1, dims, (void *)(uintptr_t)a->value_floats.v);
    }
    if (a->value_strings.v && ++n) {
        *dims = a->value_strings.n;
        *view = og_tensor_view(OG_STRING, 1, dims, NULL);
    }
    return n == 1;
}

static og_status constant_infer(og_infer *c)
{
    og_tensor t;
    og_string one;
    int64_t dims;

    if (!constant_view(c->attrs, &dims, &one, &t))
        return og_infer_fail(c, OG_BAD_FILE,
                             "expected exactly one of the attributes value, value_int, value_ints, "
                             "value_float, value_floats, value_string, value_strings");
    og_infer_elem(c, 0, t.elem);
    OG_TRY(og_infer_shape(c, 0, t.rank, t.dims));
    if (t.elem == OG_INT64 && t.count <= OG_CONTENT_MAX) {
        og_dim content[OG_CONTENT_MAX];

        for (int64_t i = 0; i < t.count; i++)
            content[i] = og_dim_int(c->dims, ((const int64_t *)t.data)[i]);
        og_infer_put_content(c, 0, t.count, content);
    }
    return OG_OK;
}

static void constant_run(const og_call *c, int64_t piece, void *scratch)
{
    const constant_attrs *a = c->attrs;
    og_tensor t;
    og_string one, *texts = c->out[0]->data;
    int64_t dims;

    (void)piece;
    (void)scratch;
    constant_view(a, &dims, &one, &t);
    if (a->value_strings.v)
        for (int64_t i = 0; i < t.count; i++)
            texts[i] = (og_string){ a->value_strings.v[i], strlen(a->value_strings.v[i]) };
    else
        og_copy_run(t.elem, c->out[0]->data, 0, t.data, 0, t.count);
}

const og_op og_op_constant = {
    .name = "Constant",
    .version = 25,
    .valid_from = 1,
    .versions = "1 9 11 12 13 19 21 23 24",
    .doc = "Numbers that stand in the graph.",
    .out = { OG_PORT("output", OG_ANY) },
    .attr = { OG_LIST_ATTR(constant_attrs, value, TENSOR),
              { .name = "value_int",
                .kind = OG_ATTR_INT,
                .offset = offsetof(constant_attrs, value_int),
                .i = OG_ABSENT,
                .since = 12 },
              { .name = "value_float",
                .kind = OG_ATTR_FLOAT,
                .offset = offsetof(constant_attrs, value_float),
                .f = NAN,
                .since = 12 },
              { .name = "value_string",
                .kind = OG_ATTR_STRING,
                .offset = offsetof(constant_attrs, value_string),
                .since = 12 },
              { .name = "value_ints",
                .kind = OG_ATTR_INTS,
                .offset = offsetof(constant_attrs, value_ints),
                .since = 12 },
              { .name = "value_floats",
                .kind = OG_ATTR_FLOATS,
                .offset = offsetof(constant_attrs, value_floats),
                .since = 12 },
              { .name = "value_strings",
                .kind = OG_ATTR_STRINGS,
                .offset = offsetof(constant_attrs, value_strings),
                .since = 12 } },
    .attr_size = sizeof(constant_attrs),
    .traits = OG_COPIES | OG_SHAPE_ONLY | OG_ZERO_GRADIENT,
    .infer = constant_infer,
    .run = constant_run,
    .samples = OG_SAMPLES("value_ints=[3,1,2]", "value_float=2.5"),
};
