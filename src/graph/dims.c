/*
 * Dimensions as integer expressions over symbols, interned: equal expressions are the same number,
 * so comparing sizes is comparing integers.
 *
 * Known sizes are themselves; an expression is the bitwise complement of its place in the table.
 * Sums keep their constant on the right and products are flat enough that (batch*784)/784 is batch
 * again.
 */
#include "graph/graph.h"

#include <stdio.h>

typedef enum { DIM_NUMBER, DIM_SYMBOL, DIM_ADD, DIM_MUL, DIM_DIV, DIM_MAX, DIM_MIN } dim_op;

typedef struct dim_expr {
    dim_op op;
    og_dim a, b;
    int64_t number;   /* DIM_NUMBER: below 0 */
    const char *name; /* DIM_SYMBOL */
} dim_expr;

struct og_dims {
    og_arena *arena;
    og_list(dim_expr) exprs;
    int64_t made_up;
};

og_dims *og_dims_new(void)
{
    og_arena *arena = og_arena_new();
    og_dims *dims = arena ? OG_NEW(arena, og_dims) : NULL;

    if (!dims) {
        og_arena_free(arena);
        return NULL;
    }
    dims->arena = arena;
    return dims;
}

void og_dims_free(og_dims *dims)
{
    if (dims)
        og_arena_free(dims->arena);
}

og_dims *og_dims_clone(const og_dims *from)
{
    og_dims *dims = og_dims_new();

    for (size_t i = 0; dims && i < from->exprs.n; i++) {
        dim_expr e = from->exprs.v[i];

        if ((e.name && !(e.name = og_arena_string(dims->arena, e.name))) ||
            !og_list_push(dims->arena, &dims->exprs, e)) {
            og_dims_free(dims);
            return NULL;
        }
    }
    if (dims)
        dims->made_up = from->made_up;
    return dims;
}

static const dim_expr *dim_at(const og_dims *dims, og_dim d)
{
    return &dims->exprs.v[~d];
}

/* The tables are small (tens of entries), so a linear search is enough; out of memory gives the
 * largest size, which every later check of counts refuses. */
static og_dim dim_intern(og_dims *dims, dim_expr e)
{
    for (size_t i = 0; i < dims->exprs.n; i++) {
        const dim_expr *x = &dims->exprs.v[i];

        if (x->op != e.op || x->a != e.a || x->b != e.b || x->number != e.number)
            continue;
        if (e.op != DIM_SYMBOL || !strcmp(x->name, e.name))
            return ~(og_dim)i;
    }
    if (e.name && !(e.name = og_arena_string(dims->arena, e.name)))
        return INT64_MAX;
    if (!og_list_push(dims->arena, &dims->exprs, e))
        return INT64_MAX;
    return ~(og_dim)(dims->exprs.n - 1);
}

og_dim og_dim_symbol(og_dims *dims, const char *name)
{
    return dim_intern(dims, (dim_expr){ .op = DIM_SYMBOL, .name = name });
}

og_dim og_dim_fresh(og_dims *dims)
{
    char name[40];

    snprintf(name, sizeof name, "unk__%lld", (long long)dims->made_up++);
    return og_dim_symbol(dims, name);
}

og_dim og_dim_int(og_dims *dims, int64_t number)
{
    return number >= 0 ? number
                       : dim_intern(dims, (dim_expr){ .op = DIM_NUMBER, .number = number });
}

bool og_dim_const(const og_dims *dims, og_dim d, int64_t *number)
{
    if (d >= 0) {
        *number = d;
        return true;
    }
    if (dim_at(dims, d)->op != DIM_NUMBER)
        return false;
    *number = dim_at(dims, d)->number;
    return true;
}

bool og_dim_made_up(const og_dims *dims, og_dim d)
{
    const dim_expr *e = d < 0 ? dim_at(dims, d) : NULL;

    if (!e || e->op == DIM_NUMBER)
        return false;
    if (e->op == DIM_SYMBOL)
        return !strncmp(e->name, "unk__", 5);
    return og_dim_made_up(dims, e->a) || og_dim_made_up(dims, e->b);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;

    return q - (a % b != 0 && (a < 0) != (b < 0));
}

/* Both are numbers: the result, saturating at the largest size. */
static og_dim dim_fold(og_dims *dims, dim_op op, int64_t a, int64_t b)
{
    int64_t r = INT64_MAX;
    bool fits = true;

    switch (op) {
    case DIM_ADD:
        fits = !__builtin_add_overflow(a, b, &r);
        break;
    case DIM_MUL:
        fits = !__builtin_mul_overflow(a, b, &r);
        break;
    case DIM_DIV:
        r = b ? floor_div(a, b) : INT64_MAX;
        break;
    case DIM_MAX:
        r = a > b ? a : b;
        break;
    default:
        r = a < b ? a : b;
        break;
    }
    return fits ? og_dim_int(dims, r) : INT64_MAX;
}

static og_dim dim_binary(og_dims *dims, dim_op op, og_dim a, og_dim b)
{
    int64_t x, y;

    if (og_dim_const(dims, a, &x) && og_dim_const(dims, b, &y))
        return dim_fold(dims, op, x, y);
    return dim_intern(dims, (dim_expr){ .op = op, .a = a, .b = b });
}

static bool dim_is(const og_dims *dims, og_dim d, dim_op op)
{
    return d < 0 && dim_at(dims, d)->op == op;
}

og_dim og_dim_add(og_dims *dims, og_dim a, og_dim b)
{
    int64_t x, y;

    if (og_dim_const(dims, a, &x)) { /* the constant goes right */
        og_dim swap = a;
        a = b;
        b = swap;
    } else if (!og_dim_const(dims, b, &x) && a > b) {
        og_dim swap = a;
        a = b;
        b = swap;
    }
    if (b == 0)
        return a;
    if (og_dim_const(dims, b, &x) && dim_is(dims, a, DIM_ADD) &&
        og_dim_const(dims, dim_at(dims, a)->b, &y))
        return og_dim_add(dims, dim_at(dims, a)->a, dim_fold(dims, DIM_ADD, x, y));
    return dim_binary(dims, DIM_ADD, a, b);
}

og_dim og_dim_sub(og_dims *dims, og_dim a, og_dim b)
{
    int64_t y;

    if (a == b)
        return 0;
    if (og_dim_const(dims, b, &y))
        return og_dim_add(dims, a, og_dim_int(dims, -y));
    if (dim_is(dims, a, DIM_ADD)) {
        dim_expr e = *dim_at(dims, a);

        if (e.a == b)
            return e.b;
        if (e.b == b)
            return e.a;
        if (og_dim_const(dims, e.b, &y))
            return og_dim_add(dims, og_dim_sub(dims, e.a, b), e.b);
    }
    return og_dim_add(dims, a, og_dim_mul(dims, b, og_dim_int(dims, -1)));
}

og_dim og_dim_mul(og_dims *dims, og_dim a, og_dim b)
{
    int64_t x, y;
    bool known_a = og_dim_const(dims, a, &x), known_b = og_dim_const(dims, b, &y);

    if (known_a && known_b)
        return dim_fold(dims, DIM_MUL, x, y);
    if (known_a || (!known_b && a > b)) {
        og_dim swap = a;
        a = b;
        b = swap;
        known_b = known_a;
        y = x;
    }
    if (known_b && y == 0)
        return 0;
    if (known_b && y == 1)
        return a;
    if (dim_is(dims, a, DIM_MUL) && og_dim_const(dims, dim_at(dims, a)->b, &x)) {
        og_dim rest = dim_at(dims, a)->a; /* (r*x)*b: the number stays outermost */

        if (known_b)
            return og_dim_mul(dims, rest, dim_fold(dims, DIM_MUL, x, y));
        return og_dim_mul(dims, og_dim_mul(dims, rest, b), og_dim_int(dims, x));
    }
    return dim_binary(dims, DIM_MUL, a, b);
}

/* a without one factor b, if it has that factor. */
static bool dim_without(og_dims *dims, og_dim a, og_dim b, og_dim *rest)
{
    int64_t x, y;
    og_dim left;

    if (a == b) {
        *rest = 1;
        return true;
    }
    if (og_dim_const(dims, a, &x) && og_dim_const(dims, b, &y)) {
        *rest = y ? og_dim_int(dims, x / y) : 0;
        return y && x % y == 0;
    }
    if (!dim_is(dims, a, DIM_MUL))
        return false;
    dim_expr e = *dim_at(dims, a);
    if (dim_without(dims, e.b, b, &left)) {
        *rest = og_dim_mul(dims, e.a, left);
        return true;
    }
    if (dim_without(dims, e.a, b, &left)) {
        *rest = og_dim_mul(dims, left, e.b);
        return true;
    }
    return false;
}

og_dim og_dim_div(og_dims *dims, og_dim a, og_dim b)
{
    int64_t x, y;
    og_dim rest = a;

    if (b == 1)
        return a;
    if (og_dim_const(dims, a, &x) && og_dim_const(dims, b, &y))
        return dim_fold(dims, DIM_DIV, x, y);
    if (dim_is(dims, b, DIM_MUL)) { /* factor by factor, as far as it goes */
        dim_expr e = *dim_at(dims, b);

        if (dim_without(dims, a, e.a, &rest) && dim_without(dims, rest, e.b, &rest))
            return rest;
        if (dim_without(dims, a, e.b, &rest))
            return og_dim_div(dims, rest, e.a);
    } else if (dim_without(dims, a, b, &rest)) {
        return rest;
    }
    return dim_binary(dims, DIM_DIV, a, b);
}

og_dim og_dim_max(og_dims *dims, og_dim a, og_dim b)
{
    return a == b ? a : dim_binary(dims, DIM_MAX, a, b);
}

og_dim og_dim_min(og_dims *dims, og_dim a, og_dim b)
{
    return a == b ? a : dim_binary(dims, DIM_MIN, a, b);
}

static void dim_print(const og_dims *dims, og_dim d, og_text *text)
{
    static const char sign[] = { [DIM_ADD] = '+', [DIM_MUL] = '*', [DIM_DIV] = '/' };
    int64_t number;

    if (og_dim_const(dims, d, &number)) {
        og_text_print(text, "%lld", (long long)number);
        return;
    }
    const dim_expr *e = dim_at(dims, d);
    if (e->op == DIM_SYMBOL) {
        char name[128];

        og_text_print(text, "%s", og_escape(name, sizeof name, e->name));
        return;
    }
    bool call = e->op == DIM_MAX || e->op == DIM_MIN;
    og_text_print(text, "%s", call ? (e->op == DIM_MAX ? "max(" : "min(") : "(");
    dim_print(dims, e->a, text);
    if (call)
        og_text_print(text, ",");
    else if (!(e->op == DIM_ADD && og_dim_const(dims, e->b, &number) && number < 0))
        og_text_print(text, "%c", sign[e->op]);
    dim_print(dims, e->b, text);
    og_text_print(text, ")");
}

char *og_dim_text(const og_dims *dims, og_dim d, char *out, size_t size)
{
    og_text text = { 0 };

    dim_print(dims, d, &text);
    const char *s = text.data ? text.data : "?";
    size_t n = strlen(s);
    if (n > 1 && s[0] == '(') { /* no need of the outermost parentheses */
        s++;
        n -= 2;
    }
    snprintf(out, size, "%.*s", (int)n, s);
    og_text_free(&text);
    return out;
}
