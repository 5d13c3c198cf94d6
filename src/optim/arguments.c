/*
 * What a stage asks about its arguments as they were written, and the text of a short name.
 */
#include "optim/optim.h"

/* The value of an argument; a name that the stage does not declare is a mistake in the stage. */
static const og_chain_arg *argument(const og_stage_context *c, const char *name)
{
    const og_stage *stage = c->link->stage;

    for (int i = 0; i < OG_MOST_ARGS && stage->arg[i].name; i++)
        if (strcmp(stage->arg[i].name, name) == 0)
            return &c->link->values[i];
    assert(false && "an argument that the stage does not declare");
    return &c->link->values[0];
}

double og_stage_number(const og_stage_context *c, const char *name)
{
    const og_chain_arg *arg = argument(c, name);

    return arg->type == OG_GIVEN_NUMBER ? arg->number : (double)NAN;
}

bool og_stage_flag(const og_stage_context *c, const char *name)
{
    return argument(c, name)->number != 0;
}

const char *og_stage_word(const og_stage_context *c, const char *name)
{
    return argument(c, name)->word;
}

og_compat og_stage_compat(const og_stage_context *c)
{
    return c->link->compat;
}

const og_chain_arg *og_stage_given(const og_stage_context *c, const char *name)
{
    return argument(c, name);
}

void og_stage_write(og_stage_context *c, const char *text)
{
    char name[64];

    while (*text) {
        size_t n = strcspn(text, "$");

        og_text_add(c->out, text, n);
        text += n;
        if (*text == '\0')
            return;
        for (n = 0, text++; n < sizeof name - 1 && ((*text >= 'a' && *text <= 'z') ||
                                                    *text == '_' || (*text >= '0' && *text <= '9'));
             n++)
            name[n] = *text++;
        name[n] = '\0';
        if (n == 0) {
            og_text_add(c->out, "$", 1);
            text += *text == '$';
        } else {
            og_written written = { .at = c->out->size, .arg = argument(c, name) };

            og_value_print(c->out, written.arg);
            if (!og_list_push(c->lexer->arena, &c->written, written))
                (void)og_fail(c->lexer->report, OG_NO_MEMORY, "no memory for a chain");
        }
    }
}
