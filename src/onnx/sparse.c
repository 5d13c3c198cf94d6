/*
 * Sparse tensors, made dense: the rest of the library knows no others.  The dense size comes from
 * the file and may be anything, so it is compared with the memory that is allowed before it is
 * asked for.
 */
#include "onnx/tensor.h"

#include <stdio.h>

typedef struct sparse {
    const char *name; /* escaped */
    og_tensor values, indices;
    int rank;
    const int64_t *dims;
    int64_t count;
    bool linear; /* indices [n] into the flattened tensor, else [n, rank] */
} sparse;

static og_status sparse_shape(og_tensors *t, const Onnx__SparseTensorProto *proto, sparse *s,
                              size_t *bytes)
{
    s->rank = (int)proto->n_dims;
    s->dims = proto->dims;
    if (proto->n_dims > OG_MAX_RANK)
        return og_fail(t->report, OG_LIMIT, "sparse tensor '%s' has rank %zu, the limit is %d",
                       s->name, proto->n_dims, OG_MAX_RANK);
    s->count = og_count(s->rank, s->dims);
    if (s->count < 0 || !og_elem_bytes(s->values.elem, s->count, bytes))
        return og_fail(t->report, OG_BAD_FILE,
                       "sparse tensor '%s': its dimensions are negative or their product overflows",
                       s->name);
    return OG_OK;
}

static og_status sparse_check(og_tensors *t, sparse *s)
{
    const og_tensor *at = &s->indices;
    int64_t n = s->values.count;

    if (s->values.rank != 1)
        return og_fail(t->report, OG_BAD_FILE, "sparse tensor '%s': values of rank %d, expected 1",
                       s->name, s->values.rank);
    if (s->values.elem == OG_STRING || og_elem_bits(s->values.elem) < 8)
        return og_fail(t->report, OG_UNSUPPORTED, "sparse tensor '%s' of type %s", s->name,
                       og_elem_name(s->values.elem));
    if (at->elem != OG_INT64)
        return og_fail(t->report, OG_BAD_FILE,
                       "sparse tensor '%s': indices of type %s, expected int64", s->name,
                       og_elem_name(at->elem));
    s->linear = at->rank == 1;
    if ((at->rank != 1 && at->rank != 2) || at->dims[0] != n ||
        (!s->linear && at->dims[1] != s->rank)) {
        char found[120];

        return og_fail(t->report, OG_BAD_FILE,
                       "sparse tensor '%s': indices %s, expected int64[%lld] or int64[%lld,%d]",
                       s->name, og_tensor_text(found, sizeof found, at), (long long)n, (long long)n,
                       s->rank);
    }
    return OG_OK;
}

/* The position of value i in the flattened tensor, or -1 where an index is out of range. */
static int64_t sparse_position(const sparse *s, int64_t i)
{
    const int64_t *at = s->indices.data;
    int64_t position = 0;

    if (s->linear)
        return at[i] >= 0 && at[i] < s->count ? at[i] : -1;
    for (int k = 0; k < s->rank; k++) {
        int64_t x = at[i * s->rank + k];

        if (x < 0 || x >= s->dims[k])
            return -1;
        position = position * s->dims[k] + x;
    }
    return position;
}

og_status og_tensors_read_sparse(og_tensors *t, const Onnx__SparseTensorProto *proto,
                                 const char *name, og_tensor *out)
{
    char shown[140], about[180];
    sparse s = { .name = og_escape(shown, sizeof shown, name) };
    size_t bytes, width;

    if (!proto->values || !proto->indices)
        return og_fail(t->report, OG_BAD_FILE, "sparse tensor '%s' lacks its %s", shown,
                       proto->values ? "indices" : "values");
    OG_TRY(og_tensors_read(t, proto->values, name, &s.values, NULL));
    OG_TRY(og_tensors_read(t, proto->indices, name, &s.indices, NULL));
    OG_TRY(sparse_shape(t, proto, &s, &bytes));
    OG_TRY(sparse_check(t, &s));
    snprintf(about, sizeof about, "sparse tensor '%s', made dense,", shown);
    int64_t *dims = og_arena_alloc(t->arena, sizeof(int64_t) * ((size_t)s.rank + 1));
    void *room;
    if (!dims)
        return og_fail(t->report, OG_NO_MEMORY, "no memory for sparse tensor '%s'", shown);
    OG_TRY(og_tensors_room(t, about, bytes, &room));
    uint8_t *data = room;
    if (s.rank)
        memcpy(dims, s.dims, sizeof(int64_t) * (size_t)s.rank);
    memset(data, 0, bytes);
    width = (size_t)og_elem_bits(s.values.elem) / 8;
    for (int64_t i = 0; i < s.values.count; i++) {
        int64_t position = sparse_position(&s, i);

        if (position < 0)
            return og_fail(t->report, OG_BAD_FILE, "sparse tensor '%s': index %lld is out of range",
                           shown, (long long)i);
        memcpy(data + (size_t)position * width, (const uint8_t *)s.values.data + (size_t)i * width,
               width);
    }
    *out = og_tensor_view(s.values.elem, s.rank, dims, data);
    return OG_OK;
}
