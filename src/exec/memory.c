/*
 * Memory: every buffer gets a fixed place in one block before anything runs.
 *
 * First values are joined that may share a buffer: views, in-place results, and new state written
 * over the old. Then each buffer's lifetime is known in units (a step, or a group of steps run
 * together), and the buffers are laid out so that those alive together do not overlap, largest
 * first.
 */
#include "exec/plan.h"

#include <stdlib.h>

static plan_value *value_of(og_plan *plan, og_value *v)
{
    return v ? &plan->values[v->id] : NULL;
}

static plan_value *root_of(plan_value *v)
{
    while (v->root != v)
        v = v->root;
    return v;
}

/* Says which node makes a value. */
static og_status blame(const og_value *v, const plan_options *options)
{
    char text[300];

    if (v->node)
        og_report_where(options->report, "%s", og_node_text(v->node, text, sizeof text));
    return options->report->code;
}

/* ---- Places ---------------------------------------------------------------------------------- */

static og_status place_value(og_plan *plan, plan_value *p, const plan_options *options)
{
    og_value *v = p->value;
    const og_type *type = &v->type;

    p->root = p;
    p->first = p->maker = p->last = p->last_reader = -1;
    if (v->state) {
        og_tensor *t = v->data ? og_state_slot(options->state, v->name, v->data, options->report)
                               : og_state_tensor(options->state, v->name);
        if (!t)
            return og_fail(options->report, OG_NOT_FOUND, "there is no state '%s'", v->name);
        p->tensor = *t;
        p->place = PLACE_STATE;
        return OG_OK;
    }
    if (v->data && !v->input) {
        p->tensor = *v->data;
        p->place = PLACE_CONSTANT;
        return OG_OK;
    }
    if (type->kind != OG_TENSOR)
        return og_fail(options->report, OG_UNSUPPORTED,
                       "value '%s' is a sequence or optional, which cannot be run yet", v->name);
    p->place = v->input ? PLACE_FEED : PLACE_ARENA;
    if (!og_type_known(type)) {
        p->place = PLACE_DYNAMIC;
        p->tensor.elem = type->elem;
        return OG_OK;
    }
    p->tensor = og_tensor_view(type->elem, type->rank, type->dims, NULL);
    if (p->tensor.count < 0 || !og_elem_bytes(type->elem, p->tensor.count, &p->bytes)) {
        og_fail(options->report, OG_LIMIT, "value '%s' is too large for this machine", v->name);
        return blame(v, options);
    }
    (void)plan;
    return OG_OK;
}

static og_status place_values(og_plan *plan, const plan_options *options)
{
    og_graph *g = plan->graph;

    plan->n_values = g->values.n;
    plan->values = OG_NEW_N(plan->arena, plan_value, g->values.n + 1);
    if (!plan->values)
        return og_fail(options->report, OG_NO_MEMORY, "no memory left for a plan");
    for (size_t i = 0; i < g->values.n; i++) {
        plan->values[i].value = g->values.v[i];
        OG_TRY(place_value(plan, &plan->values[i], options));
    }
    return OG_OK;
}

static void keep(og_plan *plan, og_value *v)
{
    if (v)
        plan->values[v->id].kept = true;
}

static void read_by_body(plan_value *v, int step)
{
    v->last_reader = step;
    v->reader_group = -1;
}

/* A body is fed with what it captures, and reads states where they are. */
static void link_captured(og_plan *plan, const plan_body *b, int step)
{
    for (size_t j = 0; j < b->n_captured; j++)
        read_by_body(b->captured[j], step);
    for (size_t j = 0; j < b->graph->captured.n; j++)
        if (b->graph->captured.v[j].outer->state)
            read_by_body(&plan->values[b->graph->captured.v[j].outer->id], step);
}

static og_status link_steps(og_plan *plan, const plan_options *options)
{
    og_graph *g = plan->graph;

    for (size_t i = 0; i < plan->n_steps; i++) {
        plan_step *s = &plan->steps[i];
        og_node *node = s->node;

        s->in = OG_NEW_N(plan->arena, plan_value *, node->n_in + 1);
        s->out = OG_NEW_N(plan->arena, plan_value *, node->n_out + 1);
        if (!s->in || !s->out)
            return og_fail(options->report, OG_NO_MEMORY, "no memory left for a plan");
        for (int j = 0; j < node->n_in; j++)
            if ((s->in[j] = value_of(plan, node->in[j]))) {
                plan_value *in = s->in[j];
                bool alone = in->last_reader < 0 || in->reader_group == s->group;

                in->reader_group = alone ? s->group : -1;
                in->last_reader = (int)i;
                s->dynamic = s->dynamic || in->place == PLACE_DYNAMIC;
            }
        if (og_node_body(node, 0)) {
            OG_TRY(og_bodies_link(plan, s, options));
            s->dynamic = true;
            for (plan_body *b = s->bodies; b->graph; b++)
                link_captured(plan, b, (int)i);
        }
        for (int k = 0; k < node->n_out; k++) {
            s->out[k] = value_of(plan, node->out[k]);
            s->out[k]->maker = (int)i;
            s->dynamic = s->dynamic || s->out[k]->place == PLACE_DYNAMIC;
        }
    }
    for (size_t i = 0; i < plan->n_steps; i++) /* what a dynamic step makes is allocated with it */
        for (int k = 0; plan->steps[i].dynamic && k < plan->steps[i].node->n_out; k++)
            plan->steps[i].out[k]->place = PLACE_DYNAMIC;
    for (size_t i = 0; i < plan->n_steps; i++)
        for (int j = 0; j < plan->steps[i].node->n_in; j++)
            if (plan->steps[i].in[j] && plan->steps[i].in[j]->place == PLACE_DYNAMIC)
                plan->steps[i].dynamic = true;
    for (size_t i = 0; i < g->outputs.n; i++)
        keep(plan, g->outputs.v[i]);
    for (int i = 0; i < OG_INFO_COUNT; i++)
        keep(plan, g->info[i]);
    keep(plan, g->ok);
    for (size_t i = 0; i < g->watched.n; i++)
        keep(plan, g->watched.v[i]);
    for (size_t i = 0; i < g->bindings.n; i++)
        value_of(plan, g->bindings.v[i].update)->bound = true;
    return OG_OK;
}

/* A value that lives inside one group only needs no memory: it stays in the group's tile. */
static void find_tiles(og_plan *plan)
{
    for (size_t i = 0; i < plan->n_steps; i++) {
        plan_step *s = &plan->steps[i];

        for (int k = 0; k < s->node->n_out && s->group >= 0; k++) {
            plan_value *v = s->out[k];

            if (!v->kept && !v->bound && v->place == PLACE_ARENA && v->reader_group == s->group)
                v->place = PLACE_TILE;
        }
    }
}

/* ---- Sharing --------------------------------------------------------------------------------- */

static void share(plan_value *v, plan_value *buffer)
{
    plan_value *root = root_of(buffer);

    v->root = root;
    v->place = root->place;
    if (v->last_reader > root->last_reader)
        root->last_reader = v->last_reader;
    root->kept = root->kept || v->kept;
    root->bound = root->bound || v->bound;
}

/* The output is the input's bytes: no copy, as long as the numbers stay what they are while anyone
 * reads them.  State changes under its readers, so a view of it must not be kept or read behind the
 * gate. */
static bool can_alias(const og_plan *plan, const plan_step *s)
{
    plan_value *in = s->node->n_in ? s->in[0] : NULL, *out = s->out[0];

    if (!in || s->dynamic || !(s->node->op->traits & OG_ALIAS) ||
        in->tensor.elem != out->tensor.elem)
        return false;
    plan_value *root = root_of(in);
    if (root->place == PLACE_STATE && (out->kept || out->bound || out->last_reader >= plan->gate))
        return false;
    return root->place != PLACE_DYNAMIC;
}

/* Whether this step may write output 0 over input j: an arena buffer that nobody reads later. */
static bool can_overwrite(const plan_step *s, size_t i, int j)
{
    plan_value *in = s->in[j], *out = s->out[0];
    const og_op *op = s->node->op;

    if (!in || out->place != PLACE_ARENA || !in->bytes || in->bytes != out->bytes)
        return false;
    plan_value *root = root_of(in);
    if (root->place != PLACE_ARENA || root->kept || root->bound || root->last_reader > (int)i)
        return false; /* new state must last until it is committed */
    if (op->traits & OG_ELEMENTWISE)
        return og_elem_bits(in->tensor.elem) == og_elem_bits(out->tensor.elem) &&
               in->tensor.count == out->tensor.count;
    return j == 0 && op->traits & OG_INPLACE && in->tensor.elem == out->tensor.elem;
}

static void share_buffers(og_plan *plan)
{
    for (size_t i = 0; i < plan->n_steps; i++) {
        plan_step *s = &plan->steps[i];

        if (!s->node->n_out || s->dynamic)
            continue;
        if (can_alias(plan, s)) {
            share(s->out[0], s->in[0]);
            continue;
        }
        for (int j = 0; j < s->node->n_in; j++)
            if (can_overwrite(s, i, j)) {
                bool again =
                    false; /* the same buffer read through another input must be elementwise too */

                for (int other = 0; other < s->node->n_in; other++)
                    again = again || (other != j && s->in[other] &&
                                      root_of(s->in[other]) == root_of(s->in[j]) &&
                                      !(s->node->op->traits & OG_ELEMENTWISE));
                if (again)
                    continue;
                share(s->out[0], s->in[j]);
                break;
            }
    }
}

/* ---- New state over the old ------------------------------------------------------------------ */

/* The new value may be written where the old one lies if it is made behind the gate, by a step
 * after which nobody reads the old one, and which itself reads it at most element by element. */
static bool in_place(const og_plan *plan, plan_value *state, plan_value *update)
{
    const plan_step *maker = update->maker >= 0 ? &plan->steps[update->maker] : NULL;

    if (!maker || !maker->late || maker->dynamic || update->place != PLACE_ARENA ||
        update->root != update || update->bytes != og_tensor_bytes(&state->tensor) ||
        update->tensor.elem != state->tensor.elem)
        return false;
    if (state->last_reader > update->maker || state->kept ||
        state->bound) /* bound: copied at the end */
        return false;
    for (size_t i = 0; i < plan->n_values; i++) /* a view of the old value that is read later */
        if (plan->values[i].root == state && &plan->values[i] != state &&
            plan->values[i].last_reader > update->maker)
            return false;
    for (int j = 0; j < maker->node->n_in; j++) {
        plan_value *in = maker->in[j];

        if (in && root_of(in) == state &&
            (!(maker->node->op->traits & OG_ELEMENTWISE) ||
             in->tensor.count != update->tensor.count))
            return false;
    }
    for (size_t i = 0; i < plan->n_values;
         i++) /* others took this buffer over: they would write into state */
        if (plan->values[i].root == update && &plan->values[i] != update)
            return false;
    return true;
}

static og_status commit_by_copy(og_plan *plan, plan_value *state, plan_value *update)
{
    plan_commit *c = &plan->commits[plan->n_commits++];

    *c = (plan_commit){ .state = state, .update = update };
    update->kept = true;
    root_of(update)->kept = true;
    if (root_of(update)->place == PLACE_STATE) {
        if (!(c->buffer = OG_NEW(plan->arena, plan_value)))
            return OG_NO_MEMORY;
        c->buffer->tensor = update->tensor;
        c->buffer->root = c->buffer;
        c->buffer->place = PLACE_ARENA;
        c->buffer->bytes = og_tensor_bytes(&update->tensor);
        c->buffer->first = c->buffer->last = (int)plan->n_steps;
    }
    return OG_OK;
}

static og_status bind_state(og_plan *plan, const plan_options *options)
{
    og_graph *g = plan->graph;

    plan->commits = OG_NEW_N(plan->arena, plan_commit, g->bindings.n + 1);
    if (!plan->commits)
        return og_fail(options->report, OG_NO_MEMORY, "no memory left for a plan");
    for (size_t i = 0; i < g->bindings.n; i++) {
        plan_value *state = value_of(plan, g->bindings.v[i].state);
        plan_value *update = value_of(plan, g->bindings.v[i].update);

        if (state->tensor.elem != update->tensor.elem ||
            (update->place != PLACE_DYNAMIC && state->tensor.count != update->tensor.count))
            return og_fail(options->report, OG_BAD_SHAPE,
                           "the new value of state '%s' has another type or size",
                           state->value->name);
        if (!update->kept && in_place(plan, state, update)) {
            update->root = state;
            update->place = PLACE_STATE;
        } else if (commit_by_copy(plan, state, update)) {
            return og_fail(options->report, OG_NO_MEMORY, "no memory left for a plan");
        }
    }
    return OG_OK;
}

/* ---- Lifetimes and offsets ------------------------------------------------------------------- */

static void touch(plan_value *v, int unit)
{
    plan_value *root;

    if (!v)
        return;
    root = root_of(v);
    if (root->first < 0 || unit < root->first)
        root->first = unit;
    if (unit > root->last)
        root->last = unit;
}

static void find_lifetimes(og_plan *plan)
{
    for (size_t i = 0; i < plan->n_steps; i++) {
        plan_step *s = &plan->steps[i];

        for (int j = 0; j < s->node->n_in; j++)
            touch(s->in[j], s->unit);
        for (plan_body *b = s->bodies; b && b->graph; b++)
            for (size_t j = 0; j < b->n_captured; j++)
                touch(b->captured[j], s->unit);
        for (int k = 0; k < s->node->n_out; k++)
            touch(s->out[k], s->unit);
    }
    for (size_t i = 0; i < plan->n_values; i++)
        if (plan->values[i].kept)
            touch(&plan->values[i], (int)plan->n_steps);
}

static int larger_first(const void *a, const void *b)
{
    const plan_value *x = *(plan_value *const *)a, *y = *(plan_value *const *)b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return (x->first > y->first) - (x->first < y->first);
}

static size_t rounded(size_t bytes)
{
    return (bytes + 63) & ~(size_t)63;
}

/* The lowest offset at which v overlaps none of the placed buffers that live at the same time. */
static size_t find_offset(plan_value *v, plan_value *const *placed, size_t n)
{
    size_t offset = 0;

    for (size_t i = 0; i < n; i++) { /* placed is sorted by offset */
        const plan_value *p = placed[i];

        if (p->last < v->first || v->last < p->first)
            continue;
        if (p->offset >= offset + rounded(v->bytes))
            break;
        if (p->offset + rounded(p->bytes) > offset)
            offset = p->offset + rounded(p->bytes);
    }
    return offset;
}

static og_status lay_out(og_plan *plan, const plan_options *options)
{
    size_t n = 0, done = 0, room = plan->n_values + plan->n_commits + 1;
    plan_value **list = OG_NEW_N(plan->arena, plan_value *, room);
    plan_value **placed = OG_NEW_N(plan->arena, plan_value *, room);

    if (!list || !placed)
        return og_fail(options->report, OG_NO_MEMORY, "no memory left for a plan");
    for (size_t i = 0; i < plan->n_values; i++)
        if (plan->values[i].root == &plan->values[i] && plan->values[i].place == PLACE_ARENA)
            list[n++] = &plan->values[i];
    for (size_t i = 0; i < plan->n_commits; i++)
        if (plan->commits[i].buffer)
            list[n++] = plan->commits[i].buffer;
    qsort(list, n, sizeof *list, larger_first);
    for (size_t i = 0; i < n; i++) {
        plan_value *v = list[i];
        size_t at = done;

        v->offset = find_offset(v, placed, done);
        while (at && placed[at - 1]->offset > v->offset) {
            placed[at] = placed[at - 1];
            at--;
        }
        placed[at] = v;
        done++;
        if (v->offset + rounded(v->bytes) > plan->block_size)
            plan->block_size = v->offset + rounded(v->bytes);
    }
    return OG_OK;
}

/* The limit is reached: the largest value is named. */
static og_status over_limit(const og_plan *plan, const plan_options *options)
{
    const plan_value *largest = NULL;

    for (size_t i = 0; i < plan->n_values; i++)
        if (plan->values[i].place == PLACE_ARENA &&
            (!largest || plan->values[i].bytes > largest->bytes))
            largest = &plan->values[i];
    og_fail(options->report, OG_LIMIT,
            "the plan needs %zu MB for its values (the largest, '%s', takes %zu MB), the limit is "
            "%zu MB",
            plan->block_size >> 20, largest->value->name, largest->bytes >> 20,
            options->max_memory >> 20);
    return blame(largest->value, options);
}

static og_status allocate(og_plan *plan, const plan_options *options)
{
    if (plan->block_size > options->max_memory)
        return over_limit(plan, options);
    plan->block = og_malloc_aligned(plan->block_size + 64);
    if (!plan->block)
        return og_fail(options->report, OG_NO_MEMORY, "no memory for the plan's %zu MB",
                       plan->block_size >> 20);
    plan->facts.arena_bytes = plan->block_size;
    for (size_t i = 0; i < plan->n_values; i++) {
        plan_value *v = &plan->values[i], *root = root_of(v);

        if (v->place == PLACE_CONSTANT)
            plan->facts.constant_bytes += og_tensor_bytes(&v->tensor);
        if (v->place == PLACE_ARENA)
            v->tensor.data = (char *)plan->block + root->offset;
        else if (root != v && root->place != PLACE_FEED && root->place != PLACE_DYNAMIC)
            v->tensor.data = root->tensor.data;
    }
    for (size_t i = 0; i < plan->n_commits; i++)
        if (plan->commits[i].buffer)
            plan->commits[i].buffer->tensor.data =
                (char *)plan->block + plan->commits[i].buffer->offset;
    return OG_OK;
}

og_status og_plan_memory(og_plan *plan, const plan_options *options)
{
    OG_TRY(place_values(plan, options));
    OG_TRY(link_steps(plan, options));
    find_tiles(plan);
    if (og_pass_enabled(options, "inplace"))
        share_buffers(plan);
    OG_TRY(bind_state(plan, options));
    find_lifetimes(plan);
    OG_TRY(lay_out(plan, options));
    return allocate(plan, options);
}
