/* Builders: every operator of ONNX as a function.  Made by `onnxgrad ops --builders header`.
 *
 * og_conv(x, w, b) takes the inputs (NULL: omitted) and the required attributes;
 * og_conv_opt(x, w, b, .strides = OG_INTS(2, 2)) others too.  A field left out has ONNX's
 * default, which stands beside it.  The first output is returned. */
#ifndef ONNXGRAD_BUILDERS_H
#define ONNXGRAD_BUILDERS_H

#include "onnxgrad/words.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Acos: The angle whose cosine is x. */
OG_API og_value *og_acos(og_value *input);

/* Acosh: The inverse of the hyperbolic cosine. */
OG_API og_value *og_acosh(og_value *input);

/* AffineGrid: A grid of places moved by an affine map. */
OG_API og_value *og_affine_grid(og_value *theta, og_value *size);
typedef struct og_affine_grid_options {
    int64_t align_corners;
} og_affine_grid_options;
OG_API og_value *og_affine_grid_with(og_value *theta, og_value *size,
    const og_affine_grid_options *options);
#define og_affine_grid_opt(theta, size, ...) \
    og_affine_grid_with((theta), (size), &(const og_affine_grid_options){__VA_ARGS__})

/* ArgMax: The place of the largest number. */
OG_API og_value *og_arg_max(og_value *data);
typedef struct og_arg_max_options {
    int64_t axis;
    og_some_int keepdims; /* 1 */
    int64_t select_last_index;
} og_arg_max_options;
OG_API og_value *og_arg_max_with(og_value *data, const og_arg_max_options *options);
#define og_arg_max_opt(data, ...) \
    og_arg_max_with((data), &(const og_arg_max_options){__VA_ARGS__})

/* ArgMin: The place of the smallest number. */
OG_API og_value *og_arg_min(og_value *data);
typedef struct og_arg_min_options {
    int64_t axis;
    og_some_int keepdims; /* 1 */
    int64_t select_last_index;
} og_arg_min_options;
OG_API og_value *og_arg_min_with(og_value *data, const og_arg_min_options *options);
#define og_arg_min_opt(data, ...) \
    og_arg_min_with((data), &(const og_arg_min_options){__VA_ARGS__})

/* Asin: The angle whose sine is x. */
OG_API og_value *og_asin(og_value *input);

/* Asinh: The inverse of the hyperbolic sine. */
OG_API og_value *og_asinh(og_value *input);

/* Atan: The angle whose tangent is x. */
OG_API og_value *og_atan(og_value *input);

/* Atanh: The inverse of the hyperbolic tangent. */
OG_API og_value *og_atanh(og_value *input);

/* AveragePool: Means of windows. */
OG_API og_value *og_average_pool(og_value *x, og_ints kernel_shape);
typedef struct og_average_pool_options {
    const char *auto_pad; /* NOTSET */
    og_ints pads;
    og_ints strides;
    og_ints dilations;
    int64_t ceil_mode;
    int64_t count_include_pad;
} og_average_pool_options;
OG_API og_value *og_average_pool_with(og_value *x, og_ints kernel_shape,
    const og_average_pool_options *options);
#define og_average_pool_opt(x, kernel_shape, ...) \
    og_average_pool_with((x), (kernel_shape), &(const og_average_pool_options){__VA_ARGS__})

/* BatchNormalization: Channels with mean 0 and variance 1 over the batch, scaled and shifted. */
OG_API og_value *og_batch_normalization(og_value *x, og_value *scale, og_value *b,
    og_value *input_mean, og_value *input_var);
typedef struct og_batch_normalization_options {
    og_some_float epsilon; /* 1e-05 */
    og_some_float momentum; /* 0.9 */
    int64_t training_mode;
    size_t n_outputs; /* with `outputs`: all of them */
    og_value **outputs;
} og_batch_normalization_options;
OG_API og_value *og_batch_normalization_with(og_value *x, og_value *scale, og_value *b,
    og_value *input_mean, og_value *input_var, const og_batch_normalization_options *options);
#define og_batch_normalization_opt(x, scale, b, input_mean, input_var, ...) \
    og_batch_normalization_with((x), (scale), (b), (input_mean), (input_var), \
        &(const og_batch_normalization_options){__VA_ARGS__})

/* BitCast: The same bits as another type of the same width. */
OG_API og_value *og_bit_cast(og_value *input, int64_t to);

/* BitShift: Bits moved left or right. */
OG_API og_value *og_bit_shift(og_value *x, og_value *y, const char *direction);

/* BitwiseAnd: The bits that both have. */
OG_API og_value *og_bitwise_and(og_value *a, og_value *b);

/* BitwiseNot: The other bits. */
OG_API og_value *og_bitwise_not(og_value *x);

/* BitwiseOr: The bits that one has or both. */
OG_API og_value *og_bitwise_or(og_value *a, og_value *b);

/* BitwiseXor: The bits that exactly one has. */
OG_API og_value *og_bitwise_xor(og_value *a, og_value *b);

/* Ceil: Up to an integer. */
OG_API og_value *og_ceil(og_value *x);

/* Celu: x, or alpha (exp(x / alpha) - 1) where x is negative. */
OG_API og_value *og_celu(og_value *x);
typedef struct og_celu_options {
    og_some_float alpha; /* 1 */
} og_celu_options;
OG_API og_value *og_celu_with(og_value *x, const og_celu_options *options);
#define og_celu_opt(x, ...) \
    og_celu_with((x), &(const og_celu_options){__VA_ARGS__})

/* CenterCropPad: Cropped or padded around the middle to given sizes. */
OG_API og_value *og_center_crop_pad(og_value *input_data, og_value *shape);
typedef struct og_center_crop_pad_options {
    og_ints axes;
} og_center_crop_pad_options;
OG_API og_value *og_center_crop_pad_with(og_value *input_data, og_value *shape,
    const og_center_crop_pad_options *options);
#define og_center_crop_pad_opt(input_data, shape, ...) \
    og_center_crop_pad_with((input_data), (shape), &(const og_center_crop_pad_options){__VA_ARGS__})

/* Clip: x kept between two bounds. */
OG_API og_value *og_clip(og_value *input, og_value *min, og_value *max);

/* Compress: The entries whose condition is true. */
OG_API og_value *og_compress(og_value *input, og_value *condition);
typedef struct og_compress_options {
    og_some_int axis;
} og_compress_options;
OG_API og_value *og_compress_with(og_value *input, og_value *condition,
    const og_compress_options *options);
#define og_compress_opt(input, condition, ...) \
    og_compress_with((input), (condition), &(const og_compress_options){__VA_ARGS__})

/* ConstantOfShape: One number in every element of a computed shape. */
OG_API og_value *og_constant_of_shape(og_value *input);
typedef struct og_constant_of_shape_options {
    const og_tensor *value;
} og_constant_of_shape_options;
OG_API og_value *og_constant_of_shape_with(og_value *input,
    const og_constant_of_shape_options *options);
#define og_constant_of_shape_opt(input, ...) \
    og_constant_of_shape_with((input), &(const og_constant_of_shape_options){__VA_ARGS__})

/* Conv: Convolution over any number of spatial axes. */
OG_API og_value *og_conv(og_value *x, og_value *w, og_value *b);
typedef struct og_conv_options {
    const char *auto_pad; /* NOTSET */
    og_ints pads;
    og_ints strides;
    og_ints dilations;
    int64_t group; /* 1 */
    og_ints kernel_shape;
} og_conv_options;
OG_API og_value *og_conv_with(og_value *x, og_value *w, og_value *b,
    const og_conv_options *options);
#define og_conv_opt(x, w, b, ...) \
    og_conv_with((x), (w), (b), &(const og_conv_options){__VA_ARGS__})

/* ConvInteger: Convolution of quantised numbers as int32. */
OG_API og_value *og_conv_integer(og_value *x, og_value *w, og_value *x_zero_point,
    og_value *w_zero_point);
typedef struct og_conv_integer_options {
    const char *auto_pad; /* NOTSET */
    og_ints pads;
    og_ints strides;
    og_ints dilations;
    int64_t group; /* 1 */
    og_ints kernel_shape;
} og_conv_integer_options;
OG_API og_value *og_conv_integer_with(og_value *x, og_value *w, og_value *x_zero_point,
    og_value *w_zero_point, const og_conv_integer_options *options);
#define og_conv_integer_opt(x, w, x_zero_point, w_zero_point, ...) \
    og_conv_integer_with((x), (w), (x_zero_point), (w_zero_point), \
        &(const og_conv_integer_options){__VA_ARGS__})

/* ConvTranspose: Transposed convolution: the gradient of a convolution by its input. */
OG_API og_value *og_conv_transpose(og_value *x, og_value *w, og_value *b);
typedef struct og_conv_transpose_options {
    const char *auto_pad; /* NOTSET */
    og_ints pads;
    og_ints strides;
    og_ints dilations;
    int64_t group; /* 1 */
    og_ints kernel_shape;
    og_ints output_padding;
    og_ints output_shape;
} og_conv_transpose_options;
OG_API og_value *og_conv_transpose_with(og_value *x, og_value *w, og_value *b,
    const og_conv_transpose_options *options);
#define og_conv_transpose_opt(x, w, b, ...) \
    og_conv_transpose_with((x), (w), (b), &(const og_conv_transpose_options){__VA_ARGS__})

/* Cos: The cosine. */
OG_API og_value *og_cos(og_value *input);

/* Cosh: The hyperbolic cosine. */
OG_API og_value *og_cosh(og_value *input);

/* CumProd: Running products along an axis. */
OG_API og_value *og_cum_prod(og_value *x, og_value *axis);
typedef struct og_cum_prod_options {
    int64_t exclusive;
    int64_t reverse;
} og_cum_prod_options;
OG_API og_value *og_cum_prod_with(og_value *x, og_value *axis, const og_cum_prod_options *options);
#define og_cum_prod_opt(x, axis, ...) \
    og_cum_prod_with((x), (axis), &(const og_cum_prod_options){__VA_ARGS__})

/* CumSum: Running sums along an axis. */
OG_API og_value *og_cum_sum(og_value *x, og_value *axis);
typedef struct og_cum_sum_options {
    int64_t exclusive;
    int64_t reverse;
} og_cum_sum_options;
OG_API og_value *og_cum_sum_with(og_value *x, og_value *axis, const og_cum_sum_options *options);
#define og_cum_sum_opt(x, axis, ...) \
    og_cum_sum_with((x), (axis), &(const og_cum_sum_options){__VA_ARGS__})

/* DepthToSpace: Blocks of channels laid out as blocks of pixels. */
OG_API og_value *og_depth_to_space(og_value *input, int64_t blocksize);
typedef struct og_depth_to_space_options {
    const char *mode; /* DCR */
} og_depth_to_space_options;
OG_API og_value *og_depth_to_space_with(og_value *input, int64_t blocksize,
    const og_depth_to_space_options *options);
#define og_depth_to_space_opt(input, blocksize, ...) \
    og_depth_to_space_with((input), (blocksize), &(const og_depth_to_space_options){__VA_ARGS__})

/* DequantizeLinear: Quantised numbers as floats again. */
OG_API og_value *og_dequantize_linear(og_value *x, og_value *x_scale, og_value *x_zero_point);
typedef struct og_dequantize_linear_options {
    og_some_int axis; /* 1 */
    int64_t block_size;
    int64_t output_dtype;
} og_dequantize_linear_options;
OG_API og_value *og_dequantize_linear_with(og_value *x, og_value *x_scale, og_value *x_zero_point,
    const og_dequantize_linear_options *options);
#define og_dequantize_linear_opt(x, x_scale, x_zero_point, ...) \
    og_dequantize_linear_with((x), (x_scale), (x_zero_point), \
        &(const og_dequantize_linear_options){__VA_ARGS__})

/* Dropout: Drops elements at random while training, and scales the others. */
OG_API og_value *og_dropout(og_value *data, og_value *ratio, og_value *training_mode);
typedef struct og_dropout_options {
    og_some_int seed;
    size_t n_outputs; /* with `outputs`: all of them */
    og_value **outputs;
} og_dropout_options;
OG_API og_value *og_dropout_with(og_value *data, og_value *ratio, og_value *training_mode,
    const og_dropout_options *options);
#define og_dropout_opt(data, ratio, training_mode, ...) \
    og_dropout_with((data), (ratio), (training_mode), &(const og_dropout_options){__VA_ARGS__})

/* DynamicQuantizeLinear: Numbers quantised to uint8 over their own range, with its scale and zero
 * point. */
OG_API og_value *og_dynamic_quantize_linear(og_value *x);
typedef struct og_dynamic_quantize_linear_options {
    size_t n_outputs; /* with `outputs`: all of them */
    og_value **outputs;
} og_dynamic_quantize_linear_options;
OG_API og_value *og_dynamic_quantize_linear_with(og_value *x,
    const og_dynamic_quantize_linear_options *options);
#define og_dynamic_quantize_linear_opt(x, ...) \
    og_dynamic_quantize_linear_with((x), &(const og_dynamic_quantize_linear_options){__VA_ARGS__})

/* Einsum: Sums of products over labelled axes. */
OG_API og_value *og_einsum(size_t n, og_value *const *values, const char *equation);

/* Elu: x, or alpha (exp(x) - 1) where x is negative. */
OG_API og_value *og_elu(og_value *x);
typedef struct og_elu_options {
    og_some_float alpha; /* 1 */
} og_elu_options;
OG_API og_value *og_elu_with(og_value *x, const og_elu_options *options);
#define og_elu_opt(x, ...) \
    og_elu_with((x), &(const og_elu_options){__VA_ARGS__})

/* Erf: The error function. */
OG_API og_value *og_erf(og_value *input);

/* EyeLike: Ones on a diagonal, in the shape of a matrix. */
OG_API og_value *og_eye_like(og_value *input);
typedef struct og_eye_like_options {
    og_some_int dtype;
    int64_t k;
} og_eye_like_options;
OG_API og_value *og_eye_like_with(og_value *input, const og_eye_like_options *options);
#define og_eye_like_opt(input, ...) \
    og_eye_like_with((input), &(const og_eye_like_options){__VA_ARGS__})

/* Floor: Down to an integer. */
OG_API og_value *og_floor(og_value *x);

/* GRU: Gated recurrent unit: a recurrence with update and reset gates. */
OG_API og_value *og_gru(og_value *x, og_value *w, og_value *r, og_value *b,
    og_value *sequence_lens, og_value *initial_h);
typedef struct og_gru_options {
    og_strings activations;
    og_floats activation_alpha;
    og_floats activation_beta;
    og_some_float clip;
    const char *direction; /* forward */
    int64_t hidden_size;
    int64_t layout;
    int64_t linear_before_reset;
    size_t n_outputs; /* with `outputs`: all of them */
    og_value **outputs;
} og_gru_options;
OG_API og_value *og_gru_with(og_value *x, og_value *w, og_value *r, og_value *b,
    og_value *sequence_lens, og_value *initial_h, const og_gru_options *options);
#define og_gru_opt(x, w, r, b, sequence_lens, initial_h, ...) \
    og_gru_with((x), (w), (r), (b), (sequence_lens), (initial_h), \
        &(const og_gru_options){__VA_ARGS__})

/* Gather: The entries of one axis that the indices name. */
OG_API og_value *og_gather(og_value *data, og_value *indices);
typedef struct og_gather_options {
    int64_t axis;
} og_gather_options;
OG_API og_value *og_gather_with(og_value *data, og_value *indices,
    const og_gather_options *options);
#define og_gather_opt(data, indices, ...) \
    og_gather_with((data), (indices), &(const og_gather_options){__VA_ARGS__})

/* GatherElements: One element per index, along one axis. */
OG_API og_value *og_gather_elements(og_value *data, og_value *indices);
typedef struct og_gather_elements_options {
    int64_t axis;
} og_gather_elements_options;
OG_API og_value *og_gather_elements_with(og_value *data, og_value *indices,
    const og_gather_elements_options *options);
#define og_gather_elements_opt(data, indices, ...) \
    og_gather_elements_with((data), (indices), &(const og_gather_elements_options){__VA_ARGS__})

/* GatherND: The rows that tuples of indices name. */
OG_API og_value *og_gather_nd(og_value *data, og_value *indices);
typedef struct og_gather_nd_options {
    int64_t batch_dims;
} og_gather_nd_options;
OG_API og_value *og_gather_nd_with(og_value *data, og_value *indices,
    const og_gather_nd_options *options);
#define og_gather_nd_opt(data, indices, ...) \
    og_gather_nd_with((data), (indices), &(const og_gather_nd_options){__VA_ARGS__})

/* Gelu: x times the probability that a normal variable is below x. */
OG_API og_value *og_gelu(og_value *x);
typedef struct og_gelu_options {
    const char *approximate; /* none */
} og_gelu_options;
OG_API og_value *og_gelu_with(og_value *x, const og_gelu_options *options);
#define og_gelu_opt(x, ...) \
    og_gelu_with((x), &(const og_gelu_options){__VA_ARGS__})

/* Gemm: Product of two matrices, each transposed if wished, plus a bias. */
OG_API og_value *og_gemm(og_value *a, og_value *b, og_value *c);
typedef struct og_gemm_options {
    og_some_float alpha; /* 1 */
    og_some_float beta; /* 1 */
    int64_t transa;
    int64_t transb;
} og_gemm_options;
OG_API og_value *og_gemm_with(og_value *a, og_value *b, og_value *c,
    const og_gemm_options *options);
#define og_gemm_opt(a, b, c, ...) \
    og_gemm_with((a), (b), (c), &(const og_gemm_options){__VA_ARGS__})

/* GlobalAveragePool: The mean over all spatial axes. */
OG_API og_value *og_global_average_pool(og_value *x);

/* GlobalLpPool: The norm over all spatial axes. */
OG_API og_value *og_global_lp_pool(og_value *x);
typedef struct og_global_lp_pool_options {
    og_some_int p; /* 2 */
} og_global_lp_pool_options;
OG_API og_value *og_global_lp_pool_with(og_value *x, const og_global_lp_pool_options *options);
#define og_global_lp_pool_opt(x, ...) \
    og_global_lp_pool_with((x), &(const og_global_lp_pool_options){__VA_ARGS__})

/* GlobalMaxPool: The maximum over all spatial axes. */
OG_API og_value *og_global_max_pool(og_value *x);

/* GreaterOrEqual: Whether A >= B. */
OG_API og_value *og_greater_or_equal(og_value *a, og_value *b);

/* GridSample: Values at places of a grid, by interpolation. */
OG_API og_value *og_grid_sample(og_value *x, og_value *grid);
typedef struct og_grid_sample_options {
    const char *mode; /* linear */
    const char *padding_mode; /* zeros */
    int64_t align_corners;
} og_grid_sample_options;
OG_API og_value *og_grid_sample_with(og_value *x, og_value *grid,
    const og_grid_sample_options *options);
#define og_grid_sample_opt(x, grid, ...) \
    og_grid_sample_with((x), (grid), &(const og_grid_sample_options){__VA_ARGS__})

/* GroupNormalization: Each group of channels of each image with mean 0 and variance 1, scaled and
 * shifted. */
OG_API og_value *og_group_normalization(og_value *x, og_value *scale, og_value *bias,
    int64_t num_groups);
typedef struct og_group_normalization_options {
    og_some_float epsilon; /* 1e-05 */
    og_some_int stash_type; /* 1 */
} og_group_normalization_options;
OG_API og_value *og_group_normalization_with(og_value *x, og_value *scale, og_value *bias,
    int64_t num_groups, const og_group_normalization_options *options);
#define og_group_normalization_opt(x, scale, bias, num_groups, ...) \
    og_group_normalization_with((x), (scale), (bias), (num_groups), \
        &(const og_group_normalization_options){__VA_ARGS__})

/* HardSigmoid: alpha x + beta between 0 and 1. */
OG_API og_value *og_hard_sigmoid(og_value *x);
typedef struct og_hard_sigmoid_options {
    og_some_float alpha; /* 0.2 */
    og_some_float beta; /* 0.5 */
} og_hard_sigmoid_options;
OG_API og_value *og_hard_sigmoid_with(og_value *x, const og_hard_sigmoid_options *options);
#define og_hard_sigmoid_opt(x, ...) \
    og_hard_sigmoid_with((x), &(const og_hard_sigmoid_options){__VA_ARGS__})

/* HardSwish: x times HardSigmoid with alpha 1/6. */
OG_API og_value *og_hard_swish(og_value *x);

/* Hardmax: 1 at the first maximum along an axis, 0 elsewhere. */
OG_API og_value *og_hardmax(og_value *input);
typedef struct og_hardmax_options {
    og_some_int axis; /* -1 */
} og_hardmax_options;
OG_API og_value *og_hardmax_with(og_value *input, const og_hardmax_options *options);
#define og_hardmax_opt(input, ...) \
    og_hardmax_with((input), &(const og_hardmax_options){__VA_ARGS__})

/* Identity: The input itself. */
OG_API og_value *og_identity(og_value *input);

/* If: The outputs of then_branch or else_branch, chosen by a bool. */
OG_API og_value *og_if(og_value *cond, og_graph *then_branch, og_graph *else_branch);
typedef struct og_if_options {
    size_t n_outputs; /* with `outputs`: all of them */
    og_value **outputs;
} og_if_options;
OG_API og_value *og_if_with(og_value *cond, og_graph *then_branch, og_graph *else_branch,
    const og_if_options *options);
#define og_if_opt(cond, then_branch, else_branch, ...) \
    og_if_with((cond), (then_branch), (else_branch), &(const og_if_options){__VA_ARGS__})

/* InstanceNormalization: Each channel of each image with mean 0 and variance 1, scaled and
 * shifted. */
OG_API og_value *og_instance_normalization(og_value *input, og_value *scale, og_value *b);
typedef struct og_instance_normalization_options {
    og_some_float epsilon; /* 1e-05 */
} og_instance_normalization_options;
OG_API og_value *og_instance_normalization_with(og_value *input, og_value *scale, og_value *b,
    const og_instance_normalization_options *options);
#define og_instance_normalization_opt(input, scale, b, ...) \
    og_instance_normalization_with((input), (scale), (b), \
        &(const og_instance_normalization_options){__VA_ARGS__})

/* IsInf: Whether x is infinite. */
OG_API og_value *og_is_inf(og_value *x);
typedef struct og_is_inf_options {
    og_some_int detect_negative; /* 1 */
    og_some_int detect_positive; /* 1 */
} og_is_inf_options;
OG_API og_value *og_is_inf_with(og_value *x, const og_is_inf_options *options);
#define og_is_inf_opt(x, ...) \
    og_is_inf_with((x), &(const og_is_inf_options){__VA_ARGS__})

/* IsNaN: Whether x is not a number. */
OG_API og_value *og_is_na_n(og_value *x);

/* LRN: Local response normalization over neighbouring channels. */
OG_API og_value *og_lrn(og_value *x, int64_t size);
typedef struct og_lrn_options {
    og_some_float alpha; /* 0.0001 */
    og_some_float beta; /* 0.75 */
    og_some_float bias; /* 1 */
} og_lrn_options;
OG_API og_value *og_lrn_with(og_value *x, int64_t size, const og_lrn_options *options);
#define og_lrn_opt(x, size, ...) \
    og_lrn_with((x), (size), &(const og_lrn_options){__VA_ARGS__})

/* LSTM: Long short-term memory: a recurrence with input, output and forget gates. */
OG_API og_value *og_lstm(og_value *x, og_value *w, og_value *r, og_value *b,
    og_value *sequence_lens, og_value *initial_h, og_value *initial_c, og_value *p);
typedef struct og_lstm_options {
    og_strings activations;
    og_floats activation_alpha;
    og_floats activation_beta;
    og_some_float clip;
    const char *direction; /* forward */
    int64_t hidden_size;
    int64_t layout;
    int64_t input_forget;
    size_t n_outputs; /* with `outputs`: all of them */
    og_value **outputs;
} og_lstm_options;
OG_API og_value *og_lstm_with(og_value *x, og_value *w, og_value *r, og_value *b,
    og_value *sequence_lens, og_value *initial_h, og_value *initial_c, og_value *p,
    const og_lstm_options *options);
#define og_lstm_opt(x, w, r, b, sequence_lens, initial_h, initial_c, p, ...) \
    og_lstm_with((x), (w), (r), (b), (sequence_lens), (initial_h), (initial_c), (p), \
        &(const og_lstm_options){__VA_ARGS__})

/* LayerNormalization: Rows with mean 0 and variance 1, scaled and shifted. */
OG_API og_value *og_layer_normalization(og_value *x, og_value *scale, og_value *b);
typedef struct og_layer_normalization_options {
    og_some_int axis; /* -1 */
    og_some_float epsilon; /* 1e-05 */
    og_some_int stash_type; /* 1 */
    size_t n_outputs; /* with `outputs`: all of them */
    og_value **outputs;
} og_layer_normalization_options;
OG_API og_value *og_layer_normalization_with(og_value *x, og_value *scale, og_value *b,
    const og_layer_normalization_options *options);
#define og_layer_normalization_opt(x, scale, b, ...) \
    og_layer_normalization_with((x), (scale), (b), \
        &(const og_layer_normalization_options){__VA_ARGS__})

/* LeakyRelu: x, or alpha x where x is negative. */
OG_API og_value *og_leaky_relu(og_value *x);
typedef struct og_leaky_relu_options {
    og_some_float alpha; /* 0.01 */
} og_leaky_relu_options;
OG_API og_value *og_leaky_relu_with(og_value *x, const og_leaky_relu_options *options);
#define og_leaky_relu_opt(x, ...) \
    og_leaky_relu_with((x), &(const og_leaky_relu_options){__VA_ARGS__})

/* LessOrEqual: Whether A <= B. */
OG_API og_value *og_less_or_equal(og_value *a, og_value *b);

/* LogSoftmax: The logarithm of Softmax. */
OG_API og_value *og_log_softmax(og_value *input);
typedef struct og_log_softmax_options {
    og_some_int axis; /* -1 */
} og_log_softmax_options;
OG_API og_value *og_log_softmax_with(og_value *input, const og_log_softmax_options *options);
#define og_log_softmax_opt(input, ...) \
    og_log_softmax_with((input), &(const og_log_softmax_options){__VA_ARGS__})

/* LpNormalization: Lines of norm 1 along an axis. */
OG_API og_value *og_lp_normalization(og_value *input);
typedef struct og_lp_normalization_options {
    og_some_int axis; /* -1 */
    og_some_int p; /* 2 */
} og_lp_normalization_options;
OG_API og_value *og_lp_normalization_with(og_value *input,
    const og_lp_normalization_options *options);
#define og_lp_normalization_opt(input, ...) \
    og_lp_normalization_with((input), &(const og_lp_normalization_options){__VA_ARGS__})

/* LpPool: Norms of windows. */
OG_API og_value *og_lp_pool(og_value *x, og_ints kernel_shape);
typedef struct og_lp_pool_options {
    const char *auto_pad; /* NOTSET */
    og_ints pads;
    og_ints strides;
    og_ints dilations;
    int64_t ceil_mode;
    og_some_int p; /* 2 */
} og_lp_pool_options;
OG_API og_value *og_lp_pool_with(og_value *x, og_ints kernel_shape,
    const og_lp_pool_options *options);
#define og_lp_pool_opt(x, kernel_shape, ...) \
    og_lp_pool_with((x), (kernel_shape), &(const og_lp_pool_options){__VA_ARGS__})

/* MatMulInteger: Matrix product of quantised numbers as int32. */
OG_API og_value *og_matmul_integer(og_value *a, og_value *b, og_value *a_zero_point,
    og_value *b_zero_point);

/* Max: The largest of the inputs. */
OG_API og_value *og_max(size_t n, og_value *const *values);

/* MaxPool: Maxima of windows, and where they are. */
OG_API og_value *og_max_pool(og_value *x, og_ints kernel_shape);
typedef struct og_max_pool_options {
    const char *auto_pad; /* NOTSET */
    og_ints pads;
    og_ints strides;
    og_ints dilations;
    int64_t ceil_mode;
    int64_t storage_order;
    size_t n_outputs; /* with `outputs`: all of them */
    og_value **outputs;
} og_max_pool_options;
OG_API og_value *og_max_pool_with(og_value *x, og_ints kernel_shape,
    const og_max_pool_options *options);
#define og_max_pool_opt(x, kernel_shape, ...) \
    og_max_pool_with((x), (kernel_shape), &(const og_max_pool_options){__VA_ARGS__})

/* Mean: The mean of the inputs. */
OG_API og_value *og_mean(size_t n, og_value *const *values);

/* MeanVarianceNormalization: Mean 0 and variance 1 over some axes. */
OG_API og_value *og_mean_variance_normalization(og_value *x);
typedef struct og_mean_variance_normalization_options {
    og_ints axes;
} og_mean_variance_normalization_options;
OG_API og_value *og_mean_variance_normalization_with(og_value *x,
    const og_mean_variance_normalization_options *options);
#define og_mean_variance_normalization_opt(x, ...) \
    og_mean_variance_normalization_with((x), \
        &(const og_mean_variance_normalization_options){__VA_ARGS__})

/* Min: The smallest of the inputs. */
OG_API og_value *og_min(size_t n, og_value *const *values);

/* Mish: x tanh(softplus(x)). */
OG_API og_value *og_mish(og_value *x);

/* Mod: The remainder of a division. */
OG_API og_value *og_mod(og_value *a, og_value *b);
typedef struct og_mod_options {
    int64_t fmod;
} og_mod_options;
OG_API og_value *og_mod_with(og_value *a, og_value *b, const og_mod_options *options);
#define og_mod_opt(a, b, ...) \
    og_mod_with((a), (b), &(const og_mod_options){__VA_ARGS__})

/* NegativeLogLikelihoodLoss: Cross entropy of labels under log probabilities. */
OG_API og_value *og_negative_log_likelihood_loss(og_value *input, og_value *target,
    og_value *weight);
typedef struct og_negative_log_likelihood_loss_options {
    og_some_int ignore_index;
    const char *reduction; /* mean */
} og_negative_log_likelihood_loss_options;
OG_API og_value *og_negative_log_likelihood_loss_with(og_value *input, og_value *target,
    og_value *weight, const og_negative_log_likelihood_loss_options *options);
#define og_negative_log_likelihood_loss_opt(input, target, weight, ...) \
    og_negative_log_likelihood_loss_with((input), (target), (weight), \
        &(const og_negative_log_likelihood_loss_options){__VA_ARGS__})

/* NonZero: The indices of elements that are not 0. */
OG_API og_value *og_non_zero(og_value *x);

/* OneHot: A new axis that marks the index. */
OG_API og_value *og_one_hot(og_value *indices, og_value *depth, og_value *values);
typedef struct og_one_hot_options {
    og_some_int axis; /* -1 */
} og_one_hot_options;
OG_API og_value *og_one_hot_with(og_value *indices, og_value *depth, og_value *values,
    const og_one_hot_options *options);
#define og_one_hot_opt(indices, depth, values, ...) \
    og_one_hot_with((indices), (depth), (values), &(const og_one_hot_options){__VA_ARGS__})

/* Or: Whether one holds or both. */
OG_API og_value *og_or(og_value *a, og_value *b);

/* PRelu: x, or slope x where x is negative. */
OG_API og_value *og_prelu(og_value *x, og_value *slope);

/* Pad: More elements at the ends of axes. */
OG_API og_value *og_pad(og_value *data, og_value *pads, og_value *constant_value, og_value *axes);
typedef struct og_pad_options {
    const char *mode; /* constant */
} og_pad_options;
OG_API og_value *og_pad_with(og_value *data, og_value *pads, og_value *constant_value,
    og_value *axes, const og_pad_options *options);
#define og_pad_opt(data, pads, constant_value, axes, ...) \
    og_pad_with((data), (pads), (constant_value), (axes), &(const og_pad_options){__VA_ARGS__})

/* QLinearConv: Convolution of quantised numbers, quantised again. */
OG_API og_value *og_qlinear_conv(og_value *x, og_value *x_scale, og_value *x_zero_point,
    og_value *w, og_value *w_scale, og_value *w_zero_point, og_value *y_scale,
    og_value *y_zero_point, og_value *b);
typedef struct og_qlinear_conv_options {
    const char *auto_pad; /* NOTSET */
    og_ints pads;
    og_ints strides;
    og_ints dilations;
    int64_t group; /* 1 */
    og_ints kernel_shape;
} og_qlinear_conv_options;
OG_API og_value *og_qlinear_conv_with(og_value *x, og_value *x_scale, og_value *x_zero_point,
    og_value *w, og_value *w_scale, og_value *w_zero_point, og_value *y_scale,
    og_value *y_zero_point, og_value *b, const og_qlinear_conv_options *options);
#define og_qlinear_conv_opt(x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, \
    y_zero_point, b, ...) \
    og_qlinear_conv_with((x), (x_scale), (x_zero_point), (w), (w_scale), (w_zero_point), \
        (y_scale), (y_zero_point), (b), &(const og_qlinear_conv_options){__VA_ARGS__})

/* QLinearMatMul: Matrix product of quantised numbers, quantised again. */
OG_API og_value *og_qlinear_matmul(og_value *a, og_value *a_scale, og_value *a_zero_point,
    og_value *b, og_value *b_scale, og_value *b_zero_point, og_value *y_scale,
    og_value *y_zero_point);

/* QuantizeLinear: Numbers rounded to multiples of a scale, as small integers or narrow floats. */
OG_API og_value *og_quantize_linear(og_value *x, og_value *y_scale, og_value *y_zero_point);
typedef struct og_quantize_linear_options {
    og_some_int axis; /* 1 */
    int64_t block_size;
    int64_t output_dtype;
    int64_t precision;
    og_some_int saturate; /* 1 */
} og_quantize_linear_options;
OG_API og_value *og_quantize_linear_with(og_value *x, og_value *y_scale, og_value *y_zero_point,
    const og_quantize_linear_options *options);
#define og_quantize_linear_opt(x, y_scale, y_zero_point, ...) \
    og_quantize_linear_with((x), (y_scale), (y_zero_point), \
        &(const og_quantize_linear_options){__VA_ARGS__})

/* RMSNormalization: Rows with root mean square 1, scaled. */
OG_API og_value *og_rms_normalization(og_value *x, og_value *scale);
typedef struct og_rms_normalization_options {
    og_some_int axis; /* -1 */
    og_some_float epsilon; /* 1e-05 */
    og_some_int stash_type; /* 1 */
} og_rms_normalization_options;
OG_API og_value *og_rms_normalization_with(og_value *x, og_value *scale,
    const og_rms_normalization_options *options);
#define og_rms_normalization_opt(x, scale, ...) \
    og_rms_normalization_with((x), (scale), &(const og_rms_normalization_options){__VA_ARGS__})

/* RNN: A recurrence: each hidden state is a function of an input and the state before. */
OG_API og_value *og_rnn(og_value *x, og_value *w, og_value *r, og_value *b,
    og_value *sequence_lens, og_value *initial_h);
typedef struct og_rnn_options {
    og_strings activations;
    og_floats activation_alpha;
    og_floats activation_beta;
    og_some_float clip;
    const char *direction; /* forward */
    int64_t hidden_size;
    int64_t layout;
    size_t n_outputs; /* with `outputs`: all of them */
    og_value **outputs;
} og_rnn_options;
OG_API og_value *og_rnn_with(og_value *x, og_value *w, og_value *r, og_value *b,
    og_value *sequence_lens, og_value *initial_h, const og_rnn_options *options);
#define og_rnn_opt(x, w, r, b, sequence_lens, initial_h, ...) \
    og_rnn_with((x), (w), (r), (b), (sequence_lens), (initial_h), \
        &(const og_rnn_options){__VA_ARGS__})

/* RandomNormalLike: Numbers of a normal distribution, in the shape of the input. */
OG_API og_value *og_random_normal_like(og_value *input);
typedef struct og_random_normal_like_options {
    og_some_int dtype;
    double mean;
    og_some_float scale; /* 1 */
    og_some_float seed;
} og_random_normal_like_options;
OG_API og_value *og_random_normal_like_with(og_value *input,
    const og_random_normal_like_options *options);
#define og_random_normal_like_opt(input, ...) \
    og_random_normal_like_with((input), &(const og_random_normal_like_options){__VA_ARGS__})

/* Range: Numbers from start by delta to before limit. */
OG_API og_value *og_range(og_value *start, og_value *limit, og_value *delta);
typedef struct og_range_options {
    og_some_int stash_type; /* 1 */
} og_range_options;
OG_API og_value *og_range_with(og_value *start, og_value *limit, og_value *delta,
    const og_range_options *options);
#define og_range_opt(start, limit, delta, ...) \
    og_range_with((start), (limit), (delta), &(const og_range_options){__VA_ARGS__})

/* Reciprocal: 1 / x. */
OG_API og_value *og_reciprocal(og_value *x);

/* ReduceL1: The sum of absolute numbers. */
OG_API og_value *og_reduce_l1(og_value *data, og_value *axes);
typedef struct og_reduce_l1_options {
    og_some_int keepdims; /* 1 */
    int64_t noop_with_empty_axes;
} og_reduce_l1_options;
OG_API og_value *og_reduce_l1_with(og_value *data, og_value *axes,
    const og_reduce_l1_options *options);
#define og_reduce_l1_opt(data, axes, ...) \
    og_reduce_l1_with((data), (axes), &(const og_reduce_l1_options){__VA_ARGS__})

/* ReduceL2: The root of the sum of squares. */
OG_API og_value *og_reduce_l2(og_value *data, og_value *axes);
typedef struct og_reduce_l2_options {
    og_some_int keepdims; /* 1 */
    int64_t noop_with_empty_axes;
} og_reduce_l2_options;
OG_API og_value *og_reduce_l2_with(og_value *data, og_value *axes,
    const og_reduce_l2_options *options);
#define og_reduce_l2_opt(data, axes, ...) \
    og_reduce_l2_with((data), (axes), &(const og_reduce_l2_options){__VA_ARGS__})

/* ReduceLogSum: The logarithm of the sum. */
OG_API og_value *og_reduce_log_sum(og_value *data, og_value *axes);
typedef struct og_reduce_log_sum_options {
    og_some_int keepdims; /* 1 */
    int64_t noop_with_empty_axes;
} og_reduce_log_sum_options;
OG_API og_value *og_reduce_log_sum_with(og_value *data, og_value *axes,
    const og_reduce_log_sum_options *options);
#define og_reduce_log_sum_opt(data, axes, ...) \
    og_reduce_log_sum_with((data), (axes), &(const og_reduce_log_sum_options){__VA_ARGS__})

/* ReduceLogSumExp: The logarithm of the sum of exponentials. */
OG_API og_value *og_reduce_log_sum_exp(og_value *data, og_value *axes);
typedef struct og_reduce_log_sum_exp_options {
    og_some_int keepdims; /* 1 */
    int64_t noop_with_empty_axes;
} og_reduce_log_sum_exp_options;
OG_API og_value *og_reduce_log_sum_exp_with(og_value *data, og_value *axes,
    const og_reduce_log_sum_exp_options *options);
#define og_reduce_log_sum_exp_opt(data, axes, ...) \
    og_reduce_log_sum_exp_with((data), (axes), &(const og_reduce_log_sum_exp_options){__VA_ARGS__})

/* ReduceMax: The largest number. */
OG_API og_value *og_reduce_max(og_value *data, og_value *axes);
typedef struct og_reduce_max_options {
    og_some_int keepdims; /* 1 */
    int64_t noop_with_empty_axes;
} og_reduce_max_options;
OG_API og_value *og_reduce_max_with(og_value *data, og_value *axes,
    const og_reduce_max_options *options);
#define og_reduce_max_opt(data, axes, ...) \
    og_reduce_max_with((data), (axes), &(const og_reduce_max_options){__VA_ARGS__})

/* ReduceMean: The mean. */
OG_API og_value *og_reduce_mean(og_value *data, og_value *axes);
typedef struct og_reduce_mean_options {
    og_some_int keepdims; /* 1 */
    int64_t noop_with_empty_axes;
} og_reduce_mean_options;
OG_API og_value *og_reduce_mean_with(og_value *data, og_value *axes,
    const og_reduce_mean_options *options);
#define og_reduce_mean_opt(data, axes, ...) \
    og_reduce_mean_with((data), (axes), &(const og_reduce_mean_options){__VA_ARGS__})

/* ReduceMin: The smallest number. */
OG_API og_value *og_reduce_min(og_value *data, og_value *axes);
typedef struct og_reduce_min_options {
    og_some_int keepdims; /* 1 */
    int64_t noop_with_empty_axes;
} og_reduce_min_options;
OG_API og_value *og_reduce_min_with(og_value *data, og_value *axes,
    const og_reduce_min_options *options);
#define og_reduce_min_opt(data, axes, ...) \
    og_reduce_min_with((data), (axes), &(const og_reduce_min_options){__VA_ARGS__})

/* ReduceProd: The product. */
OG_API og_value *og_reduce_prod(og_value *data, og_value *axes);
typedef struct og_reduce_prod_options {
    og_some_int keepdims; /* 1 */
    int64_t noop_with_empty_axes;
} og_reduce_prod_options;
OG_API og_value *og_reduce_prod_with(og_value *data, og_value *axes,
    const og_reduce_prod_options *options);
#define og_reduce_prod_opt(data, axes, ...) \
    og_reduce_prod_with((data), (axes), &(const og_reduce_prod_options){__VA_ARGS__})

/* ReduceSum: The sum. */
OG_API og_value *og_reduce_sum(og_value *data, og_value *axes);
typedef struct og_reduce_sum_options {
    og_some_int keepdims; /* 1 */
    int64_t noop_with_empty_axes;
} og_reduce_sum_options;
OG_API og_value *og_reduce_sum_with(og_value *data, og_value *axes,
    const og_reduce_sum_options *options);
#define og_reduce_sum_opt(data, axes, ...) \
    og_reduce_sum_with((data), (axes), &(const og_reduce_sum_options){__VA_ARGS__})

/* ReduceSumSquare: The sum of squares. */
OG_API og_value *og_reduce_sum_square(og_value *data, og_value *axes);
typedef struct og_reduce_sum_square_options {
    og_some_int keepdims; /* 1 */
    int64_t noop_with_empty_axes;
} og_reduce_sum_square_options;
OG_API og_value *og_reduce_sum_square_with(og_value *data, og_value *axes,
    const og_reduce_sum_square_options *options);
#define og_reduce_sum_square_opt(data, axes, ...) \
    og_reduce_sum_square_with((data), (axes), &(const og_reduce_sum_square_options){__VA_ARGS__})

/* Relu: max(0, x). */
OG_API og_value *og_relu(og_value *x);

/* Resize: Axes of other sizes, by interpolation. */
OG_API og_value *og_resize(og_value *x, og_value *roi, og_value *scales, og_value *sizes);
typedef struct og_resize_options {
    const char *mode; /* nearest */
    const char *coordinate_transformation_mode; /* half_pixel */
    const char *nearest_mode; /* round_prefer_floor */
    const char *keep_aspect_ratio_policy; /* stretch */
    og_ints axes;
    int64_t antialias;
    int64_t exclude_outside;
    og_some_float cubic_coeff_a; /* -0.75 */
    double extrapolation_value;
} og_resize_options;
OG_API og_value *og_resize_with(og_value *x, og_value *roi, og_value *scales, og_value *sizes,
    const og_resize_options *options);
#define og_resize_opt(x, roi, scales, sizes, ...) \
    og_resize_with((x), (roi), (scales), (sizes), &(const og_resize_options){__VA_ARGS__})

/* ReverseSequence: Sequences of a batch in reverse, each up to its own length. */
OG_API og_value *og_reverse_sequence(og_value *input, og_value *sequence_lens);
typedef struct og_reverse_sequence_options {
    og_some_int batch_axis; /* 1 */
    int64_t time_axis;
} og_reverse_sequence_options;
OG_API og_value *og_reverse_sequence_with(og_value *input, og_value *sequence_lens,
    const og_reverse_sequence_options *options);
#define og_reverse_sequence_opt(input, sequence_lens, ...) \
    og_reverse_sequence_with((input), (sequence_lens), \
        &(const og_reverse_sequence_options){__VA_ARGS__})

/* Round: To the nearest integer, halves to the even one. */
OG_API og_value *og_round(og_value *x);

/* Scatter: The old name of ScatterElements. */
OG_API og_value *og_scatter(og_value *data, og_value *indices, og_value *updates);
typedef struct og_scatter_options {
    int64_t axis;
} og_scatter_options;
OG_API og_value *og_scatter_with(og_value *data, og_value *indices, og_value *updates,
    const og_scatter_options *options);
#define og_scatter_opt(data, indices, updates, ...) \
    og_scatter_with((data), (indices), (updates), &(const og_scatter_options){__VA_ARGS__})

/* ScatterElements: One element per update written at an index, along one axis. */
OG_API og_value *og_scatter_elements(og_value *data, og_value *indices, og_value *updates);
typedef struct og_scatter_elements_options {
    int64_t axis;
    const char *reduction; /* none */
} og_scatter_elements_options;
OG_API og_value *og_scatter_elements_with(og_value *data, og_value *indices, og_value *updates,
    const og_scatter_elements_options *options);
#define og_scatter_elements_opt(data, indices, updates, ...) \
    og_scatter_elements_with((data), (indices), (updates), \
        &(const og_scatter_elements_options){__VA_ARGS__})

/* ScatterND: Rows written where tuples of indices say. */
OG_API og_value *og_scatter_nd(og_value *data, og_value *indices, og_value *updates);
typedef struct og_scatter_nd_options {
    const char *reduction; /* none */
} og_scatter_nd_options;
OG_API og_value *og_scatter_nd_with(og_value *data, og_value *indices, og_value *updates,
    const og_scatter_nd_options *options);
#define og_scatter_nd_opt(data, indices, updates, ...) \
    og_scatter_nd_with((data), (indices), (updates), &(const og_scatter_nd_options){__VA_ARGS__})

/* Selu: gamma times Elu. */
OG_API og_value *og_selu(og_value *x);
typedef struct og_selu_options {
    og_some_float alpha; /* 1.67326 */
    og_some_float gamma; /* 1.0507 */
} og_selu_options;
OG_API og_value *og_selu_with(og_value *x, const og_selu_options *options);
#define og_selu_opt(x, ...) \
    og_selu_with((x), &(const og_selu_options){__VA_ARGS__})

/* SequenceAt: One tensor of a sequence. */
OG_API og_value *og_sequence_at(og_value *input_sequence, og_value *position);

/* SequenceConstruct: A sequence of the tensors given. */
OG_API og_value *og_sequence_construct(size_t n, og_value *const *values);

/* Shape: The sizes of a tensor. */
OG_API og_value *og_shape(og_value *data);
typedef struct og_shape_options {
    int64_t start;
    og_some_int end;
} og_shape_options;
OG_API og_value *og_shape_with(og_value *data, const og_shape_options *options);
#define og_shape_opt(data, ...) \
    og_shape_with((data), &(const og_shape_options){__VA_ARGS__})

/* Shrink: x moved by bias towards 0 where it lies outside -lambd..lambd, else 0. */
OG_API og_value *og_shrink(og_value *input);
typedef struct og_shrink_options {
    double bias;
    og_some_float lambd; /* 0.5 */
} og_shrink_options;
OG_API og_value *og_shrink_with(og_value *input, const og_shrink_options *options);
#define og_shrink_opt(input, ...) \
    og_shrink_with((input), &(const og_shrink_options){__VA_ARGS__})

/* Sigmoid: 1 / (1 + exp(-x)). */
OG_API og_value *og_sigmoid(og_value *x);

/* Sin: The sine. */
OG_API og_value *og_sin(og_value *input);

/* Sinh: The hyperbolic sine. */
OG_API og_value *og_sinh(og_value *input);

/* Size: The number of elements of a tensor. */
OG_API og_value *og_size(og_value *data);

/* Softmax: Exponentials along one axis, scaled to sum to 1. */
OG_API og_value *og_softmax(og_value *input);
typedef struct og_softmax_options {
    og_some_int axis; /* -1 */
} og_softmax_options;
OG_API og_value *og_softmax_with(og_value *input, const og_softmax_options *options);
#define og_softmax_opt(input, ...) \
    og_softmax_with((input), &(const og_softmax_options){__VA_ARGS__})

/* SoftmaxCrossEntropyLoss: Cross entropy of labels under the softmax of scores. */
OG_API og_value *og_softmax_cross_entropy_loss(og_value *scores, og_value *labels,
    og_value *weights);
typedef struct og_softmax_cross_entropy_loss_options {
    og_some_int ignore_index;
    const char *reduction; /* mean */
    size_t n_outputs; /* with `outputs`: all of them */
    og_value **outputs;
} og_softmax_cross_entropy_loss_options;
OG_API og_value *og_softmax_cross_entropy_loss_with(og_value *scores, og_value *labels,
    og_value *weights, const og_softmax_cross_entropy_loss_options *options);
#define og_softmax_cross_entropy_loss_opt(scores, labels, weights, ...) \
    og_softmax_cross_entropy_loss_with((scores), (labels), (weights), \
        &(const og_softmax_cross_entropy_loss_options){__VA_ARGS__})

/* Softplus: log(1 + exp(x)). */
OG_API og_value *og_softplus(og_value *x);

/* Softsign: x / (1 + |x|). */
OG_API og_value *og_softsign(og_value *input);

/* SpaceToDepth: Blocks of pixels laid out as blocks of channels. */
OG_API og_value *og_space_to_depth(og_value *input, int64_t blocksize);
typedef struct og_space_to_depth_options {
    const char *mode; /* DCR */
} og_space_to_depth_options;
OG_API og_value *og_space_to_depth_with(og_value *input, int64_t blocksize,
    const og_space_to_depth_options *options);
#define og_space_to_depth_opt(input, blocksize, ...) \
    og_space_to_depth_with((input), (blocksize), &(const og_space_to_depth_options){__VA_ARGS__})

/* Split: One tensor cut along an axis. */
OG_API og_value *og_split(og_value *input, og_value *split);
typedef struct og_split_options {
    int64_t axis;
    og_some_int num_outputs;
    size_t n_outputs; /* with `outputs`: all of them */
    og_value **outputs;
} og_split_options;
OG_API og_value *og_split_with(og_value *input, og_value *split, const og_split_options *options);
#define og_split_opt(input, split, ...) \
    og_split_with((input), (split), &(const og_split_options){__VA_ARGS__})

/* SplitToSequence: The parts of a tensor along an axis, as a sequence. */
OG_API og_value *og_split_to_sequence(og_value *input, og_value *split);
typedef struct og_split_to_sequence_options {
    int64_t axis;
    og_some_int keepdims; /* 1 */
} og_split_to_sequence_options;
OG_API og_value *og_split_to_sequence_with(og_value *input, og_value *split,
    const og_split_to_sequence_options *options);
#define og_split_to_sequence_opt(input, split, ...) \
    og_split_to_sequence_with((input), (split), &(const og_split_to_sequence_options){__VA_ARGS__})

/* Sum: The sum of the inputs. */
OG_API og_value *og_sum(size_t n, og_value *const *values);

/* Swish: x sigmoid(alpha x). */
OG_API og_value *og_swish(og_value *x);
typedef struct og_swish_options {
    og_some_float alpha; /* 1 */
} og_swish_options;
OG_API og_value *og_swish_with(og_value *x, const og_swish_options *options);
#define og_swish_opt(x, ...) \
    og_swish_with((x), &(const og_swish_options){__VA_ARGS__})

/* Tan: The tangent. */
OG_API og_value *og_tan(og_value *input);

/* Tanh: The hyperbolic tangent. */
OG_API og_value *og_tanh(og_value *input);

/* ThresholdedRelu: x where it is above alpha, else 0. */
OG_API og_value *og_thresholded_relu(og_value *x);
typedef struct og_thresholded_relu_options {
    og_some_float alpha; /* 1 */
} og_thresholded_relu_options;
OG_API og_value *og_thresholded_relu_with(og_value *x, const og_thresholded_relu_options *options);
#define og_thresholded_relu_opt(x, ...) \
    og_thresholded_relu_with((x), &(const og_thresholded_relu_options){__VA_ARGS__})

/* Tile: The tensor repeated along each axis. */
OG_API og_value *og_tile(og_value *input, og_value *repeats);

/* TopK: The k largest or smallest along an axis. */
OG_API og_value *og_top_k(og_value *x, og_value *k);
typedef struct og_top_k_options {
    og_some_int axis; /* -1 */
    og_some_int largest; /* 1 */
    og_some_int sorted; /* 1 */
    size_t n_outputs; /* with `outputs`: all of them */
    og_value **outputs;
} og_top_k_options;
OG_API og_value *og_top_k_with(og_value *x, og_value *k, const og_top_k_options *options);
#define og_top_k_opt(x, k, ...) \
    og_top_k_with((x), (k), &(const og_top_k_options){__VA_ARGS__})

/* Trilu: The upper or lower triangle of matrices. */
OG_API og_value *og_trilu(og_value *input, og_value *k);
typedef struct og_trilu_options {
    og_some_int upper; /* 1 */
} og_trilu_options;
OG_API og_value *og_trilu_with(og_value *input, og_value *k, const og_trilu_options *options);
#define og_trilu_opt(input, k, ...) \
    og_trilu_with((input), (k), &(const og_trilu_options){__VA_ARGS__})

/* Unique: The different elements, or slices along an axis. */
OG_API og_value *og_unique(og_value *x);
typedef struct og_unique_options {
    og_some_int axis;
    og_some_int sorted; /* 1 */
    size_t n_outputs; /* with `outputs`: all of them */
    og_value **outputs;
} og_unique_options;
OG_API og_value *og_unique_with(og_value *x, const og_unique_options *options);
#define og_unique_opt(x, ...) \
    og_unique_with((x), &(const og_unique_options){__VA_ARGS__})

/* Upsample: The old name of Resize. */
OG_API og_value *og_upsample(og_value *x, og_value *scales);
typedef struct og_upsample_options {
    const char *mode; /* nearest */
} og_upsample_options;
OG_API og_value *og_upsample_with(og_value *x, og_value *scales,
    const og_upsample_options *options);
#define og_upsample_opt(x, scales, ...) \
    og_upsample_with((x), (scales), &(const og_upsample_options){__VA_ARGS__})

/* Xor: Whether exactly one holds. */
OG_API og_value *og_xor(og_value *a, og_value *b);

#ifdef __cplusplus
}
#endif
#endif
