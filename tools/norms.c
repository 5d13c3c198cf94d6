#include "tools/norms.h"
#include "tools/output.h"

#include <stdio.h>
#include <string.h>

static const double quantiles[] = { 0.1, 0.5, 0.9, 0.99, 1 };
static const char *const quantile_names[] = { "P10", "P50", "P90", "P99", "most" };
enum { QUANTILES = sizeof quantiles / sizeof *quantiles };

static void print_norm(const og_norm *norm, bool share)
{
    const char *name = norm->name;
    size_t n = strlen(name);

    printf("  %-24.24s", n > 24 ? name + n - 24 : name);
    for (int i = 0; i < QUANTILES; i++)
        printf(" %9.3g", og_histogram_quantile(norm->histogram, quantiles[i]));
    if (share)
        printf(" %8.1f %%", 100 * norm->share);
    putchar('\n');
}

void norms_print(og_norms *norms)
{
    enum { MOST = 12 };
    size_t n = og_norms_layers(norms);
    const char *text;

    printf("  %-24s", "");
    for (int i = 0; i < QUANTILES; i++)
        printf(" %9s", quantile_names[i]);
    printf(" %10s\n", "share");
    print_norm(og_norms_all(norms), false);
    for (size_t i = 0; n > 1 && i < n && i < MOST; i++)
        print_norm(og_norms_layer(norms, i), true);
    if (n > MOST)
        printf("  … and %zu layers more\n", n - MOST);
    for (size_t i = 0; (text = og_norms_finding(norms, i, NULL)); i++)
        printf("note: %s\n", text);
}

static void json_norm(const og_norm *norm)
{
    fputs("{", stdout);
    json_key("name", 1);
    json_string(norm->name);
    json_key("share", 0);
    json_number(norm->share);
    for (int i = 0; i < QUANTILES; i++) {
        json_key(quantile_names[i], 0);
        json_number(og_histogram_quantile(norm->histogram, quantiles[i]));
    }
    json_key("tail", 0);
    json_number(og_histogram_tail(norm->histogram));
    fputs("}", stdout);
}

static void json_list(const og_norms *norms, const char *key,
                      const og_norm *(*norm)(const og_norms *, size_t))
{
    const og_norm *next;

    json_key(key, 0);
    fputs("[", stdout);
    for (size_t i = 0; (next = norm(norms, i)); i++) {
        fputs(i ? ", " : "", stdout);
        json_norm(next);
    }
    fputs("]", stdout);
}

static void json_findings(og_norms *norms)
{
    const char *text, *kind;

    json_key("findings", 0);
    fputs("[", stdout);
    for (size_t i = 0; (text = og_norms_finding(norms, i, &kind)); i++) {
        fputs(i ? ", {" : "{", stdout);
        json_key("kind", 1);
        json_string(kind);
        json_key("text", 0);
        json_string(text);
        fputs("}", stdout);
    }
    fputs("]", stdout);
}

void norms_json(og_norms *norms)
{
    json_key("bad", 0);
    json_whole(og_histogram_bad(og_norms_all(norms)->histogram));
    json_key("all", 0);
    json_norm(og_norms_all(norms));
    json_list(norms, "layers", og_norms_layer);
    json_list(norms, "parameters", og_norms_parameter);
    json_findings(norms);
}
