/*
 * A training step: the chain is walked twice over the trainable parameters. The first walk decides
 * who is frozen, who meets which learning rate, and gives the stages their labels; then gradients
 * are asked for, and the second walk lets every stage add its nodes. What is left is bound to the
 * parameters.
 */
#include "autodiff/autodiff.h"
#include "optim/optim.h"

#include <stdio.h>

/* Parameters as places in step->params. */
typedef struct reach {
    size_t n;
    size_t *v;
} reach;

static og_status step_walk(og_step *step, const og_chain_tree *tree, const char *label, reach in,
                           og_step_visit *visit);

static og_status no_memory(og_step *step)
{
    return og_fail(step->lexer.report, OG_NO_MEMORY, "no memory for a training step");
}

og_status og_step_warn(og_step *step, size_t at, const char *format, ...)
{
    char text[400];
    const char *warning;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (step->strict)
        return og_lex_fail(&step->lexer, at, "%s", text);
    warning = og_arena_print(step->graph->arena, "offset %zu: %s", at, text);
    if (!warning || !og_list_push(step->graph->arena, &step->graph->warnings, warning))
        return no_memory(step);
    return OG_OK;
}

static og_status tell_mistake(void *step, size_t at, const char *text)
{
    return og_step_warn(step, at, "%s", text);
}

const char *og_step_warning(const og_graph *graph, size_t i)
{
    return i < graph->warnings.n ? graph->warnings.v[i] : NULL;
}

/* ---- Walking --------------------------------------------------------------------------------- */

static og_status reach_select(og_step *step, const og_selector *selector, reach in, reach *out)
{
    *out = (reach){ .v = OG_NEW_N(step->arena, size_t, in.n + 1) };
    if (!out->v)
        return no_memory(step);
    for (size_t i = 0; i < in.n; i++)
        if (og_selector_matches(selector, step->params[in.v[i]].parameter->name))
            out->v[out->n++] = in.v[i];
    return OG_OK;
}

/* The parameters of one group: those in `left` that its selector matches; they are taken out of
 * `left`. */
static og_status group_take(og_step *step, const og_chain_group *group, reach *left, reach *out)
{
    size_t kept = 0;

    *out = (reach){ .v = OG_NEW_N(step->arena, size_t, left->n + 1) };
    if (!out->v)
        return no_memory(step);
    for (size_t i = 0; i < left->n; i++) {
        const char *name = step->params[left->v[i]].parameter->name;

        if (group->selector.n_plus == 0 || og_selector_matches(&group->selector, name))
            out->v[out->n++] = left->v[i];
        else
            left->v[kept++] = left->v[i];
    }
    left->n = kept;
    return OG_OK;
}

static og_status groups_walk(og_step *step, const og_chain_link *link, reach in,
                             og_step_visit *visit)
{
    reach left = { .n = in.n, .v = OG_NEW_N(step->arena, size_t, in.n + 1) }, part;
    const og_chain_group *around = step->group;

    if (!left.v)
        return no_memory(step);
    memcpy(left.v, in.v, in.n * sizeof *in.v);
    for (size_t k = 0; k < link->n_groups; k++) {
        link->groups[k].around = around;
        step->group = &link->groups[k];
        OG_TRY(group_take(step, &link->groups[k], &left, &part));
        OG_TRY(step_walk(step, link->groups[k].chain, NULL, part, visit));
    }
    step->group = around;
    if (left.n > 0)
        return og_lex_fail(&step->lexer, link->at, "no group matches the parameter '%s'",
                           step->params[left.v[0]].parameter->name);
    return OG_OK;
}

static og_status link_walk(og_step *step, const og_chain_link *link, const char *label, reach in,
                           og_step_visit *visit)
{
    og_stage_context c = { .step = step, .lexer = &step->lexer, .link = link };

    if (link->kind == OG_LINK_GROUPS)
        return groups_walk(step, link, in, visit);
    if (link->selector)
        OG_TRY(reach_select(step, link->selector, in, &in));
    if (link->kind == OG_LINK_CHAIN)
        return step_walk(step, link->inner, NULL, in, visit);
    c.label = label ? label : link->label;
    if (link->expansion)
        return step_walk(step, link->expansion, c.label, in, visit);
    c.n = in.n;
    c.reach = in.v;
    OG_TRY(visit(step, &c));
    return step->lexer.report->code;
}

/* `label` is that of the short name whose expansion the tree is, or NULL. */
static og_status step_walk(og_step *step, const og_chain_tree *tree, const char *label, reach in,
                           og_step_visit *visit)
{
    for (size_t i = 0; i < tree->n; i++)
        OG_TRY(link_walk(step, &tree->links[i], label, in, visit));
    return OG_OK;
}

og_status og_step_walk(og_step *step, const og_chain_tree *tree, og_step_visit *visit)
{
    reach all = { .n = step->n, .v = OG_NEW_N(step->arena, size_t, step->n + 1) };

    if (!all.v)
        return no_memory(step);
    for (size_t i = 0; i < all.n; i++)
        all.v[i] = i;
    step->group = NULL;
    return step_walk(step, tree, NULL, all, visit);
}

/* ---- Labels ---------------------------------------------------------------------------------- */

static bool label_taken(const og_step *step, const char *label)
{
    for (size_t i = 0; i < step->labels.n; i++)
        if (strcmp(step->labels.v[i], label) == 0)
            return true;
    return false;
}

static const char *label_free(og_step *step, const char *name)
{
    const char *label = name;

    for (int k = 2; label && label_taken(step, label); k++)
        label = og_arena_print(step->arena, "%s_%d", name, k);
    return label;
}

/* The labels of the text first, then, `given` false, the others are named after their stages. */
static og_status labels_set(og_step *step, og_chain_tree *tree, bool given)
{
    for (size_t i = 0; i < tree->n; i++) {
        og_chain_link *link = &tree->links[i];

        if (link->kind == OG_LINK_STAGE && given == (link->label != NULL)) {
            if (given && label_taken(step, link->label))
                return og_lex_fail(&step->lexer, link->at, "the label '%s' was given before",
                                   link->label);
            if (!given)
                link->label = label_free(step, link->call.name);
            if (!link->label || !og_list_push(step->arena, &step->labels, link->label))
                return no_memory(step);
        }
        if (link->kind == OG_LINK_CHAIN)
            OG_TRY(labels_set(step, link->inner, given));
        for (size_t k = 0; k < link->n_groups; k++)
            OG_TRY(labels_set(step, link->groups[k].chain, given));
    }
    return OG_OK;
}

og_status og_step_labels(og_step *step, og_chain_tree *tree)
{
    OG_TRY(labels_set(step, tree, true));
    return labels_set(step, tree, false);
}

/* ---- The first walk -------------------------------------------------------------------------- */

og_status og_visit_freeze(og_step *step, og_stage_context *c)
{
    for (size_t i = 0; i < c->n && c->link->stage->traits & OG_STAGE_FREEZE; i++)
        step->params[c->reach[i]].frozen = true;
    return OG_OK;
}

static og_status visit_prepare(og_step *step, og_stage_context *c)
{
    const og_stage *stage = c->link->stage;

    if (c->n == 0 && c->link->selector)
        OG_TRY(og_step_warn(step, c->link->selector->at, "the selector matches no parameter"));
    for (size_t i = 0; i < c->n && stage->traits & OG_STAGE_LR; i++) {
        og_step_param *p = &step->params[c->reach[i]];

        if (p->lr && !p->frozen)
            return og_lex_fail(
                &step->lexer, c->link->at,
                "the parameter '%s' meets a second learning rate; the first is at offset %zu",
                p->parameter->name, p->lr->at);
        p->lr = c->link;
    }
    return stage->prepare ? stage->prepare(c) : OG_OK;
}

static og_status check_lr(og_step *step)
{
    for (size_t i = 0; i < step->n; i++) {
        if (step->params[i].frozen || step->params[i].lr)
            continue;
        (void)og_lex_fail(&step->lexer, strlen(step->lexer.text),
                          "the parameter '%s' meets no learning rate",
                          step->params[i].parameter->name);
        og_report_hint(step->lexer.report,
                       "end the chain with lr(…), or with sgd, adam … which contain it");
        return OG_BAD_CHAIN;
    }
    return OG_OK;
}

/* ---- Parameters and gradients ---------------------------------------------------------------- */

static og_status params_find(og_step *step)
{
    og_graph *g = step->graph;

    step->params = OG_NEW_N(step->arena, og_step_param, g->initializers.n + 1);
    if (!step->params)
        return no_memory(step);
    for (size_t i = 0; i < g->initializers.n; i++)
        if (g->initializers.v[i]->trainable)
            step->params[step->n++].parameter = g->initializers.v[i];
    if (step->n == 0)
        return og_fail(og_graph_errors(g), OG_BAD_ARGUMENT, "the graph has no trainable parameter");
    return OG_OK;
}

static og_status loss_check(og_graph *g, og_value *loss)
{
    char text[300];

    OG_TRY(og_graph_status(g));
    if (!loss || loss->graph != g)
        return og_fail(og_graph_errors(g), OG_BAD_ARGUMENT, "the loss is no value of the graph");
    if (loss->type.rank != 0)
        return og_fail(og_graph_errors(g), OG_NOT_SCALAR,
                       "the loss '%s' is %s, expected one number", loss->name,
                       og_type_text(g->dims, &loss->type, text, sizeof text));
    return OG_OK;
}

/* A parameter without influence on the loss is left alone, as PyTorch does: no decay, no state. */
static og_status gradients_find(og_step *step, og_value *loss)
{
    og_value **wrt = OG_NEW_N(step->arena, og_value *, 2 * step->n), **grads = wrt + step->n;
    size_t n = 0;

    if (!wrt)
        return no_memory(step);
    for (size_t i = 0; i < step->n; i++)
        if (!step->params[i].frozen)
            wrt[n++] = step->params[i].parameter;
    OG_TRY(og_backward(step->graph, loss, og_cast_like(step->seed, loss), wrt, n, grads));
    n = 0;
    for (size_t i = 0; i < step->n; i++) {
        og_step_param *p = &step->params[i];

        if (p->frozen)
            continue;
        p->gradient = p->now.value = og_value_now(grads[n]);
        n++;
        p->frozen = !p->now.value;
        if (p->frozen)
            OG_TRY(og_step_warn(step, 0, "the loss does not depend on the parameter '%s'",
                                p->parameter->name));
    }
    for (size_t i = 0; i < step->n; i++)
        if (!step->params[i].frozen)
            return OG_OK;
    return og_fail(
        og_graph_errors(step->graph), OG_BAD_ARGUMENT,
        "no parameter is left to train: all are frozen or without influence on the loss");
}

/* ---- The second walk ------------------------------------------------------------------------- */

enum {
    PREPARATION = OG_STAGE_UNSCALE | OG_STAGE_ACCUMULATE | OG_STAGE_FINITE | OG_STAGE_FREEZE |
                  OG_STAGE_OBSERVES
};

static og_status visit_build(og_step *step, og_stage_context *c)
{
    const og_stage *stage = c->link->stage;
    size_t *living = OG_NEW_N(step->arena, size_t, c->n + 1), n = 0;

    if (!living)
        return no_memory(step);
    for (size_t i = 0; i < c->n; i++) {
        og_step_param *p = &step->params[c->reach[i]];

        if (p->frozen)
            continue;
        living[n++] = c->reach[i];
        if (!p->before.value && !(stage->traits & PREPARATION))
            p->before = p->now;
        if (!p->after.value && !(stage->traits & (PREPARATION | OG_STAGE_CLIP)))
            p->after = p->now;
        if (p->next && !(stage->traits & OG_STAGE_WEIGHTS))
            return og_stage_fail(c, "%s stands behind a stage that works on the new weights",
                                 stage->name);
    }
    c->n = n;
    c->reach = living;
    return n > 0 && stage->build ? stage->build(c) : OG_OK;
}

static og_status params_bind(og_step *step)
{
    for (size_t i = 0; i < step->n; i++) {
        og_step_param *p = &step->params[i];

        if (p->frozen)
            continue;
        if (!p->before.value)
            p->before = p->now;
        if (!p->after.value)
            p->after = p->now;
        og_step_bind(step, p->parameter, p->next ? p->next : og_add(p->parameter, p->now.value));
    }
    return og_graph_status(step->graph);
}

static og_status count_bind(og_step *step)
{
    og_value *next = og_plus(step->count, 1);

    og_step_bind(step, step->count, next);
    step->graph->info[OG_INFO_APPLIED] = step->gate;
    step->graph->info[OG_INFO_STEP] = step->gate ? og_where(step->gate, next, step->count) : next;
    return og_graph_status(step->graph);
}

static og_status step_make(og_step *step, og_value *loss, og_chain_tree *tree)
{
    step->count = og_step_state(step, "opt/step", OG_INT64, 0, NULL, 0);
    step->clock = og_cast(step->count, OG_DOUBLE);
    OG_TRY(og_step_labels(step, tree));
    OG_TRY(og_step_walk(step, tree, og_visit_freeze));
    OG_TRY(og_step_walk(step, tree, visit_prepare));
    OG_TRY(check_lr(step));
    OG_TRY(og_chain_lint(step->arena, step->lexer.report, tree, tell_mistake, step));
    OG_TRY(gradients_find(step, loss));
    /* what the sweep put in place of forward nodes is what stages go through again */
    OG_TRY(og_graph_settle(step->graph));
    step->loss = og_value_now(loss);
    OG_TRY(og_step_watch(step));
    OG_TRY(og_step_walk(step, tree, visit_build));
    OG_TRY(params_bind(step));
    OG_TRY(count_bind(step));
    step->graph->info[OG_INFO_LOSS] = step->loss;
    step->graph->info[OG_INFO_LR] = step->lr;
    return og_step_infos(step);
}

static og_status step_run(og_step *step, og_value *loss, const char *chain,
                          const og_step_options *options)
{
    og_report *report = og_graph_errors(step->graph);
    og_chain_tree *tree;
    char *text = og_arena_string(step->arena, chain);

    if (!text)
        return no_memory(step);
    step->strict = options && options->strict;
    step->norms = options && options->norms;
    OG_TRY(og_dialect_set(&step->dialect, options, report));
    og_lex_start(&step->lexer, "chain", text, step->arena, report);
    OG_TRY(og_chain_compile(&step->lexer, &step->dialect, &tree));
    OG_TRY(params_find(step));
    OG_TRY(step_make(step, loss, tree));
    return og_graph_settle(step->graph);
}

og_status og_step_build(og_graph *graph, og_value *loss, const char *chain,
                        const og_step_options *options)
{
    og_step step = { .graph = graph };
    og_status status;

    OG_TRY(loss_check(graph, loss));
    step.arena = og_arena_new();
    step.lexer.report = og_graph_errors(graph);
    if (!step.arena)
        return no_memory(&step);
    status = step_run(&step, loss, chain, options);
    og_arena_free(step.arena);
    return status;
}

og_status og_train_step_with(og_graph *graph, og_value *loss, const char *chain,
                             const og_step_options *options)
{
    return og_step_build(graph, loss, chain, options);
}

og_status og_train_step(og_graph *graph, og_value *loss, const char *chain)
{
    return og_step_build(graph, loss, chain, NULL);
}
