"""The quantised operators against ONNX Runtime, to the bit: models of many nodes, each with numbers of its own."""
import os

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper

from common import check, finish, onnxgrad, scratch

NUMBERS = {np.dtype(n): getattr(TensorProto, t) for n, t in
           (('float32', 'FLOAT'), ('float16', 'FLOAT16'), ('int8', 'INT8'), ('uint8', 'UINT8'), ('int16', 'INT16'),
            ('uint16', 'UINT16'), ('int32', 'INT32'))}
rng = np.random.default_rng(11)
nodes, feeds, outputs = [], {}, {}


def given(x):
    """An input of the model with these numbers."""
    name = f'in_{len(feeds)}'
    feeds[name] = np.array(x, order='C')
    return name


def cast(name, to):
    nodes.append(helper.make_node('Cast', [name], [name + '_cast'], to=to))
    return name + '_cast'


def add(what, op, inputs, n_out=1, seen_as=None, **attributes):
    """A node, of which all outputs are compared; those of types that numpy lacks as `seen_as`."""
    names = [f'out_{len(outputs) + k}' for k in range(n_out)]
    nodes.append(helper.make_node(op, inputs, names, **attributes))
    for name in names:
        outputs[cast(name, seen_as) if seen_as else name] = f'{op}, {what}'
    return names[0]


def bytes_of(dtype, *shape):
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    return rng.integers(low, high + 1, shape).astype(dtype)


def scales(*shape):
    return rng.uniform(0.01, 0.2, shape).astype(np.float32)


def x_of(*shape, dtype=np.float32):
    """Many of them saturate, some are ties of a scale of 1/8."""
    x = rng.standard_normal(shape) * 9
    x[rng.random(shape) < 0.2] = (rng.integers(-30, 30) + 0.5) / 8
    return x.astype(dtype)


GRIDS = [('one scale', (), {}), ('a vector of one scale', (1,), {}), ('per axis 0', (4,), {'axis': 0}),
         ('per axis 1', (3,), {}), ('per last axis', (700,), {'axis': -1}),
         ('blocks of 2 along axis 1', (4, 2, 700), {'axis': 1, 'block_size': 2}),
         ('blocks of 128 along the last axis', (4, 3, 6), {'axis': -1, 'block_size': 128})]


def linear_cases():
    for what, shape, attributes in GRIDS:
        for dtype in (np.int8, np.uint8, np.int16, np.uint16):
            scale, zero = given(scales(*shape)), given(bytes_of(dtype, *shape))
            text = f'{np.dtype(dtype)}, {what}'
            add(text, 'QuantizeLinear', [given(x_of(4, 3, 700)), scale, zero], **attributes)
            add(text, 'DequantizeLinear', [given(bytes_of(dtype, 4, 3, 700)), scale, zero], **attributes)
        for elem in ('INT4', 'UINT4'):
            q = add(f'{elem}, {what}', 'QuantizeLinear', [given(x_of(4, 3, 700)), given(scales(*shape))],
                    seen_as=TensorProto.INT32, output_dtype=getattr(TensorProto, elem), **attributes)
            add(f'{elem}, {what}', 'DequantizeLinear', [q, given(scales(*shape))], **attributes)
    for elem in ('FLOAT8E4M3FN', 'FLOAT8E4M3FNUZ', 'FLOAT8E5M2', 'FLOAT8E5M2FNUZ'):
        for saturate in (0, 1):
            x = x_of(4, 30) * 20
            x[(np.abs(x) >= 480 / 8) & (np.abs(x) < 496 / 8)] = 1  # ONNX Runtime makes them 448, ONNX's table NaN
            add(f'{elem}, saturate {saturate}', 'QuantizeLinear', [given(x), given(np.float32(0.125))],
                seen_as=TensorProto.FLOAT, output_dtype=getattr(TensorProto, elem), saturate=saturate)
    add('ties', 'QuantizeLinear', [given((np.arange(-300, 300) / 16).astype(np.float32)), given(np.float32(0.125)),
                                   given(np.int8(3))])
    add('float16', 'DequantizeLinear', [given(bytes_of(np.int8, 40)), given(np.float16(0.13)), given(np.int8(5))])
    add('int32', 'DequantizeLinear', [given(bytes_of(np.int32, 40)), given(np.float32(0.13))])
    add('', 'DynamicQuantizeLinear', [given(x_of(5, 40))], n_out=3)
    add('all above 0', 'DynamicQuantizeLinear', [given(np.abs(x_of(40)) + 1)], n_out=3)


def product_cases():
    for a, b in ((np.uint8, np.uint8), (np.uint8, np.int8), (np.int8, np.int8)):
        for inner in (7, 700):
            left, right = given(bytes_of(a, 2, 5, inner)), given(bytes_of(b, inner, 6))
            zero_a, zero_b, zeros_b = given(bytes_of(a)), given(bytes_of(b)), given(bytes_of(b, 6))
            text = f'{np.dtype(a)} by {np.dtype(b)}, {inner} terms'
            add(text, 'MatMulInteger', [left, right, zero_a, zero_b])
            add(text + ', per column', 'MatMulInteger', [left, right, zero_a, zeros_b])
            for scale, zero in ((scales(), zero_b), (scales(6), zeros_b)):
                add(text + f', scales {scale.shape}', 'QLinearMatMul',
                    [left, given(scales()), zero_a, right, given(scale), zero,
                     given(np.float32(inner * 1.3)), given(bytes_of(a))])


CONVS = [('', (2, 4, 9, 8), (6, 4, 3, 3), {}), ('padded', (1, 4, 9, 8), (6, 4, 3, 2), {'pads': [1, 0, 2, 1]}),
         ('strides and dilations', (1, 4, 9, 8), (6, 4, 3, 2), {'strides': [2, 1], 'dilations': [1, 2]}),
         ('groups', (2, 4, 9, 8), (6, 2, 3, 3), {'group': 2, 'pads': [1, 1, 1, 1]}),
         ('depthwise', (2, 4, 9, 8), (4, 1, 3, 3), {'group': 4}),
         ('SAME_UPPER', (1, 4, 9, 8), (6, 4, 2, 4), {'auto_pad': 'SAME_UPPER', 'strides': [2, 2]}),
         ('more than 258 terms', (1, 40, 5, 5), (6, 40, 3, 3), {'pads': [1, 1, 1, 1]}),
         ('one axis', (2, 4, 19), (6, 4, 3), {'pads': [1, 1]})]


def convolution_cases():
    for what, x_shape, w_shape, attributes in CONVS:
        x, x_zero = given(bytes_of(np.uint8, *x_shape)), given(bytes_of(np.uint8))
        add(what, 'ConvInteger', [x, given(bytes_of(np.uint8, *w_shape)), x_zero, given(bytes_of(np.uint8))],
            **attributes)
        channels = w_shape[0]
        for dtype, shape in ((np.int8, (channels,)), (np.uint8, ())):
            w_zero = given(np.zeros(shape, dtype) if shape else bytes_of(dtype))
            inputs = [x, given(scales()), x_zero, given(bytes_of(dtype, *w_shape)), given(scales(*shape)), w_zero,
                      given(np.float32(3.1)), given(bytes_of(np.uint8))]
            add(f'{what} {np.dtype(dtype)}, scales {shape}', 'QLinearConv', inputs, **attributes)
            inputs.append(given(rng.integers(-90000, 90000, channels).astype(np.int32)))
            add(f'{what} {np.dtype(dtype)}, scales {shape}, bias', 'QLinearConv', inputs, **attributes)


def make_model():
    info = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, 'quantised',
                              [info(name, NUMBERS[x.dtype], x.shape) for name, x in feeds.items()],
                              [info(name, TensorProto.UNDEFINED, None) for name in outputs])
    for value in graph.output:  # their types are inferred
        value.ClearField('type')
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 21)], ir_version=10)
    return onnx.shape_inference.infer_shapes(model, strict_mode=True)


def compare(path, folder):
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = ort.InferenceSession(path, options, providers=['CPUExecutionProvider'])
    expected = dict(zip(outputs, session.run(list(outputs), feeds)))
    np.savez(os.path.join(folder, 'in.npz'), **feeds)
    onnxgrad('run', path, '--in', os.path.join(folder, 'in.npz'), '--out', os.path.join(folder, 'out'))
    results = np.load(os.path.join(folder, 'out', 'outputs.npz'))
    for name, what in outputs.items():
        found, wanted = results[name], expected[name]
        same = found.dtype == wanted.dtype and found.shape == wanted.shape and np.array_equal(
            found, wanted, equal_nan=wanted.dtype.kind == 'f')
        check(same, what + ('' if same else f': {int((found != wanted).sum())} of {wanted.size} differ'))


for cases in (linear_cases, product_cases, convolution_cases):
    nodes, feeds, outputs = [], {}, {}
    cases()
    with scratch() as folder:
        path = os.path.join(folder, 'quantised.onnx')
        onnx.save(make_model(), path)
        compare(path, folder)
finish()
