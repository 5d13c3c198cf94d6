/* Trajectories: y = w * x with one weight, whose steps are computed here by hand. */
#include "../train/fixture.h"

#include "onnxgrad/check.h"
#include "onnxgrad/file.h"

enum { STEPS = 3 };
static const double rate = 0.1, start = 0.5, clip = 1.0;
static const float xs[2] = { 1, 2 }, ts[2] = { 3, 1 }; /* batches of one row */

static void save_arrays(const char *path, size_t n, const char *const *names,
                        const og_tensor *tensors)
{
    og_arrays *a = og_arrays_new();

    for (size_t i = 0; i < n; i++)
        assert_ok(og_arrays_add(a, names[i], &tensors[i]), og_arrays_report(a));
    assert_ok(og_arrays_save(a, path), og_arrays_report(a));
    og_arrays_free(a);
}

static void save_one(const char *folder, const char *file, float number)
{
    int64_t dims[1] = { 1 };
    const char *name = "w";
    og_tensor t = og_tensor_view(OG_FLOAT, 1, dims, &number);
    char path[500];

    snprintf(path, sizeof path, "%s/%s", folder, file);
    save_arrays(path, 1, &name, &t);
}

static void save_model(const char *folder)
{
    og_graph *g = og_graph_new("line");
    float w = (float)start;
    int64_t dims[1] = { 1 };
    og_tensor t = og_tensor_view(OG_FLOAT, 1, dims, &w);
    char path[500];

    og_output(g, "y", og_mul(og_input(g, "x", "float[n,1]"), og_parameter(g, "w", &t)));
    snprintf(path, sizeof path, "%s/model.onnx", folder);
    assert_ok(og_save(g, path, NULL), og_graph_report(g));
    og_graph_free(g);
}

static void put_list(FILE *f, const char *key, const double *numbers)
{
    fprintf(f, " \"%s\": [", key);
    for (int i = 0; i < STEPS; i++)
        fprintf(f, "%s%.9g", i ? ", " : "", numbers[i]);
    fprintf(f, "],\n");
}

/* `off` scales the expected losses: 1 is right. */
static void write_case(const char *folder, double off)
{
    static const double tight[STEPS] = { 1e-5, 1e-5, 1e-5 };
    double w = start, loss[STEPS], norm[STEPS], after[STEPS], lr[STEPS], first = 0;
    int64_t dims[3] = { 2, 1, 1 };
    const char *names[2] = { "x", "t" };
    og_tensor batches[2] = { og_tensor_view(OG_FLOAT, 3, dims, (void *)(uintptr_t)xs),
                             og_tensor_view(OG_FLOAT, 3, dims, (void *)(uintptr_t)ts) };
    char path[500];
    int acted = 0;
    FILE *f;

    for (int i = 0; i < STEPS; i++) {
        double x = (double)xs[i % 2], e = w * x - (double)ts[i % 2], g = 2 * e * x;
        double size = g < 0 ? -g : g, coef = clip / (size + 1e-6) < 1 ? clip / (size + 1e-6) : 1;

        loss[i] = e * e * off;
        norm[i] = size;
        after[i] = size * coef;
        lr[i] = rate;
        first = i ? first : g;
        acted += coef < 1;
        w -= rate * coef * g;
    }
    save_model(folder);
    save_one(folder, "params_final.npz", (float)w);
    save_one(folder, "grads_step0.npz", (float)first);
    snprintf(path, sizeof path, "%s/batches.npz", folder);
    save_arrays(path, 2, names, batches);
    snprintf(path, sizeof path, "%s/case.json", folder);
    assert_non_null(f = fopen(path, "w"));
    fprintf(f,
            "{\"batches\": {\"file\": \"batches.npz\", \"distinct\": 2, \"accumulate\": 1}, "
            "\"mode\": \"train\",\n"
            " \"loss\": [{\"kind\": \"mse\", \"prediction\": \"y\", \"target\": \"t\", "
            "\"reduction\": \"mean\"}],\n"
            " \"steps\": %d, \"chain\": \"clip_norm(1) | sgd(lr=0.1)\", \"trainable\": [\"w\"], "
            "\"frozen\": [],\n",
            STEPS);
    put_list(f, "loss_f32", loss);
    put_list(f, "grad_norm", norm);
    put_list(f, "grad_norm_after_clip", after);
    put_list(f, "lr", lr);
    double e = w * (double)xs[0] - (double)ts[0];
    fprintf(f,
            " \"loss_after\": %.9g, \"clip_acts\": %d, \"noise_elements\": {}, \"tolerance\": {\n",
            e * e, acted);
    put_list(f, "loss", tight);
    put_list(f, "grad_norm", tight);
    fprintf(f, " \"loss_after\": 1e-5, \"params_final\": {\"w\": 1e-6}, \"grads_step0\": {\"w\": "
               "1e-6}}}\n");
    fclose(f);
}

static og_verdict verdict(double off, char *what, size_t size)
{
    char folder[300];
    og_cases *cases;
    og_verdict v;

    folder_open(folder, sizeof folder);
    write_case(folder, off);
    assert_ok(og_cases_run(folder, NULL, &cases), og_cases_report(cases));
    v = og_cases_count(cases, OG_PASSED)   ? OG_PASSED
        : og_cases_count(cases, OG_FAILED) ? OG_FAILED
                                           : OG_SKIPPED;
    snprintf(what, size, "%s",
             og_cases_count(cases, OG_FAILED) ? og_cases_at(cases, 0)->report.what : "");
    og_cases_free(cases);
    folder_close(folder);
    return v;
}

static void followed(void **state)
{
    char what[700];

    (void)state;
    if (verdict(1, what, sizeof what) != OG_PASSED)
        fail_msg("%s", what);
}

static void left(void **state)
{
    char what[700];

    (void)state;
    assert_int_equal(verdict(1.0001, what, sizeof what), OG_FAILED);
    assert_non_null(strstr(what, "step 0: loss"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(followed),
        cmocka_unit_test(left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
