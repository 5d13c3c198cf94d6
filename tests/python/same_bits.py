"""The same bits for 1, 2 and 3 threads after 50 steps, and for runs killed at random moments and resumed."""
import os
import random
import signal
import subprocess
import sys
import time

from common import COMMAND, SLOW, check, finish, log_of, onnxgrad, read_safetensors, same_tensors, scratch, train

KILLED_RUNS = 4 if SLOW else 20


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def same_runs(a, b):
    """Weights, slots, clocks and the log, all but the seconds."""
    def rows(folder):
        return [{k: v for k, v in row.items() if k != 'seconds'} for row in log_of(folder)]

    def state(folder):
        return read_safetensors(os.path.join(folder, 'last.safetensors'))

    return (read(os.path.join(a, 'model.onnx')) == read(os.path.join(b, 'model.onnx'))
            and same_tensors(state(a), state(b)) and rows(a) == rows(b))


def compare_threads(model):
    with scratch() as folder:
        runs = []
        for threads in (1, 2, 3):
            runs.append(os.path.join(folder, str(threads)))
            train(model, runs[-1], '--steps', 50, '--threads', threads)
        for threads, run in ((2, runs[1]), (3, runs[2])):
            check(same_runs(runs[0], run), f'{model}: 50 steps, 1 and {threads} threads: the same bits')


def killed_run(folder, arguments, seconds, randomly):
    """A run that is killed again and again, each time later, until it comes to its end; how often."""
    command = ['train', *arguments, '--out', folder, '-q']
    for kills in range(100):
        run = subprocess.Popen([COMMAND, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            run.wait(timeout=randomly.uniform(0, seconds))
            return kills
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
            run.wait()
        seconds *= 1.5
        if os.path.exists(os.path.join(folder, 'command.txt')):  # else there is nothing to resume yet
            command = ['train', '--resume', folder]
    sys.exit('a run was killed 100 times and never came to its end')


def compare_killed():
    randomly = random.Random(4)
    arguments = ['zoo:digits', '--epochs', '40', '--save-every', '7', '--threads', '1',
                 '--opt', 'clip_norm(0.5) | adam(lr=1e-3)']
    with scratch() as folder:
        whole = os.path.join(folder, 'whole')
        start = time.monotonic()
        onnxgrad('train', *arguments, '--out', whole, '-q')
        seconds = time.monotonic() - start
        kills = same = runs = unharmed = 0
        while runs < KILLED_RUNS and unharmed < KILLED_RUNS:
            run = os.path.join(folder, f'run{runs}-{unharmed}')
            times = killed_run(run, arguments, seconds, randomly)
            if times == 0:
                unharmed += 1  # it was faster than the kill: another try, earlier
                seconds *= 0.7
                continue
            kills += times
            runs += 1
            same += same_runs(whole, run)
        check(same == KILLED_RUNS, f'{same} of {runs} runs, killed {kills} times, end in the same bits')


def main():
    compare_threads('zoo:mlp')
    if not SLOW:
        compare_threads('zoo:lenet')
    compare_killed()
    finish()


main()
