#!/usr/bin/env python3
"""Chains compared over seeds: each is trained with each seed, and a run has solved its task when its loss on the test
data is below a number, or its accuracy above one.

    models/seeds.py zoo:order --steps 3000 --above 0.95 "sgd(lr=0.05)" "clip_norm(0.1) | sgd(lr=0.05)"

The seed sets the initial weights and the order of the data.  The command is `onnxgrad` of $ONNXGRAD, else of the PATH;
what stands behind `--` are further options of `onnxgrad train`."""
import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile


def arguments():
    words, further = sys.argv[1:], []
    if '--' in words:
        words, further = words[:words.index('--')], words[words.index('--') + 1:]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('model')
    parser.add_argument('chains', nargs='+')
    parser.add_argument('--steps', required=True)
    parser.add_argument('--seeds', default='0:10', help='from:to, the last left out')
    parser.add_argument('--below', type=float, help='solved: a test loss below this')
    parser.add_argument('--above', type=float, help='solved: an accuracy above this')
    parser.add_argument('--jobs', type=int, default=len(os.sched_getaffinity(0)))
    return parser.parse_args(words), further


def train(asked, further, chain, seed, folder):
    """The last line of the run as an object; its loss or accuracy is of the test data."""
    run = subprocess.run([os.environ.get('ONNXGRAD', 'onnxgrad'), 'train', asked.model, '--opt', chain, '--seed', str(seed),
                          '--steps', asked.steps, '--threads', '1', '--json', '--quiet', '--out', folder, *further],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = json.loads((run.stdout.splitlines() or ['{}'])[-1])
    if end.get('event') == 'end' or end.get('code') == 'OG_NOT_FINITE':
        return end
    sys.exit(run.stderr)


def solved(asked, end):
    if end['event'] == 'failed':
        return False
    return end['loss'] < asked.below if asked.below is not None else end['accuracy'] > asked.above


def shown(asked, end):
    if end['event'] == 'failed':
        return 'inf'
    return f'{end["loss"]:.4f}' if asked.below is not None else f'{100 * end["accuracy"]:.1f} %'


def main():
    asked, further = arguments()
    seeds = range(*map(int, asked.seeds.split(':')))
    if (asked.below is None) == (asked.above is None):
        sys.exit('one of --below and --above says what solved means')
    what = f'test loss below {asked.below}' if asked.below is not None else f'accuracy above {100 * asked.above:g} %'
    print(f'{asked.model}, {asked.steps} steps, seeds {seeds[0]} to {seeds[-1]}; solved: {what}')
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
        for i, chain in enumerate(asked.chains):
            ends = list(pool.map(lambda seed: train(asked, further, chain, seed, f'{folder}/{i}-{seed}'), seeds))
            count = sum(solved(asked, end) for end in ends)
            print(f'{chain:<46} {count:>2} of {len(ends)}   ' + ' '.join(shown(asked, end) for end in ends), flush=True)


main()
