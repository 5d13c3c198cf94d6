/*
 * Likely mistakes in the order of stages, each with its reason. A table: a stage of one kind that
 * stands before one of another. Short names are looked at as they are written, so that
 * adam(weight_decay=…) is what its author asked for.
 */
#include "optim/optim.h"

static const struct {
    unsigned first, second;
    const char *reason;
} mistakes[] = {
    { OG_STAGE_CLIP, OG_STAGE_UNSCALE,
      "clips gradients that still carry the loss scale, so its threshold means something else in "
      "every step" },
    { OG_STAGE_CLIP, OG_STAGE_ACCUMULATE,
      "clips each part before they are averaged, which biases the mean; clip once, behind it" },
    { OG_STAGE_CLIP, OG_STAGE_FINITE,
      "comes too late there: one infinite gradient has been spread over all by the clip" },
    { OG_STAGE_ACCUMULATE, OG_STAGE_FINITE,
      "comes too late there: one infinite gradient stays in the sum; finite stands first" },
    { OG_STAGE_DECAY, OG_STAGE_ADAPTIVE,
      "is divided with the gradient there (L2); behind it the decay would be decoupled, as in "
      "adamw" },
    { OG_STAGE_ADAPTIVE | OG_STAGE_MOMENTUM, OG_STAGE_ACCUMULATE,
      "takes in every part, not their mean; accumulate stands first" },
    { OG_STAGE_ADAPTIVE | OG_STAGE_MOMENTUM, OG_STAGE_UNSCALE,
      "takes in gradients that still carry the loss scale; unscale stands first" },
    { OG_STAGE_LR, OG_STAGE_ADAPTIVE, "divides the learning rate out again; lr stands behind it" },
    { OG_STAGE_LR, OG_STAGE_CLIP,
      "clips the update there, in units of the learning rate, not the gradient" },
    { OG_STAGE_LR, OG_STAGE_ACCUMULATE,
      "averages updates there, not gradients; accumulate stands first" },
};

/* Stages in the order they act in, with the short name they were written as. */
typedef struct seen {
    const og_chain_link *written;
    unsigned traits;
} seen;

typedef struct lint {
    og_step *step;
    og_list(seen) before;
} lint;

/* Traits of a link, a short name's with those of all it stands for. */
static unsigned traits_of(const og_chain_link *link)
{
    unsigned traits = link->stage ? link->stage->traits : 0;

    for (size_t i = 0; link->expansion && i < link->expansion->n; i++)
        traits |= traits_of(&link->expansion->links[i]);
    return traits;
}

static og_status stage_lint(lint *l, const og_chain_link *link)
{
    seen now = { .written = link, .traits = traits_of(link) };

    for (size_t i = 0; i < l->before.n; i++)
        for (size_t k = 0; k < sizeof mistakes / sizeof mistakes[0]; k++) {
            const seen *first = &l->before.v[i];
            /* The reason is about the later stage where the earlier one is a learning rate. */
            bool late = mistakes[k].first == OG_STAGE_LR || mistakes[k].second == OG_STAGE_FINITE;

            if (first->traits & mistakes[k].first && now.traits & mistakes[k].second)
                OG_TRY(og_step_warn(l->step, (late ? link : first->written)->at, "%s %s %s: it %s",
                                    (late ? link : first->written)->call.name,
                                    late ? "behind" : "before",
                                    (late ? first->written : link)->call.name, mistakes[k].reason));
        }
    if (!og_list_push(l->step->arena, &l->before, now))
        return og_fail(l->step->lexer.report, OG_NO_MEMORY, "no memory for a chain");
    return OG_OK;
}

static og_status tree_lint(lint *l, const og_chain_tree *tree)
{
    for (size_t i = 0; i < tree->n; i++) {
        const og_chain_link *link = &tree->links[i];

        if (link->kind == OG_LINK_STAGE)
            OG_TRY(stage_lint(l, link));
        if (link->kind == OG_LINK_CHAIN)
            OG_TRY(tree_lint(l, link->inner));
        for (size_t k = 0; k < link->n_groups; k++) {
            size_t before = l->before.n;

            OG_TRY(tree_lint(l, link->groups[k].chain));
            l->before.n = before; /* groups do not see each other */
        }
    }
    return OG_OK;
}

og_status og_chain_lint(og_step *step, const og_chain_tree *tree)
{
    lint l = { .step = step };

    return tree_lint(&l, tree);
}
