/*
 * Exploding gradients in closed form: h(t) = w h(t-1), T times from 1, so that h(T) = w^T and its
 * gradient by w is T w^(T-1).  First what the library's gradient is beside the formula, then
 * gradient descent on (h(50) - 0.5)^2 / 2 from w = 1.1, without a clip and with one: the first step
 * alone has a gradient of half a million, and where it leads there is no way back from.
 *
 *     cc exploding.c $(pkg-config --cflags --libs onnxgrad) -lm -o exploding && ./exploding
 */
#include <onnxgrad/onnxgrad.h>

#include <math.h>
#include <stdio.h>

static og_value *weight(og_graph *g, double w)
{
    og_tensor t = og_tensor_view(OG_DOUBLE, 0, NULL, &w);

    return og_parameter(g, "w", &t);
}

static og_value *chain_of(og_value *w, int times)
{
    og_value *h = w;

    for (int t = 1; t < times; t++)
        h = og_mul(h, w);
    return h;
}

static int failed(const og_report *report)
{
    fprintf(stderr, "%s\n%s\n%s\n", report->what, report->where, report->hint);
    return 1;
}

/* ---- The gradient ---------------------------------------------------------------------------- */

static int print_gradient(double number, int times)
{
    og_graph *g = og_graph_new("chain");
    og_value *w = weight(g, number), *dw = NULL;
    double formula = times * pow(number, times - 1), found = NAN;
    og_session *session = NULL;
    og_tensor result;
    int status = 0;

    og_gradients(g, chain_of(w, times), &w, 1, &dw);
    og_output(g, "dw", dw);
    if (og_session_new(g, NULL, &session) ||
        og_session_run(session, NULL, 0, (const char *const[]){ "dw" }, 1, &result, NULL))
        status = failed(og_session_report(session));
    else
        found = *(const double *)result.data;
    if (!status)
        printf("%5.2f %5d %14.6g %14.6g %10.1e\n", number, times, found, formula,
               fabs(found / formula - 1));
    og_session_free(session);
    og_graph_free(g);
    return status;
}

static int print_gradients(void)
{
    static const double numbers[] = { 0.9, 1, 1.1, 1.5 };
    int status = 0;

    printf("%5s %5s %14s %14s %10s\n", "w", "T", "gradient", "T w^(T-1)", "apart");
    for (int i = 0; !status && i < 4; i++)
        for (int times = 10; !status && times <= 1000; times *= 10)
            status = print_gradient(numbers[i], times);
    return status;
}

/* ---- Learning -------------------------------------------------------------------------------- */

/* Prints the steps 1 to 4 and every hundredth. */
static int descend(const char *chain)
{
    og_graph *g = og_graph_new("chain");
    og_value *w = weight(g, 1.1);
    og_value *loss = og_mse(chain_of(w, 50), og_scalar(g, OG_DOUBLE, 0.5));
    og_session *session = NULL;
    og_run_info info;
    og_status status;

    loss = og_mul(loss, og_scalar(g, OG_DOUBLE, 0.5));
    printf("\n%s\n%5s %14s %14s %14s\n", chain, "step", "loss", "norm", "w after it");
    og_train_step(g, loss, chain);
    status = og_session_new(g, NULL, &session);
    for (int k = 1; !status && k <= 300; k++) {
        if ((status = og_session_run(session, NULL, 0, NULL, 0, NULL, &info)) == OG_NOT_FINITE)
            printf("%5d lost: %s\n", k, og_session_report(session)->what);
        else if (!status && (k < 5 || k % 100 == 0))
            printf("%5d %14.6g %14.6g %14.6g\n", k, info.loss, info.grad_norm,
                   *(const double *)og_state_tensor(og_session_state(session), "w")->data);
    }
    if (status && status != OG_NOT_FINITE)
        (void)failed(og_session_report(session));
    og_session_free(session);
    og_graph_free(g);
    return status && status != OG_NOT_FINITE;
}

int main(void)
{
    return print_gradients() || descend("sgd(lr=0.001)") || descend("clip_norm(1) | sgd(lr=0.001)");
}
