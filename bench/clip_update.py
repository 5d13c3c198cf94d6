#!/usr/bin/env python3
"""usage: bench/clip_update.py CLIP_UPDATE [--python PYTHON] [--rounds N] [--seconds S] [--only adam,sgd] [--threads 1,2]
                            [--tensors N] [--elements N]

Clip and optimizer alone, onnxgrad and PyTorch (clip_grad_norm_, then the optimizer's step with fused=True) alternating in
short rounds.  Both find the gradients of all tensors in memory and compute the norm, the clip and the new parameters.
Prints the fastest steps, the median of the rounds' ratios of fastest steps, ours / PyTorch's, with the lowest and the
highest, and for one thread the same ratio of processor time, which others on the machine disturb less.

Rounds in which others used more than a twentieth of the processors are left out as long as five remain; the last column
says how many were quiet.  CLIP_UPDATE is build/tests/clip_update.  PYTHON has torch (bench/README.md); $ONNXGRAD_TORCH is
its default.
"""
import argparse
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CHAINS = {
    'adam': 'clip_norm(1.0) | adam(lr=1e-3)',
    'adamw': 'clip_norm(1.0) | adamw(lr=1e-3)',
    'momentum': 'clip_norm(1.0) | sgd(lr=1e-2, momentum=0.9)',
    'sgd': 'clip_norm(1.0) | sgd(lr=1e-2)',
}
QUIET, FEWEST = 0.05, 5
TICK = os.sysconf('SC_CLK_TCK')


def busy():
    """Seconds that the processors have worked, for anyone."""
    with open('/proc/stat') as f:
        user, nice, system, _, _, irq, softirq, steal = map(int, f.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICK


class Worker:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != 'ready':
            sys.exit(f'{command[0]} cannot run: see bench/README.md')

    def own(self):
        with open(f'/proc/{self.process.pid}/stat') as f:
            fields = f.read().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def run(self, seconds):
        """The fastest step, the same in processor time, and what share of the processors others had."""
        all_before, own_before = busy(), self.own()
        print(seconds, file=self.process.stdin, flush=True)
        wall, _, cpu, _ = map(float, self.process.stdout.readline().split())
        others = (busy() - all_before) - (self.own() - own_before)
        return wall, cpu, others / seconds / os.cpu_count()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def compare(a, name, threads):
    size = [str(a.tensors), str(a.elements), str(threads)]
    ours = Worker([a.command, *size, CHAINS[name]])
    theirs = Worker([a.python, os.path.join(HERE, 'clip_update_torch.py'), *size, name])
    rounds = [(ours.run(a.seconds), theirs.run(a.seconds)) for _ in range(a.rounds)]
    ours.close()
    theirs.close()
    quiet = [r for r in rounds if max(r[0][2], r[1][2]) < QUIET]
    rounds = quiet if len(quiet) >= FEWEST else rounds
    wall = [one[0] / other[0] for one, other in rounds]
    cpu = statistics.median(one[1] / other[1] for one, other in rounds)
    print(f"{name:8}  {threads} thread{'s' if threads > 1 else ' '}  {min(r[0][0] for r in rounds):8.2f} ms"
          f"  {min(r[1][0] for r in rounds):8.2f} ms  {statistics.median(wall):5.2f}  ({min(wall):.2f} to {max(wall):.2f})"
          f"  {f'{cpu:5.2f}' if threads == 1 else '     '}  {len(quiet):3} of {a.rounds}", flush=True)


def main():
    p = argparse.ArgumentParser(usage=__doc__.split('\n\n')[0][7:])
    p.add_argument('command')
    p.add_argument('--python', default=os.environ.get('ONNXGRAD_TORCH', 'python3'))
    p.add_argument('--rounds', type=int, default=30)
    p.add_argument('--seconds', type=float, default=0.2)
    p.add_argument('--only', default=','.join(CHAINS))
    p.add_argument('--threads', default='1,2')
    p.add_argument('--tensors', type=int, default=100)
    p.add_argument('--elements', type=int, default=100000)
    a = p.parse_args()
    a.command = os.path.abspath(a.command)
    print('optimizer threads       onnxgrad      PyTorch  ratio  (spread)        cpu    quiet')
    for threads in a.threads.split(','):
        for name in a.only.split(','):
            compare(a, name, int(threads))


main()
