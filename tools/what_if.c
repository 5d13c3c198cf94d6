#include "tools/what_if.h"
#include "tools/output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bool what_if_read(what_if *w, const char *list)
{
    char *end;

    *w = (what_if){ .n = 0 };
    for (;; list = end + 1) {
        double c = strtod(list, &end);

        if (end == list || !(c > 0) || !isfinite(c) || w->n == WHAT_IFS)
            return false;
        w->c[w->n++] = c;
        if (*end != ',')
            return !*end;
    }
}

void what_if_add(what_if *w, double norm)
{
    if (!isfinite(norm))
        return;
    w->steps++;
    for (int i = 0; i < w->n; i++) {
        w->clipped[i] += norm > w->c[i];
        w->coef[i] += norm > w->c[i] ? w->c[i] / norm : 1;
    }
}

static double mean(const what_if *w, double sum)
{
    return w->steps ? sum / (double)w->steps : (double)NAN;
}

static void print_json(const what_if *w)
{
    json_object("what_if");
    json_key("steps", 0);
    json_whole(w->steps);
    json_key("thresholds", 0);
    putchar('[');
    for (int i = 0; i < w->n; i++) {
        fputs(i ? ", {" : "{", stdout);
        json_key("c", 1);
        json_number(w->c[i]);
        json_key("clipped", 0);
        json_number(mean(w, (double)w->clipped[i]));
        json_key("coef", 0);
        json_number(mean(w, w->coef[i]));
        putchar('}');
    }
    puts("]}");
}

void what_if_print(const what_if *w, bool json)
{
    if (!w->n)
        return;
    if (json) {
        print_json(w);
        return;
    }
    printf("%-12s %10s %10s   of %lld steps\n", "what if", "clipped", "mean coef",
           (long long)w->steps);
    for (int i = 0; i < w->n; i++)
        printf("%-12g %8.1f %% %10.3g\n", w->c[i], 100 * mean(w, (double)w->clipped[i]),
               mean(w, w->coef[i]));
}
