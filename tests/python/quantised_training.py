"""Quantisation-aware training by the command: a digits network in QDQ form whose weights are float initializers put
through QuantizeLinear and DequantizeLinear.  The weights are found and learn, the scales do not; the trained file says in
ONNX Runtime what was measured; the exported step, straight-through estimator and all, learns there as here."""
import json
import os

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

from common import check, finish, log_of, onnxgrad, read_safetensors, scratch, train

STEPS, BATCH = 12, 64


def quantised(nodes, x, scale, zero, **attributes):
    nodes.append(helper.make_node('QuantizeLinear', [x, scale, zero], [x + '_q'], **attributes))
    nodes.append(helper.make_node('DequantizeLinear', [x + '_q', scale, zero], [x + '_dq'], **attributes))
    return x + '_dq'


def make_model(path):
    rng = np.random.default_rng(5)
    weights = {'fc1.weight': rng.uniform(-0.125, 0.125, (64, 48)), 'fc1.bias': np.zeros(48),
               'fc2.weight': rng.uniform(-0.15, 0.15, (48, 10)), 'fc2.bias': np.zeros(10),
               # powers of 2: sums of products are exact
               'x_scale': 1 / 256, 'h_scale': 1 / 64, 'fc1_scale': np.full(48, 1 / 128), 'fc2_scale': 1 / 128}
    tensors = [numpy_helper.from_array(np.array(v, np.float32), k) for k, v in weights.items()]
    tensors += [numpy_helper.from_array(np.uint8(0), 'zero'), numpy_helper.from_array(np.int8(0), 'w_zero'),
                numpy_helper.from_array(np.zeros(48, np.int8), 'w_zeros')]
    nodes = []
    x = quantised(nodes, 'x', 'x_scale', 'zero')
    w = quantised(nodes, 'fc1.weight', 'fc1_scale', 'w_zeros', axis=1)
    nodes += [helper.make_node('MatMul', [x, w], ['m']), helper.make_node('Add', ['m', 'fc1.bias'], ['a']),
              helper.make_node('Relu', ['a'], ['h'])]
    h = quantised(nodes, 'h', 'h_scale', 'zero')
    w = quantised(nodes, 'fc2.weight', 'fc2_scale', 'w_zero')
    nodes += [helper.make_node('MatMul', [h, w], ['n']), helper.make_node('Add', ['n', 'fc2.bias'], ['logits'])]
    info = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, 'qdq', [info('x', TensorProto.FLOAT, ['batch', 64])],
                              [info('logits', TensorProto.FLOAT, ['batch', 10])], tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8), path)


def initializers(path):
    return {t.name: numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}


def session_of(path):
    options = ort.SessionOptions()
    options.log_severity_level = 3  # it warns of each weight that is an input
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    return ort.InferenceSession(path, options, providers=['CPUExecutionProvider'])


def steps_compared(model, folder, arguments, step, x, label):
    """How far the losses and weights of each step are from those that the exported step makes of the same state in ONNX
    Runtime.  Of the same state: once a weight lies on the other side of a rounding, two trainings go their own ways."""
    session, run, worst = session_of(step), os.path.join(folder, 'short'), [0, 0]
    names = [o.name for o in session.get_outputs()]
    state = {k: v for k, v in initializers(step).items() if k + '_new' in names}
    for t in range(STEPS):
        rows = slice(t * BATCH, (t + 1) * BATCH)
        result = dict(zip(names, session.run(None, {**state, 'x': x[rows], 'label': label[rows]})))
        if t == 0:
            train(model, run, '--steps', 1, '--batch', BATCH, '--no-shuffle', *arguments)
        else:
            onnxgrad('train', '--resume', run, '--steps', t + 1, '-q')
        ours = read_safetensors(os.path.join(run, 'last.safetensors'))
        worst = [max(worst[0], abs(float(result['loss']) - log_of(run)[-1]['loss'])),
                 max(worst[1], *(float(np.abs(result[k + '_new'].astype(float) - ours[k]).max()) for k in state))]
        state = {k: ours[k].reshape(state[k].shape) for k in state}
    return worst


with scratch() as folder:
    model = os.path.join(folder, 'qdq.onnx')
    make_model(model)
    found = {p['name']: p for p in json.loads(onnxgrad('inspect', model, '--json'))['parameters']}
    check(all(found[k]['trained'] for k in ('fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias')),
          'weights and biases are trained, through QuantizeLinear')
    check(not found['fc1_scale']['trained'] and 'x_scale of DequantizeLinear' in found['fc1_scale']['why'],
          'a scale per channel is not, for it is one')

    run = train(model, os.path.join(folder, 'long'), '--data', 'digits', '--eval', 'digits:test', '--opt',
                'adam(lr=3e-3)', '--epochs', 8)
    log = log_of(os.path.join(folder, 'long'))
    check(log[-1]['loss'] < 0.3 * log[0]['loss'], f'the loss falls: {log[0]["loss"]:.3f} to {log[-1]["loss"]:.3f}')
    check(run['accuracy'] > 0.93, f'accuracy {run["accuracy"]:.3f}')
    trained, before = initializers(run['model']), initializers(model)
    check(all((trained[k] == before[k]).all() for k in before if 'scale' in k or 'zero' in k), 'scales stay as they were')
    x = np.random.default_rng(7).uniform(0, 1.2, (50, 64)).astype(np.float32)
    np.save(os.path.join(folder, 'x.npy'), x)
    onnxgrad('run', run['model'], '--in', f'x={os.path.join(folder, "x.npy")}', '--out', os.path.join(folder, 'out'))
    logits = np.load(os.path.join(folder, 'out', 'outputs.npz'))['logits']
    wanted = session_of(run['model']).run(None, {'x': x})[0]
    check(np.abs(logits - wanted).max() < 1e-5, 'the trained file gives the same logits in ONNX Runtime')

    short = ['--data', 'npz:' + os.path.join(folder, 'data.npz'), '--loss', 'cross_entropy(logits, label)', '--opt',
             'clip_norm(1.0) | sgd(lr=0.5)']
    rng = np.random.default_rng(6)
    label = rng.integers(0, 10, STEPS * BATCH)
    x = np.clip(rng.normal(0.3, 0.2, (STEPS * BATCH, 64)) + (np.arange(64) % 10 == label[:, None]) * 0.5, 0, 1.2)
    x = x.astype(np.float32)
    np.savez(os.path.join(folder, 'data.npz'), x=x, label=label)
    step = os.path.join(folder, 'step.onnx')
    onnxgrad('step', model, *short[2:], '-o', step)
    onnx.checker.check_model(step, full_check=True)
    loss, weight = steps_compared(model, folder, short, step, x, label)
    check(loss < 1e-5, f'the losses of {STEPS} steps are those of the exported step in ONNX Runtime ({loss:.1e})')
    check(weight < 1e-5, f'and so are the weights ({weight:.1e})')
finish()
