/*
 * A trained model is the user's own file with new weights.
 *
 * What changes is a list of edits, each some bytes of the file and what stands there instead; the
 * new file is the old one with the edits spliced in.  Numbers of fixed width are overwritten where
 * they are.  Lists of varints may change their length, and a node that was exported for training
 * loses what makes it one; then the lengths of the messages around are edits too.
 */
#include "onnx/source.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct edit {
    size_t offset, old_size; /* in the file */
    const uint8_t *bytes;
    size_t new_size;
} edit;

/* New numbers in an external file. */
typedef struct external_edit {
    size_t external;
    uint64_t offset;
    const og_tensor *tensor;
} external_edit;

typedef struct patch {
    const og_source *source;
    og_arena *arena;
    og_report *report;
    og_list(edit) edits;
    og_list(external_edit) external_edits;
    const og_tensor **done; /* by message: what it was overwritten with */
} patch;

static og_status patch_no_memory(patch *p)
{
    return og_fail(p->report, OG_NO_MEMORY, "no memory to save the model");
}

static og_status add_edit(patch *p, const uint8_t *at, size_t old_size, const void *bytes,
                          size_t new_size)
{
    edit e = { (size_t)(at - p->source->scan.data), old_size, bytes, new_size };

    return og_list_push(p->arena, &p->edits, e) ? OG_OK : patch_no_memory(p);
}

/* ---- One tensor ------------------------------------------------------------------------------ */

static uint64_t list_entry(const og_tensor *t, int64_t i)
{
    int bits = og_elem_bits(t->elem);

    if (bits == 64)
        return ((const uint64_t *)t->data)[i];
    if (bits == 32)
        return t->elem == OG_INT32 ? (uint64_t)(int64_t)((const int32_t *)t->data)[i]
                                   : ((const uint32_t *)t->data)[i];
    if (bits == 16)
        return t->elem == OG_INT16 ? (uint64_t)(int64_t)((const int16_t *)t->data)[i]
                                   : ((const uint16_t *)t->data)[i];
    return t->elem == OG_INT8 ? (uint64_t)(int64_t)((const int8_t *)t->data)[i]
                              : ((const uint8_t *)t->data)[i];
}

/* A whole field of varints: tag, length, numbers. */
static og_status encode_list(patch *p, uint32_t number, const og_tensor *t, uint8_t **bytes,
                             size_t *size)
{
    int64_t n = og_tensor_list_entries(t->elem, t->count);
    uint8_t scratch[10];
    size_t content = 0;

    for (int64_t i = 0; i < n; i++)
        content += og_wire_put(scratch, list_entry(t, i));
    uint8_t *out = og_arena_alloc(p->arena, content + 20);
    if (!out)
        return patch_no_memory(p);
    *bytes = out;
    out += og_wire_put_tag(out, number, OG_WIRE_BYTES);
    out += og_wire_put(out, content);
    for (int64_t i = 0; i < n; i++)
        out += og_wire_put(out, list_entry(t, i));
    *size = (size_t)(out - *bytes);
    return OG_OK;
}

/* Lists of floats and doubles keep their pieces; a list of varints becomes one piece where its
 * first was. */
static og_status edit_list(patch *p, og_span span, const og_tensor *t)
{
    const uint8_t *message = p->source->scan.data + span.offset, *from = t->data;
    uint32_t list = og_tensor_list_field(t->elem);
    bool fixed = list == 4 || list == 10, first = true;
    og_wire wire = og_wire_of(message, span.size);
    og_field field;
    uint8_t *bytes = NULL;
    size_t size = 0;

    while (og_wire_next(&wire, &field)) {
        if (field.number != list)
            continue;
        size_t whole = (size_t)(field.data - field.start) + field.size;

        if (fixed) {
            OG_TRY(add_edit(p, field.data, field.size, from, field.size));
            from += field.size;
        } else if (first) {
            OG_TRY(encode_list(p, list, t, &bytes, &size));
            OG_TRY(add_edit(p, field.start, whole, bytes, size));
            first = false;
        } else {
            OG_TRY(add_edit(p, field.start, whole, NULL, 0));
        }
    }
    return OG_OK;
}

static og_status edit_tensor(patch *p, const og_weight *w, const og_tensor *t)
{
    og_span span = p->source->scan.tensors.v[w->place.message];
    og_field raw;

    if (w->place.external) {
        external_edit e = { w->place.external - 1, w->place.offset, t };

        return og_list_push(p->arena, &p->external_edits, e) ? OG_OK : patch_no_memory(p);
    }
    if (og_wire_find(p->source->scan.data + span.offset, span.size, 9, &raw))
        return add_edit(p, raw.data, raw.size, t->data, raw.size);
    return edit_list(p, span, t);
}

/* The body of a function that is called twice gives two values from one tensor of the file. */
static og_status check_single(patch *p, const og_weight *w, const og_tensor *t)
{
    const og_tensor *before = p->done[w->place.message];
    char shown[160];

    p->done[w->place.message] = t;
    if (!before || !memcmp(before->data, t->data, og_tensor_bytes(t)))
        return OG_OK;
    return og_fail(p->report, OG_UNSUPPORTED,
                   "'%s' shares its place in the file with another tensor of other numbers",
                   og_escape(shown, sizeof shown, w->name));
}

static og_status collect(patch *p, og_weights *weights, void *context)
{
    char shown[160], found[160];

    for (size_t i = 0; i < p->source->weights.n; i++) {
        const og_weight *w = &p->source->weights.v[i];
        const og_tensor *t = weights(context, w->name);

        if (!t)
            continue;
        if (t->elem != w->elem || t->count != w->count || t->elem == OG_STRING)
            return og_fail(
                p->report, OG_BAD_ARGUMENT, "new numbers for '%s' are %s, expected %lld of %s",
                og_escape(shown, sizeof shown, w->name), og_tensor_text(found, sizeof found, t),
                (long long)w->count, og_elem_name(w->elem));
        bool again = p->done[w->place.message] != NULL;
        OG_TRY(check_single(p, w, t));
        if (!again)
            OG_TRY(edit_tensor(p, w, t));
    }
    return OG_OK;
}

/* ---- Lengths around edits -------------------------------------------------------------------- */

/* The first of n sorted edits that begins at or behind an offset. */
static size_t first_edit(const patch *p, size_t n, size_t offset)
{
    size_t low = 0;

    while (low < n) {
        size_t middle = low + (n - low) / 2;

        if (p->edits.v[middle].offset < offset)
            low = middle + 1;
        else
            n = middle;
    }
    return low;
}

/* How much longer the edits make the bytes [begin, end); true if one of them changes the length. */
static bool growth(const patch *p, size_t n, size_t begin, size_t end, int64_t *sum)
{
    bool resized = false;

    *sum = 0;
    for (size_t i = first_edit(p, n, begin); i < n && p->edits.v[i].offset < end; i++) {
        int64_t more = (int64_t)p->edits.v[i].new_size - (int64_t)p->edits.v[i].old_size;

        *sum += more;
        resized = resized || more;
    }
    return resized;
}

/* An edit that replaces the whole of [begin, end): what is inside needs no length any more. */
static bool replaced(const patch *p, size_t n, size_t begin, size_t end)
{
    size_t i = first_edit(p, n, begin);

    return i < n && p->edits.v[i].offset == begin && p->edits.v[i].old_size == end - begin;
}

static og_status fix_lengths(patch *p, size_t n, const ProtobufCMessageDescriptor *what,
                             const uint8_t *data, size_t size, int64_t *grown);

static og_status fix_length(patch *p, size_t n, const ProtobufCMessageDescriptor *what,
                            const og_field *field, int64_t *grown)
{
    uint8_t tag[10], *length = og_arena_alloc(p->arena, 10);
    const uint8_t *at = field->start + og_wire_put_tag(tag, field->number, field->wire);
    og_wire wire = og_wire_of(field->start, (size_t)(field->data - field->start));
    uint64_t ignored;
    int64_t inside = 0;

    if (!length)
        return patch_no_memory(p);
    if (og_wire_varint(&wire, &ignored)) /* behind the tag, however it is written */
        at = wire.at;
    OG_TRY(fix_lengths(p, n, what, field->data, field->size, &inside));
    size_t old_size = (size_t)(field->data - at);
    size_t new_size = og_wire_put(length, (uint64_t)((int64_t)field->size + inside));
    *grown += inside + (int64_t)new_size - (int64_t)old_size;
    return add_edit(p, at, old_size, length, new_size);
}

/* `n` edits are there; the lengths of all messages around those that change in size are added. */
static og_status fix_lengths(patch *p, size_t n, const ProtobufCMessageDescriptor *what,
                             const uint8_t *data, size_t size, int64_t *grown)
{
    const uint8_t *file = p->source->scan.data;
    og_wire wire = og_wire_of(data, size);
    og_field field;

    while (og_wire_next(&wire, &field)) {
        const ProtobufCFieldDescriptor *known =
            protobuf_c_message_descriptor_get_field(what, field.number);
        size_t begin = (size_t)(field.start - file), end = (size_t)(field.data - file) + field.size;

        int64_t more;

        if (!growth(p, n, begin, end, &more))
            continue;
        if (known && known->type == PROTOBUF_C_TYPE_MESSAGE && !replaced(p, n, begin, end))
            OG_TRY(fix_length(p, n, known->descriptor, &field, grown));
        else
            *grown += more;
    }
    return OG_OK;
}

/* ---- External files -------------------------------------------------------------------------- */

/* Names another file in every tensor whose data lie in `location`. */
static og_status rename_location(patch *p, const char *location, const char *by)
{
    for (size_t i = 0; i < p->source->scan.tensors.n; i++) {
        og_span span = p->source->scan.tensors.v[i];
        og_wire wire = og_wire_of(p->source->scan.data + span.offset, span.size);
        og_field entry, key, value;

        while (og_wire_next(&wire, &entry))
            if (entry.number == 13 && og_wire_find(entry.data, entry.size, 1, &key) &&
                key.size == 8 && !memcmp(key.data, "location", 8) &&
                og_wire_find(entry.data, entry.size, 2, &value) && value.size == strlen(location) &&
                !memcmp(value.data, location, value.size)) {
                uint8_t *bytes = og_arena_alloc(p->arena, strlen(by) + 20);

                if (!bytes)
                    return patch_no_memory(p);
                size_t n = og_wire_put_tag(bytes, 2, OG_WIRE_BYTES);
                n += og_wire_put(bytes + n, strlen(by));
                memcpy(bytes + n, by, strlen(by));
                OG_TRY(add_edit(p, value.start, (size_t)(value.data - value.start) + value.size,
                                bytes, n + strlen(by)));
            }
    }
    return OG_OK;
}

/* Two locations may lead to one file. */
static bool same_file(const patch *p, size_t i, size_t j)
{
    const og_external *e = p->source->tensors.externals.v;

    return !strcmp(e[i].path, e[j].path);
}

static bool external_changed(const patch *p, size_t index)
{
    for (size_t i = 0; i < p->external_edits.n; i++)
        if (same_file(p, p->external_edits.v[i].external, index))
            return true;
    return false;
}

static og_status write_external(patch *p, size_t index, const char *path)
{
    const og_external *e = &p->source->tensors.externals.v[index];
    og_file file = OG_NO_FILE;
    og_map map = { .data = NULL };
    char *folder = og_path_folder(p->arena, path);
    og_status s;

    if (!folder)
        return patch_no_memory(p);
    if ((s = og_directory_make(folder, p->report)) || (s = og_file_map(e->path, &map, p->report)) ||
        (s = og_file_create(&file, path, p->report)) ||
        (s = og_file_write(&file, map.data, map.size)))
        goto done;
    for (size_t i = 0; i < p->external_edits.n; i++) {
        const external_edit *edit = &p->external_edits.v[i];

        if (same_file(p, edit->external, index) &&
            (s = og_file_write_at(&file, edit->offset, edit->tensor->data,
                                  og_tensor_bytes(edit->tensor))))
            goto done;
    }
    s = og_file_commit(&file);
done:
    og_file_close(&file);
    og_file_unmap(&map);
    return s;
}

/* Where a path really leads, or NULL if there is nothing. */
static const char *real_path(patch *p, const char *folder, const char *name)
{
    og_report unused = { .code = OG_OK };
    char *path;

    return og_path_inside(p->arena, folder, name, &path, &unused) ? NULL : path;
}

static bool same_path(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

/* External data go beside the new model.  Where that is beside the old one too, what changed takes
 * a new name, so that the old model stays as it is; a model that is saved over itself keeps the
 * name. */
static og_status save_external(patch *p, size_t index, const char *path, bool over_itself)
{
    const og_external *e = &p->source->tensors.externals.v[index];
    const char *folder = og_path_folder(p->arena, path), *name = e->location, *target;

    if (!folder)
        return patch_no_memory(p);
    bool same = same_path(real_path(p, folder, e->location), e->path);
    if (same && !external_changed(p, index))
        return OG_OK;
    if (same && !over_itself) {
        const char *model = og_path_base(path), *data = og_path_base(e->location);

        name = index ? og_arena_print(p->arena, "%s.%zu.%s", model, index, data)
                     : og_arena_print(p->arena, "%s.%s", model, data);
        if (!name)
            return patch_no_memory(p);
        OG_TRY(rename_location(p, e->location, name));
    }
    target = og_path_join(p->arena, folder, name);
    return target ? write_external(p, index, target) : patch_no_memory(p);
}

/* ---- Modes ----------------------------------------------------------------------------------- */

static bool is_read(const og_graph *g, const og_value *v)
{
    for (size_t i = 0; i < g->nodes.n; i++)
        for (int j = 0; j < g->nodes.v[i]->n_in; j++)
            if (g->nodes.v[i]->in[j] == v)
                return true;
    for (size_t i = 0; i < g->outputs.n; i++)
        if (g->outputs.v[i] == v)
            return true;
    return false;
}

/* The attributes for inference, when a node stands for training and nobody reads the statistics it
 * puts out. */
static bool set_for_inference(patch *p, const og_graph *g, const og_node *node, og_rewrite *c)
{
    const og_op *op = node->op;

    if (!op->set_training || !(op->updates[1] || op->updates[2] || op->updates[3]))
        return false;
    for (int k = 1; k < node->n_out; k++)
        if (is_read(g, node->out[k]))
            return false;
    *c = (og_rewrite){
        .op = op, .node = node, .attrs = node->attrs, .in = node->in, .n_in = node->n_in
    };
    while (node->raw[c->n_raw].name)
        c->n_raw++;
    c->raw = OG_NEW_N(p->arena, og_attr, c->n_raw + 17);
    if (!c->raw)
        return patch_no_memory(p) == OG_OK;
    memcpy(c->raw, node->raw, sizeof(og_attr) * (size_t)c->n_raw);
    return op->set_training(c, false);
}

/* Whether the first of a message's fields of that number is this text. */
static bool names(const og_field *message, uint32_t number, const char *text)
{
    og_wire wire = og_wire_of(message->data, message->size);
    og_field name;

    while (og_wire_next(&wire, &name))
        if (name.number == number)
            return name.size == strlen(text) && !memcmp(name.data, text, name.size);
    return false;
}

/* An attribute that inference has as 0, which is what a missing one means, goes. */
static bool goes(const og_rewrite *c, const og_field *attribute)
{
    for (const og_attr *a = c->raw; a->name; a++)
        if (names(attribute, 1, a->name))
            return a->kind == OG_ATTR_INT && a->u.i == 0;
    return false;
}

static og_status edit_node(patch *p, const og_field *message, const og_rewrite *c)
{
    og_wire wire = og_wire_of(message->data, message->size);
    og_field field;
    int outputs = 0;

    while (og_wire_next(&wire, &field)) {
        bool output = field.number == 2 && outputs++ > 0;

        if (output || (field.number == 5 && goes(c, &field)))
            OG_TRY(
                add_edit(p, field.start, (size_t)(field.data - field.start) + field.size, NULL, 0));
    }
    return OG_OK;
}

/* Nodes that carry statistics stand for inference in the new file. */
static og_status edit_modes(patch *p, const og_graph *g)
{
    const og_scan *scan = &p->source->scan;
    og_field graph, message;
    og_rewrite c;

    if (!og_wire_find(scan->data, scan->size, 7, &graph))
        return OG_OK;
    for (size_t i = 0; i < g->nodes.n; i++) {
        const og_node *node = g->nodes.v[i];

        if (!set_for_inference(p, g, node, &c))
            continue;
        og_wire wire = og_wire_of(graph.data, graph.size);
        while (og_wire_next(&wire, &message))
            if (message.number == 1 && names(&message, 4, node->op->name) &&
                names(&message, 2, node->out[0]->name))
                OG_TRY(edit_node(p, &message, &c));
    }
    return p->report->code;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static int by_offset(const void *a, const void *b)
{
    const edit *x = a, *y = b;

    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static void sort_edits(patch *p)
{
    if (p->edits.n)
        qsort(p->edits.v, p->edits.n, sizeof(edit), by_offset);
}

static og_status write_part(og_file *file, const uint8_t *bytes, size_t size)
{
    return size ? og_file_write(file, bytes, size) : OG_OK;
}

static og_status write_spliced(patch *p, const char *path)
{
    const og_scan *scan = &p->source->scan;
    og_file file = OG_NO_FILE;
    size_t at = 0;
    og_status s = og_file_create(&file, path, p->report);

    for (size_t i = 0; !s && i < p->edits.n; i++) {
        const edit *e = &p->edits.v[i];

        if (!(s = write_part(&file, scan->data + at, e->offset - at)))
            s = write_part(&file, e->bytes, e->new_size);
        at = e->offset + e->old_size;
    }
    if (!s && !(s = write_part(&file, scan->data + at, scan->size - at)))
        s = og_file_commit(&file);
    og_file_close(&file);
    return s;
}

static og_status patch_save(patch *p, const og_graph *g, const char *path, og_weights *weights,
                            void *context)
{
    const og_source *source = p->source;
    const char *old = real_path(p, source->tensors.folder, og_path_base(source->path)), *folder;
    int64_t grown = 0;

    p->done = OG_NEW_N(p->arena, const og_tensor *, source->scan.tensors.n + 1);
    folder = og_path_folder(p->arena, path);
    if (!p->done || !folder)
        return patch_no_memory(p);
    OG_TRY(collect(p, weights, context));
    OG_TRY(edit_modes(p, g));
    bool over_itself = same_path(old, real_path(p, folder, og_path_base(path)));
    for (size_t i = 0; i < source->tensors.externals.n; i++)
        OG_TRY(save_external(p, i, path, over_itself));
    sort_edits(p);
    if (growth(p, p->edits.n, 0, source->scan.size, &grown))
        OG_TRY(fix_lengths(p, p->edits.n, &onnx__model_proto__descriptor, source->scan.data,
                           source->scan.size, &grown));
    sort_edits(p);
    return write_spliced(p, path);
}

og_status og_model_save(const og_graph *graph, const char *path, og_weights *weights, void *context,
                        og_report *report)
{
    patch p = { .source = graph->source, .report = report };

    og_report_clear(report);
    if (!p.source || !p.source->scan.size)
        return og_fail(report, OG_BAD_ARGUMENT, "the graph was not loaded from a file");
    p.arena = og_arena_new();
    if (p.arena)
        patch_save(&p, graph, path, weights, context);
    else
        patch_no_memory(&p);
    og_arena_free(p.arena);
    return report->code;
}
