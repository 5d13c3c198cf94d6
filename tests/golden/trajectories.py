"""Writes training/NAME beside this file: small networks, trained 12 steps by PyTorch 2.13, as cases for `onnxgrad test`.

    python3 -m venv VENV && VENV/bin/pip install torch==2.13.0 onnx==1.23.2 numpy
    VENV/bin/python tests/golden/trajectories.py

A case holds the model with its first weights (model.onnx), the batches, and what PyTorch got: losses, norms before and
after the clip, the first gradients, the last parameters.  Each run is made in float32 and in float64; a tolerance is ten
times their distance, and at least 1e-5 of the number (2e-5 of a tensor's largest element).
"""
import json
import os

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional as F

STEPS, DISTINCT = 12, 4
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'training')


class Cnn(nn.Module):
    """Convolution, batch normalisation in training mode, pooling, stride, a layer; and its ONNX nodes."""
    input_shape, classes = (2, 9, 9), 4

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 5, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(5)
        self.conv2 = nn.Conv2d(5, 6, 3, stride=2)
        self.fc = nn.Linear(6, 4)

    def forward(self, x):
        h = F.max_pool2d(F.relu(self.bn(self.conv1(x))), 2)
        return self.fc(torch.sigmoid(self.conv2(h)).flatten(1))

    nodes = [
        ('Conv', ['x', 'conv1.weight'], ['c1'], dict(pads=[1, 1, 1, 1])),
        ('BatchNormalization', ['c1', 'bn.weight', 'bn.bias', 'bn.running_mean', 'bn.running_var'],
         ['b1', 'bn_mean', 'bn_var'], dict(training_mode=1)),
        ('Relu', ['b1'], ['r1'], {}),
        ('MaxPool', ['r1'], ['p1'], dict(kernel_shape=[2, 2], strides=[2, 2])),
        ('Conv', ['p1', 'conv2.weight', 'conv2.bias'], ['c2'], dict(strides=[2, 2])),
        ('Sigmoid', ['c2'], ['s2'], {}),
        ('Flatten', ['s2'], ['f'], {}),
        ('Gemm', ['f', 'fc.weight', 'fc.bias'], ['logits'], dict(transB=1)),
    ]


class Mlp(nn.Module):
    """Three layers with a normalisation and a smooth activation."""
    input_shape, classes = (7,), 3

    def __init__(self):
        super().__init__()
        self.fc1, self.norm, self.fc2, self.fc3 = nn.Linear(7, 9), nn.LayerNorm(9), nn.Linear(9, 6), nn.Linear(6, 3)

    def forward(self, x):
        return self.fc3(torch.tanh(self.fc2(F.gelu(self.norm(self.fc1(x))))))

    nodes = [
        ('Gemm', ['x', 'fc1.weight', 'fc1.bias'], ['h1'], dict(transB=1)),
        ('LayerNormalization', ['h1', 'norm.weight', 'norm.bias'], ['n1'], {}),
        ('Gelu', ['n1'], ['g1'], {}),
        ('Gemm', ['g1', 'fc2.weight', 'fc2.bias'], ['h2'], dict(transB=1)),
        ('Tanh', ['h2'], ['t2'], {}),
        ('Gemm', ['t2', 'fc3.weight', 'fc3.bias'], ['logits'], dict(transB=1)),
    ]


def norm_of(parameters):
    return float(torch.sqrt(sum((p.grad.double() ** 2).sum() for p in parameters)))


def clip_all(parameters):
    nn.utils.clip_grad_norm_(parameters, 0.6)


def clip_each(parameters):
    for p in parameters:
        nn.utils.clip_grad_norm_([p], 0.15)


CASES = {
    'cnn_sgd_momentum': (Cnn, 'clip_norm(0.6) | sgd(lr=0.1, momentum=0.9, nesterov=true)', clip_all,
                         lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True)),
    # eps well above rounding: with 1e-8 a gradient that is nothing but rounding moves a weight by lr
    'mlp_adamw': (Mlp, 'clip_layer(0.15) | adamw(lr=0.02, eps=1e-5, weight_decay=0.05)', clip_each,
                  lambda p: torch.optim.AdamW(p, lr=0.02, eps=1e-5, weight_decay=0.05)),
    'cnn_rmsprop': (Cnn, 'clip_layer(0.15) | rmsprop(lr=0.005, alpha=0.9, eps=1e-4)', clip_each,
                    lambda p: torch.optim.RMSprop(p, lr=0.005, alpha=0.9, eps=1e-4)),
}


def run(make, clip, optimizer, batches, dtype):
    """What a training gave, as numpy in double."""
    torch.manual_seed(1)
    model = make().to(dtype).train()
    start = {k: v.clone() for k, v in model.state_dict().items()}
    parameters = list(model.parameters())
    update = optimizer(parameters)
    got = {'loss': [], 'grad_norm': [], 'grad_norm_after_clip': [], 'lr': [], 'start': start}
    for t in range(STEPS):
        x, label = (torch.from_numpy(batches[k][t % DISTINCT]) for k in ('x', 'label'))
        update.zero_grad()
        loss = F.cross_entropy(model(x.to(dtype)), label)
        loss.backward()
        got['loss'].append(loss.item())
        got['grad_norm'].append(norm_of(parameters))
        if t == 0:
            got['grads_step0'] = {k: p.grad.clone().numpy() for k, p in model.named_parameters()}
        clip(parameters)
        got['grad_norm_after_clip'].append(norm_of(parameters))
        got['lr'].append(update.param_groups[0]['lr'])
        update.step()
    got['params_final'] = {k: p.detach().clone().numpy() for k, p in model.named_parameters()}
    with torch.no_grad():
        x, label = (torch.from_numpy(batches[k][0]) for k in ('x', 'label'))
        got['loss_after'] = F.cross_entropy(model(x.to(dtype)), label).item()
    return got


def write_model(make, start, path):
    nodes = [helper.make_node(op, inputs, outputs, **attributes) for op, inputs, outputs, attributes in make.nodes]
    weights = [numpy_helper.from_array(v.float().numpy(), k) for k, v in start.items() if v.dtype.is_floating_point]
    graph = helper.make_graph(
        nodes, 'case', [helper.make_tensor_value_info('x', TensorProto.FLOAT, ['n', *make.input_shape])],
        [helper.make_tensor_value_info('logits', TensorProto.FLOAT, ['n', make.classes])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 20)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def distance(a, b, relative):
    return [max(10 * abs(x - y), relative * abs(y)) for x, y in zip(a, b)]


def tensor_tolerance(a, b):
    return {k: float(max(10 * np.abs(a[k] - b[k]).max(), 2e-5 * np.abs(b[k]).max())) for k in a}


def write_case(name, make, chain, clip, optimizer):
    rng = np.random.default_rng(5)
    batches = {'x': rng.standard_normal((DISTINCT, 6, *make.input_shape)).astype(np.float32),
               'label': rng.integers(0, make.classes, (DISTINCT, 6))}
    single = run(make, clip, optimizer, batches, torch.float32)
    double = run(make, clip, optimizer, batches, torch.float64)
    folder = os.path.join(ROOT, name)
    os.makedirs(folder, exist_ok=True)
    write_model(make, single['start'], os.path.join(folder, 'model.onnx'))
    np.savez(os.path.join(folder, 'batches.npz'), **batches)
    for file in ('grads_step0', 'params_final'):
        np.savez(os.path.join(folder, file + '.npz'), **single[file])
    names = list(single['params_final'])
    case = {
        'name': name, 'made_with': {'torch': torch.__version__}, 'model': {'file': 'model.onnx'},
        'inputs': {'x': {'dtype': 'float32', 'shape': list(batches['x'].shape[1:])}},
        'labels': {'label': {'dtype': 'int64', 'shape': [6]}}, 'outputs': ['logits'],
        'batches': {'file': 'batches.npz', 'distinct': DISTINCT, 'accumulate': 1}, 'mode': 'train',
        'loss': [{'kind': 'softmax_cross_entropy', 'prediction': 'logits', 'target': 'label', 'reduction': 'mean'}],
        'steps': STEPS, 'chain': chain, 'trainable': names, 'frozen': [],
        'lr': single['lr'], 'loss_f32': single['loss'], 'grad_norm': single['grad_norm'],
        'grad_norm_after_clip': single['grad_norm_after_clip'], 'loss_after': single['loss_after'],
        'clip_acts': sum(b < a * (1 - 1e-6) for a, b in zip(single['grad_norm'], single['grad_norm_after_clip'])),
        'noise_elements': {},
        'tolerance': {
            'loss': distance(single['loss'], double['loss'], 1e-5),
            'grad_norm': distance(single['grad_norm'], double['grad_norm'], 1e-5),
            'loss_after': distance([single['loss_after']], [double['loss_after']], 1e-5)[0],
            'params_final': tensor_tolerance(single['params_final'], double['params_final']),
            'grads_step0': tensor_tolerance(single['grads_step0'], double['grads_step0']),
            'noise_elements': {},
        },
    }
    with open(os.path.join(folder, 'case.json'), 'w') as f:
        json.dump(case, f, indent=1)
        f.write('\n')


for case, (model, chain, clip, optimizer) in CASES.items():
    write_case(case, model, chain, clip, optimizer)
