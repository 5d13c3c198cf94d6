/*
 * Numbers from another run: tensors of a file are taken by name, and what did not fit is told. All
 * is looked at before anything is changed.
 */
#include "train/train.h"
#include "exec/exec.h"

#include <stdio.h>

typedef struct begin {
    og_trainer *t;
    const og_arrays *a;
    og_take_options options;
    og_list(og_fitted) list;
    size_t count[OG_FITS];
} begin;

/* Slots and clocks of the optimizer, and the counter of random operators. */
static bool is_progress(const char *name)
{
    return !strncmp(name, "opt/", 4) || !strncmp(name, "random/", 7);
}

static bool is_wanted(const begin *b, const char *name)
{
    return b->options.optimizer || !is_progress(name);
}

static bool same_type(const og_tensor *a, const og_tensor *b)
{
    return a->elem == b->elem && a->rank == b->rank &&
           (!a->rank || !memcmp(a->dims, b->dims, sizeof *a->dims * (size_t)a->rank));
}

static const char *type_of(begin *b, const og_tensor *tensor)
{
    char text[200];

    return tensor ? og_arena_string(b->t->arena, og_tensor_text(text, sizeof text, tensor)) : NULL;
}

static og_status note_fit(begin *b, const char *name, og_fit fit, const og_tensor *found,
                          const og_tensor *expected)
{
    og_fitted f = { .name = og_arena_string(b->t->arena, name),
                    .fit = fit,
                    .found = type_of(b, found),
                    .expected = type_of(b, expected) };

    b->count[fit]++;
    if (!f.name || (found && !f.found) || (expected && !f.expected) ||
        !og_list_push(b->t->arena, &b->list, f))
        return og_trainer_no_memory(b->t);
    return OG_OK;
}

static og_status compare(begin *b)
{
    const og_state *state = og_trainer_state(b->t);

    for (size_t i = 0; i < og_state_size(state); i++) {
        const char *name = og_state_name(state, i);
        const og_tensor *expected = og_state_tensor(state, name);
        const og_tensor *found = og_arrays_find(b->a, name);

        if (is_wanted(b, name))
            OG_TRY(note_fit(b, name,
                            !found                       ? OG_FIT_MISSING
                            : same_type(found, expected) ? OG_FIT_TAKEN
                                                         : OG_FIT_SHAPE,
                            found, expected));
    }
    for (size_t i = 0; i < og_arrays_count(b->a); i++) {
        const char *name = og_arrays_name(b->a, i);

        if (is_wanted(b, name) && !og_state_tensor(state, name))
            OG_TRY(note_fit(b, name, OG_FIT_UNEXPECTED, og_arrays_tensor(b->a, i), NULL));
    }
    return OG_OK;
}

/* "; missing: a, b" with as many names as there is room for. */
static void add_names(const begin *b, og_fit fit, const char *what, char *out, size_t size)
{
    size_t at = strlen(out), shown = 0;
    char name[100];

    for (size_t i = 0; i < b->list.n; i++) {
        const og_fitted *f = &b->list.v[i];

        if (f->fit != fit)
            continue;
        if (shown == 5 || size - at < 300) {
            (void)snprintf(out + at, size - at, " and %zu more", b->count[fit] - shown);
            return;
        }
        og_escape(name, sizeof name, f->name);
        at += (size_t)snprintf(out + at, size - at, "%s%s", shown++ ? ", " : what, name);
        if (fit == OG_FIT_SHAPE)
            at += (size_t)snprintf(out + at, size - at, " is %.80s, expected %.80s", f->found,
                                   f->expected);
    }
}

static void sentence(const begin *b, char *out, size_t size)
{
    snprintf(out, size, "%zu of %zu tensors begin as in the file", b->count[OG_FIT_TAKEN],
             b->list.n - b->count[OG_FIT_UNEXPECTED]);
    add_names(b, OG_FIT_MISSING, "; missing: ", out, size);
    add_names(b, OG_FIT_UNEXPECTED, "; unexpected: ", out, size);
    add_names(b, OG_FIT_SHAPE, "; of another shape: ", out, size);
}

/* Whether what was found is enough for the mode that was asked for. */
static og_status judge(begin *b)
{
    bool strict = b->options.mode == OG_TAKE_STRICT, partial = b->options.mode == OG_TAKE_PARTIAL;
    size_t other = b->count[OG_FIT_SHAPE];
    char text[580];

    sentence(b, text, sizeof text);
    if (!b->count[OG_FIT_TAKEN])
        return og_fail(&b->t->report, OG_BAD_FILE,
                       "none of the %zu tensors to begin with has the name%s of one of the model",
                       og_arrays_count(b->a), other ? " and the shape" : "");
    if (strict && (b->count[OG_FIT_MISSING] || b->count[OG_FIT_UNEXPECTED] || other))
        return og_fail(&b->t->report, OG_BAD_FILE, "the file does not fit: %s", text);
    if (other && !partial) {
        og_fail(&b->t->report, OG_BAD_SHAPE, "the file does not fit: %s", text);
        og_report_hint(&b->t->report, "a partial restore leaves them out (--init-mode partial)");
        return OG_BAD_SHAPE;
    }
    og_trainer_note(b->t, "%s", text);
    return OG_OK;
}

/* Slots that begin as a copy of the parameter begin as a copy of its new numbers, unless the file
 * has numbers for them. */
static og_status take_copies(begin *b, const char *name, const og_tensor *numbers)
{
    const og_graph *g = b->t->learn;
    const og_value *parameter = og_graph_find(g, name);

    for (size_t i = 0; parameter && i < g->values.n; i++) {
        const og_value *v = g->values.v[i];

        if (v != parameter && v->state && v->data == parameter->data)
            OG_TRY(og_state_set(og_trainer_state(b->t), v->name, numbers, &b->t->report));
    }
    return OG_OK;
}

static og_status take(begin *b)
{
    og_state *state = og_trainer_state(b->t);

    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < b->list.n; i++) {
            const og_fitted *f = &b->list.v[i];
            const og_tensor *numbers = og_arrays_find(b->a, f->name);

            if (f->fit != OG_FIT_TAKEN)
                continue;
            OG_TRY(round ? og_state_set(state, f->name, numbers, &b->t->report)
                         : take_copies(b, f->name, numbers));
        }
    return OG_OK;
}

og_status og_trainer_take(og_trainer *t, const char *path, const og_take_options *options)
{
    begin b = { .t = t };
    og_arrays *a = NULL;
    og_status status;

    if (options)
        b.options = *options;
    t->fits.n = 0;
    if ((status = og_arrays_open(path, &a)))
        status = a ? og_trainer_fail(t, og_arrays_report(a)) : og_trainer_no_memory(t);
    b.a = a;
    if (!status)
        status = compare(&b);
    t->fits.v = b.list.v;
    t->fits.n = b.list.n;
    if (!status)
        status = judge(&b);
    if (!status)
        status = take(&b);
    if (status)
        og_report_where(&t->report, "%s", path);
    og_arrays_free(a);
    return status;
}

size_t og_trainer_fits(const og_trainer *t, const og_fitted **fits)
{
    *fits = t->fits.v;
    return t->fits.n;
}

og_status og_trainer_begin(og_trainer *t)
{
    const og_take_options o = { .mode = t->options.init_mode,
                                .optimizer = t->options.init_optimizer };

    return t->options.init ? og_trainer_take(t, t->options.init, &o) : OG_OK;
}
