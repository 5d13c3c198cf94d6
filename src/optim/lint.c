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
    { OG_STAGE_ADAPTIVE | OG_STAGE_MOMENTUM, OG_STAGE_FINITE,
      "comes too late there: one infinite gradient stays in the averages; finite stands first" },
    { OG_STAGE_ADAPTIVE | OG_STAGE_MOMENTUM, OG_STAGE_ACCUMULATE,
      "takes in every part, not their mean; accumulate stands first" },
    { OG_STAGE_ADAPTIVE | OG_STAGE_MOMENTUM, OG_STAGE_UNSCALE,
      "takes in gradients that still carry the loss scale; unscale stands first" },
    { OG_STAGE_LR, OG_STAGE_ADAPTIVE, "divides the learning rate out again; lr stands behind it" },
    { OG_STAGE_LR, OG_STAGE_CLIP,
      "clips the update there, in units of the learning rate, not the gradient" },
    { OG_STAGE_LR, OG_STAGE_ACCUMULATE,
      "averages updates there, not gradients; accumulate stands first" },
    { OG_STAGE_LR, OG_STAGE_UNSCALE,
      "takes the loss scale off an update there, not off the gradient; unscale stands first" },
    { OG_STAGE_DECAY, OG_STAGE_UNSCALE,
      "is divided by the loss scale there, which it never had; unscale stands first" },
    { OG_STAGE_DECAY, OG_STAGE_ADAPTIVE,
      "is divided with the gradient there (L2); behind it the decay would be decoupled, as in "
      "adamw" },
    { OG_STAGE_DECAY, OG_STAGE_CLIP,
      "counts in the norm there and is clipped with the gradient; it stands behind the clip" },
};

/* Stages in the order they act in, with the short name they were written as. */
typedef struct seen {
    const og_chain_link *written;
    const og_selector *selector; /* its own, or of the parentheses around it; NULL: all */
    unsigned traits;
} seen;

typedef struct lint {
    og_arena *arena;
    og_report *report;
    og_lint_tell *tell;
    void *to;
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

static bool same_globs(const char *const *a, const char *const *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(a[i], b[i]))
            return false;
    return true;
}

/* Whether two stages surely work on a common parameter: two selectors may have none. */
static bool may_meet(const og_selector *a, const og_selector *b)
{
    if (!a || !b || a == b)
        return true;
    return a->n_plus == b->n_plus && a->n_minus == b->n_minus &&
           same_globs(a->plus, b->plus, a->n_plus) && same_globs(a->minus, b->minus, a->n_minus);
}

/* One mistake of a pair is enough: the first in the table. */
static og_status pair_lint(lint *l, const seen *first, const seen *now)
{
    for (size_t k = 0; k < sizeof mistakes / sizeof mistakes[0]; k++) {
        /* The reason is about the later stage where the earlier one is a learning rate. */
        bool late = mistakes[k].first == OG_STAGE_LR || mistakes[k].second == OG_STAGE_FINITE;
        const og_chain_link *about = late ? now->written : first->written;
        const og_chain_link *other = late ? first->written : now->written;
        const char *text;

        if (!(first->traits & mistakes[k].first && now->traits & mistakes[k].second))
            continue;
        text = og_arena_print(l->arena, "%s %s %s: it %s", about->call.name,
                              late ? "behind" : "before", other->call.name, mistakes[k].reason);
        return text ? l->tell(l->to, about->at, text)
                    : og_fail(l->report, OG_NO_MEMORY, "no memory for a chain");
    }
    return OG_OK;
}

static og_status stage_lint(lint *l, const og_chain_link *link, const og_selector *around)
{
    seen now = { .written = link,
                 .selector = link->selector ? link->selector : around,
                 .traits = traits_of(link) };

    for (size_t i = 0; i < l->before.n; i++)
        if (may_meet(l->before.v[i].selector, now.selector))
            OG_TRY(pair_lint(l, &l->before.v[i], &now));
    if (!og_list_push(l->arena, &l->before, now))
        return og_fail(l->report, OG_NO_MEMORY, "no memory for a chain");
    return OG_OK;
}

static og_status tree_lint(lint *l, const og_chain_tree *tree, const og_selector *around)
{
    for (size_t i = 0; i < tree->n; i++) {
        const og_chain_link *link = &tree->links[i];

        if (link->kind == OG_LINK_STAGE)
            OG_TRY(stage_lint(l, link, around));
        if (link->kind == OG_LINK_CHAIN)
            OG_TRY(tree_lint(l, link->inner, link->selector ? link->selector : around));
        for (size_t k = 0; k < link->n_groups; k++) {
            size_t before = l->before.n;

            OG_TRY(tree_lint(l, link->groups[k].chain, around));
            l->before.n = before; /* groups do not see each other */
        }
    }
    return OG_OK;
}

og_status og_chain_lint(og_arena *arena, og_report *report, const og_chain_tree *tree,
                        og_lint_tell *tell, void *to)
{
    lint l = { .arena = arena, .report = report, .tell = tell, .to = to };

    return tree_lint(&l, tree, NULL);
}
