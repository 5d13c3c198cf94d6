/* Samples: text to one node.  Numbers are drawn as floats, so that a double twin holds the same. */
#include "check/samples.h"

#include "data/number.h"
#include "graph/node.h"

#include <ctype.h>
#include <stdlib.h>

enum { SAMPLE_INPUTS = 64, SAMPLE_ATTRS = OG_MAX_ATTRS };

typedef struct reader {
    const og_op *op;
    const og_sample_options *options;
    const char *text, *at;
    og_graph *g;
    og_report *report;
    og_tensor *in[SAMPLE_INPUTS];
    bool fixed[SAMPLE_INPUTS];
    int n_in, n_out;
    og_attr attrs[SAMPLE_ATTRS + 1];
    int n_attrs;
    bool gradient;
} reader;

static og_status sample_fail(reader *r, const char *expected)
{
    og_status s = og_fail(r->report, OG_BAD_ARGUMENT, "expected %s at \"%.40s\"", expected, r->at);

    og_report_where(r->report, "sample \"%s\" of %s", r->text, r->op->name);
    return s;
}

static og_status no_memory(reader *r)
{
    return og_fail(r->report, OG_NO_MEMORY, "no memory for a sample of %s", r->op->name);
}

static void skip_spaces(reader *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

static bool take(reader *r, const char *word)
{
    size_t n = strlen(word);

    skip_spaces(r);
    if (strncmp(r->at, word, n) != 0)
        return false;
    r->at += n;
    return true;
}

/* The characters up to one of `stops`, without spaces around. */
static char *take_until(reader *r, const char *stops)
{
    skip_spaces(r);
    size_t n = strcspn(r->at, stops), length = n;

    while (length && isspace((unsigned char)r->at[length - 1]))
        length--;
    char *word = og_arena_alloc(r->g->arena, length + 1);
    if (word)
        memcpy(word, r->at, length);
    r->at += n;
    return word;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

static void default_range(og_elem elem, double *low, double *high)
{
    bool real = og_elem_in(elem, OG_FLOATS | OG_FLOAT8S | OG_BIT(OG_FLOAT4E2M1));

    *low = real ? -2 : 0;
    *high = real                                  ? 2
            : elem == OG_BOOL || elem == OG_INT2  ? 1
            : elem == OG_UINT2                    ? 3
            : elem == OG_INT4 || elem == OG_UINT4 ? 7
                                                  : 9;
}

static double draw_real(const reader *r, double x)
{
    const float f = (float)x;

    return (double)(r->options->coarse ? og_bfloat16_to_float(og_float_to_bfloat16(f)) : f);
}

/* Both ends of a range may come, so that edge values are met. */
static og_status fill_random(reader *r, og_tensor *t, og_elem written, const char *range)
{
    const og_elems reals = OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE);
    og_philox random = { .seed = og_hash_bytes(1, r->text, strlen(r->text)),
                         .stream = (uint64_t)r->n_in };
    double low, high;

    default_range(written, &low, &high);
    if (range) {
        const char *dots = strstr(range, "..");

        if (!dots || !og_number_read(range, (size_t)(dots - range), &low) ||
            !og_number_read(dots + 2, strlen(dots + 2), &high) || high < low)
            return sample_fail(r, "a range such as -1..1 before this");
    }
    bool real = og_elem_in(written, OG_FLOATS | OG_FLOAT8S | OG_BIT(OG_FLOAT4E2M1));
    for (int64_t i = 0; i < t->count; i++) {
        double u = og_philox_uniform(&random);

        if (r->options->bits && og_elem_in(written, reals))
            og_set_int(t, i, u < 0.5);
        else if (real)
            og_set_double(t, i, draw_real(r, low + u * (high - low)));
        else
            og_set_int(t, i, (int64_t)(low + floor(u * (high - low + 1))));
    }
    return OG_OK;
}

static og_status fill_strings(reader *r, og_tensor *t, bool given)
{
    og_string *to = t->data;

    for (int64_t i = 0; i < t->count; i++) {
        char *word = given ? take_until(r, " ;") : og_arena_print(r->g->arena, "s%d", (int)(i % 7));

        if (!word)
            return no_memory(r);
        to[i] = (og_string){ word, strlen(word) };
    }
    return OG_OK;
}

static og_status fill_numbers(reader *r, og_tensor *t, og_elem written, const char *stops)
{
    const bool real = og_elem_in(written, OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE));

    for (int64_t i = 0; i < t->count; i++) {
        double number;
        char *word = take_until(r, stops);

        if (!word)
            return no_memory(r);
        if (!strcmp(word, "nan"))
            number = NAN;
        else if (!strcmp(word, "inf") || !strcmp(word, "-inf"))
            number = *word == '-' ? -INFINITY : INFINITY;
        else if (!og_number_read(word, strlen(word), &number))
            return sample_fail(r, "one number for each element before this");
        if (real)
            number = r->options->bits ? number > 0 : draw_real(r, number);
        og_set_double(t, i, number);
        skip_spaces(r);
    }
    return OG_OK;
}

static og_status read_type(reader *r, og_type *type)
{
    char *text = take_until(r, "[{ ;");

    if (text && *r->at == '[') {
        char *dims = take_until(r, "]");

        text = dims ? og_arena_print(r->g->arena, "%s%s]", text, dims) : NULL;
        r->at += *r->at == ']';
    }
    if (!text)
        return no_memory(r);
    OG_TRY(og_type_parse(r->g->arena, r->g->dims, text, type, r->report));
    if (type->rank < 0) /* "float[]" says nothing about the rank, but a sample must */
        type->rank = 0;
    return og_type_known(type) ? OG_OK : sample_fail(r, "a type with known sizes before this");
}

static og_tensor *make_tensor(reader *r, og_elem elem, const og_type *type)
{
    int64_t count = og_count(type->rank, type->dims);
    size_t bytes;

    if (count < 0 || !og_elem_bytes(elem, count, &bytes))
        return NULL;
    void *data = og_arena_alloc(r->g->arena, bytes + 1);
    return data ? og_graph_tensor(r->g, elem, type->rank, type->dims, data) : NULL;
}

/* ---- Parts ----------------------------------------------------------------------------------- */

/* The port with this name, else the next place of a variadic port. */
static int input_place(const reader *r, const char *name)
{
    for (int i = 0; i < OG_MAX_IN && r->op->in[i].name; i++)
        if (!r->op->in[i].variadic && !strcmp(r->op->in[i].name, name))
            return i;
    return r->n_in < SAMPLE_INPUTS && og_port_in(r->op, r->n_in) &&
                   og_port_in(r->op, r->n_in)->variadic
               ? r->n_in
               : -1;
}

static og_status read_input(reader *r)
{
    const og_elems reals = OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE);
    og_type type;
    char *name, *range = NULL;
    bool given = false;

    OG_TRY(read_type(r, &type));
    if (!(name = take_until(r, " =;")))
        return no_memory(r);
    int place = input_place(r, name);
    if (place < 0)
        return sample_fail(r, "the name of an input before this");
    og_elem elem = r->options->real && og_elem_in(type.elem, reals) ? r->options->real : type.elem;
    og_tensor *t = make_tensor(r, elem, &type);
    if (!t)
        return no_memory(r);
    r->n_in = place + 1 > r->n_in ? place + 1 : r->n_in;
    r->in[place] = t;
    if (take(r, "="))
        given = true;
    else if (take(r, "in ") && !(range = take_until(r, ";")))
        return no_memory(r);
    skip_spaces(r);
    if (elem == OG_STRING)
        return fill_strings(r, t, given);
    return given ? fill_numbers(r, t, type.elem, " ;") : fill_random(r, t, type.elem, range);
}

static og_status set_list(reader *r, og_attr *a)
{
    og_list(int64_t) ints = { 0 };
    og_list(float) floats = { 0 };
    og_list(const char *) strings = { 0 };
    double number = 0;

    while (*r->at != ']') {
        char *word = take_until(r, ",]");
        bool ok = word != NULL;

        if (ok && a->kind == OG_ATTR_STRINGS)
            ok = og_list_push(r->g->arena, &strings, word);
        else if (ok && !og_number_read(word, strlen(word), &number))
            return sample_fail(r, "numbers and commas before this");
        else if (ok && a->kind == OG_ATTR_INTS)
            ok = og_list_push(r->g->arena, &ints, (int64_t)number);
        else if (ok)
            ok = og_list_push(r->g->arena, &floats, (float)number);
        if (!ok)
            return no_memory(r);
        r->at += *r->at == ',';
        if (!*r->at)
            return sample_fail(r, "']'");
    }
    r->at++;
    if (a->kind == OG_ATTR_INTS)
        a->u.ints = (og_ints){ (int64_t)ints.n, ints.v };
    else if (a->kind == OG_ATTR_FLOATS)
        a->u.floats = (og_floats){ (int64_t)floats.n, floats.v };
    else
        a->u.strings = (og_strings){ (int64_t)strings.n, strings.v };
    return OG_OK;
}

/* `float[2]{1 2}` */
static og_status set_tensor(reader *r, og_attr *a)
{
    og_type type;

    OG_TRY(read_type(r, &type));
    og_tensor *t = make_tensor(r, type.elem, &type);
    if (!t)
        return no_memory(r);
    if (!take(r, "{"))
        return sample_fail(r, "'{'");
    skip_spaces(r);
    OG_TRY(fill_numbers(r, t, OG_UNDEFINED, " }"));
    a->u.tensor = t;
    return take(r, "}") ? OG_OK : sample_fail(r, "'}'");
}

static og_status set_word(reader *r, og_attr *a)
{
    char *word = take_until(r, ";");
    double number = 0;

    if (!word)
        return no_memory(r);
    if (a->kind == OG_ATTR_STRING)
        a->u.s = (og_string){ word, strlen(word) };
    else if (a->kind == OG_ATTR_TYPE)
        a->u.type = word;
    else if (a->kind == OG_ATTR_INT && og_elem_from_name(word))
        a->u.i = og_elem_from_name(word);
    else if (!og_number_read(word, strlen(word), &number))
        return sample_fail(r, "a number before this");
    else if (a->kind == OG_ATTR_INT)
        a->u.i = (int64_t)number;
    else
        a->u.f = (float)number;
    return OG_OK;
}

static og_status read_attr(reader *r, const char *name)
{
    const og_attr_spec *spec = NULL;

    for (int i = 0; i < OG_MAX_ATTRS && r->op->attr[i].name; i++)
        if (!strcmp(r->op->attr[i].name, name))
            spec = &r->op->attr[i];
    if (!spec || r->n_attrs == SAMPLE_ATTRS)
        return sample_fail(r, "the name of an attribute before this");
    og_attr *a = &r->attrs[r->n_attrs++];
    *a = (og_attr){ .name = spec->name, .kind = spec->kind };
    if (a->kind == OG_ATTR_TENSOR)
        return set_tensor(r, a);
    if (a->kind == OG_ATTR_INTS || a->kind == OG_ATTR_FLOATS || a->kind == OG_ATTR_STRINGS)
        return take(r, "[") ? set_list(r, a) : sample_fail(r, "'['");
    if (a->kind == OG_ATTR_INT || a->kind == OG_ATTR_FLOAT || a->kind == OG_ATTR_STRING ||
        a->kind == OG_ATTR_TYPE)
        return set_word(r, a);
    return sample_fail(r, "an attribute that is no graph before this");
}

static og_status read_remark(reader *r)
{
    double number;

    if (take(r, "outputs")) {
        char *word = take_until(r, ";");

        if (!word || !og_number_read(word, strlen(word), &number) || number < 1 ||
            number > OG_MAX_OUT)
            return sample_fail(r, "a number of outputs before this");
        r->n_out = (int)number;
        return OG_OK;
    }
    if (!take(r, "nogradient"))
        return sample_fail(r, "outputs or nogradient");
    char *name = take_until(r, ";");
    if (!name)
        return no_memory(r);
    int place = *name ? input_place(r, name) : -1;
    if (*name && place < 0)
        return sample_fail(r, "the name of an input before this");
    if (place >= 0)
        r->fixed[place] = true;
    else
        r->gradient = false;
    return OG_OK;
}

static og_status read_part(reader *r)
{
    if (take(r, "!"))
        return read_remark(r);
    const char *start = r->at;
    char *word = take_until(r, "=[ ;");
    if (!word)
        return no_memory(r);
    if (take(r, "="))
        return read_attr(r, word);
    r->at = start;
    return read_input(r);
}

/* ---- The node -------------------------------------------------------------------------------- */

static og_value *sample_input(reader *r, int i)
{
    og_tensor *t = r->in[i];
    char *name = og_arena_print(r->g->arena, "in%d", i);

    if (!t || !name)
        return NULL;
    if (r->options->constants &&
        (!og_elem_in(t->elem, OG_FLOATS) || og_port_in(r->op, i)->role == OG_ROLE_SHAPE))
        return og_graph_add_constant(r->g, name, t);
    return og_input_dims(r->g, name, t->elem, t->rank, t->dims);
}

static og_status make_node(reader *r, og_sample *sample)
{
    og_arena *arena = r->g->arena;
    og_value *in[SAMPLE_INPUTS] = { 0 };
    og_node_spec spec = {
        .op = r->op, .attrs = r->attrs, .n_in = r->n_in, .n_out = r->n_out, .in = in
    };

    for (int i = 0; i < r->n_in; i++)
        in[i] = sample_input(r, i);
    if (og_graph_status(r->g) || !(sample->node = og_graph_add_node(r->g, &spec))) {
        *r->report = *og_graph_report(r->g);
        return og_graph_status(r->g);
    }
    for (int k = 0; k < sample->node->n_out; k++)
        og_output(r->g, og_arena_print(arena, "out%d", k), sample->node->out[k]);
    sample->in = og_arena_copy(arena, r->in, sizeof *r->in * (size_t)(r->n_in + 1));
    sample->fixed = og_arena_copy(arena, r->fixed, sizeof *r->fixed * (size_t)(r->n_in + 1));
    sample->gradient = r->gradient;
    return sample->in && sample->fixed ? OG_OK : no_memory(r);
}

og_status og_sample_make(const og_op *op, const char *text, const og_sample_options *options,
                         og_sample *sample, og_report *report)
{
    reader r = { .op = op,
                 .options = options,
                 .text = text,
                 .at = text,
                 .g = og_graph_new("sample"),
                 .report = report,
                 .gradient = true };

    *sample = (og_sample){ .graph = r.g };
    if (!r.g)
        return no_memory(&r);
    for (;;) {
        skip_spaces(&r);
        if (*r.at)
            OG_TRY(read_part(&r));
        skip_spaces(&r);
        if (!*r.at)
            break;
        if (*r.at++ != ';')
            return r.at--, sample_fail(&r, "';'");
    }
    return make_node(&r, sample);
}
