/* Tensors of every element type from each place their numbers may lie in, and the same ones
 * written. */
#include "model.h"

enum { COUNT = 5 };

static const int64_t shape[1] = { COUNT };

static uint32_t list_field(og_elem e)
{
    return e == OG_FLOAT || e == OG_COMPLEX64     ? 4
           : e == OG_DOUBLE || e == OG_COMPLEX128 ? 10
           : e == OG_INT64                        ? 7
           : e == OG_UINT32 || e == OG_UINT64     ? 11
                                                  : 5;
}

/* Bytes that are a different legal number for each element. */
static size_t fill(og_elem e, uint8_t out[16 * COUNT])
{
    og_tensor t = og_tensor_view(e, 1, shape, out);
    size_t size = og_tensor_bytes(&t);

    for (size_t i = 0; i < size; i++)
        out[i] = e == OG_BOOL ? i & 1 : (uint8_t)(37 * i + 11);
    return size;
}

/* One entry of a list holds this many bytes. */
static size_t entry_bytes(og_elem e)
{
    size_t width = (size_t)og_elem_bits(e) / 8;

    return e == OG_COMPLEX64 ? 4 : e == OG_COMPLEX128 ? 8 : width ? width : 1;
}

static uint64_t entry_value(og_elem e, const uint8_t *bytes)
{
    uint64_t x = 0;

    memcpy(&x, bytes, entry_bytes(e));
    if (e == OG_INT32)
        x = (uint64_t)(int64_t)(int32_t)x;
    else if (e == OG_INT16)
        x = (uint64_t)(int64_t)(int16_t)x;
    else if (e == OG_INT8)
        x = (uint64_t)(int64_t)(int8_t)x;
    return x;
}

static void put_list(og_text *m, og_elem e, const uint8_t *bytes, size_t size, bool packed)
{
    uint32_t number = list_field(e);
    bool fixed = number == 4 || number == 10;
    og_text list = { 0 };
    uint8_t varint[10];

    for (size_t i = 0; i < size; i += entry_bytes(e)) {
        size_t n = og_wire_put(varint, entry_value(e, bytes + i));
        const uint8_t *entry = fixed ? bytes + i : varint;

        n = fixed ? entry_bytes(e) : n;
        if (packed)
            og_text_add(&list, entry, n);
        else
            put_raw(m, number,
                    number == 4 ? OG_WIRE_32
                    : fixed     ? OG_WIRE_64
                                : OG_WIRE_VARINT,
                    entry, n);
    }
    if (packed)
        put_message(m, number, list);
}

static void check(const char *path, og_elem e, const uint8_t *bytes, size_t size)
{
    og_report report = { 0 };
    og_tensor *t;

    assert_ok(og_tensor_load(path, &t, &report), &report);
    assert_int_equal(t->elem, e);
    assert_int_equal(t->rank, 1);
    assert_int_equal(t->dims[0], COUNT);
    assert_int_equal(og_tensor_bytes(t), size);
    assert_memory_equal(t->data, bytes, size);
    og_tensor_free(t);
}

static void every_type_from_every_place(void **state)
{
    uint8_t bytes[16 * COUNT];

    (void)state;
    for (int e = 1; e < OG_ELEM_COUNT; e++) {
        if (e == OG_STRING)
            continue;
        size_t size = fill((og_elem)e, bytes);
        for (int place = 0; place < 3; place++) {
            og_text m = tensor_head("t", (og_elem)e, 1, shape);

            if (place == 0)
                put_bytes(&m, 9, bytes, size);
            else
                put_list(&m, (og_elem)e, bytes, size, place == 1);
            check(put_model("t.pb", m), (og_elem)e, bytes, size);
        }
    }
}

static void every_type_written_and_read(void **state)
{
    uint8_t bytes[16 * COUNT];
    og_report report = { 0 };

    (void)state;
    for (int e = 1; e < OG_ELEM_COUNT; e++) {
        if (e == OG_STRING)
            continue;
        size_t size = fill((og_elem)e, bytes);
        og_tensor t = og_tensor_view((og_elem)e, 1, shape, bytes);
        const char *path = in_folder("w.pb");

        assert_ok(og_tensor_save(path, "name", &t, &report), &report);
        check(path, (og_elem)e, bytes, size);
    }
}

static void strings(void **state)
{
    static const int64_t dims[2] = { 1, 2 };
    og_string words[2] = { { "a\0b", 3 }, { "", 0 } };
    og_tensor t = og_tensor_view(OG_STRING, 2, dims, words), *back;
    og_report report = { 0 };

    (void)state;
    assert_ok(og_tensor_save(in_folder("s.pb"), "s", &t, &report), &report);
    assert_ok(og_tensor_load(in_folder("s.pb"), &back, &report), &report);
    const og_string *s = back->data;
    assert_int_equal(back->rank, 2);
    assert_int_equal(s[0].size, 3);
    assert_memory_equal(s[0].data, "a\0b", 3);
    assert_int_equal(s[1].size, 0);
    og_tensor_free(back);
}

/* One entry too few and one too many, in each place. */
static void wrong_amounts(void **state)
{
    uint8_t bytes[32 * COUNT];
    og_report report = { 0 };
    og_tensor *t;

    (void)state;
    for (int e = 1; e < OG_ELEM_COUNT; e++) {
        if (e == OG_STRING)
            continue;
        size_t size = fill((og_elem)e, bytes), one = entry_bytes((og_elem)e);
        for (int place = 0; place < 3; place++)
            for (int more = 0; more < 2; more++) {
                og_text m = tensor_head("culprit", (og_elem)e, 1, shape);

                if (place == 0)
                    put_bytes(&m, 9, bytes, more ? size + 1 : size - 1);
                else
                    put_list(&m, (og_elem)e, bytes, more ? size + one : size - one, place == 1);
                assert_int_equal(og_tensor_load(put_model("t.pb", m), &t, &report), OG_BAD_FILE);
                assert_true(report_has(&report, "culprit"));
                assert_null(t);
            }
    }
}

static void refused(void **state)
{
    float one = 1;
    og_report report = { 0 };
    og_tensor *t;
    og_text both = tensor_head("both", OG_FLOAT, 0, NULL), wrong = { 0 }, big = { 0 },
            sequence = { 0 };
    uint8_t varint[10];

    (void)state;
    put_bytes(&both, 9, &one, 4);
    put_bytes(&both, 4, &one, 4);
    assert_int_equal(og_tensor_load(put_model("both.pb", both), &t, &report), OG_BAD_FILE);
    assert_true(report_has(&report, "raw_data and in float_data"));
    wrong = tensor_head("wrong", OG_FLOAT, 0, NULL);
    put_bytes(&wrong, 7, "\1", 1);
    assert_int_equal(og_tensor_load(put_model("wrong.pb", wrong), &t, &report), OG_BAD_FILE);
    assert_true(report_has(&report, "int64_data, expected float_data"));
    big = tensor_head("big", OG_INT8, 0, NULL);
    put_bytes(&big, 5, varint, og_wire_put(varint, 256));
    assert_int_equal(og_tensor_load(put_model("big.pb", big), &t, &report), OG_BAD_FILE);
    assert_true(report_has(&report, "256"));
    put_int(&sequence, 2, 1);
    put_message(&sequence, 3, floats_tensor("", 1, &one));
    assert_int_equal(og_tensor_load(put_model("seq.pb", sequence), &t, &report), OG_UNSUPPORTED);
    assert_true(report_has(&report, "sequence"));
    assert_int_equal(og_tensor_load(in_folder("nothing.pb"), &t, &report), OG_NOT_FOUND);
}

/* A bool is 0 or 1, whatever the byte in the file. */
static void bools_are_zero_or_one(void **state)
{
    og_text m = tensor_head("b", OG_BOOL, 1, shape);
    og_report report = { 0 };
    og_tensor *t;

    (void)state;
    put_bytes(&m, 9, "\x00\x01\x02\xff\x80", COUNT);
    assert_ok(og_tensor_load(put_model("b.pb", m), &t, &report), &report);
    assert_memory_equal(t->data, "\x00\x01\x01\x01\x01", COUNT);
    og_tensor_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_type_from_every_place, enter, leave),
        cmocka_unit_test_setup_teardown(every_type_written_and_read, enter, leave),
        cmocka_unit_test_setup_teardown(strings, enter, leave),
        cmocka_unit_test_setup_teardown(wrong_amounts, enter, leave),
        cmocka_unit_test_setup_teardown(refused, enter, leave),
        cmocka_unit_test_setup_teardown(bools_are_zero_or_one, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
