/* Types of values as text, in ONNX's syntax: "float[batch,1,28,28]", "seq(int64[n])". */
#include "graph/graph.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct type_reader {
    og_arena *arena;
    og_dims *dims;
    const char *text, *at;
    og_report *report;
    int depth;
} type_reader;

static og_status type_fail(type_reader *r, const char *expected)
{
    return og_fail(r->report, OG_BAD_TYPE, "type '%s', at offset %d: expected %s", r->text,
                   (int)(r->at - r->text), expected);
}

static og_status read_dim(type_reader *r, og_dim *dim)
{
    size_t n = strcspn(r->at, ",]");
    char *end, *name;

    while (n && isspace((unsigned char)*r->at)) {
        r->at++;
        n--;
    }
    if (!r->at[n])
        return type_fail(r, "',' or ']'");
    if (!n || (n == 1 && *r->at == '?')) {
        *dim = og_dim_fresh(r->dims);
    } else if (isdigit((unsigned char)*r->at) || *r->at == '-') {
        long long number = strtoll(r->at, &end, 10);

        if (end != r->at + n || number < 0)
            return type_fail(r, "a size of 0 or more, or a name");
        *dim = number;
    } else {
        if (!(name = og_arena_alloc(r->arena, n + 1)))
            return og_fail(r->report, OG_NO_MEMORY, "no memory for a type");
        memcpy(name, r->at, n);
        while (n && isspace((unsigned char)name[n - 1]))
            name[--n] = 0;
        *dim = og_dim_symbol(r->dims, name);
    }
    r->at += strcspn(r->at, ",]");
    return OG_OK;
}

static og_status read_shape(type_reader *r, og_type *type)
{
    og_dim dims[OG_MAX_RANK];
    int rank = 0;

    if (*r->at != '[')
        return OG_OK; /* a scalar */
    r->at++;
    if (*r->at == ']') {
        r->at++;
        type->rank = -1;
        return OG_OK;
    }
    for (;;) {
        if (rank == OG_MAX_RANK)
            return og_fail(r->report, OG_LIMIT, "type '%s': rank over %d", r->text, OG_MAX_RANK);
        OG_TRY(read_dim(r, &dims[rank++]));
        if (*r->at++ == ']')
            break;
    }
    type->rank = rank;
    type->dims = og_arena_copy(r->arena, dims, sizeof(og_dim) * (size_t)rank);
    return type->dims ? OG_OK : og_fail(r->report, OG_NO_MEMORY, "no memory for a type");
}

static og_status read_type(type_reader *r, og_type *type)
{
    size_t n = strspn(r->at, "abcdefghijklmnopqrstuvwxyz0123456789");
    char word[24];

    *type = (og_type){ 0 };
    if (!n || n >= sizeof word)
        return type_fail(r, "an element type, 'seq(' or 'optional('");
    memcpy(word, r->at, n);
    word[n] = 0;
    if (r->at[n] == '(' && (!strcmp(word, "seq") || !strcmp(word, "optional"))) {
        og_type *of = OG_NEW(r->arena, og_type);

        if (!of)
            return og_fail(r->report, OG_NO_MEMORY, "no memory for a type");
        if (++r->depth > 16)
            return og_fail(r->report, OG_LIMIT, "type '%s': nested deeper than 16", r->text);
        r->at += n + 1;
        OG_TRY(read_type(r, of));
        if (*r->at++ != ')')
            return type_fail(r, "')'");
        type->kind = word[0] == 's' ? OG_SEQUENCE : OG_OPTIONAL;
        type->of = of;
        return OG_OK;
    }
    type->elem = og_elem_from_name(word);
    if (type->elem == OG_UNDEFINED)
        return type_fail(r, "an element type such as float or int64");
    r->at += n;
    return read_shape(r, type);
}

og_status og_type_parse(og_arena *arena, og_dims *dims, const char *text, og_type *type,
                        og_report *report)
{
    type_reader r = { .arena = arena, .dims = dims, .text = text, .at = text, .report = report };

    OG_TRY(read_type(&r, type));
    while (isspace((unsigned char)*r.at))
        r.at++;
    return *r.at ? type_fail(&r, "the end") : OG_OK;
}

static void print_type(const og_dims *dims, const og_type *type, og_text *text)
{
    char dim[160];

    if (type->kind != OG_TENSOR) {
        og_text_print(text, type->kind == OG_SEQUENCE ? "seq(" : "optional(");
        if (type->of)
            print_type(dims, type->of, text);
        og_text_print(text, ")");
        return;
    }
    og_text_print(text, "%s", type->elem ? og_elem_name(type->elem) : "?");
    if (type->rank == 0)
        return;
    og_text_print(text, "[");
    for (int i = 0; i < type->rank; i++)
        og_text_print(text, "%s%s", i ? "," : "",
                      og_dim_text(dims, type->dims[i], dim, sizeof dim));
    og_text_print(text, "]");
}

char *og_type_text(const og_dims *dims, const og_type *type, char *out, size_t size)
{
    og_text text = { 0 };

    print_type(dims, type, &text);
    snprintf(out, size, "%s", text.data ? text.data : "");
    og_text_free(&text);
    return out;
}

bool og_type_known(const og_type *type)
{
    if (type->kind != OG_TENSOR || type->rank < 0)
        return false;
    for (int i = 0; i < type->rank; i++)
        if (!og_dim_known(type->dims[i]))
            return false;
    return true;
}
