/*
 * accumulate: the mean of n gradients in a row; what follows happens once for all n.
 *
 * The sum is divided once, at the end, so that n equal gradients give that gradient.
 */
#include "optim/optim.h"

static og_status accumulate_build(og_stage_context *c)
{
    double n = og_stage_number(c, "n");
    og_graph *g = og_stage_graph(c);
    og_value *count = og_stage_shared(c, "count", OG_INT64, 0), *next = og_plus(count, 1);
    og_value *last = og_equal(next, og_scalar(g, OG_INT64, n));

    og_stage_keep(c, count, og_where(last, og_scalar(g, OG_INT64, 0), next));
    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *sum = og_stage_slot(c, i, "sum", 0), *more = og_add(sum, og_stage_in(c, i));

        og_stage_keep(c, sum, og_where(last, og_scalar_like(sum, 0), more));
        og_stage_out(c, i, og_times(more, 1 / n));
    }
    return og_stage_gate(c, last);
}

const og_stage og_stage_accumulate = {
    .name = "accumulate",
    .doc = "The mean of n gradients in a row; the rest of the chain once for all.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ACCUMULATE,
    .positional = 1,
    .arg = { { "n", OG_ARG_WHOLE, NULL, "[1, inf)", "how many gradients" } },
    .build = accumulate_build,
};
