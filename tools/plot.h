/* Pictures as SVG: axes, lines, bars, marks; pages that hold them. */
#ifndef OG_TOOLS_PLOT_H
#define OG_TOOLS_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One axis; with `log` its numbers are above 0. */
typedef struct axis {
    const char *label;
    double low, high;
    bool log;
} axis;

typedef struct plot {
    FILE *out;
    axis x, y;
    double width, height, key; /* the last: room on the right for what the lines are */
    bool alone;                /* a file of its own: it carries its own style */
    int lines;                 /* drawn so far, for their colours and the key */
} plot;

/* Widens an axis so that it holds the number; begin with { label, INFINITY, -INFINITY, log }.  What
 * is not finite, or not above 0 on a log axis, is left out here and in drawing. */
void axis_hold(axis *a, double number);

/* `title` is read out by those who cannot see. */
void plot_begin(plot *p, const char *title);
/* The next colour; NaN leaves a gap.  The label stands in the key on the right. */
void plot_line(plot *p, const char *label, size_t n, const double *x, const double *y);
void plot_bar(plot *p, double from, double to, double height); /* between two x, from the axis */
/* A dashed line across, at an x or y, with a word at its end. */
void plot_mark_x(plot *p, double x, const char *label);
void plot_end(plot *p);

/* The head of a page that holds pictures, light and dark, and its first line; what follows goes
 * into <div class="wide"> where it may be wider than a narrow window. */
void page_begin(FILE *out, const char *verb, const char *model);

/* Text with what HTML and SVG would take for their own escaped. */
void print_escaped(FILE *out, const char *text);

#endif
