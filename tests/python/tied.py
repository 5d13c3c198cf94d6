"""A weight that an exporter split, as PyTorch's does with the embedding that is also the head: once as the table of a
Gather, once transposed for a MatMul.  It is reported; with --tie the two stay one weight, and the saved file has both."""
import json
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from common import check, finish, onnxgrad, scratch, train

SYMBOLS, WIDTH, ROWS = 7, 5, 64


def make_model(path):
    rng = np.random.default_rng(3)
    table = rng.standard_normal((SYMBOLS, WIDTH)).astype(np.float32)
    other = rng.standard_normal((WIDTH, WIDTH)).astype(np.float32)
    nodes = [helper.make_node('Gather', ['head.weight', 'token'], ['h']),
             helper.make_node('MatMul', ['h', 'other'], ['m']),
             helper.make_node('Tanh', ['m'], ['t']),
             helper.make_node('MatMul', ['t', 'val_87'], ['logits'])]
    info = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, 'tied', [info('token', TensorProto.INT64, ['n'])],
                              [info('logits', TensorProto.FLOAT, ['n', SYMBOLS])],
                              [numpy_helper.from_array(table, 'head.weight'),
                               numpy_helper.from_array(other, 'other'),
                               numpy_helper.from_array(np.ascontiguousarray(table.T), 'val_87')])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8), path)


def weights(path):
    return {t.name: numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}


with scratch() as folder:
    model, data = os.path.join(folder, 'tied.onnx'), os.path.join(folder, 'data.npz')
    make_model(model)
    rng = np.random.default_rng(4)
    np.savez(data, token=rng.integers(0, SYMBOLS, ROWS), label=rng.integers(0, SYMBOLS, ROWS))
    options = ['--data', f'npz:{data}', '--loss', 'cross_entropy(logits, label)', '--opt', 'sgd(lr=0.1)',
               '--steps', 20, '--batch', 16]

    whys = {p['name']: p['why'] for p in json.loads(onnxgrad('inspect', model, '--json'))['parameters']}
    check("transpose of 'head.weight'" in whys['val_87'], 'inspect says that val_87 is the transpose of head.weight')
    check('--tie' not in whys['other'] + whys['head.weight'], 'and says it of no other')

    before = weights(model)
    train(model, os.path.join(folder, 'apart'), *options)
    apart = weights(os.path.join(folder, 'apart', 'model.onnx'))
    check(np.abs(apart['val_87'] - apart['head.weight'].T).max() > 1e-3, 'without --tie the two drift apart')

    train(model, os.path.join(folder, 'joined'), *options, '--tie')
    joined = weights(os.path.join(folder, 'joined', 'model.onnx'))
    check((joined['val_87'] == joined['head.weight'].T).all(), 'with --tie they are one weight in the saved file')
    check(np.abs(joined['head.weight'] - before['head.weight']).max() > 1e-3, 'which has learned')

    options[options.index('--opt') + 1] += ' | ema_weights(0.9)'
    train(model, os.path.join(folder, 'averaged'), *options, '--tie')
    averaged = weights(os.path.join(folder, 'averaged', 'model.onnx'))
    check((averaged['val_87'] == averaged['head.weight'].T).all(), 'an average of them is one weight too')
    check(np.abs(averaged['head.weight'] - joined['head.weight']).max() > 1e-3, 'which is not the last one')
finish()
