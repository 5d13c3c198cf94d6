/*
 * Groups of elementwise steps, run tile by tile: every member works on the same few hundred
 * elements before the next tile comes, so what passes between members stays in the first-level
 * cache and memory is read and written once.
 *
 * Values that no one outside the group reads have no place in memory at all, only a slot of the
 * tile.
 */
#include "exec/plan.h"

enum {
    OG_MAX_LOOP_IN = 16,
    TILE = 512, /* elements: operands of a dozen members fit 32 KB */
    PIECE = 32 * TILE,
    SLOT = TILE * 16 /* bytes: room for the widest element */
};

typedef struct fused_operand {
    og_tensor *tensor; /* whole in memory; NULL: in the tile */
    size_t slot;       /* offset in the scratch */
    size_t size;       /* bytes of an element */
    int64_t step;      /* 0 or 1 */
} fused_operand;

typedef struct fused_member {
    og_loop *loop;
    const void *attrs;
    int n_in, n_out;
    fused_operand *in, *out;
} fused_member;

typedef struct fused_group {
    int64_t count;
    size_t n;
    fused_member *members;
} fused_group;

static bool one_or_all(const og_type *t, int64_t count)
{
    int64_t n = og_type_known(t) ? og_count(t->rank, t->dims) : -1;

    return n == 1 || n == count;
}

/* A loop sees its two inputs of a variadic operator, and numbers of one type (and bools). */
static bool has_plain_loop(const og_node *node)
{
    const og_op *op = node->op;
    const og_value *deciding = op->type_port < node->n_in ? node->in[op->type_port] : NULL;

    if (!deciding || (op->in[0].variadic && node->n_in != 2) ||
        !op->loop(node->attrs, deciding->type.elem, node->out[0]->type.elem))
        return false;
    for (int j = 0; j < node->n_in; j++)
        if (node->in[j] && node->in[j]->type.elem != deciding->type.elem &&
            node->in[j]->type.elem != OG_BOOL)
            return false;
    return true;
}

bool og_fusable(const plan_step *step)
{
    const og_node *node = step->node;

    if (!(node->op->traits & OG_ELEMENTWISE) || node->op->check || node->n_in > 16 ||
        !og_type_known(&node->out[0]->type) || !has_plain_loop(node))
        return false;
    int64_t count = og_count(node->out[0]->type.rank, node->out[0]->type.dims);
    if (count <= 0)
        return false;
    for (int k = 0; k < node->n_out; k++)
        if (og_elem_bits(node->out[k]->type.elem) < 8 || !og_type_known(&node->out[k]->type) ||
            og_count(node->out[k]->type.rank, node->out[k]->type.dims) != count)
            return false;
    for (int j = 0; j < node->n_in; j++)
        if (node->in[j] &&
            (og_elem_bits(node->in[j]->type.elem) < 8 || !one_or_all(&node->in[j]->type, count)))
            return false;
    return true;
}

static void fused_run(const og_call *c, int64_t piece, void *scratch)
{
    const fused_group *g = c->work;
    int64_t begin = piece * PIECE, end = begin + PIECE < g->count ? begin + PIECE : g->count;
    void *out[16] = { NULL };
    const void *in[OG_MAX_LOOP_IN] = { NULL };
    int64_t step[OG_MAX_LOOP_IN] = { 0 };

    for (int64_t at = begin; at < end; at += TILE) {
        int64_t n = at + TILE < end ? TILE : end - at;

        for (size_t m = 0; m < g->n; m++) {
            const fused_member *f = &g->members[m];

            in[1] = in[2] = NULL; /* loops of operators with optional inputs look for them */
            for (int j = 0; j < f->n_in; j++) {
                const fused_operand *x = &f->in[j];

                step[j] = x->step;
                if (x->tensor)
                    in[j] = (const char *)x->tensor->data + (size_t)(at * x->step) * x->size;
                else
                    in[j] = x->size ? (const char *)scratch + x->slot : NULL;
            }
            for (int k = 0; k < f->n_out; k++) {
                const fused_operand *y = &f->out[k];

                out[k] = y->tensor ? (char *)y->tensor->data + (size_t)at * y->size
                                   : (char *)scratch + y->slot;
            }
            f->loop(out, in, step, n, f->attrs);
        }
    }
}

/* ---- Preparing ------------------------------------------------------------------------------- */

typedef struct tile_slots {
    const plan_value *holder[128]; /* whose numbers the slot holds now */
    size_t used;
} tile_slots;

static size_t slot_of(const tile_slots *t, const plan_value *v)
{
    for (size_t i = 0; i < t->used; i++)
        if (t->holder[i] == v)
            return i;
    return SIZE_MAX;
}

static size_t take_slot(tile_slots *t, const plan_value *v)
{
    size_t i = slot_of(t, NULL);

    if (i == SIZE_MAX)
        i = t->used < 128 ? t->used++ : SIZE_MAX;
    if (i != SIZE_MAX)
        t->holder[i] = v;
    return i;
}

static bool set_operand(fused_operand *x, plan_value *v, int64_t count, size_t slot)
{
    x->size = (size_t)og_elem_bits(v->tensor.elem) / 8;
    x->step = v->tensor.count == count; /* a single element is both: one or all */
    x->tensor = v->place == PLACE_TILE ? NULL : &v->tensor;
    x->slot = slot * SLOT;
    return x->tensor || slot != SIZE_MAX;
}

static og_status prepare_member(og_plan *plan, size_t i, fused_member *f, tile_slots *slots,
                                int64_t count)
{
    plan_step *s = &plan->steps[i];
    og_node *node = s->node;
    const og_op *op = node->op;

    f->loop = op->loop(node->attrs,
                       s->in[op->type_port] ? s->in[op->type_port]->tensor.elem : OG_UNDEFINED,
                       s->out[0]->tensor.elem);
    f->attrs = node->attrs;
    f->n_in = node->n_in;
    f->n_out = node->n_out;
    f->in = OG_NEW_N(plan->arena, fused_operand, node->n_in + 1);
    f->out = OG_NEW_N(plan->arena, fused_operand, node->n_out + 1);
    if (!f->in || !f->out)
        return OG_NO_MEMORY;
    for (int j = 0; j < node->n_in; j++) {
        plan_value *v = s->in[j];

        if (!v)
            continue;
        if (!set_operand(&f->in[j], v, count, slot_of(slots, v)))
            return OG_BUG;
    }
    for (int j = 0; j < node->n_in;
         j++) /* free what this member reads last: its own result may lie there */
        if (s->in[j] && s->in[j]->place == PLACE_TILE && s->in[j]->last_reader == (int)i) {
            size_t slot = slot_of(slots, s->in[j]);

            if (slot != SIZE_MAX &&
                og_elem_bits(s->in[j]->tensor.elem) == og_elem_bits(s->out[0]->tensor.elem) &&
                node->n_out == 1)
                slots->holder[slot] = NULL;
        }
    for (int k = 0; k < node->n_out; k++) {
        plan_value *v = s->out[k];
        size_t slot = v->place == PLACE_TILE || v->place == PLACE_NONE ? take_slot(slots, v) : 0;

        if (!set_operand(&f->out[k], v, count, slot))
            return OG_LIMIT;
    }
    return OG_OK;
}

og_status og_fused_prepare(og_plan *plan, size_t first, og_report *report)
{
    plan_step *s = &plan->steps[first];
    fused_group *g = OG_NEW(plan->arena, fused_group);
    tile_slots slots = { 0 };
    size_t end = first;

    while (end < plan->n_steps && plan->steps[end].group == s->group)
        end++;
    if (!g || !(g->members = OG_NEW_N(plan->arena, fused_member, end - first)))
        return og_fail(report, OG_NO_MEMORY, "no memory left for a plan");
    g->n = end - first;
    g->count = s->out[0]->tensor.count;
    for (size_t i = first; i < end; i++) {
        og_status status = prepare_member(plan, i, &g->members[i - first], &slots, g->count);

        if (status)
            return og_fail(report, status, "a group of %zu elementwise steps cannot be laid out",
                           g->n);
    }
    s->call.work = g;
    s->call.pieces = (g->count + PIECE - 1) / PIECE;
    s->call.cost = 0.3 * (double)g->n * (double)(g->count < PIECE ? g->count : PIECE);
    s->call.piece_scratch = slots.used * SLOT;
    s->run = fused_run;
    s->finish = NULL;
    return OG_OK;
}
