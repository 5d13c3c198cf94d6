/*
 * Signatures: what the arguments of a stage, schedule or loss term must be, and the reports when
 * they are not.
 */
#include "optim/optim.h"

#include <stdio.h>

static const og_stage_arg compat_arg = {
    "compat", OG_ARG_WORD, "torch", "torch optax onnx keras", "whose defaults and formulas",
};

og_signature og_stage_signature(const og_stage *stage)
{
    return (og_signature){
        .name = stage->name, .arg = stage->arg, .positional = stage->positional, .compat = true
    };
}

int og_signature_count(const og_signature *signature)
{
    int n = 0;

    while (n < OG_MOST_ARGS && signature->arg[n].name)
        n++;
    return n;
}

void og_signature_hint(og_report *report, const og_signature *signature, const char *nearest)
{
    og_text text = { .data = NULL };

    if (nearest)
        og_text_print(&text, "did you mean '%s'? ", nearest);
    og_text_print(&text, "%s(", signature->name);
    for (int i = 0; i < og_signature_count(signature); i++) {
        const og_stage_arg *arg = &signature->arg[i];

        og_text_print(&text, "%s%s", i ? ", " : "", arg->name);
        if (arg->value)
            og_text_print(&text, "=%s", arg->value);
    }
    og_text_print(&text, ")");
    if (!text.failed)
        og_report_hint(report, "%s", text.data);
    og_text_free(&text);
}

/* ---- Ranges ---------------------------------------------------------------------------------- */

og_bounds og_bounds_read(const char *text)
{
    og_bounds r = { .low = -INFINITY, .high = INFINITY };
    og_report report = { .code = OG_OK };
    og_lexer lexer;
    bool found;

    if (!text)
        return r;
    og_lex_start(&lexer, "range", text, NULL, &report);
    r.open_low = og_lex_take(&lexer, '(');
    if (!r.open_low)
        (void)og_lex_take(&lexer, '[');
    (void)og_lex_number(&lexer, &r.low, &found);
    (void)og_lex_take(&lexer, ',');
    (void)og_lex_number(&lexer, &r.high, &found);
    r.open_high = og_lex_peek(&lexer) == ')';
    return r;
}

/* Whether `word` is one of the words of `choices`, which spaces separate. */
static bool is_choice(const char *choices, const char *word)
{
    size_t n = strlen(word);

    for (const char *s = choices; n > 0 && *s; s += strcspn(s, " "), s += *s == ' ')
        if (strncmp(s, word, n) == 0 && (s[n] == ' ' || s[n] == '\0'))
            return true;
    return false;
}

/* ---- Values ---------------------------------------------------------------------------------- */

static og_status schedule_check(og_lexer *lexer, og_chain_call *call)
{
    const char *names[64];
    size_t n = 0;
    const og_schedule *schedule = og_schedule_find(call->name);
    og_signature signature;

    if (schedule) {
        signature = og_schedule_signature(schedule);
        return og_signature_check(lexer, &signature, call);
    }
    for (; og_schedules[n].name; n++)
        names[n] = og_schedules[n].name;
    (void)og_lex_fail(lexer, call->at, "there is no schedule '%s'", call->name);
    if (og_nearest(call->name, names, n))
        og_report_hint(lexer->report, "did you mean '%s'?", og_nearest(call->name, names, n));
    return OG_BAD_CHAIN;
}

static og_status number_check(og_lexer *lexer, const og_chain_arg *arg)
{
    const og_stage_arg *spec = arg->spec;
    const og_bounds range = og_bounds_read(spec->range);
    bool whole = spec->kind == OG_ARG_WHOLE;
    char text[32];

    if (arg->type == OG_GIVEN_CALL && spec->kind == OG_ARG_NUMBER)
        return schedule_check(lexer, arg->call);
    if (arg->type == OG_GIVEN_CALL)
        return og_lex_fail(lexer, arg->value_at,
                           "'%s' shapes the step, so it cannot follow a schedule", spec->name);
    if (arg->type != OG_GIVEN_NUMBER)
        return og_lex_fail(lexer, arg->value_at, "'%s' is %s number, found '%s'", spec->name,
                           whole ? "a whole" : "a",
                           arg->type == OG_GIVEN_WORD ? arg->word
                           : arg->number != 0         ? "true"
                                                      : "false");
    og_number_text(text, arg->number);
    if (whole && !(arg->number == floor(arg->number) && fabs(arg->number) < 1e15))
        return og_lex_fail(lexer, arg->value_at, "'%s' is a whole number, found %s", spec->name,
                           text);
    if (!og_bounds_has(&range, arg->number))
        return og_lex_fail(lexer, arg->value_at, "'%s' is in %s, found %s", spec->name, spec->range,
                           text);
    return OG_OK;
}

static og_status value_check(og_lexer *lexer, const og_chain_arg *arg)
{
    const og_stage_arg *spec = arg->spec;

    if (spec->kind == OG_ARG_BOOL && arg->type != OG_GIVEN_BOOL)
        return og_lex_fail(lexer, arg->value_at, "'%s' is true or false", spec->name);
    if (spec->kind == OG_ARG_BOOL)
        return OG_OK;
    if (spec->kind != OG_ARG_WORD)
        return number_check(lexer, arg);
    if (arg->type != OG_GIVEN_WORD)
        return og_lex_fail(lexer, arg->value_at, "'%s' is a word", spec->name);
    if (spec->range && !is_choice(spec->range, arg->word))
        return og_lex_fail(lexer, arg->value_at, "'%s' is one of: %s; found '%s'", spec->name,
                           spec->range, arg->word);
    return OG_OK;
}

/* ---- Calls ----------------------------------------------------------------------------------- */

static const og_stage_arg *spec_find(const og_signature *signature, const char *key)
{
    int n = og_signature_count(signature);

    for (int i = 0; i < n; i++)
        if (strcmp(signature->arg[i].name, key) == 0)
            return &signature->arg[i];
    return signature->compat && strcmp(key, compat_arg.name) == 0 ? &compat_arg : NULL;
}

/* The declared place of a spec; compat is behind all. */
static int spec_place(const og_signature *signature, const og_stage_arg *spec)
{
    return spec == &compat_arg ? OG_MOST_ARGS : (int)(spec - signature->arg);
}

static og_status unknown_key(og_lexer *lexer, const og_signature *signature,
                             const og_chain_arg *arg)
{
    const char *names[OG_MOST_ARGS];
    int n = og_signature_count(signature);

    for (int i = 0; i < n; i++)
        names[i] = signature->arg[i].name;
    (void)og_lex_fail(lexer, arg->at, "%s has no argument '%s'", signature->name, arg->key);
    og_signature_hint(lexer->report, signature, og_nearest(arg->key, names, (size_t)n));
    return OG_BAD_CHAIN;
}

static og_status specs_set(og_lexer *lexer, const og_signature *signature, og_chain_call *call)
{
    size_t n = (size_t)og_signature_count(signature);

    for (size_t i = 0; i < call->n; i++) {
        og_chain_arg *arg = &call->args[i];

        if (!arg->key && i >= n)
            return og_lex_fail(lexer, arg->at, "%s takes %zu value%s, this is one more",
                               signature->name, n, n == 1 ? "" : "s");
        arg->spec = arg->key ? spec_find(signature, arg->key) : &signature->arg[i];
        if (!arg->spec)
            return unknown_key(lexer, signature, arg);
        for (size_t j = 0; j < i; j++)
            if (call->args[j].spec == arg->spec)
                return og_lex_fail(lexer, arg->at, "'%s' was given before", arg->spec->name);
        OG_TRY(value_check(lexer, arg));
    }
    return OG_OK;
}

static void order(const og_signature *signature, og_chain_call *call)
{
    for (size_t i = 1; i < call->n; i++) {
        og_chain_arg moved = call->args[i];
        size_t k = i;

        for (; k > 0 &&
               spec_place(signature, call->args[k - 1].spec) > spec_place(signature, moved.spec);
             k--)
            call->args[k] = call->args[k - 1];
        call->args[k] = moved;
    }
    for (size_t i = 0; i < call->n; i++) {
        bool bare =
            (int)i < signature->positional && spec_place(signature, call->args[i].spec) == (int)i;

        call->args[i].key = bare ? NULL : call->args[i].spec->name;
    }
}

static const og_chain_arg *given(const og_chain_call *call, const og_stage_arg *spec)
{
    for (size_t i = 0; i < call->n; i++)
        if (call->args[i].spec == spec)
            return &call->args[i];
    return NULL;
}

og_status og_signature_check(og_lexer *lexer, const og_signature *signature, og_chain_call *call)
{
    og_status status = specs_set(lexer, signature, call);

    for (int i = 0; !status && i < og_signature_count(signature); i++)
        if (!signature->arg[i].value && !given(call, &signature->arg[i]))
            status = og_lex_fail(lexer, call->at, "%s needs '%s': %s", signature->name,
                                 signature->arg[i].name, signature->arg[i].doc);
    if (status)
        og_signature_hint(lexer->report, signature, NULL);
    else
        order(signature, call);
    return status;
}

/* ---- Defaults -------------------------------------------------------------------------------- */

/* Reads one value, or the value of `key` among key=value, from a text of ours; *found is false
 * without the key. */
static og_status default_read(og_lexer *lexer, const char *text, const og_stage_arg *spec,
                              bool keyed, og_chain_arg *value, bool *found)
{
    char *wrapped = og_arena_print(lexer->arena, keyed ? "x(%s)" : "x(x=%s)", text);
    og_chain_call call;
    og_lexer inner;

    *found = false;
    if (!wrapped)
        return og_fail(lexer->report, OG_NO_MEMORY, "no memory for a chain");
    og_lex_start(&inner, "default", wrapped, lexer->arena, lexer->report);
    OG_TRY(og_call_read(&inner, &call));
    for (size_t i = 0; i < call.n && !*found; i++) {
        *found = !keyed || strcmp(call.args[i].key, spec->name) == 0;
        *value = call.args[i];
    }
    value->spec = spec;
    return OG_OK;
}

og_status og_signature_value(og_lexer *lexer, const og_signature *signature,
                             const og_chain_call *call, const char *defaults, int k,
                             og_chain_arg *value)
{
    const og_stage_arg *spec = &signature->arg[k];
    const og_chain_arg *arg = given(call, spec);
    bool found = false;

    if (arg) {
        *value = *arg;
        return OG_OK;
    }
    if (defaults)
        OG_TRY(default_read(lexer, defaults, spec, true, value, &found));
    if (!found)
        OG_TRY(default_read(lexer, spec->value, spec, false, value, &found));
    value->at = value->value_at = call->at;
    return OG_OK;
}
