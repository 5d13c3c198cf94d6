/*
 * Chains as a user holds them: read, checked against the stages there are, short names written out.
 */
#include "optim/optim.h"

static const char *const compat_names[OG_COMPAT_COUNT] = {
    [OG_COMPAT_TORCH] = "torch",
    [OG_COMPAT_OPTAX] = "optax",
    [OG_COMPAT_ONNX] = "onnx",
    [OG_COMPAT_KERAS] = "keras",
};

static og_compat compat_find(const char *name)
{
    int i = 0;

    while (i < OG_COMPAT_COUNT && strcmp(compat_names[i], name) != 0)
        i++;
    return (og_compat)i;
}

og_status og_dialect_set(og_dialect *dialect, const og_step_options *options, og_report *report)
{
    *dialect = (og_dialect){ .compat = OG_COMPAT_TORCH };
    if (!options)
        return OG_OK;
    dialect->stages = options->stages;
    if (options->compat)
        dialect->compat = compat_find(options->compat);
    if (dialect->compat == OG_COMPAT_COUNT)
        return og_fail(report, OG_BAD_ARGUMENT,
                       "compat is '%s', expected torch, optax, onnx or keras", options->compat);
    return OG_OK;
}

/* The stage of that name in a list ended by NULL. */
static const og_stage *find_in(const og_stage *const *stages, const char *name)
{
    for (; stages && *stages; stages++)
        if (strcmp((*stages)->name, name) == 0)
            return *stages;
    return NULL;
}

const og_stage *og_stage_find(const og_dialect *dialect, const char *name)
{
    const og_stage *stage = find_in(dialect->stages, name);

    return stage ? stage : find_in(og_stage_registry, name);
}

static og_status unknown_stage(og_lexer *lexer, const og_dialect *dialect,
                               const og_chain_call *call)
{
    const char *names[256], *nearest;
    const og_stage *const *lists[] = { dialect->stages, og_stage_registry };
    size_t n = 0;

    for (size_t k = 0; k < 2; k++)
        for (const og_stage *const *s = lists[k]; s && *s && n < 256; s++)
            names[n++] = (*s)->name;
    (void)og_lex_fail(lexer, call->at, "there is no stage '%s'", call->name);
    nearest = og_nearest(call->name, names, n);
    if (nearest) {
        og_signature signature = og_stage_signature(og_stage_find(dialect, nearest));

        og_signature_hint(lexer->report, &signature, nearest);
    }
    return OG_BAD_CHAIN;
}

/* ---- Writing short names out ----------------------------------------------------------------- */

/* Numbers that are an argument of the short name go by its name: sgd's momentum, not trace's decay.
 * Their places in the text that was written tell. */
static void origins_set(const og_stage_context *c, og_chain_call *call)
{
    for (size_t i = 0; i < call->n; i++) {
        og_chain_arg *arg = &call->args[i];

        for (size_t k = 0; k < c->written.n; k++) {
            const og_chain_arg *from = c->written.v[k].arg;

            if (c->written.v[k].at == arg->value_at)
                arg->origin = c->link->part ? from->origin : from->spec;
        }
        if (!arg->origin && arg->type == OG_GIVEN_CALL)
            origins_set(c, arg->call);
    }
}

/* Everything in the tree stands where the short name stood. */
static void place(og_chain_tree *tree, size_t at)
{
    for (size_t i = 0; i < tree->n; i++) {
        og_chain_link *link = &tree->links[i];

        link->at = link->call.at = at;
        for (size_t k = 0; k < link->call.n; k++)
            link->call.args[k].at = link->call.args[k].value_at = at;
        if (link->inner)
            place(link->inner, at);
    }
}

static og_status expand(og_lexer *lexer, const og_dialect *dialect, og_chain_link *link)
{
    og_text text = { .data = NULL };
    og_stage_context c = { .lexer = lexer, .link = link, .out = &text };
    const og_dialect inside = { .compat = link->compat, .stages = dialect->stages };
    og_report wrong = { .code = OG_OK };
    const char *copy;
    og_lexer inner;
    og_status status;

    link->stage->expand(&c);
    copy = text.failed ? NULL : og_arena_string(lexer->arena, text.data);
    og_text_free(&text);
    if (!copy)
        return og_fail(lexer->report, OG_NO_MEMORY, "no memory for a chain");
    OG_TRY(lexer->report->code); /* the stage did not like its arguments */
    og_lex_start(&inner, link->call.name, copy, lexer->arena, &wrong);
    status = og_chain_read(&inner, &link->expansion);
    for (size_t i = 0; !status && i < link->expansion->n; i++) {
        link->expansion->links[i].part = true;
        origins_set(&c, &link->expansion->links[i].call);
    }
    if (!status)
        status = og_chain_resolve(&inner, &inside, link->expansion, false);
    if (status == OG_BAD_CHAIN)
        return og_lex_fail(lexer, link->at, "%s stands for '%s', where %s", link->call.name, copy,
                           wrong.what);
    if (status)
        return og_fail(lexer->report, status, "%s", wrong.what);
    place(link->expansion, link->at);
    return OG_OK;
}

/* ---- Looking stages up ----------------------------------------------------------------------- */

static og_status values_set(og_lexer *lexer, const og_signature *signature, og_chain_link *link)
{
    const char *defaults = link->stage->compat[link->compat];
    int n = og_signature_count(signature);

    link->values = OG_NEW_N(lexer->arena, og_chain_arg, OG_MOST_ARGS);
    if (!link->values)
        return og_fail(lexer->report, OG_NO_MEMORY, "no memory for a chain");
    for (int k = 0; k < n; k++)
        OG_TRY(og_signature_value(lexer, signature, &link->call, defaults, k, &link->values[k]));
    return OG_OK;
}

static og_status stage_resolve(og_lexer *lexer, const og_dialect *dialect, og_chain_link *link,
                               bool lenient)
{
    og_signature signature;

    link->stage = og_stage_find(dialect, link->call.name);
    if (!link->stage)
        return lenient ? OG_OK : unknown_stage(lexer, dialect, &link->call);
    signature = og_stage_signature(link->stage);
    OG_TRY(og_signature_check(lexer, &signature, &link->call));
    link->compat = dialect->compat;
    for (size_t i = 0; i < link->call.n; i++)
        if (strcmp(link->call.args[i].spec->name, "compat") == 0)
            link->compat = compat_find(link->call.args[i].word);
    OG_TRY(values_set(lexer, &signature, link));
    return link->stage->expand ? expand(lexer, dialect, link) : OG_OK;
}

og_status og_chain_resolve(og_lexer *lexer, const og_dialect *dialect, og_chain_tree *tree,
                           bool lenient)
{
    for (size_t i = 0; i < tree->n; i++) {
        og_chain_link *link = &tree->links[i];

        if (link->kind == OG_LINK_STAGE)
            OG_TRY(stage_resolve(lexer, dialect, link, lenient));
        if (link->kind == OG_LINK_CHAIN)
            OG_TRY(og_chain_resolve(lexer, dialect, link->inner, lenient));
        for (size_t k = 0; k < link->n_groups; k++)
            OG_TRY(og_chain_resolve(lexer, dialect, link->groups[k].chain, lenient));
    }
    return OG_OK;
}

og_status og_chain_compile(og_lexer *lexer, const og_dialect *dialect, og_chain_tree **tree)
{
    og_status status = og_chain_read(lexer, tree);

    if (status && lexer->inside && og_stage_find(dialect, lexer->inside)) {
        og_signature signature = og_stage_signature(og_stage_find(dialect, lexer->inside));

        og_signature_hint(lexer->report, &signature, NULL);
    }
    return status ? status : og_chain_resolve(lexer, dialect, *tree, false);
}

/* ---- The handle ------------------------------------------------------------------------------ */

struct og_chain {
    og_arena *arena;
    og_report report;
    og_lexer lexer;
    og_dialect dialect;
    og_chain_tree *tree; /* NULL after a failure */
    og_text text, explained;
    bool strict;
    og_list(const char *) warnings;
};

static og_status tell_mistake(void *to, size_t at, const char *text)
{
    og_chain *c = to;
    const char *warning = og_arena_print(c->arena, "offset %zu: %s", at, text);

    if (c->strict)
        return og_lex_fail(&c->lexer, at, "%s", text);
    return warning && og_list_push(c->arena, &c->warnings, warning)
               ? OG_OK
               : og_fail(&c->report, OG_NO_MEMORY, "no memory for a chain");
}

const char *og_chain_warning(const og_chain *chain, size_t i)
{
    return i < chain->warnings.n ? chain->warnings.v[i] : NULL;
}

og_status og_chain_parse(const char *text, const og_step_options *options, og_chain **chain)
{
    og_chain *c = og_calloc(1, sizeof *c);

    *chain = c;
    if (!c)
        return OG_NO_MEMORY;
    c->arena = og_arena_new();
    text = c->arena ? og_arena_string(c->arena, text) : NULL;
    if (!text)
        return og_fail(&c->report, OG_NO_MEMORY, "no memory for a chain");
    OG_TRY(og_dialect_set(&c->dialect, options, &c->report));
    og_lex_start(&c->lexer, "chain", text, c->arena, &c->report);
    OG_TRY(og_chain_compile(&c->lexer, &c->dialect, &c->tree));
    c->strict = options && options->strict;
    OG_TRY(og_chain_lint(c->arena, &c->report, c->tree, tell_mistake, c));
    og_chain_print(&c->text, c->tree);
    return c->text.failed ? og_fail(&c->report, OG_NO_MEMORY, "no memory for a chain") : OG_OK;
}

void og_chain_free(og_chain *chain)
{
    if (!chain)
        return;
    og_text_free(&chain->text);
    og_text_free(&chain->explained);
    og_arena_free(chain->arena);
    og_free(chain);
}

const og_report *og_chain_report(const og_chain *chain)
{
    return &chain->report;
}

const char *og_chain_text(og_chain *chain)
{
    return chain->report.code ? NULL : chain->text.data;
}

const char *og_chain_explain(og_chain *chain)
{
    if (chain->report.code)
        return NULL;
    if (!chain->explained.size &&
        og_chain_explain_tree(&chain->explained, &chain->lexer, &chain->dialect, chain->tree))
        return NULL;
    return chain->explained.failed ? NULL : chain->explained.data;
}

og_status og_chain_members(og_chain *chain, size_t n, const char *const names[],
                           const og_chain_member **members)
{
    *members = NULL;
    return chain->report.code ? chain->report.code
                              : og_members_find(&chain->lexer, &chain->dialect, n, names, members);
}
