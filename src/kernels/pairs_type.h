/* Loops of two operators each for one C type; the includer defines T and FN(name). */

/* a b + c, b being one number or as many. */
static void FN(mul_add)(void *const *out, const void *const *in, const int64_t *step, int64_t n,
                        const void *attrs)
{
    const T *a = in[0], *b = in[1], *c = in[2];
    T *y = out[0];

    (void)attrs;
    if (step[1]) {
        OG_SIMD
        for (int64_t i = 0; i < n; i++)
            y[i] = a[i] * b[i] + c[i];
    } else if (n > 0) {
        const T b0 = b[0];

        OG_SIMD
        for (int64_t i = 0; i < n; i++)
            y[i] = a[i] * b0 + c[i];
    }
}

static const og_loop_pair FN(pairs)[] = {
    { OG_K_MUL, OG_K_ADD, FN(mul_add) },
    { OG_K_COUNT, OG_K_COUNT, NULL },
};
#undef T
#undef FN
