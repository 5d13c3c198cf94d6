"""Clip and optimizer alone in PyTorch, kept alive: each line `SECONDS` on standard input steps that long and answers with
`MIN_MS MEDIAN_MS MIN_CPU_MS STEPS`.  The gradients are there; nothing is computed but the norm, the clip and the update.

usage: clip_update_torch.py TENSORS ELEMENTS THREADS OPTIMIZER
"""
import sys
import time

import torch

OPTIMIZERS = {
    'adam': lambda p: torch.optim.Adam(p, lr=1e-3, fused=True),
    'adamw': lambda p: torch.optim.AdamW(p, lr=1e-3, fused=True),
    'momentum': lambda p: torch.optim.SGD(p, lr=1e-2, momentum=0.9, fused=True),
    'sgd': lambda p: torch.optim.SGD(p, lr=1e-2, fused=True),
}


def main():
    tensors, elements, threads = map(int, sys.argv[1:4])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    parameters = [torch.nn.Parameter(0.1 * torch.randn(elements)) for _ in range(tensors)]
    for p in parameters:
        p.grad = torch.randn(elements)
    optimizer = OPTIMIZERS[sys.argv[4]](parameters)

    def step():
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()

    for _ in range(5):
        step()
    print('ready', flush=True)
    for line in sys.stdin:
        times, least, end = [], float('inf'), time.perf_counter() + float(line)
        while time.perf_counter() < end or len(times) < 5:
            cpu, start = time.process_time(), time.perf_counter()
            step()
            times.append(time.perf_counter() - start)
            least = min(least, time.process_time() - cpu)
        times.sort()
        print(times[0] * 1e3, times[len(times) // 2] * 1e3, least * 1e3, len(times), flush=True)


main()
