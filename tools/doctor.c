/* onnxgrad doctor: what the library found on this machine, and whether its products come out right.
 */
#include "tools/command.h"

#include <onnxgrad/machine.h>

#include <stdlib.h>
#include <string.h>

static const char *set_by(const char *variable)
{
    const char *text = getenv(variable);

    return text && *text ? text : NULL;
}

static void print_facts(const og_machine *m)
{
    const char *forced = set_by("ONNXGRAD_ISA"), *core = set_by("OPENBLAS_CORETYPE");

    printf("onnxgrad    %s, built by %s\n", og_version(), m->compiler);
    printf("threads     %d (what this process may use)\n", m->threads);
    printf("memory      %zu MB\n", m->memory >> 20);
    const char *how = !forced                      ? ""
                      : strcmp(forced, m->kernels) ? ", in place of ONNXGRAD_ISA="
                                                   : ", forced by ONNXGRAD_ISA=";
    printf("kernels     %s%s%s of %s\n", m->kernels, how, forced ? forced : "", m->kernels_built);
    printf("blas        %s%s%s\n", m->blas, core ? ", forced by OPENBLAS_CORETYPE=" : "",
           core ? core : "");
}

static int run_doctor(command *c)
{
    og_machine m = og_machine_facts();
    og_report report;
    double gflops = 0;

    (void)c;
    print_facts(&m);
    if (og_machine_check(&gflops, &report)) {
        report_print(&report);
        fputs("hint: the BLAS of this machine computes wrong numbers; try another "
              "OPENBLAS_CORETYPE\n",
              stderr);
        return FAILED;
    }
    printf("products    right, %.0f GFLOP/s in one thread\n", gflops);
    return DONE;
}

const verb verb_doctor = {
    .name = "doctor",
    .arguments = "",
    .doc = "what the library found on this machine, with a check of its products",
    .run = run_doctor,
};
