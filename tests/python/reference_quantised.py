"""What QuantizeLinear and DequantizeLinear learned after the versions that ONNX Runtime has, against onnx's reference
evaluator, to the bit: precision of the division, scales of float8e8m0, 2-bit integers, float4, other output types."""
import os

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper
from onnx.reference import ReferenceEvaluator

from common import check, finish, onnxgrad, scratch

rng = np.random.default_rng(1)
X = (rng.standard_normal((5, 400)) * 3).astype(np.float32)
BIG = rng.integers(-2 ** 31, 2 ** 31, (5, 400)).astype(np.int32)


def scale(number, elem=T.FLOAT):
    return helper.make_tensor('scale', elem, [], [number])


def power(code, name='scale'):
    """float8e8m0: 2^(code - 127)"""
    return helper.make_tensor(name, T.FLOAT8E8M0, [], bytes([code]), raw=True)


def quantise(**attributes):
    return [helper.make_node('QuantizeLinear', ['x', 'scale'], ['q'], **attributes)]


def back(elem=T.FLOAT, **attributes):
    return quantise(output_dtype=T.INT16) + [
        helper.make_node('DequantizeLinear', ['q', 'other'], ['d'], **attributes),
        helper.make_node('Cast', ['d'], ['y'], to=elem)]


def seen(nodes):
    return nodes + [helper.make_node('Cast', ['q'], ['y'], to=T.FLOAT)]


OTHER = helper.make_tensor('other', T.FLOAT, [], [0.013])
CASES = [('division in float16', X, seen(quantise(precision=T.FLOAT16, output_dtype=T.INT8)), [scale(0.0371)]),
         ('division in bfloat16', X, seen(quantise(precision=T.BFLOAT16, output_dtype=T.INT8)), [scale(0.0371)]),
         ('float16', X.astype(np.float16), seen(quantise(output_dtype=T.INT8)), [scale(0.0371, T.FLOAT16)]),
         ('int32', BIG, seen(quantise(output_dtype=T.INT8)), [scale(2.0 ** 24)]),
         ('scale of float8e8m0', X, seen(quantise(output_dtype=T.FLOAT8E4M3FN)), [power(122)]),
         ('float4e2m1', X, seen(quantise(output_dtype=T.FLOAT4E2M1)), [scale(0.5)]),
         ('int2', X, seen(quantise(output_dtype=T.INT2)), [scale(0.9)]),
         ('uint2', X, seen(quantise(output_dtype=T.UINT2)), [scale(0.9)]),
         ('back to bfloat16', X, back(output_dtype=T.BFLOAT16), [scale(0.01), OTHER]),
         ('back by a scale of float8e8m0', X, back(output_dtype=T.FLOAT), [scale(0.01), power(122, 'other')]),
         ('back by a scale of float16 to float', X, back(output_dtype=T.FLOAT),
          [scale(0.001), helper.make_tensor('other', T.FLOAT16, [], [0.013])])]

for what, x, nodes, tensors in CASES:
    graph = helper.make_graph(
        nodes, 'g', [helper.make_tensor_value_info('x', helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)],
        [helper.make_tensor_value_info('y', T.FLOAT, None)], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 25)], ir_version=13)
    with scratch() as folder:
        path = os.path.join(folder, 'model.onnx')
        onnx.save(model, path)
        np.save(os.path.join(folder, 'x.npy'), x)
        onnxgrad('run', path, '--in', f'x={os.path.join(folder, "x.npy")}', '--out', os.path.join(folder, 'out'))
        found = np.load(os.path.join(folder, 'out', 'outputs.npz'))['y']
    wanted = ReferenceEvaluator(model).run(None, {'x': x})[0]
    check(found.shape == wanted.shape and np.array_equal(found, wanted),
          f'{what}: {int((found != wanted).sum())} of {wanted.size} differ')
finish()
