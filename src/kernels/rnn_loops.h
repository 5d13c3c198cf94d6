/*
 * Recurrent cells for one C type; the includer defines T, MATH(name) (elementary functions of T)
 * and FN(name).
 *
 * Rows are short enough for the first cache, so each step is several plain loops over the row.
 */

static void FN(add)(T *y, const T *x, int64_t n)
{
    OG_SIMD
    for (int64_t i = 0; i < n; i++)
        y[i] += x[i];
}

OG_INLINE T FN(clipped)(T x, T bound)
{
    x = x > bound ? bound : x;
    return x < -bound ? -bound : x;
}

/* ---- Activations: f(x) and its slope, both of the numbers a and b ---------------------------- */

OG_INLINE T FN(sigmoid)(T x, T a, T b)
{
    (void)a, (void)b;
    return MATH(sigmoid_of)(x);
}

OG_INLINE T FN(tanh)(T x, T a, T b)
{
    (void)a, (void)b;
    return MATH(tanh_of)(x);
}

OG_INLINE T FN(relu)(T x, T a, T b)
{
    (void)a, (void)b;
    return x < 0 ? 0 : x;
}

OG_INLINE T FN(affine)(T x, T a, T b)
{
    return a * x + b;
}

OG_INLINE T FN(leaky_relu)(T x, T a, T b)
{
    (void)b;
    return x < 0 ? a * x : x;
}

OG_INLINE T FN(thresholded_relu)(T x, T a, T b)
{
    (void)b;
    return x <= a ? 0 : x;
}

OG_INLINE T FN(scaled_tanh)(T x, T a, T b)
{
    return a * MATH(tanh_of)(b * x);
}

OG_INLINE T FN(hard_sigmoid)(T x, T a, T b)
{
    T y = a * x + b;

    y = y < 0 ? 0 : y;
    return y > 1 ? 1 : y;
}

OG_INLINE T FN(elu)(T x, T a, T b)
{
    (void)b;
    return x < 0 ? a * MATH(expm1_negative)(x) : x;
}

OG_INLINE T FN(softsign)(T x, T a, T b)
{
    (void)a, (void)b;
    return x / (1 + MATH(fabs)(x));
}

OG_INLINE T FN(softplus)(T x, T a, T b)
{
    (void)a, (void)b;
    return (x < 0 ? 0 : x) + MATH(log1p_unit)(MATH(exp_of)(-MATH(fabs)(x)));
}

/* The first three by y = f(x). */
OG_INLINE T FN(sigmoid_slope)(T y, T a, T b)
{
    (void)a, (void)b;
    return y * (1 - y);
}

OG_INLINE T FN(tanh_slope)(T y, T a, T b)
{
    (void)a, (void)b;
    return 1 - y * y;
}

OG_INLINE T FN(relu_slope)(T y, T a, T b)
{
    (void)a, (void)b;
    return y > 0 ? 1 : 0;
}

OG_INLINE T FN(affine_slope)(T x, T a, T b)
{
    (void)x, (void)b;
    return a;
}

OG_INLINE T FN(leaky_relu_slope)(T x, T a, T b)
{
    (void)b;
    return x > 0 ? 1 : a;
}

OG_INLINE T FN(thresholded_relu_slope)(T x, T a, T b)
{
    (void)b;
    return x > a ? 1 : 0;
}

OG_INLINE T FN(scaled_tanh_slope)(T x, T a, T b)
{
    T y = MATH(tanh_of)(b * x);

    return a * b * (1 - y * y);
}

OG_INLINE T FN(hard_sigmoid_slope)(T x, T a, T b)
{
    T y = a * x + b;

    return y > 0 && y < 1 ? a : 0;
}

OG_INLINE T FN(elu_slope)(T x, T a, T b)
{
    T e = a * MATH(exp_of)(x > 0 ? 0 : x);

    (void)b;
    return x > 0 ? 1 : e;
}

OG_INLINE T FN(softsign_slope)(T x, T a, T b)
{
    T y = 1 + MATH(fabs)(x);

    (void)a, (void)b;
    return 1 / (y * y);
}

OG_INLINE void FN(map)(T (*f)(T, T, T), const og_act *act, const T *x, T *y, int64_t n)
{
    const T a = (T)act->alpha, b = (T)act->beta;

    OG_SIMD
    for (int64_t i = 0; i < n; i++)
        y[i] = f(x[i], a, b);
}

OG_INLINE void FN(map_slope)(T (*f)(T, T, T), const og_act *act, const T *x, T *d, int64_t n)
{
    const T a = (T)act->alpha, b = (T)act->beta;

    OG_SIMD
    for (int64_t i = 0; i < n; i++)
        d[i] *= f(x[i], a, b);
}

/* y = f(x); y may be x. */
static void FN(activate)(const og_act *f, const T *x, T *y, int64_t n)
{
    switch (f->kind) {
    case OG_ACT_SIGMOID:
        FN(map)(FN(sigmoid), f, x, y, n);
        break;
    case OG_ACT_TANH:
        FN(map)(FN(tanh), f, x, y, n);
        break;
    case OG_ACT_RELU:
        FN(map)(FN(relu), f, x, y, n);
        break;
    case OG_ACT_AFFINE:
        FN(map)(FN(affine), f, x, y, n);
        break;
    case OG_ACT_LEAKY_RELU:
        FN(map)(FN(leaky_relu), f, x, y, n);
        break;
    case OG_ACT_THRESHOLDED_RELU:
        FN(map)(FN(thresholded_relu), f, x, y, n);
        break;
    case OG_ACT_SCALED_TANH:
        FN(map)(FN(scaled_tanh), f, x, y, n);
        break;
    case OG_ACT_HARD_SIGMOID:
        FN(map)(FN(hard_sigmoid), f, x, y, n);
        break;
    case OG_ACT_ELU:
        FN(map)(FN(elu), f, x, y, n);
        break;
    case OG_ACT_SOFTSIGN:
        FN(map)(FN(softsign), f, x, y, n);
        break;
    default:
        FN(map)(FN(softplus), f, x, y, n);
    }
}

/* d *= f'(x), where x may be NULL for the first three.  Kinks as PyTorch has them. */
static void FN(derive)(const og_act *f, const T *x, const T *y, T *d, int64_t n)
{
    switch (f->kind) {
    case OG_ACT_SIGMOID:
        FN(map_slope)(FN(sigmoid_slope), f, y, d, n);
        break;
    case OG_ACT_TANH:
        FN(map_slope)(FN(tanh_slope), f, y, d, n);
        break;
    case OG_ACT_RELU:
        FN(map_slope)(FN(relu_slope), f, y, d, n);
        break;
    case OG_ACT_AFFINE:
        FN(map_slope)(FN(affine_slope), f, y, d, n);
        break;
    case OG_ACT_LEAKY_RELU:
        FN(map_slope)(FN(leaky_relu_slope), f, x, d, n);
        break;
    case OG_ACT_THRESHOLDED_RELU:
        FN(map_slope)(FN(thresholded_relu_slope), f, x, d, n);
        break;
    case OG_ACT_SCALED_TANH:
        FN(map_slope)(FN(scaled_tanh_slope), f, x, d, n);
        break;
    case OG_ACT_HARD_SIGMOID:
        FN(map_slope)(FN(hard_sigmoid_slope), f, x, d, n);
        break;
    case OG_ACT_ELU:
        FN(map_slope)(FN(elu_slope), f, x, d, n);
        break;
    case OG_ACT_SOFTSIGN:
        FN(map_slope)(FN(softsign_slope), f, x, d, n);
        break;
    default:
        FN(map_slope)(FN(sigmoid), f, x, d, n); /* of softplus */
    }
}

/* Sums x become gates f(clip(x)); `saved` (or NULL) takes what the way back needs. */
static void FN(gate)(const og_rnn_cell *cell, const og_act *f, const T *x, T *y, T *saved,
                     int64_t n)
{
    if (saved && cell->keeps_sums)
        memcpy(saved, x, (size_t)n * sizeof(T));
    if (cell->clip < INFINITY) {
        const T bound = (T)cell->clip;

        OG_SIMD
        for (int64_t i = 0; i < n; i++)
            y[i] = FN(clipped)(x[i], bound);
        x = y;
    }
    FN(activate)(f, x, y, n);
    if (saved && !cell->keeps_sums)
        memcpy(saved, y, (size_t)n * sizeof(T));
}

/* The gates again from what was saved: `saved` itself, or computed into room. */
static const T *FN(gates_again)(const og_rnn_cell *cell, const og_act *f, const T *saved, T *room,
                                int64_t n)
{
    if (!cell->keeps_sums)
        return saved;
    FN(gate)(cell, f, saved, room, NULL, n);
    return room;
}

/* A gradient of gates (in d, of what f gave) becomes that of their sums.  dsaved (or NULL) is a
 * gradient of what was saved, whichever that is. */
static void FN(gate_back)(const og_rnn_cell *cell, const og_act *f, const T *saved, const T *gates,
                          const T *dsaved, T *d, int64_t n)
{
    const T bound = (T)cell->clip;

    if (dsaved && !cell->keeps_sums)
        FN(add)(d, dsaved, n);
    if (!cell->keeps_sums) {
        FN(derive)(f, NULL, gates, d, n);
        return;
    }
    FN(derive)(f, saved, gates, d, n);
    if (cell->clip < INFINITY) {
        OG_SIMD
        for (int64_t i = 0; i < n; i++)
            d[i] = saved[i] > bound || saved[i] < -bound ? 0 : d[i];
    }
    if (dsaved)
        FN(add)(d, dsaved, n);
}

/* ---- LSTM ------------------------------------------------------------------------------------ */

static void FN(add_product)(T *y, const T *a, const T *b, int64_t n)
{
    OG_SIMD
    for (int64_t i = 0; i < n; i++)
        y[i] += a[i] * b[i];
}

static void FN(lstm)(const og_rnn_cell *cell, const og_lstm_row *r, int64_t n)
{
    T *in = r->gates, *out = in + n, *forget = out + n, *candidate = forget + n;
    T *saved = r->saved, *c = r->cell, *h = r->hidden;
    const T *p = r->peephole;

    if (p) {
        FN(add_product)(in, p, c, n);
        FN(add_product)(forget, p + 2 * n, c, n);
    }
    FN(gate)(cell, &cell->act[0], in, in, saved, n);
    FN(gate)(cell, &cell->act[0], forget, forget, saved ? saved + 2 * n : NULL, n);
    FN(gate)(cell, &cell->act[1], candidate, candidate, saved ? saved + 3 * n : NULL, n);
    OG_SIMD
    for (int64_t i = 0; i < n; i++) {
        T keep = cell->input_forget ? 1 - in[i] : forget[i];

        c[i] = keep * c[i] + in[i] * candidate[i];
    }
    if (p)
        FN(add_product)(out, p + n, c, n);
    FN(gate)(cell, &cell->act[0], out, out, saved ? saved + n : NULL, n);
    FN(activate)(&cell->act[2], c, h, n);
    OG_SIMD
    for (int64_t i = 0; i < n; i++)
        h[i] *= out[i];
}

/* dp += da * c */
static void FN(peephole_back)(double *dp, const T *da, const T *c, int64_t n)
{
    OG_SIMD
    for (int64_t i = 0; i < n; i++)
        dp[i] += (double)da[i] * (double)c[i];
}

/* Through h = out f(c): dsums of the output gate, and the rest of the cell's gradient. */
static void FN(lstm_back_output)(const og_rnn_cell *cell, const og_lstm_back *r, const T *out, T *c,
                                 T *hc, int64_t n)
{
    const T *p = r->peephole, *dh = r->dh, *saved = r->saved, *dsaved = r->dsaved;
    T *dout = (T *)r->dsums + n, *dc = r->dc, *part = (T *)r->room + 5 * n;

    FN(activate)(&cell->act[2], c, hc, n);
    OG_SIMD
    for (int64_t i = 0; i < n; i++)
        dout[i] = dh[i] * hc[i];
    FN(gate_back)(cell, &cell->act[0], saved + n, out, dsaved ? dsaved + n : NULL, dout, n);
    OG_SIMD
    for (int64_t i = 0; i < n; i++)
        part[i] = dh[i] * out[i];
    FN(derive)(&cell->act[2], c, hc, part, n);
    FN(add)(dc, part, n);
    if (p)
        FN(add_product)(dc, p + n, dout, n);
}

static void FN(lstm_back)(const og_rnn_cell *cell, const og_lstm_back *r, int64_t n)
{
    const T *saved = r->saved, *dsaved = r->dsaved, *before = r->before, *p = r->peephole;
    T *room = r->room, *c = room + 4 * n, *dc = r->dc;
    T *din = r->dsums, *dout = din + n, *dforget = dout + n, *dcandidate = dforget + n;
    const T *in = FN(gates_again)(cell, &cell->act[0], saved, room, 3 * n);
    const T *out = in + n, *forget = out + n;
    const T *candidate = FN(gates_again)(cell, &cell->act[1], saved + 3 * n, room + 3 * n, n);

    OG_SIMD
    for (int64_t i = 0; i < n; i++)
        c[i] = (cell->input_forget ? 1 - in[i] : forget[i]) * before[i] + in[i] * candidate[i];
    FN(lstm_back_output)(cell, r, out, c, dforget, n);
    OG_SIMD
    for (int64_t i = 0; i < n; i++) {
        const T df = dc[i] * before[i];

        din[i] = dc[i] * candidate[i] - (cell->input_forget ? df : 0);
        dforget[i] = cell->input_forget ? 0 : df;
        dcandidate[i] = dc[i] * in[i];
        dc[i] *= cell->input_forget ? 1 - in[i] : forget[i];
    }
    FN(gate_back)(cell, &cell->act[0], saved, in, dsaved, din, n);
    FN(gate_back)
    (cell, &cell->act[0], saved + 2 * n, forget, dsaved ? dsaved + 2 * n : NULL, dforget, n);
    FN(gate_back)
    (cell, &cell->act[1], saved + 3 * n, candidate, dsaved ? dsaved + 3 * n : NULL, dcandidate, n);
    if (p) {
        FN(add_product)(dc, p, din, n);
        FN(add_product)(dc, p + 2 * n, dforget, n);
    }
    if (r->dp) {
        FN(peephole_back)(r->dp, din, before, n);
        FN(peephole_back)(r->dp + n, dout, c, n);
        FN(peephole_back)(r->dp + 2 * n, dforget, before, n);
    }
}

/* ---- GRU ------------------------------------------------------------------------------------- */

static void FN(gru_reset)(const og_rnn_cell *cell, const og_gru_row *r, int64_t n)
{
    T *gates = r->gates, *reset = gates + n, *inner = r->inner;
    const T *h = r->hidden;

    FN(gate)(cell, &cell->act[0], gates, gates, r->saved, 2 * n);
    if (cell->linear_before)
        return;
    OG_SIMD
    for (int64_t i = 0; i < n; i++)
        inner[i] = reset[i] * h[i];
}

static void FN(gru_update)(const og_rnn_cell *cell, const og_gru_row *r, int64_t n)
{
    T *update = r->gates, *reset = update + n, *candidate = reset + n, *saved = r->saved;
    T *h = r->hidden;

    if (cell->linear_before)
        FN(add_product)(candidate, reset, r->inner, n);
    FN(gate)(cell, &cell->act[1], candidate, candidate, saved ? saved + 2 * n : NULL, n);
    OG_SIMD
    for (int64_t i = 0; i < n; i++)
        h[i] = (1 - update[i]) * candidate[i] + update[i] * h[i];
}

static void FN(gru_back_update)(const og_rnn_cell *cell, const og_gru_back *r, int64_t n)
{
    const T *saved = r->saved, *dsaved = r->dsaved, *before = r->before, *inner = r->inner;
    T *room = r->room, *dh = r->dh, *dupdate = r->dsums, *dreset = dupdate + n;
    T *dcandidate = dreset + n, *drecurrent = r->drecurrent;
    const T *update = FN(gates_again)(cell, &cell->act[0], saved, room, 2 * n), *reset = update + n;
    const T *candidate = FN(gates_again)(cell, &cell->act[1], saved + 2 * n, room + 2 * n, n);

    OG_SIMD
    for (int64_t i = 0; i < n; i++) {
        dupdate[i] = dh[i] * (before[i] - candidate[i]);
        dcandidate[i] = dh[i] * (1 - update[i]);
        dh[i] *= update[i];
    }
    FN(gate_back)(cell, &cell->act[0], saved, update, dsaved, dupdate, n);
    FN(gate_back)
    (cell, &cell->act[1], saved + 2 * n, candidate, dsaved ? dsaved + 2 * n : NULL, dcandidate, n);
    if (!cell->linear_before)
        return;
    OG_SIMD
    for (int64_t i = 0; i < n; i++) {
        dreset[i] = dcandidate[i] * inner[i];
        drecurrent[2 * n + i] = dcandidate[i] * reset[i];
    }
    if (r->dinner)
        FN(add)(drecurrent + 2 * n, r->dinner, n);
    FN(gate_back)(cell, &cell->act[0], saved + n, reset, dsaved ? dsaved + n : NULL, dreset, n);
    memcpy(drecurrent, dupdate, 2 * (size_t)n * sizeof(T));
}

static void FN(gru_back_reset)(const og_rnn_cell *cell, const og_gru_back *r, int64_t n)
{
    const T *saved = r->saved, *dsaved = r->dsaved, *before = r->before;
    const T *reset = cell->keeps_sums ? (const T *)r->room + n : saved + n;
    T *dproduct = r->dproduct, *dreset = (T *)r->dsums + n, *dh = r->dh;

    if (r->dinner)
        FN(add)(dproduct, r->dinner, n);
    OG_SIMD
    for (int64_t i = 0; i < n; i++) {
        dreset[i] = dproduct[i] * before[i];
        dh[i] += dproduct[i] * reset[i];
    }
    FN(gate_back)(cell, &cell->act[0], saved + n, reset, dsaved ? dsaved + n : NULL, dreset, n);
}

/* ---- RNN ------------------------------------------------------------------------------------- */

static void FN(simple)(const og_rnn_cell *cell, const void *sums, void *saved, void *hidden,
                       int64_t n)
{
    FN(gate)(cell, &cell->act[0], sums, hidden, saved, n);
}

static void FN(simple_back)(const og_rnn_cell *cell, const void *saved, const void *dsaved,
                            const void *dh, void *dsums, void *room, int64_t n)
{
    const T *y = FN(gates_again)(cell, &cell->act[0], saved, room, n);

    memcpy(dsums, dh, (size_t)n * sizeof(T));
    FN(gate_back)(cell, &cell->act[0], saved, y, dsaved, dsums, n);
}

static void FN(add_row)(void *y, const void *x, int64_t n)
{
    FN(add)(y, x, n);
}

static const og_rnn_loops FN(rnn) = {
    .lstm = FN(lstm),
    .lstm_back = FN(lstm_back),
    .gru_reset = FN(gru_reset),
    .gru_update = FN(gru_update),
    .gru_back_update = FN(gru_back_update),
    .gru_back_reset = FN(gru_back_reset),
    .simple = FN(simple),
    .simple_back = FN(simple_back),
    .add = FN(add_row),
};
#undef T
#undef MATH
#undef FN
