/*
 * Gemm: Y = alpha op(A) op(B) + beta C, op being the transpose where the attribute says so and C
 * being broadcast to the shape of the product.
 *
 * Each piece makes one tile of Y: it writes beta C there and lets the product add to it.  The
 * gradients of A and B are products of the same kind, so nothing is transposed in memory.
 */
#include "ops/nn/nn.h"

typedef struct {
    float alpha, beta;
    int64_t transA, transB;
} gemm_attrs;

static og_status gemm_infer(og_infer *c)
{
    const gemm_attrs *a = c->attrs;
    const bool ta = a->transA != 0, tb = a->transB != 0;
    og_dim dims[2], inner, all[2];
    int rank;

    for (int i = 0; i < 2; i++)
        if (og_infer_rank(c, i) != 2)
            return og_infer_fail(c, OG_BAD_SHAPE, "input %s has rank %d, expected a matrix",
                                 c->op->in[i].name, og_infer_rank(c, i));
    OG_TRY(og_infer_agree(c, "the inner size of A and B", og_infer_dim(c, 0, !ta),
                          og_infer_dim(c, 1, tb), &inner));
    dims[0] = og_infer_dim(c, 0, ta);
    dims[1] = og_infer_dim(c, 1, !tb);
    if (og_infer_has(c, 2)) {
        if (og_infer_rank(c, 2) > 2)
            return og_infer_fail(c, OG_BAD_SHAPE, "input C has rank %d, expected at most 2",
                                 og_infer_rank(c, 2));
        OG_TRY(og_broadcast_dims(c, 2, dims, og_infer_rank(c, 2), c->in[2]->dims, &rank, all));
        for (int i = 0; i < 2; i++)
            if (og_dim_known(dims[i]) && og_dim_known(all[i]) && all[i] != dims[i])
                return og_infer_fail(c, OG_BAD_SHAPE,
                                     "axis %d of C is %lld, expected 1 or the %lld of the product",
                                     i, (long long)all[i], (long long)dims[i]);
    }
    return og_infer_shape(c, 0, 2, dims);
}

/* Until version 6 an attribute allowed the broadcast of C that is now always allowed. */
static void gemm_upgrade(og_rewrite *c, int from)
{
    if (from < 7)
        og_drop_attr(c, "broadcast");
}

static int gemm_valid_from(const og_node *node)
{
    const int since = og_nn_type_since(node, 7, 9, 13);

    return since < 11 && (node->n_in < 3 || !node->in[2]) ? 11 : since;
}

static void gemm_expand(og_rewrite *c)
{
    const gemm_attrs *a = c->attrs;
    og_value *x = og_in(c, 0), *y = og_in(c, 1), *bias = og_in(c, 2);
    og_value *product = og_matmul(a->transA ? og_transpose(x, OG_INTS(1, 0)) : x,
                                  a->transB ? og_transpose(y, OG_INTS(1, 0)) : y);

    if (a->alpha != 1)
        product = og_times(product, (double)a->alpha);
    if (bias)
        product = og_add(product, a->beta != 1 ? og_times(bias, (double)a->beta) : bias);
    og_replace(c, 0, product);
}

static void gemm_gradient(og_grad *c)
{
    const gemm_attrs *a = c->attrs;
    const bool ta = a->transA != 0, tb = a->transB != 0;
    og_value *dy = og_dy(c, 0), *bias = og_x(c, 2);

    if (og_wants(c, 0))
        og_set_dx(c, 0,
                  ta ? og_nn_gemm(og_x(c, 1), tb, dy, true, a->alpha)
                     : og_nn_gemm(dy, false, og_x(c, 1), !tb, a->alpha));
    if (og_wants(c, 1))
        og_set_dx(c, 1,
                  tb ? og_nn_gemm(dy, true, og_x(c, 0), ta, a->alpha)
                     : og_nn_gemm(og_x(c, 0), !ta, dy, false, a->alpha));
    if (bias && og_wants(c, 2)) {
        og_value *sum = og_sum_to_like(dy, bias);

        og_set_dx(c, 2, a->beta != 1 ? og_times(sum, (double)a->beta) : sum);
    }
}

/* Strides of C read as a matrix of the product's shape, 0 along a broadcast axis. */
typedef struct {
    og_gemm_args product;
    og_gemm_tiles tiles;
    int64_t c_row, c_column;
} gemm_plan;

static og_status gemm_prepare(og_call *c)
{
    const gemm_attrs *a = c->attrs;
    gemm_plan *p = og_call_alloc(c, sizeof *p);
    const og_tensor *x = c->in[0], *y = c->in[1];
    const int64_t m = x->dims[a->transA != 0], k = x->dims[!a->transA], n = y->dims[!a->transB];

    if (!p)
        return OG_NO_MEMORY;
    p->product = (og_gemm_args){ .elem = x->elem,
                                 .trans_a = a->transA != 0,
                                 .trans_b = a->transB != 0,
                                 .alpha = (double)a->alpha,
                                 .m = m,
                                 .n = n,
                                 .k = k,
                                 .lda = x->dims[1],
                                 .ldb = y->dims[1],
                                 .ldc = n };
    if (c->n_in > 2 && c->in[2] && c->in[2]->rank > 0) {
        const og_tensor *bias = c->in[2];
        const int64_t width = bias->dims[bias->rank - 1],
                      height = bias->rank > 1 ? bias->dims[0] : 1;

        p->c_column = width > 1;
        p->c_row = height > 1 ? width : 0;
    }
    p->tiles = og_gemm_split(m, n, k);
    c->pieces = p->tiles.down * p->tiles.across;
    c->cost = og_gemm_cost(p->tiles.rows, p->tiles.columns, k);
    c->flops = 2 * (double)m * (double)n * (double)k;
    return OG_OK;
}

static void gemm_run(const og_call *c, int64_t piece, void *scratch)
{
    const gemm_attrs *a = c->attrs;
    const gemm_plan *p = c->work;
    const og_tensor *bias = c->n_in > 2 ? c->in[2] : NULL;
    og_gemm_args g = p->product, tile;

    (void)scratch;
    g.a = c->in[0]->data;
    g.b = c->in[1]->data;
    g.c = c->out[0]->data;
    tile = og_gemm_tile(&g, &p->tiles, piece);
    if (bias) {
        const int64_t i = piece / p->tiles.across * p->tiles.rows;
        const int64_t j = piece % p->tiles.across * p->tiles.columns;
        const size_t offset = (size_t)(i * p->c_row + j * p->c_column);

        og_gemm_fill(&tile, (const char *)bias->data + offset * (size_t)og_elem_bits(g.elem) / 8,
                     p->c_row, p->c_column, (double)a->beta);
        tile.add = true;
    }
    og_gemm_run(&tile);
}

const og_op og_op_gemm = {
    .name = "Gemm",
    .version = 13,
    .valid_from = 7,
    .valid_from_node = gemm_valid_from,
    .versions = "1 6 7 9 11",
    .doc = "Product of two matrices, each transposed if wished, plus a bias.",
    .in = { OG_PORT("A", OG_NN_PRODUCTS, .role = OG_ROLE_WEIGHT),
            OG_PORT("B", OG_SAME_AS(0), .role = OG_ROLE_WEIGHT),
            OG_PORT("C", OG_SAME_AS(0), .optional = true, .role = OG_ROLE_BIAS) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_FLOAT_ATTR(gemm_attrs, alpha, 1), OG_FLOAT_ATTR(gemm_attrs, beta, 1),
              OG_INT_ATTR(gemm_attrs, transA, 0), OG_INT_ATTR(gemm_attrs, transB, 0) },
    .attr_size = sizeof(gemm_attrs),
    .infer = gemm_infer,
    .upgrade = gemm_upgrade,
    .expand = gemm_expand,
    .gradient = gemm_gradient,
    .prepare = gemm_prepare,
    .run = gemm_run,
    .samples = OG_SAMPLES(
        "float[3,5] A; float[5,7] B; float[7] C",
        "double[5,3] A; double[7,5] B; double[3,1] C; transA=1; transB=1; alpha=0.5; beta=-2",
        "float[1,9] A; float[4,9] B; transB=1", "float[9,2] A; float[9,1] B; float[] C; transA=1",
        "float[70,65] A; float[65,130] B; float[1,130] C", "float[0,3] A; float[3,2] B; float[2] C",
        "float[2,0] A; float[0,3] B; float[2,3] C", "int32[2,3] A; int32[3,2] B; int32[1,1] C",
        "int64[2,3] A; int64[2,3] B; transB=1; beta=2"),
};
