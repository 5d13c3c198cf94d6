/*
 * Schedules: numbers that are functions of the clock t, the updates applied so far (and plateau,
 * which looks at the loss).
 *
 * With a warm-up of w steps the schedule rises from 0 to its first value as t / w, and then runs on
 * the clock t - w; `steps` counts the warm-up too. After its end a schedule holds its last value.
 */
#include "optim/optim.h"

#include <stdlib.h>

#define VALUE                                                                                      \
    {                                                                                              \
        "value", OG_ARG_NUMBER, NULL, "(-inf, inf)", "the first value, before any decay"           \
    }
#define STEPS                                                                                      \
    {                                                                                              \
        "steps", OG_ARG_NUMBER, NULL, "(0, inf)", "when the last value is reached"                 \
    }
#define END                                                                                        \
    {                                                                                              \
        "end", OG_ARG_NUMBER, "0", "(-inf, inf)", "the last value"                                 \
    }
#define WARMUP                                                                                     \
    {                                                                                              \
        "warmup", OG_ARG_NUMBER, "0", "[0, inf)", "steps of a linear rise from 0"                  \
    }

static og_value *argument(og_schedule_context *c, const char *name)
{
    og_signature signature = og_schedule_signature(c->schedule);
    char *own = og_arena_print(c->step->arena, "%s.%s", c->name, name);
    og_chain_arg value;

    for (int k = 0; k < og_signature_count(&signature); k++)
        if (strcmp(signature.arg[k].name, name) == 0 && own &&
            !og_signature_value(&c->step->lexer, &signature, c->call, NULL, k, &value))
            return og_step_number(c->step, &value, c->label,
                                  value.origin ? value.origin->name : own,
                                  c->inner && !value.origin);
    return NULL;
}

/* The text of a word. */
static const char *word(og_schedule_context *c, const char *name)
{
    og_signature signature = og_schedule_signature(c->schedule);
    og_chain_arg value = { .word = "" };

    for (int k = 0; k < og_signature_count(&signature); k++)
        if (strcmp(signature.arg[k].name, name) == 0)
            (void)og_signature_value(&c->step->lexer, &signature, c->call, NULL, k, &value);
    return value.word;
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

    return og_add(end,
                  og_mul(og_sub(argument(c, "value"), end), og_pow(left, argument(c, "power"))));
}

/* end + (value - end) * (1 + cos(pi * t / steps)) / 2 */
static og_value *cosine_build(og_schedule_context *c)
{
    static const double pi = 3.14159265358979323846;
    og_value *wave = OG_OP("Cos", NULL, og_times(progress(c), pi)), *end = argument(c, "end");

    return og_add(end, og_mul(og_sub(argument(c, "value"), end), og_times(og_plus(wave, 1), 0.5)));
}

/* value / (1 + decay * t)^power */
static og_value *inverse_build(og_schedule_context *c)
{
    og_value *below = og_plus(og_mul(argument(c, "decay"), c->t), 1);

    return og_div(argument(c, "value"), og_pow(below, argument(c, "power")));
}

/* value * by, for numbers that follow one schedule in proportion */
static og_value *product_build(og_schedule_context *c)
{
    return og_mul(argument(c, "value"), argument(c, "by"));
}

/* min(value, 1 / sqrt(t + 1)): Adafactor's relative step */
static og_value *relative_build(og_schedule_context *c)
{
    og_value *root = og_div(number(c, 1), og_sqrt(og_plus(c->t, 1))), *value = argument(c, "value");

    return og_where(og_less(root, value), root, value);
}

/* value * sqrt(every / max(t, every)): Noam's and T5's inverse root */
static og_value *inverse_root_build(og_schedule_context *c)
{
    og_value *every = argument(c, "every"), *later = og_where(og_less(c->t, every), every, c->t);

    return og_mul(argument(c, "value"), og_sqrt(og_div(every, later)));
}

/* Cosine waves from value to end, the first over `steps`, each `times` as long as the one before
 * (SGDR). */
static og_value *restarts_build(og_schedule_context *c)
{
    static const double pi = 3.14159265358979323846;
    og_value *steps = argument(c, "steps"), *times = argument(c, "times"), *one = number(c, 1),
             *turn, *first;
    og_value *equal = og_equal(times, one), *growth = og_where(equal, number(c, 2), times), *length,
             *end;

    /* the k-th wave begins at steps (times^k - 1) / (times - 1); the small shift keeps t at a
     * beginning in its wave */
    turn = og_plus(og_mul(og_div(c->t, steps), og_plus(growth, -1)), 1 + 1e-12);
    turn = floor_of(og_div(og_log(turn), og_log(growth)));
    turn = og_where(equal, floor_of(og_div(c->t, steps)), turn);
    length = og_mul(steps, og_where(equal, one, og_pow(growth, turn)));
    first = og_div(og_mul(steps, og_plus(og_pow(growth, turn), -1)), og_plus(growth, -1));
    first = og_where(equal, og_mul(turn, steps), first);
    end = argument(c, "end");
    turn = OG_OP("Cos", NULL, og_times(og_div(og_sub(c->t, first), length), pi));
    return og_add(end, og_mul(og_sub(argument(c, "value"), end), og_times(og_plus(turn, 1), 0.5)));
}

/* Up from value / start to value over `up` of the steps, then down to value / start / end, along
 * cosines or lines. */
static og_value *onecycle_build(og_schedule_context *c)
{
    static const double pi = 3.14159265358979323846;
    og_value *last = og_plus(argument(c, "steps"), -1),
             *top = og_plus(og_mul(argument(c, "steps"), argument(c, "up")), -1);
    og_value *high = argument(c, "value"), *low = og_div(high, argument(c, "start"));
    og_value *rising = og_not(og_greater(c->t, top)), *from, *to, *x;

    x = og_where(rising, og_div(c->t, top),
                 at_most_one(og_div(og_sub(c->t, top), og_sub(last, top))));
    from = og_where(rising, low, high);
    to = og_where(rising, high, og_div(low, argument(c, "final")));
    if (strcmp(word(c, "shape"), "cosine") == 0)
        x = og_sub(number(c, 0.5), og_times(OG_OP("Cos", NULL, og_times(x, pi)), 0.5));
    return og_add(from, og_mul(og_sub(to, from), x));
}

/* Between low and value and back, `up` steps each way (CyclicLR's triangular). */
static og_value *cyclic_build(og_schedule_context *c)
{
    og_value *up = argument(c, "up"), *low = argument(c, "low"),
             *round = og_div(c->t, og_times(up, 2));
    og_value *place = og_times(og_sub(round, floor_of(round)), 2);
    og_value *x = og_sub(number(c, 1), og_abs(og_plus(place, -1)));

    return og_add(low, og_mul(og_sub(argument(c, "value"), low), x));
}

/* `value`, and from `at` on `then`, whose clock begins there. */
static og_value *join_build(og_schedule_context *c)
{
    og_value *at = argument(c, "at"), *zero = number(c, 0), *late = og_not(og_less(c->t, at));
    og_value *clock = c->step->clock, *first = argument(c, "value"), *then;

    c->step->clock = og_where(late, og_sub(clock, at), zero);
    then = argument(c, "then");
    c->step->clock = clock;
    return og_where(late, then, first);
}

/* value * gamma for each of the steps "30 60 90" that is reached */
static og_value *multistep_build(og_schedule_context *c)
{
    og_value *value = argument(c, "value"), *gamma = argument(c, "gamma"), *factor = number(c, 1);
    const char *text = word(c, "at");
    char *end;

    for (double at = strtod(text, &end); end != text; at = strtod(text, &end)) {
        factor = og_mul(factor, og_where(og_less(c->t, number(c, at)), number(c, 1), gamma));
        text = end;
    }
    if (text[strspn(text, " ")] != '\0')
        (void)og_lex_fail(&c->step->lexer, c->call->at, "'at' is a list of steps, found '%s'",
                          word(c, "at"));
    return og_mul(value, factor);
}

/* value * a factor that shrinks when the loss has not got better, but at least min (PyTorch's
 * ReduceLROnPlateau).  A schedule is built anew for each reader of its value; all share one factor.
 */
static og_value *plateau_build(og_schedule_context *c)
{
    og_value *least = argument(c, "min"), *before, *rate;
    char *scale = og_arena_print(c->step->arena, "opt/%s/%s.scale", c->label, c->name);
    og_plateau p = { .step = c->step,
                     .prefix = og_arena_print(c->step->arena, "opt/%s/%s.", c->label, c->name),
                     .factor = argument(c, "factor"),
                     .patience = argument(c, "patience"),
                     .threshold = argument(c, "threshold"),
                     .cooldown = argument(c, "cooldown"),
                     .every = argument(c, "every"),
                     .relative = strcmp(word(c, "mode"), "rel") == 0 };

    if (!p.prefix || !scale)
        return NULL;
    before = og_graph_find(c->step->graph, scale);
    if (!before)
        (void)og_plateau_build(&p, &before);
    rate = og_mul(argument(c, "value"), before);
    return og_where(og_less(rate, least), least, rate);
}

const og_schedule og_schedules[] = {
    { "constant", "one value, after the warm-up", 1, { VALUE, WARMUP }, constant_build },
    { "step",
      "times gamma every so many steps",
      1,
      { VALUE,
        { "every", OG_ARG_NUMBER, NULL, "(0, inf)", "steps between two changes" },
        { "gamma", OG_ARG_NUMBER, "0.1", "[0, inf)", "the factor" },
        WARMUP },
      step_build },
    { "exponential",
      "times gamma every so many steps, smoothly",
      1,
      { VALUE,
        { "gamma", OG_ARG_NUMBER, NULL, "[0, inf)", "the factor" },
        { "every", OG_ARG_NUMBER, "1", "(0, inf)", "steps for one factor" },
        WARMUP },
      exponential_build },
    { "linear", "a straight line", 1, { VALUE, END, STEPS, WARMUP }, linear_build },
    { "polynomial",
      "a power of what is left",
      1,
      { VALUE, END, STEPS, { "power", OG_ARG_NUMBER, "1", "(0, inf)", "1 is linear" }, WARMUP },
      polynomial_build },
    { "cosine", "half a cosine wave", 1, { VALUE, STEPS, WARMUP, END }, cosine_build },
    { "inverse",
      "value / (1 + decay * t)^power",
      1,
      { VALUE,
        { "decay", OG_ARG_NUMBER, NULL, "[0, inf)", "of each step" },
        { "power", OG_ARG_NUMBER, "1", "[0, inf)", "of the divisor" },
        WARMUP },
      inverse_build },
    { "inverse_root",
      "value * sqrt(every / max(t, every))",
      1,
      { VALUE, { "every", OG_ARG_NUMBER, NULL, "(0, inf)", "where it begins to fall" }, WARMUP },
      inverse_root_build },
    { "relative", "min(value, 1 / sqrt(t + 1))", 1, { VALUE }, relative_build },
    { "product",
      "value * by",
      1,
      { VALUE, { "by", OG_ARG_NUMBER, NULL, "(-inf, inf)", "the factor" } },
      product_build },
    { "restarts",
      "cosine waves, each longer than the one before",
      1,
      { VALUE,
        { "steps", OG_ARG_NUMBER, NULL, "(0, inf)", "the length of the first" },
        { "times", OG_ARG_NUMBER, "1", "[1, inf)", "how much longer the next is" },
        WARMUP,
        END },
      restarts_build },
    { "onecycle",
      "up to value, then far down",
      1,
      { VALUE,
        STEPS,
        { "up", OG_ARG_NUMBER, "0.3", "(0, 1)", "the part of the steps that rises" },
        { "start", OG_ARG_NUMBER, "25", "[1, inf)", "begins at value / start" },
        { "final", OG_ARG_NUMBER, "1e4", "[1, inf)", "ends at the beginning / final" },
        { "shape", OG_ARG_WORD, "cosine", "cosine linear", "of both parts" } },
      onecycle_build },
    { "cyclic",
      "up to value and back, again and again",
      1,
      { VALUE,
        { "low", OG_ARG_NUMBER, "0", "(-inf, inf)", "the lowest value" },
        { "up", OG_ARG_NUMBER, "2000", "(0, inf)", "steps from low to value" } },
      cyclic_build },
    { "multistep",
      "times gamma at given steps",
      1,
      { VALUE,
        { "at", OG_ARG_WORD, NULL, NULL, "the steps, as \"30 60 90\"" },
        { "gamma", OG_ARG_NUMBER, "0.1", "[0, inf)", "the factor" },
        WARMUP },
      multistep_build },
    { "join",
      "one schedule, then another",
      2,
      { VALUE,
        { "then", OG_ARG_NUMBER, NULL, "(-inf, inf)", "what follows" },
        { "at", OG_ARG_NUMBER, NULL, "[0, inf)", "the step where it begins" } },
      join_build },
    { "plateau",
      "smaller when the loss has not got better for a while",
      1,
      { VALUE,
        OG_PLATEAU_ARGS,
        { "min", OG_ARG_NUMBER, "0", "[0, inf)", "the smallest value" },
        WARMUP },
      plateau_build },
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
    return (og_signature){ .name = schedule->name,
                           .arg = schedule->arg,
                           .positional = schedule->positional };
}

static bool has_warmup(const og_chain_call *call)
{
    for (size_t i = 0; i < call->n; i++)
        if (strcmp(call->args[i].spec->name, "warmup") == 0)
            return true;
    return false;
}

og_value *og_schedule_build(og_step *step, const og_chain_call *call, const char *label,
                            const char *name, bool inner)
{
    const og_schedule *schedule = og_schedule_find(call->name);
    og_schedule_context c = { .step = step,
                              .schedule = schedule,
                              .call = call,
                              .label = label,
                              .name = name,
                              .inner = inner,
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
