/*
 * Tensors: views, and tensors that own their memory.
 *
 * An owned tensor remembers what was allocated apart from the view that callers see, so that a
 * caller may change the view.
 */
#include "base/base.h"

#include <stdio.h>

typedef struct tensor_owned {
    og_tensor view; /* first: callers hold its address */
    void *data;
    char *strings; /* the bytes of a copied string tensor */
    int64_t dims[];
} tensor_owned;

int64_t og_count(int rank, const int64_t *dims)
{
    int64_t count = 1;
    bool zero = false;

    for (int i = 0; i < rank; i++) {
        if (dims[i] < 0)
            return -1;
        zero = zero || dims[i] == 0;
    }
    for (int i = 0; i < rank && !zero; i++)
        if (!og_count_mul(count, dims[i], &count))
            return -1;
    return zero ? 0 : count;
}

og_tensor og_tensor_view(og_elem elem, int rank, const int64_t *dims, void *data)
{
    return (og_tensor){
        .elem = elem, .rank = rank, .dims = dims, .count = og_count(rank, dims), .data = data
    };
}

size_t og_tensor_bytes(const og_tensor *tensor)
{
    size_t bytes;

    return og_elem_bytes(tensor->elem, tensor->count, &bytes) ? bytes : 0;
}

/* An owned tensor whose data are not yet written. */
static tensor_owned *tensor_make(og_elem elem, int rank, const int64_t *dims)
{
    tensor_owned *owned;
    size_t bytes;

    if (rank < 0 || rank > OG_MAX_RANK || !og_elem_bytes(elem, og_count(rank, dims), &bytes))
        return NULL;
    owned = og_calloc(1, sizeof *owned + (size_t)rank * sizeof *dims);
    if (!owned)
        return NULL;
    if (rank)
        memcpy(owned->dims, dims, (size_t)rank * sizeof *dims);
    owned->data = og_malloc_aligned(bytes);
    if (!owned->data) {
        og_free(owned);
        return NULL;
    }
    owned->view = og_tensor_view(elem, rank, owned->dims, owned->data);
    return owned;
}

og_tensor *og_tensor_new(og_elem elem, int rank, const int64_t *dims)
{
    tensor_owned *owned = tensor_make(elem, rank, dims);

    if (!owned)
        return NULL;
    memset(owned->data, 0, og_tensor_bytes(&owned->view));
    return &owned->view;
}

/* Gives the copied strings bytes of their own, all in one block. */
static bool tensor_own_strings(tensor_owned *owned)
{
    og_string *strings = owned->data;
    size_t total = 0;
    char *at;

    for (int64_t i = 0; i < owned->view.count; i++)
        total += strings[i].size; /* what is in memory cannot overflow */
    owned->strings = at = og_malloc(total);
    if (!at)
        return false;
    for (int64_t i = 0; i < owned->view.count; i++) {
        if (strings[i].size)
            memcpy(at, strings[i].data, strings[i].size);
        strings[i].data = at;
        at += strings[i].size;
    }
    return true;
}

og_tensor *og_tensor_copy(const og_tensor *tensor)
{
    tensor_owned *owned;
    size_t bytes;

    if (!tensor)
        return NULL;
    owned = tensor_make(tensor->elem, tensor->rank, tensor->dims);
    if (!owned)
        return NULL;
    bytes = og_tensor_bytes(&owned->view);
    if (bytes)
        memcpy(owned->data, tensor->data, bytes);
    if (tensor->elem == OG_STRING && !tensor_own_strings(owned)) {
        og_tensor_free(&owned->view);
        return NULL;
    }
    return &owned->view;
}

void og_tensor_free(og_tensor *tensor)
{
    tensor_owned *owned = (tensor_owned *)tensor;

    if (!owned)
        return;
    og_free(owned->strings);
    og_free_aligned(owned->data);
    og_free(owned);
}

/* Adds to out and gives the new length; what does not fit is cut. */
OG_PRINTF(4, 5)
static size_t tensor_add(char *out, size_t size, size_t at, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(out + at, size - at, format, args);
    va_end(args);
    if (length < 0)
        return at;
    return (size_t)length < size - at ? at + (size_t)length : size - 1;
}

/* A scalar has no brackets, as in ONNX's text form, where "float[]" is a tensor of any rank. */
char *og_tensor_text(char *out, size_t size, const og_tensor *tensor)
{
    size_t at = tensor_add(out, size, 0, "%s", og_elem_name(tensor->elem));

    for (int i = 0; i < tensor->rank; i++)
        at = tensor_add(out, size, at, "%s%lld", i ? "," : "[", (long long)tensor->dims[i]);
    if (tensor->rank > 0)
        tensor_add(out, size, at, "]");
    return out;
}
