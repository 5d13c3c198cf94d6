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


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.01)


def adam(parameters):
    return torch.optim.Adam(parameters, lr=1e-3)


WORKLOADS = {'mlp': (lambda: linear_stack(784, 128, 10), sgd),
             'mlp512': (lambda: linear_stack(784, 512, 512, 10), adam),
             'lenet': (lenet, adam)}


def main():
    name, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    make, optimizer = WORKLOADS[name]
    model = make()
    parameters = list(model.parameters())
    update = optimizer(parameters)
    x, y = torch.randn(batch, 1, 28, 28), torch.randint(0, 10, (batch,))

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
