/*
 * The page of clip-scan: one file with everything in it, that opens from disk and asks the network
 * for nothing. Its pictures are also written beside it, each as a file of its own.
 */
#include "tools/plot.h"
#include "tools/record.h"
#include "tools/scan.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 240, MOST_LAYERS = 40, MOST_CURVES = 24 };

/* ---- Pictures -------------------------------------------------------------------------------- */

static plot new_plot(FILE *out, bool alone, double key)
{
    return (plot){ .out = out, .alone = alone, .width = 820, .height = 320, .key = key };
}

/* How the norms are spread, with what was tried. */
static void draw_spread(scan *s, FILE *out, bool alone)
{
    const og_histogram *h = og_norms_all(s->norms)->histogram;
    plot p = new_plot(out, alone, 0);
    double low, high, threshold;
    int64_t count;

    p.x = (axis){ "norm of the gradient", INFINITY, -INFINITY, true };
    p.y = (axis){ "steps", 0, 0, false };
    for (size_t i = 0; og_histogram_bucket(h, i, &low, &high, &count); i++) {
        axis_hold(&p.x, low);
        axis_hold(&p.x, high);
        axis_hold(&p.y, 1.05 * (double)count);
    }
    for (size_t i = 0; i < s->n; i++)
        if (sscanf(s->probes[i].clip, "clip_norm(%lf)", &threshold) == 1)
            axis_hold(&p.x, threshold);
    plot_begin(&p, "Histogram of the norms of all steps without a clip, and the thresholds tried");
    for (size_t i = 0; og_histogram_bucket(h, i, &low, &high, &count); i++)
        plot_bar(&p, low, high, (double)count);
    for (size_t i = 0; i < s->n; i++)
        if (sscanf(s->probes[i].clip, "clip_norm(%lf)", &threshold) == 1)
            plot_mark_x(&p, threshold, s->probes[i].name);
    plot_end(&p);
}

/* Mean and largest of equal parts of the steps. */
static void draw_norms(scan *s, FILE *out, bool alone)
{
    int64_t bins = s->measured < 2 * BINS ? s->measured : BINS;
    double *x = take(3 * (size_t)bins + 1, sizeof *x), *mean = x + bins, *most = mean + bins;
    plot p = new_plot(out, alone, s->measured > bins ? 90 : 0);

    p.x = (axis){ "step", 0, (double)s->measured, false };
    p.y = (axis){ "norm of the gradient", INFINITY, -INFINITY, true };
    for (int64_t i = 0; i < bins; i++) {
        int64_t from = i * s->measured / bins, to = (i + 1) * s->measured / bins;

        x[i] = (double)(from + to) / 2;
        for (int64_t k = from; k < to; k++) {
            mean[i] += s->norm[k] / (double)(to - from);
            most[i] = s->norm[k] > most[i] ? s->norm[k] : most[i];
        }
        axis_hold(&p.y, mean[i]);
        axis_hold(&p.y, most[i]);
    }
    plot_begin(&p, "Norm of the gradient over the steps without a clip");
    plot_line(&p, s->measured > bins ? "mean" : NULL, (size_t)bins, x, mean);
    if (s->measured > bins)
        plot_line(&p, "largest", (size_t)bins, x, most);
    plot_end(&p);
    free(x);
}

/* The mean over a probe's first seeds; NaN where one of them has ended. */
static void mean_curve(const scan *s, const scan_probe *p, double curve[CURVE])
{
    for (int i = 0; i < CURVE; i++) {
        curve[i] = 0;
        for (int64_t k = 0; k < s->seeds; k++)
            curve[i] += p->runs[k].curve[i] / (double)s->seeds;
    }
}

static void draw_losses(scan *s, FILE *out, bool alone)
{
    size_t n = s->n < MOST_CURVES ? s->n : MOST_CURVES;
    double(*curve)[CURVE] = take(n, sizeof *curve), x[CURVE];
    plot p = new_plot(out, alone, 170);

    p.x = (axis){ "step", 0, (double)s->steps, false };
    p.y = (axis){ "training loss", INFINITY, -INFINITY, false };
    for (int i = 0; i < CURVE; i++)
        x[i] = ((double)i + 0.5) / CURVE * (double)s->steps;
    for (size_t i = 0; i < n; i++) {
        mean_curve(s, &s->probes[i], curve[i]);
        for (int k = 0; k < CURVE; k++)
            axis_hold(&p.y, curve[i][k]);
    }
    p.y.log = p.y.low > 0 && p.y.high > 5 * p.y.low;
    plot_begin(&p, "Training loss of each clip over the steps, mean of the seeds");
    for (size_t i = 0; i < n; i++)
        plot_line(&p, s->probes[i].name, CURVE, x, curve[i]);
    plot_end(&p);
    free(curve);
}

typedef void draw(scan *s, FILE *out, bool alone);

static const struct picture {
    const char *file, *title;
    draw *draw;
} pictures[] = {
    { "loss.svg", "Losses", draw_losses },
    { "spread.svg", "How the norms are spread", draw_spread },
    { "norms.svg", "Norms over the steps", draw_norms },
};
enum { PICTURES = sizeof pictures / sizeof *pictures };

/* ---- Tables ---------------------------------------------------------------------------------- */

static void cell(FILE *out, const char *text)
{
    fputs("<td>", out);
    print_escaped(out, text);
    fputs("</td>", out);
}

static void trial_row(FILE *out, const scan *s, const scan_probe *p, bool fresh)
{
    int64_t from = fresh ? s->seeds : 0;
    og_trial t = scan_trial(p, from, from + s->seeds);
    og_trial_loss sum = og_trial_sum(&t);
    const char *kind = p->chain == s->chosen ? "won" : p->stopped ? "gone" : "";

    fprintf(out, "<tr class=\"%s\">", kind);
    cell(out, p->name);
    cell(out, p->from);
    if (sum.diverged < t.seeds)
        fprintf(out, "<td>%.4g</td><td>%.4g &hellip; %.4g</td>", sum.mean, sum.least, sum.most);
    else
        fputs("<td>&ndash;</td><td></td>", out);
    fprintf(out, "<td>%.1f %%</td><td>%.3g</td><td>%zu of %zu</td><td>", 100 * t.clipped, t.coef,
            sum.diverged, t.seeds);
    if (p->stopped)
        fprintf(out, "stopped at %" PRId64, p->steps);
    fputs("</td></tr>\n", out);
}

static void table_head(FILE *out, const scan *s, const char *title, uint64_t from)
{
    fprintf(out,
            "<h2>%s</h2>\n<div class=\"wide\"><table><caption>seeds %" PRIu64 " to %" PRIu64
            "</caption>\n",
            title, from, from + (uint64_t)s->seeds - 1);
    fprintf(out,
            "<tr><th>clip</th><th>from</th><th>%s</th><th>range</th>"
            "<th>clipped</th><th>mean coefficient</th><th>diverged</th><th></th></tr>\n",
            s->val ? "validation loss" : "loss");
}

static void tables(FILE *out, const scan *s)
{
    table_head(out, s, "What was tried", s->seed);
    for (size_t i = 0; i < s->n; i++)
        trial_row(out, s, &s->probes[i], false);
    fputs("</table></div>\n", out);
    if (!s->fresh)
        return;
    table_head(out, s, "Again, with fresh seeds", s->seed + (uint64_t)s->seeds);
    trial_row(out, s, &s->probes[0], true);
    trial_row(out, s, &s->probes[s->fresh], true);
    if (s->slower.chain)
        trial_row(out, s, &s->slower, true);
    fputs("</table></div>\n", out);
}

static void norm_row(FILE *out, const og_norm *norm)
{
    static const double quantiles[] = { 0.1, 0.5, 0.9, 0.99, 1 };

    fputs("<tr>", out);
    cell(out, norm->name);
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        fprintf(out, "<td>%.3g</td>", og_histogram_quantile(norm->histogram, quantiles[i]));
    fprintf(out, "<td>%.1f %%</td></tr>\n", 100 * norm->share);
}

static void norm_table(FILE *out, const scan *s)
{
    size_t n = og_norms_parameters(s->norms);

    fputs("<h2>Norms without a clip</h2>\n<div "
          "class=\"wide\"><table><tr><th></th><th>P10</th><th>P50</th><th>P90</th>"
          "<th>P99</th><th>largest</th><th>share of the square</th></tr>\n",
          out);
    norm_row(out, og_norms_all(s->norms));
    for (size_t i = 0; i < n && i < MOST_LAYERS; i++)
        norm_row(out, og_norms_parameter(s->norms, i));
    fputs("</table></div>\n", out);
    if (n > MOST_LAYERS)
        fprintf(out, "<p>&hellip; and %zu more</p>\n", n - MOST_LAYERS);
}

/* ---- The page -------------------------------------------------------------------------------- */

static void paragraph(FILE *out, const char *open, const char *text, const char *close)
{
    fputs(open, out);
    print_escaped(out, text);
    fputs(close, out);
}

static void head(FILE *out, scan *s)
{
    const char *text;

    page_begin(out, "clip-scan", s->setup.model.name);
    fputs("<div class=\"advice\"><p><b>", out);
    paragraph(out, "", scan_advice(s), "</b></p>\n");
    paragraph(out, "<p>", s->decision.reason, "</p>\n");
    if (scan_note(s))
        paragraph(out, "<p>", scan_note(s), "</p>\n");
    if (s->decision.advice != OG_ADVICE_DIVERGED)
        paragraph(out, "<pre>", og_chain_text(s->chosen), "</pre>");
    fputs("</div>\n", out);
    for (size_t i = 0; (text = og_norms_finding(s->norms, i, NULL)); i++)
        paragraph(out, "<p>", text, "</p>\n");
    if (*s->lost)
        paragraph(out, "<p>", s->lost, "</p>\n");
    if (scan_broken(s))
        paragraph(out, "<p>", scan_broken_text, "</p>\n");
}

static void foot(FILE *out, const scan *s)
{
    og_machine m = og_machine_facts();
    char *command = record_write(s->setup.c->argc, s->setup.c->argv);

    paragraph(out, "<h2>How</h2>\n<pre>", command ? command : "", "</pre>\n<p>");
    paragraph(out, "The chain without its clips: <code>", og_chain_text(s->plain), "</code>. ");
    fprintf(out, "%" PRId64 " steps, %" PRId64 " seeds; data <code>", s->steps, s->seeds);
    paragraph(out, "", s->setup.source, "</code>. ");
    fprintf(out, "onnxgrad %s, %s kernels, %d processors, %.0f seconds.</p>\n</body></html>\n",
            og_version(), m.kernels, m.threads, og_process_seconds() - s->started);
    free(command);
}

static bool write_pictures(scan *s)
{
    bool ok = true;

    for (int i = 0; ok && i < PICTURES; i++) {
        char *path = take_text("%s/%s", s->folder, pictures[i].file);
        FILE *out = fopen(path, "w");

        if (out)
            pictures[i].draw(s, out, true);
        ok = out && !fclose(out);
        free(path);
    }
    return ok;
}

bool scan_write_page(scan *s, const char *path)
{
    FILE *out = fopen(path, "w");

    if (!out)
        return false;
    head(out, s);
    tables(out, s);
    for (int i = 0; i < PICTURES; i++) {
        fprintf(out, "<h2>%s</h2>\n<div class=\"wide\">", pictures[i].title);
        pictures[i].draw(s, out, false);
        fputs("</div>\n", out);
    }
    norm_table(out, s);
    foot(out, s);
    return !fclose(out) && write_pictures(s);
}
