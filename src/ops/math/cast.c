/*
 * Cast and CastLike: numbers as numbers of another type, by the rules of kernels/cast.h; BitCast:
 * the same bits.
 *
 * Strings are read as numbers.  Numbers are not written as strings yet.
 */
#include "kernels/cast.h"

#include "ops/content.h"
#include "ops/elementwise.h"

#include <stdlib.h>

typedef struct cast_attrs {
    int64_t to, saturate;
    const char *round_mode;
} cast_attrs;

enum { PIECE = 32768, TYPES = OG_ANY & ~(OG_BIT(OG_COMPLEX64) | OG_BIT(OG_COMPLEX128)) };

/* ---- Inference ------------------------------------------------------------------------------- */

static og_status cast_target(og_infer *c, og_elems allowed)
{
    const cast_attrs *a = c->attrs;

    if (a->to < 1 || a->to >= OG_ELEM_COUNT || !og_elem_in((og_elem)a->to, allowed))
        return og_infer_fail(c, OG_BAD_TYPE, "'to' is %lld, expected the number of an element type",
                             (long long)a->to);
    og_infer_elem(c, 0, (og_elem)a->to);
    return OG_OK;
}

static og_status cast_rules_check(og_infer *c)
{
    const cast_attrs *a = c->attrs;

    if (strcmp(a->round_mode, "up") && strcmp(a->round_mode, "down") &&
        strcmp(a->round_mode, "nearest"))
        return og_infer_fail(c, OG_BAD_ARGUMENT,
                             "round_mode is '%s', expected 'up', 'down' or 'nearest'",
                             a->round_mode);
    return OG_OK;
}

static og_status cast_shape(og_infer *c)
{
    OG_TRY(c->in[0]->rank < 0 ? og_infer_unknown(c, 0)
                              : og_infer_shape(c, 0, c->in[0]->rank, c->in[0]->dims));
    og_infer_content_same(c, 0, 0);
    return OG_OK;
}

static og_status cast_infer(og_infer *c)
{
    OG_TRY(cast_target(c, TYPES));
    OG_TRY(cast_rules_check(c));
    return cast_shape(c);
}

static og_status cast_like_infer(og_infer *c)
{
    OG_TRY(cast_rules_check(c));
    return cast_shape(c);
}

static og_status bit_cast_infer(og_infer *c)
{
    const cast_attrs *a = c->attrs;

    OG_TRY(cast_target(c, OG_ANY & ~OG_BIT(OG_STRING)));
    if (og_elem_bits(c->in[0]->elem) != og_elem_bits((og_elem)a->to))
        return og_infer_fail(c, OG_BAD_TYPE,
                             "%s has %d bits and %s has %d, expected the same number",
                             og_elem_name(c->in[0]->elem), og_elem_bits(c->in[0]->elem),
                             og_elem_name((og_elem)a->to), og_elem_bits((og_elem)a->to));
    return c->in[0]->rank < 0 ? og_infer_unknown(c, 0) : og_infer_same(c);
}

/* ---- Versions -------------------------------------------------------------------------------- */

/* Version 1 named the type: "FLOAT". */
static void cast_upgrade(og_rewrite *c, int from)
{
    const og_attr *to = og_old(c, "to");
    char name[32];
    size_t i = 0;

    if (from >= 6 || !to || to->kind != OG_ATTR_STRING)
        return;
    for (; i < to->u.s.size && i < sizeof name - 1; i++)
        name[i] = (char)(to->u.s.data[i] >= 'A' && to->u.s.data[i] <= 'Z' ? to->u.s.data[i] + 32
                                                                          : to->u.s.data[i]);
    name[i] = 0;
    const int64_t elem = og_elem_from_name(name);

    og_drop_attr(c, "to");
    og_set_attr(c, (og_attr)OG_SET_INT("to", elem));
}

static int elem_since(og_elem elem)
{
    if (og_elem_in(elem, OG_BIT(OG_UINT2) | OG_BIT(OG_INT2)))
        return 25;
    if (elem == OG_FLOAT8E8M0)
        return 24;
    if (elem == OG_FLOAT4E2M1)
        return 23;
    if (og_elem_in(elem, OG_BIT(OG_UINT4) | OG_BIT(OG_INT4)))
        return 21;
    if (og_elem_in(elem, OG_FLOAT8S))
        return 19;
    return elem == OG_BFLOAT16 ? 13 : elem == OG_STRING ? 9 : 6;
}

static int cast_since(const og_node *node)
{
    const int in = node->in[0] ? elem_since(node->in[0]->type.elem) : 6,
              out = elem_since(node->out[0]->type.elem);

    return in > out ? in : out;
}

static int cast_like_since(const og_node *node)
{
    const int since = cast_since(node);

    return since < 15 ? 15 : since;
}

/* ---- Rules ----------------------------------------------------------------------------------- */

static void cast_gradient(og_grad *c)
{
    og_value *x = og_x(c, 0);

    if (og_wants(c, 0)) /* the gradient of quantised integers is a float tensor */
        og_set_dx(c, 0,
                  og_elem_in(x->type.elem, OG_FLOATS) ? og_cast_like(og_dy(c, 0), x)
                                                      : og_cast(og_dy(c, 0), OG_FLOAT));
}

/* ---- Running --------------------------------------------------------------------------------- */

/* "1e3", "nan", "-INF" … */
static bool read_number(const og_string *text, double *number)
{
    char copy[128], *end;

    if (text->size == 0 || text->size >= sizeof copy)
        return false;
    memcpy(copy, text->data, text->size);
    copy[text->size] = 0;
    *number = strtod(copy, &end);
    return *end == 0;
}

/* Integers beyond 2^53 keep their digits. */
static void read_element(const og_string *text, og_tensor *to, int64_t i)
{
    double number = 0;
    bool whole = text->size > 0 && text->size < 20;

    for (size_t k = 0; k < text->size; k++)
        whole =
            whole && (text->data[k] == '-' ? k == 0 : text->data[k] >= '0' && text->data[k] <= '9');
    if (whole && og_elem_in(to->elem, OG_INTEGERS)) {
        char copy[20];

        memcpy(copy, text->data, text->size);
        copy[text->size] = 0;
        og_set_int(to, i, strtoll(copy, NULL, 10));
        return;
    }
    read_number(text, &number);
    if (to->elem == OG_BOOL)
        og_set_int(to, i, number != 0);
    else
        og_set_double(to, i, number);
}

static og_status cast_check(og_call *c)
{
    const og_tensor *x = c->in[0];
    double number;

    if (x->elem != OG_STRING || !c->out[0] || c->out[0]->elem == OG_STRING)
        return OG_OK;
    for (int64_t i = 0; i < x->count; i++)
        if (!read_number((const og_string *)x->data + i, &number))
            return og_call_fail(c, OG_BAD_VALUE, "element %lld is a string that is not a number",
                                (long long)i);
    return OG_OK;
}

static og_status cast_prepare(og_call *c)
{
    const int64_t count = c->out[0]->count;

    if (c->out[0]->elem == OG_STRING && c->in[0]->elem != OG_STRING)
        return og_call_fail(c, OG_UNSUPPORTED, "%s from %s to string is not supported yet",
                            c->op->name, og_elem_name(c->in[0]->elem));
    c->pieces = count > PIECE ? (count + PIECE - 1) / PIECE : 1;
    c->cost = 0.3 * (double)(count < PIECE ? count : PIECE);
    return OG_OK;
}

static void cast_run(const og_call *c, int64_t piece, void *scratch)
{
    const cast_attrs *a = c->attrs;
    const og_cast_rules rules = {
        .saturate = a->saturate != 0,
        .rounding = a->round_mode[0] == 'u'   ? OG_ROUND_UP
                    : a->round_mode[0] == 'd' ? OG_ROUND_DOWN
                                              : OG_ROUND_NEAREST,
    };
    const og_tensor *x = c->in[0];
    og_tensor *y = c->out[0];
    const int64_t first = piece * PIECE, n = x->count - first < PIECE ? x->count - first : PIECE;

    (void)scratch;
    if (og_elem_bits(y->elem) < 8 && n > 0 &&
        y->data != x->data) { /* the unused bits of the last byte are 0 */
        const int in_byte = 8 / og_elem_bits(y->elem);

        memset((char *)y->data + first / in_byte, 0, (size_t)((n + in_byte - 1) / in_byte));
    }
    if (x->elem == OG_STRING && y->elem != OG_STRING)
        for (int64_t i = first; i < first + n; i++)
            read_element((const og_string *)x->data + i, y, i);
    else if (n > 0)
        og_convert(x->elem, x->data, first, y->elem, y->data, first, n, rules);
}

static og_status bit_cast_prepare(og_call *c)
{
    (void)c;
    return OG_OK;
}

static void bit_cast_run(const og_call *c, int64_t piece, void *scratch)
{
    (void)piece, (void)scratch;
    if (c->out[0]->data != c->in[0]->data && c->in[0]->count > 0)
        memcpy(c->out[0]->data, c->in[0]->data, og_tensor_bytes(c->in[0]));
}

#define CAST_RULES                                                                                 \
    { .name = "saturate",                                                                          \
      .kind = OG_ATTR_INT,                                                                         \
      .offset = offsetof(cast_attrs, saturate),                                                    \
      .i = 1,                                                                                      \
      .since = 19 },                                                                               \
    {                                                                                              \
        .name = "round_mode", .kind = OG_ATTR_STRING, .offset = offsetof(cast_attrs, round_mode),  \
        .s = "up", .since = 24                                                                     \
    }

const og_op og_op_cast = {
    .name = "Cast",
    .version = 28,
    .valid_from = 6,
    .versions = "1 6 9 13 19 21 23 24 25",
    .doc = "Numbers as numbers of another type.",
    .in = { OG_PORT("input", TYPES) },
    .out = { OG_PORT("output", TYPES) },
    .attr = { OG_NEED_ATTR(cast_attrs, to, INT), CAST_RULES },
    .attr_size = sizeof(cast_attrs),
    .run_types = TYPES,
    .traits = OG_INPLACE | OG_ANY_RANK | OG_TYPES_SINCE,
    .valid_from_node = cast_since,
    .infer = cast_infer,
    .upgrade = cast_upgrade,
    .gradient = cast_gradient,
    .check = cast_check,
    .prepare = cast_prepare,
    .run = cast_run,
    .samples =
        OG_SAMPLES("float[3,7] input; to=11", "double[] input; to=1", "float[5] input; to=7",
                   "int64[5] input; to=1", "float[5] input; to=10", "uint8[3] input; to=9",
                   "float[5] input; to=17", "float[7] input; to=22", "float[0] input; to=11"),
};

const og_op og_op_cast_like = {
    .name = "CastLike",
    .version = 25,
    .valid_from = 15,
    .versions = "15 19 21 23 24",
    .doc = "Numbers as numbers of the type of another tensor.",
    .in = { OG_PORT("input", TYPES), OG_PORT("target_type", TYPES) },
    .out = { OG_PORT("output", OG_SAME_AS(1)) },
    .attr = { CAST_RULES },
    .attr_size = sizeof(cast_attrs),
    .run_types = TYPES,
    .traits = OG_INPLACE | OG_ANY_RANK | OG_TYPES_SINCE,
    .valid_from_node = cast_like_since,
    .infer = cast_like_infer,
    .gradient = cast_gradient,
    .check = cast_check,
    .prepare = cast_prepare,
    .run = cast_run,
    .samples =
        OG_SAMPLES("float[3,7] input; double[1] target_type", "int64[5] input; float[] target_type",
                   "float[0] input; double[1] target_type"),
};

const og_op og_op_bit_cast = {
    .name = "BitCast",
    .version = 26,
    .valid_from = 26,
    .doc = "The same bits as another type of the same width.",
    .in = { OG_PORT("input", OG_ANY & ~OG_BIT(OG_STRING)) },
    .out = { OG_PORT("output", OG_ANY & ~OG_BIT(OG_STRING)) },
    .attr = { OG_NEED_ATTR(cast_attrs, to, INT) },
    .attr_size = sizeof(cast_attrs),
    .run_types = OG_ANY & ~OG_BIT(OG_STRING),
    .traits = OG_ANY_RANK,
    .infer = bit_cast_infer,
    .prepare = bit_cast_prepare,
    .run = bit_cast_run,
    .samples =
        OG_SAMPLES("float[3,7] input; to=6", "int64[] input; to=11", "float[0] input; to=12"),
};
