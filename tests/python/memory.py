"""What clipping is for, as docs/clipping.md tells it: the temporal order task is learned by a tanh network with a clip and
not without, with each of two seeds."""
import os

from common import SLOW, check, finish, scratch, train

STEPS = 300 if SLOW else 3000


def accuracy(folder, chain, seed):
    return train('zoo:order', os.path.join(folder, f'{len(chain)}-{seed}'), '--opt', chain, '--seed', seed, '--steps',
                 STEPS)['accuracy']


with scratch() as folder:
    for seed in range(2):
        lost = accuracy(folder, 'sgd(lr=0.05, momentum=0.9)', seed)
        learned = accuracy(folder, 'clip_norm(0.1) | sgd(lr=0.05, momentum=0.9)', seed)
        check(lost < 0.5, f'seed {seed}: {lost:.3f} without a clip')
        check(learned > lost + 0.1 if SLOW else learned > 0.95, f'seed {seed}: {learned:.3f} with one')
finish()
