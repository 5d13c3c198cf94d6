/* order: sorting places by what lies there (see order.h). */
#include "kernels/order.h"

#include <math.h>

/* Merges in runs that double: stable, and no worst case. */
void og_order(int64_t *places, int64_t n, int64_t *scratch, og_compare *compare,
              const void *context)
{
    int64_t *from = places, *to = scratch;

    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t low = 0; low < n; low += 2 * width) {
            int64_t middle = low + width < n ? low + width : n,
                    high = low + 2 * width < n ? low + 2 * width : n;
            int64_t a = low, b = middle;

            for (int64_t k = low; k < high; k++)
                to[k] = a < middle && (b >= high || compare(context, from[a], from[b]) <= 0)
                            ? from[a++]
                            : from[b++];
        }
        int64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != places)
        memcpy(places, from, (size_t)n * sizeof *places);
}

static bool comes_after(og_compare *compare, const void *context, int64_t a, int64_t b)
{
    int order = compare(context, a, b);

    return order > 0 || (order == 0 && a > b);
}

/* Restores a heap whose last one is on top, below place i. */
static void heap_sink(int64_t *heap, int64_t n, int64_t i, og_compare *compare, const void *context)
{
    for (int64_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && comes_after(compare, context, heap[child + 1], heap[child]))
            child++;
        if (!comes_after(compare, context, heap[child], heap[i]))
            return;
        int64_t swap = heap[i];
        heap[i] = heap[child];
        heap[child] = swap;
    }
}

/* A heap of the k best so far; the rest need one comparison each unless they enter it. */
void og_order_first(int64_t *places, int64_t n, int64_t k, og_compare *compare, const void *context)
{
    if (k == 0)
        return;
    for (int64_t i = k / 2; i-- > 0;)
        heap_sink(places, k, i, compare, context);
    for (int64_t i = k; i < n; i++)
        if (comes_after(compare, context, places[0], places[i])) {
            int64_t swap = places[0];

            places[0] = places[i];
            places[i] = swap;
            heap_sink(places, k, 0, compare, context);
        }
    for (int64_t end = k - 1; end > 0; end--) {
        int64_t swap = places[0];

        places[0] = places[end];
        places[end] = swap;
        heap_sink(places, end, 0, compare, context);
    }
}

static int compare_doubles(double x, double y)
{
    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return (x > y) - (x < y);
}

static int compare_strings(const og_string *x, const og_string *y)
{
    size_t n = x->size < y->size ? x->size : y->size;
    int order = n ? memcmp(x->data, y->data, n) : 0;

    return order ? order : (x->size > y->size) - (x->size < y->size);
}

int og_compare_elements(const og_tensor *t, int64_t a, int64_t b)
{
    switch (t->elem) {
    case OG_FLOAT:
        return compare_doubles((double)((const float *)t->data)[a],
                               (double)((const float *)t->data)[b]);
    case OG_DOUBLE:
        return compare_doubles(((const double *)t->data)[a], ((const double *)t->data)[b]);
    case OG_STRING:
        return compare_strings((const og_string *)t->data + a, (const og_string *)t->data + b);
    case OG_UINT64: {
        uint64_t x = ((const uint64_t *)t->data)[a], y = ((const uint64_t *)t->data)[b];

        return (x > y) - (x < y);
    }
    case OG_INT64: {
        int64_t x = ((const int64_t *)t->data)[a], y = ((const int64_t *)t->data)[b];

        return (x > y) - (x < y);
    }
    default:
        return compare_doubles(og_get_double(t, a), og_get_double(t, b));
    }
}
