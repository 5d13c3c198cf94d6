"""What clip-scan says of models that were made so that one answer is the right one: one layer that outweighs the others,
gradients that vanish, a run that clips always, one that clipping saves, one that it does not change, one that nothing saves."""
import json
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from common import check, finish, onnxgrad, scratch


def make_model(path, sizes, gains, activation):
    """Layers fc1, fc2, … with normal weights of deviation gain / sqrt(inputs)."""
    rng = np.random.default_rng(0)
    nodes, tensors, h = [], [], 'x'
    for i, (n, m, gain) in enumerate(zip(sizes, sizes[1:], gains), 1):
        w = (rng.standard_normal((n, m)) * gain / np.sqrt(n)).astype(np.float32)
        tensors += [numpy_helper.from_array(w, f'fc{i}.weight'),
                    numpy_helper.from_array(np.zeros(m, np.float32), f'fc{i}.bias')]
        nodes.append(helper.make_node('Gemm', [h, f'fc{i}.weight', f'fc{i}.bias'], [f'z{i}']))
        h = f'z{i}'
        if i < len(gains):
            nodes.append(helper.make_node(activation, [h], [f'h{i}']))
            h = f'h{i}'
    info = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, 'layers', [info('x', TensorProto.FLOAT, ['n', sizes[0]])],
                              [info(h, TensorProto.FLOAT, ['n', sizes[-1]])], tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8), path)


def scan(folder, name, model, chain, *arguments, status=0):
    """(norms, probes by clip, end) of a scan of the digits."""
    lines = [json.loads(line) for line in
             onnxgrad('clip-scan', model, '--data', 'digits', '--opt', chain, '--json', '-q', '--out', name, *arguments,
                      status=status, cwd=folder).splitlines()]
    probes = {line['clip']: line for line in lines if line['event'] == 'probe' and not line['fresh']}
    return lines[0], probes, lines[-1]


def kinds(norms):
    return [finding['kind'] for finding in norms['findings']]


def one_layer(folder):
    make_model(os.path.join(folder, 'uneven.onnx'), [64, 32, 10], [0.1, 30], 'Relu')
    norms, probes, _ = scan(folder, 'uneven', 'uneven.onnx', 'sgd(lr=0.003)', '--steps', 100, '--seeds', 2)
    said = [f['text'] for f in norms['findings'] if f['kind'] == 'one_layer']
    check(len(said) == 1 and "'fc1'" in said[0] and 'clip per layer' in said[0], f'one layer: {said}')
    tried = [p for p in probes.values() if p['clip'].startswith('clip_layer(')]
    check(sorted(p['from'] for p in tried) == ['P50', 'P90'], f'clips per layer were tried: {[p["clip"] for p in tried]}')

    norms, probes, _ = scan(folder, 'even', 'zoo:digits', 'sgd(lr=0.1)', '--steps', 100, '--seeds', 2)
    check('one_layer' not in kinds(norms) and not any('clip_layer' in clip for clip in probes),
          'where layers are even no clip per layer is tried')


def vanishing(folder):
    make_model(os.path.join(folder, 'deep.onnx'), [64] + [32] * 8 + [10], [1] * 9, 'Sigmoid')
    norms, _, end = scan(folder, 'deep', 'deep.onnx', 'sgd(lr=0.1)', '--steps', 100, '--probes', '0.4')
    said = [f['text'] for f in norms['findings'] if f['kind'] == 'vanishing']
    check(len(said) == 1 and "'fc1'" in said[0] and "'fc9'" in said[0] and 'only makes them shorter' in said[0],
          f'vanishing: {said}')
    check(end['advice'] == 'same', f'no clip is advised against it: {end["text"]}')


def outcomes(folder):
    steps = '--steps', 200, '--seeds', 2
    _, probes, end = scan(folder, 'slow', 'zoo:digits', 'sgd(lr=0.01)', *steps)
    check(end['advice'] == 'same' and end['chain'] == 'sgd(lr=0.01)', f'no difference: {end["reason"]}')

    _, _, end = scan(folder, 'disguise', 'zoo:digits', 'sgd(lr=2)', '--probes', '0.1', *steps)
    check(end['advice'] == 'lower_rate' and 'in disguise' in end['note'] and 'clip' not in end['chain'],
          f'always clipped: {end["note"]}, {end["chain"]}')

    _, probes, end = scan(folder, 'saved', 'zoo:digits', 'sgd(lr=2)', '--probes', '0.5', *steps)
    check(end['advice'] == 'clip' and end['chain'] == 'clip_norm(0.5) | sgd(lr=2)', f'clip: {end["reason"]}')

    norms, probes, end = scan(folder, 'lost', 'zoo:digits', 'sgd(lr=1e38)', '--probes', '1', *steps, status=1)
    check(norms['lost'] != '' and all(p['diverged'] == 2 for p in probes.values()) and end['advice'] == 'diverged',
          f'all diverged: {end["text"]}')


def broken(folder):
    """The norms of a run that broke are too large: thresholds below them are tried."""
    steps = '--steps', 60, '--seeds', 1
    norms, probes, _ = scan(folder, 'broken', 'zoo:digits', 'sgd(lr=3)', *steps)
    low = {p['from']: float(p['clip'][len('clip_norm('):-1]) for p in probes.values() if p['from'].startswith('P10')}
    check(norms['broken'] and abs(low['P10/100'] * 100 - low['P10']) < 0.1 * low['P10'], f'broken: {low}')

    norms, probes, _ = scan(folder, 'whole', 'zoo:digits', 'sgd(lr=0.3)', *steps)
    check(not norms['broken'] and 'P10/100' not in [p['from'] for p in probes.values()], 'a run that learns is not broken')

    _, probes, _ = scan(folder, 'parts', 'zoo:digits', 'sgd(lr=0.3)', '--probes', 'P50/2,clip_layer(P99)', *steps)
    check(sorted(p['from'] for p in probes.values()) == ['', 'P50/2', 'P99'], f'percentiles and parts: {list(probes)}')


with scratch() as folder:
    one_layer(folder)
    vanishing(folder)
    outcomes(folder)
    broken(folder)
finish()
