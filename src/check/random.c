/* Seeded values for the inputs of a model, so that anything can be run without data. */
#include "check/check.h"

static void fill(og_tensor *t, og_philox *random)
{
    for (int64_t i = 0; i < t->count; i++)
        switch (t->elem) {
        case OG_FLOAT:
        case OG_DOUBLE:
        case OG_FLOAT16:
        case OG_BFLOAT16:
            og_set_double(t, i, 2 * og_philox_uniform(random) - 1);
            break;
        default:
            og_set_int(t, i, (int64_t)og_philox_below(random, 2));
            break;
        }
}

og_status og_input_random(og_graph *g, size_t i, uint64_t seed, og_tensor **tensor)
{
    const og_value *v = og_graph_input(g, i);
    int64_t dims[OG_MAX_RANK];
    char shown[160];

    *tensor = NULL;
    if (!v)
        return og_fail(og_graph_errors(g), OG_NOT_FOUND, "the model has no input %zu", i);
    og_escape(shown, sizeof shown, v->name);
    if (v->type.kind != OG_TENSOR || v->type.rank < 0 || v->type.elem == OG_STRING || !v->type.elem)
        return og_fail(og_graph_errors(g), OG_UNSUPPORTED,
                       "input '%s' cannot be made up: its type is %s", shown, og_value_type(v));
    for (int d = 0; d < v->type.rank; d++)
        dims[d] = og_dim_known(v->type.dims[d]) ? v->type.dims[d] : 2;
    if (!(*tensor = og_tensor_new(v->type.elem, v->type.rank, dims)))
        return og_fail(og_graph_errors(g), OG_NO_MEMORY, "no memory for input '%s'", shown);
    fill(*tensor,
         &(og_philox){ .seed = seed, .stream = og_hash_bytes(0, v->name, strlen(v->name)) });
    return OG_OK;
}

bool og_input_has_default(const og_graph *g, size_t i)
{
    const og_value *v = og_graph_input(g, i);

    return v && v->data;
}
