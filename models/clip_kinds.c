/*
 * What a clip does to one gradient of n numbers: how long the result is, as a multiple of the
 * threshold, and how far it has turned.  The gradient is 2 long and the threshold 1, so that each
 * clip acts; its numbers are normal, and then the same but for one that is as long as all others
 * together.
 *
 * A clip by norm keeps the direction and its result is 1 long, for any n.  c * sign(g) makes every
 * number +c or -c: sqrt(n) times c long, and the differences between the numbers are gone.
 *
 *     cc clip_kinds.c $(pkg-config --cflags --libs onnxgrad) -lm -o clip_kinds && ./clip_kinds
 */
#include <onnxgrad/onnxgrad.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static double product(const double *a, const double *b, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* Normal numbers by Box and Muller, the same on each machine. */
static double normal(uint64_t *seed)
{
    double u[2];

    for (int i = 0; i < 2; i++) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        u[i] = ((double)(*seed >> 11) + 0.5) / 9007199254740992.0;
    }
    return sqrt(-2 * log(u[0])) * cos(6.283185307179586 * u[1]);
}

/* Of length 2. */
static void fill(double *gradient, int64_t n, bool peak)
{
    uint64_t seed = 1;
    double length;

    for (int64_t i = 0; i < n; i++)
        gradient[i] = normal(&seed);
    if (peak)
        gradient[0] = sqrt(product(gradient + 1, gradient + 1, n - 1));
    length = sqrt(product(gradient, gradient, n));
    for (int64_t i = 0; i < n; i++)
        gradient[i] *= 2 / length;
}

/* The loss sum(w * gradient) has that gradient, and from w = 0 plain descent at rate 1 makes w
 * minus what the clip left of it. */
static int clip(const char *clip, const double *gradient, int64_t n, double *clipped)
{
    og_graph *g = og_graph_new("clip");
    og_tensor given = og_tensor_view(OG_DOUBLE, 1, &n, (void *)gradient);
    og_tensor *zeros = og_tensor_new(OG_DOUBLE, 1, &n);
    og_value *w = zeros ? og_parameter(g, "w", zeros) : NULL;
    og_value *loss =
        og_reduce_sum_opt(og_mul(w, og_constant(g, &given)), NULL, .keepdims = OG_SOME(0));
    og_session *session = NULL;
    char chain[100];
    og_status status;

    snprintf(chain, sizeof chain, "%s | sgd(lr=1)", clip);
    og_train_step(g, loss, chain);
    if ((status = og_session_new(g, NULL, &session)) ||
        (status = og_session_run(session, NULL, 0, NULL, 0, NULL, NULL))) {
        fprintf(stderr, "%s\n", og_session_report(session)->what);
    } else {
        const double *after = og_state_tensor(og_session_state(session), "w")->data;

        for (int64_t i = 0; i < n; i++)
            clipped[i] = -after[i];
    }
    og_session_free(session);
    og_tensor_free(zeros);
    og_graph_free(g);
    return status != OG_OK;
}

static int print_row(const char *kind, int64_t n, bool peak)
{
    double *gradient = calloc((size_t)(2 * n), sizeof *gradient), *clipped = gradient + n;
    int status = 1;

    if (!gradient)
        return status;
    fill(gradient, n, peak);
    if (!(status = clip(kind, gradient, n, clipped))) {
        double length = sqrt(product(clipped, clipped, n));
        double cosine = product(gradient, clipped, n) / (2 * length);

        printf("%-14s %-9s %8lld %10.3f %8.1f degrees\n", kind, peak ? "one peak" : "normal",
               (long long)n, length, acos(cosine < 1 ? cosine : 1) * 57.29577951308232);
    }
    free(gradient);
    return status;
}

int main(void)
{
    static const char *const kinds[] = { "clip_norm(1)", "clip_sign(1)", "clip_value(1)" };
    static const int64_t sizes[] = { 2, 100, 10000, 1000000 };
    int status = 0;

    printf("%-14s %-9s %8s %10s %8s\n", "clip", "gradient", "n", "length", "turned by");
    for (int peak = 0; peak < 2; peak++)
        for (int k = 0; k < 3; k++)
            for (int i = 0; !status && i < 4; i++)
                status = print_row(kinds[k], sizes[i], peak);
    return status;
}
