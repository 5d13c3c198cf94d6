/*
 * Schedules: numbers that are functions of the clock t, the updates applied so far.
 *
 * With a warm-up of w steps the schedule rises from 0 to its first value as t / w, and then runs on the clock t - w;
 * `steps` counts the warm-up too. After its end a schedule holds its last value.
 */
#include "optim/optim.h"

#define VALUE { "value", OG_ARG_NUMBER, NULL, "(-inf, inf)", "the first value, before any decay" }
#define STEPS { "steps", OG_ARG_NUMBER, NULL, "(0, inf)", "when the last value is reached" }
#define END { "end", OG_ARG_NUMBER, "0", "(-inf, inf)", "the last value" }
#define WARMUP { "warmup", OG_ARG_NUMBER, "0", "[0, inf)", "steps of a linear rise from 0" }

static og_value *argument(og_schedule_context *c, const char *name)
{
    og_signature signature = og_schedule_signature(c->schedule);
    char *state = og_arena_print(c->step->arena, "%s.%s", c->state, name);
    og_chain_arg value;

    for (int k = 0; k < og_signature_count(&signature); k++)
        if (strcmp(signature.arg[k].name, name) == 0 && state &&
            !og_signature_value(&c->step->lexer, &signature, c->call, NULL, k, &value))
            return og_step_number(c->step, &value, state);
    return NULL;
}

static og_value *number(og_schedule_context *c, double x)
{
    return og_step_constant(c->step, x);
}

static og_value *at_most_one(og_value *x)
{
    return og_where(og_greater(x, og_scalar_like(x, 1)), og_scalar_like(x, 1), x);
}

static og_value *floor_of(og_value *x)
{
    return OG_OP("Floor", NULL, x);
}

/* Steps without the warm-up. */
static og_value *length(og_schedule_context *c)
{
    return og_sub(argument(c, "steps"), argument(c, "warmup"));
}

/* From 0 to 1 over `steps`. */
static og_value *progress(og_schedule_context *c)
{
    return at_most_one(og_div(c->t, length(c)));
}

static og_value *constant_build(og_schedule_context *c)
{
    return argument(c, "value");
}

/* value * gamma^floor(t / every) */
static og_value *step_build(og_schedule_context *c)
{
    og_value *times = floor_of(og_div(c->t, argument(c, "every")));

    return og_mul(argument(c, "value"), og_pow(argument(c, "gamma"), times));
}

static og_value *exponential_build(og_schedule_context *c)
{
    og_value *times = og_div(c->t, argument(c, "every"));

    return og_mul(argument(c, "value"), og_pow(argument(c, "gamma"), times));
}

/* value + (end - value) * x, x running from 0 to 1 */
static og_value *between(og_schedule_context *c, og_value *x)
{
    og_value *first = argument(c, "value");

    return og_add(first, og_mul(og_sub(argument(c, "end"), first), x));
}

static og_value *linear_build(og_schedule_context *c)
{
    return between(c, progress(c));
}

/* end + (value - end) * (1 - t / steps)^power */
static og_value *polynomial_build(og_schedule_context *c)
{
    og_value *left = og_sub(number(c, 1), progress(c)), *end = argument(c, "end");

    return og_add(end, og_mul(og_sub(argument(c, "value"), end), og_pow(left, argument(c, "power"))));
}

/* end + (value - end) * (1 + cos(pi * t / steps)) / 2 */
static og_value *cosine_build(og_schedule_context *c)
{
    static const double pi = 3.14159265358979323846;
    og_value *wave = OG_OP("Cos", NULL, og_times(progress(c), pi)), *end = argument(c, "end");

    return og_add(end, og_mul(og_sub(argument(c, "value"), end), og_times(og_plus(wave, 1), 0.5)));
}

/* value / (1 + decay * t) */
static og_value *inverse_build(og_schedule_context *c)
{
    return og_div(argument(c, "value"), og_plus(og_mul(argument(c, "decay"), c->t), 1));
}

const og_schedule og_schedules[] = {
    { "constant", "one value, after the warm-up", 1, { VALUE, WARMUP }, constant_build },
    { "step", "times gamma every so many steps", 1,
      { VALUE,
        { "every", OG_ARG_NUMBER, NULL, "(0, inf)", "steps between two changes" },
        { "gamma", OG_ARG_NUMBER, "0.1", "[0, inf)", "the factor" },
        WARMUP }, step_build },
    { "exponential", "times gamma every so many steps, smoothly", 1,
      { VALUE,
        { "gamma", OG_ARG_NUMBER, NULL, "[0, inf)", "the factor" },
        { "every", OG_ARG_NUMBER, "1", "(0, inf)", "steps for one factor" },
        WARMUP }, exponential_build },
    { "linear", "a straight line", 1, { VALUE, END, STEPS, WARMUP }, linear_build },
    { "polynomial", "a power of what is left", 1,
      { VALUE, END, STEPS, { "power", OG_ARG_NUMBER, "1", "(0, inf)", "1 is linear" }, WARMUP },
      polynomial_build },
    { "cosine", "half a cosine wave", 1, { VALUE, STEPS, WARMUP, END }, cosine_build },
    { "inverse", "value / (1 + decay * t)", 1,
      { VALUE, { "decay", OG_ARG_NUMBER, NULL, "[0, inf)", "of each step" }, WARMUP }, inverse_build },
    { .name = NULL },
};

const og_schedule *og_schedule_find(const char *name)
{
    for (const og_schedule *s = og_schedules; s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

og_signature og_schedule_signature(const og_schedule *schedule)
{
    return (og_signature){ .name = schedule->name, .arg = schedule->arg,
                           .positional = schedule->positional };
}

static bool has_warmup(const og_chain_call *call)
{
    for (size_t i = 0; i < call->n; i++)
        if (strcmp(call->args[i].spec->name, "warmup") == 0)
            return true;
    return false;
}

og_value *og_schedule_build(og_step *step, const og_chain_call *call, const char *state)
{
    const og_schedule *schedule = og_schedule_find(call->name);
    og_schedule_context c = { .step = step, .schedule = schedule, .call = call, .state = state,
                              .t = step->clock };
    og_value *zero = og_step_constant(step, 0), *w, *started, *body;

    if (!has_warmup(call))
        return schedule->build(&c);
    w = argument(&c, "warmup");
    started = og_not(og_less(step->clock, w));
    c.t = og_where(started, og_sub(step->clock, w), zero);
    body = schedule->build(&c); /* its first value while t < w */
    return og_where(started, body, og_mul(body, og_div(step->clock, w)));
}
