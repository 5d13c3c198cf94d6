/* Status codes and reports: how every call of the library says what went wrong. */
#ifndef ONNXGRAD_STATUS_H
#define ONNXGRAD_STATUS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define OG_API
#else
#define OG_API __attribute__((visibility("default")))
#endif

#if defined(__GNUC__)
#define OG_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define OG_PRINTF(text, first)
#endif

/* One list of the codes and what each means in words. */
#define OG_STATUS_LIST(X)                                                                          \
    X(OG_OK, "no error")                                                                           \
    X(OG_NO_MEMORY, "out of memory")                                                               \
    X(OG_BAD_ARGUMENT, "an argument of the call is wrong")                                         \
    X(OG_BAD_FILE, "the file is malformed")                                                        \
    X(OG_IO, "the system could not read or write")                                                 \
    X(OG_NOT_FOUND, "no such thing")                                                               \
    X(OG_EXISTS, "the name is taken")                                                              \
    X(OG_BAD_TYPE, "an element type does not fit")                                                 \
    X(OG_BAD_SHAPE, "a shape does not fit")                                                        \
    X(OG_BAD_VALUE, "a value in the data is refused by an operator")                               \
    X(OG_BAD_CHAIN, "the text of a chain, loss or selector is wrong")                              \
    X(OG_UNSUPPORTED, "not supported yet")                                                         \
    X(OG_NO_GRADIENT, "an operator has no gradient")                                               \
    X(OG_NOT_SCALAR, "a scalar was expected")                                                      \
    X(OG_NOT_FINITE, "a value is infinite or not a number")                                        \
    X(OG_LIMIT, "a limit on size, depth or count was reached")                                     \
    X(OG_STOPPED, "stopped on request")                                                            \
    X(OG_BUG, "an invariant of the library is broken")

typedef enum og_status {
#define OG_STATUS_ENUM(code, text) code,
    OG_STATUS_LIST(OG_STATUS_ENUM)
#undef OG_STATUS_ENUM
} og_status;

/* What went wrong, in three parts; each is a sentence without a final stop, or "".  `what` says
 * found and expected, `where` the file, node and tensor, `hint` what to try.  Text from files is
 * escaped. */
typedef struct og_report {
    og_status code;
    char what[640];
    char where[320];
    char hint[320];
} og_report;

/* The code's name ("OG_BAD_SHAPE") and its meaning in words; never NULL. */
OG_API const char *og_status_name(og_status status);
OG_API const char *og_status_text(og_status status);

/* The library's version, "major.minor.patch". */
OG_API const char *og_version(void);

#ifdef __cplusplus
}
#endif
#endif
