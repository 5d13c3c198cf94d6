/* og_move, og_embed and og_join_rows against the plainest loops, on random shapes, orders and
 * element types. */
#include "kernels/embed.h"
#include "kernels/move.h"
#include "kernels/rows.h"
#include "../test.h"

#include <math.h>

static const og_elem elems[] = { OG_BOOL,       OG_FLOAT16, OG_FLOAT, OG_INT64,
                                 OG_COMPLEX128, OG_INT4,    OG_UINT2 };

static uint64_t element(og_elem elem, const void *data, int64_t i)
{
    int bits = og_elem_bits(elem);
    uint64_t word = 0;

    if (bits < 8)
        return (unsigned)(((const uint8_t *)data)[i * bits / 8] >> (i * bits % 8)) &
               ((1u << bits) - 1);
    memcpy(&word, (const uint8_t *)data + i * (bits / 8), bits / 8 < 8 ? (size_t)bits / 8 : 8);
    return word;
}

static og_tensor *random_tensor(og_philox *random, og_elem elem, int rank, const int64_t *dims)
{
    og_tensor *t = og_tensor_new(elem, rank, dims);

    for (size_t i = 0; i < og_tensor_bytes(t); i++)
        ((uint8_t *)t->data)[i] = (uint8_t)og_philox_u32(random);
    return t;
}

static void test_transpositions(void **state)
{
    og_philox random = { .seed = 1 };

    (void)state;
    for (int round = 0; round < 400; round++) {
        og_elem elem = elems[og_philox_below(&random, sizeof elems / sizeof elems[0])];
        int rank = 1 + (int)og_philox_below(&random, 5), perm[5];
        int64_t dims[5], out_dims[5], in[5], from[5], to[5], index[5];

        for (int i = 0; i < rank; i++) {
            int k = (int)og_philox_below(&random, (uint64_t)i + 1);

            dims[i] = (int64_t)og_philox_below(&random, round % 8 == 0 && rank < 4 ? 90 : 9);
            perm[i] = perm[k];
            perm[k] = i;
        }
        og_tensor *x = random_tensor(&random, elem, rank, dims);
        og_strides(rank, dims, in);
        for (int i = 0; i < rank; i++) {
            out_dims[i] = dims[perm[i]];
            from[i] = in[perm[i]];
        }
        og_tensor *y = og_tensor_new(elem, rank, out_dims);
        og_move move;
        og_strides(rank, out_dims, to);
        og_move_set(&move, elem, rank, out_dims, to, 0, from, 0);
        for (int64_t p = move.pieces; p-- > 0;)
            og_move_piece(&move, y->data, x->data, p);
        for (int64_t i = 0; i < y->count; i++) {
            int64_t at = 0, rest = i;

            for (int k = rank - 1; k >= 0; k--) {
                index[k] = rest % out_dims[k];
                rest /= out_dims[k];
                at += index[k] * from[k];
            }
            assert_int_equal(element(elem, y->data, i), element(elem, x->data, at));
        }
        og_tensor_free(x);
        og_tensor_free(y);
    }
}

/* Strides backwards, of 0 and with gaps in the target. */
static void test_strides(void **state)
{
    og_philox random = { .seed = 2 };

    (void)state;
    for (int round = 0; round < 300; round++) {
        og_elem elem = elems[og_philox_below(&random, sizeof elems / sizeof elems[0])];
        int64_t dims[2], from[2], to[2], size[1] = { 4000 };

        for (int i = 0; i < 2; i++)
            dims[i] = (int64_t)og_philox_below(&random, 20);
        from[0] = (int64_t)og_philox_below(&random, 100) - 50;
        from[1] = (int64_t)og_philox_below(&random, 5) - 2;
        to[1] = 1 + (int64_t)og_philox_below(&random, 3);
        to[0] = 20 * to[1] + (int64_t)og_philox_below(&random, 3);
        og_tensor *x = random_tensor(&random, elem, 1, size), *y = og_tensor_copy(x);
        og_move move;
        og_move_set(&move, elem, 2, dims, to, 3, from, 2000);
        for (int64_t p = 0; p < move.pieces; p++)
            og_move_piece(&move, y->data, x->data, p);
        for (int64_t i = 0; i < 4000; i++) {
            int64_t a = i < 3 ? dims[0] : (i - 3) / to[0], b = (i - 3) % to[0] / to[1];
            bool written = a < dims[0] && b < dims[1] && (i - 3) % to[0] % to[1] == 0;

            assert_int_equal(
                element(elem, y->data, i),
                element(elem, x->data, written ? 2000 + a * from[0] + b * from[1] : i));
        }
        og_tensor_free(x);
        og_tensor_free(y);
    }
}

static void test_maps(void **state)
{
    og_philox random = { .seed = 3 };

    (void)state;
    for (int round = 0; round < 300; round++) {
        og_elem elem = elems[og_philox_below(&random, sizeof elems / sizeof elems[0])];
        int64_t from[3], to[3], maps[3 * 64], steps[3], *map = maps, one[1] = { 1 };
        int rank = (int)og_philox_below(&random, 4);

        for (int i = 0; i < rank; i++) {
            from[i] = 1 + (int64_t)og_philox_below(&random, 12);
            to[i] = round % 3 == 0 ? from[i] : (int64_t)og_philox_below(&random, 64);
            for (int64_t k = 0; k < to[i]; k++) /* as it is, or anything */
                *map++ = round % 3 == 0 && i > 0
                             ? k
                             : (int64_t)og_philox_below(&random, (uint64_t)from[i] + 1) - 1;
        }
        og_tensor *x = random_tensor(&random, elem, rank, from), *y = og_tensor_new(elem, rank, to);
        og_tensor *value = random_tensor(&random, elem, 1, one);
        og_embed e;
        og_embed_set(&e, elem, rank, to, from, maps);
        for (int64_t p = e.pieces; p-- > 0;)
            og_embed_piece(&e, y->data, x->data, value->data, p);
        og_strides(rank, from, steps);
        for (int64_t i = 0; i < y->count; i++) {
            int64_t at = 0, rest = i, end = map - maps;
            bool outside = false;

            for (int k = rank - 1; k >= 0; k--) {
                end -= to[k];
                int64_t m = maps[end + rest % to[k]];

                outside = outside || m < 0;
                at += m * steps[k];
                rest /= to[k];
            }
            assert_int_equal(element(elem, y->data, i),
                             outside ? element(elem, value->data, 0) : element(elem, x->data, at));
        }
        og_tensor_free(x);
        og_tensor_free(y);
        og_tensor_free(value);
    }
}

static void test_picks(void **state)
{
    const int64_t places[] = { 5, 0, 5, 2 };

    (void)state;
    for (size_t k = 0; k < sizeof elems / sizeof elems[0]; k++) {
        og_philox random = { .seed = 4 };
        int64_t size[1] = { 24 };
        og_tensor *x = random_tensor(&random, elems[k], 1, size), *y = og_tensor_copy(x);

        og_pick(elems[k], y->data, 1, x->data, 2, places, 3, 4);
        for (int i = 0; i < 4; i++)
            assert_int_equal(element(elems[k], y->data, 1 + i),
                             element(elems[k], x->data, 2 + 3 * places[i]));
        og_put(elems[k], y->data, 2, places, 3, x->data, 9, 4);
        assert_int_equal(element(elems[k], y->data, 2), element(elems[k], x->data, 10));
        assert_int_equal(element(elems[k], y->data, 8), element(elems[k], x->data, 12));
        assert_int_equal(element(elems[k], y->data, 17),
                         element(elems[k], x->data, 11)); /* the last writer */
        og_tensor_free(x);
        og_tensor_free(y);
    }
}

static void test_joins(void **state)
{
    const int64_t places[] = { 1, 1, 0, 3 };
    const float from[] = { 2, 5, 3, -7, NAN, 1, 9, 9 };
    float add[4] = { 1, 1, 10, 10 }, mul[4] = { 1, 1, 10, 10 }, max[4] = { 0, NAN, 4, -9 },
          set[4] = { 0 };

    (void)state;
    og_join_rows(OG_FLOAT, OG_JOIN_ADD, add, 2, 0, 3, places, from, 0, 2);
    assert_true(add[2] == 15 && add[3] == 8 && add[0] == 1);
    og_join_rows(OG_FLOAT, OG_JOIN_MUL, mul, 2, 1, 2, places, from, 0, 4);
    assert_true(mul[2] == 60 && mul[3] == -350 && mul[0] == 1);
    og_join_rows(OG_FLOAT, OG_JOIN_MAX, max, 2, 0, 2, places, from, 0, 3);
    assert_true(isnan(max[0]) && isnan(max[1]) && max[2] == 4 && max[3] == 5);
    og_join_rows(OG_FLOAT, OG_JOIN_SET, set, 2, 0, 2, places, from, 0, 4);
    assert_true(set[2] == 3 && set[3] == -7 && isnan(set[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transpositions), cmocka_unit_test(test_strides),
        cmocka_unit_test(test_maps),           cmocka_unit_test(test_picks),
        cmocka_unit_test(test_joins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
