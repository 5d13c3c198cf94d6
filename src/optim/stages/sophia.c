/*
 * scale_by_sophia, sophia: the mean of the gradients over the diagonal of the Hessian, clipped
 * element by element (Liu et al. 2023, arXiv:2305.14342), as optax has it.
 *
 * The diagonal is Hutchinson's estimate, r * (H r) with r of random signs, whose mean fades; it is
 * taken every so many steps, in a branch of an If, and acts from the step after. The clip is the
 * method: where the estimate is small or negative, the step is clip long.
 */
#include "optim/moments.h"

/* Signs, a stream for each parameter by its name. */
static og_status signs(og_stage_context *c, size_t i, og_value **sign)
{
    og_graph *g = og_stage_graph(c);
    og_value *p = og_stage_parameter(c, i), *drawn = OG_OP("RandomNormalLike", NULL, p);
    char *base = og_arena_print(g->arena, "%s_%s", p->name, c->label);

    if (!drawn || !base)
        return og_fail(og_graph_errors(g), OG_NO_MEMORY, "no memory for a training step");
    OG_TRY(og_value_rename(drawn, og_graph_free_name(g, base)));
    *sign = og_where(og_less(drawn, og_scalar_like(drawn, 0)), og_scalar_like(drawn, -1),
                     og_scalar_like(drawn, 1));
    return og_graph_status(g);
}

/* r * (H r) of each parameter. */
static og_status diagonal(og_stage_context *c, og_value **sign, og_value **estimate)
{
    for (size_t i = 0; i < og_stage_count(c); i++)
        OG_TRY(signs(c, i, &sign[i]));
    OG_TRY(og_stage_hessian_product(c, sign, estimate));
    for (size_t i = 0; i < og_stage_count(c); i++)
        estimate[i] = og_mul(estimate[i], sign[i]);
    return OG_OK;
}

static og_value *is_due(og_stage_context *c)
{
    og_value *t = og_stage_clock(c), *every = og_stage_argument(c, "every");

    return og_equal(og_mul(OG_OP("Floor", NULL, og_div(t, every)), every), t);
}

/* The diagonals' means after this step, in the steps that estimate them. */
static og_status keep_diagonals(og_stage_context *c, const og_moments *s, og_value **h)
{
    size_t n = og_stage_count(c);
    og_value **estimate = OG_NEW_N(c->step->arena, og_value *, 2 * n + 1), **work = estimate + n;

    if (!estimate)
        return og_fail(og_graph_errors(og_stage_graph(c)), OG_NO_MEMORY,
                       "no memory for a training step");
    OG_TRY(diagonal(c, work, estimate));
    for (size_t i = 0; i < n; i++)
        estimate[i] = og_add(og_mul(h[i], og_stage_cast(c, i, s->beta2)),
                             og_mul(estimate[i], og_stage_cast(c, i, s->weight2)));
    OG_TRY(og_stage_when(c, is_due(c), n, estimate, h, work));
    for (size_t i = 0; i < n; i++)
        og_stage_keep(c, h[i], work[i]);
    return OG_OK;
}

static og_status scale_by_sophia_build(og_stage_context *c)
{
    size_t n = og_stage_count(c);
    og_value **h = OG_NEW_N(c->step->arena, og_value *, n + 1);
    og_value *gamma = og_stage_argument(c, "gamma"), *eps = og_stage_argument(c, "eps");
    og_value *clip = og_stage_argument(c, "clip"), *below = og_neg(clip);
    og_moments s = og_moments_start(c);

    if (!h)
        return og_fail(og_graph_errors(og_stage_graph(c)), OG_NO_MEMORY,
                       "no memory for a training step");
    for (size_t i = 0; i < n; i++) {
        og_value *m = og_moments_first(c, i, &s), *u;

        h[i] = og_stage_slot(c, i, "h", 0);
        u = og_maximum(og_mul(h[i], og_stage_cast(c, i, gamma)), og_stage_cast(c, i, eps));
        u = og_div(og_mul(m, og_stage_cast(c, i, s.correct1)), u);
        og_stage_out(c, i,
                     OG_OP("Clip", NULL, u, og_stage_cast(c, i, below), og_stage_cast(c, i, clip)));
    }
    return keep_diagonals(c, &s, h);
}

#define SOPHIA_ARGS                                                                                \
    { "beta1", OG_ARG_NUMBER, "0.965", "[0, 1)", "what is left of the mean of g after a step" },   \
        { "beta2", OG_ARG_NUMBER, "0.99", "[0, 1)", "what is left of the diagonal's mean" },       \
        { "eps", OG_ARG_NUMBER, "1e-8", "(0, inf)", "the least divisor" },                         \
        { "gamma", OG_ARG_NUMBER, "0.01", "(0, inf)", "times the diagonal" },                      \
        { "clip", OG_ARG_NUMBER, "1", "(0, inf]", "the longest step of an element" },              \
    {                                                                                              \
        "every", OG_ARG_NUMBER, "10", "[1, inf)", "steps between two estimates"                    \
    }

const og_stage og_stage_scale_by_sophia = {
    .name = "scale_by_sophia",
    .doc = "The mean of g over the Hessian's diagonal, clipped element by element.",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_ADAPTIVE | OG_STAGE_MOMENTUM,
    .arg = { SOPHIA_ARGS },
    .build = scale_by_sophia_build,
};

static void sophia_expand(og_stage_context *c)
{
    og_stage_write(c, "scale_by_sophia(beta1=$beta1, beta2=$beta2, eps=$eps, gamma=$gamma, "
                      "clip=$clip, every=$every) | ");
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_sophia = {
    .name = "sophia",
    .doc = "Sophia: scale_by_sophia, decoupled decay and lr.",
    .arg = { OG_LR("1e-3"), SOPHIA_ARGS, OG_WEIGHT_DECAY("1e-4") },
    .expand = sophia_expand,
};
