/* Plans of pools, and which loops this machine runs. */
#include "kernels/pool.h"

#include "kernels/conv_sizes.h"
#include "kernels/kernels.h"

const og_pool_loops *og_pool_loops_of(og_elem elem)
{
    return &og_kernels_get()->pool[elem == OG_FLOAT    ? 0
                                   : elem == OG_DOUBLE ? 1
                                   : elem == OG_INT8   ? 2
                                                       : 3];
}

int64_t og_pool_entries(const og_conv_shape *s)
{
    int64_t n = 1;

    for (int i = 0; i < s->rank; i++)
        n += s->out[i];
    return n;
}

/* Kernel positions k for which 0 <= from + k dilation < size. */
static void positions_inside(int64_t from, int64_t size, int64_t kernel, int64_t dilation,
                             int64_t *low, int64_t *high)
{
    *low = from < 0 ? (-from + dilation - 1) / dilation : 0;
    *high = size > from ? (size - from + dilation - 1) / dilation : 0;
    *high = least(*high, kernel);
    *low = least(*low, *high > 0 ? *high : 0);
    *high = *high < *low ? *low : *high;
}

void og_pool_plan(og_pool *p, int64_t *k_low, int64_t *k_high, int64_t *counts)
{
    const og_conv_shape *s = &p->s;
    int64_t first = 0;

    p->k_low = k_low;
    p->k_high = k_high;
    p->counts = counts;
    p->in_size = product_of(s->rank, s->in);
    p->out_size = product_of(s->rank, s->out);
    p->pairs = s->rank == 2;
    for (int i = 0; i < s->rank; i++) {
        p->first[i] = first;
        p->pairs = p->pairs && s->kernel[i] == 2 && s->stride[i] == 2 && s->dilation[i] == 1 &&
                   s->before[i] == 0 && 2 * s->out[i] <= s->in[i];
        for (int64_t at = 0; at < s->out[i]; at++, first++) {
            const int64_t from = at * s->stride[i] - s->before[i];
            int64_t low, high;

            positions_inside(from, s->in[i], s->kernel[i], s->dilation[i], &k_low[first],
                             &k_high[first]);
            positions_inside(from, s->in[i] + p->after[i], s->kernel[i], s->dilation[i], &low,
                             &high);
            counts[first] = p->include_pad ? high : k_high[first] - k_low[first];
        }
    }
}
