/*
 * Einsum: sums of products over labelled axes.  It is its expansion: axes named twice by one tensor
 * become their diagonal, axes that one tensor alone has are summed, and tensors join from left to
 * right, by MatMul where they share an axis that is summed and by Mul where not.  The gradient
 * follows from the expansion.
 */
#include "ops/shape/einsum.h"

#include "ops/shape/shape.h"

typedef struct {
    const char *equation;
} einsum_attrs;

static og_status einsum_infer(og_infer *c)
{
    const einsum_attrs *a = c->attrs;
    int ranks[EINSUM_INPUTS];
    og_dim size[EINSUM_LABELS], dims[OG_MAX_RANK];
    einsum e;
    char why[160];

    for (int i = 0; i < c->n_in && i < EINSUM_INPUTS; i++)
        ranks[i] = og_infer_rank(c, i);
    if (!og_einsum_read(a->equation, c->n_in, ranks, &e, why, sizeof why))
        return og_infer_fail(c, OG_BAD_SHAPE, "%s", why);
    for (int k = 0; k < EINSUM_LABELS; k++)
        size[k] = 1;
    for (int i = 0; i < e.n_in; i++)
        for (int k = 0; k < e.in[i].n; k++) {
            og_dim *s = &size[e.in[i].label[k]], d = og_infer_dim(c, i, k);
            int first = og_einsum_axis(&e.in[i], e.in[i].label[k]);

            if (first != k) /* a diagonal does not broadcast */
                OG_TRY(og_infer_agree(c, "sizes of one label", d, og_infer_dim(c, i, first), NULL));
            if (*s == 1)
                *s = d;
            else if (d != 1)
                OG_TRY(og_infer_agree(c, "sizes of one label", *s, d, s));
        }
    for (int k = 0; k < e.out.n; k++)
        dims[k] = size[e.out.label[k]];
    return og_infer_shape(c, 0, e.out.n, dims);
}

/* ---- Expansion ------------------------------------------------------------------------------- */

/* A tensor under way. */
typedef struct operand {
    og_value *v;
    einsum_term t;
} operand;

/* Brings the axes into the order of `labels`, which are all of x's; labels that it lacks get
 * size 1. */
static og_value *arrange(const operand *x, const einsum_term *labels)
{
    int64_t perm[OG_MAX_RANK], missing[OG_MAX_RANK];
    int n = 0, lacks = 0;
    bool moved = false;

    for (int k = 0; k < labels->n; k++) {
        int axis = og_einsum_axis(&x->t, labels->label[k]);

        if (axis < 0)
            missing[lacks++] = k;
        else
            perm[n++] = axis;
    }
    for (int i = 0; i < n; i++)
        moved = moved || perm[i] != i;
    og_value *v = moved ? og_transpose(x->v, (og_ints){ n, perm }) : x->v;
    return lacks ? og_unsqueeze(v, (og_ints){ lacks, missing }) : v;
}

static void term_add(einsum_term *t, int label)
{
    t->label[t->n++] = (uint8_t)label;
}

static void term_remove(einsum_term *t, int axis)
{
    memmove(t->label + axis, t->label + axis + 1, (size_t)(t->n - axis - 1));
    t->n--;
}

/* The sizes of `n` axes from `first` on as one: int64[1]. */
static og_value *joined_size(og_value *x, int first, int n)
{
    og_value *size = og_int_like(x, 1);

    for (int i = 0; i < n; i++)
        size = i ? og_mul(size, og_shape_part(x, first + i, first + i + 1))
                 : og_shape_part(x, first, first + 1);
    return size;
}

/* Axes `a` and `b` of one label become one, their diagonal: in the matrix written as a line it is
 * every n+1st. */
static void take_diagonal(operand *x, int a, int b)
{
    einsum_term order = { 0 };
    int64_t perm[OG_MAX_RANK];
    int n = x->t.n, k = 0, label = x->t.label[a];

    for (int i = 0; i < n; i++)
        if (i != a && i != b) {
            perm[k++] = i;
            term_add(&order, x->t.label[i]);
        }
    perm[n - 2] = a;
    perm[n - 1] = b;
    term_add(&order, label);
    og_value *v = og_transpose(x->v, (og_ints){ n, perm });
    og_value *parts[2] = { n > 2 ? og_shape_part(v, 0, n - 2) : NULL, joined_size(v, n - 2, 2) };
    og_value *line = n > 2 ? og_concat(0, 2, parts) : parts[1];
    og_value *step = og_add(og_shape_part(v, n - 1, n), og_int_like(v, 1));
    x->v = og_slice(og_reshape(v, line), og_int_like(v, 0), og_int_like(v, INT64_MAX),
                    og_int_like(v, -1), step);
    x->t = order;
}

static void take_diagonals(operand *x)
{
    for (int i = 0; i < x->t.n; i++) {
        int first = og_einsum_axis(&x->t, x->t.label[i]);

        if (first != i) {
            take_diagonal(x, first, i);
            i = -1;
        }
    }
}

/* Sums the axes whose label nothing else needs. */
static void sum_alone(operand *x, const bool *needed)
{
    int64_t axes[OG_MAX_RANK];
    int n = 0;
    einsum_term left = { 0 };

    for (int i = 0; i < x->t.n; i++) {
        if (needed[x->t.label[i]])
            term_add(&left, x->t.label[i]);
        else
            axes[n++] = i;
    }
    if (n)
        x->v = og_reduce("ReduceSum", x->v, (og_ints){ n, axes }, false);
    x->t = left;
}

/* A summed axis that is 1 here and longer there broadcasts: it leaves this tensor, and the other
 * one sums it. */
static void drop_ones(operand *x, const operand *y, const bool *kept)
{
    for (int i = x->t.n; i-- > 0;) {
        int label = x->t.label[i], other = og_einsum_axis(&y->t, label);

        if (other < 0 || kept[label] || og_known_dim(x->v, i) != 1 ||
            og_known_dim(y->v, other) == 1)
            continue;
        x->v = og_squeeze(x->v, OG_INTS(i));
        term_remove(&x->t, i);
    }
}

/* x with axes [batch…, rows as one, columns as one]. */
static og_value *as_matrix(const operand *x, const einsum_term *batch, const einsum_term *rows,
                           const einsum_term *columns)
{
    einsum_term order = *batch;

    for (int i = 0; i < rows->n; i++)
        term_add(&order, rows->label[i]);
    for (int i = 0; i < columns->n; i++)
        term_add(&order, columns->label[i]);
    og_value *v = arrange(x, &order);
    if (rows->n == 1 && columns->n == 1)
        return v;
    og_value *parts[3] = { batch->n ? og_shape_part(v, 0, batch->n) : NULL,
                           joined_size(v, batch->n, rows->n),
                           joined_size(v, batch->n + rows->n, columns->n) };
    return og_reshape(v, og_concat(0, batch->n ? 3 : 2, batch->n ? parts : parts + 1));
}

/* The joined axes of a product apart again.  Batch sizes are the product's, for they may have
 * broadcast. */
static void split_matrix(operand *out, const operand *x, const operand *y, int batch, int rows)
{
    og_value *parts[OG_MAX_RANK];

    for (int i = 0; i < out->t.n; i++) {
        const operand *from = i < batch ? out : i < batch + rows ? x : y;
        int axis = i < batch ? i : og_einsum_axis(&from->t, out->t.label[i]);

        parts[i] = og_shape_part(from->v, axis, axis + 1);
    }
    out->v =
        og_reshape(out->v, out->t.n ? og_concat(0, out->t.n, parts)
                                    : og_ints_like(out->v, (og_ints){ 0, (const int64_t[]){ 0 } }));
}

/* The product of two tensors whose shared labels outside `kept` are summed. */
static operand join(operand x, operand y, const bool *kept)
{
    einsum_term batch = { 0 }, summed = { 0 }, rows = { 0 }, columns = { 0 };
    operand out = { NULL, { 0 } };

    for (int i = 0; i < x.t.n; i++) {
        int label = x.t.label[i];
        bool shared = og_einsum_axis(&y.t, label) >= 0;

        term_add(!shared ? &rows : kept[label] ? &batch : &summed, label);
    }
    for (int i = 0; i < y.t.n; i++)
        if (og_einsum_axis(&x.t, y.t.label[i]) < 0)
            term_add(&columns, y.t.label[i]);
    out.t = batch;
    for (int i = 0; i < rows.n; i++)
        term_add(&out.t, rows.label[i]);
    for (int i = 0; i < columns.n; i++)
        term_add(&out.t, columns.label[i]);
    if (summed.n == 0) {
        out.v = og_mul(arrange(&x, &out.t), arrange(&y, &out.t));
        return out;
    }
    og_value *left = as_matrix(&x, &batch, &rows, &summed),
             *right = as_matrix(&y, &batch, &summed, &columns);
    out.v = og_matmul(left, right);
    if (rows.n == 1 && columns.n == 1)
        return out;

    split_matrix(&out, &x, &y, batch.n, rows.n);
    return out;
}

static void einsum_expand(og_rewrite *c)
{
    const einsum_attrs *a = c->attrs;
    int ranks[EINSUM_INPUTS];
    einsum e;
    char why[160];
    operand all = { NULL, { 0 } };

    for (int i = 0; i < c->n_in && i < EINSUM_INPUTS; i++)
        ranks[i] = og_rank(og_in(c, i));
    if (!og_einsum_read(a->equation, c->n_in, ranks, &e, why, sizeof why)) {
        og_rewrite_fail(c, OG_BAD_SHAPE, "%s", why);
        return;
    }
    for (int i = 0; i < e.n_in; i++) {
        operand x = { og_in(c, i), e.in[i] };
        bool needed[EINSUM_LABELS] = { false }, kept[EINSUM_LABELS] = { false };

        for (int k = 0; k < e.out.n; k++)
            kept[e.out.label[k]] = true;
        for (int j = i + 1; j < e.n_in; j++)
            for (int k = 0; k < e.in[j].n; k++)
                kept[e.in[j].label[k]] = true;
        take_diagonals(&x);
        if (i > 0) {
            drop_ones(&x, &all, kept);
            drop_ones(&all, &x, kept);
        }
        memcpy(needed, kept, sizeof needed);
        for (int k = 0; i > 0 && k < all.t.n; k++)
            needed[all.t.label[k]] = true;
        sum_alone(&x, needed);
        if (i > 0) {
            memcpy(needed, kept, sizeof needed);
            for (int k = 0; k < x.t.n; k++)
                needed[x.t.label[k]] = true;
            sum_alone(&all, needed);
        }
        all = i == 0 ? x : join(all, x, kept);
    }
    og_replace(c, 0, arrange(&all, &e.out));
}

const og_op og_op_einsum = {
    .name = "Einsum",
    .version = 28,
    .valid_from = 12,
    .versions = "12",
    .doc = "Sums of products over labelled axes.",
    .in = { OG_PORT("Inputs", OG_NUMERIC, .variadic = true) },
    .out = { OG_PORT("Output", OG_SAME_AS(0)) },
    .attr = { OG_NEED_ATTR(einsum_attrs, equation, STRING) },
    .attr_size = sizeof(einsum_attrs),
    .infer = einsum_infer,
    .expand = einsum_expand,
    .samples = OG_SAMPLES(
        "float[2,3] a; float[3,4] b; equation=ij,jk->ik", "double[3,3] a; equation=ii->i",
        "double[2,3,4] a; double[5,4] b; equation=...j,kj->k...",
        "double[2,3] a; double[3,2] b; double[2,4] c; equation=ij,ji,ik->k",
        "float[2,3,3] a; equation=bii", "float[2,0] a; float[0,3] b; equation=ij,jk"),
};
