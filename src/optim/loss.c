/*
 * Losses as text: a sum of weighted terms, each a function of a prediction and a label.
 */
#include "optim/optim.h"

typedef struct loss_build {
    og_graph *graph;
    og_lexer lexer;
    og_list(og_value *) labels;
    og_loss first; /* of the first term, what it compares */
} loss_build;

/* ---- Arguments of terms ---------------------------------------------------------------------- */

static og_chain_arg term_argument(const og_term_context *c, const char *name)
{
    og_chain_arg value = { .word = "" };

    for (int k = 0; k < og_signature_count(c->signature); k++)
        if (strcmp(c->signature->arg[k].name, name) == 0)
            (void)og_signature_value(c->lexer, c->signature, c->call, NULL, k, &value);
    return value;
}

double og_term_number(const og_term_context *c, const char *name)
{
    return term_argument(c, name).number;
}

const char *og_term_word(const og_term_context *c, const char *name)
{
    return term_argument(c, name).word;
}

static og_value *no_value(og_term_context *c, const og_chain_arg *arg)
{
    const og_graph *g = c->graph;
    const char **names = OG_NEW_N(c->arena, const char *, g->outputs.n + 1), *nearest = NULL;
    char shown[200];

    (void)og_lex_fail(c->lexer, arg->value_at, "the graph has no value '%s'",
                      og_escape(shown, sizeof shown, arg->word));
    for (size_t i = 0; names && i < g->outputs.n; i++)
        names[i] = g->outputs.v[i]->name;
    if (names)
        nearest = g->outputs.n == 1 ? names[0] : og_nearest(arg->word, names, g->outputs.n);
    if (nearest)
        og_report_hint(c->lexer->report, "the graph's output is '%s'",
                       og_escape(shown, sizeof shown, nearest));
    return NULL;
}

og_value *og_term_value(og_term_context *c, const char *name)
{
    og_chain_arg arg = term_argument(c, name);
    og_value *value = og_graph_find(c->graph, arg.word);

    return value || *arg.word == '\0' ? value : no_value(c, &arg);
}

/* ---- Labels ---------------------------------------------------------------------------------- */

/* The type of a label that fits the prediction. */
static og_status label_type(og_term_context *c, og_term_label kind, og_type *type)
{
    const og_type *x = &c->x->type;
    og_dim *dims;
    int rank = 0;

    *type = *x;
    if (kind == OG_LABEL_LIKE)
        return OG_OK;
    dims = OG_NEW_N(c->graph->arena, og_dim, x->rank);
    if (!dims)
        return og_fail(c->lexer->report, OG_NO_MEMORY, "no memory for a loss");
    for (int i = 0; i < x->rank; i++)
        if (i != (int)c->axis)
            dims[rank++] = x->dims[i];
    *type = (og_type){ .kind = OG_TENSOR, .elem = OG_INT64, .rank = rank, .dims = dims };
    return OG_OK;
}

static bool may_fit(const og_type *a, const og_type *b)
{
    if (a->rank < 0 || b->rank < 0)
        return true;
    for (int i = 0; i < a->rank && a->rank == b->rank; i++)
        if (og_dim_known(a->dims[i]) && og_dim_known(b->dims[i]) && a->dims[i] != b->dims[i])
            return false;
    return a->rank == b->rank;
}

/* An existing value, whose shape must fit and whose numbers are cast. */
static og_status label_adopt(og_term_context *c, const og_chain_arg *arg, og_term_label kind,
                             const og_type *type)
{
    bool indices = og_elem_in(c->t->type.elem, OG_INDICES);
    char found[200], expected[200];

    if (!may_fit(&c->t->type, type) || (kind == OG_LABEL_CLASSES && !indices))
        return og_lex_fail(c->lexer, arg->value_at, "the label '%s' is %s, expected %s", arg->word,
                           og_type_text(c->graph->dims, &c->t->type, found, sizeof found),
                           og_type_text(c->graph->dims, type, expected, sizeof expected));
    if (kind == OG_LABEL_LIKE)
        c->t = og_cast(c->t, type->elem);
    return og_graph_status(c->graph);
}

static og_status label_find(loss_build *b, og_term_context *c, og_term_label kind)
{
    og_chain_arg arg = term_argument(c, c->signature->arg[1].name);
    og_type type;
    og_value *label;

    OG_TRY(label_type(c, kind, &type));
    label = og_graph_find(b->graph, arg.word);
    c->t = label ? label : og_graph_add_input(b->graph, arg.word, &type);
    if (!c->t)
        return og_graph_status(b->graph);
    if (label)
        OG_TRY(label_adopt(c, &arg, kind, &type));
    else
        label = c->t;
    for (size_t i = 0; i < b->labels.n; i++)
        if (b->labels.v[i] == label)
            return OG_OK;
    if (label->input && !og_list_push(b->graph->arena, &b->labels, label))
        return og_fail(b->lexer.report, OG_NO_MEMORY, "no memory for a loss");
    return OG_OK;
}

/* ---- Terms ----------------------------------------------------------------------------------- */

static const og_loss_term *term_find(const char *name)
{
    for (const og_loss_term *term = og_loss_terms; term->name; term++)
        if (strcmp(term->name, name) == 0 || (term->alias && strcmp(term->alias, name) == 0))
            return term;
    return NULL;
}

static og_status term_unknown(og_lexer *lexer, const og_chain_call *call)
{
    const char *names[64], *nearest;
    size_t n = 0;

    for (const og_loss_term *term = og_loss_terms; term->name; term++) {
        names[n++] = term->name;
        if (term->alias)
            names[n++] = term->alias;
    }
    (void)og_lex_fail(lexer, call->at, "there is no loss '%s'", call->name);
    nearest = og_nearest(call->name, names, n);
    if (nearest)
        og_report_hint(lexer->report, "did you mean '%s'?", nearest);
    return OG_BAD_CHAIN;
}

/* The axis of the classes, counted from the front. */
static og_status axis_find(og_term_context *c)
{
    int rank = og_rank(c->x);
    int64_t axis = rank == 1 ? 0 : (int64_t)og_term_number(c, "class_axis");

    if (rank < 1)
        return og_lex_fail(c->lexer, c->call->at,
                           "the prediction '%s' is %s, expected an axis of classes", c->x->name,
                           og_value_type(c->x));
    if (axis < -rank || axis >= rank)
        return og_lex_fail(c->lexer, c->call->at,
                           "class_axis is %lld, the prediction '%s' has %d axes", (long long)axis,
                           c->x->name, rank);
    c->axis = axis < 0 ? axis + rank : axis;
    return OG_OK;
}

static og_status term_build(loss_build *b, og_chain_call *call, og_value **value)
{
    const og_loss_term *term = term_find(call->name);
    og_signature signature;
    og_term_context c = { .graph = b->graph,
                          .lexer = &b->lexer,
                          .signature = &signature,
                          .call = call,
                          .arena = b->lexer.arena,
                          .axis = -1 };

    if (!term)
        return term_unknown(&b->lexer, call);
    signature = (og_signature){ .name = term->name, .arg = term->arg, .positional = 2 };
    OG_TRY(og_signature_check(&b->lexer, &signature, call));
    c.x = og_term_value(&c, "prediction");
    if (!c.x)
        return b->lexer.report->code;
    if (!og_elem_in(c.x->type.elem, OG_FLOATS))
        return og_lex_fail(&b->lexer, call->at, "the prediction '%s' is %s, expected real numbers",
                           c.x->name, og_value_type(c.x));
    if (term->label == OG_LABEL_CLASSES)
        OG_TRY(axis_find(&c));
    if (term->label != OG_LABEL_NONE)
        OG_TRY(label_find(b, &c, term->label));
    if (!b->first.prediction)
        b->first = (og_loss){ .prediction = c.x, .label = c.t, .class_axis = c.axis };
    *value = term->build(&c);
    return b->lexer.report->code;
}

static og_status loss_term(loss_build *b, bool minus, og_value **sum)
{
    og_lexer *lexer = &b->lexer;
    double weight = 1;
    bool found;
    og_chain_call call;
    og_value *value = NULL;

    OG_TRY(og_lex_factor(lexer, &weight, &found));
    OG_TRY(og_call_read(lexer, &call));
    OG_TRY(term_build(b, &call, &value));
    if (minus || weight != 1)
        value = og_times(value, minus ? -weight : weight);
    *sum = *sum ? og_add(*sum, value) : value;
    return lexer->report->code;
}

static og_status loss_sum(loss_build *b, og_value **sum)
{
    og_lexer *lexer = &b->lexer;
    bool minus = og_lex_take(lexer, '-');

    do {
        OG_TRY(loss_term(b, minus, sum));
        minus = og_lex_take(lexer, '-');
    } while (minus || og_lex_take(lexer, '+'));
    if (!og_lex_end(lexer))
        return og_lex_expected(lexer, "'+', '-' or the end");
    return OG_OK;
}

og_status og_loss_build(og_graph *graph, const char *spec, og_loss *loss)
{
    loss_build b = { .graph = graph };
    og_arena *arena;
    og_value *sum = NULL;
    og_status status;

    *loss = (og_loss){ .value = NULL };
    OG_TRY(og_graph_status(graph));
    arena = og_arena_new();
    if (!arena)
        return og_fail(og_graph_errors(graph), OG_NO_MEMORY, "no memory for a loss");
    og_lex_start(&b.lexer, "loss", spec, arena, og_graph_errors(graph));
    status = loss_sum(&b, &sum);
    if (!status) {
        *loss = b.first;
        loss->value = sum;
        loss->n_labels = b.labels.n;
        loss->labels = b.labels.v;
    }
    og_arena_free(arena);
    return status;
}
