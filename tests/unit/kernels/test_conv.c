/* Convolutions and their gradients against sums written as the definition reads. */
#include "kernels/conv.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

typedef struct {
    const char *name;
    og_conv_shape s; /* out is made from after */
    int64_t after[3];
} conv_case;

static const conv_case cases[] = {
    { "same 3x3",
      { 2, 3, 1, 5, 7, { 9, 11 }, { 0 }, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1 } },
      { 1, 1 } },
    { "one channel",
      { 2, 2, 1, 1, 33, { 17, 28 }, { 0 }, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1 } },
      { 1, 1 } },
    { "stride 2",
      { 2, 2, 1, 4, 6, { 8, 9 }, { 0 }, { 3, 3 }, { 2, 2 }, { 1, 1 }, { 1, 1 } },
      { 1, 0 } },
    { "stride 3 beyond the kernel",
      { 2, 2, 1, 2, 3, { 10, 8 }, { 0 }, { 2, 1 }, { 3, 3 }, { 1, 1 }, { 0, 0 } },
      { 0, 0 } },
    { "groups and dilation",
      { 2, 2, 2, 4, 6, { 9, 9 }, { 0 }, { 3, 2 }, { 1, 2 }, { 2, 3 }, { 2, 1 } },
      { 1, 3 } },
    { "depthwise",
      { 2, 1, 6, 6, 6, { 7, 5 }, { 0 }, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1 } },
      { 1, 1 } },
    { "1-D", { 1, 3, 1, 3, 20, { 40 }, { 0 }, { 5 }, { 2 }, { 1 }, { 2 } }, { 1 } },
    { "3-D",
      { 3, 2, 1, 3, 4, { 5, 6, 7 }, { 0 }, { 2, 3, 3 }, { 1, 2, 1 }, { 2, 1, 1 }, { 1, 0, 2 } },
      { 0, 1, 1 } },
    { "cropping pads",
      { 2, 1, 1, 2, 3, { 9, 9 }, { 0 }, { 3, 3 }, { 1, 1 }, { 1, 1 }, { -1, -2 } },
      { -1, 0 } },
    { "wide pads",
      { 2, 1, 1, 2, 3, { 4, 3 }, { 0 }, { 3, 3 }, { 2, 2 }, { 1, 1 }, { 5, 4 } },
      { 3, 5 } },
    { "many channels",
      { 2, 1, 1, 70, 66, { 5, 5 }, { 0 }, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1 } },
      { 1, 1 } },
    { "many images",
      { 2, 21, 1, 3, 5, { 7, 7 }, { 0 }, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1 } },
      { 1, 1 } },
    { "patches",
      { 2, 2, 1, 3, 18, { 16, 16 }, { 0 }, { 4, 4 }, { 4, 4 }, { 1, 1 }, { 0, 0 } },
      { 0, 0 } },
    { "tall",
      { 2, 1, 1, 8, 16, { 220, 41 }, { 0 }, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1 } },
      { 1, 1 } },
    { "one by one",
      { 2, 2, 1, 17, 130, { 5, 4 }, { 0 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0, 0 } },
      { 0, 0 } },
    { "stride and dilation share a factor",
      { 1, 1, 1, 2, 2, { 30 }, { 0 }, { 3 }, { 4 }, { 2 }, { 1 } },
      { 2 } },
};
enum { CASES = sizeof cases / sizeof cases[0], BLOCKS = 64 };

typedef struct {
    void *v[BLOCKS];
    int n;
} blocks;

static void *block_alloc(void *owner, size_t size)
{
    blocks *b = owner;
    void *memory = og_calloc(1, size);

    if (b->n == BLOCKS)
        return NULL;
    return b->v[b->n++] = memory;
}

static int64_t count(int rank, const int64_t *dims)
{
    return og_count(rank, dims);
}

static void fill(void *x, og_elem elem, int64_t n, uint64_t seed)
{
    og_philox random = { .seed = seed };

    for (int64_t i = 0; i < n; i++) {
        const double r = og_philox_uniform(&random) - 0.5;

        if (elem == OG_FLOAT)
            ((float *)x)[i] = (float)r;
        else
            ((double *)x)[i] = r;
    }
}

static double get(const void *x, og_elem elem, int64_t i)
{
    return elem == OG_FLOAT ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

/* Calls f for every product x[i] w[j] that enters y[k]. */
typedef void visitor(double *to, const void *a, const void *b, og_elem elem, int64_t x, int64_t w,
                     int64_t y);

static void visit(const og_conv_shape *s, visitor *f, double *to, const void *a, const void *b,
                  og_elem elem)
{
    const int64_t in = count(s->rank, s->in), out = count(s->rank, s->out),
                  taps = count(s->rank, s->kernel);
    const int64_t ci = s->in_channels / s->groups, co = s->out_channels / s->groups;

    for (int64_t n = 0; n < s->images; n++)
        for (int64_t o = 0; o < s->out_channels; o++)
            for (int64_t c = 0; c < ci; c++)
                for (int64_t p = 0; p < out; p++)
                    for (int64_t t = 0; t < taps; t++) {
                        int64_t rp = p, rt = t, place = 0, step = 1;
                        bool inside = true;

                        for (int i = s->rank - 1; i >= 0; i--) {
                            const int64_t q = rp % s->out[i] * s->stride[i] - s->before[i] +
                                              rt % s->kernel[i] * s->dilation[i];

                            rp /= s->out[i];
                            rt /= s->kernel[i];
                            inside = inside && q >= 0 && q < s->in[i];
                            place += q * step;
                            step *= s->in[i];
                        }
                        if (inside)
                            f(to, a, b, elem, (n * s->in_channels + o / co * ci + c) * in + place,
                              (o * ci + c) * taps + t, (n * s->out_channels + o) * out + p);
                    }
}

static void visit_y(double *to, const void *x, const void *w, og_elem elem, int64_t i, int64_t j,
                    int64_t k)
{
    to[k] += get(x, elem, i) * get(w, elem, j);
}

static void visit_x(double *to, const void *dy, const void *w, og_elem elem, int64_t i, int64_t j,
                    int64_t k)
{
    to[i] += get(dy, elem, k) * get(w, elem, j);
}

static void visit_w(double *to, const void *x, const void *dy, og_elem elem, int64_t i, int64_t j,
                    int64_t k)
{
    to[j] += get(x, elem, i) * get(dy, elem, k);
}

static void compare(const char *name, const void *got, const double *want, og_elem elem, int64_t n)
{
    const double tolerance = elem == OG_FLOAT ? 2e-5 : 1e-12;

    for (int64_t i = 0; i < n; i++) {
        const double a = get(got, elem, i), b = want[i];

        if (!(fabs(a - b) <= tolerance * (1 + fabs(b))))
            fail_msg("%s: element %lld is %.9g, expected %.9g", name, (long long)i, a, b);
    }
}

static void run_plan(const og_conv *plan, const void *from, const void *w, const void *bias,
                     void *to)
{
    const og_conv_needs needs = og_conv_needs_of(plan);
    void *scratch = og_malloc_aligned(needs.scratch);

    memset(scratch, 0xff, needs.scratch);
    for (int64_t i = 0; i < needs.pieces; i++)
        og_conv_run(plan, i, from, w, bias, to, scratch);
    og_free_aligned(scratch);
}

static void run_weight(const og_conv_weight *plan, const void *x, const void *dy, void *dw)
{
    const og_conv_needs needs = og_conv_weight_needs(plan);
    void *scratch = og_malloc_aligned(needs.scratch), *shared = og_malloc_aligned(needs.shared);

    memset(scratch, 0xff, needs.scratch);
    memset(shared, 0xff, needs.shared);
    for (int64_t i = needs.pieces; i-- > 0;)
        og_conv_weight_run(plan, i, x, dy, scratch, shared);
    og_conv_weight_finish(plan, shared, dw);
    og_free_aligned(scratch);
    og_free_aligned(shared);
}

static void one_case(const conv_case *c, og_elem elem)
{
    og_conv_shape s = c->s;
    blocks b = { .n = 0 };
    int64_t nx, ny, nw;
    void *x, *w, *y, *dx, *dw, *dy, *bias;
    double *want;

    for (int i = 0; i < s.rank; i++)
        s.out[i] = (s.in[i] + s.before[i] + c->after[i] - (s.kernel[i] - 1) * s.dilation[i] - 1) /
                       s.stride[i] +
                   1;
    nx = s.images * s.in_channels * count(s.rank, s.in);
    ny = s.images * s.out_channels * count(s.rank, s.out);
    nw = s.out_channels * s.in_channels / s.groups * count(s.rank, s.kernel);
    x = og_calloc((size_t)nx, 8), dx = og_calloc((size_t)nx, 8);
    y = og_calloc((size_t)ny, 8), dy = og_calloc((size_t)ny, 8);
    w = og_calloc((size_t)nw, 8), dw = og_calloc((size_t)nw, 8);
    bias = og_calloc((size_t)s.out_channels, 8);
    want = og_calloc((size_t)(nx + ny + nw), 8);
    fill(x, elem, nx, 1), fill(w, elem, nw, 2), fill(dy, elem, ny, 3),
        fill(bias, elem, s.out_channels, 4);

    run_plan(og_conv_plan(&s, elem, false, block_alloc, &b), x, w, bias, y);
    for (int64_t i = 0; i < ny; i++)
        want[i] = get(bias, elem, i / count(s.rank, s.out) % s.out_channels);
    visit(&s, visit_y, want, x, w, elem);
    compare(c->name, y, want, elem, ny);

    run_plan(og_conv_plan(&s, elem, true, block_alloc, &b), dy, w, NULL, dx);
    memset(want, 0, (size_t)nx * 8);
    visit(&s, visit_x, want, dy, w, elem);
    compare(c->name, dx, want, elem, nx);

    run_weight(og_conv_weight_plan(&s, elem, block_alloc, &b), x, dy, dw);
    memset(want, 0, (size_t)nw * 8);
    visit(&s, visit_w, want, x, dy, elem);
    compare(c->name, dw, want, elem, nw);

    og_free(x), og_free(dx), og_free(y), og_free(dy), og_free(w), og_free(dw), og_free(bias),
        og_free(want);
    while (b.n)
        og_free(b.v[--b.n]);
}

static void test_conv(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        one_case(&cases[i], OG_FLOAT);
        one_case(&cases[i], OG_DOUBLE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_conv) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
