/* The recurrent cells of one instruction set. */
#include "kernels/rnn.h"

#include "kernels/math_f32.h"
#include "kernels/math_f64.h"
#include "kernels/simd.h"

#define T float
#define MATH(name) name##_f32
#define FN(name) name##_rnn_f32
#include "kernels/rnn_loops.h"

#define T double
#define MATH(name) name##_f64
#define FN(name) name##_rnn_f64
#include "kernels/rnn_loops.h"

const og_rnn_loops *const OG_ISA_NAME(og_rnn)[2] = { &rnn_rnn_f32, &rnn_rnn_f64 };
