/*
 * Norms of what flows through a chain, and the numbers of a step that are made of them.
 *
 * The sum of squares of a gradient is computed once, in double; what a clip multiplies by is
 * remembered beside it, so the norm behind the clip costs no second pass. For float64 gradients,
 * whose squares may overflow a double, each tensor is first divided by its largest element.
 */
#include "optim/optim.h"

static og_value *own(const char *op, og_value *x)
{
    return og_op_on(op, NULL, 1, &x);
}

og_value *og_divisor(og_value *x)
{
    og_value *one = og_scalar_like(x, 1);

    return og_where(og_equal(x, og_scalar_like(x, 0)), one, x);
}

static void flow_measure(og_flow *flow)
{
    og_value *x = flow->value;

    if (flow->squares || !x)
        return;
    flow->scale = flow->coef = NULL;
    if (x->type.elem == OG_DOUBLE) {
        flow->scale = og_divisor(own("onnxgrad::MaxAbs", x));
        x = og_div(x, flow->scale);
    }
    flow->squares = own("onnxgrad::SumSquares", x);
}

/* The norm of one tensor. */
static og_value *flow_norm(og_flow *flow)
{
    og_value *norm;

    flow_measure(flow);
    norm = og_sqrt(flow->squares);
    if (flow->scale)
        norm = og_mul(norm, flow->scale);
    return flow->coef ? og_mul(norm, flow->coef) : norm;
}

static og_value *sum_of(og_value *sum, og_value *x)
{
    return sum ? og_add(sum, x) : x;
}

static og_value *larger(og_value *a, og_value *b)
{
    og_value *in[] = { a, b };

    return a ? og_op_on("Max", NULL, 2, in) : b;
}

/* Squares that share a coefficient are added first: coef * sqrt(sum) for one, sqrt(sum of coef^2 *
 * sum) for several. */
static og_value *plain_norm(size_t n, og_flow *const *flows)
{
    og_value *total = NULL, *coef = NULL;
    bool several = false;

    for (size_t i = 1; i < n; i++)
        several = several || flows[i]->coef != flows[0]->coef;
    for (size_t i = 0; i < n; i++) {
        og_value *part = NULL;
        bool seen = false;

        coef = flows[i]->coef;
        for (size_t k = 0; k < i; k++)
            seen = seen || flows[k]->coef == coef;
        for (size_t k = i; k < n && !seen; k++)
            if (flows[k]->coef == coef)
                part = sum_of(part, flows[k]->squares);
        if (!seen)
            total = sum_of(total, several && coef ? og_mul(part, og_mul(coef, coef)) : part);
    }
    return !several && coef ? og_mul(og_sqrt(total), coef) : og_sqrt(total);
}

/* The largest tensor's norm taken out of the sum. */
static og_value *scaled_norm(size_t n, og_flow *const *flows)
{
    og_value *largest = NULL, *total = NULL;

    for (size_t i = 0; i < n; i++)
        largest = larger(largest, flow_norm(flows[i]));
    largest = og_divisor(largest);
    for (size_t i = 0; i < n; i++) {
        og_value *part = og_div(flow_norm(flows[i]), largest);

        total = sum_of(total, og_mul(part, part));
    }
    return og_mul(og_sqrt(total), largest);
}

og_value *og_flows_norm(og_step *step, size_t n, og_flow *const *flows)
{
    bool scaled = false;

    if (n == 0)
        return og_step_constant(step, 0);
    for (size_t i = 0; i < n; i++) {
        flow_measure(flows[i]);
        scaled = scaled || flows[i]->scale;
    }
    return scaled ? scaled_norm(n, flows) : plain_norm(n, flows);
}

/* ---- Norms for stages ------------------------------------------------------------------------ */

/* m * (sum (|g| / m)^p)^(1/p), m being the largest |g| */
static og_value *general_norm(og_stage_context *c, double p)
{
    og_value *largest = NULL, *total = NULL;

    for (size_t i = 0; i < c->n; i++)
        largest = larger(largest, own("onnxgrad::MaxAbs", og_stage_in(c, i)));
    largest = og_divisor(largest);
    for (size_t i = 0; i < c->n; i++) {
        og_value *x = og_div(og_abs(og_cast(og_stage_in(c, i), OG_DOUBLE)), largest);

        x = og_pow(x, og_step_constant(c->step, p));
        total = sum_of(total, og_reduce("ReduceSum", x, (og_ints){ 0, NULL }, false));
    }
    return og_mul(og_pow(total, og_step_constant(c->step, 1 / p)), largest);
}

og_value *og_stage_norm(og_stage_context *c, double p)
{
    og_flow **flows = OG_NEW_N(c->step->arena, og_flow *, c->n + 1);
    og_value *norm = NULL;

    if (c->n == 0 || !flows)
        return og_step_constant(c->step, 0);
    if (p != 1 && p != 2 && !isinf(p))
        return general_norm(c, p);
    for (size_t i = 0; i < c->n; i++) {
        flows[i] = &c->step->params[c->reach[i]].now;
        if (p == 1)
            norm = sum_of(norm, own("onnxgrad::SumAbs", flows[i]->value));
        else if (isinf(p))
            norm = larger(norm, own("onnxgrad::MaxAbs", flows[i]->value));
    }
    return p == 2 ? og_flows_norm(c->step, c->n, flows) : norm;
}

og_value *og_stage_tensor_norm(og_stage_context *c, size_t i)
{
    return flow_norm(&c->step->params[c->reach[i]].now);
}

og_value *og_stage_norm_of(og_stage_context *c, og_value *x)
{
    og_flow flow = { .value = x };

    (void)c;
    return flow_norm(&flow);
}

/* A NaN stays: nothing is less than it. */
og_value *og_stage_clip_coef(og_stage_context *c, og_value *bound, og_value *norm)
{
    og_value *one = og_step_constant(c->step, 1);
    og_value *ratio = og_div(bound, og_add(norm, og_stage_argument(c, "eps")));

    return og_where(og_greater(ratio, one), one, ratio);
}

/* ---- The numbers of a step ------------------------------------------------------------------- */

/* Gradients are named after their parameters, so that a report can say which one is not finite. */
static og_status watch(og_step *step, og_value *gradient, const char *parameter)
{
    og_graph *g = step->graph;
    char *base = og_arena_print(g->arena, "%s_grad", parameter);

    if (!base || !og_list_push(g->arena, &g->watched, gradient))
        return og_fail(og_graph_errors(g), OG_NO_MEMORY, "no memory for a training step");
    if (gradient->named || !gradient->node)
        return OG_OK;
    return og_value_rename(gradient, og_graph_free_name(g, base));
}

og_status og_step_watch(og_step *step)
{
    og_graph *g = step->graph;
    og_flow **flows = OG_NEW_N(step->arena, og_flow *, step->n + 1);
    size_t n = 0;

    if (!flows)
        return og_fail(og_graph_errors(g), OG_NO_MEMORY, "no memory for a training step");
    if (g->nonfinite == OG_NONFINITE_PASS)
        return OG_OK;
    for (size_t i = 0; i < step->n; i++) {
        if (step->params[i].frozen)
            continue;
        flows[n++] = &step->params[i].now;
        OG_TRY(watch(step, step->params[i].now.value, step->params[i].parameter->name));
    }
    g->ok = og_less(og_flows_norm(step, n, flows), og_step_constant(step, (double)INFINITY));
    return og_graph_status(g);
}

/* Norms of single gradients, to be fetched by name. */
static og_status norms_name(og_step *step)
{
    og_graph *g = step->graph;

    for (size_t i = 0; i < step->n; i++) {
        og_step_param *p = &step->params[i];
        og_gradient_norm n = { .parameter = p->parameter->name };
        char *base = og_arena_print(g->arena, "%s_norm", p->parameter->name);
        og_value *norm = p->frozen ? NULL : flow_norm(&p->before);

        if (p->frozen)
            continue;
        n.value = base ? og_graph_free_name(g, base) : NULL;
        if (!norm || !n.value || !og_list_push(g->arena, &g->norms, n))
            return og_fail(og_graph_errors(g), OG_NO_MEMORY, "no memory for a training step");
        OG_TRY(og_value_rename(norm, n.value));
    }
    return OG_OK;
}

const char *og_step_norm(const og_graph *graph, size_t i, const char **parameter)
{
    if (i >= graph->norms.n)
        return NULL;
    if (parameter)
        *parameter = graph->norms.v[i].parameter;
    return graph->norms.v[i].value;
}

og_status og_step_infos(og_step *step)
{
    og_graph *g = step->graph;
    og_flow **before = OG_NEW_N(step->arena, og_flow *, 2 * step->n + 1),
            **after = before + step->n;
    og_value *one = og_step_constant(step, 1), *zero = og_step_constant(step, 0), *norm, *clipped;
    bool same = true;
    size_t n = 0;

    if (!before)
        return og_fail(og_graph_errors(g), OG_NO_MEMORY, "no memory for a training step");
    for (size_t i = 0; i < step->n; i++) {
        if (step->params[i].frozen)
            continue;
        before[n] = &step->params[i].before;
        after[n] = &step->params[i].after;
        same = same && before[n]->value == after[n]->value;
        n++;
    }
    norm = og_flows_norm(step, n, before);
    clipped = same ? norm : og_flows_norm(step, n, after);
    g->info[OG_INFO_GRAD_NORM] = norm;
    g->info[OG_INFO_GRAD_NORM_AFTER] = clipped;
    g->info[OG_INFO_CLIP_COEF] =
        same ? one : og_where(og_equal(norm, zero), one, og_div(clipped, norm));
    return step->norms ? norms_name(step) : og_graph_status(g);
}
