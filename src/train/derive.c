/* Gradients and training steps added to a model as it came from a file or the zoo. */
#include "onnxgrad/derive.h"

#include "ops/ops.h"
#include "train/mode.h"
#include "train/parameters.h"
#include "train/train.h"

static og_status find_parameters(og_graph *g, const og_derive_options *o)
{
    og_arena *arena = og_arena_new();
    og_candidates found;
    og_status s = OG_OK;

    if (!arena)
        return og_graph_no_memory(g);
    if (!(s = og_candidates_find(g, arena, o->train, o->freeze, &found)))
        s = og_candidates_promote(g, &found);
    og_arena_free(arena);
    return s;
}

/* ---- What is differentiated ------------------------------------------------------------------ */

static og_status by_loss(og_graph *g, const og_derive_options *o, og_value **value)
{
    og_loss loss;

    OG_TRY(og_loss_build(g, o->loss, &loss));
    *value = loss.value;
    return OG_OK;
}

static og_status by_output(og_graph *g, const char *name, og_value **value)
{
    og_value *v = og_graph_find(g, name);
    char shown[160];

    if (!v)
        return og_fail(og_graph_errors(g), OG_NOT_FOUND, "the model has no output '%s'",
                       og_escape(shown, sizeof shown, name));
    *value = og_reduce("ReduceSum", v, (og_ints){ 0 }, false);
    return og_graph_status(g);
}

static og_status find_target(og_graph *g, const og_derive_options *o, og_value **value)
{
    if (o->loss)
        return by_loss(g, o, value);
    if (o->of)
        return by_output(g, o->of, value);
    if (g->outputs.n != 1) {
        og_fail(og_graph_errors(g), OG_BAD_ARGUMENT,
                "the model has %zu outputs, so it must be said what is differentiated",
                g->outputs.n);
        og_report_hint(og_graph_errors(g), "--loss SPEC or --of OUTPUT");
        return OG_BAD_ARGUMENT;
    }
    *value = g->outputs.v[0];
    return OG_OK;
}

/* ---- By what --------------------------------------------------------------------------------- */

static og_status is_wanted(og_graph *g, const og_value *v, const char *wrt, bool *wanted)
{
    *wanted = v->trainable;
    return wrt ? og_select(wrt, v->name, wanted, og_graph_errors(g)) : OG_OK;
}

static bool is_real(const og_value *v)
{
    return v->type.kind == OG_TENSOR && og_elem_in(v->type.elem, OG_FLOATS);
}

/* Parameters and inputs, in the order of the model. */
static og_status collect(og_graph *g, const char *wrt, size_t inputs, og_value **list, size_t *n)
{
    bool wanted;

    for (size_t i = 0; i < g->values.n; i++) {
        og_value *v = g->values.v[i];
        bool candidate = v->trainable;

        for (size_t k = 0; k < inputs; k++) /* labels came behind */
            candidate = candidate || (wrt && g->inputs.v[k] == v);
        if (!candidate || !is_real(v))
            continue;
        OG_TRY(is_wanted(g, v, wrt, &wanted));
        if (wanted)
            list[(*n)++] = v;
    }
    if (*n)
        return OG_OK;
    og_fail(og_graph_errors(g), OG_NOT_FOUND, "%s%s%s",
            wrt ? "no parameter or input matches '" : "", wrt ? wrt : "the model has no parameter",
            wrt ? "'" : "");
    return OG_NOT_FOUND;
}

static og_status name_output(og_graph *g, const char *prefix, const char *base, const char *suffix,
                             og_value *value)
{
    char *name = og_arena_print(g->arena, "%s%s%s", prefix ? prefix : "", base, suffix);

    if (!name)
        return og_graph_no_memory(g);
    if (!og_output(g, name, value) && og_graph_status(g) == OG_EXISTS)
        og_report_hint(og_graph_errors(g),
                       "--prefix P puts P before the names of outputs that are added");
    return og_graph_status(g);
}

og_status og_model_add_gradients(og_graph *g, const og_derive_options *o)
{
    og_value *target = NULL;
    size_t inputs = g->inputs.n, n = 0;

    OG_TRY(og_graph_status(g));
    OG_TRY(find_parameters(g, o));
    OG_TRY(find_target(g, o, &target));
    og_value **wrt = OG_NEW_N(g->arena, og_value *, g->values.n + 1);
    og_value **grads = OG_NEW_N(g->arena, og_value *, g->values.n + 1);
    if (!wrt || !grads)
        return og_graph_no_memory(g);
    OG_TRY(collect(g, o->wrt, inputs, wrt, &n));
    OG_TRY(og_gradients(g, target, wrt, n, grads));
    target = og_value_now(target);
    if (o->loss)
        OG_TRY(name_output(g, o->prefix, "loss", "", target));
    for (size_t i = 0; i < n; i++)
        OG_TRY(name_output(g, o->prefix, wrt[i]->name, "_grad", grads[i]));
    return og_graph_status(g);
}

/* The model learns; what it was before infers. */
static og_status set_modes(og_graph *g, const og_derive_options *o)
{
    bool frozen = o->bn && strcmp(o->bn, "frozen") == 0;

    if (o->bn && !frozen && strcmp(o->bn, "train") != 0)
        return og_fail(og_graph_errors(g), OG_BAD_ARGUMENT, "bn is '%s', expected train or frozen",
                       o->bn);
    if (!frozen)
        OG_TRY(og_modes_statistics(g));
    if (o->inference) {
        *o->inference = og_graph_clone(g);
        if (!*o->inference)
            return og_graph_no_memory(g);
        if (og_modes_set(*o->inference, OG_MODE_INFER, OG_MODE_INFER, NULL))
            return og_fail(og_graph_errors(g), og_graph_status(*o->inference), "%s",
                           og_graph_report(*o->inference)->what);
    }
    return og_modes_set(g, frozen ? OG_MODE_INFER : OG_MODE_LEARN, OG_MODE_LEARN, NULL);
}

og_status og_model_add_step(og_graph *g, const og_derive_options *o)
{
    og_value *loss = NULL;

    OG_TRY(og_graph_status(g));
    OG_TRY(find_parameters(g, o));
    OG_TRY(set_modes(g, o));
    OG_TRY(find_target(g, o, &loss));
    return og_train_step_with(g, loss, o->chain, &(og_step_options){ .strict = o->strict });
}
