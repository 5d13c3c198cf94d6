/*
 * The cases of tests/chain: a chain, gradients, and the update they must give, or the place and
 * words of the report.
 *
 * A case is a few lines, cases are apart by blank lines, # begins a comment:
 *     clip_norm(1) | sgd(lr=0.1)   the chain
 *     type float                   of the parameters; double unless said
 *     compat optax                 of the whole step
 *     names a.weight a.bias        of the parameters; p, q, r … unless said
 *     dims 2 3; 4                  their shapes; vectors unless said
 *     loss quartic                 sum(p * g) unless said: with sum(p^4 / 4) more; coupled: and
 *                                  with ((sum p)^2 + sum(p^2)) / 2 more, and the g of step 0
 *     p 1 -2 0.5                   where they begin, at 0 unless said; "; " between parameters
 *     3 4                          the gradient of each step
 *     steps 100                    or: that many, made up as tests/golden/optimizers.py says, and
 *                                  the parameters too
 *     -0.06 -0.08                  the last line: what all steps added, or "= " and what the
 *                                  parameters became
 *     warns lr behind              words of a warning
 *     ! 14: expected ',' or ')'    or: offset and first words of the report
 * A number is met if it is within half a unit of its last digit.
 */
#include "../test.h"

#include "onnxgrad/session.h"
#include "optim/optim.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_LINES = 64, MOST_PARAMS = 8, MOST_NUMBERS = 64 };

typedef struct numbers {
    size_t n[MOST_PARAMS]; /* of each parameter */
    double v[MOST_PARAMS][MOST_NUMBERS];
    double unit[MOST_PARAMS][MOST_NUMBERS]; /* of the last digit */
    size_t params;
} numbers;

typedef struct chain_case {
    char where[400];
    const char *chain, *error, *compat, *warns, *loss;
    og_elem elem;
    const char *names[MOST_PARAMS];
    numbers start, expected, dims;
    bool absolute; /* expected: the parameters, not the change */
    size_t steps, made_up;
    numbers gradients[MOST_LINES];
} chain_case;

/* ---- Reading --------------------------------------------------------------------------------- */

/* The unit of the last digit as written: 0.05 for "1.25e1"'s 5. */
static double last_unit(const char *text, const char *end)
{
    double unit = 1;
    bool point = false;

    for (const char *s = text; s < end; s++) {
        if (*s == 'e' || *s == 'E')
            return unit * pow(10, atof(s + 1));
        if (*s == '.')
            point = true;
        else if (point)
            unit /= 10;
    }
    return unit;
}

static void read_numbers(const char *text, numbers *out)
{
    char *end;

    memset(out, 0, sizeof *out);
    out->params = 1;
    while (*text) {
        size_t p = out->params - 1, k = out->n[p];
        double x = strtod(text, &end);

        if (end == text) {
            assert_true(*text == ';' || *text == ' ');
            out->params += *text++ == ';';
            continue;
        }
        assert_true(k < MOST_NUMBERS && out->params <= MOST_PARAMS);
        out->v[p][k] = x;
        out->unit[p][k] = last_unit(text, end);
        out->n[p]++;
        text = end;
    }
}

static void read_names(char *text, const char **names)
{
    size_t n = 0;

    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        names[n++] = word;
}

static void read_option(chain_case *c, char *line)
{
    if (strncmp(line, "type ", 5) == 0)
        c->elem = og_elem_from_name(line + 5);
    else if (strncmp(line, "compat ", 7) == 0)
        c->compat = line + 7;
    else if (strncmp(line, "loss ", 5) == 0)
        c->loss = line + 5;
    else if (strncmp(line, "warns ", 6) == 0)
        c->warns = line + 6;
    else if (strncmp(line, "names ", 6) == 0)
        read_names(line + 6, c->names);
    else if (strncmp(line, "dims ", 5) == 0)
        read_numbers(line + 5, &c->dims);
    else if (strncmp(line, "steps ", 6) == 0)
        c->made_up = (size_t)atoi(line + 6);
    else if (strncmp(line, "p ", 2) == 0)
        read_numbers(line + 2, &c->start);
    else if (line[0] == '!')
        c->error = line + 2;
    else if (line[0] == '=')
        read_numbers(line + 2, &c->expected), c->absolute = true;
    else
        read_numbers(line, &c->gradients[c->steps++]);
}

/* Numbers of the shapes of the case by a rule of the element's place: ((a + b i) mod m - c) / d. */
static void make_up(const chain_case *c, long a, long b, long m, long less, double divisor,
                    numbers *out)
{
    long i = 0;

    out->params = c->dims.params;
    for (size_t p = 0; p < c->dims.params; p++) {
        double n = 1;

        for (size_t k = 0; k < c->dims.n[p]; k++)
            n *= c->dims.v[p][k];
        out->n[p] = (size_t)n;
        assert_true(out->n[p] <= MOST_NUMBERS);
        for (size_t k = 0; k < out->n[p]; k++, i++)
            out->v[p][k] = (double)((a + b * i) % m - less) / divisor;
    }
}

static void gradient_of(const chain_case *c, size_t t, numbers *out)
{
    if (c->loss && strcmp(c->loss, "coupled") == 0)
        t = 0;
    if (c->made_up)
        make_up(c, 7 * (long)t + 5, 13, 11, 5, 10, out);
    else
        *out = c->gradients[t];
}

/* ---- Running --------------------------------------------------------------------------------- */

static const char *name_of(const chain_case *c, size_t p)
{
    static const char *const names[MOST_PARAMS] = { "p", "q", "r", "s", "t", "u", "v", "w" };

    return c->names[p] ? c->names[p] : names[p];
}

/* The shape of a parameter; returns its rank. */
static int shape_of(const chain_case *c, size_t p, int64_t *dims)
{
    int rank = (int)c->dims.n[p];

    for (int i = 0; i < rank; i++)
        dims[i] = (int64_t)c->dims.v[p][i];
    if (rank == 0)
        dims[rank++] = (int64_t)c->gradients[0].n[p];
    return rank;
}

static og_value *sum_of(og_value *x)
{
    return og_reduce("ReduceSum", x, (og_ints){ 0, NULL }, false);
}

/* The loss sum(p * g) has the gradient g. */
static og_value *loss_of(const chain_case *c, og_value *p, og_value *g)
{
    og_value *square = og_mul(p, p), *loss = sum_of(og_mul(p, g)), *sum = sum_of(p);

    if (c->loss)
        loss = og_add(loss, og_times(sum_of(og_mul(square, square)), 0.25));
    if (c->loss && strcmp(c->loss, "coupled") == 0)
        loss = og_add(loss, og_times(og_add(og_mul(sum, sum), sum_of(square)), 0.5));
    return loss;
}

static og_value *make_graph(og_graph *g, const chain_case *c)
{
    og_value *loss = NULL;

    for (size_t p = 0; p < c->gradients[0].params; p++) {
        int64_t dims[8];
        int rank = shape_of(c, p, dims);
        og_tensor *t = og_tensor_new(c->elem, rank, dims);
        char name[32];
        og_value *x, *term;

        for (size_t i = 0; i < c->start.n[p]; i++)
            og_set_double(t, (int64_t)i, c->start.v[p][i]);
        x = og_parameter(g, name_of(c, p), t);
        og_tensor_free(t);
        (void)snprintf(name, sizeof name, "g%zu", p);
        term = loss_of(c, x, og_input_dims(g, name, c->elem, rank, dims));
        loss = loss ? og_add(loss, term) : term;
    }
    return loss;
}

static void run_step(const chain_case *c, og_session *session, const numbers *g)
{
    og_feed feeds[MOST_PARAMS];
    og_tensor *t[MOST_PARAMS];
    char names[MOST_PARAMS][8];

    assert_int_equal(g->params, c->gradients[0].params);
    for (size_t p = 0; p < g->params; p++) {
        int64_t dims[8];
        int rank = shape_of(c, p, dims);

        t[p] = og_tensor_new(c->elem, rank, dims);
        for (size_t i = 0; i < g->n[p]; i++)
            og_set_double(t[p], (int64_t)i, g->v[p][i]);
        (void)snprintf(names[p], sizeof names[p], "g%zu", p);
        feeds[p] = (og_feed){ .name = names[p], .tensor = *t[p] };
    }
    if (og_session_run(session, feeds, g->params, NULL, 0, NULL, NULL))
        fail_msg("%s: %s", c->where, og_session_report(session)->what);
    for (size_t p = 0; p < g->params; p++)
        og_tensor_free(t[p]);
}

/* Says where they differ first. */
static bool compare(const chain_case *c, og_session *session)
{
    for (size_t p = 0; p < c->expected.params; p++) {
        const char *name = name_of(c, p);
        const og_tensor *t = og_state_tensor(og_session_state(session), name);

        assert_non_null(t);
        assert_int_equal(t->count, c->expected.n[p]);
        for (size_t i = 0; i < c->expected.n[p]; i++) {
            double found = og_get_double(t, (int64_t)i) - (c->absolute ? 0 : c->start.v[p][i]);

            if (fabs(found - c->expected.v[p][i]) <= 0.5000001 * c->expected.unit[p][i])
                continue;
            print_error("%s: %s: %s[%zu]: expected %.12g, found %.12g\n", c->where, c->chain, name,
                        i, c->expected.v[p][i], found);
            return false;
        }
    }
    return true;
}

static void check_warnings(const chain_case *c, const og_graph *g)
{
    if (!c->warns && og_step_warning(g, 0))
        fail_msg("%s: no warning was expected: %s", c->where, og_step_warning(g, 0));
    if (c->warns && !(og_step_warning(g, 0) && strstr(og_step_warning(g, 0), c->warns)))
        fail_msg("%s: expected a warning with '%s', found %s", c->where, c->warns,
                 og_step_warning(g, 0) ? og_step_warning(g, 0) : "none");
}

/* The caret stands below the place, four columns in; the letters of these chains are of one column
 * (but those beyond ASCII, which are behind the place). */
static void run_refused(const chain_case *c, og_graph *g, og_status status)
{
    const og_report *report = og_graph_report(g);
    const char *caret = strrchr(report->where, '\n');
    char expected[600];

    (void)snprintf(expected, sizeof expected, "offset %s", c->error);
    if (status != OG_BAD_CHAIN || strncmp(report->what, expected, strlen(expected)) != 0)
        fail_msg("%s: expected %s, found %s", c->where, expected, report->what);
    if (!caret || strlen(caret + 1) != 4 + (size_t)atoi(c->error) + 1)
        fail_msg("%s: the caret is not below offset %s: %s", c->where, c->error, report->where);
}

static bool run_case(chain_case *c)
{
    bool met = true;
    og_graph *g = og_graph_new("case");
    og_step_options options = { .compat = c->compat };
    og_session *session;
    og_status status;

    if (c->made_up) {
        make_up(c, 3, 5, 7, 3, 4, &c->start);
        gradient_of(c, 0, &c->gradients[0]);
        c->steps = c->made_up;
    } else if (c->steps == 0) /* a chain to refuse needs no numbers of its own */
        read_numbers("1 2", &c->gradients[c->steps++]);
    else if (!c->absolute && !c->error)
        c->expected = c->gradients[--c->steps];
    status = og_train_step_with(g, make_graph(g, c), c->chain, &options);
    if (c->error) {
        run_refused(c, g, status);
    } else {
        if (status)
            fail_msg("%s: %s %s %s", c->where, og_graph_report(g)->what, og_graph_report(g)->where,
                     og_graph_report(g)->hint);
        check_warnings(c, g);
        if (og_session_new(g, NULL, &session))
            fail_msg("%s: %s", c->where, og_session_report(session)->what);
        for (size_t i = 0; i < c->steps; i++) {
            static numbers g;

            gradient_of(c, i, &g);
            run_step(c, session, &g);
        }
        met = compare(c, session);
        og_session_free(session);
    }
    og_graph_free(g);
    return met;
}

/* ---- Files ----------------------------------------------------------------------------------- */

/* Returns the number of cases that were not met. */
static int run_file(const char *path)
{
    static chain_case c;
    char *text, *next;
    void *data;
    size_t size, line = 1, cases = 0;
    int missed = 0;
    og_report report = { .code = OG_OK };

    assert_ok(og_file_read(path, &data, &size, &report), &report);
    text = malloc(size + 3);
    memcpy(text, data, size);
    memcpy(text + size, "\n\n", 3);
    og_free(data);
    c.chain = NULL;
    for (char *at = text; *at; at = next, line++) {
        next = at + strcspn(at, "\n");
        *next++ = '\0';
        if (*at == '#')
            continue;
        if (*at == '\0') {
            if (c.chain) {
                missed += !run_case(&c);
                cases++;
            }
            c.chain = NULL;
        } else if (!c.chain) {
            memset(&c, 0, sizeof c);
            c.elem = OG_DOUBLE;
            c.chain = at;
            (void)snprintf(c.where, sizeof c.where, "%s:%zu", og_path_base(path), line);
        } else {
            read_option(&c, at);
        }
    }
    assert_true(cases > 0);
    free(text);
    return missed;
}

static void test_files(void **state)
{
    glob_t found;
    int missed = 0;

    (void)state;
    assert_int_equal(glob(OG_SOURCE_DIR "/tests/chain/*.txt", 0, NULL, &found), 0);
    assert_int_equal(glob(OG_SOURCE_DIR "/tests/golden/optimizers.txt", GLOB_APPEND, NULL, &found),
                     0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        missed += run_file(found.gl_pathv[i]);
    globfree(&found);
    assert_int_equal(missed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_files) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
