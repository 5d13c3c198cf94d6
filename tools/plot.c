#include "tools/plot.h"

#include <math.h>
#include <string.h>

static const char plot_style[] =
    ".plot{font:12px system-ui,sans-serif;--ink:#333;--rule:#ddd;--bar:#8ab4d8;--paper:#fff;"
    "background:var(--paper)}"
    ".plot .rule{stroke:var(--rule);stroke-width:1}.plot .frame{stroke:var(--ink);fill:none}"
    ".plot text{fill:var(--ink)}.plot .line{fill:none;stroke-width:1.8;stroke-linejoin:round}"
    ".plot .again{stroke-dasharray:5 3}"
    ".plot .bar{fill:var(--bar)}.plot .mark{stroke:var(--ink);stroke-dasharray:4 3}"
    ".plot .word{paint-order:stroke;stroke:var(--paper);stroke-width:4;stroke-linejoin:round}"
    ".l0{stroke:#222;--c:#222}.l1{stroke:#0072b2;--c:#0072b2}.l2{stroke:#d55e00;--c:#d55e00}"
    ".l3{stroke:#009e73;--c:#009e73}.l4{stroke:#cc79a7;--c:#cc79a7}.l5{stroke:#e69f00;--c:#e69f00}"
    ".l6{stroke:#56b4e9;--c:#56b4e9}.l7{stroke:#8a6d3b;--c:#8a6d3b}"
    "@media(prefers-color-scheme:dark){.plot{--ink:#ccc;--rule:#444;--bar:#4a7ba6;"
    "--paper:#1b1b1b}"
    ".l0{stroke:#eee}}";

static const char page_style[] =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;"
    "color:#222;background:#fff}table{border-collapse:collapse;margin:.5rem 0 1.5rem}"
    "td,th{padding:.2rem .6rem;text-align:right;border-bottom:1px solid #ddd;white-space:nowrap}"
    "td:first-child,th:first-child,.left{text-align:left}code,pre{font:13px ui-monospace,monospace}"
    "pre{background:#f4f4f4;padding:.7rem 1rem;overflow-x:auto}"
    ".advice{border-left:4px solid #0072b2;padding:.4rem 1rem;background:#f4f8fb}"
    ".advice "
    "b{font-size:1.15rem}.won{background:#eaf5ea}.gone{color:#888}"
    ".wide{overflow-x:auto}.wide svg{max-width:100%;min-width:35rem;height:auto}"
    "caption{text-align:left}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#1b1b1b}td,th{border-color:#444}"
    "pre{background:#262626}.advice{background:#1f2a33}.won{background:#1e3020}}";

enum { LEFT = 64, RIGHT = 16, TOP = 14, BOTTOM = 44, COLOURS = 8 };

void print_escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        const char *name = *text == '<'   ? "&lt;"
                           : *text == '>' ? "&gt;"
                           : *text == '&' ? "&amp;"
                           : *text == '"' ? "&quot;"
                                          : NULL;

        if (name)
            fputs(name, out);
        else
            fputc(*text, out);
    }
}

/* ---- Axes ------------------------------------------------------------------------------------ */

static bool drawable(const axis *a, double x)
{
    return isfinite(x) && (!a->log || x > 0);
}

void axis_hold(axis *a, double number)
{
    if (!drawable(a, number))
        return;
    a->low = number < a->low ? number : a->low;
    a->high = number > a->high ? number : a->high;
}

/* An axis without length cannot be drawn; a little room is left at both ends. */
static void settle(axis *a)
{
    if (!(a->low <= a->high))
        a->low = a->high = 1;
    if (a->log) {
        double room = a->high > a->low ? pow(a->high / a->low, 0.03) : 2;

        a->low /= room;
        a->high *= room;
    } else if (a->low == a->high) {
        double room = a->low == 0 ? 1 : fabs(a->low) / 10;

        a->low -= room;
        a->high += room;
    } else if (a->low != 0) {
        a->low -= (a->high - a->low) / 25;
    }
}

/* Where the frame ends. */
static double right_of(const plot *p)
{
    return p->width - RIGHT - p->key;
}

/* 0 to 1 along the axis. */
static double along(const axis *a, double x)
{
    return a->log ? log(x / a->low) / log(a->high / a->low) : (x - a->low) / (a->high - a->low);
}

static double at_x(const plot *p, double x)
{
    return LEFT + along(&p->x, x) * (right_of(p) - LEFT);
}

static double at_y(const plot *p, double y)
{
    return p->height - BOTTOM - along(&p->y, y) * (p->height - TOP - BOTTOM);
}

/* 1, 2 or 5 times a power of ten, so that about `n` steps of it make `range`. */
static double round_step(double range, int n)
{
    double power = pow(10, floor(log10(range / n))), part = range / n / power;

    return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

static void tick(plot *p, bool upright, double number)
{
    double x = upright ? LEFT : at_x(p, number), y = upright ? at_y(p, number) : p->height - BOTTOM;

    fprintf(p->out, "<path class=\"rule\" d=\"M%.1f %.1f%c%.1f\"/>", x, y, upright ? 'H' : 'V',
            upright ? right_of(p) : (double)TOP);
    fprintf(p->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%.5g</text>\n",
            x - (upright ? 6 : 0), y + (upright ? 4 : 16), upright ? "end" : "middle", number);
}

static void log_ticks(plot *p, bool upright, const axis *a)
{
    double decades = log10(a->high / a->low);
    int first = (int)floor(log10(a->low)), last = (int)ceil(log10(a->high));
    int every = (int)ceil(decades / 6), parts = decades < 1.2 ? 3 : decades < 3 ? 2 : 1;
    static const double in[3][3] = { { 1 }, { 1, 3 }, { 1, 2, 5 } };

    for (int d = first; d <= last; d++)
        for (int k = 0; k < parts; k++) {
            double number = in[parts - 1][k] * pow(10, d);

            if ((d - first) % (every > 1 ? every : 1) == 0 && number >= a->low && number <= a->high)
                tick(p, upright, number);
        }
}

static void ticks(plot *p, bool upright)
{
    const axis *a = upright ? &p->y : &p->x;
    double step;

    if (a->log) {
        log_ticks(p, upright, a);
        return;
    }
    step = round_step(a->high - a->low, 5);
    for (double i = ceil(a->low / step - 1e-9); i * step <= a->high + step * 1e-9; i++)
        tick(p, upright, i == 0 ? 0 : i * step);
}

/* ---- Drawing --------------------------------------------------------------------------------- */

void plot_begin(plot *p, const char *title)
{
    settle(&p->x);
    settle(&p->y);
    p->lines = 0;
    fprintf(p->out,
            "<svg class=\"plot\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
            "width=\"%.0f\" height=\"%.0f\" role=\"img\"><title>",
            p->width, p->height, p->width, p->height);
    print_escaped(p->out, title);
    fputs("</title>\n", p->out);
    if (p->alone)
        fprintf(p->out, "<style>%s</style>\n", plot_style);
    ticks(p, false);
    ticks(p, true);
    fprintf(p->out, "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%.1f\"/>\n",
            LEFT, TOP, right_of(p) - LEFT, p->height - TOP - BOTTOM);
    fprintf(p->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", (LEFT + right_of(p)) / 2,
            p->height - 8);
    print_escaped(p->out, p->x.label);
    fprintf(p->out,
            "</text>\n<text transform=\"translate(14 %.1f) rotate(-90)\" "
            "text-anchor=\"middle\">",
            (TOP + p->height - BOTTOM) / 2);
    print_escaped(p->out, p->y.label);
    fputs("</text>\n", p->out);
}

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* A colour that comes a second time is dashed. */
static const char *line_class(const plot *p)
{
    return p->lines / COLOURS % 2 ? " again" : "";
}

static void key(plot *p, const char *label)
{
    double x = right_of(p) + 10, y = TOP + 12 + 18 * (double)p->lines;

    fprintf(p->out, "<path class=\"line l%d%s\" d=\"M%.1f %.1fh18\"/><text x=\"%.1f\" y=\"%.1f\">",
            p->lines % COLOURS, line_class(p), x, y - 4, x + 24, y);
    print_escaped(p->out, label);
    fputs("</text>\n", p->out);
}

void plot_line(plot *p, const char *label, size_t n, const double *x, const double *y)
{
    bool open = false;

    fprintf(p->out, "<path class=\"line l%d%s\" d=\"", p->lines % COLOURS, line_class(p));
    for (size_t i = 0; i < n; i++) {
        if (!drawable(&p->x, x[i]) || !drawable(&p->y, y[i])) {
            open = false;
            continue;
        }
        fprintf(p->out, "%c%.1f %.1f", open ? 'L' : 'M', at_x(p, x[i]),
                at_y(p, clamp(y[i], p->y.low, p->y.high)));
        open = true;
    }
    fputs("\"/>\n", p->out);
    if (label)
        key(p, label);
    p->lines++;
}

void plot_bar(plot *p, double from, double to, double height)
{
    double left = at_x(p, clamp(from, p->x.low, p->x.high));
    double right = at_x(p, clamp(to, p->x.low, p->x.high)), top = at_y(p, height);

    fprintf(p->out, "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
            left, top, right - left, p->height - BOTTOM - top);
}

void plot_mark_x(plot *p, double x, const char *label)
{
    if (!drawable(&p->x, x) || x < p->x.low || x > p->x.high)
        return;
    fprintf(p->out, "<path class=\"mark\" d=\"M%.1f %.1fV%d\"/>", at_x(p, x), p->height - BOTTOM,
            TOP);
    fprintf(
        p->out,
        "<text class=\"word\" transform=\"translate(%.1f %d) rotate(-90)\" text-anchor=\"end\">",
        at_x(p, x) - 4, TOP + 4);
    print_escaped(p->out, label);
    fputs("</text>\n", p->out);
}

void plot_end(plot *p)
{
    fputs("</svg>\n", p->out);
}

/* ---- Pages ----------------------------------------------------------------------------------- */

void page_begin(FILE *out, const char *verb, const char *model)
{
    fprintf(out,
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width\"><title>%s: ",
            verb);
    print_escaped(out, model);
    fprintf(out, "</title><style>%s%s</style></head><body>\n<h1>%s: ", page_style, plot_style,
            verb);
    print_escaped(out, model);
    fputs("</h1>\n", out);
}
