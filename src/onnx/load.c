/*
 * Loading a model: map, scan, unpack, check the header, then the graph.
 *
 * The graph handle exists from the first moment, so that every failure has a report to stand in.
 */
#include "onnx/load.h"

#include <stdio.h>

static const struct {
    const char *domain;
    int newest;
} known_domains[] = {
    { "", 28 },
    { "ai.onnx.ml", 5 },
    { "ai.onnx.preview", 1 },
    { "ai.onnx.preview.training", 1 },
    { "onnxgrad", 1 },
};

int og_newest_opset(const char *domain)
{
    for (size_t i = 0; i < sizeof known_domains / sizeof *known_domains; i++)
        if (!strcmp(known_domains[i].domain, og_domain(domain)))
            return known_domains[i].newest;
    return 0;
}

/* ---- What a graph keeps of its file ---------------------------------------------------------- */

static void source_free(void *memory)
{
    og_source *source = memory;

    if (source) {
        og_arena *arena = source->arena;

        og_text_free(&source->scan.slim);
        og_arena_free(arena);
    }
}

static void *room(void *owner, size_t size)
{
    return og_graph_bytes(owner, size);
}

static og_source *source_new(og_graph *g, const char *path)
{
    og_arena *arena = og_arena_new();
    og_source *source = arena ? OG_NEW(arena, og_source) : NULL;

    if (!source) {
        og_arena_free(arena);
        return NULL;
    }
    *source = (og_source){ .arena = arena,
                           .path = og_arena_string(arena, path),
                           .by_name = og_table_new(arena) };
    g->source = source;
    g->source_free = source_free;
    source->tensors = (og_tensors){ .scan = &source->scan,
                                    .folder = og_path_folder(arena, path),
                                    .report = &g->report,
                                    .arena = arena,
                                    .room = room,
                                    .owner = g };
    return source->path && source->by_name && source->tensors.folder ? source : NULL;
}

size_t og_unknown_count(const og_graph *g)
{
    const og_source *source = g->source;

    return source ? source->unknown.n : 0;
}

const char *og_unknown_op(const og_graph *g, size_t i, size_t *nodes)
{
    const og_source *source = g->source;

    if (!source || i >= source->unknown.n)
        return NULL;
    *nodes = source->unknown.v[i]->nodes;
    return source->unknown.v[i]->text;
}

bool og_model_has(const og_graph *g, const char *name)
{
    const og_source *source = g->source;

    return source && og_table_get(source->by_name, name);
}

/* ---- The header ------------------------------------------------------------------------------ */

static og_status check_version(og_loader *ld)
{
    long long version = (long long)ld->model->ir_version;

    if (!ld->model->has_ir_version)
        return og_fail(ld->report, OG_BAD_FILE, "the file does not state its IR version");
    if (version < 1 || version > OG_NEWEST_IR + 100)
        return og_fail(ld->report, OG_BAD_FILE, "IR version %lld, expected %d to %d", version,
                       OG_OLDEST_IR, OG_NEWEST_IR);
    if (version < OG_OLDEST_IR || version > OG_NEWEST_IR)
        return og_fail(ld->report, OG_UNSUPPORTED, "IR version %lld, expected %d to %d", version,
                       OG_OLDEST_IR, OG_NEWEST_IR);
    return OG_OK;
}

static og_status check_import(og_loader *ld, size_t i)
{
    Onnx__OperatorSetIdProto **v = ld->model->opset_import;
    const char *domain = og_domain(v[i]->domain);
    long long version = (long long)v[i]->version;
    int newest = og_newest_opset(domain);
    char shown[120];

    og_escape(shown, sizeof shown, *domain ? domain : "ai.onnx");
    for (size_t j = 0; j < i; j++)
        if (!strcmp(og_domain(v[j]->domain), domain))
            return og_fail(ld->report, OG_BAD_FILE,
                           "two opset imports of the domain %s: %lld and %lld", shown,
                           (long long)v[j]->version, version);
    if (version < 1)
        return og_fail(ld->report, OG_BAD_FILE, "opset %lld of the domain %s, expected 1 or more",
                       version, shown);
    if (newest && version > newest)
        return og_fail(ld->report, OG_UNSUPPORTED,
                       "opset %lld of the domain %s, the newest known is %d", version, shown,
                       newest);
    return OG_OK;
}

static og_status load_header(og_loader *ld)
{
    const Onnx__ModelProto *m = ld->model;
    og_graph *g = ld->root;

    OG_TRY(check_version(ld));
    if (!m->n_opset_import)
        return og_fail(ld->report, OG_BAD_FILE, "the file imports no opset");
    if (m->n_opset_import > 1000)
        return og_fail(ld->report, OG_LIMIT, "%zu opset imports, the limit is 1000",
                       m->n_opset_import);
    g->ir_version = m->ir_version;
    g->producer = og_arena_print(g->arena, "%s%s%s", og_or_empty(m->producer_name),
                                 m->producer_version && *m->producer_version ? " " : "",
                                 og_or_empty(m->producer_version));
    for (size_t i = 0; i < m->n_opset_import; i++) {
        OG_TRY(check_import(ld, i));
        og_opset set = { og_arena_string(g->arena, og_domain(m->opset_import[i]->domain)),
                         m->opset_import[i]->version };
        if (!set.domain || !og_list_push(g->arena, &g->opsets, set))
            return og_load_no_memory(ld);
    }
    for (size_t i = 0; i < m->n_metadata_props; i++) {
        og_property p = { og_arena_string(g->arena, og_or_empty(m->metadata_props[i]->key)),
                          og_arena_string(g->arena, og_or_empty(m->metadata_props[i]->value)) };

        if (!p.key || !p.value || !og_list_push(g->arena, &g->properties, p))
            return og_load_no_memory(ld);
    }
    return g->producer ? OG_OK : og_load_no_memory(ld);
}

/* ---- The graph ------------------------------------------------------------------------------- */

/* All operators that are missing in one sentence: nobody wants to find them one by one. */
static og_status report_unknown(og_loader *ld)
{
    const og_source *source = ld->source;
    og_text list = { 0 };
    char shown[120];

    if (!source->unknown.n || ld->options.keep_unknown)
        return OG_OK;
    for (size_t i = 0; i < source->unknown.n; i++) {
        const og_unknown *u = source->unknown.v[i];

        og_text_print(&list, "%s%s (%zu node%s)", i ? ", " : "",
                      og_escape(shown, sizeof shown, u->text), u->nodes, u->nodes == 1 ? "" : "s");
    }
    og_fail(ld->report, OG_UNSUPPORTED, "operators that are not known: %s",
            list.data ? list.data : "");
    og_text_free(&list);
    return OG_UNSUPPORTED;
}

/* Where the first node of an unknown operator is, and which known name is near. */
static void locate_unknown(og_loader *ld)
{
    const og_unknown *first = ld->source->unknown.n ? ld->source->unknown.v[0] : NULL;
    const char **names = OG_NEW_N(ld->arena, const char *, og_op_count() + 1);
    char text[300];

    if (!first || !names || ld->report->code != OG_UNSUPPORTED)
        return;
    for (size_t i = 0; i < ld->root->nodes.n; i++)
        if (ld->root->nodes.v[i]->op == first->op) {
            og_report_where(ld->report, "%s in %s",
                            og_node_text(ld->root->nodes.v[i], text, sizeof text), ld->root->file);
            break;
        }
    for (size_t i = 0; i < og_op_count(); i++)
        names[i] = og_op_at(i)->name;
    const char *near = og_nearest(first->op->name, names, og_op_count());
    if (near)
        og_report_hint(ld->report, "did you mean %s?", near);
}

static og_status load_main(og_loader *ld)
{
    static const og_attr no_attributes = { .name = NULL };
    const Onnx__GraphProto *graph = ld->model->graph;
    og_frame frame = { .imports = { ld->model->n_opset_import, ld->model->opset_import },
                       .given = &no_attributes,
                       .prefix = "" };
    og_scope scope;

    if (!graph || !(graph->n_node || graph->n_output))
        return og_fail(ld->report, OG_BAD_FILE, "the graph is empty");
    if (graph->name && !(ld->root->name = og_arena_string(ld->root->arena, graph->name)))
        return og_load_no_memory(ld);
    OG_TRY(og_load_functions(ld));
    OG_TRY(og_scope_open(ld, &scope, NULL, ld->root, &frame));
    OG_TRY(og_load_graph(ld, &scope, graph));
    OG_TRY(og_load_training(ld, &scope));
    if (report_unknown(ld))
        locate_unknown(ld);
    return ld->report->code;
}

/* Files that people take for models. */
static void hint_at(og_loader *ld, og_map map)
{
    static const struct {
        const char *begin, *hint;
    } known[] = {
        { "version https://git-lfs",
          "this is a pointer of Git LFS: get the file itself with 'git lfs pull'" },
        { "<", "this looks like a web page: download the file itself" },
        { "PK", "this is a zip archive, not a model" },
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (map.size > strlen(known[i].begin) &&
            !memcmp(map.data, known[i].begin, strlen(known[i].begin)))
            og_report_hint(ld->report, "%s", known[i].hint);
}

static og_status load_bytes(og_loader *ld)
{
    og_source *source = ld->source;
    ProtobufCMessage *message = NULL;
    og_map map;
    og_status status;

    OG_TRY(og_file_map(source->path, &map, ld->report));
    if (og_graph_keep_map(ld->root, map)) {
        og_file_unmap(&map);
        return ld->report->code;
    }
    if (!map.size)
        return og_fail(ld->report, OG_BAD_FILE, "the file is empty");
    source->scan = (og_scan){ .data = map.data,
                              .size = map.size,
                              .path = ld->root->file,
                              .max_memory = ld->options.max_memory,
                              .report = ld->report,
                              .arena = source->arena };
    status = og_scan_unpack(&source->scan, &onnx__model_proto__descriptor, &message);
    ld->model = (const Onnx__ModelProto *)message;
    if (status)
        hint_at(ld, map);
    if (!status && !(status = load_header(ld)))
        status = load_main(ld);
    og_scan_release(message);
    return status;
}

/* The maps of external files live as long as the numbers in them. */
static void keep_externals(og_loader *ld)
{
    og_tensors *t = &ld->source->tensors;

    for (size_t i = 0; i < t->externals.n; i++) {
        if (og_graph_keep_map(ld->root, t->externals.v[i].map))
            og_file_unmap(&t->externals.v[i].map);
        t->externals.v[i].map = (og_map){ .data = NULL };
    }
}

og_status og_load(const char *path, const og_load_options *options, og_graph **graph)
{
    og_graph *g = *graph = og_graph_new("");
    og_loader ld = { .root = g, .options = options ? *options : (og_load_options){ 0 } };
    char shown[300];

    if (!g)
        return OG_NO_MEMORY;
    ld.report = &g->report;
    ld.arena = og_arena_new();
    g->file = og_arena_string(g->arena, og_escape(shown, sizeof shown, path));
    if (!ld.options.max_memory)
        ld.options.max_memory = og_memory_limit();
    if (ld.arena && g->file && (ld.source = source_new(g, path)) &&
        (ld.functions = og_table_new(ld.arena)) && (ld.numbers = og_table_new(ld.arena)) &&
        (ld.unknown = og_table_new(ld.arena))) {
        ld.source->tensors.max_memory = ld.options.max_memory;
        load_bytes(&ld);
        keep_externals(&ld);
        og_graph_simplify(g);
    } else {
        og_graph_no_memory(g);
    }
    if (og_graph_status(g) == OG_BAD_ARGUMENT)
        ld.report->code =
            OG_BAD_FILE; /* what builds the nodes takes the file for a caller's words */
    if (og_graph_status(g))
        og_report_where(ld.report, "%s", g->file ? g->file : "");
    og_arena_free(ld.arena);
    return og_graph_status(g);
}
