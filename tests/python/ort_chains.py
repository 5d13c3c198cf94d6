"""Chains exported by `step`, run by ONNX Runtime for ten steps: weights, slots and clocks that `train` has.

What cannot be exported must say why.
"""
import os
import subprocess

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

from common import COMMAND, check, finish, log_of, onnxgrad, read_safetensors, scratch, train

STEPS, INFINITE = 10, 4  # steps; which batch holds an infinite number, in some runs

# shape of a row, of its label (None: a class), rows in a batch
MODELS = {
    'digits': ((64,), None, 8),
    'mlp': ((784,), None, 4),
    'lenet': ((1, 28, 28), None, 2),
    'resnet8': ((3, 32, 32), None, 2),
    'lstm': ((100, 2), (1,), 2),
}

# Adam's eps is large: with 1e-8 a gradient that is nothing but rounding moves a weight by lr
CHAINS = [
    # clips
    ('digits', 'clip_norm(0.5) | sgd(lr=0.1)'),
    ('digits', 'clip_norm(0.5, p=1) | clip_norm(0.1, p=inf) | clip_norm(0.05, p=3) | sgd(lr=1)'),
    ('digits', 'clip_value(0.01) | clip_rms(0.005) | sgd(lr=1)'),
    ('mlp', 'clip_layer(0.1, share=size) | rmsprop(lr=0.001, centered=true, momentum=0.9, eps=1e-4)'),
    ('digits', 'clip_sign(0.1) | sgd(lr=0.01)'),
    ('lenet', 'agc(0.01) | sgd(lr=0.1, momentum=0.9, nesterov=true)'),
    ('digits', 'agc(0.01, units=columns) | sgd(lr=0.1)'),
    ('digits', 'clip_global_smooth(1) | centralize | normalize(0.5) | sgd(lr=0.1)'),
    ('lenet', 'autoclip(50, window=4) | sgd(lr=0.1)'),
    ('digits', 'autoclip(90, of=each, current=false, window=3) | sgd(lr=0.1)'),
    ('lstm', 'zclip(warmup=4, most=0.1) | sgd(lr=0.1)'),
    ('digits', 'adagc(warmup=4) | sgd(lr=0.1)'),
    # what decides whether there is a step
    ('resnet8', 'accumulate(3) | clip_norm(1) | adam(lr=1e-3, eps=1e-4)'),
    ('digits', 'accumulate(2) | finite(skip) | clip_norm(1) | sgd(lr=0.1, momentum=0.9)'),
    ('lenet', 'finite(skip, most=3) | clip_norm(1) | sgd(lr=0.1, momentum=0.9)', INFINITE),
    ('digits', 'unscale(1024, interval=2) | clip_norm(1) | adam(lr=1e-3, eps=1e-4)', INFINITE),
    ('digits', 'finite(zero) | sgd(lr=0.1)'),
    ('digits', 'finite(pass) | sgd(lr=0.1)'),
    # groups, selectors, frozen parameters, labels
    ('resnet8', 'clip_norm(1) | groups{ *.bias: sgd(lr=0.01); _: adamw(lr=2e-3, eps=0.01) }'),
    ('lenet', 'c=clip_norm(1)@"conv*"-"*.bias" | (clip_value(0.1) | decay(0.01))@fc* | a=sgd(lr=0.05)'),
    ('mlp', 'freeze@fc1.* | adagrad(lr=0.01)'),
    # schedules
    ('digits', 'adam(lr=cosine(0.01, steps=8, warmup=3), eps=1e-4)'),
    ('digits', 'groups{ fc1.*: sgd(lr=onecycle(0.1, steps=10)); _: sgd(lr=restarts(0.1, steps=3, times=2)) }'),
    ('digits', 'clip_norm(linear(1, steps=5, end=0.1)) | sgd(lr=join(0.1, exponential(0.1, gamma=0.5), at=4))'),
    ('digits', 'sgd(lr=step(multistep(0.1, at="3 6"), every=4, gamma=0.5)) | weight_clip(0.1)'),
    ('digits', 'scale(0.5) | sgd(lr=polynomial(0.1, steps=8, power=2))'),
    ('digits', 'stats | sgd(lr=cyclic(0.1, low=0.01, up=3))'),
    ('digits', 'trace(0.9) | lr(inverse(0.05, decay=0.5))'),
    ('digits', 'sgd(lr=plateau(0.1, patience=2, every=1))'),
    ('digits', 'plateau(patience=1, every=1) | polyak_sgd(max_lr=0.1)'),
    # optimizers
    ('lstm', 'clip_norm(0.25) | rmsprop(lr=0.002, alpha=0.95, momentum=0.5, eps=1e-3)'),
    ('mlp', 'adamw(lr=1e-3, eps=1e-4, amsgrad=true)'),
    ('lstm', 'clip_norm(1) | lion(lr=1e-4, weight_decay=0.1)'),
    ('lenet', 'adafactor(lr=0.01)'),
    ('digits', 'adafactor(lr=0.01, min_dim=8, compat=optax)'),
    ('mlp', 'groups{ *.weight: muon(lr=0.01); _: adam(eps=1e-4) }'),
    ('digits', 'prodigy(d0=1e-3)'),
    ('resnet8', 'sgd(lr=0.01, momentum=0.9) | lookahead(3)'),  # at 0.05 one rounding of the inputs moves a slot by 4e-3
    ('resnet8', 'sam(0.05) | sgd(lr=0.05)'),
    ('lstm', 'sam(0.05) | clip_norm(0.1) | sgd(lr=0.05)'),
    ('mlp', 'schedule_free_adamw(lr=0.01, eps=1e-4)'),
    ('digits', 'schedule_free_sgd(lr=0.1)'),
    ('lstm', 'clip_norm(1) | radam(lr=0.01, eps=1e-4) | ema_weights(0.9)'),
    ('digits', 'asgd(lr=0.1)'),
    ('digits', 'adamax(lr=0.01)'),
    ('digits', 'nadam(lr=0.01, eps=1e-4, weight_decay=0.1)'),
    ('digits', 'adadelta'),
    ('digits', 'rprop(lr=0.001)'),
    ('digits', 'lamb(lr=0.01, eps=1e-4)'),
    ('digits', 'lars(lr=0.1)'),
    ('digits', 'adabelief(lr=0.01, eps=1e-4)'),
    ('digits', 'yogi(lr=0.01)'),
    ('digits', 'adan(lr=0.01, eps=1e-4)'),
    ('digits', 'novograd(lr=0.01)'),
    ('digits', 'sm3(lr=0.1)'),
    ('digits', 'adopt(lr=0.01)'),
    ('digits', 'ademamix(lr=0.01, eps=1e-4)'),
    ('digits', 'optimistic_sgd(lr=0.1)'),
    ('digits', 'signum(lr=0.001) | average_weights(2)'),
    ('lenet', 'dog(lr=1, value=1e-3)'),
    ('digits', 'scale_by_trust_ratio | sign | lr(0.001)'),
    ('digits', 'ema(0.9) | scale_by_stddev(eps=1e-3) | lr(0.01)'),
    ('digits', 'scale_by_param_block_norm | scale_by_param_block_rms | lr(0.01)'),
    ('digits', 'momentum(lr=0.05, weight_decay=0.01, nesterov=true)'),
    ('digits', 'noise(0) | plateau(every=2, patience=0, threshold=0.1) | sgd(lr=0.1)'),
    ('mlp', 'sgd(lr=plateau(0.1, every=1, patience=1, threshold=0.5, factor=0.5))'),
    ('digits', 'polyak_sgd(max_lr=0.1)'),
    ('digits', 'dog(value=0.01)'),
    ('digits', 'madgrad(lr=0.01)'),
    ('digits', 'cocob'),
    ('digits', 'momo(lr=0.1)'),
    ('digits', 'dadapt_adamw(d0=1e-3, eps=1e-4)'),
    ('digits', 'acprop(lr=0.01, eps_root=1e-4)'),
    ('digits', 'fromage(lr=0.01)'),
    ('lenet', 'dowg(first=0.01)'),
    ('digits', 'sgd(lr=0.1) | keep_params_nonnegative'),
    # those that go through the loss again; not lbfgs with a line search, which on changing batches takes steps of a few
    # last bits of a weight, so that one rounding of the inputs decides its slots
    ('mlp', 'lbfgs(lr=0.01, history=3)'),
    ('lstm', 'sgd(lr=2) | scale_by_backtracking_linesearch(4, decrease=0.5)'),
]


def batches_of(zoo):
    shape, label, rows = MODELS[zoo]
    rng = np.random.default_rng(len(zoo))
    n = rows * STEPS
    x = rng.standard_normal((n, *shape)).astype(np.float32)
    y = rng.integers(0, 10, n) if label is None else rng.standard_normal((n, *label)).astype(np.float32)
    return x, y, rows, 'label' if label is None else 'target'


def session_of(path):
    options = ort.SessionOptions()
    options.log_severity_level = 3  # it warns of each weight that is an input
    options.intra_op_num_threads = 1
    return ort.InferenceSession(path, options, providers=['CPUExecutionProvider'])


def run_steps(path, x, y, rows, label):
    """The state after ten steps, and what each step gave, by ONNX Runtime alone."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    session = session_of(path)
    names = [o.name for o in session.get_outputs()]
    state = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer if t.name + '_new' in names}
    first, results = state, []
    for i in range(0, len(x), rows):
        results.append(dict(zip(names, session.run(None, {**state, 'x': x[i:i + rows], label: y[i:i + rows]}))))
        state = {name: results[-1][name + '_new'] for name in state}
    return first, state, results


def distance(a, b):
    """The largest difference beside the largest number of what was expected."""
    largest = float(np.abs(b).max(initial=0))
    return float(np.abs(a.astype(float) - b).max(initial=0)) / (largest if largest > 0 else 1)


def compare(zoo, chain, infinite):
    about = f'{zoo} with {chain}'
    x, y, rows, label = batches_of(zoo)
    if infinite is not None:
        x[infinite * rows] = np.inf
    with scratch() as folder:
        data, out, step = (os.path.join(folder, name) for name in ('data.npz', 'run', 'step.onnx'))
        np.savez(data, x=x, **{label: y})
        train(f'zoo:{zoo}', out, '--data', f'npz:{data}', '--steps', STEPS, '--batch', rows, '--no-shuffle', '--opt',
              chain)
        ours = read_safetensors(os.path.join(out, 'last.safetensors'))
        log = log_of(out)
        onnxgrad('step', f'zoo:{zoo}', '--opt', chain, '-o', step)
        first, theirs, results = run_steps(step, x, y, rows, label)
    worst, where = max((distance(theirs[name], ours[name]), name) for name in theirs)
    check(worst <= 1e-4, f'{about}: {len(theirs)} tensors, {where} by {worst:.1e}')
    still = [name for name in first if not name.startswith('opt/') and np.array_equal(first[name], theirs[name])]
    check(not still, f'{about}: every parameter has moved {still or ""}')
    losses = [(float(r['loss']), row['loss']) for i, (r, row) in enumerate(zip(results, log)) if i != infinite]
    check(len(log) == STEPS and max(abs(a - b) / max(1, abs(b)) for a, b in losses) <= 1e-5, f'{about}: the losses')
    if infinite is not None:
        check(not np.isfinite(results[infinite]['loss']), f'{about}: the loss of the batch is not finite')
        check(theirs['opt/step'] == ours['opt/step'] == STEPS - 1, f'{about}: its step was skipped')


def default_skips():
    """Without a word about it, an infinite gradient ends `train`; the file says so and keeps its state."""
    x, y, rows, label = batches_of('digits')
    x[:rows] = np.inf
    with scratch() as folder:
        step = os.path.join(folder, 'step.onnx')
        onnxgrad('step', 'zoo:digits', '--opt', 'clip_norm(1) | adam', '-o', step)
        first, last, results = run_steps(step, x[:rows], y[:rows], rows, label)
    check(not results[0]['finite'], 'an infinite gradient: the output `finite` is false')
    check(all(np.array_equal(first[name], last[name]) for name in first), 'an infinite gradient: the state is kept')


def random_chains():
    """ONNX Runtime draws other numbers than we do, and it may: the steps run, and every parameter moves."""
    for zoo, chain in (('digits', 'noise(0.01) | sgd(lr=0.1)'), ('lstm', 'sophia(lr=0.01, every=2)')):
        x, y, rows, label = batches_of(zoo)
        with scratch() as folder:
            step = os.path.join(folder, 'step.onnx')
            onnxgrad('step', f'zoo:{zoo}', '--opt', chain, '-o', step)
            first, last, results = run_steps(step, x, y, rows, label)
        moved = [name for name in first if not np.array_equal(first[name], last[name])]
        check(all(np.isfinite(last[name]).all() for name in last) and all(r['finite'] for r in results),
              f'{zoo} with {chain}: all numbers are finite')
        check(all(name in moved for name in first if not name.startswith('opt/')), f'{zoo} with {chain}: it trains')


def statistics():
    """Batches are normalised by their own statistics, the model that stands beside the step by running ones."""
    with scratch() as folder:
        path = os.path.join(folder, 'step.onnx')
        onnxgrad('step', 'zoo:resnet8', '--bn', 'frozen', '-o', path)
        outputs = [o.name for o in onnx.load(path).graph.output]
        check('bn1.bias_new' in outputs and not any('running' in name for name in outputs),
              '--bn frozen keeps statistics')
        onnxgrad('step', 'zoo:resnet8', '--form', 'training-info', '-o', path)
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        check(any(b.key == 'bn1.running_mean' for b in model.training_info[0].update_binding),
              'training-info: statistics are updated')
        check(all(len(node.output) == 1 for node in model.graph.node if node.op_type == 'BatchNormalization'),
              'training-info: the model infers')
        x = batches_of('resnet8')[0][:3]
        session = session_of(path)
        onnxgrad('step', 'zoo:resnet8', '--bn', 'frozen', '-o', path)
        frozen = session_of(path).run(['logits'], {'x': x, 'label': np.zeros(3, np.int64)})[0]
        check(distance(session.run(['logits'], {'x': x})[0], frozen) <= 1e-5, 'training-info: its logits')


def refused(about, arguments, words):
    run = subprocess.run([COMMAND, *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check(run.returncode in (2, 3) and words in run.stderr, f'{about} is refused: {words}')
    if words not in run.stderr:
        print(run.stderr)


def with_branch(path):
    """y = x w + (2 x w or x w, as the numbers say)."""
    twice = helper.make_graph([helper.make_node('Add', ['z', 'z'], ['twice'])], 'then', [],
                              [helper.make_tensor_value_info('twice', TensorProto.FLOAT, ['n', 2])])
    once = helper.make_graph([helper.make_node('Identity', ['z'], ['once'])], 'else', [],
                             [helper.make_tensor_value_info('once', TensorProto.FLOAT, ['n', 2])])
    nodes = [helper.make_node('MatMul', ['x', 'w'], ['z']), helper.make_node('ReduceSum', ['x'], ['s'], keepdims=0),
             helper.make_node('Cast', ['s'], ['flag'], to=TensorProto.BOOL),
             helper.make_node('If', ['flag'], ['branch'], then_branch=twice, else_branch=once),
             helper.make_node('Add', ['z', 'branch'], ['y'])]
    graph = helper.make_graph(nodes, 'branch', [helper.make_tensor_value_info('x', TensorProto.FLOAT, ['n', 3])],
                              [helper.make_tensor_value_info('y', TensorProto.FLOAT, ['n', 2])],
                              [numpy_helper.from_array(np.ones((3, 2), np.float32), 'w')])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18)], ir_version=10), path)


def refusals():
    with scratch() as folder:
        model, out = os.path.join(folder, 'branch.onnx'), os.path.join(folder, 'step.onnx')
        with_branch(model)
        refused('a loss through an If', ['step', model, '--loss', 'mse(y, target)', '-o', out, '--opt', 'sgd(lr=0.1)'],
                'If has no gradient')
        refused('muon over a vector', ['step', 'zoo:digits', '-o', out, '--opt', 'muon'], 'muon trains matrices')
        refused('a chain without a learning rate', ['step', 'zoo:digits', '-o', out, '--opt', 'clip_norm(1)'],
                'meets no learning rate')
        check(not os.path.exists(out), 'a refused step leaves no file')


def main():
    for zoo, chain, *infinite in CHAINS:
        compare(zoo, chain, infinite[0] if infinite else None)
    check(len(CHAINS) >= 20 and len({zoo for zoo, *_ in CHAINS}) == 5, f'{len(CHAINS)} chains over five models')
    default_skips()
    random_chains()
    statistics()
    refusals()
    finish()


main()
