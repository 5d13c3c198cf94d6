/*
 * The way forward: what all kinds do around their steps.
 *
 * A piece is up to 16 sequences in one direction.  It walks the steps in order; the products of X
 * are made for many steps at once, those of the hidden state step by step.  Pieces share nothing,
 * so their number depends on the batch only.
 */
#include "ops/rnn/rnn.h"

const og_tensor *og_rnn_in(const og_call *c, int i)
{
    return i < c->n_in ? c->in[i] : NULL;
}

og_tensor *og_rnn_out(const og_call *c, int k)
{
    return k < c->n_out ? c->out[k] : NULL;
}

/* ---- The plan, of both ways ------------------------------------------------------------------ */

static void plan_strides(og_rnn_plan *p, const og_rnn_attrs *a)
{
    const int64_t states = (int64_t)p->directions * p->n;

    p->x_t = a->layout ? p->inputs : p->batch * p->inputs;
    p->x_b = a->layout ? p->steps * p->inputs : p->inputs;
    p->y_t = a->layout ? states : p->batch * states;
    p->y_b = a->layout ? p->steps * states : p->n;
    p->y_d = a->layout ? p->n : p->batch * p->n;
    p->s_d = a->layout ? p->n : p->batch * p->n;
    p->s_b = a->layout ? states : p->n;
}

/* `like` has the element type, R the units. */
static og_rnn_plan *plan_new(og_call *c, const og_tensor *like, const og_tensor *r, int64_t steps,
                             int64_t batch)
{
    enum { ROWS = 16, PRODUCT_ROWS = 256 };
    const og_rnn_attrs *a = c->attrs;
    og_rnn_plan *p = og_call_alloc(c, sizeof *p);

    if (!p)
        return NULL;
    p->kind = og_rnn_kind_of(c->op);
    p->elem = like->elem;
    p->size = (size_t)og_elem_bits(like->elem) / 8;
    p->directions = og_rnn_directions(a);
    p->gates = p->kind->gates;
    p->steps = steps;
    p->batch = batch;
    p->n = r->dims[2];
    p->tiles = (batch + ROWS - 1) / ROWS;
    p->tile = p->tiles ? (batch + p->tiles - 1) / p->tiles : 0;
    p->chunk = p->tile ? PRODUCT_ROWS / p->tile : 0;
    p->chunk = p->chunk > steps ? steps : p->chunk;
    p->ld = og_rnn_ld(p->elem, p->gates * p->n) + og_rnn_ld(p->elem, 1);
    p->ldn = og_rnn_ld(p->elem, p->n);
    p->packs = steps >= 8 || (steps > 1 && p->tile * steps >= 32);
    for (int d = 0; d < p->directions; d++)
        p->cell[d] = og_rnn_cell_of(c->op, a, d);
    c->work = p;
    c->pieces = p->directions * p->tiles;
    return p;
}

static void plan_cost(og_call *c, const og_rnn_plan *p, int64_t inputs)
{
    const double products =
        (double)p->steps * (double)p->gates * (double)p->n * ((double)p->n + (double)inputs);

    c->flops = 2 * products * (double)p->directions * (double)p->batch;
    c->cost =
        products * (double)p->tile / 40 + (double)(p->steps * p->tile * p->gates * p->n) * 0.6;
}

/* ---- Memory of a piece ----------------------------------------------------------------------- */

typedef struct {
    char *base; /* NULL: only counted */
    size_t used;
} rnn_room;

static char *room_take(rnn_room *room, int64_t elements, size_t size)
{
    char *at = room->base ? room->base + room->used : NULL;

    room->used += ((size_t)elements * size + 63) & ~(size_t)63;
    return at;
}

static void room_matrix(rnn_room *room, const og_rnn_plan *p, og_rnn_matrix *m)
{
    m->elem = p->elem;
    m->packed =
        p->packs ? room_take(room, (int64_t)og_rnn_packed_size(p->elem, m->k, m->n), 1) : NULL;
}

/* A GRU's hidden gate has a product of its own, in both directions. */
static size_t room_forward(og_rnn_piece *s, const og_rnn_plan *p, void *base)
{
    const int64_t split = p->kind->first == 'G' ? p->gates - 1 : p->gates;
    rnn_room room = { .base = base };

    s->recurrent = (og_rnn_matrix){ .trans = true, .k = p->n, .n = split * p->n, .ld = p->n };
    s->candidate = (og_rnn_matrix){ .trans = true, .k = p->n, .n = p->n, .ld = p->n };
    s->x = room_take(&room, p->chunk * p->tile * p->inputs, p->size);
    s->sums = room_take(&room, p->chunk * p->tile * p->ld, p->size);
    s->bias = room_take(&room, p->ld, p->size);
    s->inner_bias = room_take(&room, p->ldn, p->size);
    s->h = room_take(&room, p->tile * p->ldn, p->size);
    s->cells = room_take(&room, p->tile * p->ldn, p->size);
    s->inner = room_take(&room, p->tile * p->ldn, p->size);
    room_matrix(&room, p, &s->recurrent);
    if (split < p->gates)
        room_matrix(&room, p, &s->candidate);
    return room.used;
}

static size_t room_back(og_rnn_piece *s, const og_rnn_plan *p, void *base)
{
    const int64_t split =
        p->kind->first == 'G' && !p->cell[0].linear_before ? p->gates - 1 : p->gates;
    rnn_room room = { .base = base };

    s->recurrent = (og_rnn_matrix){ .k = split * p->n, .n = p->n, .ld = p->n };
    s->candidate = (og_rnn_matrix){ .k = p->n, .n = p->n, .ld = p->n };
    s->dh = room_take(&room, p->tile * p->ldn, p->size);
    s->dc = room_take(&room, p->tile * p->ldn, p->size);
    s->dproduct = room_take(&room, p->tile * p->ldn, p->size);
    s->dsums = room_take(&room, p->tile * p->ld, p->size);
    s->drecurrent = room_take(&room, p->tile * p->ld, p->size);
    s->room = room_take(&room, p->tile * 6 * p->n, p->size);
    room_matrix(&room, p, &s->recurrent);
    if (split < p->gates)
        room_matrix(&room, p, &s->candidate);
    return room.used;
}

og_status og_rnn_prepare(og_call *c)
{
    const og_rnn_attrs *a = c->attrs;
    const og_tensor *x = c->in[RNN_X];
    og_rnn_plan *p =
        plan_new(c, x, c->in[RNN_R], x->dims[a->layout ? 1 : 0], x->dims[a->layout ? 0 : 1]);
    og_rnn_piece s;

    if (!p)
        return og_call_fail(c, OG_NO_MEMORY, "no memory for a plan");
    p->inputs = x->dims[2];
    plan_strides(p, a);
    plan_cost(c, p, p->inputs);
    c->piece_scratch = room_forward(&s, p, NULL);
    return OG_OK;
}

og_status og_rnn_back_prepare(og_call *c)
{
    const og_tensor *gates = c->in[BACK_GATES];
    og_rnn_plan *p = plan_new(c, gates, c->in[BACK_R], gates->dims[1], gates->dims[2]);
    og_rnn_piece s;

    if (!p)
        return og_call_fail(c, OG_NO_MEMORY, "no memory for a plan");
    plan_strides(p, c->attrs);
    plan_cost(c, p, 0);
    c->piece_scratch = room_back(&s, p, NULL);
    if (p->kind->first == 'L')
        c->shared_scratch = (size_t)(c->pieces * 3 * p->n) * sizeof(double);
    return OG_OK;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* The time of a row's step k. */
static int64_t step_time(const og_rnn_piece *s, int64_t row, int64_t k)
{
    return s->reversed ? (s->lens ? s->lens[row] : s->p->steps) - 1 - k : k;
}

static char *kept_at(const og_rnn_piece *s, const og_tensor *t, int64_t row, int64_t time,
                     int64_t width)
{
    const og_rnn_plan *p = s->p;

    return t ? og_rnn_row(s, t->data, (s->d * p->steps + time) * p->batch + s->first + row, width)
             : NULL;
}

char *og_rnn_kept(const og_rnn_piece *s, const og_tensor *t, int64_t row, int64_t k, int64_t width)
{
    return kept_at(s, t, row, step_time(s, row, k), width);
}

void og_rnn_keep(const og_rnn_piece *s, int out, int64_t row, int64_t k, const void *from,
                 int64_t width)
{
    char *to = og_rnn_kept(s, og_rnn_out(s->c, out), row, k, width);

    if (to)
        memcpy(to, from, (size_t)width * s->p->size);
}

void og_rnn_add_kept(const og_rnn_piece *s, int in, int64_t row, int64_t k, char *y)
{
    const char *x = og_rnn_kept(s, og_rnn_in(s->c, in), row, k, s->p->n);

    if (x)
        s->loops->add(y, x, s->p->n);
}

static char *y_at(const og_rnn_piece *s, const og_tensor *y, int64_t row, int64_t time)
{
    const og_rnn_plan *p = s->p;

    return og_rnn_row(s, y->data, time * p->y_t + s->d * p->y_d + (s->first + row) * p->y_b, 1);
}

void og_rnn_emit(const og_rnn_piece *s, int64_t row, int64_t k)
{
    const og_tensor *y = s->c->out[0];

    if (y)
        memcpy(y_at(s, y, row, step_time(s, row, k)), og_rnn_row(s, s->h, row, s->p->ldn),
               (size_t)s->p->n * s->p->size);
}

void og_rnn_take_dy(const og_rnn_piece *s, int64_t row, int64_t k)
{
    const og_tensor *dy = og_rnn_in(s->c, BACK_DY);

    if (dy)
        s->loops->add(og_rnn_row(s, s->dh, row, s->p->ldn), y_at(s, dy, row, step_time(s, row, k)),
                      s->p->n);
}

/* Rows of a state tensor (NULL: zeros) into `rows`; with `ended`, zeros for empty sequences. */
static void read_state(const og_rnn_piece *s, const og_tensor *t, bool ended, char *rows)
{
    const og_rnn_plan *p = s->p;
    const size_t bytes = (size_t)p->n * p->size;

    for (int64_t r = 0; r < s->rows; r++) {
        char *to = og_rnn_row(s, rows, r, p->ldn);

        if (t && !(ended && !og_rnn_active(s, r, 0)))
            memcpy(to, og_rnn_row(s, t->data, s->d * p->s_d + (s->first + r) * p->s_b, 1), bytes);
        else
            memset(to, 0, bytes);
    }
}

/* The other way round: a sequence without steps ends in zeros. */
static void write_state(const og_rnn_piece *s, const og_tensor *t, char *rows)
{
    const og_rnn_plan *p = s->p;

    for (int64_t r = 0; t && r < s->rows; r++) {
        char *to = og_rnn_row(s, t->data, s->d * p->s_d + (s->first + r) * p->s_b, 1);

        if (s->lens && s->lens[r] == 0)
            memset(to, 0, (size_t)p->n * p->size);
        else
            memcpy(to, og_rnn_row(s, rows, r, p->ldn), (size_t)p->n * p->size);
    }
}

/* Zeros in what output k keeps beyond the sequences' ends. */
static void clear_kept(const og_rnn_piece *s, int k, int64_t width)
{
    const og_tensor *t = og_rnn_out(s->c, k);

    for (int64_t r = 0; t && s->lens && r < s->rows; r++)
        for (int64_t time = s->lens[r]; time < s->p->steps; time++)
            memset(kept_at(s, t, r, time, width), 0, (size_t)width * s->p->size);
}

static void clear_y(const og_rnn_piece *s)
{
    for (int64_t r = 0; s->c->out[0] && s->lens && r < s->rows; r++)
        for (int64_t time = s->lens[r]; time < s->p->steps; time++)
            memset(y_at(s, s->c->out[0], r, time), 0, (size_t)s->p->n * s->p->size);
}

/* ---- Walking --------------------------------------------------------------------------------- */

static void start_piece(og_rnn_piece *s, const og_call *c, int64_t piece, const og_tensor *lens)
{
    const og_rnn_plan *p = c->work;

    s->c = c;
    s->p = p;
    s->d = (int)(piece / p->tiles);
    s->cell = &p->cell[s->d];
    s->loops = og_rnn_find(p->elem);
    s->reversed = og_rnn_reversed(c->attrs, s->d);
    s->first = piece % p->tiles * p->tile;
    s->rows = p->batch - s->first < p->tile ? p->batch - s->first : p->tile;
    s->lens = lens ? (const int32_t *)lens->data + s->first : NULL;
}

static void use_matrix(og_rnn_matrix *m, const void *b)
{
    m->b = b;
    if (m->packed)
        og_rnn_pack(m);
}

/* The direction's part of R, and within it the rows of the hidden gate. */
static void use_recurrent(og_rnn_piece *s, const og_tensor *r)
{
    const og_rnn_plan *p = s->p;
    char *own = og_rnn_row(s, r->data, s->d * p->gates * p->n, p->n);
    const int64_t split = s->recurrent.trans ? s->recurrent.n : s->recurrent.k;

    use_matrix(&s->recurrent, own);
    if (split < p->gates * p->n)
        use_matrix(&s->candidate, og_rnn_row(s, own, split, p->n));
}

/* Both biases of a gate are one, but for a GRU whose hidden gate is reset behind the product. */
static void use_bias(og_rnn_piece *s, const og_tensor *b)
{
    const og_rnn_plan *p = s->p;
    const int64_t all = p->gates * p->n, apart = s->cell->linear_before ? p->n : 0;
    const char *own = b ? og_rnn_row(s, b->data, s->d * 2 * all, 1) : NULL;

    memset(s->bias, 0, (size_t)p->ld * p->size);
    memset(s->inner_bias, 0, (size_t)p->ldn * p->size);
    if (!b)
        return;
    s->loops->add(s->bias, own, all);
    s->loops->add(s->bias, own + (size_t)all * p->size, all - apart);
    s->loops->add(s->inner_bias, own + (size_t)(2 * all - apart) * p->size, apart);
}

/* X of steps [k, k + n) in the order of processing, rows behind each other.  Beyond a sequence's
 * end it is never used. */
static void gather_x(const og_rnn_piece *s, int64_t k, int64_t n)
{
    const og_rnn_plan *p = s->p;
    const size_t bytes = (size_t)p->inputs * p->size;
    char *to = s->x;

    for (int64_t i = k; i < k + n; i++)
        for (int64_t r = 0; r < s->rows; r++, to += bytes)
            if (og_rnn_active(s, r, i))
                memcpy(to,
                       og_rnn_row(s, s->c->in[RNN_X]->data,
                                  step_time(s, r, i) * p->x_t + (s->first + r) * p->x_b, 1),
                       bytes);
            else
                memset(to, 0, bytes);
}

/* The inputs' part of the sums, with the bias. */
static void input_sums(const og_rnn_piece *s, int64_t k, int64_t n)
{
    const og_rnn_plan *p = s->p;
    const og_gemm_args g = { .elem = p->elem,
                             .trans_b = true,
                             .add = true,
                             .alpha = 1,
                             .m = n * s->rows,
                             .n = p->gates * p->n,
                             .k = p->inputs,
                             .a = s->x,
                             .lda = p->inputs,
                             .b = og_rnn_row(s, s->c->in[RNN_W]->data, s->d * p->gates * p->n,
                                             p->inputs),
                             .ldb = p->inputs,
                             .c = s->sums,
                             .ldc = p->ld };

    gather_x(s, k, n);
    og_gemm_fill(&g, s->bias, 0, 1, 1);
    og_gemm_run(&g);
}

void og_rnn_run(const og_call *c, int64_t piece, void *scratch, og_rnn_step *step)
{
    og_rnn_piece s = { 0 };
    const og_rnn_plan *p = c->work;
    const int kept = p->kind->kept;

    room_forward(&s, p, scratch);
    start_piece(&s, c, piece, og_rnn_in(c, RNN_LENS));
    use_recurrent(&s, c->in[RNN_R]);
    use_bias(&s, og_rnn_in(c, RNN_B));
    read_state(&s, og_rnn_in(c, RNN_H), false, s.h);
    if (p->kind->first == 'L')
        read_state(&s, og_rnn_in(c, RNN_C), false, s.cells);
    for (int64_t k = 0; k < p->steps; k++) {
        if (k % p->chunk == 0)
            input_sums(&s, k, p->steps - k < p->chunk ? p->steps - k : p->chunk);
        step(&s, k, og_rnn_row(&s, s.sums, k % p->chunk * s.rows, p->ld));
    }
    write_state(&s, og_rnn_out(c, 1), s.h);
    if (p->kind->first == 'L')
        write_state(&s, og_rnn_out(c, 2), s.cells);
    clear_y(&s);
    for (int k = kept; k < c->n_out; k++)
        clear_kept(&s, k, k == kept ? p->gates * p->n : p->n);
}

void og_rnn_back_run(const og_call *c, int64_t piece, void *scratch, og_rnn_back_step *step)
{
    og_rnn_piece s = { 0 };
    const og_rnn_plan *p = c->work;
    const bool lstm = p->kind->first == 'L';

    room_back(&s, p, scratch);
    start_piece(&s, c, piece, og_rnn_in(c, BACK_LENS));
    use_recurrent(&s, c->in[BACK_R]);
    read_state(&s, og_rnn_in(c, BACK_DY_H), true, s.dh);
    if (lstm) {
        read_state(&s, og_rnn_in(c, BACK_DY_C), true, s.dc);
        s.dp = (double *)c->shared + piece * 3 * p->n;
        memset(s.dp, 0, (size_t)(3 * p->n) * sizeof(double));
    }
    for (int64_t k = p->steps; k-- > 0;)
        step(&s, k);
    write_state(&s, og_rnn_out(c, 1), s.dh);
    if (lstm)
        write_state(&s, og_rnn_out(c, 2), s.dc);
    clear_kept(&s, 0, p->gates * p->n);
    if (p->kind->first == 'G')
        clear_kept(&s, 2, p->gates * p->n);
}
