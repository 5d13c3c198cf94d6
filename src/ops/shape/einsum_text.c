/* einsum: reading the equation (see einsum.h). */
#include "ops/shape/einsum.h"

#include <ctype.h>
#include <stdio.h>

int og_einsum_axis(const einsum_term *t, int label)
{
    for (int i = 0; i < t->n; i++)
        if (t->label[i] == label)
            return i;
    return -1;
}

static const char *skip_spaces(const char *at)
{
    while (*at == ' ')
        at++;
    return at;
}

/* Reads one term up to ',' or '-' or the end.  rank is that of its tensor; -1: an output, whose
 * ellipsis stands for `ellipsis` axes.  *seen becomes the number of axes of its ellipsis.  NULL
 * with a sentence on failure. */
static const char *read_term(const char *at, int rank, int ellipsis, einsum_term *t, int *seen,
                             char *why, size_t size)
{
    int letters = 0, dots = 0;

    for (const char *p = at; *p && *p != ',' && *p != '-'; p++) {
        letters += isalpha((unsigned char)*p) != 0;
        dots += *p == '.';
    }
    t->n = 0;
    *seen = !dots ? 0 : rank < 0 ? ellipsis : rank - letters;
    if ((dots && dots != 3) || *seen < 0 || letters + *seen > OG_MAX_RANK ||
        (rank >= 0 && letters + *seen != rank)) {
        snprintf(why, size, "a term of %d letters%s does not fit a tensor of rank %d", letters,
                 dots ? " and an ellipsis" : "", rank);
        return NULL;
    }
    for (at = skip_spaces(at); *at && *at != ',' && *at != '-'; at = skip_spaces(at)) {
        if (!strncmp(at, "...", 3)) {
            for (int k = *seen; k-- > 0;)
                t->label[t->n++] = (uint8_t)(EINSUM_LETTERS + k);
            at += 3;
        } else if (isalpha((unsigned char)*at) && (unsigned char)*at < 128) {
            t->label[t->n++] = (uint8_t)(islower((unsigned char)*at) ? *at - 'a' : 26 + *at - 'A');
            at++;
        } else {
            snprintf(why, size, "the equation holds '%c', expected letters, '...', ',' or '->'",
                     isprint((unsigned char)*at) ? *at : '?');
            return NULL;
        }
    }
    return at;
}

/* Without "->": the ellipsis, then the letters that stand once, capitals first as numpy sorts them.
 */
static void implied_output(einsum *e, int ellipsis)
{
    int count[EINSUM_LETTERS] = { 0 };

    for (int i = 0; i < e->n_in; i++)
        for (int k = 0; k < e->in[i].n; k++)
            if (e->in[i].label[k] < EINSUM_LETTERS)
                count[e->in[i].label[k]]++;
    e->out.n = 0;
    for (int k = ellipsis; k-- > 0;)
        e->out.label[e->out.n++] = (uint8_t)(EINSUM_LETTERS + k);
    for (int i = 0; i < EINSUM_LETTERS; i++) {
        int label = (i + 26) % EINSUM_LETTERS;

        if (count[label] == 1 && e->out.n < OG_MAX_RANK)
            e->out.label[e->out.n++] = (uint8_t)label;
    }
}

/* Every label of the output comes once, and from some input. */
static bool check_output(const einsum *e, char *why, size_t size)
{
    for (int k = 0; k < e->out.n; k++) {
        int label = e->out.label[k], i = 0;
        char letter = (char)(label < 26               ? 'a' + label
                             : label < EINSUM_LETTERS ? 'A' + label - 26
                                                      : '.');

        while (i < e->n_in && og_einsum_axis(&e->in[i], label) < 0)
            i++;
        if (i == e->n_in || og_einsum_axis(&e->out, label) != k) {
            snprintf(why, size, "the output's label '%c' %s", letter,
                     i == e->n_in ? "is in no input" : "is there twice");
            return false;
        }
    }
    return true;
}

bool og_einsum_read(const char *equation, int n_in, const int *ranks, einsum *e, char *why,
                    size_t size)
{
    const char *at = equation;
    int ellipsis = 0, seen;

    e->n_in = n_in;
    if (n_in > EINSUM_INPUTS) {
        snprintf(why, size, "%d inputs, expected at most %d", n_in, EINSUM_INPUTS);
        return false;
    }
    for (int i = 0; i < n_in; i++) {
        if (!(at = read_term(at, ranks[i], 0, &e->in[i], &seen, why, size)))
            return false;
        ellipsis = seen > ellipsis ? seen : ellipsis;
        if ((*at == ',') != (i + 1 < n_in)) {
            snprintf(why, size, "the equation has %s terms than the %d inputs",
                     *at == ',' ? "more" : "fewer", n_in);
            return false;
        }
        at += *at == ',';
    }
    if (!*at) {
        implied_output(e, ellipsis);
        return true;
    }
    if (strncmp(at, "->", 2) ||
        !(at = read_term(at + 2, -1, ellipsis, &e->out, &seen, why, size)) || *at) {
        if (!at)
            return false;
        snprintf(why, size, "the equation does not end with '->' and one term");
        return false;
    }
    return check_output(e, why, size);
}
