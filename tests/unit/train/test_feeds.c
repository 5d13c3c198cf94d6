/* Which array goes into which input, and in what shape. */
#include "fixture.h"

/* A trainer for data of these dimensions and an input of this type; gives the code. */
static og_status code_for(const char *type, int rank, const int64_t *dims, const char *const *feeds)
{
    points p;
    og_graph *g = og_graph_new("feeds");
    og_value *x = og_input(g, "input", type);
    og_train_options o = { .loss = "cross_entropy(scores, classes)",
                           .batch = 8,
                           .epochs = 1,
                           .threads = 1,
                           .feeds = feeds };
    og_trainer *t;
    og_status status;

    points_open(&p, rank, dims);
    og_output(g, "scores",
              og_linear(og_reshape_to(x, 2, (const int64_t[]){ -1, WIDTH }), CLASSES, "fc"));
    assert_ok(og_graph_status(g), og_graph_report(g));
    status = og_trainer_new(g, p.data, &o, &t);
    if (!status)
        assert_ok(og_trainer_run(t), og_trainer_report(t));
    og_trainer_free(t);
    og_dataset_free(p.data);
    og_graph_free(g);
    return status;
}

static void shapes_are_adapted(void **state)
{
    static const int64_t flat[] = { ROWS, 4 }, square[] = { ROWS, 2, 2 },
                         image[] = { ROWS, 1, 2, 2 };

    (void)state;
    assert_int_equal(code_for("float[batch,4]", 2, flat, NULL), OG_OK);
    assert_int_equal(code_for("float[batch,4]", 3, square, NULL), OG_OK);
    assert_int_equal(code_for("float[batch,1,2,2]", 3, square, NULL), OG_OK);
    assert_int_equal(code_for("float[batch,2,2]", 4, image, NULL), OG_OK);
    assert_int_equal(code_for("float[batch,c,h,w]", 4, image, NULL), OG_OK);
    assert_int_equal(code_for("float[batch,1,h,w]", 3, square, NULL), OG_OK);
    assert_int_equal(code_for("float[batch,5]", 2, flat, NULL), OG_BAD_SHAPE);
    assert_int_equal(code_for("float[batch,3,h,w]", 4, image, NULL), OG_BAD_SHAPE);
}

static void fixed_batch_is_freed(void **state)
{
    static const int64_t flat[] = { ROWS, 4 };

    (void)state;
    assert_int_equal(code_for("float[1,4]", 2, flat, NULL), OG_OK);
    assert_int_equal(code_for("float[8,4]", 2, flat, NULL), OG_OK); /* the last batch has 2 rows */
}

static void arrays_by_name(void **state)
{
    static const int64_t flat[] = { ROWS, 4 };
    const char *both[] = { "input=x", "classes=label", NULL }, *wrong[] = { "input=lable", NULL };

    (void)state;
    assert_int_equal(code_for("float[batch,4]", 2, flat, both), OG_OK);
    assert_int_equal(code_for("float[batch,4]", 2, flat, wrong), OG_NOT_FOUND);
}

/* Misspelled --feed inputs must not be passed over in silence. */
static void unknown_input(void **state)
{
    static const int64_t flat[] = { ROWS, 4 };
    const char *wrong[] = { "inptu=x", NULL };

    (void)state;
    assert_int_equal(code_for("float[batch,4]", 2, flat, wrong), OG_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_adapted),
        cmocka_unit_test(fixed_batch_is_freed),
        cmocka_unit_test(arrays_by_name),
        cmocka_unit_test(unknown_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
