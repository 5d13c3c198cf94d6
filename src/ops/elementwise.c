/*
 * The driver of elementwise operators: one loop over runs of elements, under numpy's broadcasting.
 *
 * .prepare joins axes that run on in all inputs, so most calls are one run.  Where the innermost
 * axis is short, or an element type has no loop of its own, inputs pass through strips: gathered
 * (and converted) into scratch, so that the loop still sees long runs.  A variadic operator joins
 * its inputs strip by strip.
 */
#include "ops/elementwise.h"

#include "kernels/cast.h"

/* No loop has more than three inputs; a variadic operator runs a loop of two. */
enum { PIECE = 32768, STRIP = 512, STRIP_BYTES = STRIP * 16, SHORT_RUN = 24, INPUTS = 3 };

typedef struct operand {
    og_elem elem;
    size_t size; /* bytes of an element */
    bool linear; /* one element for each of the output, in the same order */
    bool scalar; /* one element for all */
    bool convert;
    const int64_t *strides; /* [rank], in elements; 0 along broadcast axes */
} operand;

typedef struct elementwise {
    og_loop *loop;
    og_elem as;
    bool strips, chain;
    int rank;
    int64_t dims[OG_MAX_RANK];
    int64_t count;
    operand out;
    operand in[];
} elementwise;

/* ---- Preparing ------------------------------------------------------------------------------- */

/* strides[axis of the output], in elements of the input. */
static void broadcast_strides(const og_tensor *in, int rank, int64_t *strides)
{
    int64_t step = 1;

    for (int i = rank - 1, k = in->rank - 1; i >= 0; i--, k--) {
        strides[i] = k < 0 || in->dims[k] == 1 ? 0 : step;
        step *= k < 0 ? 1 : in->dims[k];
    }
}

/* Axis i + 1 runs on from axis i in every input. */
static bool axes_join(const elementwise *e, int n, int64_t *const *strides, int i)
{
    for (int j = 0; j < n; j++)
        if (strides[j] && strides[j][i] != strides[j][i + 1] * e->dims[i + 1])
            return false;
    return true;
}

static void drop_axis(elementwise *e, int n, int64_t *const *strides, int axis)
{
    for (int i = axis; i + 1 < e->rank; i++) {
        e->dims[i] = e->dims[i + 1];
        for (int j = 0; j < n; j++)
            if (strides[j])
                strides[j][i] = strides[j][i + 1];
    }
    e->rank--;
}

static void join_axes(elementwise *e, int n, int64_t *const *strides)
{
    for (int i = e->rank - 1; i >= 0; i--)
        if (e->dims[i] == 1)
            drop_axis(e, n, strides, i);
    for (int i = e->rank - 2; i >= 0; i--) {
        if (!axes_join(e, n, strides, i))
            continue;
        e->dims[i + 1] *= e->dims[i];
        drop_axis(e, n, strides, i);
    }
}

static void operand_set(const elementwise *e, operand *o, const og_tensor *t,
                        const int64_t *strides)
{
    o->elem = t->elem;
    o->size = (size_t)og_elem_bits(t->elem) / 8;
    o->convert = t->elem != e->as && t->elem != OG_BOOL;
    o->strides = strides;
    o->linear = o->scalar = true;
    int64_t step = 1;

    for (int i = e->rank - 1; strides && i >= 0; i--) {
        o->linear = o->linear && strides[i] == step;
        o->scalar = o->scalar && strides[i] == 0;
        step *= e->dims[i];
    }
    if (!strides || e->rank == 0)
        o->linear = true, o->scalar = false;
}

og_status og_elementwise_prepare_as(og_call *c, og_loop *loop, og_elem as)
{
    const og_tensor *out = c->out[0];
    elementwise *e = og_call_alloc(c, sizeof *e + sizeof(operand) * (size_t)c->n_in);
    int64_t **strides = og_call_alloc(c, sizeof *strides * (size_t)(c->n_in + 1));

    if (!e || !strides)
        return OG_NO_MEMORY;
    *e = (elementwise){ .loop = loop, .as = as, .rank = out->rank, .count = out->count };
    memcpy(e->dims, out->dims, sizeof(int64_t) * (size_t)out->rank);
    for (int j = 0; j < c->n_in; j++) {
        if (!c->in[j])
            continue;
        strides[j] = og_call_alloc(c, sizeof(int64_t) * (size_t)(out->rank + 1));
        if (!strides[j])
            return OG_NO_MEMORY;
        broadcast_strides(c->in[j], out->rank, strides[j]);
    }
    join_axes(e, c->n_in, strides);
    operand_set(e, &e->out, out, NULL);
    e->chain = c->op->in[0].variadic && c->n_in != 2;
    e->strips = e->chain || e->out.convert || (e->rank > 1 && e->dims[e->rank - 1] < SHORT_RUN);
    for (int j = 0; j < c->n_in; j++) {
        if (!c->in[j])
            continue;
        operand_set(e, &e->in[j], c->in[j], strides[j]);
        e->strips = e->strips || e->in[j].convert;
    }
    c->work = e;
    c->pieces = e->count > PIECE ? (e->count + PIECE - 1) / PIECE : 1;
    c->cost = 0.2 * (double)(c->n_in + 1) * (double)(e->count < PIECE ? e->count : PIECE);
    if (e->strips) /* one strip an input and the output, and one to gather into before a conversion
                    */
        c->piece_scratch = (size_t)(e->chain ? 4 : c->n_in + 2) * STRIP_BYTES;
    return OG_OK;
}

og_status og_elementwise_prepare(og_call *c)
{
    const og_elem elem = c->in[c->op->type_port]->elem, out = c->out[0]->elem;
    const bool half = elem == OG_FLOAT16 || elem == OG_BFLOAT16;
    og_loop *loop = c->op->loop(c->attrs, elem, out);

    if (loop || !half)
        return loop ? og_elementwise_prepare_as(c, loop, elem)
                    : og_call_fail(c, OG_UNSUPPORTED, "%s has no kernel for %s yet", c->op->name,
                                   og_elem_name(elem));
    loop = c->op->loop(c->attrs, OG_FLOAT, out == elem ? OG_FLOAT : out);
    return og_elementwise_prepare_as(c, loop, OG_FLOAT);
}

void og_elementwise_piece(const og_call *c, int64_t piece, int64_t *first, int64_t *end)
{
    const int64_t count = c->out[0]->count;

    *first = piece * PIECE;
    *end = count - *first < PIECE ? count : *first + PIECE;
}

/* ---- Strips ---------------------------------------------------------------------------------- */

/* Copies elements [first, first + n) of the broadcast input side by side, run by run. */
static void gather(const elementwise *e, const operand *o, const char *from, int64_t first,
                   int64_t n, char *to)
{
    const int inner = e->rank - 1;

    while (n > 0) {
        int64_t rest = first, place = 0, run = e->dims[inner] - first % e->dims[inner];

        run = run < n ? run : n;
        for (int i = inner; i >= 0; i--) {
            place += rest % e->dims[i] * o->strides[i];
            rest /= e->dims[i];
        }
        if (o->strides[inner])
            memcpy(to, from + (size_t)place * o->size, (size_t)run * o->size);
        else
            for (int64_t i = 0; i < run; i++)
                memcpy(to + (size_t)i * o->size, from + (size_t)place * o->size, o->size);
        first += run;
        n -= run;
        to += (size_t)run * o->size;
    }
}

/* The n elements from `first` on of an input, in the loop's type: where they lie, or in `strip`. */
static const void *strip_of(const elementwise *e, const operand *o, const og_tensor *t,
                            int64_t first, int64_t n, char *strip, char *spare, int64_t *step)
{
    const char *data = t->data;

    *step = o->scalar ? 0 : 1;
    if (o->scalar)
        n = 1;
    else if (o->linear)
        data += (size_t)first * o->size;
    else {
        char *to = o->convert ? spare : strip;

        gather(e, o, data, first, n, to);
        data = to;
    }
    if (!o->convert)
        return data;
    og_convert(o->elem, data, 0, e->as, strip, 0, n, (og_cast_rules){ .saturate = true });
    return strip;
}

static void run_strip(const og_call *c, const elementwise *e, int64_t first, int64_t n,
                      char *scratch)
{
    const void *in[INPUTS] = { NULL };
    int64_t step[INPUTS] = { 0 };
    char *spare = scratch, *strip = scratch + STRIP_BYTES;
    char *y = (char *)c->out[0]->data + (size_t)first * e->out.size;

    for (int j = 0; j < c->n_in; j++, strip += STRIP_BYTES) {
        in[j] = NULL;
        step[j] = 0;
        if (c->in[j])
            in[j] = strip_of(e, &e->in[j], c->in[j], first, n, strip, spare, &step[j]);
    }
    if (!e->out.convert) {
        e->loop((void *[]){ y }, in, step, n, c->attrs);
        return;
    }
    e->loop((void *[]){ strip }, in, step, n, c->attrs);
    og_convert(e->as, strip, 0, e->out.elem, y, 0, n, (og_cast_rules){ .saturate = true });
}

/* All inputs joined pair by pair; two strips take turns as the result so far.  The output is
 * written last, since it may lie over an input. */
static void run_chain(const og_call *c, const elementwise *e, int64_t first, int64_t n,
                      char *scratch)
{
    char *spare = scratch, *strip = scratch + STRIP_BYTES, *turns = strip + STRIP_BYTES;
    char *y = (char *)c->out[0]->data + (size_t)first * e->out.size;
    int64_t step[2];
    const void *x[2];

    x[0] = strip_of(e, &e->in[0], c->in[0], first, n, turns, spare, &step[0]);
    for (int j = 1; j < c->n_in; j++) {
        char *next = turns + (j % 2) * STRIP_BYTES;

        x[1] = strip_of(e, &e->in[j], c->in[j], first, n, strip, spare, &step[1]);
        e->loop((void *[]){ next }, x, step, n, c->attrs);
        x[0] = next;
        step[0] = 1;
    }
    og_convert(e->as, x[0], 0, e->out.elem, y, 0, n, (og_cast_rules){ .saturate = true });
}

/* ---- Running --------------------------------------------------------------------------------- */

/* Where a run begins: places along the axes, and the element of every input. */
typedef struct cursor {
    int64_t at[OG_MAX_RANK];
    int64_t place[INPUTS];
} cursor;

static void cursor_set(const og_call *c, const elementwise *e, int64_t first, cursor *w)
{
    for (int i = e->rank - 1; i >= 0; i--) {
        w->at[i] = first % e->dims[i];
        first /= e->dims[i];
    }
    for (int j = 0; j < c->n_in; j++) {
        w->place[j] = 0;
        for (int i = 0; c->in[j] && i < e->rank; i++)
            w->place[j] += w->at[i] * e->in[j].strides[i];
    }
}

/* On to the beginning of the next run. */
static void cursor_next(const og_call *c, const elementwise *e, cursor *w)
{
    int i = e->rank - 1;

    for (bool carry = true; carry && i >= 0; i--) {
        const int64_t move = i == e->rank - 1 ? e->dims[i] - w->at[i] : 1;

        carry = w->at[i] + move == e->dims[i] && i > 0;
        for (int j = 0; j < c->n_in; j++)
            if (c->in[j])
                w->place[j] += (carry ? -w->at[i] : move) * e->in[j].strides[i];
        w->at[i] = carry ? 0 : w->at[i] + move;
    }
}

static void run_piece(const og_call *c, const elementwise *e, int64_t first, int64_t end)
{
    const void *in[INPUTS] = { NULL }; /* what is omitted at the end too */
    int64_t step[INPUTS] = { 0 };
    const int inner = e->rank - 1;
    cursor w;

    cursor_set(c, e, first, &w);
    for (int j = 0; j < c->n_in; j++)
        if (c->in[j])
            step[j] = e->rank ? e->in[j].strides[inner] : 1;
    while (first < end) {
        int64_t run = e->rank ? e->dims[inner] - w.at[inner] : 1;

        run = run < end - first ? run : end - first;
        for (int j = 0; j < c->n_in; j++)
            if (c->in[j])
                in[j] = (const char *)c->in[j]->data + (size_t)w.place[j] * e->in[j].size;
        e->loop((void *[]){ (char *)c->out[0]->data + (size_t)first * e->out.size }, in, step, run,
                c->attrs);
        first += run;
        if (first < end)
            cursor_next(c, e, &w);
    }
}

void og_elementwise_run(const og_call *c, int64_t piece, void *scratch)
{
    const elementwise *e = c->work;
    int64_t first, end;

    og_elementwise_piece(c, piece, &first, &end);
    if (first == end)
        return;
    if (!e->strips) {
        run_piece(c, e, first, end);
        return;
    }
    for (; first < end; first += STRIP) {
        const int64_t n = end - first < STRIP ? end - first : STRIP;

        if (e->chain)
            run_chain(c, e, first, n, scratch);
        else
            run_strip(c, e, first, n, scratch);
    }
}

/* ---- Versions -------------------------------------------------------------------------------- */

int og_type_since(const og_node *node, int floats, int integers, int bfloat16)
{
    const og_value *x = node->in[node->op->type_port];
    const og_elem elem = x ? x->type.elem : OG_FLOAT;

    if (elem == OG_BFLOAT16)
        return bfloat16;
    return og_elem_in(elem, OG_INTEGERS) ? integers : floats;
}

void og_drop_consumed_inputs(og_rewrite *c, int from)
{
    (void)from;
    og_drop_attr(c, "consumed_inputs");
}

/* Until version 7 a second input joined at `axis` only where `broadcast` was set; it gets trailing
 * axes of size 1. */
void og_old_broadcast(og_rewrite *c, int from)
{
    int64_t axis = og_old_int(c, "axis", OG_ABSENT), axes[OG_MAX_RANK], n;
    const bool broadcast = og_old_int(c, "broadcast", 0) != 0;
    og_value *a = og_in(c, 0), *b = og_in(c, 1);

    if (from >= 7)
        return;
    og_drop_attr(c, "axis");
    og_drop_attr(c, "broadcast");
    og_drop_attr(c, "consumed_inputs");
    if (!broadcast || axis == OG_ABSENT || !a || !b)
        return;
    if (a->type.rank < 0 || b->type.rank < 0) {
        og_rewrite_fail(c, OG_UNSUPPORTED, "broadcasting at an axis of an input of unknown rank");
        return;
    }
    axis += axis < 0 ? a->type.rank : 0;
    n = a->type.rank - axis - b->type.rank;
    if (axis < 0 || n < 0) {
        og_rewrite_fail(c, OG_BAD_SHAPE, "axis %lld for inputs of rank %d and %d", (long long)axis,
                        a->type.rank, b->type.rank);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        axes[i] = b->type.rank + i;
    if (n > 0)
        og_set_in(c, 1, og_unsqueeze(b, (og_ints){ n, axes }));
}

og_status og_check_divisor(og_call *c)
{
    const og_tensor *b = c->in[1];

    if (!og_elem_in(b->elem, OG_INTEGERS) || (c->out[0] && c->out[0]->count == 0))
        return OG_OK;
    for (int64_t i = 0; i < b->count; i++)
        if (og_get_int(b, i) == 0)
            return og_call_fail(c, OG_BAD_VALUE,
                                "integer division by zero: element %lld of '%s' is 0", (long long)i,
                                c->op->in[1].name);
    return OG_OK;
}
