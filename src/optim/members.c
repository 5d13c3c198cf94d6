/*
 * Who is in which group: a chain is walked for given names, as a training step walks it, and what
 * each of them meets is noted.
 */
#include "optim/optim.h"

/* "a / b" for a group b in a group a. */
static const char *group_text(og_arena *arena, const og_chain_group *group)
{
    const char *around = group->around ? group_text(arena, group->around) : NULL;
    og_text out = { 0 };
    const char *text;

    if (around)
        og_text_print(&out, "%s / ", around);
    if (group->selector.n_plus)
        og_selector_print(&out, &group->selector);
    else
        og_text_print(&out, "_");
    text = out.failed ? NULL : og_arena_string(arena, out.data);
    og_text_free(&out);
    return text;
}

/* The parts of a short name have its label. */
static bool stage_add(og_arena *arena, og_chain_member *m, const char *label)
{
    const char *last = m->stages ? strrchr(m->stages, ' ') : NULL;

    last = last ? last + 1 : m->stages;
    if (last && !strcmp(last, label))
        return true;
    m->stages = m->stages ? og_arena_print(arena, "%s, %s", m->stages, label) : label;
    return m->stages;
}

static og_status visit_member(og_step *step, og_stage_context *c)
{
    for (size_t i = 0; i < c->n; i++) {
        size_t place = c->reach[i];
        og_chain_member *m = &step->members[place];
        bool ok = true;

        if (step->group)
            ok = (m->group = group_text(step->arena, step->group)) != NULL;
        m->frozen = step->params[place].frozen;
        if (!m->frozen)
            ok = ok && stage_add(step->arena, m, c->label);
        if (!ok)
            return og_fail(step->lexer.report, OG_NO_MEMORY, "no memory for a table of groups");
    }
    return OG_OK;
}

og_status og_members_find(og_lexer *lexer, const og_dialect *dialect, size_t n,
                          const char *const names[], const og_chain_member **members)
{
    og_step step = { .arena = lexer->arena, .dialect = *dialect, .n = n };
    og_value *values = OG_NEW_N(lexer->arena, og_value, n + 1);
    og_chain_tree *tree;

    step.members = OG_NEW_N(lexer->arena, og_chain_member, n + 1);
    step.params = OG_NEW_N(lexer->arena, og_step_param, n + 1);
    if (!step.members || !step.params || !values)
        return og_fail(lexer->report, OG_NO_MEMORY, "no memory for a table of groups");
    for (size_t i = 0; i < n; i++) {
        values[i].name = og_arena_string(lexer->arena, names[i]);
        if (!values[i].name)
            return og_fail(lexer->report, OG_NO_MEMORY, "no memory for a table of groups");
        step.params[i].parameter = &values[i];
        step.members[i].parameter = values[i].name;
    }
    /* read again: the labels that are given to the stages do not belong to the chain's own text */
    og_lex_start(&step.lexer, "chain", lexer->text, lexer->arena, lexer->report);
    OG_TRY(og_chain_compile(&step.lexer, dialect, &tree));
    OG_TRY(og_step_labels(&step, tree));
    OG_TRY(og_step_walk(&step, tree, og_visit_freeze));
    OG_TRY(og_step_walk(&step, tree, visit_member));
    *members = step.members;
    return OG_OK;
}
