/*
 * Norms of a run: those that the trainer measured in a step, counted for all parameters together,
 * for each, and for each layer, and judged at the end.
 */
#include "onnxgrad/scan.h"
#include "train/train.h"

#include <math.h>

/* One place to count: a parameter with its layer, or a layer with the sum of this step. */
typedef struct count {
    og_norm norm;
    og_histogram *histogram;
    double shares, squares;
    size_t layer;
} count;

enum { ENOUGH = 20 }; /* steps to speak of percentiles */

typedef struct finding {
    const char *kind, *text;
} finding;

struct og_norms {
    og_arena *arena;
    count all, *parameters, *layers;
    size_t n, n_layers;
    int64_t steps; /* whose norm was finite and not 0 */
    og_list(finding) findings;
    bool judged;
};

/* ---- Making ---------------------------------------------------------------------------------- */

static bool count_open(count *c, const char *name)
{
    c->histogram = og_histogram_new();
    c->norm = (og_norm){ .name = name, .histogram = c->histogram };
    return name && c->histogram;
}

/* "fc1" of "fc1.weight": what stands before the last dot or slash, or all of it. */
static const char *layer_name(og_arena *arena, const char *parameter)
{
    size_t end = strlen(parameter);

    while (end && parameter[end - 1] != '.' && parameter[end - 1] != '/')
        end--;
    return og_arena_print(arena, "%.*s", end > 1 ? (int)end - 1 : (int)strlen(parameter),
                          parameter);
}

static bool parameter_add(og_norms *n, const char *parameter)
{
    const char *name = og_arena_string(n->arena, parameter);
    const char *layer = name ? layer_name(n->arena, name) : NULL;
    count *c = &n->parameters[n->n++];
    size_t k = 0;

    if (!layer || !count_open(c, name))
        return false;
    while (k < n->n_layers && strcmp(n->layers[k].norm.name, layer))
        k++;
    c->layer = k;
    return k < n->n_layers || count_open(&n->layers[n->n_layers++], layer);
}

static bool norms_open(og_norms *n, const og_trainer *trainer)
{
    const og_train_norm *norms;
    size_t size = og_trainer_norms(trainer, &norms);

    n->parameters = OG_NEW_N(n->arena, count, size + 1);
    n->layers = OG_NEW_N(n->arena, count, size + 1);
    if (!n->parameters || !n->layers || !count_open(&n->all, "all"))
        return false;
    n->all.norm.share = 1;
    for (size_t i = 0; i < size; i++)
        if (!parameter_add(n, norms[i].parameter))
            return false;
    return true;
}

og_norms *og_norms_new(const og_trainer *trainer)
{
    og_arena *arena = og_arena_new();
    og_norms *n = arena ? OG_NEW(arena, og_norms) : NULL;

    if (!n) {
        og_arena_free(arena);
        return NULL;
    }
    n->arena = arena;
    if (norms_open(n, trainer))
        return n;
    og_norms_free(n);
    return NULL;
}

void og_norms_free(og_norms *n)
{
    if (!n)
        return;
    og_histogram_free(n->all.histogram);
    for (size_t i = 0; i < n->n; i++)
        og_histogram_free(n->parameters[i].histogram);
    for (size_t i = 0; i < n->n_layers; i++)
        og_histogram_free(n->layers[i].histogram);
    og_arena_free(n->arena);
}

/* ---- Counting -------------------------------------------------------------------------------- */

static void count_add(count *c, double norm, double share, int64_t steps)
{
    og_histogram_add(c->histogram, norm);
    c->shares += share;
    c->norm.share = c->shares / (double)steps;
}

void og_norms_add(og_norms *n, const og_trainer *trainer, const og_run_info *info)
{
    const og_train_norm *norms;
    double all = info->grad_norm;

    (void)og_trainer_norms(trainer, &norms);
    if (info->applied || !isfinite(all))
        og_histogram_add(n->all.histogram, all);
    if (!info->applied || !(all > 0) || isinf(all))
        return;
    n->steps++;
    for (size_t i = 0; i < n->n; i++) {
        count_add(&n->parameters[i], norms[i].norm, norms[i].share, n->steps);
        n->layers[n->parameters[i].layer].squares += norms[i].share;
    }
    for (size_t i = 0; i < n->n_layers; i++) {
        count *c = &n->layers[i];

        count_add(c, sqrt(c->squares) * all, c->squares, n->steps);
        c->squares = 0;
    }
}

size_t og_norms_parameters(const og_norms *n)
{
    return n->n;
}

size_t og_norms_layers(const og_norms *n)
{
    return n->n_layers;
}

const og_norm *og_norms_all(const og_norms *n)
{
    return &n->all.norm;
}

const og_norm *og_norms_parameter(const og_norms *n, size_t i)
{
    return i < n->n ? &n->parameters[i].norm : NULL;
}

const og_norm *og_norms_layer(const og_norms *n, size_t i)
{
    return i < n->n_layers ? &n->layers[i].norm : NULL;
}

/* ---- Judging --------------------------------------------------------------------------------- */

static void find(og_norms *n, const char *kind, const char *text)
{
    const finding f = { kind, text };

    if (text)
        (void)og_list_push(n->arena, &n->findings, f);
}

static double median(const og_norm *norm)
{
    return og_histogram_quantile(norm->histogram, 0.5);
}

/* How the norms are spread. With a normal spread P99 is about twice P50 for a deviation of a third
 * of it. */
static void judge_spread(og_norms *n)
{
    const og_histogram *h = n->all.histogram;
    double p50 = median(&n->all.norm), p99 = og_histogram_quantile(h, 0.99);
    double most = og_histogram_quantile(h, 1), tail = og_histogram_tail(h);

    if (p99 < 2 * p50)
        find(n, "steady",
             og_arena_print(n->arena,
                            "the norm hardly varies: P99 is %.2g times the median, so a threshold "
                            "acts on nearly all steps or on nearly none",
                            p99 / p50));
    if (most > 10 * p50 || tail < 2)
        find(n, "spikes",
             og_arena_print(n->arena,
                            "single gradients are far longer than the others: the largest is %.3g "
                            "times the median (tail index %.2g)",
                            most / p50, tail));
}

static void judge_shares(og_norms *n)
{
    for (size_t i = 0; i < n->n_layers && n->n_layers > 1; i++) {
        const og_norm *layer = &n->layers[i].norm;

        if (layer->share >= 0.95)
            find(n, "one_layer",
                 og_arena_print(n->arena,
                                "layer '%s' has %.3g %% of the squared norm: one threshold for all "
                                "follows that layer alone; clip per layer (clip_layer)",
                                layer->name, 100 * layer->share));
    }
}

/* The layers with the smallest and the largest median norm, in the order of the model. */
static void judge_depth(og_norms *n)
{
    size_t low = 0, high = 0;
    double least, most;

    for (size_t i = 1; i < n->n_layers; i++) {
        low = median(&n->layers[i].norm) < median(&n->layers[low].norm) ? i : low;
        high = median(&n->layers[i].norm) > median(&n->layers[high].norm) ? i : high;
    }
    least = n->n_layers ? median(&n->layers[low].norm) : NAN;
    most = n->n_layers ? median(&n->layers[high].norm) : NAN;
    if (!(least > 0) || !(least < 1e-3 * most))
        return;
    find(n, low < high ? "vanishing" : "exploding",
         og_arena_print(
             n->arena, "gradients %s on the way back: layer '%s' has %.2g of the norm of '%s'%s",
             low < high ? "vanish" : "grow", n->layers[low].norm.name, least / most,
             n->layers[high].norm.name,
             low < high ? "; a clip only makes them shorter: the cause is in the initial "
                          "weights or the activations"
                        : ""));
}

/* Parameters that no gradient reaches in most steps. */
static void judge_zeros(og_norms *n)
{
    for (size_t i = 0; i < n->n; i++) {
        const og_norm *p = &n->parameters[i].norm;
        double zeros = 1 - og_histogram_above(p->histogram, 0);

        if (zeros > 0.5)
            find(n, "no_gradient",
                 og_arena_print(n->arena, "no gradient reaches '%s' in %.3g %% of the steps",
                                p->name, 100 * zeros));
    }
}

const char *og_norms_finding(og_norms *n, size_t i, const char **kind)
{
    if (!n->judged && n->steps) {
        if (n->steps >= ENOUGH)
            judge_spread(n);
        judge_shares(n);
        judge_depth(n);
        judge_zeros(n);
    }
    n->judged = true;
    if (i >= n->findings.n)
        return NULL;
    if (kind)
        *kind = n->findings.v[i].kind;
    return n->findings.v[i].text;
}
