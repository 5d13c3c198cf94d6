/* The driver of fused update operators: one loop over pieces of fixed length. */
#include "ops/training/update.h"

enum { UPDATE_PIECE = 16384, UPDATE_MOST = 16 };

og_status og_update_infer(og_infer *c, int tensors)
{
    int rank = og_infer_rank(c, 0);

    for (int j = 1; j < c->n_in; j++) {
        if (og_infer_rank(c, j) != (j < tensors ? rank : 0))
            return og_infer_fail(c, OG_BAD_SHAPE, "input %d has %d axes, expected %d", j,
                                 og_infer_rank(c, j), j < tensors ? rank : 0);
        for (int i = 0; j < tensors && i < rank; i++) {
            og_dim both;

            OG_TRY(og_infer_agree(c, "the shapes", og_infer_dim(c, 0, i), og_infer_dim(c, j, i),
                                  &both));
        }
    }
    return og_infer_same(c);
}

og_status og_update_prepare(og_call *c)
{
    int64_t n = c->in[0]->count;

    c->pieces = n / UPDATE_PIECE + (n % UPDATE_PIECE > 0);
    c->cost = 0.2 * (c->n_in + c->n_out) * UPDATE_PIECE;
    c->piece_scratch = UPDATE_PIECE * sizeof(double);
    return OG_OK;
}

void og_update_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_tensor *x = c->in[0];
    int64_t at = piece * UPDATE_PIECE, left = x->count - at, step[UPDATE_MOST];
    size_t size = (size_t)og_elem_bits(x->elem) / 8;
    const void *in[UPDATE_MOST];
    void *out[UPDATE_MOST];

    assert(c->n_in <= UPDATE_MOST && c->n_out <= UPDATE_MOST);
    for (int j = 0; j < c->n_in; j++) {
        step[j] = c->in[j]->rank == x->rank && c->in[j]->count == x->count;
        in[j] = (const char *)c->in[j]->data + (size_t)(at * step[j]) * size;
    }
    for (int k = 0; k < c->n_out; k++) /* what nobody reads goes to a place of its own */
        out[k] = c->out[k] ? (char *)c->out[k]->data + (size_t)at * size : scratch;
    c->op->loop(c->attrs, x->elem, x->elem)(out, in, step,
                                            left < UPDATE_PIECE ? left : UPDATE_PIECE, c->attrs);
}
