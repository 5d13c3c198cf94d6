/*
 * autoclip: clip_norm to a percentile of the norms so far (Seetharaman et al. 2020,
 * arXiv:2007.14469).
 *
 * The last `window` norms are kept in a ring; the percentile is interpolated as numpy does. The
 * paper's method counts this step's norm too and clips all gradients together; its packaged variant
 * (current=false, of=each, percentile=90) leaves this step out, clips each parameter by its own
 * history and the first step not at all.
 */
#include "optim/optim.h"

typedef struct autoclip {
    og_stage_context *c;
    int64_t window;
    bool current;
    og_value *at, *filled; /* double: place of this step in the ring, norms in the ring */
} autoclip;

static og_value *constant(og_stage_context *c, double x)
{
    return og_scalar(og_stage_graph(c), OG_DOUBLE, x);
}

static og_value *smaller(og_value *a, og_value *b)
{
    return og_where(og_less(a, b), a, b);
}

/* 0, 1, … window - 1 */
static og_value *places(const autoclip *a)
{
    int64_t dims[1] = { a->window };
    og_tensor *t = og_tensor_new(OG_DOUBLE, 1, dims);
    og_value *list;

    if (!t)
        return NULL;
    for (int64_t i = 0; i < a->window; i++)
        og_set_double(t, i, (double)i);
    list = og_constant(og_stage_graph(a->c), t);
    og_tensor_free(t);
    return list;
}

static og_value *pick(og_value *sorted, og_value *place)
{
    return OG_OP("Gather", NULL, sorted, og_cast(place, OG_INT64));
}

/* The percentile of the first `filled` of the sorted norms; the rest of the ring is infinite. */
static og_value *percentile(const autoclip *a, og_value *ring)
{
    og_stage_context *c = a->c;
    og_value *last = og_plus(a->filled, -1), *place, *low, *sorted[2];
    og_value *in[] = { ring, og_int64s(og_stage_graph(c), 1, &a->window) };
    og_value *zero = constant(c, 0), *x, *y;

    og_ops_on("TopK", OG_ATTRS(OG_SET_INT("largest", 0)), 2, in, 2, sorted);
    last = og_where(og_less(last, zero), zero, last);
    place = og_mul(og_times(og_stage_argument(c, "percentile"), 0.01), last);
    place = smaller(place, last); /* a schedule or a change while training may go out of range */
    place = og_where(og_greater(place, zero), place, zero);
    low = OG_OP("Floor", NULL, place);
    x = pick(sorted[0], low);
    y = pick(sorted[0], smaller(og_plus(low, 1), last));
    return og_where(og_equal(x, y), x, og_add(x, og_mul(og_sub(y, x), og_sub(place, low))));
}

/* The coefficient for a norm, whose history is the state `slot`. */
static og_value *coefficient(const autoclip *a, og_value *norm, og_value *ring)
{
    og_stage_context *c = a->c;
    og_value *next = og_where(og_equal(places(a), a->at), norm, ring);
    og_value *bound = percentile(a, a->current ? next : ring);

    og_stage_keep(c, ring, next);
    return og_stage_clip_coef(c, bound, norm);
}

static og_status autoclip_build(og_stage_context *c)
{
    autoclip a = { .c = c,
                   .window = (int64_t)og_stage_number(c, "window"),
                   .current = og_stage_flag(c, "current") };
    og_value *t = og_stage_clock(c), *window = constant(c, (double)a.window), *coef;

    a.at = og_sub(t, og_mul(OG_OP("Floor", NULL, og_div(t, window)), window));
    a.filled = smaller(a.current ? og_plus(t, 1) : t, window);
    if (strcmp(og_stage_word(c, "of"), "all") == 0) {
        coef = coefficient(&a, og_stage_norm(c, 2),
                           og_stage_shared_list(c, "norms", a.window, (double)INFINITY));
        for (size_t i = 0; i < og_stage_count(c); i++)
            og_stage_multiply(c, i, coef);
        return OG_OK;
    }
    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_multiply(
            c, i,
            coefficient(&a, og_stage_tensor_norm(c, i),
                        og_stage_list_slot(c, i, "norms", a.window, (double)INFINITY)));
    return OG_OK;
}

const og_stage og_stage_autoclip = {
    .name = "autoclip",
    .doc = "clip_norm to a percentile of the norms so far.",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_CLIP,
    .positional = 1,
    .arg = {
        { "percentile", OG_ARG_NUMBER, "10", "[0, 100]", "of the norms so far" },
        { "window", OG_ARG_WHOLE, "1000", "[1, 1000000]", "how many norms are kept" },
        { "of", OG_ARG_WORD, "all", "all each", "all gradients together, or each parameter's" },
        { "current", OG_ARG_BOOL, "true", NULL, "count this step's norm too" },
        { "eps", OG_ARG_NUMBER, "1e-6", "[0, inf)", "added to the norm" },
    },
    .build = autoclip_build,
};
