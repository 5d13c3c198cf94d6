/*
 * Kernels made of og_embed, a map per axis.  Maps come from bounds or pads: where these are
 * constants the maps stand with the plan, else each run fills them into the call's shared memory
 * and does one piece.
 */
#include "ops/shape/shape.h"

og_status og_embed_prepare(og_call *c, og_embed_maps *maps, int first, int last)
{
    const og_tensor *y = c->out[0];
    int64_t size = og_embed_size(y->rank, y->dims);
    og_embed *e;
    int64_t *numbers;

    for (int i = first; i <= last; i++)
        if (og_call_late(c, i)) {
            c->shared_scratch = (size_t)size * sizeof(int64_t);
            c->cost = (double)y->count;
            return OG_OK;
        }
    e = og_call_alloc(c, sizeof *e);
    numbers = og_call_alloc(c, (size_t)size * sizeof(int64_t) + 1);
    if (!e || !numbers)
        return og_call_fail(c, OG_NO_MEMORY, "no memory for a plan");
    maps(c, numbers);
    og_embed_set(e, y->elem, y->rank, y->dims, c->in[0]->dims, numbers);
    c->work = e;
    c->pieces = e->pieces;
    c->cost = (double)y->count / (double)e->pieces * 0.1 * (double)og_elem_bits(y->elem) / 8;
    return OG_OK;
}

void og_embed_run(const og_call *c, int64_t piece, void *scratch, og_embed_maps *maps,
                  const void *value)
{
    static const uint64_t zero[2];
    const og_tensor *y = c->out[0];
    og_embed late;

    (void)scratch;
    value = value ? value : zero;
    if (c->work) {
        og_embed_piece(c->work, y->data, c->in[0]->data, value, piece);
        return;
    }
    maps(c, c->shared);
    og_embed_set(&late, y->elem, y->rank, y->dims, c->in[0]->dims, c->shared);
    for (int64_t i = 0; i < late.pieces; i++)
        og_embed_piece(&late, y->data, c->in[0]->data, value, i);
}
