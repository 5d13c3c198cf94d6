/*
 * content: shape arithmetic during inference (see content.h).
 *
 * Symbolic sizes are not negative, so rounding down, which og_dim_div does, is the rounding towards
 * zero of ONNX's Div; for numbers that may be negative C's own division is used.
 */
#include "ops/content.h"

void og_infer_put_content(og_infer *c, int k, int64_t n, const og_dim *content)
{
    og_elem elem = c->out[k].elem;

    if ((elem != OG_INT64 && elem != OG_INT32) || n > OG_CONTENT_MAX)
        return;
    for (int64_t i = 0; elem == OG_INT32 && i < n; i++) {
        int64_t number;

        if (og_dim_const(c->dims, content[i], &number) && number != (int32_t)number)
            return;
    }
    og_infer_set_content(c, k, n, content);
}

void og_infer_content_same(og_infer *c, int i, int k)
{
    int64_t n = 0;
    const og_dim *content = og_infer_content(c, i, &n);

    if (content)
        og_infer_put_content(c, k, n, content);
}

/* false: not known (a division by zero is left to the kernel). */
static bool content_join(og_infer *c, char what, og_dim a, og_dim b, og_dim *r)
{
    int64_t x, y;

    switch (what) {
    case '+':
        *r = og_dim_add(c->dims, a, b);
        return true;
    case '-':
        *r = og_dim_sub(c->dims, a, b);
        return true;
    case '*':
        *r = og_dim_mul(c->dims, a, b);
        return true;
    case 'M':
        *r = og_dim_max(c->dims, a, b);
        return true;
    case 'm':
        *r = og_dim_min(c->dims, a, b);
        return true;
    case '/':
        if (og_dim_const(c->dims, b, &y)) {
            if (y == 0 || (y < 0 && !og_dim_const(c->dims, a, &x)))
                return false;
            if (og_dim_const(c->dims, a, &x)) {
                *r = y == -1 ? og_dim_sub(c->dims, 0, a) : og_dim_int(c->dims, x / y);
                return true;
            }
        }
        *r = og_dim_div(c->dims, a, b);
        return true;
    default:
        return false;
    }
}

void og_infer_content_binary(og_infer *c, char what)
{
    int64_t n_a = 0, n_b = 0;
    const og_dim *a = og_infer_content(c, 0, &n_a), *b = og_infer_content(c, 1, &n_b);

    if (!a || !b || c->in[0]->rank > 1 || c->in[1]->rank > 1)
        return;
    int64_t n = n_a == 1 ? n_b : n_a;
    if (n > OG_CONTENT_MAX || (n_a != n && n_a != 1) || (n_b != n && n_b != 1))
        return;

    og_dim joined[OG_CONTENT_MAX];
    for (int64_t i = 0; i < n; i++)
        if (!content_join(c, what, a[n_a == 1 ? 0 : i], b[n_b == 1 ? 0 : i], &joined[i]))
            return;
    og_infer_put_content(c, 0, n, joined);
}
