/*
 * Differences of a double function at a point, and the gradient there.
 *
 * The slope comes from four points, f(x-2h) to f(x+2h): its error goes with h^4 from the function
 * and 1/h from rounding, so the step is made smaller until two estimates agree.  Where none do, the
 * function has a kink or a jump there, and the gradient must lie between the one-sided slopes.
 */
#include "check/gradcheck.h"

#include "autodiff/autodiff.h"
#include "check/samples.h"
#include "graph/node.h"
#include "ops/ops.h"

#include <stdio.h>

typedef struct prober {
    og_session *session;
    const og_feed *feeds;
    size_t n_feeds;
    const char *loss;
    const og_gradcheck_options *options;
    og_gradcheck_result *result;
    og_report *report;
} prober;

static double tolerance_of(const prober *p)
{
    return p->options->tolerance > 0 ? p->options->tolerance : 1e-8;
}

static og_status evaluate(prober *p, double *at, double x, double *f)
{
    const double kept = *at;
    og_tensor y;

    *at = x;
    og_status s = og_session_run(p->session, p->feeds, p->n_feeds, &p->loss, 1, &y, NULL);
    *at = kept;
    if (s) {
        *p->report = *og_session_report(p->session);
        return s;
    }
    *f = *(const double *)y.data;
    return OG_OK;
}

static og_status slope(prober *p, double *at, double h, double *d)
{
    double f[4];
    const double step[4] = { -2, -1, 1, 2 };

    for (int i = 0; i < 4; i++)
        OG_TRY(evaluate(p, at, *at + step[i] * h, &f[i]));
    *d = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h);
    return OG_OK;
}

/* The slopes to the left and to the right. */
static og_status one_sided(prober *p, double *at, double *low, double *high)
{
    const double h = 1e-6;
    double f[3];

    for (int i = 0; i < 3; i++)
        OG_TRY(evaluate(p, at, *at + (i - 1) * h, &f[i]));
    *low = fmin((f[1] - f[0]) / h, (f[2] - f[1]) / h);
    *high = fmax((f[1] - f[0]) / h, (f[2] - f[1]) / h);
    return OG_OK;
}

static void note(prober *p, double error, const char *name, int64_t i, double gradient, double low,
                 double high)
{
    og_gradcheck_result *r = p->result;
    char shown[80];

    r->compared++;
    if (!(error > r->error) && !isnan(error))
        return;
    r->error = isnan(error) ? INFINITY : error;
    og_escape(shown, sizeof shown, name);
    if (low == high)
        snprintf(r->text, sizeof r->text,
                 "the gradient by '%s'[%lld] is %.10g, differences give %.10g", shown, (long long)i,
                 gradient, low);
    else
        snprintf(r->text, sizeof r->text,
                 "the gradient by '%s'[%lld] is %.10g, the slopes at this kink are %.10g and %.10g",
                 shown, (long long)i, gradient, low, high);
    if (r->error > 1)
        r->passed = false;
}

static og_status compare_element(prober *p, const char *name, double *at, int64_t i,
                                 double gradient, double largest)
{
    double last, d, low, high, scale = tolerance_of(p) * fmax(largest, 1);

    OG_TRY(slope(p, at, 2e-3, &last));
    for (double h = 1e-3; h > 2e-7; h /= 4) {
        OG_TRY(slope(p, at, h, &d));
        double allowed = scale * fmax(1, fabs(d) / fmax(largest, 1));
        if (fabs(d - last) < allowed / 2 || (isnan(d) && isnan(last))) {
            note(p, isnan(d) && isnan(gradient) ? 0 : fabs(gradient - d) / allowed, name, i,
                 gradient, d, d);
            return OG_OK;
        }
        last = d;
    }
    OG_TRY(one_sided(p, at, &low, &high));
    p->result->kinks++;
    double outside = fmax(fmax(low - gradient, gradient - high), 0);
    note(p, isnan(low + high) ? 0 : outside / (1e-4 * fmax(largest, 1)), name, i, gradient, low,
         high);
    return OG_OK;
}

/* All elements of a small tensor, of a large one some that a fixed rule picks. */
static og_status compare_tensor(prober *p, const char *name, double *x, int64_t n,
                                const double *gradient)
{
    int64_t wanted = p->options->elements > 0 ? p->options->elements : 24;
    double largest = 0;

    for (int64_t i = 0; gradient && i < n; i++)
        largest = fmax(largest, fabs(gradient[i]));
    for (int64_t k = 0; k < (n < wanted ? n : wanted); k++) {
        int64_t i = n <= wanted ? k : (int64_t)((double)n * ((double)k + 0.37) / (double)wanted);

        OG_TRY(compare_element(p, name, x + i, i, gradient ? gradient[i] : 0, largest));
    }
    return OG_OK;
}

/* ---- Graphs ---------------------------------------------------------------------------------- */

/* Where the numbers of a value lie: what is fed, or the session's state. */
static og_status numbers_of(prober *p, const og_value *v, double **x, int64_t *n)
{
    const og_tensor *t = og_state_tensor(og_session_state(p->session), v->name);

    for (size_t i = 0; i < p->n_feeds; i++)
        if (!strcmp(p->feeds[i].name, v->name))
            t = &p->feeds[i].tensor;
    if (!t || t->elem != OG_DOUBLE)
        return og_fail(p->report, OG_BAD_ARGUMENT, "'%s' is neither fed nor state, as double",
                       v->name);
    *x = t->data;
    *n = t->count;
    return OG_OK;
}

/* The gradient of one tensor, copied: later runs use the session's memory. */
static og_status gradient_of(prober *p, const og_value *x, const og_value *gradient, int64_t count,
                             og_tensor **copy)
{
    og_tensor view;

    if (og_session_run(p->session, p->feeds, p->n_feeds, &gradient->name, 1, &view, NULL)) {
        *p->report = *og_session_report(p->session);
        return p->report->code;
    }
    if (view.elem != OG_DOUBLE || view.count != count)
        return og_fail(p->report, OG_BUG, "the gradient of '%s' has %lld numbers of type %s",
                       x->name, (long long)view.count, og_elem_name(view.elem));
    if (!(*copy = og_tensor_copy(&view)))
        return og_fail(p->report, OG_NO_MEMORY, "no memory for a gradient");
    return OG_OK;
}

static void add_result(og_gradcheck_result *sum, const og_gradcheck_result *one)
{
    if (one->error > sum->error) {
        sum->error = one->error;
        memcpy(sum->text, one->text, sizeof sum->text);
    }
    sum->passed = sum->passed && one->passed;
    sum->compared += one->compared;
    sum->kinks += one->kinks;
}

static og_status compare_all(prober *p, og_value *const wrt[], size_t n, og_value *const grads[])
{
    og_gradcheck_result *sum = p->result;

    for (size_t i = 0; i < n; i++) {
        og_gradcheck_result one = { .passed = true };
        og_tensor *gradient = NULL;
        double *x = NULL;
        int64_t count = 0;

        p->result = &one;
        OG_TRY(numbers_of(p, wrt[i], &x, &count));
        if (grads[i])
            OG_TRY(gradient_of(p, wrt[i], grads[i], count, &gradient));
        og_status s = compare_tensor(p, wrt[i]->name, x, count, gradient ? gradient->data : NULL);
        og_tensor_free(gradient);
        OG_TRY(s);
        add_result(sum, &one);
        if (p->options->each)
            p->options->each[i] = one;
    }
    return OG_OK;
}

static og_status compare_graph(og_graph *g, og_value *loss, og_value *const wrt[], size_t n,
                               og_value *const grads[], prober *p)
{
    const og_session_options so = { .threads = p->options->threads ? p->options->threads : 1,
                                    .state = p->options->state };

    OG_TRY(og_graph_settle(g));
    p->loss = og_value_now(loss)->name;
    og_status s = og_session_new(g, &so, &p->session);
    if (s)
        *p->report = *og_session_report(p->session);
    else
        s = compare_all(p, wrt, n, grads);
    og_session_free(p->session);
    return s;
}

/* sum(v * c), c being random numbers of v's shape that stay in the graph. */
static og_value *dot_random(og_graph *g, og_value *v, uint64_t stream)
{
    og_philox random = { .seed = 7, .stream = stream };
    og_tensor *c =
        og_type_known(&v->type) ? og_tensor_new(OG_DOUBLE, v->type.rank, v->type.dims) : NULL;

    if (!c)
        return og_reduce("ReduceSum", v, (og_ints){ 0 }, false);
    for (int64_t i = 0; i < c->count; i++)
        ((double *)c->data)[i] = 2 * og_philox_uniform(&random) - 1;
    og_value *sum = og_reduce("ReduceSum", og_mul(v, og_constant(g, c)), (og_ints){ 0 }, false);
    og_tensor_free(c);
    return sum;
}

static og_status second_order(og_graph *g, og_value *const wrt[], size_t n, og_value *grads[],
                              prober *p)
{
    og_value *sum = NULL;

    for (size_t i = 0; i < n; i++)
        if (grads[i]) {
            og_value *term = dot_random(g, grads[i], 100 + i);

            sum = sum ? og_add(sum, term) : term;
        }
    if (!sum)
        return og_graph_status(g);
    OG_TRY(og_graph_settle(g)); /* the first sweep may have put other operators in place of some */
    OG_TRY(og_backward(g, og_value_now(sum), NULL, wrt, n, grads));
    return compare_graph(g, sum, wrt, n, grads, p);
}

og_status og_gradcheck(og_graph *g, og_value *loss, og_value *const wrt[], size_t n,
                       const og_feed *feeds, size_t n_feeds, const og_gradcheck_options *options,
                       og_gradcheck_result *result, og_report *report)
{
    static const og_gradcheck_options defaults = { 0 };
    prober p = { .feeds = feeds,
                 .n_feeds = n_feeds,
                 .options = options ? options : &defaults,
                 .result = result,
                 .report = report };
    og_value **grads = OG_NEW_N(g->arena, og_value *, n + 1);

    *result = (og_gradcheck_result){ .passed = true };
    if (!grads)
        return og_fail(report, OG_NO_MEMORY, "no memory for gradients");
    og_status s = og_backward(g, loss, NULL, wrt, n, grads);
    if (!s)
        s = p.options->order == 2 ? second_order(g, wrt, n, grads, &p)
                                  : compare_graph(g, loss, wrt, n, grads, &p);
    if (s && og_graph_status(g))
        *report = *og_graph_report(g);
    return s;
}

og_value *og_gradcheck_loss(og_graph *g)
{
    og_value *loss = NULL;

    for (size_t i = 0; i < g->outputs.n; i++) {
        og_value *y = g->outputs.v[i];

        if (y->type.kind != OG_TENSOR || y->type.elem != OG_DOUBLE)
            continue;
        og_value *term = dot_random(g, y, 1000 + i);
        loss = loss ? og_add(loss, term) : term;
    }
    return loss;
}

/* ---- Samples of operators -------------------------------------------------------------------- */

bool og_gradcheck_has(const og_op *op)
{
    return op->gradient || op->expand || op->traits & OG_ZERO_GRADIENT;
}

/* What a sample's gradient is checked with: feeds of its inputs and of the outputs' weights. */
typedef struct sample_check {
    og_sample sample;
    og_list(og_feed) feeds;
    og_list(og_value *) wrt;
    size_t n_inputs; /* of wrt: the first ones are inputs, the others weights */
} sample_check;

static bool differentiable_input(const og_sample *s, int i)
{
    const og_port *port = og_port_in(s->node->op, i);

    return s->in[i]->elem == OG_DOUBLE && !s->fixed[i] && port->role != OG_ROLE_SHAPE;
}

static bool add_feed(sample_check *c, og_value *v, const og_tensor *t)
{
    og_feed feed = { v->name, *t };

    return og_list_push(c->sample.graph->arena, &c->feeds, feed);
}

static bool collect_inputs(sample_check *c)
{
    const og_sample *s = &c->sample;

    for (int i = 0; i < s->node->n_in; i++) {
        og_value *v = s->node->in[i];

        if (!v || !v->input)
            continue;
        if (!add_feed(c, v, s->in[i]) ||
            (differentiable_input(s, i) && !og_list_push(s->graph->arena, &c->wrt, v)))
            return false;
    }
    c->n_inputs = c->wrt.n;
    return true;
}

/* An input of y's shape with random numbers to be fed. */
static og_value *weight_of(sample_check *c, og_value *y, int k)
{
    og_graph *g = c->sample.graph;
    og_philox random = { .seed = 7, .stream = (uint64_t)k };
    int64_t count = og_count(y->type.rank, y->type.dims);
    double *x = OG_NEW_N(g->arena, double, count + 1);
    og_tensor *t = x ? og_graph_tensor(g, OG_DOUBLE, y->type.rank, y->type.dims, x) : NULL;
    og_value *w = og_input_dims(g, og_arena_print(g->arena, "weight%d", k), OG_DOUBLE, y->type.rank,
                                y->type.dims);

    for (int64_t i = 0; t && i < count; i++)
        x[i] = 2 * og_philox_uniform(&random) - 1;
    return t && w && add_feed(c, w, t) && og_list_push(g->arena, &c->wrt, w) ? w : NULL;
}

/* The loss of a sample: its double outputs (or the one that is asked for) times weights, summed. */
static og_value *sample_loss(sample_check *c, int only)
{
    og_value *loss = NULL;

    for (int k = 0; k < c->sample.node->n_out; k++) {
        og_value *y = c->sample.node->out[k];

        if (y->type.kind != OG_TENSOR || y->type.elem != OG_DOUBLE || (only && only != k + 1))
            continue;
        if (og_type_known(&y->type))
            y = og_mul(y, weight_of(c, y, k));
        y = og_reduce("ReduceSum", y, (og_ints){ 0 }, false);
        loss = loss ? og_add(loss, y) : y;
    }
    return loss;
}

og_status og_gradcheck_sample(const og_op *op, const char *text,
                              const og_gradcheck_options *options, og_gradcheck_result *result,
                              og_report *report)
{
    const og_sample_options so = { .real = OG_DOUBLE, .constants = true };
    sample_check c = { 0 };
    og_value *loss;

    *result = (og_gradcheck_result){ .passed = true };
    og_status s = og_sample_make(op, text, &so, &c.sample, report);
    if (!s && c.sample.gradient) {
        og_graph *g = c.sample.graph;

        if (!collect_inputs(&c))
            s = og_fail(report, OG_NO_MEMORY, "no memory for a sample of %s", op->name);
        else if (c.n_inputs && (loss = sample_loss(&c, options->output)))
            s = og_gradcheck(g, loss, c.wrt.v, options->order == 2 ? c.wrt.n : c.n_inputs,
                             c.feeds.v, c.feeds.n, options, result, report);
        else if (og_graph_status(g))
            *report = *og_graph_report(g), s = report->code;
    }
    og_graph_free(c.sample.graph);
    return s;
}
