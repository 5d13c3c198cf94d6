/* The language of chains: what is refused, where and why; the canonical form. */
#include "optim/optim.h"

#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

/* ---- Refused --------------------------------------------------------------------------------- */

typedef struct wrong {
    const char *text;
    size_t at;
    const char *what, *hint; /* hint: a part of it, or NULL */
} wrong;

static const wrong chains[] = {
    /* ends and separators */
    { "", 0, "expected a stage, '(' or 'groups', found the end", NULL },
    { "   ", 3, "expected a stage, '(' or 'groups', found the end", NULL },
    { "|", 0, "expected a stage, '(' or 'groups', found '|'", NULL },
    { "sgd(0.1) |", 10, "expected a stage, '(' or 'groups', found the end", NULL },
    { "sgd(0.1) | | lr(1)", 11, "expected a stage, '(' or 'groups', found '|'", NULL },
    { "| sgd", 0, "expected a stage, '(' or 'groups', found '|'", NULL },
    { "sgd sgd", 4, "expected '|' or the end, found 'sgd'", NULL },
    { "sgd, adam", 3, "expected '|' or the end, found ','", NULL },
    { "sgd)", 3, "expected '|' or the end, found ')'", NULL },
    { "sgd(0.1))", 8, "expected '|' or the end, found ')'", NULL },
    { "sgd; adam", 3, "expected '|' or the end, found ';'", NULL },
    { "sgd }", 4, "expected '|' or the end, found '}'", NULL },
    { "sgd & adam", 4, "expected '|' or the end, found '&'", NULL },
    { "sgd \"x\"", 4, "expected '|' or the end, found a string", NULL },
    { "12", 0, "expected a stage, '(' or 'groups', found '12'", NULL },
    { "*", 0, "expected a stage, '(' or 'groups', found '*'", NULL },
    { "clip.norm(1)", 0, "expected a stage, '(' or 'groups', found 'clip.norm'", NULL },
    { "\"sgd\"", 0, "expected a stage, '(' or 'groups', found a string", NULL },
    { "s\xC3\xA4gd", 1, "expected '|' or the end, found '\xC3\xA4'", NULL },
    { "\x01", 0, "expected a stage, '(' or 'groups', found '\\x01'", NULL },
    { "sgd\n| $", 6, "expected a stage, '(' or 'groups', found '$'", NULL },
    /* arguments */
    { "clip_norm(1.0 | sgd(lr=0.1)", 14, "expected ',' or ')', found '|'",
      "clip_norm(c, p=2, eps=1e-6)" },
    { "clip_norm(1.0", 13, "expected ',' or ')', found the end", "clip_norm(c" },
    { "clip_norm(", 10, "expected a value, found the end", "clip_norm(c" },
    { "clip_norm(,1)", 10, "expected a value, found ','", "clip_norm(c" },
    { "clip_norm(1,)", 12, "expected a value, found ')'", "clip_norm(c" },
    { "clip_norm(1,,2)", 12, "expected a value, found ','", NULL },
    { "clip_norm(1 2)", 12, "expected ',' or ')', found '2'", NULL },
    { "clip_norm(1}", 11, "expected ',' or ')', found '}'", NULL },
    { "sgd(lr=)", 7, "expected a value, found ')'", "sgd(lr=1e-3" },
    { "sgd(lr 0.1)", 7, "expected ',' or ')', found '0.1'", NULL },
    { "sgd(=0.1)", 4, "expected a value, found '='", NULL },
    { "sgd(lr==0.1)", 7, "expected a value, found '='", NULL },
    { "sgd(lr:0.1)", 6, "expected ',' or ')', found ':'", NULL },
    { "sgd(lr=0.1, lr=0.2)", 12, "'lr=' was given before", NULL },
    { "sgd(0.1, lr=0.2)", 9, "'lr' was given before", "sgd(lr=1e-3" },
    { "sgd(lr=0.1, 0.9)", 12, "a value without a key after 'lr='", NULL },
    { "sgd(l.r=0.1)", 4, "expected the name of an argument, found 'l.r'", NULL },
    { "sgd(lr=\"a)", 7, "the string has no closing '\"'", NULL },
    { "sgd(lr=\"\\n\")", 8, "a backslash in a string stands before '\"' or '\\' only", NULL },
    { "sgd(lr=cosine(1)", 16, "expected ',' or ')', found the end", NULL },
    { "sgd(lr=cosine(1,)", 16, "expected a value, found ')'", NULL },
    { "sgd(lr=*.x(1))", 7, "expected a name, found '*.x'", NULL },
    /* numbers */
    { "sgd(1e-3x)", 4, "this is not a number", NULL },
    { "sgd(-)", 4, "this is not a number", NULL },
    { "sgd(+x)", 4, "this is not a number", NULL },
    { "sgd(--1)", 4, "this is not a number", NULL },
    { "sgd(1e999)", 4, "the number is too large for a double", NULL },
    { "sgd(1.5.2)", 4, "'lr' is a number, found '1.5.2'", NULL },
    { "sgd(0x10)", 4, "'lr' is a number, found '0x10'", NULL },
    { "sgd(nan)", 4, "'lr' is a number, found 'nan'", NULL },
    { "sgd(infinity)", 4, "'lr' is a number, found 'infinity'", NULL },
    { "sgd(1e)", 4, "'lr' is a number, found '1e'", NULL },
    { "sgd(1%)", 5, "expected ',' or ')', found '%'", NULL },
    /* labels */
    { "=sgd", 0, "expected a stage, '(' or 'groups', found '='", NULL },
    { "a=", 2, "expected a stage, found the end", NULL },
    { "a=b=sgd", 3, "expected '|' or the end, found '='", NULL },
    { "a=(sgd)", 0, "a label names one stage", NULL },
    { "a=groups{ _: sgd }", 0, "a label names one stage", NULL },
    { "a.b=sgd", 0, "expected a stage, '(' or 'groups', found 'a.b'", NULL },
    { "1a=sgd", 0, "expected a stage, '(' or 'groups', found '1a'", NULL },
    { "a=1", 2, "expected a stage, found '1'", NULL },
    /* parentheses and selectors */
    { "(sgd", 4, "expected '|' or ')', found the end", NULL },
    { "()", 1, "expected a stage, '(' or 'groups', found ')'", NULL },
    { "(sgd |)", 6, "expected a stage, '(' or 'groups', found ')'", NULL },
    { "(sgd}", 4, "expected '|' or ')', found '}'", NULL },
    { "sgd@", 4, "expected a pattern of names, found the end", NULL },
    { "sgd@|", 4, "expected a pattern of names, found '|'", NULL },
    { "sgd@(a)", 4, "expected a pattern of names, found '('", NULL },
    { "sgd@\"\"", 4, "an empty pattern matches no name", NULL },
    { "sgd@a+", 6, "expected a pattern of names, found the end", NULL },
    { "sgd@a-", 6, "expected a pattern of names, found the end", NULL },
    { "sgd@-a", 4, "expected a pattern of names, found '-'", NULL },
    { "sgd@a-b+c", 7, "in a selector all '+' stand before the first '-'", NULL },
    { "sgd@a++b", 6, "expected a pattern of names, found '+'", NULL },
    { "sgd@a@b", 5, "expected '|' or the end, found '@'", NULL },
    { "sgd@a b", 6, "expected '|' or the end, found 'b'", NULL },
    { "sgd@a:b", 5, "expected '|' or the end, found ':'", NULL },
    { "sgd@\"a", 4, "the string has no closing '\"'", NULL },
    /* groups */
    { "groups", 6, "expected '{', found the end", NULL },
    { "groups(sgd)", 6, "expected '{', found '('", NULL },
    { "groups{}", 7, "expected a pattern of names, found '}'", NULL },
    { "groups{ a }", 10, "expected ':', '+' or '-', found '}'", NULL },
    { "groups{ a: }", 11, "expected a stage, '(' or 'groups', found '}'", NULL },
    { "groups{ a: sgd", 14, "expected '|', ';' or '}', found the end", NULL },
    { "groups{ a: sgd, b: sgd }", 14, "expected '|', ';' or '}', found ','", NULL },
    { "groups{ a: sgd; }", 16, "expected a pattern of names, found '}'", NULL },
    { "groups{ _: sgd; a: sgd }", 8, "'_' is all the rest, so it stands last", NULL },
    { "groups{ _: sgd; _: sgd }", 8, "'_' is all the rest, so it stands last", NULL },
    { "groups{ _+a: sgd }", 9, "expected ':', found '+'", NULL },
    { "groups{ a:: sgd }", 10, "expected a stage, '(' or 'groups', found ':'", NULL },
    { "groups{ sgd }", 12, "expected ':', '+' or '-', found '}'", NULL },
    { "groups{ a: sgd } @ b", 17, "expected '|' or the end, found '@'", NULL },
    { "groups{ a: (sgd }", 16, "expected '|' or ')', found '}'", NULL },
    /* names, kinds and ranges */
    { "clip_nrm(1)", 0, "there is no stage 'clip_nrm'", "did you mean 'clip_norm'? clip_norm(c" },
    { "clip_norm(1) | adm", 15, "there is no stage 'adm'", "did you mean 'adam'" },
    { "xyzzyplugh", 0, "there is no stage 'xyzzyplugh'", NULL },
    { "groups{ a: sdg }", 11, "there is no stage 'sdg'", "did you mean 'sgd'" },
    { "(clip_norm(1) | foo_bar_baz)", 16, "there is no stage 'foo_bar_baz'", NULL },
    { "clip_norm", 0, "clip_norm needs 'c': the largest norm", "clip_norm(c, p=2" },
    { "clip_norm()", 0, "clip_norm needs 'c': the largest norm", NULL },
    { "sgd | clip_norm(p=1)", 6, "clip_norm needs 'c': the largest norm", NULL },
    { "clip_norm(1, 2, 3, 4)", 19, "clip_norm takes 3 values, this is one more", NULL },
    { "freeze(1)", 7, "freeze takes 0 values, this is one more", NULL },
    { "lr(1, 2)", 6, "lr takes 1 value, this is one more", NULL },
    { "clip_norm(max=1)", 10, "clip_norm has no argument 'max'", NULL },
    { "adam(learning_rate=1)", 5, "adam has no argument 'learning_rate'", "adam(lr=1e-3" },
    { "adam(beta=1)", 5, "adam has no argument 'beta'", "did you mean 'beta" },
    { "adam(bta1=0.9)", 5, "adam has no argument 'bta1'", "did you mean 'beta1'" },
    { "clip_norm(0)", 10, "'c' is in (0, inf], found 0", NULL },
    { "clip_norm(-1)", 10, "'c' is in (0, inf], found -1", "clip_norm(c" },
    { "clip_norm(-inf)", 10, "'c' is in (0, inf], found -inf", NULL },
    { "clip_norm(c=-1e-3)", 12, "'c' is in (0, inf], found -0.001", NULL },
    { "sgd(momentum=1.5)", 13, "'momentum' is in [0, 1], found 1.5", NULL },
    { "sgd(lr=inf)", 7, "'lr' is in [0, inf), found inf", NULL },
    { "adam(beta1=1)", 11, "'beta1' is in [0, 1), found 1", NULL },
    { "adam(amsgrad=1)", 13, "'amsgrad' is true or false", NULL },
    { "adam(amsgrad=yes)", 13, "'amsgrad' is true or false", NULL },
    { "adam(lr=true)", 8, "'lr' is a number, found 'true'", NULL },
    { "adam(lr=\"0.1\")", 8, "'lr' is a number, found '0.1'", NULL },
    { "clip_norm(1, p=cosine(1, steps=2))", 15,
      "'p' shapes the step, so it cannot follow a schedule", NULL },
    { "adam(compat=tensorflow)", 12,
      "'compat' is one of: torch optax onnx keras; found 'tensorflow'", NULL },
    { "finite(3)", 7, "'mode' is a word", NULL },
    { "finite(ski)", 7, "'mode' is one of: error skip zero pass; found 'ski'", NULL },
    { "finite(\"\")", 7, "'mode' is one of: error skip zero pass; found ''", NULL },
    { "sgd(nesterov=true)", 0, "nesterov needs a momentum", NULL },
    /* schedules */
    { "lr(cosin(1, steps=2))", 3, "there is no schedule 'cosin'", "did you mean 'cosine'" },
    { "lr(cosine(1))", 3, "cosine needs 'steps': when the last value is reached",
      "cosine(value, steps" },
    { "lr(cosine(1, steps=0))", 19, "'steps' is in (0, inf), found 0", NULL },
    { "lr(step(1, every=-1))", 17, "'every' is in (0, inf), found -1", NULL },
    { "lr(step(1, 2, gama=3))", 14, "step has no argument 'gama'", "did you mean 'gamma'" },
    { "lr(linear(1, steps=2, warmup=-1))", 29, "'warmup' is in [0, inf), found -1", NULL },
    { "lr(step(cosine(1), every=2))", 8, "cosine needs 'steps'", NULL },
    { "adam(lr=clip_norm(1))", 8, "there is no schedule 'clip_norm'", NULL },
};

static void check_wrong(const wrong *row)
{
    og_chain *chain;
    og_status status = og_chain_parse(row->text, NULL, &chain);
    const og_report *report = og_chain_report(chain);
    char at[32];

    (void)snprintf(at, sizeof at, "offset %zu: ", row->at);
    if (status != OG_BAD_CHAIN || strncmp(report->what, at, strlen(at)) != 0 ||
        strncmp(report->what + strlen(at), row->what, strlen(row->what)) != 0 ||
        (row->hint && !strstr(report->hint, row->hint)))
        fail_msg("\"%s\": expected %s%s (hint %s), found %s, %s (hint %s)", row->text, at,
                 row->what, row->hint ? row->hint : "any", og_status_name(status), report->what,
                 report->hint);
    assert_null(og_chain_text(chain));
    og_chain_free(chain);
}

static void test_malformed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++)
        check_wrong(&chains[i]);
}

static void test_caret(void **state)
{
    static const struct {
        const char *text, *where;
    } rows[] = {
        { "clip_norm(1.0 | sgd", "chain:\n    clip_norm(1.0 | sgd\n                  ^" },
        { "sgd |\n\t adam $", "chain:\n      adam $\n           ^" },
        { "sgd@\"\xC3\xA4\" $", "chain:\n    sgd@\"\xC3\xA4\" $\n            ^" },
        { "", "chain:\n    \n    ^" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        og_chain *chain;

        assert_int_equal(og_chain_parse(rows[i].text, NULL, &chain), OG_BAD_CHAIN);
        assert_string_equal(og_chain_report(chain)->where, rows[i].where);
        og_chain_free(chain);
    }
}

/* In a long line the caret stays below its character, within a window. */
static void test_caret_in_long_text(void **state)
{
    char text[3000];
    og_chain *chain;
    const char *line, *caret;

    (void)state;
    memset(text, ' ', sizeof text);
    memcpy(text, "sgd", 3);
    text[2000] = '$';
    text[sizeof text - 1] = '\0';
    assert_int_equal(og_chain_parse(text, NULL, &chain), OG_BAD_CHAIN);
    line = strchr(og_chain_report(chain)->where, '\n') + 1;
    caret = strchr(line, '\n') + 1;
    assert_int_equal(strchr(line, '$') - line, strchr(caret, '^') - caret);
    assert_true(strlen(og_chain_report(chain)->where) < 300);
    og_chain_free(chain);
}

static void test_depth(void **state)
{
    char text[1000];
    og_chain *chain;

    (void)state;
    for (int depth = 60; depth <= 400; depth += 340) {
        size_t n = (size_t)depth;

        memset(text, '(', n);
        memcpy(text + n, "sgd", 3);
        memset(text + n + 3, ')', n);
        text[2 * n + 3] = '\0';
        assert_int_equal(og_chain_parse(text, NULL, &chain), depth < 64 ? OG_OK : OG_BAD_CHAIN);
        og_chain_free(chain);
    }
}

/* ---- Canonical form -------------------------------------------------------------------------- */

static const struct {
    const char *text, *canonical; /* NULL: the same */
} forms[] = {
    { "sgd", NULL },
    { "sgd()", "sgd" },
    { "  sgd  ", "sgd" },
    { "clip_norm(1.0)|sgd(lr=1e-2)", "clip_norm(1) | sgd(lr=0.01)" },
    { "clip_norm(c=1,eps=0,p=inf)", "clip_norm(1, p=inf, eps=0)" },
    { "clip_norm(1, 2)", "clip_norm(1, p=2)" },
    { "sgd(0.1, 0.9)", "sgd(lr=0.1, momentum=0.9)" },
    { "sgd(momentum=.9, lr=+1e-20)", "sgd(lr=1e-20, momentum=0.9)" },
    { "adam(lr=1E5)", "adam(lr=100000)" },
    { "adam(lr=1e22)", "adam(lr=1e22)" },
    { "lr(0.1000000000000000055511151231257827)", "lr(0.1)" },
    { "lr(0.30000000000000004)", NULL },
    { "lr(123456789.125)", NULL },
    { "adam(compat=optax, lr=1)", "adam(lr=1, compat=optax)" },
    { "adam(\"amsgrad\"=true)", "" }, /* refused: a key is no string */
    { "finite(\"skip\")", "finite(skip)" },
    { "c = clip_norm(1) | sgd", "c=clip_norm(1) | sgd" },
    { "sgd@*.bias", NULL },
    { "sgd @ \"*.bias\" + fc?.w - \"fc1.*\"", "sgd@*.bias+fc?.w-fc1.*" },
    { "sgd@\"a:b\"", NULL },
    { "sgd@\"a\\\"b\\\\\"", NULL },
    { "sgd@_", "sgd@\"_\"" },
    { "(clip_norm(1)|decay(0.1))@a/b | sgd", "(clip_norm(1) | decay(0.1))@a/b | sgd" },
    { "groups{a:sgd;_:adam}", "groups{ a: sgd; _: adam }" },
    { "groups{\"_\":sgd;_:adam}", "groups{ \"_\": sgd; _: adam }" },
    { "groups{a:groups{b:sgd;_:freeze};_:adam|decay(1)}",
      "groups{ a: groups{ b: sgd; _: freeze }; _: adam | decay(1) }" },
    { "lr(cosine(warmup=5,value=3e-4,steps=10000))", "lr(cosine(0.0003, steps=10000, warmup=5))" },
    { "lr(step(linear(1,steps=3), 5))", "lr(step(linear(1, steps=3), every=5))" },
};

static void test_canonical(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const char *expected = forms[i].canonical ? forms[i].canonical : forms[i].text;
        og_chain *first, *second;
        og_status status = og_chain_parse(forms[i].text, NULL, &first);

        if (*expected == '\0') {
            assert_int_equal(status, OG_BAD_CHAIN);
        } else {
            if (status)
                fail_msg("%s: %s", forms[i].text, og_chain_report(first)->what);
            assert_string_equal(og_chain_text(first), expected);
            assert_int_equal(og_chain_parse(expected, NULL, &second), OG_OK);
            assert_string_equal(og_chain_text(second), expected);
            og_chain_free(second);
        }
        og_chain_free(first);
    }
}

/* Reading and printing do not ask whether the stages exist. */
static char *print_unchecked(og_arena *arena, const char *text)
{
    og_report report = { .code = OG_OK };
    og_lexer lexer;
    og_chain_tree *tree;
    og_text out = { .data = NULL };
    char *copy;

    og_lex_start(&lexer, "chain", text, arena, &report);
    if (og_chain_read(&lexer, &tree))
        fail_msg("%s: %s", text, report.what);
    og_chain_print(&out, tree);
    copy = og_arena_string(arena, out.data);
    og_text_free(&out);
    return copy;
}

static void test_fixed_point(void **state)
{
    static const char *const texts[] = {
        "a(x, \"y z\", \"true\", \"1\", true, -inf, f(g(1), h=\"\"))@\"a b\"-c | b=c(k=-1e-300)",
        "none | groups{ \"_\": of(these); _: (exists | here)@_a }",
    };
    og_arena *arena = og_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_string_equal(print_unchecked(arena, texts[i]), texts[i]);
    og_arena_free(arena);
}

/* ---- Descriptors ----------------------------------------------------------------------------- */

static bool holds(const char *range, double number)
{
    const og_bounds bounds = og_bounds_read(range);

    return og_bounds_has(&bounds, number);
}

static void check_arg(const char *of, const og_stage_arg *arg)
{
    og_report report = { .code = OG_OK };
    og_lexer lexer;
    double number;
    bool found = false;

    assert_non_null(arg->doc);
    if (!arg->value || arg->kind == OG_ARG_WORD || arg->kind == OG_ARG_BOOL)
        return;
    og_lex_start(&lexer, "default", arg->value, NULL, &report);
    assert_int_equal(og_lex_number(&lexer, &number, &found), OG_OK);
    if (!found || !og_lex_end(&lexer) || !holds(arg->range, number))
        fail_msg("%s: the default of %s is not in its range", of, arg->name);
}

static void test_descriptors(void **state)
{
    (void)state;
    for (const og_stage *const *s = og_stage_registry; *s; s++) {
        assert_non_null((*s)->doc);
        assert_false((*s)->build && (*s)->expand);
        for (int k = 0; k < OG_MOST_ARGS && (*s)->arg[k].name; k++)
            check_arg((*s)->name, &(*s)->arg[k]);
    }
    for (const og_schedule *s = og_schedules; s->name; s++)
        for (int k = 0; k < OG_MOST_ARGS && s->arg[k].name; k++)
            check_arg(s->name, &s->arg[k]);
}

static void test_ranges(void **state)
{
    (void)state;
    assert_true(holds("[0, 1)", 0) && !holds("[0, 1)", 1));
    assert_true(!holds("(0, inf]", 0) && holds("(0, inf]", (double)INFINITY));
    assert_false(holds("[0, inf)", (double)INFINITY));
    assert_true(holds("(-inf, inf)", -1e300) && !holds("(-inf, inf)", -(double)INFINITY));
    assert_false(holds("[0, 1]", (double)NAN) || holds(NULL, (double)NAN));
}

/* ---- Selectors ------------------------------------------------------------------------------- */

static void test_selectors(void **state)
{
    static const struct {
        const char *selector, *name;
        int matches; /* -1: malformed */
    } rows[] = {
        { "*", "a.b/c", 1 },
        { "*.bias", "fc1.bias", 1 },
        { "*.bias", "bias", 0 },
        { "*.bias+scale", "scale", 1 },
        { "*-fc1.*", "fc1.weight", 0 },
        { "*-fc1.*", "fc2.weight", 1 },
        { "fc?.w", "fc1.w", 1 },
        { "fc?.w", "fc10.w", 0 },
        { "\"a:b\"", "a:b", 1 },
        { "a+b-a", "a", 0 },
        { "a+b-a", "b", 1 },
        { "\"\xC3\xA4?\"", "\xC3\xA4\xC3\xB6", 1 },
        { "", "a", -1 },
        { "a b", "a", -1 },
        { "a-", "a", -1 },
        { "a|b", "a", -1 },
        { "\"\"", "a", -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        og_report report = { .code = OG_OK };
        bool matches;
        og_status status = og_select(rows[i].selector, rows[i].name, &matches, &report);

        assert_int_equal(status, rows[i].matches < 0 ? OG_BAD_CHAIN : OG_OK);
        if (!status)
            assert_int_equal(matches, rows[i].matches);
    }
}

static void test_memory(void **state)
{
    const char *text =
        "c=clip_norm(1)@\"a\"-b | groups{ a: sgd(lr=cosine(1, steps=2), momentum=0.9); _: adam }";
    og_chain *chain;
    og_status status;
    uint64_t n = 0;

    (void)state;
    do {
        og_fail_at(++n);
        status = og_chain_parse(text, NULL, &chain);
        og_fail_at(0);
        assert_true(status == OG_OK || status == OG_NO_MEMORY);
        og_chain_free(chain);
    } while (status && n < 10000);
    assert_int_equal(status, OG_OK);
    assert_true(n > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_malformed),          cmocka_unit_test(test_caret),
        cmocka_unit_test(test_caret_in_long_text), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_canonical),          cmocka_unit_test(test_fixed_point),
        cmocka_unit_test(test_descriptors),        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_selectors),          cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
