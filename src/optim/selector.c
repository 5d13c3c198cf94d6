/*
 * Selectors: globs over parameter names, joined by + and taken away by -.
 */
#include "optim/optim.h"

static og_status read_glob(og_lexer *lexer, const char **glob)
{
    size_t at = lexer->at;
    char *text;

    if (og_lex_peek(lexer) == '"')
        OG_TRY(og_lex_string(lexer, &text));
    else if (og_lex_word(lexer) > 0)
        text = og_lex_take_word(lexer);
    else
        return og_lex_expected(lexer, "a pattern of names");
    if (text && *text == '\0')
        return og_lex_fail(lexer, at, "an empty pattern matches no name");
    *glob = text;
    return text ? OG_OK : og_fail(lexer->report, OG_NO_MEMORY, "no memory for a selector");
}

/* Globs after each `sign`. */
static og_status read_globs(og_lexer *lexer, char sign, const char ***globs, size_t *n)
{
    og_list(const char *) list = { .v = *globs, .n = *n, .cap = *n };

    while (og_lex_take(lexer, sign)) {
        const char *glob;

        OG_TRY(read_glob(lexer, &glob));
        if (!og_list_push(lexer->arena, &list, glob))
            return og_fail(lexer->report, OG_NO_MEMORY, "no memory for a selector");
    }
    *globs = list.v;
    *n = list.n;
    return OG_OK;
}

og_status og_selector_read(og_lexer *lexer, og_selector *selector)
{
    *selector = (og_selector){ .at = lexer->at };
    selector->plus = OG_NEW(lexer->arena, const char *);
    if (!selector->plus)
        return og_fail(lexer->report, OG_NO_MEMORY, "no memory for a selector");
    OG_TRY(read_glob(lexer, &selector->plus[0]));
    selector->n_plus = 1;
    OG_TRY(read_globs(lexer, '+', &selector->plus, &selector->n_plus));
    OG_TRY(read_globs(lexer, '-', &selector->minus, &selector->n_minus));
    if (og_lex_peek(lexer) == '+')
        return og_lex_fail(lexer, lexer->at, "in a selector all '+' stand before the first '-'");
    return OG_OK;
}

bool og_selector_matches(const og_selector *selector, const char *name)
{
    bool matches = false;

    for (size_t i = 0; i < selector->n_plus; i++)
        matches = matches || og_glob(selector->plus[i], name);
    for (size_t i = 0; i < selector->n_minus; i++)
        matches = matches && !og_glob(selector->minus[i], name);
    return matches;
}

/* A bare `_` would be the rest of the groups. */
static void print_glob(og_text *out, const char *glob)
{
    og_lexer lexer = { .text = glob };

    if (glob[og_lex_word(&lexer)] != '\0' || strcmp(glob, "_") == 0)
        og_print_quoted(out, glob);
    else
        og_text_print(out, "%s", glob);
}

void og_selector_print(og_text *out, const og_selector *selector)
{
    for (size_t i = 0; i < selector->n_plus; i++) {
        og_text_print(out, "%s", i ? "+" : "");
        print_glob(out, selector->plus[i]);
    }
    for (size_t i = 0; i < selector->n_minus; i++) {
        og_text_print(out, "-");
        print_glob(out, selector->minus[i]);
    }
}

og_status og_select(const char *selector, const char *name, bool *matches, og_report *report)
{
    og_arena *arena = og_arena_new();
    og_selector parsed;
    og_lexer lexer;
    og_status status;

    *matches = false;
    if (!arena)
        return og_fail(report, OG_NO_MEMORY, "no memory for a selector");
    og_lex_start(&lexer, "selector", selector, arena, report);
    status = og_selector_read(&lexer, &parsed);
    if (!status && !og_lex_end(&lexer))
        status = og_lex_expected(&lexer, "'+', '-' or the end");
    if (!status)
        *matches = og_selector_matches(&parsed, name);
    og_arena_free(arena);
    return status;
}
