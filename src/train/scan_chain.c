/* Chains with another clip or another learning rate: read, changed as a tree, printed, read again.
 */
#include "onnxgrad/scan.h"
#include "optim/optim.h"

#include <math.h>

typedef struct variation {
    const og_chain_change *change;
    og_arena *arena;
    double rate;
} variation;

/* ---- Learning rates -------------------------------------------------------------------------- */

static og_chain_arg number(const char *key, double x)
{
    return (og_chain_arg){ .key = key, .type = OG_GIVEN_NUMBER, .number = x };
}

/* The number that a rate is about: itself, or the first argument of its schedule, which is one
 * again. */
static double *base_of(og_chain_arg *arg)
{
    while (arg->type == OG_GIVEN_CALL && arg->call->n)
        arg = &arg->call->args[0];
    return arg->type == OG_GIVEN_NUMBER ? &arg->number : NULL;
}

/* x becomes exponential(x, gamma=factor). */
static bool sweep_set(variation *v, og_chain_arg *arg, double base)
{
    og_chain_call *call = OG_NEW(v->arena, og_chain_call);
    og_chain_arg *args = OG_NEW_N(v->arena, og_chain_arg, 2);

    if (!call || !args)
        return false;
    args[0] = number(NULL, base);
    args[1] = number("gamma", v->change->sweep);
    *call = (og_chain_call){ .name = "exponential", .n = 2, .args = args };
    arg->type = OG_GIVEN_CALL;
    arg->call = call;
    return true;
}

static bool rate_change(variation *v, og_chain_arg *arg)
{
    double *base = base_of(arg), factor = v->change->rate != 0 ? v->change->rate : 1;

    if (!base)
        return true;
    if (isnan(v->rate))
        v->rate = *base;
    *base *= factor;
    return v->change->sweep == 0 || sweep_set(v, arg, *base);
}

/* The argument `lr` of a stage, added where the default was meant; NULL where it has none. */
static og_chain_arg *rate_of(variation *v, og_chain_link *link)
{
    og_chain_arg *args;
    size_t k = 0, n = link->call.n;

    for (size_t i = 0; i < n; i++)
        if (!strcmp(link->call.args[i].spec->name, "lr"))
            return &link->call.args[i];
    while (k < OG_MOST_ARGS && link->stage->arg[k].name && strcmp(link->stage->arg[k].name, "lr"))
        k++;
    if (k == OG_MOST_ARGS || !link->stage->arg[k].name ||
        !(args = OG_NEW_N(v->arena, og_chain_arg, n + 1)))
        return NULL;
    if (n)
        memcpy(args, link->call.args, n * sizeof *args);
    args[n] = link->values[k];
    args[n].key = "lr";
    link->call.args = args;
    link->call.n = n + 1;
    return &args[n];
}

static bool rates_change(variation *v, og_chain_tree *tree)
{
    bool ok = true;

    for (size_t i = 0; ok && i < tree->n; i++) {
        og_chain_link *link = &tree->links[i];
        og_chain_arg *rate = link->kind == OG_LINK_STAGE ? rate_of(v, link) : NULL;

        if (rate)
            ok = rate_change(v, rate);
        if (link->kind == OG_LINK_CHAIN)
            ok = rates_change(v, link->inner);
        for (size_t k = 0; ok && k < link->n_groups; k++)
            ok = rates_change(v, link->groups[k].chain);
    }
    return ok;
}

/* ---- Clips ----------------------------------------------------------------------------------- */

static bool link_has(const og_chain_link *link, unsigned traits)
{
    return link->kind == OG_LINK_STAGE && link->stage->traits & traits;
}

/* Everything but clips on all parameters. */
static og_status print_without_clips(og_text *out, const variation *v, const og_chain_tree *tree)
{
    const char *clip = v->change->clip;
    const unsigned prepares = OG_STAGE_ACCUMULATE | OG_STAGE_UNSCALE | OG_STAGE_FINITE;
    bool open = clip && *clip; /* the new one is still to come */

    for (size_t i = 0; i < tree->n; i++) {
        const og_chain_link *link = &tree->links[i];
        const og_chain_tree one = { .n = 1, .links = &tree->links[i] };

        if (clip && link_has(link, OG_STAGE_CLIP) && !link->selector)
            continue;
        if (open && !link_has(link, prepares)) {
            og_text_print(out, "%s%s", out->size ? " | " : "", clip);
            open = false;
        }
        og_text_print(out, out->size ? " | " : "");
        og_chain_print(out, &one);
    }
    if (open)
        og_text_print(out, "%s%s", out->size ? " | " : "", clip);
    return out->failed ? OG_NO_MEMORY : OG_OK;
}

static og_status vary(variation *v, const char *chain, og_text *out, og_report *report)
{
    const og_dialect dialect = { .compat = OG_COMPAT_TORCH };
    og_chain_tree *tree;
    og_lexer lexer;

    og_lex_start(&lexer, "chain", chain, v->arena, report);
    OG_TRY(og_chain_compile(&lexer, &dialect, &tree));
    if (!rates_change(v, tree) || print_without_clips(out, v, tree))
        return og_fail(report, OG_NO_MEMORY, "no memory for a chain");
    return OG_OK;
}

/* A chain that cannot be read is read again as it is, so that its report is the caller's. */
og_status og_chain_vary(const char *chain, const og_chain_change *change, og_chain **varied,
                        double *rate)
{
    variation v = { .change = change, .arena = og_arena_new(), .rate = NAN };
    og_text text = { 0 };
    og_report report = { 0 };
    og_status status = v.arena ? vary(&v, chain, &text, &report) : OG_NO_MEMORY;

    if (rate)
        *rate = v.rate;
    *varied = NULL;
    if (status != OG_NO_MEMORY)
        status = og_chain_parse(status ? chain : text.size ? text.data : "", NULL, varied);
    og_text_free(&text);
    og_arena_free(v.arena);
    return status;
}
