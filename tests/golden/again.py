"""Whether PyTorch and optax still give what optimizers.txt holds.

    ONNXGRAD_GOLDEN_PYTHON=VENV/bin/python cmake -B build && ctest --test-dir build -L golden

Numbers may differ by one unit of their last digit: elementary functions do from machine to machine.
"""
import os
import subprocess
import sys

folder = os.path.dirname(os.path.abspath(__file__))


def numbers(line):
    return [[word for word in part.split()] for part in line[2:].split(';')]


def same(line, recorded):
    if not (line.startswith('= ') and recorded.startswith('= ')):
        return line == recorded
    a, b = numbers(line), numbers(recorded)
    return [len(x) for x in a] == [len(x) for x in b] and all(
        abs(float(x) - float(y)) <= 1.01 * 10.0 ** -len(y.partition('.')[2])
        for xs, ys in zip(a, b) for x, y in zip(xs, ys))


def main():
    run = subprocess.run([sys.executable, os.path.join(folder, 'optimizers.py')], text=True, stdout=subprocess.PIPE)
    if run.returncode:
        sys.exit('optimizers.py failed')
    lines = run.stdout.splitlines()
    with open(os.path.join(folder, 'optimizers.txt')) as f:
        recorded = f.read().splitlines()
    differ = [i for i, (line, old) in enumerate(zip(lines, recorded), 1) if not same(line, old)]
    for i in differ[:10]:
        print(f'optimizers.txt:{i}\n  recorded {recorded[i - 1]}\n  now      {lines[i - 1]}')
    if differ or len(lines) != len(recorded):
        sys.exit(f'{len(differ)} lines differ; {len(lines)} lines, {len(recorded)} recorded')
    print(f'{sum(line.startswith("= ") for line in lines)} cases as recorded')


main()
