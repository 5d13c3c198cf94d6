/*
 * RandomNormalLike: numbers of a normal distribution in the shape of the input.
 *
 * They come from the session's seed, the name of the output and the count of runs (Philox), so any
 * piece computes its own, and a run that was stopped and resumed draws what it would have drawn. An
 * attribute `seed` takes the place of the session's.
 */
#include "ops/ops.h"

typedef struct {
    int64_t dtype;
    float mean, scale, seed;
} random_attrs;

enum { RANDOM_PIECE = 16384 };

static og_status random_infer(og_infer *c)
{
    const random_attrs *a = c->attrs;
    og_elem elem = a->dtype == OG_ABSENT ? c->in[0]->elem : (og_elem)a->dtype;

    if (a->dtype != OG_ABSENT && (a->dtype < 1 || a->dtype >= OG_ELEM_COUNT))
        return og_infer_fail(c, OG_BAD_ARGUMENT, "dtype is %lld, expected the number of a type",
                             (long long)a->dtype);
    if (!og_elem_in(elem, OG_FLOATS))
        return og_infer_fail(c, OG_BAD_TYPE, "random numbers of type %s, expected a floating type",
                             og_elem_name(elem));
    og_infer_elem(c, 0, elem);
    return og_infer_same(c);
}

static og_status random_prepare(og_call *c)
{
    c->pieces = (c->out[0]->count + RANDOM_PIECE - 1) / RANDOM_PIECE;
    c->cost = 30.0 * (double)(c->pieces > 1 ? RANDOM_PIECE : c->out[0]->count);
    return OG_OK;
}

/* A block of Philox gives two numbers; a piece begins with a block. */
static void random_run(const og_call *c, int64_t piece, void *scratch)
{
    const random_attrs *a = c->attrs;
    const uint64_t seed = isnan(a->seed) ? c->seed : og_hash_bytes(0, &a->seed, sizeof a->seed);
    const int64_t count = c->out[0]->count, first = piece * RANDOM_PIECE;
    const int64_t end = first + RANDOM_PIECE < count ? first + RANDOM_PIECE : count;

    (void)scratch;
    for (int64_t i = first; i < end; i += 2) {
        double pair[2];

        og_philox_normals(seed, c->stream + c->run, (uint64_t)i / 2, pair);
        for (int64_t k = 0; k < 2 && i + k < end; k++)
            og_set_double(c->out[0], i + k, (double)a->mean + (double)a->scale * pair[k]);
    }
}

const og_op og_op_random_normal_like = {
    .name = "RandomNormalLike",
    .version = 22,
    .valid_from = 1,
    .versions = "1",
    .doc = "Numbers of a normal distribution, in the shape of the input.",
    .in = { OG_PORT("input", OG_ANY) },
    .out = { OG_PORT("output", OG_FLOATS) },
    .attr = { OG_INT_ATTR(random_attrs, dtype, OG_ABSENT), OG_FLOAT_ATTR(random_attrs, mean, 0),
              OG_FLOAT_ATTR(random_attrs, scale, 1), OG_FLOAT_ATTR(random_attrs, seed, NAN) },
    .attr_size = sizeof(random_attrs),
    .traits = OG_RANDOM | OG_SHAPE_ONLY | OG_ZERO_GRADIENT,
    .run_types = OG_ANY,
    .infer = random_infer,
    .prepare = random_prepare,
    .run = random_run,
    .samples = OG_SAMPLES("float[3,5] input", "double[20001] input; mean=2; scale=0.5",
                          "int32[4] input; dtype=11; seed=3", "float[0,3] input"),
};
