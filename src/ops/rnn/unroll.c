/*
 * Expansions: a recurrence as ordinary operators, one set of nodes a step.
 *
 * ONNX's Scan would take sequences of any length, but runtimes run it one small operator at a time
 * too and it hides the steps from every optimizer; so the length must be known.
 */
#include "ops/rnn/rnn.h"

bool og_unroll_start(og_unroll *u, og_rewrite *c, og_value *from, int axis, int lens)
{
    *u = (og_unroll){ .c = c,
                      .kind = og_rnn_kind_of(c->op),
                      .a = c->attrs,
                      .directions = og_rnn_directions(c->attrs),
                      .steps = og_known_dim(from, axis),
                      .lens = og_in(c, lens) };
    if (u->steps < 1) {
        og_rewrite_fail(c, OG_UNSUPPORTED,
                        "%s is written as ordinary operators step by step, so the sequence length "
                        "must be known and at least 1, found %s",
                        c->op->name, u->steps < 0 ? "a symbol" : "0");
        return false;
    }
    if (!u->lens)
        return true;
    u->active = og_unroll_list(u, u->steps);
    for (int64_t k = 0; u->active && k < u->steps; k++)
        u->active[k] =
            og_unsqueeze(og_greater(u->lens, og_scalar(c->g, OG_INT32, (double)k)), OG_INTS(0, 2));
    return u->active != NULL;
}

og_value **og_unroll_list(const og_unroll *u, int64_t n)
{
    og_value **list = OG_NEW_N(u->c->g->arena, og_value *, n + 1);

    if (!list)
        og_graph_no_memory(u->c->g);
    return list;
}

/* v[d : d + 1] along an axis. */
static og_value *unroll_slice(og_value *v, int axis, int d)
{
    return og_slice(v, og_ints_like(v, OG_INTS(d)), og_ints_like(v, OG_INTS(d + 1)),
                    og_ints_like(v, OG_INTS(axis)), NULL);
}

og_value *og_unroll_direction(const og_unroll *u, og_value *v, int axis, int d)
{
    return og_squeeze(u->directions > 1 ? unroll_slice(v, axis, d) : v, OG_INTS(axis));
}

og_value *og_unroll_state(const og_unroll *u, og_value *v, int d)
{
    if (u->a->layout)
        v = og_transpose(v, OG_INTS(1, 0, 2));
    return u->directions > 1 ? unroll_slice(v, 0, d) : v;
}

og_value *og_unroll_weight(const og_unroll *u, int input, int d)
{
    return og_transpose(og_unroll_direction(u, og_in(u->c, input), 0, d), OG_INTS(1, 0));
}

og_value *og_unroll_bias(const og_unroll *u, int d, og_value **recurrent)
{
    og_value *b = og_unroll_direction(u, og_in(u->c, RNN_B), 0, d), *parts[2];

    og_unroll_split(b, 2, parts);
    *recurrent = parts[1];
    return parts[0];
}

og_value **og_unroll_inputs(const og_unroll *u, og_value *bias, int d)
{
    og_value *x = og_in(u->c, RNN_X);

    if (u->a->layout)
        x = og_transpose(x, OG_INTS(1, 0, 2));
    x = og_matmul(x, og_unroll_weight(u, RNN_W, d));
    return og_unroll_steps(u, bias ? og_add(x, bias) : x, d);
}

/* ---- Order ----------------------------------------------------------------------------------- */

/* Each sequence turned around within its own length; without lengths the nodes are taken in the
 * other order instead. */
static og_value *turned(const og_unroll *u, og_value *v, int d)
{
    if (!u->lens || !og_rnn_reversed(u->a, d))
        return v;
    return OG_OP("ReverseSequence",
                 OG_ATTRS(OG_SET_INT("time_axis", 0), OG_SET_INT("batch_axis", 1)), v,
                 og_cast(u->lens, OG_INT64));
}

static void order(const og_unroll *u, og_value **steps, int d)
{
    if (u->lens || !og_rnn_reversed(u->a, d))
        return;
    for (int64_t i = 0, j = u->steps - 1; i < j; i++, j--) {
        og_value *other = steps[i];

        steps[i] = steps[j];
        steps[j] = other;
    }
}

og_value **og_unroll_steps(const og_unroll *u, og_value *v, int d)
{
    og_value **steps = og_unroll_list(u, u->steps);

    v = turned(u, v, d);
    if (!steps || !v)
        return steps;
    og_ops_on("Split", OG_ATTRS(OG_SET_INT("axis", 0), OG_SET_INT("num_outputs", u->steps)), 1, &v,
              (int)u->steps, steps);
    order(u, steps, d);
    return steps;
}

og_value *og_unroll_join(const og_unroll *u, og_value **steps, int d)
{
    if (!steps)
        return NULL;
    order(u, steps, d);
    og_value *all = turned(u, og_concat(0, (int)u->steps, steps), d);
    order(u, steps, d);
    return all;
}

/* [directions, time times batch, units], but gates have time and batch apart. */
og_value **og_unroll_kept(const og_unroll *u, og_value *v, int d)
{
    if (og_rank(v) == 4)
        v = og_unroll_direction(u, v, 0, d);
    else if (v)
        v = og_reshape_to(u->directions > 1 ? unroll_slice(v, 0, d) : v, 3,
                          (int64_t[]){ u->steps, -1, 0 });
    return og_unroll_steps(u, v, d);
}

og_value **og_unroll_dy(const og_unroll *u, og_value *v, int d)
{
    if (u->a->layout)
        v = og_transpose(v, OG_INTS(1, 2, 0, 3));
    return og_unroll_steps(u, og_unroll_direction(u, v, 1, d), d);
}

/* ---- Parts ----------------------------------------------------------------------------------- */

void og_unroll_split(og_value *v, int n, og_value **out)
{
    og_ops_on("Split", OG_ATTRS(OG_SET_INT("axis", -1), OG_SET_INT("num_outputs", n)), 1, &v, n,
              out);
}

og_value *og_unroll_cat(int n, og_value *const *in)
{
    return n > 1 ? og_concat(-1, n, in) : in[0];
}

og_value *og_unroll_masked(const og_unroll *u, int64_t k, og_value *now, og_value *before)
{
    if (!u->active)
        return now;
    return og_where(u->active[k], now, before ? before : og_scalar_like(now, 0));
}

static og_value *unroll_concat(const og_unroll *u, int axis, og_value **parts)
{
    return u->directions > 1 ? og_concat(axis, u->directions, parts) : parts[0];
}

void og_unroll_y(const og_unroll *u, og_value **parts)
{
    for (int d = 0; d < u->directions; d++)
        parts[d] = og_unsqueeze(parts[d], OG_INTS(1));
    og_value *y = unroll_concat(u, 1, parts);
    og_replace(u->c, 0, u->a->layout ? og_transpose(y, OG_INTS(2, 0, 1, 3)) : y);
}

void og_unroll_final(const og_unroll *u, int k, og_value **parts)
{
    og_value *state = unroll_concat(u, 0, parts);

    og_replace(u->c, k, u->a->layout ? og_transpose(state, OG_INTS(1, 0, 2)) : state);
}

void og_unroll_keep(const og_unroll *u, int k, og_value **parts, bool by_time)
{
    for (int d = 0; d < u->directions; d++)
        parts[d] = og_unsqueeze(by_time ? parts[d] : og_flatten(parts[d], 2), OG_INTS(0));
    og_replace(u->c, k, unroll_concat(u, 0, parts));
}
