/* Saving a graph: the model around it, and the file. */
#include "onnx/save.h"

/* Other runtimes begin with this opset of ai.onnx. */
enum { OLDEST_OPSET = 7 };

/* The IR version that an opset of ai.onnx came with. */
static int64_t version_of_opset(int64_t opset)
{
    static const int64_t newest[] = { 8, 9, 10, 11, 14, 18, 20, 22, 23, 24, 27 };
    int64_t version = OG_OLDEST_IR;

    for (size_t i = 0; i < sizeof newest / sizeof *newest && opset > newest[i]; i++)
        version++;
    return version;
}

/* IR 4 brought initializers that are no inputs, 7 training, 8 functions. */
static int64_t fitting_version(const og_saver *s)
{
    int64_t version = s->functions.n ? 8 : s->training ? 7 : 4;

    for (size_t i = 0; i < s->imports.n; i++)
        if (!*s->imports.v[i]->domain && version_of_opset(s->imports.v[i]->version) > version)
            version = version_of_opset(s->imports.v[i]->version);
    return version;
}

static og_status save_properties(og_saver *s, Onnx__ModelProto *model)
{
    const og_graph *g = s->g;

    model->metadata_props = OG_NEW_N(s->arena, Onnx__StringStringEntryProto *, g->properties.n + 1);
    if (!model->metadata_props)
        return og_save_no_memory(s);
    for (size_t i = 0; i < g->properties.n; i++) {
        Onnx__StringStringEntryProto *entry = OG_NEW(s->arena, Onnx__StringStringEntryProto);

        if (!entry)
            return og_save_no_memory(s);
        onnx__string_string_entry_proto__init(entry);
        entry->key = og_save_text(g->properties.v[i].key);
        entry->value = og_save_text(g->properties.v[i].value);
        model->metadata_props[model->n_metadata_props++] = entry;
    }
    return OG_OK;
}

/* Functions import exactly what the model does: other runtimes refuse anything else. */
static og_status save_functions(og_saver *s, Onnx__ModelProto *model)
{
    model->functions = OG_NEW_N(s->arena, Onnx__FunctionProto *, s->functions.n + 1);
    if (!model->functions)
        return og_save_no_memory(s);
    for (size_t i = 0; i < s->functions.n; i++) {
        Onnx__FunctionProto *f = &s->functions.v[i]->proto;

        f->n_opset_import = s->imports.n;
        f->opset_import = s->imports.v;
        model->functions[model->n_functions++] = f;
    }
    return OG_OK;
}

static int64_t import_of(const og_saver *s, const char *domain)
{
    for (size_t i = 0; i < s->imports.n; i++)
        if (!strcmp(s->imports.v[i]->domain, domain))
            return s->imports.v[i]->version;
    return 0;
}

/* What an operator that is not known means in another opset than its file's is not known either. */
static og_status check_unknown(og_saver *s)
{
    const og_graph *g = s->g;

    for (size_t i = 0; i < g->nodes.n; i++) {
        const og_op *op = g->nodes.v[i]->op;

        for (size_t j = 0; op->traits & OG_UNKNOWN && j < g->opsets.n; j++)
            if (!strcmp(g->opsets.v[j].domain, op->domain) &&
                g->opsets.v[j].version != import_of(s, op->domain))
                return og_fail(s->report, OG_UNSUPPORTED,
                               "%s is not known, so it cannot be moved from opset %lld to %lld",
                               op->name, (long long)g->opsets.v[j].version,
                               (long long)import_of(s, op->domain));
    }
    return OG_OK;
}

static og_status make_model(og_saver *s, Onnx__ModelProto *model)
{
    OG_TRY(check_unknown(s));
    OG_TRY(save_properties(s, model));
    OG_TRY(save_functions(s, model));
    model->has_ir_version = true;
    model->ir_version = fitting_version(s);
    model->producer_name = og_save_text("onnxgrad");
    model->producer_version = og_save_text(og_version());
    model->n_opset_import = s->imports.n;
    model->opset_import = s->imports.v;
    model->n_training_info = s->training != NULL;
    model->training_info = &s->training;
    return OG_OK;
}

static og_status write_model(og_saver *s, Onnx__ModelProto *model, const char *path)
{
    og_file file = OG_NO_FILE;
    og_status status;

    OG_TRY(make_model(s, model));
    if (!(status = og_file_create(&file, path, s->report)) &&
        !(status = og_pack_message(&file, &model->base)))
        status = og_file_commit(&file);
    og_file_close(&file);
    return status;
}

/* ---- The two forms --------------------------------------------------------------------------- */

static og_status begin(og_saver *s, og_graph *clone, const og_save_options *o)
{
    s->g = clone;
    s->report = og_graph_errors(clone);
    OG_TRY(og_graph_settle(clone));
    return o->weights ? og_prepare_numbers(clone, o->weights, o->context) : OG_OK;
}

static og_status save_functional(og_saver *s, og_graph *clone, const char *path,
                                 const og_save_options *o)
{
    Onnx__ModelProto model;

    onnx__model_proto__init(&model);
    OG_TRY(begin(s, clone, o));
    OG_TRY(og_save_need(s, "", OLDEST_OPSET));
    OG_TRY(og_prepare_functional(clone, o->prefix ? o->prefix : ""));
    OG_TRY(og_prepare_names(clone, NULL));
    OG_TRY(og_save_graph(s, clone, &model.graph));
    return write_model(s, &model, path);
}

static og_status save_training_info(og_saver *s, og_graph *inference, og_graph *step,
                                    const char *path, const og_save_options *o)
{
    og_table *node_names = og_table_new(s->arena);
    Onnx__ModelProto model;

    onnx__model_proto__init(&model);
    OG_TRY(begin(s, inference, o));
    if (!node_names)
        return og_save_no_memory(s);
    OG_TRY(og_save_need(s, "", OLDEST_OPSET));
    OG_TRY(og_prepare_inference(inference));
    if (!o->inference)
        og_save_forget_training(inference);
    OG_TRY(og_prepare_names(inference, node_names));
    OG_TRY(begin(s, step, o));
    OG_TRY(og_save_training(s, inference, step, o->prefix ? o->prefix : ""));
    OG_TRY(og_prepare_names(step, node_names));
    OG_TRY(og_save_graph(s, step, &s->training->algorithm));
    s->g = inference;
    s->report = og_graph_errors(inference);
    OG_TRY(og_save_graph(s, inference, &model.graph));
    return write_model(s, &model, path);
}

og_status og_save(og_graph *g, const char *path, const og_save_options *options)
{
    const og_save_options o = options ? *options : (og_save_options){ .form = OG_SAVE_FUNCTIONAL };
    og_saver s = { .g = NULL };
    og_graph *step, *inference = NULL;
    og_status status = OG_NO_MEMORY;

    if (og_graph_status(g))
        return og_graph_status(g);
    step = og_graph_clone(g);
    if (o.form == OG_SAVE_TRAINING_INFO)
        inference = og_graph_clone(o.inference ? o.inference : g);
    s.arena = og_arena_new();
    if (s.arena && step && o.form == OG_SAVE_FUNCTIONAL)
        status = save_functional(&s, step, path, &o);
    else if (s.arena && step && inference)
        status = save_training_info(&s, inference, step, path, &o);
    if (status && s.report && s.report->code)
        g->report = *s.report;
    else if (status)
        og_graph_no_memory(g);
    og_graph_free(step);
    og_graph_free(inference);
    og_arena_free(s.arena);
    return status;
}
