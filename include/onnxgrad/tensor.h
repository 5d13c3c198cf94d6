/* Element types and tensors: plain numbers with a type and a shape. */
#ifndef ONNXGRAD_TENSOR_H
#define ONNXGRAD_TENSOR_H

#include "onnxgrad/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Element types; the numbers are those of ONNX's TensorProto.DataType. */
typedef enum og_elem {
    OG_UNDEFINED = 0,
    OG_FLOAT = 1,
    OG_UINT8 = 2,
    OG_INT8 = 3,
    OG_UINT16 = 4,
    OG_INT16 = 5,
    OG_INT32 = 6,
    OG_INT64 = 7,
    OG_STRING = 8,
    OG_BOOL = 9,
    OG_FLOAT16 = 10,
    OG_DOUBLE = 11,
    OG_UINT32 = 12,
    OG_UINT64 = 13,
    OG_COMPLEX64 = 14,
    OG_COMPLEX128 = 15,
    OG_BFLOAT16 = 16,
    OG_FLOAT8E4M3FN = 17,
    OG_FLOAT8E4M3FNUZ = 18,
    OG_FLOAT8E5M2 = 19,
    OG_FLOAT8E5M2FNUZ = 20,
    OG_UINT4 = 21,
    OG_INT4 = 22,
    OG_FLOAT4E2M1 = 23,
    OG_FLOAT8E8M0 = 24,
    OG_UINT2 = 25,
    OG_INT2 = 26,
    OG_ELEM_COUNT
} og_elem;

enum { OG_MAX_RANK = 64 };

/* One element of a string tensor: `size` bytes, not terminated; zero bytes are allowed. */
typedef struct og_string {
    const char *data;
    size_t size;
} og_string;

/* A tensor in row-major order.  The struct is a view: it says where the numbers lie, not who owns
 * them. Types of less than 8 bits are packed, the first element in the low bits; a string tensor's
 * data are og_string.  A scalar has rank 0. */
typedef struct og_tensor {
    og_elem elem;
    int rank;
    const int64_t *dims; /* [rank] */
    int64_t count;       /* the product of dims */
    void *data;
} og_tensor;

/* A view over memory of the caller.  `dims` is kept, not copied. */
OG_API og_tensor og_tensor_view(og_elem elem, int rank, const int64_t *dims, void *data);

/* A zeroed tensor that owns its memory, 64-byte aligned; NULL when memory is short or a size
 * overflows. og_tensor_free takes only what og_tensor_new and og_tensor_copy made; NULL is fine. */
OG_API og_tensor *og_tensor_new(og_elem elem, int rank, const int64_t *dims);
OG_API og_tensor *og_tensor_copy(const og_tensor *tensor);
OG_API void og_tensor_free(og_tensor *tensor);

/* Bytes of the data: packed types rounded up to whole bytes, strings as og_string. */
OG_API size_t og_tensor_bytes(const og_tensor *tensor);

/* "float", "int64", "float8e4m3fn" …, as ONNX spells types in text; OG_UNDEFINED for an unknown
 * name. */
OG_API const char *og_elem_name(og_elem elem);
OG_API og_elem og_elem_from_name(const char *name);
OG_API int og_elem_bits(og_elem elem);

#ifdef __cplusplus
}
#endif
#endif
