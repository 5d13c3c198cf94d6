/*
 * Chains as text, to a tree: stages, chains in parentheses, groups.
 *
 * Names are not looked up here: a chain can be read, printed and pointed into whether its stages
 * exist or not.
 */
#include "optim/optim.h"

enum { DEEPEST = 64 };

static og_status chain_read(og_lexer *lexer, int depth, og_chain_tree **tree);
static og_status call_read(og_lexer *lexer, int depth, og_chain_call *call);

static og_status no_memory(og_lexer *lexer)
{
    return og_fail(lexer->report, OG_NO_MEMORY, "no memory for a chain");
}

static og_status check_depth(og_lexer *lexer, int depth)
{
    if (depth > DEEPEST)
        return og_lex_fail(lexer, lexer->at, "nested deeper than %d", DEEPEST);
    return OG_OK;
}

/* A name of a stage, schedule, label or key: letters, digits and _, no digit first. */
static bool is_identifier(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strchr("*?./", s[i]))
            return false;
    return n > 0 && !(s[0] >= '0' && s[0] <= '9');
}

static og_status identifier_read(og_lexer *lexer, const char *expected, const char **name)
{
    if (!is_identifier(lexer->text + lexer->at, og_lex_word(lexer)))
        return og_lex_expected(lexer, expected);
    *name = og_lex_take_word(lexer);
    return *name ? OG_OK : no_memory(lexer);
}

/* ---- Arguments ------------------------------------------------------------------------------- */

static og_status value_word(og_lexer *lexer, int depth, og_chain_arg *arg)
{
    char *word;

    if (og_lex_after_word(lexer) == '(') {
        arg->type = OG_GIVEN_CALL;
        arg->call = OG_NEW(lexer->arena, og_chain_call);
        return arg->call ? call_read(lexer, depth + 1, arg->call) : no_memory(lexer);
    }
    word = og_lex_take_word(lexer);
    if (!word)
        return no_memory(lexer);
    arg->word = word;
    arg->type = OG_GIVEN_WORD;
    if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0) {
        arg->type = OG_GIVEN_BOOL;
        arg->number = *word == 't';
    }
    return OG_OK;
}

static og_status value_read(og_lexer *lexer, int depth, og_chain_arg *arg)
{
    bool number = false;
    char *text;

    arg->value_at = lexer->at;
    if (og_lex_peek(lexer) == '"') {
        OG_TRY(og_lex_string(lexer, &text));
        arg->type = OG_GIVEN_WORD;
        arg->word = text;
        return OG_OK;
    }
    OG_TRY(og_lex_number(lexer, &arg->number, &number));
    if (number)
        return OG_OK; /* OG_GIVEN_NUMBER is 0 */
    if (og_lex_word(lexer) == 0)
        return og_lex_expected(lexer, "a value");
    return value_word(lexer, depth, arg);
}

/* key=value or value; the key is a word that '=' follows. */
static og_status arg_read(og_lexer *lexer, int depth, const og_chain_call *call, og_chain_arg *arg)
{
    *arg = (og_chain_arg){ .at = lexer->at };
    if (og_lex_word(lexer) > 0 && og_lex_after_word(lexer) == '=') {
        OG_TRY(identifier_read(lexer, "the name of an argument", &arg->key));
        og_lex_take(lexer, '=');
    } else if (call->n > 0 && call->args[call->n - 1].key) {
        og_lexer probe = *lexer;

        OG_TRY(value_read(&probe, depth, arg));
        return og_lex_fail(lexer, lexer->at, "a value without a key after '%s='",
                           call->args[call->n - 1].key);
    }
    for (size_t i = 0; arg->key && i < call->n; i++)
        if (call->args[i].key && strcmp(call->args[i].key, arg->key) == 0)
            return og_lex_fail(lexer, arg->at, "'%s=' was given before", arg->key);
    return value_read(lexer, depth, arg);
}

static og_status call_read(og_lexer *lexer, int depth, og_chain_call *call)
{
    const char *outer = lexer->inside;
    og_list(og_chain_arg) args = { .v = NULL };
    og_chain_arg arg;

    OG_TRY(check_depth(lexer, depth));
    *call = (og_chain_call){ .at = lexer->at };
    OG_TRY(identifier_read(lexer, "a name", &call->name));
    lexer->inside = call->name;
    if (!og_lex_take(lexer, '(') || og_lex_take(lexer, ')')) {
        lexer->inside = outer;
        return OG_OK;
    }
    do {
        OG_TRY(arg_read(lexer, depth, call, &arg));
        if (!og_list_push(lexer->arena, &args, arg))
            return no_memory(lexer);
        call->args = args.v;
        call->n = args.n;
    } while (og_lex_take(lexer, ','));
    if (!og_lex_take(lexer, ')'))
        return og_lex_expected(lexer, "',' or ')'");
    lexer->inside = outer;
    return OG_OK;
}

og_status og_call_read(og_lexer *lexer, og_chain_call *call)
{
    return call_read(lexer, 0, call);
}

/* ---- Links ----------------------------------------------------------------------------------- */

static og_status group_read(og_lexer *lexer, int depth, og_chain_group *group)
{
    *group = (og_chain_group){ .selector.at = lexer->at };
    if (og_lex_is(lexer, "_"))
        (void)og_lex_take_word(lexer);
    else
        OG_TRY(og_selector_read(lexer, &group->selector));
    if (!og_lex_take(lexer, ':'))
        return og_lex_expected(lexer, group->selector.n_plus ? "':', '+' or '-'" : "':'");
    return chain_read(lexer, depth + 1, &group->chain);
}

static og_status groups_read(og_lexer *lexer, int depth, og_chain_link *link)
{
    og_list(og_chain_group) groups = { .v = NULL };
    og_chain_group group;

    link->kind = OG_LINK_GROUPS;
    (void)og_lex_take_word(lexer);
    if (!og_lex_take(lexer, '{'))
        return og_lex_expected(lexer, "'{'");
    do {
        if (groups.n > 0 && groups.v[groups.n - 1].selector.n_plus == 0)
            return og_lex_fail(lexer, groups.v[groups.n - 1].selector.at,
                               "'_' is all the rest, so it stands last");
        OG_TRY(group_read(lexer, depth, &group));
        if (!og_list_push(lexer->arena, &groups, group))
            return no_memory(lexer);
    } while (og_lex_take(lexer, ';'));
    if (!og_lex_take(lexer, '}'))
        return og_lex_expected(lexer, "'|', ';' or '}'");
    link->groups = groups.v;
    link->n_groups = groups.n;
    return OG_OK;
}

static og_status selector_read(og_lexer *lexer, og_chain_link *link)
{
    if (!og_lex_take(lexer, '@'))
        return OG_OK;
    link->selector = OG_NEW(lexer->arena, og_selector);
    return link->selector ? og_selector_read(lexer, link->selector) : no_memory(lexer);
}

/* [label=]name(...) */
static og_status stage_read(og_lexer *lexer, int depth, og_chain_link *link)
{
    const char *name;

    OG_TRY(identifier_read(lexer, "a stage, '(' or 'groups'", &name));
    if (og_lex_take(lexer, '=')) {
        link->label = name;
        if (og_lex_is(lexer, "groups") || og_lex_peek(lexer) == '(')
            return og_lex_fail(lexer, link->at, "a label names one stage");
        OG_TRY(check_depth(lexer, depth));
        if (!is_identifier(lexer->text + lexer->at, og_lex_word(lexer)))
            return og_lex_expected(lexer, "a stage");
    } else {
        lexer->at = link->at;
    }
    return call_read(lexer, depth, &link->call);
}

static og_status link_read(og_lexer *lexer, int depth, og_chain_link *link)
{
    *link = (og_chain_link){ .at = lexer->at };
    if (og_lex_is(lexer, "groups"))
        return groups_read(lexer, depth, link);
    if (og_lex_take(lexer, '(')) {
        link->kind = OG_LINK_CHAIN;
        OG_TRY(chain_read(lexer, depth + 1, &link->inner));
        if (!og_lex_take(lexer, ')'))
            return og_lex_expected(lexer, "'|' or ')'");
    } else {
        OG_TRY(stage_read(lexer, depth, link));
    }
    return selector_read(lexer, link);
}

static og_status chain_read(og_lexer *lexer, int depth, og_chain_tree **tree)
{
    og_list(og_chain_link) links = { .v = NULL };
    og_chain_link link;

    OG_TRY(check_depth(lexer, depth));
    do {
        OG_TRY(link_read(lexer, depth, &link));
        if (!og_list_push(lexer->arena, &links, link))
            return no_memory(lexer);
    } while (og_lex_take(lexer, '|'));
    *tree = OG_NEW(lexer->arena, og_chain_tree);
    if (!*tree)
        return no_memory(lexer);
    **tree = (og_chain_tree){ .n = links.n, .links = links.v };
    return OG_OK;
}

og_status og_chain_read(og_lexer *lexer, og_chain_tree **tree)
{
    OG_TRY(chain_read(lexer, 0, tree));
    if (!og_lex_end(lexer))
        return og_lex_expected(lexer, "'|' or the end");
    return OG_OK;
}
