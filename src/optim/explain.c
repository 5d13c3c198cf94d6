/*
 * A chain explained: every stage is built for one small parameter of a graph of its own, and what
 * it leaves there (slots, reductions) is counted. So the numbers are those of the real step.
 */
#include "optim/optim.h"

enum { ELEMENTS = 1024 };

/* What one way through a chain (the k-th group of each groups) leaves behind. */
typedef struct explained {
    og_text *out;
    const og_dialect *dialect;
    og_lexer *lexer;
    og_arena *arena;
    size_t bytes;    /* of state for one float parameter element */
    size_t measures; /* reductions over all elements */
    int depth;
} explained;

/* A step for one float parameter: the loss is sum(g p^2) / 2, the gradient g p, g an input. */
static bool small_step(const explained *e, og_step *step)
{
    og_graph *g = step->graph;
    int64_t dims[1] = { ELEMENTS };
    og_tensor *zeros = og_tensor_new(OG_FLOAT, 1, dims);
    og_value *p, *slope;

    step->params = OG_NEW(e->arena, og_step_param);
    step->n = 1;
    step->arena = e->arena;
    step->lexer = *e->lexer;
    step->lexer.report = og_graph_errors(g);
    step->dialect = *e->dialect;
    if (!zeros || !step->params)
        return og_tensor_free(zeros), false;
    p = og_parameter(g, "p", zeros);
    slope = og_mul(og_input_dims(g, "g", OG_FLOAT, 1, dims), p);
    step->loss =
        og_reduce("ReduceSum", og_times(og_mul(slope, p), 0.5), (og_ints){ 0, NULL }, false);
    step->params[0].parameter = p;
    step->params[0].gradient = step->params[0].now.value = slope;
    og_tensor_free(zeros);
    step->count = og_step_state(step, "opt/step", OG_INT64, 0, NULL, 0);
    step->clock = og_cast(step->count, OG_DOUBLE);
    return og_step_watch(step) == OG_OK;
}

/* How many tensors of the parameter's size lie in one of this type. */
static size_t size_of(const og_type *type)
{
    int64_t count = og_type_known(type) ? og_count(type->rank, type->dims) : 0;

    return count > 0 && count % ELEMENTS == 0 ? (size_t)(count / ELEMENTS) : 0;
}

static size_t count_measures(const og_graph *g)
{
    size_t n = 0;

    for (size_t i = 0; i < g->nodes.n; i++) {
        const og_node *node = g->nodes.v[i];
        const og_type *in = node->n_in && node->in[0] ? &node->in[0]->type : NULL;

        n += in && size_of(in) > 0 && node->out[0]->type.rank == 0;
    }
    return n;
}

typedef struct slots {
    size_t n, bytes; /* of an element */
} slots;

static void print_slot(explained *e, const og_value *state, slots *s)
{
    const char *slot = state->name + strcspn(state->name, "/") + 1;

    slot += strcspn(slot, "/") + 1; /* behind opt/<label>/ */
    og_text_print(e->out, s->n++ ? ", %.*s" : "  keeps %.*s", (int)strcspn(slot, "/"), slot);
    s->bytes += size_of(&state->type) * (size_t)og_elem_bits(state->type.elem) / 8;
}

static bool is_bound(const og_graph *g, const og_value *state)
{
    for (size_t i = 0; i < g->bindings.n; i++)
        if (g->bindings.v[i].state == state)
            return true;
    return false;
}

/* "m, v" and the bytes of an element; scalars are named without bytes.  What a stage keeps as it
 * was (where the parameter began) is never updated, but counts. */
static void print_slots(explained *e, const og_graph *g)
{
    slots s = { 0 };

    for (size_t i = 0; i < g->bindings.n; i++)
        print_slot(e, g->bindings.v[i].state, &s);
    for (size_t i = 0; i < g->values.n; i++) {
        const og_value *v = g->values.v[i];

        if (v->state && strncmp(v->name, "opt/", 4) == 0 && size_of(&v->type) && !is_bound(g, v))
            print_slot(e, v, &s);
    }
    if (s.n > 0)
        og_text_print(e->out, ": %zu bytes an element", s.bytes);
    e->bytes += s.bytes;
}

static og_status explain_stage(explained *e, const og_chain_link *link)
{
    static const char *const scopes[] = { "element", "unit", "tensor", "global" };
    const size_t place = 0;
    og_step step = { .graph = og_graph_new("explain") };
    og_stage_context c = {
        .step = &step, .lexer = &step.lexer, .link = link, .label = "x", .n = 1, .reach = &place
    };
    size_t known;
    bool built;

    if (!step.graph)
        return OG_NO_MEMORY;
    built = small_step(e, &step);
    known = count_measures(step.graph);
    if (built && link->stage->prepare)
        built = !link->stage->prepare(&c);
    if (built && link->stage->build)
        built = !link->stage->build(&c);
    og_text_print(e->out, "%*s%-16s %-8s %s", 2 * e->depth, "", link->call.name,
                  scopes[link->stage->scope], link->stage->doc);
    if (built && !og_graph_status(step.graph)) {
        print_slots(e, step.graph);
        e->measures += count_measures(step.graph) - known;
    }
    og_text_print(e->out, "\n");
    og_graph_free(step.graph);
    return OG_OK;
}

static og_status explain_tree(explained *e, const og_chain_tree *tree);

/* Groups run side by side: the dearest one counts. */
static og_status explain_groups(explained *e, const og_chain_link *link)
{
    size_t bytes = e->bytes, measures = e->measures, most_bytes = bytes, most_measures = measures;

    for (size_t k = 0; k < link->n_groups; k++) {
        og_text_print(e->out, "%*s", 2 * e->depth, "");
        if (link->groups[k].selector.n_plus)
            og_selector_print(e->out, &link->groups[k].selector);
        else
            og_text_print(e->out, "_");
        og_text_print(e->out, ":\n");
        e->bytes = bytes;
        e->measures = measures;
        e->depth++;
        OG_TRY(explain_tree(e, link->groups[k].chain));
        e->depth--;
        most_bytes = e->bytes > most_bytes ? e->bytes : most_bytes;
        most_measures = e->measures > most_measures ? e->measures : most_measures;
    }
    e->bytes = most_bytes;
    e->measures = most_measures;
    return OG_OK;
}

static og_status explain_tree(explained *e, const og_chain_tree *tree)
{
    for (size_t i = 0; i < tree->n; i++) {
        const og_chain_link *link = &tree->links[i];

        if (link->kind == OG_LINK_GROUPS)
            OG_TRY(explain_groups(e, link));
        else if (link->kind == OG_LINK_CHAIN)
            OG_TRY(explain_tree(e, link->inner));
        else if (link->expansion)
            OG_TRY(explain_tree(e, link->expansion));
        else
            OG_TRY(explain_stage(e, link));
    }
    return OG_OK;
}

og_status og_chain_explain_tree(og_text *out, og_lexer *lexer, const og_dialect *dialect,
                                const og_chain_tree *tree)
{
    explained e = {
        .out = out, .dialect = dialect, .lexer = lexer, .arena = og_arena_new(), .depth = 1
    };
    og_status status;

    if (!e.arena)
        return OG_NO_MEMORY;
    og_chain_print(out, tree);
    og_text_print(out, "\nwritten out: ");
    og_chain_print_expanded(out, tree);
    og_text_print(out, "\nstages:\n");
    status = explain_tree(&e, tree);
    og_text_print(out, "state: %zu bytes for each float32 element of a parameter\n", e.bytes);
    og_text_print(out, "passes over memory: %zu (the norm and the finite check%s, the update)\n",
                  2 + e.measures, e.measures ? ", further norms" : "");
    og_arena_free(e.arena);
    return status;
}
