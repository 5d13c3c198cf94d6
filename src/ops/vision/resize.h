/*
 * resize: what Resize and its gradient share.
 *
 * An axis is resized by itself: each place of the target has a coordinate in the source, and from
 * that come the weights of the source's places (taps).  The gradient uses the same weights the
 * other way round.
 */
#ifndef OG_OPS_RESIZE_H
#define OG_OPS_RESIZE_H

#include "kernels/blend.h"
#include "ops/shape/shape.h"

typedef struct {
    const char *mode, *coordinate_transformation_mode, *nearest_mode, *keep_aspect_ratio_policy;
    og_ints axes;
    int64_t antialias, exclude_outside;
    float cubic_coeff_a, extrapolation_value;
    og_floats roi, scales; /* of ResizeGrad: the inputs' numbers, where they were constants */
    og_ints sizes;
} og_resize_attrs;

#define OG_RESIZE_ATTRS                                                                            \
    OG_STRING_ATTR(og_resize_attrs, mode, "nearest"),                                              \
        OG_STRING_ATTR(og_resize_attrs, coordinate_transformation_mode, "half_pixel"),             \
        OG_STRING_ATTR(og_resize_attrs, nearest_mode, "round_prefer_floor"),                       \
        { .name = "keep_aspect_ratio_policy",                                                      \
          .kind = OG_ATTR_STRING,                                                                  \
          .offset = offsetof(og_resize_attrs, keep_aspect_ratio_policy),                           \
          .s = "stretch",                                                                          \
          .since = 18 },                                                                           \
        { .name = "axes",                                                                          \
          .kind = OG_ATTR_INTS,                                                                    \
          .offset = offsetof(og_resize_attrs, axes),                                               \
          .since = 18 },                                                                           \
        { .name = "antialias",                                                                     \
          .kind = OG_ATTR_INT,                                                                     \
          .offset = offsetof(og_resize_attrs, antialias),                                          \
          .since = 18 },                                                                           \
        OG_INT_ATTR(og_resize_attrs, exclude_outside, 0),                                          \
        OG_FLOAT_ATTR(og_resize_attrs, cubic_coeff_a, -0.75),                                      \
        OG_FLOAT_ATTR(og_resize_attrs, extrapolation_value, 0)

typedef enum { RESIZE_NEAREST, RESIZE_LINEAR, RESIZE_CUBIC, RESIZE_MODES } og_resize_mode;

typedef enum {
    RESIZE_HALF_PIXEL,
    RESIZE_HALF_PIXEL_SYMMETRIC,
    RESIZE_PYTORCH_HALF_PIXEL,
    RESIZE_ALIGN_CORNERS,
    RESIZE_ASYMMETRIC,
    RESIZE_TF_HALF_PIXEL_FOR_NN, /* of versions 11 and 12 */
    RESIZE_TF_CROP_AND_RESIZE,
    RESIZE_PLACES
} og_resize_place;

typedef enum {
    RESIZE_ROUND_PREFER_FLOOR,
    RESIZE_ROUND_PREFER_CEIL,
    RESIZE_FLOOR,
    RESIZE_CEIL,
    RESIZE_ROUNDS
} og_resize_round;

typedef enum {
    RESIZE_STRETCH,
    RESIZE_NOT_LARGER,
    RESIZE_NOT_SMALLER,
    RESIZE_POLICIES
} og_resize_policy;

/* The attributes' words; the last value of each where the word is unknown. */
typedef struct og_resize_words {
    og_resize_mode mode;
    og_resize_place place;
    og_resize_round round;
    og_resize_policy policy;
} og_resize_words;
og_resize_words og_resize_read(const og_resize_attrs *a);

/* Inputs besides the first one; ResizeGrad has the source's shape before them. */
typedef struct og_resize_inputs {
    int roi, scales, sizes;
} og_resize_inputs;

og_status og_resize_check_words(og_infer *c);
/* Type of the target from the source's dims, in output 0. */
og_status og_resize_infer_target(og_infer *c, og_resize_inputs in, int rank, const og_dim *from);
/* A gradient's: axes that are not resized agree, and the numbers of the others are as many. */
og_status og_resize_infer_turned(og_infer *c, og_resize_inputs in, const og_type *source);
og_status og_resize_check(og_call *c, og_resize_inputs in);

/* ---- One axis (taps.c) ----------------------------------------------------------------------- */

/* Target places are num / den as many as source places; with `scale` (a number of a file) that
 * many, and coordinates are rounded to float as those who wrote the file computed them. */
typedef struct og_resize_axis {
    int64_t from, to;
    bool resized; /* one of the axes that may change */
    double num, den;
    float scale; /* 0: not given */
    double roi[2];
} og_resize_axis;

/* Room that the taps of an axis take at most, in numbers of 8 bytes; `late`: whatever the scale. */
int64_t og_resize_room(const og_resize_axis *axis, const og_resize_attrs *a, bool late);
/* Fills in *b, with its arrays in `room`. */
void og_resize_taps(const og_resize_axis *axis, const og_resize_attrs *a, int64_t *room,
                    og_blend *b);
/* The same weights the other way round: from the target's places to the source's. */
void og_resize_turn(const og_blend *taps, int64_t *room, og_blend *b);
bool og_resize_same(const og_blend *b); /* each place is itself */
/* The source's place of a target's, -1: outside. */
int64_t og_resize_nearest(const og_resize_axis *axis, const og_resize_words *words, int64_t o);

/* ---- All axes (separable.c) ------------------------------------------------------------------ */

/* Reads the axes of a resize from tensor `from` to tensor `to`; numbers that are not there yet
 * (og_resize_late) are left out. */
void og_resize_axes(const og_resize_attrs *a, og_resize_inputs in, const og_tensor *const *inputs,
                    int n_in, int rank, const int64_t *from, const int64_t *to,
                    og_resize_axis *axes);
bool og_resize_late(const og_call *c, og_resize_inputs in);

/* `turned`: from the target back to the source. */
og_status og_separable_prepare(og_call *c, og_resize_inputs in, bool turned);
void og_separable_run(const og_call *c, int64_t piece, void *scratch);

/* ---- Descriptors' functions ------------------------------------------------------------------ */

#define OG_RESIZE_TYPES                                                                            \
    (OG_NUMERIC | OG_BIT(OG_STRING) | OG_BIT(OG_BOOL) | OG_BIT(OG_COMPLEX64) |                     \
     OG_BIT(OG_COMPLEX128))
#define OG_RESIZE_NUMBERS                                                                          \
    OG_PORT("roi", OG_FLOATS & ~OG_BIT(OG_BFLOAT16), .optional = true, .role = OG_ROLE_SHAPE),     \
        OG_PORT("scales", OG_BIT(OG_FLOAT), .optional = true, .role = OG_ROLE_SHAPE),              \
        OG_PORT("sizes", OG_BIT(OG_INT64), .optional = true, .role = OG_ROLE_SHAPE)

void og_resize_upgrade(og_rewrite *c, int from);
void og_resize_gradient(og_grad *c);
void og_resize_expand(og_rewrite *c);
void og_resize_grad_expand(og_rewrite *c);
#endif
