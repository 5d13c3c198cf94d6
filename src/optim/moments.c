/* The fading means of g and g^2. */
#include "optim/moments.h"

static og_value *one(og_stage_context *c)
{
    return og_scalar(og_stage_graph(c), OG_DOUBLE, 1);
}

og_value *og_dot(og_value *a, og_value *b)
{
    return og_cast(og_reduce("ReduceSum", og_mul(a, b), (og_ints){ 0, NULL }, false), OG_DOUBLE);
}

og_value *og_maximum(og_value *a, og_value *b)
{
    og_value *in[] = { a, b };

    return og_op_on("Max", NULL, 2, in);
}

og_value *og_moments_correct(og_stage_context *c, og_value *beta)
{
    og_value *t = og_stage_clock(c), *zero = og_scalar(og_stage_graph(c), OG_DOUBLE, 0), *correct;

    if (og_stage_compat(c) != OG_COMPAT_ONNX)
        return og_div(one(c), og_sub(one(c), og_pow(beta, og_plus(t, 1))));
    correct = og_div(one(c), og_sub(one(c), og_pow(beta, t)));
    return og_where(og_greater(t, zero), correct, one(c));
}

og_moments og_moments_start(og_stage_context *c)
{
    og_moments m = { .beta1 = og_stage_argument(c, "beta1"),
                     .beta2 = og_stage_argument(c, "beta2") };

    m.weight1 = og_sub(one(c), m.beta1);
    m.weight2 = og_sub(one(c), m.beta2);
    m.correct1 = og_moments_correct(c, m.beta1);
    m.correct2 = og_moments_correct(c, m.beta2);
    return m;
}

og_value *og_mean_update(og_stage_context *c, size_t i, const char *slot, og_value *weight,
                         og_value *by)
{
    og_value *x = og_stage_slot(c, i, slot, 0);
    og_value *next = og_add(x, og_mul(og_sub(by, x), og_stage_cast(c, i, weight)));

    og_stage_keep(c, x, next);
    return next;
}

og_value *og_moments_first(og_stage_context *c, size_t i, const og_moments *moments)
{
    return og_mean_update(c, i, "m", moments->weight1, og_stage_in(c, i));
}

og_value *og_moments_second(og_stage_context *c, size_t i, const og_moments *moments)
{
    og_value *g = og_stage_in(c, i), *v = og_stage_slot(c, i, "v", 0);
    og_value *next = og_add(og_mul(v, og_stage_cast(c, i, moments->beta2)),
                            og_mul(og_mul(g, g), og_stage_cast(c, i, moments->weight2)));

    og_stage_keep(c, v, next);
    return next;
}

void og_moments_update(og_stage_context *c, size_t i, const og_moments *moments, og_value **m,
                       og_value **v)
{
    *m = og_moments_first(c, i, moments);
    *v = og_moments_second(c, i, moments);
}

og_value *og_moments_scale(og_stage_context *c, size_t i, const og_moments *moments,
                           og_value *correct1, og_value *correct2, og_value *eps, og_value **m)
{
    og_value *old_m = og_stage_slot(c, i, "m", 0), *v = og_stage_slot(c, i, "v", 0), *out[3];
    og_value *in[] = { og_stage_in(c, i),
                       old_m,
                       v,
                       og_stage_cast(c, i, moments->weight1),
                       og_stage_cast(c, i, moments->beta2),
                       og_stage_cast(c, i, moments->weight2),
                       og_stage_cast(c, i, correct1),
                       og_stage_cast(c, i, correct2),
                       og_stage_cast(c, i, eps) };

    og_ops_on("onnxgrad::AdamScale", NULL, 9, in, 3, out);
    og_stage_keep(c, old_m, out[1]);
    og_stage_keep(c, v, out[2]);
    if (m)
        *m = out[1];
    return out[0];
}

/* (m' beta1 / (1 - beta1^(t+1)) + g (1 - beta1) / (1 - beta1^t)) / (sqrt(v' / (1 - beta2^t)) +
 * eps), t from 1 */
og_value *og_moments_nesterov(og_stage_context *c, size_t i, double beta1, double beta2,
                              og_value *eps)
{
    og_graph *g = og_stage_graph(c);
    og_moments s = { .beta1 = og_scalar(g, OG_DOUBLE, beta1),
                     .beta2 = og_scalar(g, OG_DOUBLE, beta2) };
    og_value *m, *v, *ahead, *now, *above;

    s.weight1 = og_sub(one(c), s.beta1);
    s.weight2 = og_sub(one(c), s.beta2);
    ahead = og_div(s.beta1, og_sub(one(c), og_pow(s.beta1, og_plus(og_stage_clock(c), 2))));
    now = og_mul(s.weight1, og_moments_correct(c, s.beta1));
    og_moments_update(c, i, &s, &m, &v);
    above = og_add(og_mul(m, og_stage_cast(c, i, ahead)),
                   og_mul(og_stage_in(c, i), og_stage_cast(c, i, now)));
    v = og_mul(v, og_stage_cast(c, i, og_moments_correct(c, s.beta2)));
    return og_div(above, og_add(og_sqrt(v), og_stage_cast(c, i, eps)));
}
