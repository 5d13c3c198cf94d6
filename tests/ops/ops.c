/*
 * The test of every operator: the registry is the plan, `.samples` are the cases (their syntax is
 * in src/check/samples.h).  A new operator needs no test file.
 *
 * usage: ops [-v] [OPERATOR…]
 *
 * Prints a line for each check that fails, then a table: how often each check was made.
 */
#include "check/gradcheck.h"
#include "check/samples.h"
#include "exec/exec.h"
#include "graph/node.h"

#include <stdio.h>

enum { MOST_OUTPUTS = 32 };

typedef enum verdict { PASSED, FAILED, NOTHING } verdict;

/* One sample at work: the checks share what was computed for it. */
typedef struct trial {
    const og_op *op;
    const char *text;
    og_sample sample;
    og_tensor *out[MOST_OUTPUTS]; /* by the kernel, one thread; NULL without kernel */
    bool runnable;
    char why[500];
} trial;

static verdict fail(trial *t, const char *format, ...) OG_PRINTF(2, 3);
static verdict fail(trial *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(t->why, sizeof t->why, format, args);
    va_end(args);
    return FAILED;
}

static verdict fail_report(trial *t, const char *what, const og_report *r)
{
    return fail(t, "%s: %s%s%s", what, r->what, *r->where ? ", " : "", r->where);
}

static bool random_op(const trial *t)
{
    return t->op->traits & OG_RANDOM;
}

static void free_outputs(og_tensor **out)
{
    for (int k = 0; k < MOST_OUTPUTS; k++) {
        og_tensor_free(out[k]);
        out[k] = NULL;
    }
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static bool same_shape(const og_tensor *a, const og_tensor *b)
{
    return a->rank == b->rank &&
           (!a->rank || !memcmp(a->dims, b->dims, sizeof(int64_t) * (size_t)a->rank));
}

static bool same_strings(const og_tensor *a, const og_tensor *b)
{
    const og_string *x = a->data, *y = b->data;

    for (int64_t i = 0; i < a->count; i++)
        if (x[i].size != y[i].size || memcmp(x[i].data, y[i].data, x[i].size) != 0)
            return false;
    return true;
}

/* Behind the last element of a packed type the bits of its byte are nobody's. */
static bool same_bits(const og_tensor *a, const og_tensor *b)
{
    if (a->elem == OG_STRING)
        return same_strings(a, b);
    if (og_elem_bits(a->elem) < 8) {
        for (int64_t i = 0; i < a->count; i++)
            if (og_get_double(a, i) != og_get_double(b, i))
                return false;
        return true;
    }
    return !a->count || !memcmp(a->data, b->data, og_tensor_bytes(a));
}

/* The largest number of a tensor, at least 1: what tolerances are measured by. */
static double scale_of(const og_tensor *t)
{
    double scale = 1;

    for (int64_t i = 0; i < t->count; i++) {
        double x = fabs(og_get_double(t, i));

        if (isfinite(x) && x > scale)
            scale = x;
    }
    return scale;
}

/* a and b agree: within tolerance * scale where they are real numbers, exactly elsewhere. */
static verdict compare(trial *t, const char *what, int k, const og_tensor *a, const og_tensor *b,
                       double tolerance)
{
    char first[80], second[80];

    if (!same_shape(a, b))
        return fail(t, "%s: output %d is %s and %s", what, k,
                    og_tensor_text(first, sizeof first, a),
                    og_tensor_text(second, sizeof second, b));
    if (a->elem == OG_STRING || tolerance == 0)
        return same_bits(a, b) ? PASSED : fail(t, "%s: output %d differs in bits", what, k);
    bool real = og_elem_in(a->elem, OG_FLOATS);
    double allowed = real ? tolerance * scale_of(a) : 0;
    for (int64_t i = 0; i < a->count; i++) {
        double x = og_get_double(a, i), y = og_get_double(b, i);

        if (!(fabs(x - y) <= allowed || x == y || (isnan(x) && isnan(y))))
            return fail(t, "%s: output %d[%lld] is %.9g and %.9g", what, k, (long long)i, x, y);
    }
    return PASSED;
}

static verdict compare_outputs(trial *t, const char *what, og_tensor *const *a, og_tensor *const *b,
                               double tolerance)
{
    for (int k = 0; k < t->sample.node->n_out; k++)
        if (a[k] && b[k] && compare(t, what, k, a[k], b[k], tolerance) == FAILED)
            return FAILED;
    return PASSED;
}

/* The same numbers in whatever types. */
static verdict compare_numbers(trial *t, og_tensor *const *a, og_tensor *const *b)
{
    for (int k = 0; k < t->sample.node->n_out; k++) {
        if (!same_shape(a[k], b[k]))
            return fail(t, "%s: output %d has another shape", og_elem_name(b[k]->elem), k);
        for (int64_t i = 0; i < a[k]->count; i++)
            if (og_get_double(a[k], i) != og_get_double(b[k], i))
                return fail(t, "%s: output %d[%lld] is %g, as float %g", og_elem_name(b[k]->elem),
                            k, (long long)i, og_get_double(b[k], i), og_get_double(a[k], i));
    }
    return PASSED;
}

/* ---- Running --------------------------------------------------------------------------------- */

static og_status run_node(const og_sample *s, int threads, int variant, og_tensor **out,
                          og_report *report)
{
    return og_run_node(s->node, (const og_tensor *const *)s->in, out, threads, variant, report);
}

/* All outputs of a graph whose inputs are those of the sample. */
static og_status run_session(const og_sample *s, og_graph *g, og_tensor **out, og_report *report)
{
    const og_session_options options = { .threads = 1 };
    const char *names[MOST_OUTPUTS];
    og_tensor views[MOST_OUTPUTS];
    og_feed *feeds = OG_NEW_N(g->arena, og_feed, s->node->n_in + 1);
    size_t n_feeds = 0, n_out = (size_t)s->node->n_out;
    og_session *session = NULL;

    for (int i = 0; i < s->node->n_in; i++)
        if (s->node->in[i] && s->node->in[i]->input)
            feeds[n_feeds++] = (og_feed){ s->node->in[i]->name, *s->in[i] };
    for (size_t k = 0; k < n_out; k++)
        names[k] = og_graph_output(g, k)->name;
    og_status status = og_session_new(g, &options, &session);
    if (!status)
        status = og_session_run(session, feeds, n_feeds, names, n_out, views, NULL);
    for (size_t k = 0; !status && k < n_out; k++)
        out[k] = og_tensor_copy(&views[k]);
    if (status)
        *report = *og_session_report(session);
    og_session_free(session);
    return status;
}

/* ---- The checks ------------------------------------------------------------------------------ */

/* The kernel runs, and makes what inference said. */
static verdict check_types(trial *t)
{
    const og_node *node = t->sample.node;

    if (!t->runnable)
        return NOTHING;
    for (int k = 0; k < node->n_out; k++) {
        const og_type *type = &node->out[k]->type;
        const og_tensor *y = t->out[k];

        if (!y)
            continue;
        bool ok = type->kind == OG_TENSOR && type->elem == y->elem &&
                  (type->rank < 0 || type->rank == y->rank);
        for (int i = 0; ok && i < type->rank; i++)
            ok = !og_dim_known(type->dims[i]) || type->dims[i] == y->dims[i];
        if (!ok) {
            char said[120], made[120];

            return fail(t, "output %d was inferred as %s and is %s", k,
                        og_type_text(t->sample.graph->dims, type, said, sizeof said),
                        og_tensor_text(made, sizeof made, y));
        }
    }
    return PASSED;
}

static verdict check_threads(trial *t)
{
    og_tensor *out[MOST_OUTPUTS] = { 0 };
    og_report report = { 0 };
    verdict v = PASSED;

    if (!t->runnable)
        return NOTHING;
    for (int threads = 2; threads <= 3 && v == PASSED; threads++) {
        if (run_node(&t->sample, threads, 0, out, &report))
            return fail_report(t, "several threads", &report);
        v = compare_outputs(t, threads == 2 ? "one and two threads" : "one and three threads",
                            t->out, out, 0);
        free_outputs(out);
    }
    return v;
}

static verdict check_inplace(trial *t)
{
    og_tensor *out[MOST_OUTPUTS] = { 0 };
    og_report report = { 0 };

    if (!t->runnable || !(t->op->traits & (OG_INPLACE | OG_ELEMENTWISE)))
        return NOTHING;
    if (run_node(&t->sample, 1, 1, out, &report))
        return fail_report(t, "in place", &report);
    verdict v = compare_outputs(t, "copied and in place", t->out, out, 0);
    free_outputs(out);
    return v;
}

/* A session over the graph, everything fed (sizes that data decide are then found while running).
 */
static verdict check_session(trial *t)
{
    og_tensor *out[MOST_OUTPUTS] = { 0 };
    og_report report = { 0 };

    if (run_session(&t->sample, t->sample.graph, out, &report))
        return fail_report(t, "in a session", &report);
    verdict v = random_op(t) ? PASSED : compare_outputs(t, "kernel and session", t->out, out, 0);
    free_outputs(out);
    return v;
}

static og_status expand_and_run(const og_sample *s, og_tensor **out, og_report *report)
{
    og_graph *g = og_graph_clone(s->graph);
    og_node *node = g ? g->nodes.v[s->node->id] : NULL;
    og_status status = g ? OG_OK : og_fail(report, OG_NO_MEMORY, "no memory for a clone");

    if (g && ((status = og_node_expand(node)) || (status = og_graph_settle(g))))
        *report = *og_graph_report(g);
    if (!status)
        status = run_session(s, g, out, report);
    og_graph_free(g);
    return status;
}

static verdict check_expansion(trial *t)
{
    og_tensor *out[MOST_OUTPUTS] = { 0 }, *exact[MOST_OUTPUTS] = { 0 };
    const og_sample_options as_double = { .real = OG_DOUBLE, .constants = true };
    const og_sample_options as_written = { .constants = true };
    og_report report = { 0 };
    og_sample s;
    double tolerance = 1e-12;

    if (!t->op->expand || random_op(t))
        return NOTHING;
    if (og_sample_make(t->op, t->text, &as_double, &s, &report)) {
        og_graph_free(s.graph);
        og_report_clear(&report);
        tolerance = 4e-6;
        if (og_sample_make(t->op, t->text, &as_written, &s, &report)) {
            og_graph_free(s.graph);
            return fail_report(t, "with constants", &report);
        }
    }
    verdict v =
        expand_and_run(&s, out, &report) ? fail_report(t, "the expansion", &report) : PASSED;
    if (v == PASSED && t->runnable)
        v = run_node(&s, 1, 0, exact, &report)
                ? fail_report(t, "the kernel", &report)
                : compare_outputs(t, "kernel and expansion", exact, out, tolerance);
    free_outputs(out);
    free_outputs(exact);
    og_graph_free(s.graph);
    return v;
}

/* Real numbers are rounded to float on both sides, so only the arithmetic differs. */
static verdict check_float(trial *t)
{
    og_tensor *narrow[MOST_OUTPUTS] = { 0 }, *wide[MOST_OUTPUTS] = { 0 };
    const og_sample_options as_float = { .real = OG_FLOAT }, as_double = { .real = OG_DOUBLE };
    og_report report = { 0 };
    og_sample a = { 0 }, b = { 0 };
    verdict v = NOTHING;

    if (t->runnable && !random_op(t) && !og_sample_make(t->op, t->text, &as_float, &a, &report) &&
        !og_sample_make(t->op, t->text, &as_double, &b, &report)) {
        if (run_node(&a, 1, 0, narrow, &report) || run_node(&b, 1, 0, wide, &report))
            v = report.code == OG_UNSUPPORTED ? NOTHING
                                              : fail_report(t, "float or double", &report);
        else
            v = compare_outputs(t, "double and float", wide, narrow, 4e-6);
    }
    free_outputs(narrow);
    free_outputs(wide);
    og_graph_free(a.graph);
    og_graph_free(b.graph);
    return v;
}

/* What only moves data does so in every type: zeros and ones arrive where those of a float do. */
static verdict check_widths(trial *t)
{
    og_tensor *narrow[MOST_OUTPUTS] = { 0 }, *wide[MOST_OUTPUTS] = { 0 };
    og_sample_options options = { .real = OG_FLOAT, .bits = true };
    og_report report = { 0 };
    og_sample floats = { 0 };
    verdict v = NOTHING;

    if (!t->runnable || !(t->op->traits & OG_COPIES) ||
        og_sample_make(t->op, t->text, &options, &floats, &report) ||
        run_node(&floats, 1, 0, wide, &report)) {
        og_graph_free(floats.graph);
        return NOTHING;
    }
    for (int elem = 1; elem < OG_ELEM_COUNT && v != FAILED; elem++) {
        og_sample s = { 0 };

        options.real = (og_elem)elem;
        og_report_clear(&report);
        if (elem != OG_STRING && elem != OG_FLOAT8E8M0 && /* it has no 0 */
            !og_sample_make(t->op, t->text, &options, &s, &report)) {
            if (!run_node(&s, 1, 0, narrow, &report))
                v = compare_numbers(t, wide, narrow);
            else if (report.code != OG_UNSUPPORTED) /* some modes compute: not in every type yet */
                v = fail_report(t, og_elem_name(options.real), &report);
            free_outputs(narrow);
        }
        og_graph_free(s.graph);
    }
    free_outputs(wide);
    og_graph_free(floats.graph);
    return v;
}

/* A narrow result is the double one rounded once, beside what float arithmetic loses. */
static verdict compare_rounded(trial *t, og_elem elem, og_tensor *const *wide,
                               og_tensor *const *narrow)
{
    const double unit = elem == OG_FLOAT16 ? 0x1p-11 : 0x1p-8,
                 most = elem == OG_FLOAT16 ? 65504 : INFINITY;

    for (int k = 0; k < t->sample.node->n_out; k++) {
        const double scale = scale_of(wide[k]);

        if (!same_shape(wide[k], narrow[k]))
            return fail(t, "%s: output %d has another shape", og_elem_name(elem), k);
        for (int64_t i = 0; i < wide[k]->count; i++) {
            double x = og_get_double(wide[k], i), y = og_get_double(narrow[k], i);

            if (!(fabs(x - y) <= 1.01 * unit * fabs(x) + 4e-6 * scale || x == y || fabs(x) > most ||
                  (isnan(x) && isnan(y))))
                return fail(t, "%s: output %d[%lld] is %.9g, in double %.9g", og_elem_name(elem), k,
                            (long long)i, y, x);
        }
    }
    return PASSED;
}

static verdict check_narrow(trial *t)
{
    static const og_elem types[] = { OG_FLOAT16, OG_BFLOAT16 };
    og_tensor *narrow[MOST_OUTPUTS] = { 0 }, *wide[MOST_OUTPUTS] = { 0 };
    verdict v = NOTHING;

    for (int j = 0; j < 2 && v != FAILED && !random_op(t); j++) {
        og_sample_options as_narrow = { .real = types[j], .coarse = true };
        og_sample_options as_double = { .real = OG_DOUBLE, .coarse = true };
        og_sample a = { 0 }, b = { 0 };
        og_report report = { 0 };

        if (!og_sample_make(t->op, t->text, &as_narrow, &a, &report) &&
            !og_sample_make(t->op, t->text, &as_double, &b, &report) &&
            !run_node(&a, 1, 0, narrow, &report) && !run_node(&b, 1, 0, wide, &report))
            v = compare_rounded(t, types[j], wide, narrow);
        free_outputs(narrow);
        free_outputs(wide);
        og_graph_free(a.graph);
        og_graph_free(b.graph);
    }
    return v;
}

static verdict gradient_of(trial *t, int order, int output)
{
    const og_gradcheck_options options = { .order = order,
                                           .output = output,
                                           .elements = order == 2 ? 8 : 0 };
    og_gradcheck_result result;
    og_report report = { 0 };

    if (!og_gradcheck_has(t->op) || random_op(t))
        return NOTHING;
    og_status s = og_gradcheck_sample(t->op, t->text, &options, &result, &report);
    if (s == OG_BAD_TYPE)
        return NOTHING;
    if (s)
        return fail_report(t, order == 2 ? "second order" : "first order", &report);
    if (!result.passed)
        return fail(t, "%s", result.text);
    return result.compared ? PASSED : NOTHING;
}

static verdict check_gradient(trial *t)
{
    int n_out = t->sample.node->n_out;
    verdict v = gradient_of(t, 1, 0);

    for (int k = 0; k < n_out && n_out > 1 && v == PASSED; k++)
        v = gradient_of(t, 1, k + 1) == FAILED ? FAILED : PASSED;
    return v;
}

static int64_t sample_size(const trial *t)
{
    int64_t n = 0;

    for (int i = 0; i < t->sample.node->n_in; i++)
        n += t->sample.in[i] ? t->sample.in[i]->count : 0;
    return n;
}

static verdict check_second(trial *t)
{
    return sample_size(t) <= 150 ? gradient_of(t, 2, 0) : NOTHING;
}

static const struct {
    const char *name;
    verdict (*run)(trial *t);
} checks[] = {
    { "types", check_types },     { "threads", check_threads },     { "in place", check_inplace },
    { "session", check_session }, { "expansion", check_expansion }, { "float", check_float },
    { "widths", check_widths },   { "narrow", check_narrow },       { "gradient", check_gradient },
    { "second", check_second },
};
enum { CHECKS = sizeof checks / sizeof *checks };

/* ---- The plan -------------------------------------------------------------------------------- */

typedef struct summary {
    int64_t count[CHECKS][3], broken, samples, operators, unsampled;
    bool verbose;
} summary;

static void print_failure(const trial *t, const char *check)
{
    printf("FAIL %s \"%s\": %s: %s\n", t->op->name, t->text, check, t->why);
}

static void run_checks(trial *t, summary *s)
{
    for (int i = 0; i < CHECKS; i++) {
        verdict v = checks[i].run(t);

        s->count[i][v]++;
        if (v == FAILED)
            print_failure(t, checks[i].name);
    }
}

static void run_sample(const og_op *op, const char *text, summary *s)
{
    const og_sample_options fed = { 0 };
    trial t = { .op = op, .text = text };
    og_report report = { 0 };
    og_status status = og_sample_make(op, text, &fed, &t.sample, &report);

    s->samples++;
    if (s->verbose)
        printf("%s \"%s\"\n", op->name, text);
    fflush(stdout);
    if (!status && op->run) {
        status = run_node(&t.sample, 1, 0, t.out, &report);
        t.runnable = !status;
        if (status == OG_UNSUPPORTED && op->expand)
            status = OG_OK;
    }
    if (!status && op->run && !t.runnable && s->verbose)
        printf("    no kernel: %s\n", report.what);
    if (status) {
        s->broken++;
        fail_report(&t, op->run ? "run" : "make", &report);
        print_failure(&t, "sample");
    } else {
        run_checks(&t, s);
    }
    free_outputs(t.out);
    og_graph_free(t.sample.graph);
}

static bool wanted(const og_op *op, int argc, char **argv)
{
    bool any = false;

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], op->name))
            return true;
        any = any || argv[i][0] != '-';
    }
    return !any;
}

static bool print_summary(const summary *s)
{
    bool failed = s->broken > 0;

    printf("\n%-10s %8s %8s %8s\n", "check", "passed", "failed", "not due");
    for (int i = 0; i < CHECKS; i++) {
        printf("%-10s %8lld %8lld %8lld\n", checks[i].name, (long long)s->count[i][PASSED],
               (long long)s->count[i][FAILED], (long long)s->count[i][NOTHING]);
        failed = failed || s->count[i][FAILED];
    }
    printf("%lld operators, %lld samples, %lld of them broken\n", (long long)s->operators,
           (long long)s->samples, (long long)s->broken);
    return failed;
}

int main(int argc, char **argv)
{
    summary s = { 0 };

    s.verbose = argc > 1 && !strcmp(argv[1], "-v");
    for (size_t i = 0; i < og_op_count(); i++) {
        const og_op *op = og_op_at(i);

        if (!wanted(op, argc, argv))
            continue;
        if (!op->run && !op->expand) /* an old name that its upgrade replaces */
            continue;
        if (op->traits & OG_DERIVATIVE) /* names values of a file; tests/python/onnx_gradient.py */
            continue;
        s.operators++;
        if (!op->samples) {
            printf("FAIL %s: no samples\n", op->name);
            s.broken++;
            continue;
        }
        for (const char *const *text = op->samples; *text; text++)
            run_sample(op, *text, &s);
    }
    return print_summary(&s);
}
