/*
 * Feeds: which array goes into which input, and how its rows are shaped for it.
 *
 * An input takes the array that --feed names, else the array of its own name; what is left goes by
 * order: the model's inputs first, then the labels of the loss.
 */
#include "train/train.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- Choosing arrays ------------------------------------------------------------------------- */

/* The array that "input=array" names, or NULL. */
static const char *asked_array(const og_trainer *t, const char *input)
{
    size_t n = strlen(input);

    for (const char *const *f = t->options.feeds; f && *f; f++)
        if (!strncmp(*f, input, n) && (*f)[n] == '=')
            return *f + n + 1;
    return NULL;
}

static size_t array_place(const og_dataset *data, const char *name)
{
    for (size_t i = 0; i < og_dataset_count(data); i++)
        if (!strcmp(og_dataset_array(data, i)->name, name))
            return i;
    return SIZE_MAX;
}

static og_status no_array(og_trainer *t, const char *name)
{
    const char *names[64];
    size_t n = 0;
    char shown[160];

    for (size_t i = 0; i < og_dataset_count(t->data) && n < 64; i++)
        names[n++] = og_dataset_array(t->data, i)->name;
    og_fail(&t->report, OG_NOT_FOUND, "the data have no array '%s'",
            og_escape(shown, sizeof shown, name));
    const char *near = og_nearest(name, names, n);
    if (near)
        og_report_hint(&t->report, "did you mean '%s'?", near);
    return OG_NOT_FOUND;
}

/* An input must be fed unless it has a default (an initializer of its name). */
static bool wants_feed(const og_value *v)
{
    return !v->data;
}

static bool array_taken(const og_train_feeds *feeds, size_t place)
{
    for (size_t i = 0; i < feeds->n; i++)
        if (feeds->v[i].place == place)
            return true;
    return false;
}

/* The first array that no feed takes and that is called like no input, or SIZE_MAX. */
static size_t spare_array(const og_trainer *t, const og_graph *g)
{
    for (size_t i = 0; i < og_dataset_count(t->data); i++) {
        og_value *v = og_graph_find(g, og_dataset_array(t->data, i)->name);

        if (!array_taken(&t->feeds, i) && !(v && v->input))
            return i;
    }
    return SIZE_MAX;
}

static og_status add_feed(og_trainer *t, const og_value *v, size_t place)
{
    og_train_feed *f = &t->feeds.v[t->feeds.n];

    *f = (og_train_feed){ .place = place,
                          .input = og_arena_string(t->arena, v->name),
                          .array = og_dataset_array(t->data, place)->name };
    if (!f->input)
        return og_fail(&t->report, OG_NO_MEMORY, "no memory left for feeds");
    t->feeds.n++;
    return OG_OK;
}

static bool feed_known(const og_train_feeds *feeds, const og_value *v)
{
    for (size_t i = 0; i < feeds->n; i++)
        if (!strcmp(feeds->v[i].input, v->name))
            return true;
    return false;
}

/* Inputs that the user or their name settles. */
static og_status match_names(og_trainer *t, const og_graph *g)
{
    for (size_t i = 0; i < g->inputs.n; i++) {
        const og_value *v = g->inputs.v[i];
        const char *asked = asked_array(t, v->name);
        size_t place = array_place(t->data, asked ? asked : v->name);

        if (feed_known(&t->feeds, v) || (!asked && !wants_feed(v)))
            continue;
        if (asked && place == SIZE_MAX)
            return no_array(t, asked);
        if (place != SIZE_MAX)
            OG_TRY(add_feed(t, v, place));
    }
    return OG_OK;
}

static og_status match_order(og_trainer *t, const og_graph *g)
{
    char shown[160];

    for (size_t i = 0; i < g->inputs.n; i++) {
        const og_value *v = g->inputs.v[i];
        size_t place;

        if (feed_known(&t->feeds, v) || !wants_feed(v))
            continue;
        if ((place = spare_array(t, g)) == SIZE_MAX) {
            og_fail(&t->report, OG_NOT_FOUND, "input '%s' gets no data: all %zu arrays are taken",
                    og_escape(shown, sizeof shown, v->name), og_dataset_count(t->data));
            og_report_hint(&t->report, "choose with --feed input=array");
            return OG_NOT_FOUND;
        }
        OG_TRY(add_feed(t, v, place));
    }
    return OG_OK;
}

static og_status room_for_feeds(og_trainer *t, const og_graph *g)
{
    og_train_feed *more = OG_NEW_N(t->arena, og_train_feed, g->inputs.n + 1);

    if (!more)
        return og_fail(&t->report, OG_NO_MEMORY, "no memory left for feeds");
    if (t->feeds.n)
        memcpy(more, t->feeds.v, sizeof *more * t->feeds.n);
    t->feeds.v = more;
    return OG_OK;
}

og_status og_feeds_match(og_trainer *t, og_graph *g)
{
    OG_TRY(room_for_feeds(t, g));
    OG_TRY(match_names(t, g));
    return match_order(t, g);
}

/* Every --feed must name an input that there is; for after the labels were added. */
og_status og_feeds_check(og_trainer *t, const og_graph *g)
{
    const char *names[64], *near;
    size_t n = 0;
    char name[160];

    for (size_t i = 0; i < g->inputs.n && n < 64; i++)
        names[n++] = g->inputs.v[i]->name;
    for (const char *const *f = t->options.feeds; f && *f; f++) {
        const char *equals = strchr(*f, '=');
        og_value *v;

        if (!equals || (size_t)(equals - *f) >= sizeof name)
            return og_fail(&t->report, OG_BAD_ARGUMENT, "feed '%.100s': expected input=array", *f);
        memcpy(name, *f, (size_t)(equals - *f));
        name[equals - *f] = '\0';
        v = og_graph_find(g, name);
        if (v && v->input)
            continue;
        og_fail(&t->report, OG_NOT_FOUND, "there is no input '%s' to feed", name);
        if ((near = og_nearest(name, names, n)))
            og_report_hint(&t->report, "did you mean '%s'?", near);
        return OG_NOT_FOUND;
    }
    return OG_OK;
}

const og_data_array *og_feeds_label(const og_trainer *t, const og_graph *g)
{
    size_t place = spare_array(t, g);

    return place == SIZE_MAX ? NULL : og_dataset_array(t->data, place);
}

/* ---- Shapes ---------------------------------------------------------------------------------- */

/* Sizes behind the first one, without those that are 1. */
static int without_ones(int rank, const int64_t *dims, int64_t *out)
{
    int n = 0;

    for (int i = 1; i < rank; i++)
        if (dims[i] != 1)
            out[n++] = dims[i];
    return n;
}

/* Sizes of the input that are not known take those of the array, where both agree in all others. */
static bool fit_symbols(int rank, int64_t *dims, const og_tensor *array)
{
    int64_t want[OG_MAX_RANK], have[OG_MAX_RANK];
    int n = without_ones(rank, dims, want), m = without_ones(array->rank, array->dims, have), k = 0;

    if (rank == array->rank) { /* a symbol may be 1 here */
        for (int i = 1; i < rank; i++)
            if (og_dim_known(dims[i]) && dims[i] != array->dims[i])
                return false;
        memcpy(dims + 1, array->dims + 1, sizeof *dims * (size_t)(rank - 1));
        return true;
    }
    if (n != m)
        return false;
    for (int i = 1; i < rank; i++)
        if (dims[i] != 1) {
            if (og_dim_known(dims[i]) && dims[i] != have[k])
                return false;
            dims[i] = have[k++];
        }
    return true;
}

static bool fit_shape(int rank, int64_t *dims, const og_tensor *array, int64_t row)
{
    bool known = true;

    for (int i = 1; i < rank; i++)
        known = known && og_dim_known(dims[i]);
    if (!known)
        return fit_symbols(rank, dims, array);
    return og_count(rank - 1, dims + 1) == row;
}

static og_status bad_shape(og_trainer *t, const og_graph *g, const og_value *v,
                           const og_data_array *a)
{
    char input[160], type[200], array[160], found[200];

    og_fail(
        &t->report, OG_BAD_SHAPE, "input '%s' is %s, array '%s' is %s",
        og_escape(input, sizeof input, v->name), og_type_text(g->dims, &v->type, type, sizeof type),
        og_escape(array, sizeof array, a->name), og_tensor_text(found, sizeof found, &a->tensor));
    og_report_hint(&t->report, "a row of the array must have as many elements as the input has "
                               "behind its first axis; --feed input=array chooses another");
    return OG_BAD_SHAPE;
}

static bool same_dims(const og_train_feed *f, const og_tensor *array)
{
    return f->tensor.rank == array->rank &&
           !memcmp(f->dims + 1, array->dims + 1, sizeof(int64_t) * (size_t)(array->rank - 1));
}

static og_status open_feed(og_trainer *t, og_graph *g, og_train_feed *f)
{
    const og_data_array *a = og_dataset_array(t->data, f->place);
    og_value *v = og_graph_find(g, f->input);
    int rank = v->type.rank < 0 ? a->tensor.rank : v->type.rank;
    int64_t elements;
    size_t bytes;

    f->dims = OG_NEW_N(t->arena, int64_t, rank + 1);
    if (!f->dims)
        return og_fail(&t->report, OG_NO_MEMORY, "no memory left for feeds");
    f->row = a->tensor.dims[0] ? a->tensor.count / a->tensor.dims[0] : 0;
    memcpy(f->dims, v->type.rank < 0 ? a->tensor.dims : v->type.dims,
           sizeof(int64_t) * (size_t)rank);
    if (rank < 1 || !fit_shape(rank, f->dims, &a->tensor, f->row))
        return bad_shape(t, g, v, a);
    f->dims[0] = t->options.batch;
    f->tensor.elem = v->type.elem ? v->type.elem : a->elem;
    if (!og_count_mul(f->row, t->options.batch, &elements) ||
        !og_elem_bytes(f->tensor.elem, elements, &bytes) || !(f->data = og_malloc_aligned(bytes)))
        return og_fail(&t->report, OG_NO_MEMORY, "no memory for batches of %lld rows of '%s'",
                       (long long)t->options.batch, f->array);
    f->tensor = og_tensor_view(f->tensor.elem, rank, f->dims, f->data);
    if (!same_dims(f, &a->tensor)) {
        char text[200], from[200];

        og_trainer_note(t, "array '%s' %s feeds '%s' as %s", f->array,
                        og_tensor_text(from, sizeof from, &a->tensor), f->input,
                        og_tensor_text(text, sizeof text, &f->tensor));
    }
    return OG_OK;
}

og_status og_feeds_open(og_trainer *t, og_graph *g)
{
    og_train_feeds *feeds = &t->feeds;

    feeds->feeds = OG_NEW_N(t->arena, og_feed, feeds->n + 1);
    if (!feeds->feeds)
        return og_fail(&t->report, OG_NO_MEMORY, "no memory left for feeds");
    for (size_t i = 0; i < feeds->n; i++) {
        OG_TRY(open_feed(t, g, &feeds->v[i]));
        feeds->feeds[i] = (og_feed){ feeds->v[i].input, feeds->v[i].tensor };
    }
    return OG_OK;
}

void og_feeds_close(og_train_feeds *feeds)
{
    for (size_t i = 0; i < feeds->n; i++)
        og_free_aligned(feeds->v[i].data);
}

/* ---- Filling --------------------------------------------------------------------------------- */

/* Arrays of a set to be measured go by name, else by the place they have in the training set. */
static size_t place_in(const og_dataset *data, const og_train_feed *f)
{
    size_t place = array_place(data, f->array);

    return place == SIZE_MAX ? f->place : place;
}

og_status og_feeds_fill(og_trainer *t, og_dataset *data, const int64_t *rows, size_t n)
{
    for (size_t i = 0; i < t->feeds.n; i++) {
        og_train_feed *f = &t->feeds.v[i];
        size_t place = data == t->data ? f->place : place_in(data, f);

        f->dims[0] = (int64_t)n;
        f->tensor.count = f->row * (int64_t)n;
        if (og_dataset_batch(data, place, rows, n, &f->tensor))
            return og_trainer_fail(t, og_dataset_report(data));
        t->feeds.feeds[i].tensor = f->tensor;
    }
    return OG_OK;
}
