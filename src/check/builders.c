/*
 * The builders, written from the registry: for each operator of ONNX a function `og_NAME` of its
 * inputs and required attributes, and where it has others a struct of options with `og_NAME_with`
 * and the macro `og_NAME_opt`.
 */
#include "check/ops_text.h"

#include <ctype.h>
#include <stdio.h>

/* ---- Names ----------------------------------------------------------------------------------- */

/* These are written by hand, in onnxgrad/words.h and graph.h. */
static bool written_by_hand(const char *name)
{
    static const char *const names[] = {
        "add",     "sub",       "mul",    "div",       "pow",     "neg",     "exp",       "log",
        "sqrt",    "abs",       "sign",   "where",     "equal",   "less",    "greater",   "not",
        "and",     "matmul",    "cast",   "cast_like", "reshape", "flatten", "transpose", "expand",
        "squeeze", "unsqueeze", "concat", "slice",     "constant"
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

/* "ReduceSum" is reduce_sum, "GRUCell" gru_cell. */
static void snake(const char *name, char *out, size_t size)
{
    size_t n = 0;

    for (const char *c = name; *c && n + 2 < size; c++) {
        bool upper = isupper((unsigned char)*c),
             before = c > name && !isupper((unsigned char)c[-1]);
        bool after = c > name && c[1] && islower((unsigned char)c[1]);

        if (upper && (before || after) && c[-1] != '_')
            out[n++] = '_';
        out[n++] = (char)tolower((unsigned char)*c);
    }
    out[n] = '\0';
}

static const char *builder_name(const og_op *op, char *out, size_t size)
{
    if (op->builder)
        return op->builder;
    snake(op->name, out, size);
    return out;
}

/* A name that C and C++ take. */
static void safe(const char *name, char *out, size_t size)
{
    static const char *const taken[] = { "default",  "if",       "else",   "for",  "do",
                                         "int",      "float",    "double", "and",  "or",
                                         "not",      "xor",      "new",    "this", "operator",
                                         "template", "register", "signed" };
    size_t n = 0;

    for (const char *c = name; *c && n + 2 < size; c++)
        out[n++] = (char)tolower((unsigned char)*c);
    out[n] = '\0';
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (!strcmp(taken[i], out)) {
            out[n++] = '_';
            out[n] = '\0';
        }
}

/* ---- What an operator's function takes ------------------------------------------------------- */

static bool has_builder(const og_op *op)
{
    char name[80];

    return !op->domain && !written_by_hand(builder_name(op, name, sizeof name));
}

static int fixed_inputs(const og_op *op)
{
    int n = 0;

    while (n < 18 && op->in[n].name && !op->in[n].variadic)
        n++;
    return n;
}

static bool is_variadic(const og_op *op)
{
    int n = fixed_inputs(op);

    return n < 18 && op->in[n].name;
}

static bool has_many_outputs(const og_op *op)
{
    return op->out[0].variadic || op->out[1].name;
}

static bool needs_graph(const og_op *op)
{
    return !op->in[0].name || op->in[0].optional;
}

static bool has_options(const og_op *op)
{
    for (int i = 0; i < 18 && op->attr[i].name; i++)
        if (!op->attr[i].required)
            return true;
    return has_many_outputs(op);
}

/* The option's field is OG_SOME(x): its 0 says something else than its absence. */
static bool is_some(const og_attr_spec *a)
{
    if (a->kind == OG_ATTR_INT)
        return a->i != 0 && !a->positive;
    return a->kind == OG_ATTR_FLOAT && a->f != 0; /* an absent one is NaN */
}

static const char *plain_type(og_attr_kind kind)
{
    switch (kind) {
    case OG_ATTR_INT:
        return "int64_t ";
    case OG_ATTR_FLOAT:
        return "double ";
    case OG_ATTR_STRING:
    case OG_ATTR_TYPE:
        return "const char *";
    case OG_ATTR_INTS:
        return "og_ints ";
    case OG_ATTR_FLOATS:
        return "og_floats ";
    case OG_ATTR_STRINGS:
        return "og_strings ";
    case OG_ATTR_TENSOR:
        return "const og_tensor *";
    case OG_ATTR_GRAPH:
        return "og_graph *";
    case OG_ATTR_NONE:
    case OG_ATTR_TENSORS:
    case OG_ATTR_GRAPHS:
        break;
    }
    return NULL;
}

static const char *kind_word(og_attr_kind kind)
{
    static const char *const words[] = {
        [OG_ATTR_INT] = "int",       [OG_ATTR_FLOAT] = "float",     [OG_ATTR_STRING] = "string",
        [OG_ATTR_TENSOR] = "tensor", [OG_ATTR_GRAPH] = "graph",     [OG_ATTR_FLOATS] = "floats",
        [OG_ATTR_INTS] = "ints",     [OG_ATTR_STRINGS] = "strings", [OG_ATTR_TYPE] = "type"
    };

    return words[kind];
}

/* ---- Wrapping -------------------------------------------------------------------------------- */

enum { COLUMNS = 100 };

/* Adds a text of lines, broken behind ", " where they are too long; a line of a macro goes on with
 * a backslash. */
static void put_wrapped(og_text *t, og_text *from)
{
    bool goes_on = false; /* the line before ended in a backslash */

    for (const char *line = from->data ? from->data : ""; *line;) {
        const char *newline = strchr(line, '\n');
        size_t length = newline ? (size_t)(newline - line) : strlen(line),
               indent = strspn(line, " ");
        bool slash = length > 1 && line[length - 1] == '\\', macro = slash || goes_on;
        bool comment = !strncmp(line, "/* ", 3);
        size_t most = COLUMNS;

        goes_on = slash;

        while (length > most) {
            size_t cut = most - (macro ? 2 : 0);

            while (cut > indent && !(line[cut - 1] == ' ' && (comment || line[cut - 2] == ',')))
                cut--;
            if (cut <= indent)
                break;
            og_text_print(t, "%.*s%s\n%*s", (int)(cut - 1), line, macro ? " \\" : "",
                          comment ? 0 : (int)indent + 4, "");
            if (comment)
                og_text_print(t, " * ");
            line += cut;
            length -= cut;
            most = COLUMNS - (comment ? 3 : indent + 4);
        }
        og_text_add(t, line, length);
        og_text_print(t, "\n");
        line = newline ? newline + 1 : line + length;
    }
    t->failed = t->failed || from->failed;
    og_text_free(from);
}

/* ---- Pieces of code -------------------------------------------------------------------------- */

/* The parameters, with types or as they are passed on. */
static void put_parameters(og_text *t, const og_op *op, bool types, const char *open,
                           const char *close)
{
    char name[80];
    int n = 0;

    if (needs_graph(op))
        og_text_print(t, "%s%sgraph", n++ ? ", " : "", types ? "og_graph *" : open);
    if (needs_graph(op) && !types)
        og_text_print(t, "%s", close);
    for (int i = 0; i < fixed_inputs(op); i++) {
        safe(op->in[i].name, name, sizeof name);
        og_text_print(t, "%s%s%s%s", n++ ? ", " : "", types ? "og_value *" : open, name,
                      types ? "" : close);
    }
    if (is_variadic(op) && types)
        og_text_print(t, "%ssize_t n, og_value *const *values", n++ ? ", " : "");
    else if (is_variadic(op))
        og_text_print(t, "%s%sn%s, %svalues%s", n++ ? ", " : "", open, close, open, close);
    for (int i = 0; i < 18 && op->attr[i].name; i++)
        if (op->attr[i].required) {
            safe(op->attr[i].name, name, sizeof name);
            og_text_print(t, "%s%s%s%s", n++ ? ", " : "",
                          types ? plain_type(op->attr[i].kind) : open, name, types ? "" : close);
        }
}

/* A default as people write it; false where there is none worth a word. */
static bool put_default(og_text *t, const og_attr_spec *a)
{
    if (a->kind == OG_ATTR_INT && a->i != OG_ABSENT && a->i != 0)
        og_text_print(t, "%lld", (long long)a->i);
    else if (a->kind == OG_ATTR_FLOAT && !isnan(a->f) && a->f != 0)
        og_text_print(t, "%g", a->f);
    else if (a->kind == OG_ATTR_STRING && a->s)
        og_text_print(t, "%s", a->s);
    else
        return false;
    return true;
}

static void put_options(og_text *t, const og_op *op, const char *name)
{
    char field[80];

    og_text_print(t, "typedef struct og_%s_options {\n", name);
    for (int i = 0; i < 18 && op->attr[i].name; i++) {
        const og_attr_spec *a = &op->attr[i];
        og_text comment = { 0 };

        if (a->required)
            continue;
        safe(a->name, field, sizeof field);
        og_text_print(t, "    %s%s;",
                      !is_some(a)              ? plain_type(a->kind)
                      : a->kind == OG_ATTR_INT ? "og_some_int "
                                               : "og_some_float ",
                      field);
        if (put_default(&comment, a))
            og_text_print(t, " /* %s */", comment.data);
        og_text_free(&comment);
        og_text_print(t, "\n");
    }
    if (has_many_outputs(op))
        og_text_print(
            t,
            "    size_t n_outputs; /* with `outputs`: all of them */\n    og_value **outputs;\n");
    og_text_print(t, "} og_%s_options;\n", name);
}

/* ---- The header ------------------------------------------------------------------------------ */

static void put_declarations(og_text *t, const og_op *op)
{
    char buffer[80];
    const char *name = builder_name(op, buffer, sizeof buffer);

    og_text_print(t, "\n/* %s: %s */\nOG_API og_value *og_%s(", op->name, op->doc ? op->doc : "",
                  name);
    put_parameters(t, op, true, "", "");
    og_text_print(t, ");\n");
    if (!has_options(op))
        return;
    put_options(t, op, name);
    og_text_print(t, "OG_API og_value *og_%s_with(", name);
    put_parameters(t, op, true, "", "");
    og_text_print(t, ", const og_%s_options *options);\n#define og_%s_opt(", name, name);
    put_parameters(t, op, false, "", "");
    og_text_print(t, ", ...) \\\n    og_%s_with(", name);
    put_parameters(t, op, false, "(", ")");
    og_text_print(t, ", &(const og_%s_options){__VA_ARGS__})\n", name);
}

void og_builders_header(og_text *t)
{
    og_text_print(
        t, "/* Builders: every operator of ONNX as a function.  Made by `onnxgrad ops --builders "
           "header`.\n"
           " *\n"
           " * og_conv(x, w, b) takes the inputs (NULL: omitted) and the required attributes;\n"
           " * og_conv_opt(x, w, b, .strides = OG_INTS(2, 2)) others too.  A field left out has "
           "ONNX's\n"
           " * default, which stands beside it.  The first output is returned. */\n"
           "#ifndef ONNXGRAD_BUILDERS_H\n#define ONNXGRAD_BUILDERS_H\n\n"
           "#include \"onnxgrad/words.h\"\n\n"
           "#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
    for (size_t i = 0; i < og_op_count(); i++) {
        og_text one = { 0 };

        if (has_builder(og_op_at(i)))
            put_declarations(&one, og_op_at(i));
        put_wrapped(t, &one);
    }
    og_text_print(t, "\n#ifdef __cplusplus\n}\n#endif\n#endif\n");
}

/* ---- The source ------------------------------------------------------------------------------ */

static void put_attribute(og_text *t, const og_attr_spec *a)
{
    char field[80];

    safe(a->name, field, sizeof field);
    if (a->required && a->kind == OG_ATTR_INT) /* a 0 is given too */
        og_text_print(t, "    og_build_some_int(&node, \"%s\", (og_some_int)OG_SOME(%s));\n",
                      a->name, field);
    else if (a->required && a->kind == OG_ATTR_FLOAT)
        og_text_print(t, "    og_build_some_float(&node, \"%s\", (og_some_float)OG_SOME(%s));\n",
                      a->name, field);
    else
        og_text_print(t, "    og_build_%s%s(&node, \"%s\", %s%s);\n",
                      is_some(a) && !a->required ? "some_" : "", kind_word(a->kind), a->name,
                      a->required ? "" : "o->", field);
}

static void put_call(og_text *t, const og_op *op)
{
    int n = fixed_inputs(op);
    char name[80];

    og_text_print(t, "    return og_build_node(&node, \"%s\", %d, ", op->name, n);
    if (n) {
        og_text_print(t, "(og_value *[]){ ");
        for (int i = 0; i < n; i++) {
            safe(op->in[i].name, name, sizeof name);
            og_text_print(t, "%s%s", i ? ", " : "", name);
        }
        og_text_print(t, " }");
    } else {
        og_text_print(t, "NULL");
    }
    og_text_print(t, is_variadic(op) ? ", n, values" : ", 0, NULL");
    og_text_print(t,
                  has_many_outputs(op) ? ", o->n_outputs, o->outputs);\n}\n" : ", 0, NULL);\n}\n");
}

static void put_definitions(og_text *t, const og_op *op)
{
    bool options = has_options(op);
    char buffer[80];
    const char *name = builder_name(op, buffer, sizeof buffer);

    og_text_print(t, "\nog_value *og_%s%s(", name, options ? "_with" : "");
    put_parameters(t, op, true, "", "");
    if (options)
        og_text_print(t, ", const og_%s_options *o", name);
    og_text_print(t, ")\n{\n    og_build node = { %s };\n\n",
                  needs_graph(op) ? ".graph = graph" : "0");
    for (int i = 0; i < 18 && op->attr[i].name; i++)
        put_attribute(t, &op->attr[i]);
    put_call(t, op);
    if (!options)
        return;
    og_text_print(t, "\nog_value *og_%s(", name);
    put_parameters(t, op, true, "", "");
    og_text_print(t, ")\n{\n    return og_%s_with(", name);
    put_parameters(t, op, false, "", "");
    og_text_print(t, ", &(const og_%s_options){ 0 });\n}\n", name);
}

void og_builders_source(og_text *t)
{
    og_text_print(t, "/* Made by `onnxgrad ops --builders source`. */\n"
                     "#include \"graph/build.h\"\n#include \"onnxgrad/builders.h\"\n");
    for (size_t i = 0; i < og_op_count(); i++) {
        og_text one = { 0 };

        if (has_builder(og_op_at(i)))
            put_definitions(&one, og_op_at(i));
        put_wrapped(t, &one);
    }
}
