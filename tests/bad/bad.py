"""usage: bad.py ONNXGRAD [FOLDER]
Malformed files: every file that FOLDER/manifest.tsv lists (default: $ONNXGRAD_SHARED/bad or ../shared/bad beside the
source) through the command with 64 MB. One that is wrong must end within ten seconds with exit status 3 and a message
that has the manifest's keyword; one that is unusual but valid must run. A model whose operators are not there yet is
counted apart. Without the folder only the files made here are tried."""
import csv
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
COMMAND = os.path.abspath(sys.argv[1])


def shared():
    if len(sys.argv) > 2:
        return sys.argv[2]
    root = os.environ.get('ONNXGRAD_SHARED') or os.path.join(HERE, '..', '..', '..', 'shared')
    return os.path.join(root, 'bad')


def arguments(path, folder):
    """How a file of this kind is read."""
    name = os.path.basename(path)
    if name.endswith('.onnx'):
        return ['run', path, '--random', '0', '--max-memory', '64M']
    if name.endswith('.safetensors'):
        return ['inspect', path]
    if name.endswith('.npy'):
        return ['inspect', '--data', f'npy:x={path}']
    if name.endswith('.npz'):
        return ['inspect', '--data', f'npz:{path}']
    if name.endswith('.csv'):
        return ['inspect', '--data', f'csv:{path}']
    return ['inspect', '--data', f'idx:{path},{path}'] # only whether it can be read


def run(path, folder):
    try:
        done = subprocess.run([COMMAND, *arguments(path, folder)], stdin=subprocess.DEVNULL, text=True,
                              errors='replace', stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=10)
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired:
        return 'no end within 10 s', ''


def made_here(folder):
    """(path, expected, keyword): a few of each kind, so that the test stands without the shared folder."""
    files = [('garbage.onnx', bytes(range(256)) * 4, 'garbage.onnx'), ('empty.onnx', b'', 'empty.onnx'),
             ('long.onnx', b'\x3a\xff\xff\xff\xff\x0f', 'long.onnx'),
             ('cut.npy', b'\x93NUMPY\x01\x00\x76\x00{', 'cut.npy'), ('text.npz', b'PK\x03\x04 no zip', 'text.npz'),
             ('cut.safetensors', struct.pack('<Q', 1 << 40) + b'{}', 'cut.safetensors'),
             ('ragged.csv', b'a,label\n1,0\n1,2,3\n', 'ragged.csv')]
    for name, data, keyword in files:
        path = os.path.join(folder, name)
        with open(path, 'wb') as f:
            f.write(data)
        yield path, 'error', keyword


def listed(folder):
    with open(os.path.join(folder, 'manifest.tsv'), newline='') as f:
        for row in csv.DictReader(f, delimiter='\t', quoting=csv.QUOTE_NONE):
            yield os.path.join(folder, 'files', row['file']), row['expected'], row['keyword']


def verdict(status, output, expected, keyword):
    if 'operators that are not known' in output or 'not supported' in output or 'cannot be run yet' in output:
        return 'unsupported'
    if expected == 'ok':
        return 'passed' if status == 0 else f'ended with {status}, expected to run'
    if status != 3:
        return f'ended with {status}, expected 3'
    return 'passed' if keyword in output else f'the message has no {keyword!r}'


def main():
    counts = {'passed': 0, 'failed': 0, 'unsupported': 0}
    with tempfile.TemporaryDirectory() as folder:
        cases = list(made_here(folder))
        if os.path.exists(os.path.join(shared(), 'manifest.tsv')):
            cases += listed(shared())
        else:
            print(f'{shared()} is not there: only the files made here are tried')
        for path, expected, keyword in cases:
            status, output = run(path, folder)
            said = verdict(status, output, expected, keyword)
            counts[said if said in counts else 'failed'] += 1
            if said not in counts:
                print(f'{os.path.basename(path)}: {said}\n    ' + output.strip().replace('\n', '\n    ')[:600])
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['unsupported']} unsupported")
    return 1 if counts['failed'] else 0


sys.exit(main())
