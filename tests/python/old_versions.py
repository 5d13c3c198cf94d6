"""usage: old_versions.py ONNXGRAD

Models of one node at old operator versions, with results by numpy: loading must bring each to today's meaning.
A row is (name, opset, operator, inputs, attributes, outputs); a name that says what is old about it.
"""
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import helper, numpy_helper

X = np.random.RandomState(0).randn(2, 3, 4).astype('f')
BLOCKS = np.arange(8, dtype='f')


def ints(*numbers):
    return np.array(numbers, np.int64)


def written(x, column, values):
    y = x.copy()
    y[np.arange(len(column)), column] = values
    return y


ROWS = [
    ('shape_attribute', 1, 'Reshape', [X], {'shape': [0, -1], 'consumed_inputs': [1, 0]}, [X.reshape(2, 12)]),
    ('axes_attribute', 1, 'Squeeze', [X[:1, :, :1]], {'axes': [0, 2]}, [X[0, :, 0]]),
    ('all_axes', 1, 'Squeeze', [X[:1, :, :1]], {}, [X[0, :, 0]]),
    ('negative_axes_attribute', 11, 'Squeeze', [X[:1]], {'axes': [-3]}, [X[0]]),
    ('axes_attribute', 1, 'Unsqueeze', [X], {'axes': [0, 2]}, [X[None][:, :, None]]),
    ('bounds_attributes', 1, 'Slice', [X], {'axes': [0, 2], 'starts': [0, -3], 'ends': [1, 1000]}, [X[0:1, :, -3:]]),
    ('bounds_without_axes', 1, 'Slice', [X], {'starts': [0, 1], 'ends': [-1, 3]}, [X[0:-1, 1:3]]),
    ('int32_bounds', 10, 'Slice', [X] + [np.array([k], np.int32) for k in (-1, -2**31, 2, -2)], {}, [X[:, :, ::-2]]),
    ('split_attribute', 2, 'Split', [X], {'axis': 2, 'split': [1, 3]}, [X[:, :, :1], X[:, :, 1:]]),
    ('equal_parts', 2, 'Split', [X], {'axis': 2}, [X[:, :, :2], X[:, :, 2:]]),
    ('equal_parts', 13, 'Split', [X], {'axis': -1}, [X[:, :, :2], X[:, :, 2:]]),
    ('axis_left_out', 1, 'Concat', [X, X], {}, [np.concatenate([X, X], 1)]),
    ('paddings', 1, 'Pad', [X], {'paddings': [0, 0, 1, 0, 0, 2], 'value': 1.5},
     [np.pad(X, ((0, 0), (0, 0), (1, 2)), constant_values=1.5)]),
    ('pads_attribute', 2, 'Pad', [X], {'pads': [0, 1, 1, 0, 1, 2], 'mode': 'reflect'},
     [np.pad(X, ((0, 0), (1, 1), (1, 2)), mode='reflect')]),
    ('k_attribute', 1, 'TopK', [X], {'k': 2},
     [np.sort(X)[..., :-3:-1], np.argsort(-X, kind='stable')[..., :2].astype(np.int64)]),
    ('count_and_axis', 1, 'Tile', [X, np.array([2], 'f'), np.array([1], 'f')], {}, [np.tile(X, (1, 2, 1))]),
    ('old_name', 9, 'Scatter', [X[0], ints(0, 2, 1)[:, None], np.array([[9], [8], [7]], 'f')], {'axis': 1},
     [written(X[0], [0, 2, 1], [9, 8, 7])]),
    ('no_mode', 1, 'DepthToSpace', [BLOCKS.reshape(1, 8, 1, 1)], {'blocksize': 2},
     [BLOCKS.reshape(1, 2, 2, 2, 1, 1).transpose(0, 3, 4, 1, 5, 2).reshape(1, 2, 2, 2)]),
]


def write(folder, opset, op, inputs, attributes, outputs):
    ends = []
    os.makedirs(os.path.join(folder, 'test_data_set_0'))
    for kind, arrays in (('input', inputs), ('output', outputs)):
        infos = []
        for i, array in enumerate(arrays):
            array = np.ascontiguousarray(array)
            element = helper.np_dtype_to_tensor_dtype(array.dtype)
            infos.append(helper.make_tensor_value_info(f'{kind}{i}', element, array.shape))
            with open(os.path.join(folder, 'test_data_set_0', f'{kind}_{i}.pb'), 'wb') as f:
                f.write(numpy_helper.from_array(array).SerializeToString())
        ends.append(infos)
    node = helper.make_node(op, [x.name for x in ends[0]], [y.name for y in ends[1]], **attributes)
    graph = helper.make_graph([node], op, *ends)
    model = helper.make_model(graph, ir_version=3, opset_imports=[helper.make_opsetid('', opset)])
    onnx.save(model, os.path.join(folder, 'model.onnx'))


def main():
    with tempfile.TemporaryDirectory() as root:
        for name, opset, *row in ROWS:
            write(os.path.join(root, f'{row[0]}_{opset}_{name}'), opset, *row)
        run = subprocess.run([sys.argv[1], 'test', root], stdout=subprocess.PIPE, text=True)
        print(run.stdout)
        if run.returncode != 0 or f'{len(ROWS)} passed' not in run.stdout:
            sys.exit(f'expected {len(ROWS)} cases to pass')


main()
