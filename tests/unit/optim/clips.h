/*
 * What the property tests of clips stand on: parameters of random shapes whose gradients are fed, a
 * chain that keeps what its clip lets through, and the blocks that a clip treats as one.
 */
#ifndef OG_TESTS_OPTIM_CLIPS_H
#define OG_TESTS_OPTIM_CLIPS_H

#include "../test.h"

#include "onnxgrad/session.h"
#include "optim/optim.h"

#include <stdio.h>

enum { MOST_TENSORS = 5, MOST_ELEMENTS = 150000 };

/* Elements of all parameters, one after the other, in the order of their names. */
typedef struct numbers {
    double v[MOST_ELEMENTS];
} numbers;

typedef struct shapes {
    int n;
    int rank[MOST_TENSORS];
    int64_t dims[MOST_TENSORS][4], first[MOST_TENSORS], count[MOST_TENSORS], all;
} shapes;

/* A training step with parameters p0, p1 …; what the stages before `probe` made is in its slot. */
typedef struct bed {
    const shapes *s;
    og_elem elem;
    og_graph *g;
    og_session *session;
} bed;

static og_status probe_build(og_stage_context *c)
{
    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_keep(c, og_stage_slot(c, i, "out", 0), og_stage_in(c, i));
    return OG_OK;
}

static const og_stage probe = {
    .name = "probe",
    .doc = "Keeps what arrives.",
    .traits = OG_STAGE_OBSERVES,
    .build = probe_build,
};

/* ---- Random shapes and numbers --------------------------------------------------------------- */

static int bits_of(og_elem elem)
{
    return elem == OG_DOUBLE ? 53 : elem == OG_FLOAT ? 24 : elem == OG_FLOAT16 ? 11 : 8;
}

/* The distance of neighbours at x. */
static double ulp_at(og_elem elem, double x)
{
    int least = elem == OG_DOUBLE ? -1022 : elem == OG_FLOAT16 ? -14 : -126;
    int e = x == 0 ? least : ilogb(x);

    return ldexp(1, (e < least ? least : e) - bits_of(elem) + 1);
}

static bool within(og_elem elem, double found, double expected, int ulps)
{
    return found == expected || fabs(found - expected) <= ulps * ulp_at(elem, expected);
}

/* x with only the first bits of its mantissa. */
static double shorten(double x, int bits)
{
    int e;
    double m = frexp(x, &e);

    return ldexp(rint(ldexp(m, bits)), e - bits);
}

static double between(og_philox *random, double low, double high)
{
    return low + (high - low) * og_philox_uniform(random);
}

static void shapes_random(og_philox *random, shapes *s)
{
    s->n = 1 + (int)og_philox_below(random, MOST_TENSORS);
    s->all = 0;
    for (int i = 0; i < s->n; i++) {
        s->rank[i] = (int)og_philox_below(random, 5);
        for (int k = 0; k < s->rank[i]; k++) /* now and then without elements */
            s->dims[i][k] =
                (int64_t)og_philox_below(random, 40) ? 1 + (int64_t)og_philox_below(random, 7) : 0;
        s->first[i] = s->all;
        s->count[i] = og_count(s->rank[i], s->dims[i]);
        s->all += s->count[i];
    }
}

/* About `size`, within three decades, some zeros; with room for exact multiples. */
static void numbers_random(og_philox *random, const shapes *s, og_elem elem, double size,
                           numbers *out)
{
    for (int64_t i = 0; i < s->all; i++) {
        double x = size * og_philox_normal(random);

        if (og_philox_below(random, 3) == 0)
            x *= pow(10, between(random, -3, 0));
        out->v[i] = og_philox_below(random, 20) ? shorten(x, bits_of(elem) / 2) : 0;
    }
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* The loss sum(p * g) has the gradients g.  Parameters are declared from p[shift] on. */
static bed bed_new(const shapes *s, og_elem elem, const numbers *weights, const char *chain,
                   int shift, int threads)
{
    const og_stage *const stages[] = { &probe, NULL };
    og_step_options options = { .stages = stages };
    og_session_options run = { .threads = threads };
    bed b = { .s = s, .elem = elem, .g = og_graph_new("bed") };
    og_value *loss = NULL;
    char text[200];

    for (int k = 0; k < s->n; k++) {
        int i = (k + shift) % s->n;
        og_tensor *t = og_tensor_new(elem, s->rank[i], s->dims[i]);
        char p[16], g[16];
        og_value *term;

        for (int64_t j = 0; j < s->count[i]; j++)
            og_set_double(t, j, weights->v[s->first[i] + j]);
        (void)snprintf(p, sizeof p, "p%d", i);
        (void)snprintf(g, sizeof g, "g%d", i);
        term = og_mul(og_parameter(b.g, p, t), og_input_dims(b.g, g, elem, s->rank[i], s->dims[i]));
        term = og_reduce("ReduceSum", term, (og_ints){ 0, NULL }, false);
        loss = loss ? og_add(loss, term) : term;
        og_tensor_free(t);
    }
    (void)snprintf(text, sizeof text, "%s | probe | lr(0)", chain);
    assert_ok(og_train_step_with(b.g, loss, text, &options), og_graph_report(b.g));
    assert_ok(og_session_new(b.g, &run, &b.session), og_session_report(b.session));
    return b;
}

static void bed_free(bed *b)
{
    og_session_free(b->session);
    og_graph_free(b->g);
}

static og_tensor *bed_state(const bed *b, const char *name)
{
    og_tensor *t = og_state_tensor(og_session_state(b->session), name);

    if (!t)
        fail_msg("no state '%s'", name);
    return t;
}

/* One step: what comes out for the gradient `in`. */
static og_run_info bed_run(bed *b, const numbers *in, numbers *out)
{
    const shapes *s = b->s;
    og_feed feeds[MOST_TENSORS];
    og_tensor *t[MOST_TENSORS];
    char names[MOST_TENSORS][16];
    og_run_info info;

    for (int i = 0; i < s->n; i++) {
        t[i] = og_tensor_new(b->elem, s->rank[i], s->dims[i]);
        for (int64_t j = 0; j < s->count[i]; j++)
            og_set_double(t[i], j, in->v[s->first[i] + j]);
        (void)snprintf(names[i], sizeof names[i], "g%d", i);
        feeds[i] = (og_feed){ .name = names[i], .tensor = *t[i] };
    }
    assert_ok(og_session_run(b->session, feeds, (size_t)s->n, NULL, 0, NULL, &info),
              og_session_report(b->session));
    for (int i = 0; i < s->n; i++) {
        char name[32];
        const og_tensor *kept;

        og_tensor_free(t[i]);
        (void)snprintf(name, sizeof name, "opt/probe/out/p%d", i);
        kept = bed_state(b, name);
        for (int64_t j = 0; j < s->count[i]; j++)
            out->v[s->first[i] + j] = og_get_double(kept, j);
    }
    return info;
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

typedef enum reach { REACH_ALL, REACH_TENSOR, REACH_ROW, REACH_ELEMENT } reach;

/* Elements that a clip treats as one: `count` from `first` on. */
typedef struct block {
    int tensor; /* of REACH_ALL: 0 */
    int64_t first, count;
} block;

static size_t blocks_of(const shapes *s, reach r, block *out)
{
    size_t n = 0;

    if (r == REACH_ALL) {
        out[0] = (block){ .count = s->all };
        return 1;
    }
    for (int i = 0; i < s->n; i++) {
        int64_t rows = r == REACH_ELEMENT                 ? s->count[i]
                       : r == REACH_ROW && s->rank[i] > 1 ? s->dims[i][0]
                                                          : 1;

        for (int64_t k = 0; k < rows; k++) {
            int64_t count = s->count[i] / rows;

            out[n++] = (block){ i, s->first[i] + k * count, count };
        }
    }
    return n;
}

/* (sum |x|^p)^(1/p), exact enough to judge doubles by. */
static double norm_of(const numbers *x, block b, double p)
{
    long double largest = 0, sum = 0;

    for (int64_t i = b.first; i < b.first + b.count; i++)
        largest = fmaxl(largest, fabsl((long double)x->v[i]));
    if (largest == 0 || isinf(p))
        return (double)largest;
    for (int64_t i = b.first; i < b.first + b.count; i++)
        sum += powl(fabsl((long double)x->v[i]) / largest, p);
    return (double)(largest * powl(sum, 1 / (long double)p));
}

#endif
