/*
 * MatMul: numpy's product of matrices, stacks of them and vectors; and onnxgrad.MatMulT, the same
 * on stacks of matrices that are read transposed, which is what the gradient needs.
 *
 * One kernel serves both.  A stack times one matrix is a single product with all rows of the stack.
 * Pieces are tiles of one product, or groups of whole products where these are small.
 */
#include "ops/nn/nn.h"

typedef struct {
    int64_t transA, transB;
} matmul_attrs;

/* MatMul has no attributes. */
static matmul_attrs matmul_flags(const og_op *op, const void *attrs)
{
    return op->attr_size ? *(const matmul_attrs *)attrs : (matmul_attrs){ 0 };
}

og_status og_nn_matmul_shape(og_infer *c, int a, int b, bool trans_a, bool trans_b)
{
    const int ra = og_infer_rank(c, a), rb = og_infer_rank(c, b);
    const int least = c->op->attr_size ? 2 : 1;
    og_dim dims[OG_MAX_RANK], inner;
    int rank;

    if (ra < least || rb < least)
        return og_infer_fail(c, OG_BAD_SHAPE, "inputs have ranks %d and %d, expected at least %d",
                             ra, rb, least);
    OG_TRY(og_infer_agree(c, "the inner size of A and B", og_infer_dim(c, a, ra - 1 - trans_a),
                          og_infer_dim(c, b, rb == 1 ? 0 : rb - 2 + trans_b), &inner));
    OG_TRY(og_broadcast_dims(c, ra > 2 ? ra - 2 : 0, c->in[a]->dims, rb > 2 ? rb - 2 : 0,
                             c->in[b]->dims, &rank, dims));
    if (ra > 1)
        dims[rank++] = og_infer_dim(c, a, ra - 2 + trans_a);
    if (rb > 1)
        dims[rank++] = og_infer_dim(c, b, rb - 1 - trans_b);
    return og_infer_shape(c, 0, rank, dims);
}

static og_status matmul_infer(og_infer *c)
{
    const matmul_attrs t = matmul_flags(c->op, c->attrs);

    return og_nn_matmul_shape(c, 0, 1, t.transA != 0, t.transB != 0);
}

static int matmul_valid_from(const og_node *node)
{
    return og_nn_type_since(node, 1, 9, 13);
}

/* x with its last two axes swapped. */
static og_value *matmul_swap(og_value *x)
{
    const int rank = og_rank(x);
    int64_t perm[OG_MAX_RANK];

    for (int i = 0; i < rank; i++)
        perm[i] = i;
    if (rank >= 2) {
        perm[rank - 2] = rank - 1;
        perm[rank - 1] = rank - 2;
    }
    return og_transpose(x, (og_ints){ .n = rank, .v = perm });
}

static void matmul_t_expand(og_rewrite *c)
{
    const matmul_attrs *t = c->attrs;
    og_value *a = og_in(c, 0), *b = og_in(c, 1);

    og_replace(c, 0, og_matmul(t->transA ? matmul_swap(a) : a, t->transB ? matmul_swap(b) : b));
}

/* op(a) op(b) of stacks, as Gemm where both are matrices. */
static og_value *matmul_of(og_value *a, bool trans_a, og_value *b, bool trans_b)
{
    if (og_rank(a) == 2 && og_rank(b) == 2)
        return og_nn_gemm(a, trans_a, b, trans_b, 1);
    if (!trans_a && !trans_b)
        return og_matmul(a, b);
    return OG_OP("onnxgrad::MatMulT",
                 OG_ATTRS(OG_SET_INT("transA", trans_a), OG_SET_INT("transB", trans_b)), a, b);
}

/* A matrix of the rows of a stack. */
static og_value *matmul_rows(og_value *x)
{
    return og_rank(x) > 2 ? og_flatten(x, og_rank(x) - 1) : x;
}

/* dA = dY op(B)^T, or its transpose, summed over what was broadcast. */
static og_value *matmul_da(og_value *a, og_value *b, og_value *dy, bool ta, bool tb)
{
    if (!ta && og_rank(b) == 2 && og_rank(a) > 2)
        return og_reshape_like(og_nn_gemm(matmul_rows(dy), false, b, !tb, 1), a);
    return og_sum_to_like(ta ? matmul_of(b, tb, dy, true) : matmul_of(dy, false, b, !tb), a);
}

static og_value *matmul_db(og_value *a, og_value *b, og_value *dy, bool ta, bool tb)
{
    if (!ta && og_rank(b) == 2)
        return tb ? og_nn_gemm(matmul_rows(dy), true, matmul_rows(a), false, 1)
                  : og_nn_gemm(matmul_rows(a), true, matmul_rows(dy), false, 1);
    return og_sum_to_like(tb ? matmul_of(dy, true, a, ta) : matmul_of(a, !ta, dy, false), b);
}

/* A vector is a matrix of one row (A) or one column (B), whose axis the result then lacks. */
static void matmul_gradient(og_grad *c)
{
    const matmul_attrs t = matmul_flags(c->node->op, c->attrs);
    og_value *a = og_x(c, 0), *b = og_x(c, 1), *dy = og_dy(c, 0);
    const bool row = og_rank(a) == 1, column = og_rank(b) == 1;
    og_value *x = row ? og_unsqueeze(a, OG_INTS(0)) : a,
             *y = column ? og_unsqueeze(b, OG_INTS(1)) : b;

    if (column)
        dy = og_unsqueeze(dy, OG_INTS(-1));
    if (row)
        dy = og_unsqueeze(dy, OG_INTS(-2));
    if (og_wants(c, 0)) {
        og_value *dx = matmul_da(x, y, dy, t.transA != 0, t.transB != 0);

        og_set_dx(c, 0, row ? og_squeeze(dx, OG_INTS(0)) : dx);
    }
    if (og_wants(c, 1)) {
        og_value *dx = matmul_db(x, y, dy, t.transA != 0, t.transB != 0);

        og_set_dx(c, 1, column ? og_squeeze(dx, OG_INTS(1)) : dx);
    }
}

typedef struct {
    og_gemm_args product;
    og_gemm_tiles tiles;  /* of one product */
    int64_t batch, group; /* products in all and in one piece; group 1: pieces are tiles */
    int64_t *a, *b;       /* [batch] offsets in elements */
} matmul_plan;

/* Offsets of the matrices of one input under numpy's broadcasting of the axes before the last two.
 */
static void matmul_offsets(const og_tensor *y, int y_batch_rank, const og_tensor *x,
                           int64_t *offsets, int64_t batch)
{
    const int rank = x->rank > 2 ? x->rank - 2 : 0;
    const int64_t size = x->rank > 1 ? x->dims[x->rank - 1] * x->dims[x->rank - 2] : 0;

    for (int64_t i = 0; i < batch; i++) {
        int64_t rest = i, step = size, offset = 0;

        for (int axis = 1; axis <= y_batch_rank; axis++) {
            const int64_t at = rest % y->dims[y_batch_rank - axis];

            rest /= y->dims[y_batch_rank - axis];
            if (axis <= rank && x->dims[rank - axis] > 1)
                offset += at * step;
            if (axis <= rank)
                step *= x->dims[rank - axis];
        }
        offsets[i] = offset;
    }
}

/* The matrices: a vector A is one row, a vector B one column. */
static void matmul_sizes(matmul_plan *p, const og_tensor *a, const og_tensor *b, matmul_attrs t)
{
    og_gemm_args *g = &p->product;

    g->elem = a->elem;
    g->alpha = 1;
    g->trans_a = t.transA != 0;
    g->trans_b = t.transB != 0;
    g->lda = a->dims[a->rank - 1];
    g->ldb = b->rank > 1 ? b->dims[b->rank - 1] : 1;
    g->m = a->rank > 1 ? a->dims[a->rank - 2 + g->trans_a] : 1;
    g->k = a->dims[a->rank - 1 - g->trans_a];
    g->n = b->rank > 1 ? b->dims[b->rank - 1 - g->trans_b] : 1;
    g->ldc = g->n;
}

static og_status matmul_prepare(og_call *c)
{
    const og_tensor *a = c->in[0], *b = c->in[1], *y = c->out[0];
    matmul_plan *p = og_call_alloc(c, sizeof *p);
    const double small = 1e6;
    double work;

    if (!p)
        return OG_NO_MEMORY;
    matmul_sizes(p, a, b, matmul_flags(c->op, c->attrs));
    p->batch = og_count(y->rank - (a->rank > 1) - (b->rank > 1), y->dims);
    if (b->rank <= 2 && a->rank > 2 && !p->product.trans_a) {
        p->product.m *= p->batch;
        p->batch = 1;
    }
    p->a = og_call_alloc(c, (size_t)p->batch * sizeof *p->a + 1);
    p->b = og_call_alloc(c, (size_t)p->batch * sizeof *p->b + 1);
    if (!p->a || !p->b)
        return OG_NO_MEMORY;
    if (p->batch > 1) {
        const int rank = y->rank - (a->rank > 1) - (b->rank > 1);

        matmul_offsets(y, rank, a, p->a, p->batch);
        matmul_offsets(y, rank, b, p->b, p->batch);
    }
    work = (double)p->product.m * (double)p->product.n * (double)p->product.k;
    p->tiles = og_gemm_split(p->product.m, p->product.n, p->product.k);
    p->group =
        p->tiles.down * p->tiles.across != 1 || work > small ? 1 : (int64_t)(small / (work + 1));
    p->group = p->group < 1 ? 1 : p->group > p->batch ? p->batch : p->group;
    c->pieces = 0;
    if (p->group > 0)
        c->pieces = (p->batch + p->group - 1) / p->group * p->tiles.down * p->tiles.across;
    c->cost = og_gemm_cost(p->tiles.rows, p->tiles.columns, p->product.k) * (double)p->group;
    c->flops = 2 * work * (double)p->batch;
    return OG_OK;
}

static void matmul_run(const og_call *c, int64_t piece, void *scratch)
{
    const matmul_plan *p = c->work;
    const int64_t tiles = p->tiles.down * p->tiles.across;
    const int64_t first = piece / tiles * p->group;
    const int64_t last = first + p->group < p->batch ? first + p->group : p->batch;
    const size_t size = (size_t)og_elem_bits(p->product.elem) / 8;

    (void)scratch;
    for (int64_t i = first; i < last; i++) {
        og_gemm_args g = p->product;

        g.a = (const char *)c->in[0]->data + (size_t)p->a[i] * size;
        g.b = (const char *)c->in[1]->data + (size_t)p->b[i] * size;
        g.c = (char *)c->out[0]->data + (size_t)(i * g.m * g.n) * size;
        g = og_gemm_tile(&g, &p->tiles, piece % tiles);
        og_gemm_run(&g);
    }
}

const og_op og_op_matmul = {
    .name = "MatMul",
    .builder = "matmul",
    .version = 13,
    .valid_from = 1,
    .valid_from_node = matmul_valid_from,
    .versions = "1 9",
    .doc = "numpy's matrix product of matrices, stacks of matrices and vectors.",
    .in = { OG_PORT("A", OG_NN_PRODUCTS, .role = OG_ROLE_WEIGHT),
            OG_PORT("B", OG_SAME_AS(0), .role = OG_ROLE_WEIGHT) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .infer = matmul_infer,
    .gradient = matmul_gradient,
    .prepare = matmul_prepare,
    .run = matmul_run,
    .samples = OG_SAMPLES("float[3,5] A; float[5,7] B", "double[2,3,4] A; double[4,5] B",
                          "float[3] A; float[3] B", "float[3] A; float[2,3,2] B",
                          "float[2,1,3,4] A; float[4] B", "float[4,1,2,3] A; float[5,3,2] B",
                          "float[4,3] A; float[2,3,5] B", "float[0,3] A; float[3,2] B",
                          "float[2,0] A; float[0,3] B", "float[2,0,3] A; float[3,4] B",
                          "float[0,2,3] A; float[1,3,4] B", "int32[2,3] A; int32[3] B",
                          "int64[2,2,3] A; int64[2,3,1] B", "float[1,7] A; float[7,33] B",
                          "float[33,7] A; float[7,1] B"),
};

const og_op og_op_matmul_t = {
    .name = "MatMulT",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "Product of stacks of matrices, each transposed if wished.",
    .in = { OG_PORT("A", OG_NN_PRODUCTS), OG_PORT("B", OG_SAME_AS(0)) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(matmul_attrs, transA, 0), OG_INT_ATTR(matmul_attrs, transB, 0) },
    .attr_size = sizeof(matmul_attrs),
    .infer = matmul_infer,
    .expand = matmul_t_expand,
    .gradient = matmul_gradient,
    .prepare = matmul_prepare,
    .run = matmul_run,
    .samples = OG_SAMPLES("float[2,5,3] A; float[2,5,4] B; transA=1",
                          "double[3,1,2,4] A; double[2,5,4] B; transB=1",
                          "float[2,3,2] A; float[4,3] B; transA=1; transB=1",
                          "float[0,3,2] A; float[1,4,3] B; transA=1; transB=1"),
};
