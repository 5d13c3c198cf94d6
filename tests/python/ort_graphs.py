"""Exported gradient and step graphs in ONNX Runtime: over ten steps the numbers that `train` logs and saves."""
import os

import numpy as np
import onnx
import onnxruntime as ort
from onnx import numpy_helper

from common import check, fashion_mnist, finish, log_of, onnxgrad, scratch, train

STEPS, BATCH = 10, 64
LOSS = 'cross_entropy(logits, label)'


def session_of(model):
    options = ort.SessionOptions()
    options.log_severity_level = 3  # it warns of each weight that is an input
    return ort.InferenceSession(model if isinstance(model, str) else model.SerializeToString(), options,
                                providers=['CPUExecutionProvider'])


def close(a, b, tolerance):
    return np.abs(a - b).max() <= tolerance * max(1.0, np.abs(b).max())


def step_by_step(path, batches):
    """The state before each step and after the last, and what each step gave, by ONNX Runtime alone."""
    model = onnx.load(path)
    session = session_of(path)
    names = [o.name for o in session.get_outputs()]
    state = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer
             if t.name + '_new' in names}
    states, results = [state], []
    for batch in batches:
        result = dict(zip(names, session.run(None, {**state, **batch})))
        state = {name: result[name + '_new'] for name in state}
        states.append(state)
        results.append(result)
    return states, results


def gradients_at(path, state, batch):
    """Outputs of the gradient file with these weights in place of its own."""
    model = onnx.load(path)
    for t in model.graph.initializer:
        if t.name in state:
            t.CopyFrom(numpy_helper.from_array(state[t.name], t.name))
    session = session_of(model)
    names = [o.name for o in session.get_outputs()]
    return dict(zip(names, session.run(None, batch)))


def compare(zoo, chain, x_shape, images, labels, folder):
    run = train(zoo, os.path.join(folder, 'run'), '--steps', STEPS, '--batch', BATCH, '--no-shuffle',
                '--opt', chain)
    log = log_of(os.path.join(folder, 'run'))
    step_file, grad_file = os.path.join(folder, 'step.onnx'), os.path.join(folder, 'grad.onnx')
    onnxgrad('step', zoo, '--loss', LOSS, '--opt', chain, '-o', step_file)
    onnxgrad('grad', zoo, '--loss', LOSS, '-o', grad_file)
    for path in (step_file, grad_file):
        onnx.checker.check_model(path, full_check=True)
    batches = [{'x': images[i * BATCH:(i + 1) * BATCH].reshape(-1, *x_shape), 'label': labels[i * BATCH:(i + 1) * BATCH]}
               for i in range(STEPS)]
    states, results = step_by_step(step_file, batches)

    losses = np.array([float(r['loss']) for r in results])
    check(close(losses, np.array([row['loss'] for row in log]), 1e-5), f'{zoo}: the losses of {STEPS} steps')
    parameters = {t.name: numpy_helper.to_array(t) for t in onnx.load(run['model']).graph.initializer}
    for name, x in parameters.items():
        check(close(states[-1][name], x, 2e-5), f'{zoo}: {name} after {STEPS} steps')
        check(not np.array_equal(states[-1][name], states[0][name]), f'{zoo}: {name} has moved')

    norms, losses = [], []
    for state, batch in zip(states, batches):
        g = gradients_at(grad_file, state, batch)
        norms.append(np.sqrt(sum(float((g[name + '_grad'].astype(np.float64) ** 2).sum()) for name in parameters)))
        losses.append(float(g['loss']))
    check(close(np.array(norms), np.array([row['grad_norm'] for row in log]), 1e-5),
          f'{zoo}: the norms of {STEPS} gradients')
    check(close(np.array(losses), np.array([row['loss'] for row in log]), 1e-5),
          f'{zoo}: the losses of the gradient file')


def main():
    images, labels = fashion_mnist('train')
    for zoo, shape in (('zoo:mlp', (784,)), ('zoo:lenet', (1, 28, 28))):
        # Adam's eps is large: with 1e-8 a gradient that is nothing but rounding moves a weight by lr
        for chain in ('clip_norm(1.0) | sgd(lr=0.1)', 'clip_norm(0.5) | adam(lr=1e-3, eps=1e-4)'):
            with scratch() as folder:
                print(f'{zoo} with {chain}')
                compare(zoo, chain, shape, images, labels, folder)
    finish()


main()
