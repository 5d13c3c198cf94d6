"""One of the workloads in PyTorch (eager), kept alive: each line `SECONDS` on standard input trains that long on made-up
data and answers with `MIN_MS MEDIAN_MS STEPS`.

usage: torch_worker.py WORKLOAD BATCH THREADS
"""
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def linear_stack(*sizes):
    layers = [nn.Flatten()]
    for i in range(len(sizes) - 1):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def lenet():
    return nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10))


class Residual(nn.Module):
    """Two 3x3 convolutions beside the input, which is projected where its shape changes."""

    def __init__(self, before, channels, stride):
        super().__init__()
        self.inner = nn.Sequential(
            nn.Conv2d(before, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))
        self.beside = nn.Identity() if stride == 1 and before == channels else nn.Sequential(
            nn.Conv2d(before, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        return torch.relu(self.inner(x) + self.beside(x))


def resnet8():
    return nn.Sequential(nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
                         Residual(16, 16, 1), Residual(16, 32, 2), Residual(32, 64, 2),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def momentum(parameters):
    return torch.optim.SGD(parameters, lr=0.1, momentum=0.9)


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.01)


def adam(parameters):
    return torch.optim.Adam(parameters, lr=1e-3)


WORKLOADS = {'mlp': (lambda: linear_stack(784, 128, 10), sgd),
             'mlp512': (lambda: linear_stack(784, 512, 512, 10), adam),
             'lenet': (lenet, adam), 'resnet8': (resnet8, momentum)}


def main():
    name, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    make, optimizer = WORKLOADS[name]
    model = make()
    parameters = list(model.parameters())
    update = optimizer(parameters)
    shape = (3, 32, 32) if name == 'resnet8' else (1, 28, 28)
    x, y = torch.randn(batch, *shape), torch.randint(0, 10, (batch,))

    def step():
        update.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        update.step()

    for _ in range(20):
        step()
    print('ready', flush=True)
    for line in sys.stdin:
        times, end = [], time.perf_counter() + float(line)
        while time.perf_counter() < end or len(times) < 5:
            start = time.perf_counter()
            step()
            times.append(time.perf_counter() - start)
        times.sort()
        print(times[0] * 1e3, times[len(times) // 2] * 1e3, len(times), flush=True)


main()
