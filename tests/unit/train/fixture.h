/* Small data and models for the tests of training. */
#ifndef OG_TESTS_TRAIN_FIXTURE_H
#define OG_TESTS_TRAIN_FIXTURE_H

#include "../test.h"

#include "graph/graph.h"
#include "onnxgrad/onnxgrad.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROWS = 50, WIDTH = 4, CLASSES = 3 };

/* Rows of numbers whose largest of the first three places is the class. */
typedef struct points {
    float x[ROWS][WIDTH];
    int64_t label[ROWS];
    int64_t x_dims[4], label_dims[1];
    og_dataset *data;
} points;

static inline void points_open(points *p, int rank, const int64_t *dims)
{
    const char *names[2] = { "x", "label" };
    og_philox random = { .seed = 3 };
    og_tensor tensors[2];

    for (int i = 0; i < ROWS; i++) {
        p->label[i] = 0;
        for (int k = 0; k < WIDTH; k++) {
            p->x[i][k] = (float)og_philox_normal(&random);
            if (k < CLASSES && p->x[i][k] > p->x[i][p->label[i]])
                p->label[i] = k;
        }
    }
    memcpy(p->x_dims, dims, sizeof *dims * (size_t)rank);
    p->label_dims[0] = ROWS;
    tensors[0] = og_tensor_view(OG_FLOAT, rank, p->x_dims, p->x);
    tensors[1] = og_tensor_view(OG_INT64, 1, p->label_dims, p->label);
    assert_ok(og_dataset_of(2, names, tensors, &p->data), og_dataset_report(p->data));
}

static inline void points_flat(points *p)
{
    points_open(p, 2, (const int64_t[]){ ROWS, WIDTH });
}

/* x [batch, WIDTH] to CLASSES scores; `type` is that of the input. */
static inline og_graph *small_model(const char *type)
{
    og_graph *g = og_graph_new("small");
    og_value *x = og_input(g, "x", type);

    og_output(g, "scores", og_linear(og_tanh(og_linear(x, 5, "fc1")), CLASSES, "fc2"));
    assert_ok(og_graph_status(g), og_graph_report(g));
    return g;
}

/* A folder of its own in the place for temporary files; removed with all that is in it. */
static inline void folder_open(char *path, size_t size)
{
    const char *base = getenv("TMPDIR");

    assert_true(snprintf(path, size, "%s/onnxgrad-test-XXXXXX", base ? base : "/tmp") < (int)size);
    assert_non_null(mkdtemp(path));
}

static inline void folder_close(const char *path)
{
    char command[1100];

    snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
}

#endif
