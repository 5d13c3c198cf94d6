/* The loops of Softmax and cross entropy of one instruction set. */
#include "kernels/math_f32.h"
#include "kernels/math_f64.h"
#include "kernels/simd.h"
#include "kernels/soft.h"

#define T float
#define EXP exp_of_f32
#define LOG log_of_f32
#define FN(name) name##_f32
#include "kernels/soft_loops.h"

#define T double
#define EXP exp_of_f64
#define LOG log_of_f64
#define FN(name) name##_f64
#include "kernels/soft_loops.h"

const og_soft_loops *const OG_ISA_NAME(og_soft)[2] = { &soft_f32, &soft_f64 };
