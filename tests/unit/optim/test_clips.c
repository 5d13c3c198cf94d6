/*
 * What a clip promises, on random gradients of every size that a type has: what it bounds is within
 * the bound; gradient and bound times k give the result times k; directions are kept; clipping
 * twice is clipping once; no bound, no change, bit for bit; the order of the parameters and the
 * number of threads do not matter.
 *
 * All hold within 4 ulp of the parameters' type, with eps = 0.  Where one does not hold by
 * definition the row says why, and a case of it must be found.
 */
#include "clips.h"

enum { BOUND = 1 << 0, SCALE = 1 << 1, DIRECTION = 1 << 2, TWICE = 1 << 3, PROPERTIES = 4 };

typedef struct clip {
    const char *chain, *bound; /* the state that holds the threshold */
    reach reach;               /* what is bounded, and keeps its direction, as one */
    double p;                  /* which norm of it */
    double (*share)(const shapes *s, const numbers *weights, block b); /* of the bound; NULL: all */
    const char *also; /* a second number that grows with the gradients */
    double least;     /* of a norm, below which SCALE and TWICE do not hold */
    unsigned lacks;   /* properties that it has not */
    const char *why;
} clip;

static double share_root(const shapes *s, const numbers *weights, block b)
{
    (void)weights, (void)b;
    return 1 / sqrt(s->n);
}

static double share_size(const shapes *s, const numbers *weights, block b)
{
    (void)weights;
    return sqrt((double)b.count / (double)s->all);
}

static double share_rms(const shapes *s, const numbers *weights, block b)
{
    (void)s, (void)weights;
    return sqrt((double)b.count);
}

static double share_weights(const shapes *s, const numbers *weights, block b)
{
    (void)s;
    return fmax(norm_of(weights, b, 2), 1e-3);
}

static const clip clips[] = {
    { .chain = "clip_norm(1, eps=0)", .bound = "opt/clip_norm/c", .p = 2 },
    { .chain = "clip_norm(1, p=1, eps=0)", .bound = "opt/clip_norm/c", .p = 1 },
    { .chain = "clip_norm(1, p=inf, eps=0)", .bound = "opt/clip_norm/c", .p = (double)INFINITY },
    { .chain = "clip_norm(1, p=3, eps=0)", .bound = "opt/clip_norm/c", .p = 3 },
    { .chain = "clip_norm(1, p=1.5, eps=0)", .bound = "opt/clip_norm/c", .p = 1.5 },
    { .chain = "clip_value(1)", .bound = "opt/clip_value/c", .reach = REACH_ELEMENT, .p = 2 },
    { .chain = "clip_sign(1)",
      .bound = "opt/clip_sign/c",
      .p = (double)INFINITY,
      .lacks = DIRECTION,
      .why = "it leaves the signs only, and bounds the largest element, not the norm" },
    { .chain = "clip_layer(1, eps=0)", .bound = "opt/clip_layer/c", .reach = REACH_TENSOR, .p = 2 },
    { .chain = "clip_layer(1, share=root, eps=0)",
      .bound = "opt/clip_layer/c",
      .reach = REACH_TENSOR,
      .p = 2,
      .share = share_root },
    { .chain = "clip_layer(1, share=size, eps=0)",
      .bound = "opt/clip_layer/c",
      .reach = REACH_TENSOR,
      .p = 2,
      .share = share_size },
    { .chain = "clip_rms(1)",
      .bound = "opt/clip_rms/c",
      .reach = REACH_TENSOR,
      .p = 2,
      .share = share_rms },
    { .chain = "agc(1)",
      .bound = "opt/agc/clipping",
      .reach = REACH_ROW,
      .p = 2,
      .share = share_weights,
      .least = 1e-6 },
    { .chain = "clip_global_smooth(1, gamma=1)",
      .bound = "opt/clip_global_smooth/c",
      .p = 2,
      .also = "opt/clip_global_smooth/gamma",
      .lacks = TWICE,
      .why = "it shortens whatever is not 0" },
    { .chain = "normalize(1, eps=0)", .bound = "opt/normalize/scale", .p = 2 },
};

enum { CLIPS = sizeof clips / sizeof clips[0] };

/* ---- One gradient ---------------------------------------------------------------------------- */

typedef struct trial {
    const clip *clip;
    const shapes *s;
    bed *bed, *shifted; /* the second with its parameters in another order */
    const numbers *weights;
    const numbers *g;
    double bound, k;
    double least; /* norm of a block that has elements */
    double also;
    char what[200]; /* what went wrong */
} trial;

static numbers out, scaled, again, reordered;

static void set(bed *b, const char *state, double x)
{
    if (state)
        og_set_double(bed_state(b, state), 0, x);
}

static bool differs(trial *t, const char *what, int64_t i, double found, double expected)
{
    (void)snprintf(t->what, sizeof t->what, "%s: element %d: found %.17g, expected %.17g", what,
                   (int)i, found, expected);
    return false;
}

/* `expected` was rounded before it is multiplied. */
static bool same(trial *t, const char *what, const numbers *found, const numbers *expected,
                 double times)
{
    for (int64_t i = 0; i < t->s->all; i++) {
        double rounding = 4 * times * ulp_at(t->bed->elem, expected->v[i]);

        if (!within(t->bed->elem, found->v[i], expected->v[i] * times, 4) &&
            !(fabs(found->v[i] - expected->v[i] * times) <= rounding))
            return differs(t, what, i, found->v[i], expected->v[i] * times);
    }
    return true;
}

static double bound_of(const trial *t, block b)
{
    return t->bound * (t->clip->share ? t->clip->share(t->s, t->weights, b) : 1);
}

static bool check_bound(trial *t, block b)
{
    double found = norm_of(&out, b, t->clip->p), most = bound_of(t, b);

    if (found > most && !within(t->bed->elem, found, most, 4))
        return differs(t, "longer than the bound", b.first, found, most);
    return true;
}

/* Every element is multiplied by what the largest one is. */
static bool check_direction(trial *t, block b)
{
    int64_t largest = b.first;

    for (int64_t i = b.first; i < b.first + b.count; i++)
        if (fabs(t->g->v[i]) > fabs(t->g->v[largest]))
            largest = i;
    for (int64_t i = b.first; i < b.first + b.count; i++) {
        double expected = (double)((long double)t->g->v[i] / t->g->v[largest] * out.v[largest]);

        if (t->g->v[i] != 0 && !within(t->bed->elem, out.v[i], expected, 4))
            return differs(t, "another direction", i, out.v[i], expected);
        if (t->g->v[i] == 0 && out.v[i] != 0)
            return differs(t, "a zero moved", i, out.v[i], 0);
    }
    return true;
}

static bool check_scale(trial *t)
{
    numbers g = *t->g;

    if (t->least < t->clip->least || t->least * t->k < t->clip->least)
        return true;
    for (int64_t i = 0; i < t->s->all; i++)
        g.v[i] *= t->k;
    set(t->bed, t->clip->bound, t->bound * t->k);
    set(t->bed, t->clip->also, t->also * t->k);
    bed_run(t->bed, &g, &scaled);
    set(t->bed, t->clip->bound, t->bound);
    set(t->bed, t->clip->also, t->also);
    return same(t, "clip(k g, k c) is not k clip(g, c)", &scaled, &out, t->k);
}

static bool check_twice(trial *t, const block *blocks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (norm_of(&out, blocks[i], 2) < t->clip->least)
            return true;
    bed_run(t->bed, &out, &again);
    return same(t, "clipping twice is not clipping once", &again, &out, 1);
}

/* Returns the properties that do not hold here. */
static unsigned run_trial(trial *t)
{
    static block blocks[MOST_ELEMENTS];
    size_t n = blocks_of(t->s, t->clip->reach, blocks);
    unsigned broken = 0;

    t->least = (double)INFINITY;
    for (size_t i = 0; i < n; i++)
        if (norm_of(t->g, blocks[i], 2) > 0)
            t->least = fmin(t->least, norm_of(t->g, blocks[i], 2));
    set(t->bed, t->clip->bound, t->bound);
    set(t->bed, t->clip->also, t->also);
    bed_run(t->bed, t->g, &out);
    for (size_t i = 0; i < n; i++) {
        broken |= check_bound(t, blocks[i]) ? 0 : BOUND;
        broken |= blocks[i].count == 0 || check_direction(t, blocks[i]) ? 0 : DIRECTION;
    }
    broken |= check_scale(t) ? 0 : SCALE;
    broken |= check_twice(t, blocks, n) ? 0 : TWICE;
    set(t->shifted, t->clip->bound, t->bound);
    set(t->shifted, t->clip->also, t->also);
    bed_run(t->shifted, t->g, &reordered);
    if (!same(t, "another order of the parameters", &reordered, &out, 1))
        fail_msg("%s, %s: %s", t->clip->chain, og_elem_name(t->bed->elem), t->what);
    if (broken & ~t->clip->lacks)
        fail_msg("%s, %s, bound %g: %s", t->clip->chain, og_elem_name(t->bed->elem), t->bound,
                 t->what);
    return broken;
}

/* ---- Many gradients -------------------------------------------------------------------------- */

/* Decades of the gradients' elements: what lies beyond them at either end are the numbers that a
 * type cannot hold with all its bits. */
static const struct {
    og_elem elem;
    double low, high;
    int bits; /* of k */
} types[] = {
    { OG_FLOAT, -30, 33, 10 },
    { OG_DOUBLE, -290, 290, 20 },
    { OG_FLOAT16, -1, 2, 3 },
    { OG_BFLOAT16, -30, 33, 3 },
};

static unsigned run_shapes(const clip *c, size_t type, og_philox *random)
{
    static numbers weights, g;
    og_elem elem = types[type].elem;
    shapes s;
    bed b, shifted;
    unsigned broken = 0;

    shapes_random(random, &s);
    numbers_random(random, &s, elem, 1, &weights);
    b = bed_new(&s, elem, &weights, c->chain, 0, 1);
    shifted = bed_new(&s, elem, &weights, c->chain, 1 + (int)og_philox_below(random, 3), 1);
    for (int i = 0; i < 20; i++) {
        double decade = i == 0   ? types[type].low
                        : i == 1 ? types[type].high
                                 : between(random, types[type].low, types[type].high);
        double size = pow(10, decade);
        trial t = {
            .clip = c, .s = &s, .bed = &b, .shifted = &shifted, .weights = &weights, .g = &g
        };

        numbers_random(random, &s, elem, size, &g);
        t.bound = shorten(size * pow(10, between(random, -1.5, 1.5)), bits_of(elem) / 2);
        t.k = shorten(pow(10, between(random, -1, 1)), types[type].bits);
        t.also = shorten(size * between(random, 0.1, 1), bits_of(elem) / 2);
        broken |= run_trial(&t);
    }
    bed_free(&b);
    bed_free(&shifted);
    return broken;
}

static void test_properties(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLIPS; i++) {
        unsigned broken = 0;

        for (size_t type = 0; type < sizeof types / sizeof types[0]; type++)
            for (uint64_t round = 0; round < 10; round++) {
                og_philox random = { .seed = 6, .stream = i * 1000 + type * 100 + round };

                broken |= run_shapes(&clips[i], type, &random);
            }
        if (broken != clips[i].lacks)
            fail_msg("%s: a property holds that should not: %s", clips[i].chain, clips[i].why);
    }
}

/* ---- No bound, no change --------------------------------------------------------------------- */

/* A finite number of random bits: the smallest ones too, and both zeros. */
static double any_number(og_philox *random, og_elem elem)
{
    int least = elem == OG_DOUBLE    ? -1074
                : elem == OG_FLOAT16 ? -24
                : elem == OG_FLOAT   ? -149
                                     : -133;
    int most = elem == OG_DOUBLE ? 1020 : elem == OG_FLOAT16 ? 11 : 120;
    double x = ldexp(rint(ldexp(og_philox_uniform(random), bits_of(elem) - 1)), least);

    if (og_philox_below(random, 3))
        x = shorten(ldexp(og_philox_uniform(random), (int)between(random, least, most)),
                    bits_of(elem));
    if (fabs(x) < ldexp(1, least + bits_of(elem)))
        x = ldexp(rint(ldexp(x, -least)), least);
    return og_philox_below(random, 2) ? x : -x;
}

static void check_unbounded(const clip *c, og_elem elem, og_philox *random)
{
    static numbers weights, g;
    shapes s;
    bed b;

    shapes_random(random, &s);
    numbers_random(random, &s, elem, 1, &weights);
    b = bed_new(&s, elem, &weights, c->chain, 0, 1);
    set(&b, c->bound, (double)INFINITY);
    for (int round = 0; round < 10; round++) {
        for (int64_t i = 0; i < s.all; i++)
            g.v[i] = any_number(random, elem);
        bed_run(&b, &g, &out);
        for (int64_t i = 0; i < s.all; i++)
            if (out.v[i] != g.v[i] || signbit(out.v[i]) != signbit(g.v[i]))
                fail_msg("%s, %s, no bound: %.17g became %.17g", c->chain, og_elem_name(elem),
                         g.v[i], out.v[i]);
    }
    bed_free(&b);
}

static void test_unbounded(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLIPS; i++)
        for (size_t type = 0; type < sizeof types / sizeof types[0]; type++) {
            og_philox random = { .seed = 7, .stream = i * 10 + type };

            if (clips[i].also || strstr(clips[i].chain, "normalize"))
                continue; /* their numbers are finite: what they give always has one length */
            for (int round = 0; round < 5; round++)
                check_unbounded(&clips[i], types[type].elem, &random);
        }
}

/* ---- Threads --------------------------------------------------------------------------------- */

static void check_threads(const clip *c, og_elem elem)
{
    static const shapes s = { .n = 3,
                              .rank = { 2, 1, 0 },
                              .dims = { { 300, 400 }, { 77 } },
                              .first = { 0, 120000, 120077 },
                              .count = { 120000, 77, 1 },
                              .all = 120078 };
    static numbers g, first;
    og_philox random = { .seed = 8 };
    og_run_info one = { .step = 0 };

    numbers_random(&random, &s, elem, 1e-3, &g);
    for (int threads = 1; threads <= 3; threads++) {
        bed b = bed_new(&s, elem, &g, c->chain, 0, threads);
        og_run_info info;

        set(&b, c->bound, 1e-3);
        info = bed_run(&b, &g, threads == 1 ? &first : &out);
        if (threads == 1)
            one = info;
        else if (memcmp(&info.grad_norm, &one.grad_norm, sizeof(double)) != 0 ||
                 memcmp(&info.grad_norm_after, &one.grad_norm_after, sizeof(double)) != 0 ||
                 memcmp(first.v, out.v, (size_t)s.all * sizeof(double)) != 0)
            fail_msg("%s, %s: %d threads give other bits", c->chain, og_elem_name(elem), threads);
        bed_free(&b);
    }
}

static void test_threads(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLIPS; i++) {
        check_threads(&clips[i], OG_FLOAT);
        check_threads(&clips[i], OG_DOUBLE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_properties),
                                        cmocka_unit_test(test_unbounded),
                                        cmocka_unit_test(test_threads) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
