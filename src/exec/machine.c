/* Facts about the machine, and a product that tells whether its BLAS works. */
#include "exec/exec.h"
#include "kernels/kernels.h"
#include "onnxgrad/machine.h"

#include <math.h>

#ifdef OG_HAVE_OPENBLAS
char *openblas_get_config(void);
char *openblas_get_corename(void);
#endif

og_machine og_machine_facts(void)
{
    return (og_machine)
    {
        .threads = og_cpu_count(), .memory = og_memory_limit(), .kernels = og_kernels_get()->isa,
#if defined(__x86_64__)
        .kernels_built = "baseline avx2 avx512",
#else
        .kernels_built = "baseline",
#endif
#ifdef OG_HAVE_OPENBLAS
        .blas = openblas_get_config(), .blas_kernel = openblas_get_corename(),
#else
        .blas = "none: products in plain C", .blas_kernel = "",
#endif
#ifdef __clang__
        .compiler = __VERSION__,
#else
        .compiler = "gcc " __VERSION__,
#endif
    };
}

double og_process_seconds(void)
{
    return og_seconds_since_start();
}

size_t og_process_peak(void)
{
    return og_memory_peak();
}

enum { CHECK_SIZE = 192 };

static og_status compare_product(const float *a, const float *b, const float *c, og_report *report)
{
    for (int i = 0; i < CHECK_SIZE; i++)
        for (int j = 0; j < CHECK_SIZE; j++) {
            double sum = 0;

            for (int k = 0; k < CHECK_SIZE; k++)
                sum += (double)a[i * CHECK_SIZE + k] * (double)b[k * CHECK_SIZE + j];
            if (!(fabs(sum - (double)c[i * CHECK_SIZE + j]) <
                  1e-4)) /* not >=: a NaN must not pass */
                return og_fail(report, OG_BUG, "element %d,%d of a product is %g, expected %g", i,
                               j, (double)c[i * CHECK_SIZE + j], sum);
        }
    return OG_OK;
}

static og_status run_product(og_session *s, float *a, float *b, double *gflops, og_report *report)
{
    static const int64_t dims[2] = { CHECK_SIZE, CHECK_SIZE };
    const char *fetch = "c";
    og_tensor c;
    og_feed feeds[2] = { { "a", og_tensor_view(OG_FLOAT, 2, dims, a) },
                         { "b", og_tensor_view(OG_FLOAT, 2, dims, b) } };
    double best = INFINITY;

    for (int i = 0; i < 20; i++) {
        double start = og_seconds();

        if (og_session_run(s, feeds, 2, &fetch, 1, &c, NULL)) {
            *report = *og_session_report(s);
            return report->code;
        }
        best = fmin(best, og_seconds() - start);
    }
    if (gflops)
        *gflops = 2.0 * CHECK_SIZE * CHECK_SIZE * CHECK_SIZE / best / 1e9;
    return compare_product(a, b, c.data, report);
}

og_status og_machine_check(double *gflops, og_report *report)
{
    og_philox random = { .seed = 1 };
    float *a = og_malloc(2 * CHECK_SIZE * CHECK_SIZE * sizeof *a), *b = a + CHECK_SIZE * CHECK_SIZE;
    og_graph *g = og_graph_new("check");
    og_session *s = NULL;
    og_status status = OG_OK;

    og_report_clear(report);
    if (!a || !g) {
        status = og_fail(report, OG_NO_MEMORY, "no memory for the check");
        goto done;
    }
    for (int i = 0; i < 2 * CHECK_SIZE * CHECK_SIZE; i++)
        a[i] = (float)og_philox_uniform(&random) - 0.5f;
    og_value *in[2] = { og_input(g, "a", "float[192,192]"), og_input(g, "b", "float[192,192]") };
    og_output(g, "c", og_node(g, "MatMul", 2, in, NULL));
    if ((status = og_session_new(g, &(og_session_options){ .threads = 1 }, &s))) {
        *report = *og_session_report(s);
        goto done;
    }
    status = run_product(s, a, b, gflops, report);
done:
    og_session_free(s);
    og_graph_free(g);
    og_free(a);
    return status;
}
