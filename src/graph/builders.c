/* Made by `onnxgrad ops --builders source`. */
#include "graph/build.h"
#include "onnxgrad/builders.h"

og_value *og_acos(og_value *input)
{
    og_build node = { 0 };

    return og_build_node(&node, "Acos", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_acosh(og_value *input)
{
    og_build node = { 0 };

    return og_build_node(&node, "Acosh", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_affine_grid_with(og_value *theta, og_value *size, const og_affine_grid_options *o)
{
    og_build node = { 0 };

    og_build_int(&node, "align_corners", o->align_corners);
    return og_build_node(&node, "AffineGrid", 2, (og_value *[]){ theta, size }, 0, NULL, 0, NULL);
}

og_value *og_affine_grid(og_value *theta, og_value *size)
{
    return og_affine_grid_with(theta, size, &(const og_affine_grid_options){ 0 });
}

og_value *og_arg_max_with(og_value *data, const og_arg_max_options *o)
{
    og_build node = { 0 };

    og_build_int(&node, "axis", o->axis);
    og_build_some_int(&node, "keepdims", o->keepdims);
    og_build_int(&node, "select_last_index", o->select_last_index);
    return og_build_node(&node, "ArgMax", 1, (og_value *[]){ data }, 0, NULL, 0, NULL);
}

og_value *og_arg_max(og_value *data)
{
    return og_arg_max_with(data, &(const og_arg_max_options){ 0 });
}

og_value *og_arg_min_with(og_value *data, const og_arg_min_options *o)
{
    og_build node = { 0 };

    og_build_int(&node, "axis", o->axis);
    og_build_some_int(&node, "keepdims", o->keepdims);
    og_build_int(&node, "select_last_index", o->select_last_index);
    return og_build_node(&node, "ArgMin", 1, (og_value *[]){ data }, 0, NULL, 0, NULL);
}

og_value *og_arg_min(og_value *data)
{
    return og_arg_min_with(data, &(const og_arg_min_options){ 0 });
}

og_value *og_asin(og_value *input)
{
    og_build node = { 0 };

    return og_build_node(&node, "Asin", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_asinh(og_value *input)
{
    og_build node = { 0 };

    return og_build_node(&node, "Asinh", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_atan(og_value *input)
{
    og_build node = { 0 };

    return og_build_node(&node, "Atan", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_atanh(og_value *input)
{
    og_build node = { 0 };

    return og_build_node(&node, "Atanh", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_average_pool_with(og_value *x, og_ints kernel_shape, const og_average_pool_options *o)
{
    og_build node = { 0 };

    og_build_string(&node, "auto_pad", o->auto_pad);
    og_build_ints(&node, "kernel_shape", kernel_shape);
    og_build_ints(&node, "pads", o->pads);
    og_build_ints(&node, "strides", o->strides);
    og_build_ints(&node, "dilations", o->dilations);
    og_build_int(&node, "ceil_mode", o->ceil_mode);
    og_build_int(&node, "count_include_pad", o->count_include_pad);
    return og_build_node(&node, "AveragePool", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_average_pool(og_value *x, og_ints kernel_shape)
{
    return og_average_pool_with(x, kernel_shape, &(const og_average_pool_options){ 0 });
}

og_value *og_batch_normalization_with(og_value *x, og_value *scale, og_value *b,
    og_value *input_mean, og_value *input_var, const og_batch_normalization_options *o)
{
    og_build node = { 0 };

    og_build_some_float(&node, "epsilon", o->epsilon);
    og_build_some_float(&node, "momentum", o->momentum);
    og_build_int(&node, "training_mode", o->training_mode);
    return og_build_node(&node, "BatchNormalization", 5, (og_value *[]){ x, scale, b, input_mean,
        input_var }, 0, NULL, o->n_outputs, o->outputs);
}

og_value *og_batch_normalization(og_value *x, og_value *scale, og_value *b, og_value *input_mean,
    og_value *input_var)
{
    return og_batch_normalization_with(x, scale, b, input_mean, input_var,
        &(const og_batch_normalization_options){ 0 });
}

og_value *og_bit_cast(og_value *input, int64_t to)
{
    og_build node = { 0 };

    og_build_some_int(&node, "to", (og_some_int)OG_SOME(to));
    return og_build_node(&node, "BitCast", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_bit_shift(og_value *x, og_value *y, const char *direction)
{
    og_build node = { 0 };

    og_build_string(&node, "direction", direction);
    return og_build_node(&node, "BitShift", 2, (og_value *[]){ x, y }, 0, NULL, 0, NULL);
}

og_value *og_bitwise_and(og_value *a, og_value *b)
{
    og_build node = { 0 };

    return og_build_node(&node, "BitwiseAnd", 2, (og_value *[]){ a, b }, 0, NULL, 0, NULL);
}

og_value *og_bitwise_not(og_value *x)
{
    og_build node = { 0 };

    return og_build_node(&node, "BitwiseNot", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_bitwise_or(og_value *a, og_value *b)
{
    og_build node = { 0 };

    return og_build_node(&node, "BitwiseOr", 2, (og_value *[]){ a, b }, 0, NULL, 0, NULL);
}

og_value *og_bitwise_xor(og_value *a, og_value *b)
{
    og_build node = { 0 };

    return og_build_node(&node, "BitwiseXor", 2, (og_value *[]){ a, b }, 0, NULL, 0, NULL);
}

og_value *og_ceil(og_value *x)
{
    og_build node = { 0 };

    return og_build_node(&node, "Ceil", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_celu_with(og_value *x, const og_celu_options *o)
{
    og_build node = { 0 };

    og_build_some_float(&node, "alpha", o->alpha);
    return og_build_node(&node, "Celu", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_celu(og_value *x)
{
    return og_celu_with(x, &(const og_celu_options){ 0 });
}

og_value *og_center_crop_pad_with(og_value *input_data, og_value *shape,
    const og_center_crop_pad_options *o)
{
    og_build node = { 0 };

    og_build_ints(&node, "axes", o->axes);
    return og_build_node(&node, "CenterCropPad", 2, (og_value *[]){ input_data, shape }, 0, NULL,
        0, NULL);
}

og_value *og_center_crop_pad(og_value *input_data, og_value *shape)
{
    return og_center_crop_pad_with(input_data, shape, &(const og_center_crop_pad_options){ 0 });
}

og_value *og_clip(og_value *input, og_value *min, og_value *max)
{
    og_build node = { 0 };

    return og_build_node(&node, "Clip", 3, (og_value *[]){ input, min, max }, 0, NULL, 0, NULL);
}

og_value *og_compress_with(og_value *input, og_value *condition, const og_compress_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "axis", o->axis);
    return og_build_node(&node, "Compress", 2, (og_value *[]){ input, condition }, 0, NULL, 0,
        NULL);
}

og_value *og_compress(og_value *input, og_value *condition)
{
    return og_compress_with(input, condition, &(const og_compress_options){ 0 });
}

og_value *og_constant_of_shape_with(og_value *input, const og_constant_of_shape_options *o)
{
    og_build node = { 0 };

    og_build_tensor(&node, "value", o->value);
    return og_build_node(&node, "ConstantOfShape", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_constant_of_shape(og_value *input)
{
    return og_constant_of_shape_with(input, &(const og_constant_of_shape_options){ 0 });
}

og_value *og_conv_with(og_value *x, og_value *w, og_value *b, const og_conv_options *o)
{
    og_build node = { 0 };

    og_build_string(&node, "auto_pad", o->auto_pad);
    og_build_ints(&node, "pads", o->pads);
    og_build_ints(&node, "strides", o->strides);
    og_build_ints(&node, "dilations", o->dilations);
    og_build_int(&node, "group", o->group);
    og_build_ints(&node, "kernel_shape", o->kernel_shape);
    return og_build_node(&node, "Conv", 3, (og_value *[]){ x, w, b }, 0, NULL, 0, NULL);
}

og_value *og_conv(og_value *x, og_value *w, og_value *b)
{
    return og_conv_with(x, w, b, &(const og_conv_options){ 0 });
}

og_value *og_conv_integer_with(og_value *x, og_value *w, og_value *x_zero_point,
    og_value *w_zero_point, const og_conv_integer_options *o)
{
    og_build node = { 0 };

    og_build_string(&node, "auto_pad", o->auto_pad);
    og_build_ints(&node, "pads", o->pads);
    og_build_ints(&node, "strides", o->strides);
    og_build_ints(&node, "dilations", o->dilations);
    og_build_int(&node, "group", o->group);
    og_build_ints(&node, "kernel_shape", o->kernel_shape);
    return og_build_node(&node, "ConvInteger", 4, (og_value *[]){ x, w, x_zero_point,
        w_zero_point }, 0, NULL, 0, NULL);
}

og_value *og_conv_integer(og_value *x, og_value *w, og_value *x_zero_point, og_value *w_zero_point)
{
    return og_conv_integer_with(x, w, x_zero_point, w_zero_point,
        &(const og_conv_integer_options){ 0 });
}

og_value *og_conv_transpose_with(og_value *x, og_value *w, og_value *b,
    const og_conv_transpose_options *o)
{
    og_build node = { 0 };

    og_build_string(&node, "auto_pad", o->auto_pad);
    og_build_ints(&node, "pads", o->pads);
    og_build_ints(&node, "strides", o->strides);
    og_build_ints(&node, "dilations", o->dilations);
    og_build_int(&node, "group", o->group);
    og_build_ints(&node, "kernel_shape", o->kernel_shape);
    og_build_ints(&node, "output_padding", o->output_padding);
    og_build_ints(&node, "output_shape", o->output_shape);
    return og_build_node(&node, "ConvTranspose", 3, (og_value *[]){ x, w, b }, 0, NULL, 0, NULL);
}

og_value *og_conv_transpose(og_value *x, og_value *w, og_value *b)
{
    return og_conv_transpose_with(x, w, b, &(const og_conv_transpose_options){ 0 });
}

og_value *og_cos(og_value *input)
{
    og_build node = { 0 };

    return og_build_node(&node, "Cos", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_cosh(og_value *input)
{
    og_build node = { 0 };

    return og_build_node(&node, "Cosh", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_cum_prod_with(og_value *x, og_value *axis, const og_cum_prod_options *o)
{
    og_build node = { 0 };

    og_build_int(&node, "exclusive", o->exclusive);
    og_build_int(&node, "reverse", o->reverse);
    return og_build_node(&node, "CumProd", 2, (og_value *[]){ x, axis }, 0, NULL, 0, NULL);
}

og_value *og_cum_prod(og_value *x, og_value *axis)
{
    return og_cum_prod_with(x, axis, &(const og_cum_prod_options){ 0 });
}

og_value *og_cum_sum_with(og_value *x, og_value *axis, const og_cum_sum_options *o)
{
    og_build node = { 0 };

    og_build_int(&node, "exclusive", o->exclusive);
    og_build_int(&node, "reverse", o->reverse);
    return og_build_node(&node, "CumSum", 2, (og_value *[]){ x, axis }, 0, NULL, 0, NULL);
}

og_value *og_cum_sum(og_value *x, og_value *axis)
{
    return og_cum_sum_with(x, axis, &(const og_cum_sum_options){ 0 });
}

og_value *og_depth_to_space_with(og_value *input, int64_t blocksize,
    const og_depth_to_space_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "blocksize", (og_some_int)OG_SOME(blocksize));
    og_build_string(&node, "mode", o->mode);
    return og_build_node(&node, "DepthToSpace", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_depth_to_space(og_value *input, int64_t blocksize)
{
    return og_depth_to_space_with(input, blocksize, &(const og_depth_to_space_options){ 0 });
}

og_value *og_dequantize_linear_with(og_value *x, og_value *x_scale, og_value *x_zero_point,
    const og_dequantize_linear_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "axis", o->axis);
    og_build_int(&node, "block_size", o->block_size);
    og_build_int(&node, "output_dtype", o->output_dtype);
    return og_build_node(&node, "DequantizeLinear", 3, (og_value *[]){ x, x_scale, x_zero_point },
        0, NULL, 0, NULL);
}

og_value *og_dequantize_linear(og_value *x, og_value *x_scale, og_value *x_zero_point)
{
    return og_dequantize_linear_with(x, x_scale, x_zero_point,
        &(const og_dequantize_linear_options){ 0 });
}

og_value *og_dropout_with(og_value *data, og_value *ratio, og_value *training_mode,
    const og_dropout_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "seed", o->seed);
    return og_build_node(&node, "Dropout", 3, (og_value *[]){ data, ratio, training_mode }, 0,
        NULL, o->n_outputs, o->outputs);
}

og_value *og_dropout(og_value *data, og_value *ratio, og_value *training_mode)
{
    return og_dropout_with(data, ratio, training_mode, &(const og_dropout_options){ 0 });
}

og_value *og_dynamic_quantize_linear_with(og_value *x, const og_dynamic_quantize_linear_options *o)
{
    og_build node = { 0 };

    return og_build_node(&node, "DynamicQuantizeLinear", 1, (og_value *[]){ x }, 0, NULL,
        o->n_outputs, o->outputs);
}

og_value *og_dynamic_quantize_linear(og_value *x)
{
    return og_dynamic_quantize_linear_with(x, &(const og_dynamic_quantize_linear_options){ 0 });
}

og_value *og_einsum(size_t n, og_value *const *values, const char *equation)
{
    og_build node = { 0 };

    og_build_string(&node, "equation", equation);
    return og_build_node(&node, "Einsum", 0, NULL, n, values, 0, NULL);
}

og_value *og_elu_with(og_value *x, const og_elu_options *o)
{
    og_build node = { 0 };

    og_build_some_float(&node, "alpha", o->alpha);
    return og_build_node(&node, "Elu", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_elu(og_value *x)
{
    return og_elu_with(x, &(const og_elu_options){ 0 });
}

og_value *og_erf(og_value *input)
{
    og_build node = { 0 };

    return og_build_node(&node, "Erf", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_eye_like_with(og_value *input, const og_eye_like_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "dtype", o->dtype);
    og_build_int(&node, "k", o->k);
    return og_build_node(&node, "EyeLike", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_eye_like(og_value *input)
{
    return og_eye_like_with(input, &(const og_eye_like_options){ 0 });
}

og_value *og_floor(og_value *x)
{
    og_build node = { 0 };

    return og_build_node(&node, "Floor", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_gru_with(og_value *x, og_value *w, og_value *r, og_value *b, og_value *sequence_lens,
    og_value *initial_h, const og_gru_options *o)
{
    og_build node = { 0 };

    og_build_strings(&node, "activations", o->activations);
    og_build_floats(&node, "activation_alpha", o->activation_alpha);
    og_build_floats(&node, "activation_beta", o->activation_beta);
    og_build_some_float(&node, "clip", o->clip);
    og_build_string(&node, "direction", o->direction);
    og_build_int(&node, "hidden_size", o->hidden_size);
    og_build_int(&node, "layout", o->layout);
    og_build_int(&node, "linear_before_reset", o->linear_before_reset);
    return og_build_node(&node, "GRU", 6, (og_value *[]){ x, w, r, b, sequence_lens, initial_h },
        0, NULL, o->n_outputs, o->outputs);
}

og_value *og_gru(og_value *x, og_value *w, og_value *r, og_value *b, og_value *sequence_lens,
    og_value *initial_h)
{
    return og_gru_with(x, w, r, b, sequence_lens, initial_h, &(const og_gru_options){ 0 });
}

og_value *og_gather_with(og_value *data, og_value *indices, const og_gather_options *o)
{
    og_build node = { 0 };

    og_build_int(&node, "axis", o->axis);
    return og_build_node(&node, "Gather", 2, (og_value *[]){ data, indices }, 0, NULL, 0, NULL);
}

og_value *og_gather(og_value *data, og_value *indices)
{
    return og_gather_with(data, indices, &(const og_gather_options){ 0 });
}

og_value *og_gather_elements_with(og_value *data, og_value *indices,
    const og_gather_elements_options *o)
{
    og_build node = { 0 };

    og_build_int(&node, "axis", o->axis);
    return og_build_node(&node, "GatherElements", 2, (og_value *[]){ data, indices }, 0, NULL, 0,
        NULL);
}

og_value *og_gather_elements(og_value *data, og_value *indices)
{
    return og_gather_elements_with(data, indices, &(const og_gather_elements_options){ 0 });
}

og_value *og_gather_nd_with(og_value *data, og_value *indices, const og_gather_nd_options *o)
{
    og_build node = { 0 };

    og_build_int(&node, "batch_dims", o->batch_dims);
    return og_build_node(&node, "GatherND", 2, (og_value *[]){ data, indices }, 0, NULL, 0, NULL);
}

og_value *og_gather_nd(og_value *data, og_value *indices)
{
    return og_gather_nd_with(data, indices, &(const og_gather_nd_options){ 0 });
}

og_value *og_gelu_with(og_value *x, const og_gelu_options *o)
{
    og_build node = { 0 };

    og_build_string(&node, "approximate", o->approximate);
    return og_build_node(&node, "Gelu", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_gelu(og_value *x)
{
    return og_gelu_with(x, &(const og_gelu_options){ 0 });
}

og_value *og_gemm_with(og_value *a, og_value *b, og_value *c, const og_gemm_options *o)
{
    og_build node = { 0 };

    og_build_some_float(&node, "alpha", o->alpha);
    og_build_some_float(&node, "beta", o->beta);
    og_build_int(&node, "transA", o->transa);
    og_build_int(&node, "transB", o->transb);
    return og_build_node(&node, "Gemm", 3, (og_value *[]){ a, b, c }, 0, NULL, 0, NULL);
}

og_value *og_gemm(og_value *a, og_value *b, og_value *c)
{
    return og_gemm_with(a, b, c, &(const og_gemm_options){ 0 });
}

og_value *og_global_average_pool(og_value *x)
{
    og_build node = { 0 };

    return og_build_node(&node, "GlobalAveragePool", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_global_lp_pool_with(og_value *x, const og_global_lp_pool_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "p", o->p);
    return og_build_node(&node, "GlobalLpPool", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_global_lp_pool(og_value *x)
{
    return og_global_lp_pool_with(x, &(const og_global_lp_pool_options){ 0 });
}

og_value *og_global_max_pool(og_value *x)
{
    og_build node = { 0 };

    return og_build_node(&node, "GlobalMaxPool", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_greater_or_equal(og_value *a, og_value *b)
{
    og_build node = { 0 };

    return og_build_node(&node, "GreaterOrEqual", 2, (og_value *[]){ a, b }, 0, NULL, 0, NULL);
}

og_value *og_grid_sample_with(og_value *x, og_value *grid, const og_grid_sample_options *o)
{
    og_build node = { 0 };

    og_build_string(&node, "mode", o->mode);
    og_build_string(&node, "padding_mode", o->padding_mode);
    og_build_int(&node, "align_corners", o->align_corners);
    return og_build_node(&node, "GridSample", 2, (og_value *[]){ x, grid }, 0, NULL, 0, NULL);
}

og_value *og_grid_sample(og_value *x, og_value *grid)
{
    return og_grid_sample_with(x, grid, &(const og_grid_sample_options){ 0 });
}

og_value *og_group_normalization_with(og_value *x, og_value *scale, og_value *bias,
    int64_t num_groups, const og_group_normalization_options *o)
{
    og_build node = { 0 };

    og_build_some_float(&node, "epsilon", o->epsilon);
    og_build_some_int(&node, "num_groups", (og_some_int)OG_SOME(num_groups));
    og_build_some_int(&node, "stash_type", o->stash_type);
    return og_build_node(&node, "GroupNormalization", 3, (og_value *[]){ x, scale, bias }, 0, NULL,
        0, NULL);
}

og_value *og_group_normalization(og_value *x, og_value *scale, og_value *bias, int64_t num_groups)
{
    return og_group_normalization_with(x, scale, bias, num_groups,
        &(const og_group_normalization_options){ 0 });
}

og_value *og_hard_sigmoid_with(og_value *x, const og_hard_sigmoid_options *o)
{
    og_build node = { 0 };

    og_build_some_float(&node, "alpha", o->alpha);
    og_build_some_float(&node, "beta", o->beta);
    return og_build_node(&node, "HardSigmoid", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_hard_sigmoid(og_value *x)
{
    return og_hard_sigmoid_with(x, &(const og_hard_sigmoid_options){ 0 });
}

og_value *og_hard_swish(og_value *x)
{
    og_build node = { 0 };

    return og_build_node(&node, "HardSwish", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_hardmax_with(og_value *input, const og_hardmax_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "axis", o->axis);
    return og_build_node(&node, "Hardmax", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_hardmax(og_value *input)
{
    return og_hardmax_with(input, &(const og_hardmax_options){ 0 });
}

og_value *og_identity(og_value *input)
{
    og_build node = { 0 };

    return og_build_node(&node, "Identity", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_if_with(og_value *cond, og_graph *then_branch, og_graph *else_branch,
    const og_if_options *o)
{
    og_build node = { 0 };

    og_build_graph(&node, "then_branch", then_branch);
    og_build_graph(&node, "else_branch", else_branch);
    return og_build_node(&node, "If", 1, (og_value *[]){ cond }, 0, NULL, o->n_outputs, o->outputs);
}

og_value *og_if(og_value *cond, og_graph *then_branch, og_graph *else_branch)
{
    return og_if_with(cond, then_branch, else_branch, &(const og_if_options){ 0 });
}

og_value *og_instance_normalization_with(og_value *input, og_value *scale, og_value *b,
    const og_instance_normalization_options *o)
{
    og_build node = { 0 };

    og_build_some_float(&node, "epsilon", o->epsilon);
    return og_build_node(&node, "InstanceNormalization", 3, (og_value *[]){ input, scale, b }, 0,
        NULL, 0, NULL);
}

og_value *og_instance_normalization(og_value *input, og_value *scale, og_value *b)
{
    return og_instance_normalization_with(input, scale, b,
        &(const og_instance_normalization_options){ 0 });
}

og_value *og_is_inf_with(og_value *x, const og_is_inf_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "detect_negative", o->detect_negative);
    og_build_some_int(&node, "detect_positive", o->detect_positive);
    return og_build_node(&node, "IsInf", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_is_inf(og_value *x)
{
    return og_is_inf_with(x, &(const og_is_inf_options){ 0 });
}

og_value *og_is_na_n(og_value *x)
{
    og_build node = { 0 };

    return og_build_node(&node, "IsNaN", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_lrn_with(og_value *x, int64_t size, const og_lrn_options *o)
{
    og_build node = { 0 };

    og_build_some_float(&node, "alpha", o->alpha);
    og_build_some_float(&node, "beta", o->beta);
    og_build_some_float(&node, "bias", o->bias);
    og_build_some_int(&node, "size", (og_some_int)OG_SOME(size));
    return og_build_node(&node, "LRN", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_lrn(og_value *x, int64_t size)
{
    return og_lrn_with(x, size, &(const og_lrn_options){ 0 });
}

og_value *og_lstm_with(og_value *x, og_value *w, og_value *r, og_value *b, og_value *sequence_lens,
    og_value *initial_h, og_value *initial_c, og_value *p, const og_lstm_options *o)
{
    og_build node = { 0 };

    og_build_strings(&node, "activations", o->activations);
    og_build_floats(&node, "activation_alpha", o->activation_alpha);
    og_build_floats(&node, "activation_beta", o->activation_beta);
    og_build_some_float(&node, "clip", o->clip);
    og_build_string(&node, "direction", o->direction);
    og_build_int(&node, "hidden_size", o->hidden_size);
    og_build_int(&node, "layout", o->layout);
    og_build_int(&node, "input_forget", o->input_forget);
    return og_build_node(&node, "LSTM", 8, (og_value *[]){ x, w, r, b, sequence_lens, initial_h,
        initial_c, p }, 0, NULL, o->n_outputs, o->outputs);
}

og_value *og_lstm(og_value *x, og_value *w, og_value *r, og_value *b, og_value *sequence_lens,
    og_value *initial_h, og_value *initial_c, og_value *p)
{
    return og_lstm_with(x, w, r, b, sequence_lens, initial_h, initial_c, p,
        &(const og_lstm_options){ 0 });
}

og_value *og_layer_normalization_with(og_value *x, og_value *scale, og_value *b,
    const og_layer_normalization_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "axis", o->axis);
    og_build_some_float(&node, "epsilon", o->epsilon);
    og_build_some_int(&node, "stash_type", o->stash_type);
    return og_build_node(&node, "LayerNormalization", 3, (og_value *[]){ x, scale, b }, 0, NULL,
        o->n_outputs, o->outputs);
}

og_value *og_layer_normalization(og_value *x, og_value *scale, og_value *b)
{
    return og_layer_normalization_with(x, scale, b, &(const og_layer_normalization_options){ 0 });
}

og_value *og_leaky_relu_with(og_value *x, const og_leaky_relu_options *o)
{
    og_build node = { 0 };

    og_build_some_float(&node, "alpha", o->alpha);
    return og_build_node(&node, "LeakyRelu", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_leaky_relu(og_value *x)
{
    return og_leaky_relu_with(x, &(const og_leaky_relu_options){ 0 });
}

og_value *og_less_or_equal(og_value *a, og_value *b)
{
    og_build node = { 0 };

    return og_build_node(&node, "LessOrEqual", 2, (og_value *[]){ a, b }, 0, NULL, 0, NULL);
}

og_value *og_log_softmax_with(og_value *input, const og_log_softmax_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "axis", o->axis);
    return og_build_node(&node, "LogSoftmax", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_log_softmax(og_value *input)
{
    return og_log_softmax_with(input, &(const og_log_softmax_options){ 0 });
}

og_value *og_lp_normalization_with(og_value *input, const og_lp_normalization_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "axis", o->axis);
    og_build_some_int(&node, "p", o->p);
    return og_build_node(&node, "LpNormalization", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_lp_normalization(og_value *input)
{
    return og_lp_normalization_with(input, &(const og_lp_normalization_options){ 0 });
}

og_value *og_lp_pool_with(og_value *x, og_ints kernel_shape, const og_lp_pool_options *o)
{
    og_build node = { 0 };

    og_build_string(&node, "auto_pad", o->auto_pad);
    og_build_ints(&node, "kernel_shape", kernel_shape);
    og_build_ints(&node, "pads", o->pads);
    og_build_ints(&node, "strides", o->strides);
    og_build_ints(&node, "dilations", o->dilations);
    og_build_int(&node, "ceil_mode", o->ceil_mode);
    og_build_some_int(&node, "p", o->p);
    return og_build_node(&node, "LpPool", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_lp_pool(og_value *x, og_ints kernel_shape)
{
    return og_lp_pool_with(x, kernel_shape, &(const og_lp_pool_options){ 0 });
}

og_value *og_matmul_integer(og_value *a, og_value *b, og_value *a_zero_point,
    og_value *b_zero_point)
{
    og_build node = { 0 };

    return og_build_node(&node, "MatMulInteger", 4, (og_value *[]){ a, b, a_zero_point,
        b_zero_point }, 0, NULL, 0, NULL);
}

og_value *og_max(size_t n, og_value *const *values)
{
    og_build node = { 0 };

    return og_build_node(&node, "Max", 0, NULL, n, values, 0, NULL);
}

og_value *og_max_pool_with(og_value *x, og_ints kernel_shape, const og_max_pool_options *o)
{
    og_build node = { 0 };

    og_build_string(&node, "auto_pad", o->auto_pad);
    og_build_ints(&node, "kernel_shape", kernel_shape);
    og_build_ints(&node, "pads", o->pads);
    og_build_ints(&node, "strides", o->strides);
    og_build_ints(&node, "dilations", o->dilations);
    og_build_int(&node, "ceil_mode", o->ceil_mode);
    og_build_int(&node, "storage_order", o->storage_order);
    return og_build_node(&node, "MaxPool", 1, (og_value *[]){ x }, 0, NULL, o->n_outputs,
        o->outputs);
}

og_value *og_max_pool(og_value *x, og_ints kernel_shape)
{
    return og_max_pool_with(x, kernel_shape, &(const og_max_pool_options){ 0 });
}

og_value *og_mean(size_t n, og_value *const *values)
{
    og_build node = { 0 };

    return og_build_node(&node, "Mean", 0, NULL, n, values, 0, NULL);
}

og_value *og_mean_variance_normalization_with(og_value *x,
    const og_mean_variance_normalization_options *o)
{
    og_build node = { 0 };

    og_build_ints(&node, "axes", o->axes);
    return og_build_node(&node, "MeanVarianceNormalization", 1, (og_value *[]){ x }, 0, NULL, 0,
        NULL);
}

og_value *og_mean_variance_normalization(og_value *x)
{
    return og_mean_variance_normalization_with(x,
        &(const og_mean_variance_normalization_options){ 0 });
}

og_value *og_min(size_t n, og_value *const *values)
{
    og_build node = { 0 };

    return og_build_node(&node, "Min", 0, NULL, n, values, 0, NULL);
}

og_value *og_mish(og_value *x)
{
    og_build node = { 0 };

    return og_build_node(&node, "Mish", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_mod_with(og_value *a, og_value *b, const og_mod_options *o)
{
    og_build node = { 0 };

    og_build_int(&node, "fmod", o->fmod);
    return og_build_node(&node, "Mod", 2, (og_value *[]){ a, b }, 0, NULL, 0, NULL);
}

og_value *og_mod(og_value *a, og_value *b)
{
    return og_mod_with(a, b, &(const og_mod_options){ 0 });
}

og_value *og_negative_log_likelihood_loss_with(og_value *input, og_value *target, og_value *weight,
    const og_negative_log_likelihood_loss_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "ignore_index", o->ignore_index);
    og_build_string(&node, "reduction", o->reduction);
    return og_build_node(&node, "NegativeLogLikelihoodLoss", 3, (og_value *[]){ input, target,
        weight }, 0, NULL, 0, NULL);
}

og_value *og_negative_log_likelihood_loss(og_value *input, og_value *target, og_value *weight)
{
    return og_negative_log_likelihood_loss_with(input, target, weight,
        &(const og_negative_log_likelihood_loss_options){ 0 });
}

og_value *og_non_zero(og_value *x)
{
    og_build node = { 0 };

    return og_build_node(&node, "NonZero", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_one_hot_with(og_value *indices, og_value *depth, og_value *values,
    const og_one_hot_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "axis", o->axis);
    return og_build_node(&node, "OneHot", 3, (og_value *[]){ indices, depth, values }, 0, NULL, 0,
        NULL);
}

og_value *og_one_hot(og_value *indices, og_value *depth, og_value *values)
{
    return og_one_hot_with(indices, depth, values, &(const og_one_hot_options){ 0 });
}

og_value *og_or(og_value *a, og_value *b)
{
    og_build node = { 0 };

    return og_build_node(&node, "Or", 2, (og_value *[]){ a, b }, 0, NULL, 0, NULL);
}

og_value *og_prelu(og_value *x, og_value *slope)
{
    og_build node = { 0 };

    return og_build_node(&node, "PRelu", 2, (og_value *[]){ x, slope }, 0, NULL, 0, NULL);
}

og_value *og_pad_with(og_value *data, og_value *pads, og_value *constant_value, og_value *axes,
    const og_pad_options *o)
{
    og_build node = { 0 };

    og_build_string(&node, "mode", o->mode);
    return og_build_node(&node, "Pad", 4, (og_value *[]){ data, pads, constant_value, axes }, 0,
        NULL, 0, NULL);
}

og_value *og_pad(og_value *data, og_value *pads, og_value *constant_value, og_value *axes)
{
    return og_pad_with(data, pads, constant_value, axes, &(const og_pad_options){ 0 });
}

og_value *og_qlinear_conv_with(og_value *x, og_value *x_scale, og_value *x_zero_point, og_value *w,
    og_value *w_scale, og_value *w_zero_point, og_value *y_scale, og_value *y_zero_point,
    og_value *b, const og_qlinear_conv_options *o)
{
    og_build node = { 0 };

    og_build_string(&node, "auto_pad", o->auto_pad);
    og_build_ints(&node, "pads", o->pads);
    og_build_ints(&node, "strides", o->strides);
    og_build_ints(&node, "dilations", o->dilations);
    og_build_int(&node, "group", o->group);
    og_build_ints(&node, "kernel_shape", o->kernel_shape);
    return og_build_node(&node, "QLinearConv", 9, (og_value *[]){ x, x_scale, x_zero_point, w,
        w_scale, w_zero_point, y_scale, y_zero_point, b }, 0, NULL, 0, NULL);
}

og_value *og_qlinear_conv(og_value *x, og_value *x_scale, og_value *x_zero_point, og_value *w,
    og_value *w_scale, og_value *w_zero_point, og_value *y_scale, og_value *y_zero_point,
    og_value *b)
{
    return og_qlinear_conv_with(x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale,
        y_zero_point, b, &(const og_qlinear_conv_options){ 0 });
}

og_value *og_qlinear_matmul(og_value *a, og_value *a_scale, og_value *a_zero_point, og_value *b,
    og_value *b_scale, og_value *b_zero_point, og_value *y_scale, og_value *y_zero_point)
{
    og_build node = { 0 };

    return og_build_node(&node, "QLinearMatMul", 8, (og_value *[]){ a, a_scale, a_zero_point, b,
        b_scale, b_zero_point, y_scale, y_zero_point }, 0, NULL, 0, NULL);
}

og_value *og_quantize_linear_with(og_value *x, og_value *y_scale, og_value *y_zero_point,
    const og_quantize_linear_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "axis", o->axis);
    og_build_int(&node, "block_size", o->block_size);
    og_build_int(&node, "output_dtype", o->output_dtype);
    og_build_int(&node, "precision", o->precision);
    og_build_some_int(&node, "saturate", o->saturate);
    return og_build_node(&node, "QuantizeLinear", 3, (og_value *[]){ x, y_scale, y_zero_point }, 0,
        NULL, 0, NULL);
}

og_value *og_quantize_linear(og_value *x, og_value *y_scale, og_value *y_zero_point)
{
    return og_quantize_linear_with(x, y_scale, y_zero_point,
        &(const og_quantize_linear_options){ 0 });
}

og_value *og_rms_normalization_with(og_value *x, og_value *scale,
    const og_rms_normalization_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "axis", o->axis);
    og_build_some_float(&node, "epsilon", o->epsilon);
    og_build_some_int(&node, "stash_type", o->stash_type);
    return og_build_node(&node, "RMSNormalization", 2, (og_value *[]){ x, scale }, 0, NULL, 0,
        NULL);
}

og_value *og_rms_normalization(og_value *x, og_value *scale)
{
    return og_rms_normalization_with(x, scale, &(const og_rms_normalization_options){ 0 });
}

og_value *og_rnn_with(og_value *x, og_value *w, og_value *r, og_value *b, og_value *sequence_lens,
    og_value *initial_h, const og_rnn_options *o)
{
    og_build node = { 0 };

    og_build_strings(&node, "activations", o->activations);
    og_build_floats(&node, "activation_alpha", o->activation_alpha);
    og_build_floats(&node, "activation_beta", o->activation_beta);
    og_build_some_float(&node, "clip", o->clip);
    og_build_string(&node, "direction", o->direction);
    og_build_int(&node, "hidden_size", o->hidden_size);
    og_build_int(&node, "layout", o->layout);
    return og_build_node(&node, "RNN", 6, (og_value *[]){ x, w, r, b, sequence_lens, initial_h },
        0, NULL, o->n_outputs, o->outputs);
}

og_value *og_rnn(og_value *x, og_value *w, og_value *r, og_value *b, og_value *sequence_lens,
    og_value *initial_h)
{
    return og_rnn_with(x, w, r, b, sequence_lens, initial_h, &(const og_rnn_options){ 0 });
}

og_value *og_random_normal_like_with(og_value *input, const og_random_normal_like_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "dtype", o->dtype);
    og_build_float(&node, "mean", o->mean);
    og_build_some_float(&node, "scale", o->scale);
    og_build_some_float(&node, "seed", o->seed);
    return og_build_node(&node, "RandomNormalLike", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_random_normal_like(og_value *input)
{
    return og_random_normal_like_with(input, &(const og_random_normal_like_options){ 0 });
}

og_value *og_range_with(og_value *start, og_value *limit, og_value *delta,
    const og_range_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "stash_type", o->stash_type);
    return og_build_node(&node, "Range", 3, (og_value *[]){ start, limit, delta }, 0, NULL, 0,
        NULL);
}

og_value *og_range(og_value *start, og_value *limit, og_value *delta)
{
    return og_range_with(start, limit, delta, &(const og_range_options){ 0 });
}

og_value *og_reciprocal(og_value *x)
{
    og_build node = { 0 };

    return og_build_node(&node, "Reciprocal", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_reduce_l1_with(og_value *data, og_value *axes, const og_reduce_l1_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "keepdims", o->keepdims);
    og_build_int(&node, "noop_with_empty_axes", o->noop_with_empty_axes);
    return og_build_node(&node, "ReduceL1", 2, (og_value *[]){ data, axes }, 0, NULL, 0, NULL);
}

og_value *og_reduce_l1(og_value *data, og_value *axes)
{
    return og_reduce_l1_with(data, axes, &(const og_reduce_l1_options){ 0 });
}

og_value *og_reduce_l2_with(og_value *data, og_value *axes, const og_reduce_l2_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "keepdims", o->keepdims);
    og_build_int(&node, "noop_with_empty_axes", o->noop_with_empty_axes);
    return og_build_node(&node, "ReduceL2", 2, (og_value *[]){ data, axes }, 0, NULL, 0, NULL);
}

og_value *og_reduce_l2(og_value *data, og_value *axes)
{
    return og_reduce_l2_with(data, axes, &(const og_reduce_l2_options){ 0 });
}

og_value *og_reduce_log_sum_with(og_value *data, og_value *axes, const og_reduce_log_sum_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "keepdims", o->keepdims);
    og_build_int(&node, "noop_with_empty_axes", o->noop_with_empty_axes);
    return og_build_node(&node, "ReduceLogSum", 2, (og_value *[]){ data, axes }, 0, NULL, 0, NULL);
}

og_value *og_reduce_log_sum(og_value *data, og_value *axes)
{
    return og_reduce_log_sum_with(data, axes, &(const og_reduce_log_sum_options){ 0 });
}

og_value *og_reduce_log_sum_exp_with(og_value *data, og_value *axes,
    const og_reduce_log_sum_exp_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "keepdims", o->keepdims);
    og_build_int(&node, "noop_with_empty_axes", o->noop_with_empty_axes);
    return og_build_node(&node, "ReduceLogSumExp", 2, (og_value *[]){ data, axes }, 0, NULL, 0,
        NULL);
}

og_value *og_reduce_log_sum_exp(og_value *data, og_value *axes)
{
    return og_reduce_log_sum_exp_with(data, axes, &(const og_reduce_log_sum_exp_options){ 0 });
}

og_value *og_reduce_max_with(og_value *data, og_value *axes, const og_reduce_max_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "keepdims", o->keepdims);
    og_build_int(&node, "noop_with_empty_axes", o->noop_with_empty_axes);
    return og_build_node(&node, "ReduceMax", 2, (og_value *[]){ data, axes }, 0, NULL, 0, NULL);
}

og_value *og_reduce_max(og_value *data, og_value *axes)
{
    return og_reduce_max_with(data, axes, &(const og_reduce_max_options){ 0 });
}

og_value *og_reduce_mean_with(og_value *data, og_value *axes, const og_reduce_mean_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "keepdims", o->keepdims);
    og_build_int(&node, "noop_with_empty_axes", o->noop_with_empty_axes);
    return og_build_node(&node, "ReduceMean", 2, (og_value *[]){ data, axes }, 0, NULL, 0, NULL);
}

og_value *og_reduce_mean(og_value *data, og_value *axes)
{
    return og_reduce_mean_with(data, axes, &(const og_reduce_mean_options){ 0 });
}

og_value *og_reduce_min_with(og_value *data, og_value *axes, const og_reduce_min_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "keepdims", o->keepdims);
    og_build_int(&node, "noop_with_empty_axes", o->noop_with_empty_axes);
    return og_build_node(&node, "ReduceMin", 2, (og_value *[]){ data, axes }, 0, NULL, 0, NULL);
}

og_value *og_reduce_min(og_value *data, og_value *axes)
{
    return og_reduce_min_with(data, axes, &(const og_reduce_min_options){ 0 });
}

og_value *og_reduce_prod_with(og_value *data, og_value *axes, const og_reduce_prod_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "keepdims", o->keepdims);
    og_build_int(&node, "noop_with_empty_axes", o->noop_with_empty_axes);
    return og_build_node(&node, "ReduceProd", 2, (og_value *[]){ data, axes }, 0, NULL, 0, NULL);
}

og_value *og_reduce_prod(og_value *data, og_value *axes)
{
    return og_reduce_prod_with(data, axes, &(const og_reduce_prod_options){ 0 });
}

og_value *og_reduce_sum_with(og_value *data, og_value *axes, const og_reduce_sum_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "keepdims", o->keepdims);
    og_build_int(&node, "noop_with_empty_axes", o->noop_with_empty_axes);
    return og_build_node(&node, "ReduceSum", 2, (og_value *[]){ data, axes }, 0, NULL, 0, NULL);
}

og_value *og_reduce_sum(og_value *data, og_value *axes)
{
    return og_reduce_sum_with(data, axes, &(const og_reduce_sum_options){ 0 });
}

og_value *og_reduce_sum_square_with(og_value *data, og_value *axes,
    const og_reduce_sum_square_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "keepdims", o->keepdims);
    og_build_int(&node, "noop_with_empty_axes", o->noop_with_empty_axes);
    return og_build_node(&node, "ReduceSumSquare", 2, (og_value *[]){ data, axes }, 0, NULL, 0,
        NULL);
}

og_value *og_reduce_sum_square(og_value *data, og_value *axes)
{
    return og_reduce_sum_square_with(data, axes, &(const og_reduce_sum_square_options){ 0 });
}

og_value *og_relu(og_value *x)
{
    og_build node = { 0 };

    return og_build_node(&node, "Relu", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_resize_with(og_value *x, og_value *roi, og_value *scales, og_value *sizes,
    const og_resize_options *o)
{
    og_build node = { 0 };

    og_build_string(&node, "mode", o->mode);
    og_build_string(&node, "coordinate_transformation_mode", o->coordinate_transformation_mode);
    og_build_string(&node, "nearest_mode", o->nearest_mode);
    og_build_string(&node, "keep_aspect_ratio_policy", o->keep_aspect_ratio_policy);
    og_build_ints(&node, "axes", o->axes);
    og_build_int(&node, "antialias", o->antialias);
    og_build_int(&node, "exclude_outside", o->exclude_outside);
    og_build_some_float(&node, "cubic_coeff_a", o->cubic_coeff_a);
    og_build_float(&node, "extrapolation_value", o->extrapolation_value);
    return og_build_node(&node, "Resize", 4, (og_value *[]){ x, roi, scales, sizes }, 0, NULL, 0,
        NULL);
}

og_value *og_resize(og_value *x, og_value *roi, og_value *scales, og_value *sizes)
{
    return og_resize_with(x, roi, scales, sizes, &(const og_resize_options){ 0 });
}

og_value *og_reverse_sequence_with(og_value *input, og_value *sequence_lens,
    const og_reverse_sequence_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "batch_axis", o->batch_axis);
    og_build_int(&node, "time_axis", o->time_axis);
    return og_build_node(&node, "ReverseSequence", 2, (og_value *[]){ input, sequence_lens }, 0,
        NULL, 0, NULL);
}

og_value *og_reverse_sequence(og_value *input, og_value *sequence_lens)
{
    return og_reverse_sequence_with(input, sequence_lens,
        &(const og_reverse_sequence_options){ 0 });
}

og_value *og_round(og_value *x)
{
    og_build node = { 0 };

    return og_build_node(&node, "Round", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_scatter_with(og_value *data, og_value *indices, og_value *updates,
    const og_scatter_options *o)
{
    og_build node = { 0 };

    og_build_int(&node, "axis", o->axis);
    return og_build_node(&node, "Scatter", 3, (og_value *[]){ data, indices, updates }, 0, NULL, 0,
        NULL);
}

og_value *og_scatter(og_value *data, og_value *indices, og_value *updates)
{
    return og_scatter_with(data, indices, updates, &(const og_scatter_options){ 0 });
}

og_value *og_scatter_elements_with(og_value *data, og_value *indices, og_value *updates,
    const og_scatter_elements_options *o)
{
    og_build node = { 0 };

    og_build_int(&node, "axis", o->axis);
    og_build_string(&node, "reduction", o->reduction);
    return og_build_node(&node, "ScatterElements", 3, (og_value *[]){ data, indices, updates }, 0,
        NULL, 0, NULL);
}

og_value *og_scatter_elements(og_value *data, og_value *indices, og_value *updates)
{
    return og_scatter_elements_with(data, indices, updates,
        &(const og_scatter_elements_options){ 0 });
}

og_value *og_scatter_nd_with(og_value *data, og_value *indices, og_value *updates,
    const og_scatter_nd_options *o)
{
    og_build node = { 0 };

    og_build_string(&node, "reduction", o->reduction);
    return og_build_node(&node, "ScatterND", 3, (og_value *[]){ data, indices, updates }, 0, NULL,
        0, NULL);
}

og_value *og_scatter_nd(og_value *data, og_value *indices, og_value *updates)
{
    return og_scatter_nd_with(data, indices, updates, &(const og_scatter_nd_options){ 0 });
}

og_value *og_selu_with(og_value *x, const og_selu_options *o)
{
    og_build node = { 0 };

    og_build_some_float(&node, "alpha", o->alpha);
    og_build_some_float(&node, "gamma", o->gamma);
    return og_build_node(&node, "Selu", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_selu(og_value *x)
{
    return og_selu_with(x, &(const og_selu_options){ 0 });
}

og_value *og_sequence_at(og_value *input_sequence, og_value *position)
{
    og_build node = { 0 };

    return og_build_node(&node, "SequenceAt", 2, (og_value *[]){ input_sequence, position }, 0,
        NULL, 0, NULL);
}

og_value *og_sequence_construct(size_t n, og_value *const *values)
{
    og_build node = { 0 };

    return og_build_node(&node, "SequenceConstruct", 0, NULL, n, values, 0, NULL);
}

og_value *og_shape_with(og_value *data, const og_shape_options *o)
{
    og_build node = { 0 };

    og_build_int(&node, "start", o->start);
    og_build_some_int(&node, "end", o->end);
    return og_build_node(&node, "Shape", 1, (og_value *[]){ data }, 0, NULL, 0, NULL);
}

og_value *og_shape(og_value *data)
{
    return og_shape_with(data, &(const og_shape_options){ 0 });
}

og_value *og_shrink_with(og_value *input, const og_shrink_options *o)
{
    og_build node = { 0 };

    og_build_float(&node, "bias", o->bias);
    og_build_some_float(&node, "lambd", o->lambd);
    return og_build_node(&node, "Shrink", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_shrink(og_value *input)
{
    return og_shrink_with(input, &(const og_shrink_options){ 0 });
}

og_value *og_sigmoid(og_value *x)
{
    og_build node = { 0 };

    return og_build_node(&node, "Sigmoid", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_sin(og_value *input)
{
    og_build node = { 0 };

    return og_build_node(&node, "Sin", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_sinh(og_value *input)
{
    og_build node = { 0 };

    return og_build_node(&node, "Sinh", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_size(og_value *data)
{
    og_build node = { 0 };

    return og_build_node(&node, "Size", 1, (og_value *[]){ data }, 0, NULL, 0, NULL);
}

og_value *og_softmax_with(og_value *input, const og_softmax_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "axis", o->axis);
    return og_build_node(&node, "Softmax", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_softmax(og_value *input)
{
    return og_softmax_with(input, &(const og_softmax_options){ 0 });
}

og_value *og_softmax_cross_entropy_loss_with(og_value *scores, og_value *labels, og_value *weights,
    const og_softmax_cross_entropy_loss_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "ignore_index", o->ignore_index);
    og_build_string(&node, "reduction", o->reduction);
    return og_build_node(&node, "SoftmaxCrossEntropyLoss", 3, (og_value *[]){ scores, labels,
        weights }, 0, NULL, o->n_outputs, o->outputs);
}

og_value *og_softmax_cross_entropy_loss(og_value *scores, og_value *labels, og_value *weights)
{
    return og_softmax_cross_entropy_loss_with(scores, labels, weights,
        &(const og_softmax_cross_entropy_loss_options){ 0 });
}

og_value *og_softplus(og_value *x)
{
    og_build node = { 0 };

    return og_build_node(&node, "Softplus", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_softsign(og_value *input)
{
    og_build node = { 0 };

    return og_build_node(&node, "Softsign", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_space_to_depth_with(og_value *input, int64_t blocksize,
    const og_space_to_depth_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "blocksize", (og_some_int)OG_SOME(blocksize));
    og_build_string(&node, "mode", o->mode);
    return og_build_node(&node, "SpaceToDepth", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_space_to_depth(og_value *input, int64_t blocksize)
{
    return og_space_to_depth_with(input, blocksize, &(const og_space_to_depth_options){ 0 });
}

og_value *og_split_with(og_value *input, og_value *split, const og_split_options *o)
{
    og_build node = { 0 };

    og_build_int(&node, "axis", o->axis);
    og_build_some_int(&node, "num_outputs", o->num_outputs);
    return og_build_node(&node, "Split", 2, (og_value *[]){ input, split }, 0, NULL, o->n_outputs,
        o->outputs);
}

og_value *og_split(og_value *input, og_value *split)
{
    return og_split_with(input, split, &(const og_split_options){ 0 });
}

og_value *og_split_to_sequence_with(og_value *input, og_value *split,
    const og_split_to_sequence_options *o)
{
    og_build node = { 0 };

    og_build_int(&node, "axis", o->axis);
    og_build_some_int(&node, "keepdims", o->keepdims);
    return og_build_node(&node, "SplitToSequence", 2, (og_value *[]){ input, split }, 0, NULL, 0,
        NULL);
}

og_value *og_split_to_sequence(og_value *input, og_value *split)
{
    return og_split_to_sequence_with(input, split, &(const og_split_to_sequence_options){ 0 });
}

og_value *og_sum(size_t n, og_value *const *values)
{
    og_build node = { 0 };

    return og_build_node(&node, "Sum", 0, NULL, n, values, 0, NULL);
}

og_value *og_swish_with(og_value *x, const og_swish_options *o)
{
    og_build node = { 0 };

    og_build_some_float(&node, "alpha", o->alpha);
    return og_build_node(&node, "Swish", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_swish(og_value *x)
{
    return og_swish_with(x, &(const og_swish_options){ 0 });
}

og_value *og_tan(og_value *input)
{
    og_build node = { 0 };

    return og_build_node(&node, "Tan", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_tanh(og_value *input)
{
    og_build node = { 0 };

    return og_build_node(&node, "Tanh", 1, (og_value *[]){ input }, 0, NULL, 0, NULL);
}

og_value *og_thresholded_relu_with(og_value *x, const og_thresholded_relu_options *o)
{
    og_build node = { 0 };

    og_build_some_float(&node, "alpha", o->alpha);
    return og_build_node(&node, "ThresholdedRelu", 1, (og_value *[]){ x }, 0, NULL, 0, NULL);
}

og_value *og_thresholded_relu(og_value *x)
{
    return og_thresholded_relu_with(x, &(const og_thresholded_relu_options){ 0 });
}

og_value *og_tile(og_value *input, og_value *repeats)
{
    og_build node = { 0 };

    return og_build_node(&node, "Tile", 2, (og_value *[]){ input, repeats }, 0, NULL, 0, NULL);
}

og_value *og_top_k_with(og_value *x, og_value *k, const og_top_k_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "axis", o->axis);
    og_build_some_int(&node, "largest", o->largest);
    og_build_some_int(&node, "sorted", o->sorted);
    return og_build_node(&node, "TopK", 2, (og_value *[]){ x, k }, 0, NULL, o->n_outputs,
        o->outputs);
}

og_value *og_top_k(og_value *x, og_value *k)
{
    return og_top_k_with(x, k, &(const og_top_k_options){ 0 });
}

og_value *og_trilu_with(og_value *input, og_value *k, const og_trilu_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "upper", o->upper);
    return og_build_node(&node, "Trilu", 2, (og_value *[]){ input, k }, 0, NULL, 0, NULL);
}

og_value *og_trilu(og_value *input, og_value *k)
{
    return og_trilu_with(input, k, &(const og_trilu_options){ 0 });
}

og_value *og_unique_with(og_value *x, const og_unique_options *o)
{
    og_build node = { 0 };

    og_build_some_int(&node, "axis", o->axis);
    og_build_some_int(&node, "sorted", o->sorted);
    return og_build_node(&node, "Unique", 1, (og_value *[]){ x }, 0, NULL, o->n_outputs,
        o->outputs);
}

og_value *og_unique(og_value *x)
{
    return og_unique_with(x, &(const og_unique_options){ 0 });
}

og_value *og_upsample_with(og_value *x, og_value *scales, const og_upsample_options *o)
{
    og_build node = { 0 };

    og_build_string(&node, "mode", o->mode);
    return og_build_node(&node, "Upsample", 2, (og_value *[]){ x, scales }, 0, NULL, 0, NULL);
}

og_value *og_upsample(og_value *x, og_value *scales)
{
    return og_upsample_with(x, scales, &(const og_upsample_options){ 0 });
}

og_value *og_xor(og_value *a, og_value *b)
{
    og_build node = { 0 };

    return og_build_node(&node, "Xor", 2, (og_value *[]){ a, b }, 0, NULL, 0, NULL);
}
