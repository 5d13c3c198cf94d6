/*
 * What a stage's build function calls: its arguments as values, the gradients in its reach, its
 * slots.
 */
#include "optim/optim.h"

#include <stdio.h>

/* ---- States ---------------------------------------------------------------------------------- */

og_value *og_step_constant(og_step *step, double number)
{
    return og_scalar(step->graph, OG_DOUBLE, number);
}

/* `count` equal numbers; slots of the same number share one block. */
static void *fill_block(og_step *step, og_elem elem, int64_t count, double number)
{
    size_t bytes;
    og_tensor *block;

    for (size_t i = 0; i < step->fills.n; i++) {
        const og_tensor *old = step->fills.v[i];

        if (old->elem == elem && old->count >= count &&
            (old->count == 0 || og_get_double(old, 0) == number))
            return old->data;
    }
    if (!og_elem_bytes(elem, count, &bytes))
        return NULL;
    block = og_graph_tensor(step->graph, elem, 1, &count, og_graph_bytes(step->graph, bytes));
    if (!block || (bytes > 0 && !block->data))
        return NULL;
    for (int64_t i = 0; number != 0 && i < count; i++)
        og_set_double(block, i, number);
    return og_list_push(step->arena, &step->fills, block) ? block->data : NULL;
}

og_value *og_step_state(og_step *step, const char *name, og_elem elem, int rank,
                        const int64_t *dims, double initial)
{
    og_graph *g = step->graph;
    int64_t count = og_count(rank, dims);
    void *data = count < 0 ? NULL : fill_block(step, elem, count, initial);
    og_tensor *tensor = data || count == 0 ? og_graph_tensor(g, elem, rank, dims, data) : NULL;

    if (og_graph_status(g))
        return NULL;
    if (!tensor || !name)
        return (void)og_fail(og_graph_errors(g), OG_NO_MEMORY,
                             "no memory for the state of a chain"),
               NULL;
    if (og_graph_find(g, name)) {
        (void)og_fail(og_graph_errors(g), OG_EXISTS, "the name '%s' is taken", name);
        og_report_hint(og_graph_errors(g),
                       "a graph takes one training step; start from the model again");
        return NULL;
    }
    return og_graph_add_state(g, name, tensor);
}

/* Lets a number be changed by name while training, or says that a schedule stands there. */
static void setting_add(og_step *step, const og_chain_arg *arg, const char *label, const char *name,
                        og_value *state)
{
    og_graph *g = step->graph;
    const og_stage_arg *spec = arg->origin ? arg->origin : arg->spec;
    og_setting s = { .name = og_arena_print(g->arena, "%s.%s", label, name),
                     .state = state,
                     .range = og_bounds_read(spec->range),
                     .range_text = spec->range ? og_arena_string(g->arena, spec->range) : NULL };

    for (size_t i = 0; i < g->settings.n && s.name; i++)
        if (!strcmp(g->settings.v[i].name, s.name))
            return;
    if (spec->kind == OG_ARG_NUMBER && (!s.name || !og_list_push(g->arena, &g->settings, s)))
        (void)og_fail(og_graph_errors(g), OG_NO_MEMORY, "no memory for a training step");
}

/* The element type of a parameter does not matter here: numbers of a chain are doubles. */
og_value *og_step_number(og_step *step, const og_chain_arg *value, const char *label,
                         const char *name, bool inner)
{
    char *state = og_arena_print(step->graph->arena, "opt/%s/%s", label, name);
    og_value *number;

    if (value->type == OG_GIVEN_CALL) {
        if (!inner)
            setting_add(step, value, label, name, NULL);
        return og_schedule_build(step, value->call, label, name, inner);
    }
    if (!state)
        return og_graph_no_memory(step->graph), NULL;
    if ((number = og_graph_find(step->graph, state))) /* one number of a short name in two places */
        return number;
    number = og_step_state(step, state, OG_DOUBLE, 0, NULL, value->number);
    if (number && !inner)
        setting_add(step, value, label, name, number);
    return number;
}

void og_step_bind(og_step *step, og_value *state, og_value *update)
{
    og_binding binding = { .state = state, .update = update };

    if (step->gate)
        binding.update = og_where(step->gate, update, state);
    if (!state || !binding.update)
        return; /* the failure is in the graph's report */
    if (!og_list_push(step->graph->arena, &step->graph->bindings, binding))
        (void)og_fail(og_graph_errors(step->graph), OG_NO_MEMORY, "no memory for a training step");
}

/* ---- Arguments ------------------------------------------------------------------------------- */

static const char *free_name(og_stage_context *c, const char *name)
{
    og_graph *g = c->step->graph;
    const char *found = name;

    for (int k = 2; found; k++) {
        char *state = og_arena_print(g->arena, "opt/%s/%s", c->label, found);

        if (!state || !og_graph_find(g, state))
            return state ? found : NULL;
        found = og_arena_print(g->arena, "%s_%d", name, k);
    }
    return NULL;
}

/* The parts of a short name share its label: numbers that it does not name itself are told apart by
 * their stage, as a slot and an argument of one name are. */
static const char *argument_name(og_stage_context *c, const og_chain_arg *given)
{
    og_graph *g = c->step->graph;
    const char *name = given->spec->name;
    char *plain = og_arena_print(g->arena, "opt/%s/%s", c->label, name);

    if (given->origin)
        return given->origin->name;
    if (plain && !c->link->part && !og_graph_find(g, plain))
        return name;
    name = og_arena_print(g->arena, "%s.%s", c->link->call.name, name);
    return name ? free_name(c, name) : NULL;
}

og_value *og_stage_argument(og_stage_context *c, const char *name)
{
    og_step *step = c->step;
    og_step_argument made = { .given = og_stage_given(c, name) };
    const char *own;

    for (size_t i = 0; i < step->arguments.n; i++)
        if (step->arguments.v[i].given == made.given)
            return step->arguments.v[i].value;
    own = argument_name(c, made.given);
    made.value =
        own ? og_step_number(step, made.given, c->label, own, c->link->part && !made.given->origin)
            : NULL;
    if (!made.value || !og_list_push(step->arena, &step->arguments, made))
        (void)og_fail(og_graph_errors(step->graph), OG_NO_MEMORY, "no memory for a training step");
    return made.value;
}

og_value *og_stage_clock(og_stage_context *c)
{
    return c->step->clock;
}

og_value *og_stage_loss(og_stage_context *c)
{
    return og_cast(c->step->loss, OG_DOUBLE);
}

og_graph *og_stage_graph(const og_stage_context *c)
{
    return c->step->graph;
}

og_status og_stage_fail(og_stage_context *c, const char *format, ...)
{
    char text[400];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return og_lex_fail(c->lexer, c->link->at, "%s", text);
}

/* ---- Gradients ------------------------------------------------------------------------------- */

static og_step_param *param(const og_stage_context *c, size_t i)
{
    return &c->step->params[c->reach[i]];
}

size_t og_stage_count(const og_stage_context *c)
{
    return c->n;
}

og_value *og_stage_parameter(const og_stage_context *c, size_t i)
{
    return param(c, i)->parameter;
}

og_value *og_stage_in(const og_stage_context *c, size_t i)
{
    return param(c, i)->now.value;
}

void og_stage_out(og_stage_context *c, size_t i, og_value *update)
{
    param(c, i)->now = (og_flow){ .value = update };
}

void og_stage_descends(og_stage_context *c, size_t i, og_value *rate)
{
    param(c, i)->rate = rate;
    if (!c->step->lr)
        c->step->lr = rate;
}

og_value *og_stage_rate(const og_stage_context *c, size_t i)
{
    return param(c, i)->rate;
}

og_value *og_stage_next(const og_stage_context *c, size_t i)
{
    og_step_param *p = param(c, i);

    if (!p->next)
        p->next = og_add(p->parameter, p->now.value);
    return p->next;
}

void og_stage_set_next(og_stage_context *c, size_t i, og_value *next)
{
    param(c, i)->next = next;
}

og_value *og_stage_cast(og_stage_context *c, size_t i, og_value *scalar)
{
    og_step *step = c->step;
    og_elem elem = param(c, i)->parameter->type.elem;
    og_step_cast cast = { .from = scalar };

    if (!scalar || elem == OG_DOUBLE)
        return scalar;
    for (size_t k = 0; k < step->casts.n; k++)
        if (step->casts.v[k].from == scalar && step->casts.v[k].to->type.elem == elem)
            return step->casts.v[k].to;
    cast.to = og_cast(scalar, elem);
    if (cast.to)
        (void)og_list_push(step->arena, &step->casts, cast); /* forgotten, it is cast again */
    return cast.to;
}

/* In 16 bits a coefficient has few bits, below 1e-7 none: those types are multiplied in float and
 * rounded once. */
static og_value *times(og_stage_context *c, size_t i, og_value *x, og_value *coef)
{
    og_elem elem = param(c, i)->parameter->type.elem;

    if (elem == OG_DOUBLE || elem == OG_FLOAT)
        return og_mul(x, og_stage_cast(c, i, coef));
    return og_cast(og_mul(og_cast(x, OG_FLOAT), og_cast(coef, OG_FLOAT)), elem);
}

void og_stage_multiply(og_stage_context *c, size_t i, og_value *coef)
{
    og_flow *flow = &param(c, i)->now;

    flow->value = times(c, i, flow->value, coef);
    flow->coef = flow->coef ? og_mul(flow->coef, coef) : coef;
}

og_status og_stage_gate(og_stage_context *c, og_value *open)
{
    og_step *step = c->step;

    for (size_t i = 0, n = 0; i < step->n; i++) {
        n += !step->params[i].frozen;
        if (i + 1 == step->n && n != c->n)
            return og_stage_fail(c, "%s stands at the top of the chain, for all parameters",
                                 c->link->stage->name);
    }
    step->gate = step->gate ? og_and(step->gate, open) : open;
    return OG_OK;
}

void og_stage_seed(og_stage_context *c, og_value *scale)
{
    c->step->seed = c->step->seed ? og_mul(c->step->seed, scale) : scale;
}

void og_stage_average(og_stage_context *c, size_t i, og_value *slot)
{
    og_graph *g = c->step->graph;
    og_binding b = { .state = param(c, i)->parameter, .update = slot };

    if (slot && !og_list_push(g->arena, &g->averages, b))
        (void)og_fail(og_graph_errors(g), OG_NO_MEMORY, "no memory for a training step");
}

/* ---- Slots ----------------------------------------------------------------------------------- */

og_value *og_stage_slot(og_stage_context *c, size_t i, const char *slot, double initial)
{
    const og_value *p = param(c, i)->parameter;
    char *name = og_arena_print(c->step->graph->arena, "opt/%s/%s/%s", c->label, slot, p->name);

    /* The sizes of a parameter are numbers, and a known og_dim is its number. */
    return og_step_state(c->step, name, p->type.elem, p->type.rank, p->type.dims, initial);
}

og_value *og_stage_shaped_slot(og_stage_context *c, size_t i, const char *slot, int rank,
                               const int64_t *dims, double initial)
{
    const og_value *p = param(c, i)->parameter;
    char *name = og_arena_print(c->step->graph->arena, "opt/%s/%s/%s", c->label, slot, p->name);

    return og_step_state(c->step, name, p->type.elem, rank, dims, initial);
}

og_value *og_stage_copy_slot(og_stage_context *c, size_t i, const char *slot)
{
    const og_value *p = param(c, i)->parameter;
    og_graph *g = c->step->graph;
    char *name = og_arena_print(g->arena, "opt/%s/%s/%s", c->label, slot, p->name);

    if (!name)
        return (void)og_fail(og_graph_errors(g), OG_NO_MEMORY,
                             "no memory for the state of a chain"),
               NULL;
    return og_graph_add_state(g, name, p->data);
}

og_value *og_stage_tensor_slot(og_stage_context *c, size_t i, const char *slot, double initial)
{
    const og_value *p = param(c, i)->parameter;
    char *name = og_arena_print(c->step->graph->arena, "opt/%s/%s/%s", c->label, slot, p->name);

    return og_step_state(c->step, name, OG_DOUBLE, 0, NULL, initial);
}

og_value *og_stage_list_slot(og_stage_context *c, size_t i, const char *slot, int64_t n,
                             double initial)
{
    const og_value *p = param(c, i)->parameter;
    char *name = og_arena_print(c->step->graph->arena, "opt/%s/%s/%s", c->label, slot, p->name);

    return og_step_state(c->step, name, OG_DOUBLE, 1, &n, initial);
}

og_value *og_stage_shared_list(og_stage_context *c, const char *slot, int64_t n, double initial)
{
    char *name = og_arena_print(c->step->graph->arena, "opt/%s/%s", c->label, slot);

    return og_step_state(c->step, name, OG_DOUBLE, 1, &n, initial);
}

og_value *og_stage_shared(og_stage_context *c, const char *slot, og_elem elem, double initial)
{
    char *name = og_arena_print(c->step->graph->arena, "opt/%s/%s", c->label, slot);

    return og_step_state(c->step, name, elem, 0, NULL, initial);
}

void og_stage_keep(og_stage_context *c, og_value *slot, og_value *update)
{
    og_step_bind(c->step, slot, update);
}
