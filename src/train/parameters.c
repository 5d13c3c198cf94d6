/*
 * Parameter discovery: files do not say which of their constants were learned. What a constant is
 * for shows in the ports it reaches, through operators that only move numbers: a weight, a bias, a
 * scale and an embedding are learned, a statistic and an initial state are not. One that reaches
 * elementwise operators alone may be a learned vector or a constant of the exporter; there the name
 * decides.
 */
#include "train/parameters.h"

#include "onnxgrad/optim.h"

#include <stdio.h>

/* What a constant reaches, as bits. */
enum {
    REACHES_WEIGHT = 1 << 0, /* weight, bias, scale */
    REACHES_TABLE = 1 << 1,
    REACHES_STATISTIC = 1 << 2,
    REACHES_STATE = 1 << 3,
    REACHES_GRID = 1 << 4,
    REACHES_ELEMENTWISE = 1 << 5,
    REACHES_OTHER = 1 << 6
};

typedef struct use {
    const og_node *node;
    int port;
    size_t next; /* the next use of the same value, plus 1 */
} use;

typedef struct finder {
    og_graph *g;
    og_arena *arena;
    og_list(use) uses;
    og_list(size_t) heads; /* by value->mark: its first use, plus 1 */
    og_list(bool) visited; /* by value->mark, in the walk from one constant */
    og_list(const og_value *) stack;
    unsigned reached;
    const og_node *node; /* the first reader that decides */
    const og_port *port;
} finder;

/* ---- Who reads what -------------------------------------------------------------------------- */

static og_status no_memory(finder *f)
{
    return og_graph_no_memory(f->g);
}

static og_status number_values(finder *f, og_graph *g)
{
    og_graph *body;

    for (size_t i = 0; i < g->values.n; i++) {
        g->values.v[i]->mark = f->heads.n;
        if (!og_list_push(f->arena, &f->heads, 0) || !og_list_push(f->arena, &f->visited, false))
            return no_memory(f);
    }
    for (size_t i = 0; i < g->nodes.n; i++)
        for (int b = 0; (body = og_node_body(g->nodes.v[i], b)); b++)
            OG_TRY(number_values(f, body));
    return OG_OK;
}

static og_status add_use(finder *f, const og_node *node, int port)
{
    size_t *head = &f->heads.v[node->in[port]->mark];

    if (!og_list_push(f->arena, &f->uses, ((use){ node, port, *head })))
        return no_memory(f);
    *head = f->uses.n;
    return OG_OK;
}

static og_status collect_uses(finder *f, const og_graph *g)
{
    og_graph *body;

    for (size_t i = 0; i < g->nodes.n; i++) {
        const og_node *node = g->nodes.v[i];

        for (int j = 0; j < node->n_in; j++)
            if (node->in[j])
                OG_TRY(add_use(f, node, j));
        for (int b = 0; (body = og_node_body(node, b)); b++)
            OG_TRY(collect_uses(f, body));
    }
    return OG_OK;
}

/* ---- Following one constant ------------------------------------------------------------------ */

/* A weight seen through one of these is still that weight. */
static bool moves_only(const og_op *op)
{
    static const char *const names[] = { "Reshape",         "Transpose", "Slice",
                                         "Concat",          "Squeeze",   "Unsqueeze",
                                         "Identity",        "Flatten",   "Cast",
                                         "CastLike",        "Split",     "QuantizeLinear",
                                         "DequantizeLinear" };

    for (size_t i = 0; i < sizeof names / sizeof *names && !op->domain; i++)
        if (!strcmp(op->name, names[i]))
            return true;
    return false;
}

static unsigned reaches(const use *u, const og_port *port)
{
    const og_op *op = u->node->op;

    switch (port ? port->role : OG_ROLE_DATA) {
    case OG_ROLE_WEIGHT:
    case OG_ROLE_BIAS:
    case OG_ROLE_SCALE:
        return REACHES_WEIGHT;
    case OG_ROLE_TABLE:
        return REACHES_TABLE;
    case OG_ROLE_STATISTIC:
        return REACHES_STATISTIC;
    case OG_ROLE_STATE:
        return REACHES_STATE;
    case OG_ROLE_GRID:
        return REACHES_GRID;
    case OG_ROLE_SHAPE:
    case OG_ROLE_DATA:
        break;
    }
    return op->traits & OG_ELEMENTWISE && !(op->traits & OG_ZERO_GRADIENT) ? REACHES_ELEMENTWISE
                                                                           : REACHES_OTHER;
}

/* The reader named in the reason is the strongest one: bits are in that order. */
static void note(finder *f, unsigned bit, const use *u, const og_port *port)
{
    if (!f->node || bit < (f->reached & (~f->reached + 1))) {
        f->node = u->node;
        f->port = port;
    }
    f->reached |= bit;
}

static og_status visit(finder *f, const og_value *v)
{
    if (f->visited.v[v->mark])
        return OG_OK;
    f->visited.v[v->mark] = true;
    return og_list_push(f->arena, &f->stack, v) ? OG_OK : no_memory(f);
}

static og_status follow_use(finder *f, const use *u)
{
    const og_node *node = u->node;
    const og_port *port = og_port_in(node->op, u->port);
    og_graph *body;

    if (og_node_body(node, 0)) { /* Loop and Scan hand their inputs on to the body's */
        for (int b = 0; (body = og_node_body(node, b)); b++)
            if ((size_t)u->port < body->inputs.n)
                OG_TRY(visit(f, body->inputs.v[u->port]));
    } else if (!moves_only(node->op) || (port && port->role == OG_ROLE_GRID)) {
        note(f, reaches(u, port), u, port);
    } else if (!port || port->role != OG_ROLE_SHAPE) {
        for (int k = 0; k < node->n_out; k++)
            OG_TRY(visit(f, node->out[k]));
    }
    return OG_OK;
}

/* A stack of its own: a file may chain a million of these operators. */
static og_status follow(finder *f, const og_value *v)
{
    f->reached = 0;
    f->node = NULL;
    memset(f->visited.v, 0, f->visited.n * sizeof *f->visited.v);
    OG_TRY(visit(f, v));
    while (f->stack.n) {
        v = f->stack.v[--f->stack.n];
        for (size_t at = f->heads.v[v->mark]; at; at = f->uses.v[at - 1].next)
            OG_TRY(follow_use(f, &f->uses.v[at - 1]));
    }
    return OG_OK;
}

/* ---- Deciding -------------------------------------------------------------------------------- */

static bool is_initializer(const og_graph *g, const og_value *v)
{
    for (size_t i = 0; i < g->initializers.n; i++)
        if (g->initializers.v[i] == v)
            return true;
    return false;
}

static bool exporters_name(const char *name)
{
    return og_glob("val_*", name) || og_glob("onnx::*", name) || og_glob("*Constant*", name);
}

static const char *role_text(const finder *f)
{
    switch (f->port ? f->port->role : OG_ROLE_DATA) {
    case OG_ROLE_WEIGHT:
        return "weight";
    case OG_ROLE_BIAS:
        return "bias";
    case OG_ROLE_SCALE:
        return "scale";
    case OG_ROLE_TABLE:
        return "table";
    case OG_ROLE_STATISTIC:
        return "running statistic";
    case OG_ROLE_STATE:
        return "initial state";
    case OG_ROLE_GRID: /* x_scale, y_zero_point … */
    case OG_ROLE_SHAPE:
    case OG_ROLE_DATA:
        break;
    }
    return f->port ? f->port->name : "input";
}

/* "bias of Gemm node #7 …", and what follows from that. */
static const char *reason(finder *f, const char *more)
{
    char node[300];

    if (!f->node)
        return "nothing reads it";
    return og_arena_print(f->arena, "%s of %s%s", role_text(f),
                          og_node_text(f->node, node, sizeof node), more);
}

static void decide(finder *f, og_candidate *c)
{
    const og_value *v = c->value;

    if (v->trainable) {
        c->trained = true;
        c->why = "the model says it is a parameter";
    } else if (f->reached & REACHES_WEIGHT) {
        c->trained = true;
        c->why = reason(f, "");
    } else if (f->reached & REACHES_TABLE) {
        c->trained = v->type.rank >= 2;
        c->why = reason(f, c->trained ? "" : ", of rank 1");
    } else if (f->reached != REACHES_ELEMENTWISE) {
        c->why = reason(f, "");
    } else if (!is_initializer(f->g, v)) {
        c->why = reason(f, ", a constant that only elementwise operators read");
    } else if (exporters_name(v->name)) {
        c->why = reason(f, ", named like a constant of the exporter");
    } else {
        c->trained = true;
        c->why = reason(f, ", an initializer that only elementwise operators read");
    }
}

/* What the user says comes last and wins. */
static og_status override(finder *f, og_candidate *c, const char *train, const char *freeze)
{
    bool matches;

    if (train) {
        OG_TRY(og_select(train, c->value->name, &matches, og_graph_errors(f->g)));
        if (matches != c->trained)
            c->why = matches ? "--train matches it" : "--train does not match it";
        c->trained = matches;
    }
    if (freeze) {
        OG_TRY(og_select(freeze, c->value->name, &matches, og_graph_errors(f->g)));
        if (matches)
            c->why = "--freeze matches it";
        c->trained = c->trained && !matches;
    }
    return OG_OK;
}

static bool is_candidate(const og_value *v)
{
    return v->data && v->type.kind == OG_TENSOR && v->type.rank >= 1 && v->data->count > 0 &&
           og_elem_in(v->type.elem, OG_FLOATS);
}

static og_status find(finder *f, const char *train, const char *freeze, og_candidates *found)
{
    og_list(og_candidate) list = { 0 };

    OG_TRY(number_values(f, f->g));
    OG_TRY(collect_uses(f, f->g));
    for (size_t i = 0; i < f->g->values.n; i++) {
        og_candidate c = { .value = f->g->values.v[i] };

        if (!is_candidate(c.value))
            continue;
        OG_TRY(follow(f, c.value));
        if (!f->reached && !c.value->trainable)
            continue;
        decide(f, &c);
        OG_TRY(override(f, &c, train, freeze));
        if (!c.why || !og_list_push(f->arena, &list, c))
            return no_memory(f);
    }
    *found = (og_candidates){ list.n, list.v };
    og_ties_find(found);
    return OG_OK;
}

og_status og_candidates_find(og_graph *g, og_arena *arena, const char *train, const char *freeze,
                             og_candidates *found)
{
    finder f = { .g = g, .arena = arena };

    return find(&f, train, freeze, found);
}

/* ---- Promoting ------------------------------------------------------------------------------- */

og_status og_candidates_promote(og_graph *g, const og_candidates *found)
{
    for (size_t i = 0; i < found->n; i++) {
        og_value *v = found->v[i].value;

        v->trainable = found->v[i].trained;
        v->state = v->trainable;
        if (v->state && !is_initializer(g, v) && !og_list_push(g->arena, &g->initializers, v))
            return og_graph_no_memory(g);
    }
    return OG_OK;
}
