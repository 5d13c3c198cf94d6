/*
 * Groups of elementwise steps, run tile by tile: every member works on the same few hundred
 * elements before the next tile comes, so what passes between members stays in the first-level
 * cache and memory is read and written once.
 *
 * Values that no one outside the group reads have no place in memory at all, only a slot of the
 * tile.
 */
#include "exec/plan.h"

#include "kernels/kernels.h"

enum {
    LONG_TILE = 512,  /* elements: operands of a dozen members fit 32 KB */
    SHORT_TILE = 128, /* for updates of state: their many streams from memory should never pause */
    PIECE = 32 * LONG_TILE,
    FROM_MEMORY = 1 << 20 /* bytes of state that no cache keeps from one step to the next */
};

typedef struct fused_operand {
    og_tensor *tensor; /* whole in memory; NULL: in the tile, or left out */
    size_t slot;       /* offset in the tile */
    size_t advance;    /* bytes from one element to the next: 0 in the tile and for one for all */
    bool given;
} fused_operand;

typedef struct fused_member {
    og_loop *loop;
    const void *attrs;
    size_t in, out; /* its first operands */
} fused_member;

typedef struct fused_strand {
    int64_t count, first_piece;
    size_t n, n_operands, n_moving;
    fused_member *members;
    fused_operand *operands; /* [n_operands] of all members */
    int64_t *step;           /* [n_operands] as loops take it: 0 or 1 */
    size_t *moving;          /* [n_moving] operands whose address changes from tile to tile */
} fused_strand;

typedef struct fused_group {
    size_t n;
    fused_strand *strands;
    int64_t tile; /* elements */
    size_t tiles; /* where the tile begins in the scratch, behind the addresses of the operands */
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

/* Sizes in its place, known or not, come while running: of subgraphs, and where a size is not
 * known before. */
static bool made_while_running(const og_value *v)
{
    const og_node *node = v->node;

    if (!node || node->graph != v->graph)
        return false;
    if (og_node_body(node, 0))
        return true;
    for (int j = 0; j < node->n_in; j++)
        if (node->in[j] && !og_type_known(&node->in[j]->type))
            return true;
    for (int k = 0; k < node->n_out; k++)
        if (!og_type_known(&node->out[k]->type))
            return true;
    return false;
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
            (og_elem_bits(node->in[j]->type.elem) < 8 || !one_or_all(&node->in[j]->type, count) ||
             made_while_running(node->in[j])))
            return false;
    return true;
}

static const fused_strand *strand_of(const fused_group *g, int64_t piece)
{
    size_t low = 0, high = g->n;

    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;

        if (g->strands[middle].first_piece <= piece)
            low = middle;
        else
            high = middle;
    }
    return &g->strands[low];
}

static void fused_run(const og_call *c, int64_t piece, void *scratch)
{
    const fused_group *g = c->work;
    const fused_strand *s = strand_of(g, piece);
    const int64_t begin = (piece - s->first_piece) * PIECE;
    const int64_t end = s->count - begin < PIECE ? s->count : begin + PIECE;
    void **at = scratch; /* every operand in this tile */
    char *tile = (char *)scratch + g->tiles;

    for (size_t k = 0; k < s->n_operands; k++) {
        const fused_operand *x = &s->operands[k];

        at[k] = x->tensor  ? (char *)x->tensor->data + (size_t)begin * x->advance
                : x->given ? tile + x->slot
                           : NULL;
    }
    for (int64_t i = begin; i < end; i += g->tile) {
        const int64_t n = end - i < g->tile ? end - i : g->tile;

        for (size_t m = 0; m < s->n; m++) {
            const fused_member *f = &s->members[m];

            f->loop(at + f->out, (const void *const *)(at + f->in), s->step + f->in, n, f->attrs);
        }
        for (size_t k = 0; k < s->n_moving; k++)
            at[s->moving[k]] =
                (char *)at[s->moving[k]] + (size_t)g->tile * s->operands[s->moving[k]].advance;
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

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Loops of operators with optional inputs look for the second and third. */
static size_t operands_of(const og_node *node)
{
    return (size_t)node->n_in + (size_t)node->n_out + 3;
}

static bool set_operand(fused_strand *s, size_t k, plan_value *v, size_t slot, size_t width)
{
    const bool whole = v->tensor.count == s->count; /* a single element is both: one or all */

    s->step[k] = whole;
    s->operands[k] = (fused_operand){ .given = true };
    if (v->place == PLACE_TILE) {
        s->operands[k].slot = slot * width;
        return slot != SIZE_MAX;
    }
    s->operands[k].tensor = &v->tensor;
    s->operands[k].advance = whole ? (size_t)og_elem_bits(v->tensor.elem) / 8 : 0;
    if (whole)
        s->moving[s->n_moving++] = k;
    return true;
}

/* Frees what step i reads last: its own result may lie there. */
static void free_slots(tile_slots *slots, const plan_step *s, size_t i)
{
    for (int j = 0; j < s->node->n_in && s->node->n_out == 1; j++) {
        const plan_value *v = s->in[j];
        size_t slot;

        if (v && v->place == PLACE_TILE && v->last_reader == (int)i &&
            og_elem_bits(v->tensor.elem) == og_elem_bits(s->out[0]->tensor.elem) &&
            (slot = slot_of(slots, v)) != SIZE_MAX)
            slots->holder[slot] = NULL;
    }
}

static bool set_output(fused_strand *strand, size_t k, plan_value *v, tile_slots *slots,
                       size_t width)
{
    return set_operand(strand, k, v, v->place == PLACE_TILE ? take_slot(slots, v) : 0, width);
}

/* Step i joins the member before it, made of step `before`, where it is the only reader of its
 * result and one loop does the work of both. */
static bool join_member(og_plan *plan, size_t before, size_t i, fused_strand *strand,
                        tile_slots *slots, size_t width)
{
    const plan_step *a = &plan->steps[before], *b = &plan->steps[i];
    fused_member *f = &strand->members[strand->n - 1];
    const int passed = b->in[0] == a->out[0] ? 0 : 1;

    if (a->node->n_in != 2 || b->node->n_in != 2 || b->in[passed] != a->out[0] ||
        b->in[0] == b->in[1] || !b->in[1 - passed] || a->out[0]->place != PLACE_TILE ||
        a->out[0]->last_reader != (int)i)
        return false;
    plan_value *other = b->in[1 - passed];
    og_loop *second = b->node->op->loop(b->node->attrs, other->tensor.elem, b->out[0]->tensor.elem);
    og_loop *both = og_loop_both(f->loop, second, other->tensor.elem);
    if (!both || !strand->step[f->in] || other->tensor.count != strand->count)
        return false;
    f->loop = both;
    set_operand(strand, f->in + 2, other, slot_of(slots, other), width);
    free_slots(slots, b, i);
    return set_output(strand, f->out, b->out[0], slots, width);
}

static og_status prepare_member(og_plan *plan, size_t i, fused_strand *strand, tile_slots *slots,
                                size_t width)
{
    plan_step *s = &plan->steps[i];
    fused_member *f = &strand->members[strand->n++];
    og_node *node = s->node;
    const plan_value *deciding = s->in[node->op->type_port];

    *f = (fused_member){ .loop = node->op->loop(node->attrs, deciding->tensor.elem,
                                                s->out[0]->tensor.elem),
                         .attrs = node->attrs,
                         .in = strand->n_operands };
    f->out = f->in + operands_of(node) - (size_t)node->n_out;
    strand->n_operands += operands_of(node);
    for (int j = 0; j < node->n_in; j++)
        if (s->in[j] &&
            !set_operand(strand, f->in + (size_t)j, s->in[j], slot_of(slots, s->in[j]), width))
            return OG_BUG;
    free_slots(slots, s, i);
    for (int k = 0; k < node->n_out; k++)
        if (!set_output(strand, f->out + (size_t)k, s->out[k], slots, width))
            return OG_LIMIT;
    return OG_OK;
}

/* The strand whose first step is `first`, its members among the steps up to `end`; gives the bytes
 * of its tile. */
static og_status prepare_strand(og_plan *plan, size_t first, size_t end, int64_t tile,
                                fused_strand *strand, size_t *bytes)
{
    tile_slots slots = { 0 };
    size_t n = 0, operands = 0, width = 1;

    for (size_t i = first; i < end; i++) {
        const plan_step *s = &plan->steps[i];

        if (s->strand != first)
            continue;
        n++;
        operands += operands_of(s->node);
        for (int k = 0; k < s->node->n_out; k++)
            width = larger(width, (size_t)og_elem_bits(s->out[k]->tensor.elem) / 8);
    }
    *strand = (fused_strand){ .count = plan->steps[first].out[0]->tensor.count,
                              .members = OG_NEW_N(plan->arena, fused_member, n),
                              .operands = OG_NEW_N(plan->arena, fused_operand, operands),
                              .step = OG_NEW_N(plan->arena, int64_t, operands),
                              .moving = OG_NEW_N(plan->arena, size_t, operands) };
    if (!strand->members || !strand->operands || !strand->step || !strand->moving)
        return OG_NO_MEMORY;
    width *= (size_t)tile;
    for (size_t i = first, before = first; i < end; i++) {
        if (plan->steps[i].strand != first)
            continue;
        if (i == first || !join_member(plan, before, i, strand, &slots, width))
            OG_TRY(prepare_member(plan, i, strand, &slots, width));
        before = i;
    }
    *bytes = slots.used * width;
    return OG_OK;
}

static int64_t tile_length(const og_plan *plan, size_t first, size_t end)
{
    size_t updated = 0;

    for (size_t i = first; i < end; i++)
        for (int k = 0; k < plan->steps[i].node->n_out; k++)
            if (plan->steps[i].out[k]->place == PLACE_STATE)
                updated += plan->steps[i].out[k]->bytes;
    return updated > FROM_MEMORY ? SHORT_TILE : LONG_TILE;
}

static og_status prepare_strands(og_plan *plan, size_t first, size_t end, fused_group *g)
{
    og_call *call = &plan->steps[first].call;
    size_t bytes, operands = 0, tile = 0;
    double cost = 0;

    g->tile = tile_length(plan, first, end);
    call->pieces = 0;
    for (size_t i = first; i < end; i++) {
        fused_strand *s = &g->strands[g->n];

        if (plan->steps[i].strand != i)
            continue;
        OG_TRY(prepare_strand(plan, i, end, g->tile, s, &bytes));
        s->first_piece = call->pieces;
        call->pieces += (s->count + PIECE - 1) / PIECE;
        cost += 0.3 * (double)s->n * (double)s->count;
        operands = larger(operands, s->n_operands);
        tile = larger(tile, bytes);
        g->n++;
    }
    g->tiles = (operands * sizeof(void *) + 63) & ~(size_t)63;
    call->cost = cost / (double)call->pieces;
    call->piece_scratch = g->tiles + tile;
    return OG_OK;
}

og_status og_fused_prepare(og_plan *plan, size_t first, og_report *report)
{
    plan_step *s = &plan->steps[first];
    fused_group *g = OG_NEW(plan->arena, fused_group);
    size_t end = first;
    og_status status;

    while (end < plan->n_steps && plan->steps[end].group == s->group)
        end++;
    if (!g || !(g->strands = OG_NEW_N(plan->arena, fused_strand, end - first)))
        return og_fail(report, OG_NO_MEMORY, "no memory left for a plan");
    if ((status = prepare_strands(plan, first, end, g)))
        return og_fail(report, status, "a group of %zu elementwise steps cannot be laid out",
                       end - first);
    s->call.work = g;
    s->run = fused_run;
    s->finish = NULL;
    return OG_OK;
}
