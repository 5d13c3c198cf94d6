"""A file as CNTK wrote them (operator set 8, IR 3, batch fixed to 1 in inputs and in a Reshape, weights listed as
inputs) learns Fashion-MNIST at batch 64.  The result loads in ONNX Runtime, and nothing but weight bytes changed.

With ONNXGRAD_MODELS=FOLDER the same is done with FOLDER/mnist-8/model.onnx.
"""
import os

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

from common import SLOW, check, fashion_mnist, finish, scratch, train

WEIGHTS = {'kernel1': (8, 1, 5, 5), 'bias1': (8, 1, 1), 'kernel2': (16, 8, 5, 5), 'bias2': (16, 1, 1),
           'matrix': (16, 4, 4, 10), 'bias3': (1, 10)}


def make_model():
    """Half of the weights as raw bytes, half as float_data; shapes as int64_data; a field nobody knows at the end."""
    rng = np.random.default_rng(8)
    initializers = []
    for i, (name, shape) in enumerate(WEIGHTS.items()):
        x = (rng.uniform(-1, 1, shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)
        initializers.append(numpy_helper.from_array(x, name) if i % 2 else
                            helper.make_tensor(name, TensorProto.FLOAT, shape, x.ravel()))
    for name, shape in (('flat', (1, 256)), ('matrix_shape', (256, 10))):
        initializers.append(helper.make_tensor(name, TensorProto.INT64, (2,), shape))
    conv = dict(kernel_shape=[5, 5], auto_pad='SAME_UPPER')
    nodes = [
        helper.make_node('Reshape', ['matrix', 'matrix_shape'], ['matrix2']),
        helper.make_node('Conv', ['image', 'kernel1'], ['c1'], **conv),
        helper.make_node('Add', ['c1', 'bias1'], ['a1']),
        helper.make_node('Relu', ['a1'], ['r1']),
        helper.make_node('MaxPool', ['r1'], ['p1'], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node('Conv', ['p1', 'kernel2'], ['c2'], **conv),
        helper.make_node('Add', ['c2', 'bias2'], ['a2']),
        helper.make_node('Relu', ['a2'], ['r2']),
        helper.make_node('MaxPool', ['r2'], ['p2'], kernel_shape=[3, 3], strides=[3, 3]),
        helper.make_node('Reshape', ['p2', 'flat'], ['f']),
        helper.make_node('MatMul', ['f', 'matrix2'], ['m']),
        helper.make_node('Add', ['m', 'bias3'], ['scores'], doc_string='the end'),
    ]
    info = helper.make_tensor_value_info
    inputs = [info('image', TensorProto.FLOAT, [1, 1, 28, 28])]
    inputs += [info(t.name, t.data_type, list(t.dims)) for t in initializers]
    graph = helper.make_graph(nodes, 'like_mnist_8', inputs, [info('scores', TensorProto.FLOAT, [1, 10])],
                              initializers, value_info=[info('c1', TensorProto.FLOAT, [1, 8, 28, 28])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 8)], ir_version=3,
                              producer_name='a test', doc_string='kept as it is')
    helper.set_model_props(model, {'author': 'nobody'})
    return model.SerializeToString() + b'\xfa\x7d\x04keep'  # field 2015, which no version has


def weight_ranges(data):
    """Where the numbers of the float initializers lie in the file."""
    ranges = []
    for t in onnx.load_from_string(data).graph.initializer:
        if t.data_type != TensorProto.FLOAT:
            continue
        numbers = numpy_helper.to_array(t).tobytes()
        start = data.find(numbers)
        assert start >= 0 and data.find(numbers, start + 1) < 0, t.name
        ranges.append((t.name, start, start + len(numbers)))
    return ranges


def compare(name, data, path, folder):
    steps, accuracy = (['--steps', 150], 0.5) if SLOW else (['--epochs', 2], 0.8)
    run = train(path, os.path.join(folder, name), '--data', 'fashion-mnist', '--eval', 'fashion-mnist:test',
                '--batch', 64, *steps, '--opt', 'clip_norm(1.0) | adam(lr=1e-3)')
    check(run['accuracy'] > accuracy, f"{name}: accuracy {run['accuracy']:.4f}")
    with open(run['model'], 'rb') as f:
        trained = f.read()
    check(len(trained) == len(data), f'{name}: the trained file is as long as the original')
    changed = np.frombuffer(data, np.uint8) != np.frombuffer(trained, np.uint8)
    for weight, first, last in weight_ranges(data):
        check(changed[first:last].any(), f'{name}: {weight} was trained')
        changed[first:last] = False
    check(not changed.any(), f'{name}: {int(changed.sum())} bytes changed outside of the weights')

    images, labels = fashion_mnist('t10k')
    session = ort.InferenceSession(run['model'], providers=['CPUExecutionProvider'])
    name_in = [i.name for i in session.get_inputs()][0]
    right = sum(int(session.run(None, {name_in: x[None, None]})[0].argmax() == y)
                for x, y in zip(images[:2000], labels[:2000])) / 2000
    check(abs(right - run['accuracy']) < 0.03, f'{name}: {right:.4f} on 2,000 images in ONNX Runtime')


def main():
    with scratch() as folder:
        path = os.path.join(folder, 'foreign.onnx')
        data = make_model()
        with open(path, 'wb') as f:
            f.write(data)
        compare('foreign', data, path, folder)
        models = os.environ.get('ONNXGRAD_MODELS')
        if models:
            path = os.path.join(models, 'mnist-8', 'model.onnx')
            with open(path, 'rb') as f:
                compare('mnist-8', f.read(), path, folder)
    finish()


main()
