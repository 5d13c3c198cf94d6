#!/usr/bin/env python3
"""usage: bench/compare.py ONNXGRAD [--python PYTHON] [--rounds N] [--seconds S] [--only mlp,lenet] [--threads 1,2]

Training steps of onnxgrad and PyTorch (eager) side by side: in each round first one, then the other, on a machine that
does nothing else.  PyTorch's process is kept alive and restarted twice; ours starts anew each round.  Prints the median
of the rounds' ratios of the fastest steps, ours / PyTorch's, with the lowest and the highest.

PYTHON has torch (bench/README.md); $ONNXGRAD_TORCH is its default.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
WORKLOADS = {  # batch, chain; the networks are the zoo's
    'mlp': (64, 'clip_norm(1.0) | sgd(lr=0.01)'),
    'mlp512': (128, 'clip_norm(1.0) | adam(lr=1e-3)'),
    'lenet': (64, 'clip_norm(1.0) | adam(lr=1e-3)'),
    'resnet8': (32, 'clip_norm(1.0) | sgd(lr=0.1, momentum=0.9)'),
}
RESTARTS = 3


class Torch:
    def __init__(self, python, name, batch, threads):
        worker = [python, os.path.join(HERE, 'torch_worker.py'), name, str(batch), str(threads)]
        self.process = subprocess.Popen(worker, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != 'ready':
            sys.exit(f'{python} cannot run bench/torch_worker.py: see bench/README.md')

    def run(self, seconds):
        print(seconds, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline().split()[0])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def ours(command, name, batch, chain, threads, seconds):
    out = subprocess.run([command, 'bench', f'zoo:{name}', '--batch', str(batch), '--opt', chain, '--threads',
                          str(threads), '--seconds', str(seconds), '--json'], stdout=subprocess.PIPE, text=True,
                         check=True).stdout
    return json.loads(out)


def compare(a, name, threads):
    batch, chain = WORKLOADS[name]
    ratios, fastest, theirs, first, peak = [], [], [], [], []
    torch = None
    for i in range(a.rounds):
        if i % max(1, -(-a.rounds // RESTARTS)) == 0:
            if torch:
                torch.close()
            torch = Torch(a.python, name, batch, threads)
        one = ours(a.command, name, batch, chain, threads, a.seconds)
        other = torch.run(a.seconds)
        ratios.append(one['min_ms'] / other)
        fastest.append(one['min_ms'])
        theirs.append(other)
        first.append(one['first_step_ms'])
        peak.append(one['peak_mb'])
    torch.close()
    print(f"{name:7} b{batch:<4} {threads} thread{'s' if threads > 1 else ' '}  {min(fastest):8.3f} ms  {min(theirs):8.3f} ms"
          f"  {statistics.median(ratios):5.2f}  ({min(ratios):.2f} to {max(ratios):.2f})"
          f"  {min(first):5.0f} ms  {max(peak):5.0f} MB", flush=True)


def main():
    p = argparse.ArgumentParser(usage=__doc__.split('\n')[0][7:])
    p.add_argument('command')
    p.add_argument('--python', default=os.environ.get('ONNXGRAD_TORCH', 'python3'))
    p.add_argument('--rounds', type=int, default=12)
    p.add_argument('--seconds', type=float, default=0.7)
    p.add_argument('--only', default=','.join(WORKLOADS))
    p.add_argument('--threads', default='1,2')
    a = p.parse_args()
    a.command = os.path.abspath(a.command)
    print('model   batch threads       onnxgrad      PyTorch  ratio  (spread)        first step   peak')
    for threads in a.threads.split(','):
        for name in a.only.split(','):
            compare(a, name, int(threads))


main()
