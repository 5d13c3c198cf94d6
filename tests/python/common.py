"""What the tests by Python share: running the command, run folders, Fashion-MNIST, checks that count."""
import contextlib
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile

import numpy as np

COMMAND = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else 'onnxgrad'
SLOW = bool(os.environ.get('ONNXGRAD_SLOW'))  # a build with sanitizers: fewer steps, the same checks
failures = []


def check(ok, text):
    """A line for what holds, and one for what does not; finish() gives the exit status."""
    print(('ok   ' if ok else 'FAIL ') + text, flush=True)
    if not ok:
        failures.append(text)


def finish():
    sys.exit(f'{len(failures)} failed' if failures else 0)


def onnxgrad(*arguments, status=0, cwd=None):
    """Runs the command; its standard output."""
    run = subprocess.run([COMMAND, *map(str, arguments)], cwd=cwd, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if run.returncode != status:
        sys.exit(f'onnxgrad {" ".join(map(str, arguments))}\nended with status {run.returncode}, '
                 f'expected {status}\n{run.stdout}{run.stderr}')
    return run.stdout


def train(model, folder, *arguments):
    """Trains into a new folder; the last line of --json."""
    out = onnxgrad('train', model, '--out', folder, '--json', '-q', *arguments)
    return json.loads(out.splitlines()[-1])


def log_of(folder):
    with open(os.path.join(folder, 'metrics.jsonl')) as f:
        return [json.loads(line) for line in f]


@contextlib.contextmanager
def scratch():
    with tempfile.TemporaryDirectory() as folder:
        yield folder


def read_safetensors(path):
    """Tensors by name; the metadata is left out."""
    types = {'F64': 'f8', 'F32': 'f4', 'F16': 'f2', 'I64': 'i8', 'I32': 'i4', 'U8': 'u1', 'BOOL': '?'}
    with open(path, 'rb') as f:
        data = f.read()
    size = struct.unpack('<Q', data[:8])[0]
    header = json.loads(data[8:8 + size])
    header.pop('__metadata__', None)
    tensors = {}
    for name, t in header.items():
        first, last = t['data_offsets']
        numbers = np.frombuffer(data[8 + size + first:8 + size + last], types[t['dtype']])
        tensors[name] = numbers.reshape(t['shape'])
    return tensors


def same_tensors(a, b):
    return a.keys() == b.keys() and all(a[k].tobytes() == b[k].tobytes() for k in a)


def read_idx(path):
    with (gzip.open if path.endswith('.gz') else open)(path, 'rb') as f:
        data = f.read()
    rank = data[3]
    dims = struct.unpack('>' + 'I' * rank, data[4:4 + 4 * rank])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(dims)


def fashion_mnist(part):
    """Images as float32 in [0, 1] and labels, of 'train' or 't10k'."""
    places = [os.environ.get('ONNXGRAD_DATA', ''), '/usr/share/datasets', '/usr/local/share/datasets']
    for place in places:
        for ending in ('', '.gz'):
            images = os.path.join(place, 'fashion-mnist', f'{part}-images-idx3-ubyte{ending}')
            if os.path.exists(images):
                labels = images.replace('images-idx3', 'labels-idx1')
                return read_idx(images).astype(np.float32) / np.float32(255), read_idx(labels).astype(np.int64)
    sys.exit('Fashion-MNIST is not here: apt install dataset-fashion-mnist')
