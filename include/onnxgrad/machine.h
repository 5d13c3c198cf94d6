/* What the library found on this machine and was built with: for `doctor`, logs and reports of
 * bugs. */
#ifndef ONNXGRAD_MACHINE_H
#define ONNXGRAD_MACHINE_H

#include "onnxgrad/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct og_machine {
    int threads;         /* what a session takes by default: what affinity and cgroup allow */
    size_t memory;       /* bytes that the machine or its cgroup allows */
    const char *kernels; /* instruction set of the kernels chosen: "baseline", "avx2", "avx512" */
    const char *kernels_built; /* all that this build has, by spaces */
    const char *blas;          /* "OpenBLAS 0.3.21 …", or "none: products in plain C" */
    const char *blas_kernel;   /* the kernel OpenBLAS chose, or "" */
    const char *compiler;      /* that built the library */
} og_machine;

/* The texts live as long as the library. */
OG_API og_machine og_machine_facts(void);

/* Multiplies two matrices and compares with sums in double: whether the BLAS of this machine can be
 * trusted, and what it does a second (`gflops` may be NULL).  OG_BUG when a number is wrong. */
OG_API og_status og_machine_check(double *gflops, og_report *report);

/* Seconds since this process was started, and the largest memory it has had, in bytes. */
OG_API double og_process_seconds(void);
OG_API size_t og_process_peak(void);

#ifdef __cplusplus
}
#endif
#endif
