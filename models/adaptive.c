/*
 * What a clip is to optimizers that divide by the size of past gradients.
 *
 * First: all gradients times 1000.  Plain descent steps 1000 times as far, Adam, RMSprop and
 * AdaGrad hardly differ, so a clip that always acts, which is such a factor, does nothing for them.
 *
 * Then: one gradient in 100 is 1000 times as long.  What they remember of it makes the steps after
 * it short: until the memory has faded, or for ever.  There a clip helps.
 *
 *     cc adaptive.c $(pkg-config --cflags --libs onnxgrad) -lm -o adaptive && ./adaptive
 */
#include <onnxgrad/onnxgrad.h>

#include <math.h>
#include <stdio.h>

enum { STEPS = 3001, SPIKE = 101 };

static int failed(const og_report *report)
{
    fprintf(stderr, "%s\n%s\n%s\n", report->what, report->where, report->hint);
    return 1;
}

/* How far each step goes: the loss w * scale has the gradient `scale`, and that of the step SPIKE
 * is `spike` times as large. */
static int measure(const char *chain, double scale, double spike, double moved[STEPS + 1])
{
    og_graph *g = og_graph_new("steps");
    double zero = 0, gradient, before = 0;
    og_tensor start = og_tensor_view(OG_DOUBLE, 0, NULL, &zero);
    og_value *loss = og_mul(og_parameter(g, "w", &start), og_input(g, "gradient", "double"));
    og_session *session = NULL;
    og_status status;

    og_train_step(g, loss, chain);
    status = og_session_new(g, NULL, &session);
    for (int k = 1; !status && k <= STEPS; k++) {
        const og_feed feed = { "gradient", og_tensor_view(OG_DOUBLE, 0, NULL, &gradient) };

        gradient = k == SPIKE ? scale * spike : scale;
        if (!(status = og_session_run(session, &feed, 1, NULL, 0, NULL, NULL))) {
            double w = *(const double *)og_state_tensor(og_session_state(session), "w")->data;

            moved[k] = fabs(w - before);
            before = w;
        }
    }
    if (status)
        (void)failed(og_session_report(session));
    og_session_free(session);
    og_graph_free(g);
    return status != OG_OK;
}

static const char *const optimizers[] = { "sgd(lr=0.001)", "adam(lr=0.001)", "rmsprop(lr=0.001)",
                                          "adagrad(lr=0.001)" };

static int print_scales(void)
{
    static double one[STEPS + 1], large[STEPS + 1], clipped[STEPS + 1];
    int status = 0;

    printf("%-20s %14s %14s %14s\n", "step 100 with", "gradients 1", "gradients 1000",
           "clipped to 0.1");
    for (int i = 0; !status && i < 4; i++) {
        char chain[100];

        snprintf(chain, sizeof chain, "clip_norm(0.1) | %s", optimizers[i]);
        status = measure(optimizers[i], 1, 1, one) || measure(optimizers[i], 1000, 1, large) ||
                 measure(chain, 1, 1, clipped);
        if (!status)
            printf("%-20s %14.6g %14.6g %14.6g\n", optimizers[i], one[100], large[100],
                   clipped[100]);
    }
    return status;
}

static int print_spikes(void)
{
    static const char *const clips[] = { "", "clip_norm(2) | " };
    static double moved[STEPS + 1];
    int status = 0;

    printf("\n%-36s %9s %9s %9s %9s %9s\n", "after one gradient of 1000", "before", "at once",
           "10 later", "100 later", "2900 later");
    for (int i = 0; i < 4; i++)
        for (int k = 0; !status && k < 2; k++) {
            char chain[100];

            snprintf(chain, sizeof chain, "%s%s", clips[k], optimizers[i]);
            if (!(status = measure(chain, 1, 1000, moved)))
                printf("%-36s %9.2g %9.2g %9.2g %9.2g %9.2g\n", chain, moved[SPIKE - 1],
                       moved[SPIKE], moved[SPIKE + 10], moved[SPIKE + 100], moved[SPIKE + 2900]);
        }
    return status;
}

int main(void)
{
    return print_scales() || print_spikes();
}
