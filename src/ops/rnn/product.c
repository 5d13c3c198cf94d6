/*
 * Products with one matrix for all steps of a sequence: packed once into panels as wide as a tile
 * of registers (kernels/tile.h), where the steps are enough to pay for that.
 */
#include "ops/rnn/rnn.h"

int64_t og_rnn_ld(og_elem elem, int64_t n)
{
    const int width = og_tiles_of(elem)->width;

    return (n + width - 1) / width * width;
}

size_t og_rnn_packed_size(og_elem elem, int64_t k, int64_t n)
{
    return (size_t)(k * og_rnn_ld(elem, n)) * (size_t)og_elem_bits(elem) / 8;
}

/* Panel j holds columns [j width, (j + 1) width), row after row, zeros beyond n. */
static void pack_panel(const og_rnn_matrix *m, int64_t from, int64_t width, char *to)
{
    const size_t size = (size_t)og_elem_bits(m->elem) / 8;
    const int64_t n = m->n - from < width ? m->n - from : width;
    const int64_t row = m->trans ? 1 : m->ld, column = m->trans ? m->ld : 1;
    const char *b = (const char *)m->b + (size_t)(from * column) * size;

    if (n < width)
        memset(to, 0, (size_t)(m->k * width) * size);
    for (int64_t i = 0; i < m->k; i++, b += (size_t)row * size, to += (size_t)width * size)
        if (!m->trans)
            memcpy(to, b, (size_t)n * size);
        else if (m->elem == OG_FLOAT)
            for (int64_t j = 0; j < n; j++)
                ((float *)(void *)to)[j] = ((const float *)(const void *)b)[j * column];
        else
            for (int64_t j = 0; j < n; j++)
                ((double *)(void *)to)[j] = ((const double *)(const void *)b)[j * column];
}

void og_rnn_pack(og_rnn_matrix *m)
{
    const int64_t width = og_tiles_of(m->elem)->width;
    const size_t panel = og_rnn_packed_size(m->elem, m->k, width);

    for (int64_t j = 0; j * width < m->n; j++)
        pack_panel(m, j * width, width, (char *)m->packed + (size_t)j * panel);
}

static void product_plain(const og_rnn_matrix *m, int64_t rows, const void *a, int64_t lda,
                          bool add, void *c, int64_t ldc)
{
    og_gemm_run(&(og_gemm_args){ .elem = m->elem,
                                 .trans_b = m->trans,
                                 .add = add,
                                 .alpha = 1,
                                 .m = rows,
                                 .n = m->n,
                                 .k = m->k,
                                 .a = a,
                                 .lda = lda,
                                 .b = m->b,
                                 .ldb = m->ld,
                                 .c = c,
                                 .ldc = ldc });
}

void og_rnn_multiply(const og_rnn_matrix *m, int64_t rows, const void *a, int64_t lda, bool add,
                     void *c, int64_t ldc)
{
    const og_tiles *tiles = og_tiles_of(m->elem);
    const size_t size = (size_t)og_elem_bits(m->elem) / 8;
    const int64_t groups = (rows + tiles->rows - 1) / tiles->rows;

    if (!m->packed) {
        product_plain(m, rows, a, lda, add, c, ldc);
        return;
    }
    for (int64_t j = 0; j < m->n; j += tiles->width)
        for (int64_t g = 0; g < groups; g++) {
            /* even groups: 14 rows are 5, 5 and 4 */
            const int64_t from = rows * g / groups, to = rows * (g + 1) / groups;

            tiles->product(
                &(og_tile_product){ .rows = (int)(to - from),
                                    .add = add,
                                    .narrow = m->n - j <= tiles->width / 2,
                                    .runs = 1,
                                    .k = m->k,
                                    .a = (const char *)a + (size_t)(from * lda) * size,
                                    .a_row = lda,
                                    .a_k = 1,
                                    .b = (const char *)m->packed + (size_t)(j * m->k) * size,
                                    .b_k = tiles->width,
                                    .c = (char *)c + (size_t)(from * ldc + j) * size,
                                    .ldc = ldc });
        }
}
