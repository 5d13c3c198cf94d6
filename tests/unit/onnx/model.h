/* Small ONNX files, put together field by field, so that a test can also make what no library would
 * write. */
#ifndef OG_TESTS_ONNX_MODEL_H
#define OG_TESTS_ONNX_MODEL_H

#include "../data/folder.h"

#include "onnx/onnx_file.h"
#include "onnx/wire.h"

/* ---- Fields; each frees the message it takes in ---------------------------------------------- */

static inline void put_raw(og_text *m, uint32_t number, og_wire_type wire, const void *data,
                           size_t size)
{
    uint8_t head[20];
    size_t n = og_wire_put_tag(head, number, wire);

    if (wire == OG_WIRE_BYTES)
        n += og_wire_put(head + n, size);
    og_text_add(m, head, n);
    if (size)
        og_text_add(m, data, size);
}

static inline void put_bytes(og_text *m, uint32_t number, const void *data, size_t size)
{
    put_raw(m, number, OG_WIRE_BYTES, data, size);
}

static inline void put_text(og_text *m, uint32_t number, const char *text)
{
    put_bytes(m, number, text, strlen(text));
}

static inline void put_int(og_text *m, uint32_t number, int64_t value)
{
    uint8_t bytes[10];

    put_raw(m, number, OG_WIRE_VARINT, bytes, og_wire_put(bytes, (uint64_t)value));
}

static inline void put_message(og_text *m, uint32_t number, og_text inner)
{
    put_bytes(m, number, inner.data, inner.size);
    og_text_free(&inner);
}

/* Each word of `words`, separated by blanks; "-" is an empty one. */
static inline void put_words(og_text *m, uint32_t number, const char *words)
{
    while (*words) {
        size_t n = strcspn(words, " ");

        put_bytes(m, number, words, n == 1 && *words == '-' ? 0 : n);
        words += n + strspn(words + n, " ");
    }
}

/* ---- Messages -------------------------------------------------------------------------------- */

/* A tensor without numbers. */
static inline og_text tensor_head(const char *name, og_elem elem, int rank, const int64_t *dims)
{
    og_text m = { 0 };

    for (int i = 0; i < rank; i++)
        put_int(&m, 1, dims[i]);
    put_int(&m, 2, elem);
    if (*name)
        put_text(&m, 8, name);
    return m;
}

static inline og_text floats_tensor(const char *name, int64_t n, const float *numbers)
{
    og_text m = tensor_head(name, OG_FLOAT, 1, &n);

    put_bytes(&m, 9, numbers, (size_t)n * 4);
    return m;
}

/* A value with a type; rank -1: no shape, a size of -2: none said. */
static inline og_text value_info(const char *name, og_elem elem, int rank, const int64_t *dims)
{
    og_text m = { 0 }, type = { 0 }, tensor = { 0 }, shape = { 0 };

    put_text(&m, 1, name);
    put_int(&tensor, 1, elem);
    for (int i = 0; i < rank; i++) {
        og_text dim = { 0 };

        if (dims[i] != -2)
            put_int(&dim, 1, dims[i]);
        put_message(&shape, 1, dim);
    }
    if (rank >= 0)
        put_message(&tensor, 2, shape);
    put_message(&type, 1, tensor);
    put_message(&m, 2, type);
    return m;
}

static inline og_text node(const char *op, const char *inputs, const char *outputs)
{
    og_text m = { 0 };

    put_words(&m, 1, inputs);
    put_words(&m, 2, outputs);
    put_text(&m, 4, op);
    return m;
}

static inline og_text attr_head(const char *name, int type)
{
    og_text m = { 0 };

    put_text(&m, 1, name);
    put_int(&m, 20, type);
    return m;
}

static inline og_text constant_node(const char *output, og_text tensor)
{
    og_text m = node("Constant", "", output), a = attr_head("value", 4);

    put_message(&a, 5, tensor);
    put_message(&m, 5, a);
    return m;
}

static inline og_text opset(const char *domain, int64_t version)
{
    og_text m = { 0 };

    put_text(&m, 1, domain);
    put_int(&m, 2, version);
    return m;
}

static inline og_text model(int64_t ir, int64_t version, og_text graph)
{
    og_text m = { 0 };

    put_int(&m, 1, ir);
    put_message(&m, 7, graph);
    put_message(&m, 8, opset("", version));
    return m;
}

static inline og_text branch_of_one(const char *name, float number)
{
    og_text m = { 0 };

    put_text(&m, 2, name);
    put_message(&m, 5, floats_tensor("c", 1, &number));
    put_message(&m, 12, value_info("c", OG_FLOAT, -1, NULL));
    return m;
}

/* y = cond ? 1 : 2, both numbers initializers "c" of their branch. */
static inline og_text if_model(void)
{
    og_text graph = { 0 }, n = node("If", "cond", "y"), a;

    put_message(&graph, 11, value_info("cond", OG_BOOL, 0, NULL));
    put_message(&graph, 12, value_info("y", OG_FLOAT, -1, NULL));
    a = attr_head("then_branch", 5);
    put_message(&a, 6, branch_of_one("then", 1));
    put_message(&n, 5, a);
    a = attr_head("else_branch", 5);
    put_message(&a, 6, branch_of_one("else", 2));
    put_message(&n, 5, a);
    put_message(&graph, 1, n);
    return model(8, 17, graph);
}

/* ---- Files ----------------------------------------------------------------------------------- */

static inline const char *put_model(const char *name, og_text m)
{
    const char *path = put(name, m.data, m.size);

    og_text_free(&m);
    return path;
}

static inline bool report_has(const og_report *r, const char *word)
{
    return strstr(r->what, word) || strstr(r->where, word) || strstr(r->hint, word);
}

/* Loads a file that must be refused with this code and word. */
#define assert_refused(path, code, word)                                                           \
    do {                                                                                           \
        og_graph *refused_;                                                                        \
        og_status status_ = og_load((path), NULL, &refused_);                                      \
        const og_report *report_ = og_graph_report(refused_);                                      \
        if (status_ != (code) || !report_has(report_, (word)))                                     \
            fail_msg("expected %s with '%s', got %s: %s (%s)", og_status_name(code), (word),       \
                     og_status_name(status_), report_->what, report_->where);                      \
        og_graph_free(refused_);                                                                   \
    } while (0)

static inline og_graph *load(const char *path)
{
    og_graph *g;

    if (og_load(path, NULL, &g)) {
        const og_report *r = og_graph_report(g);

        fail_msg("%s: %s (%s) %s", path, r->what, r->where, r->hint);
    }
    return g;
}

#endif
