#!/usr/bin/env python3
"""Whether clip-scan is right: what it recommends is compared with no clip and with the lowest percentile that it tried,
over ten seeds that it has not seen, by seeds.py.

    models/scan_check.py zoo:adding "sgd(lr=0.05, momentum=0.9)" --steps 12000 --below 0.01 --out scan

The command is `onnxgrad` of $ONNXGRAD, else of the PATH.  Ends with status 1 unless the recommendation solves the task
with more seeds than both."""
import argparse
import json
import os
import re
import subprocess
import sys

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument('model')
parser.add_argument('chain')
parser.add_argument('--steps', required=True)
parser.add_argument('--out', required=True, help='the folder of the scan')
parser.add_argument('--below', help='solved: a test loss below this')
parser.add_argument('--above', help='solved: an accuracy above this')
asked = parser.parse_args()

scan = subprocess.run([os.environ.get('ONNXGRAD', 'onnxgrad'), 'clip-scan', asked.model, '--opt', asked.chain, '--steps',
                       asked.steps, '--json', '--out', asked.out], stdout=subprocess.PIPE, text=True, check=True)
lines = [json.loads(line) for line in scan.stdout.splitlines()]
end = lines[-1]
print(f'clip-scan, {end["seconds"]:.0f} seconds: {end["text"]}\n{end["reason"]}\n')

tried = {line['from']: line['chain'] for line in lines if line['event'] == 'probe' and not line['fresh']}
none = next(line['chain'] for line in lines if line['event'] == 'probe' and line['clip'] == 'none')
lowest = min((name for name in tried if re.fullmatch(r'P[0-9.]+', name)), key=lambda name: float(name[1:]))
limit = ['--below', asked.below] if asked.below else ['--above', asked.above]
seeds = subprocess.run([os.path.join(os.path.dirname(__file__), 'seeds.py'), asked.model, '--steps', asked.steps, '--seeds',
                        '100:110', *limit, none, tried[lowest], end['chain']], stdout=subprocess.PIPE, text=True, check=True)
print(seeds.stdout, end='')
solved = [int(n) for n in re.findall(r' (\d+) of 10  ', seeds.stdout)]
sys.exit(0 if solved[2] > max(solved[:2]) else 1)
