"""usage: cli.py ONNXGRAD FILE.txt

Command lines with what they must do.  A file is read from top to bottom in one empty folder:

    # a comment
    $ onnxgrad train zoo:digits --epochs 1     a command line of sh
    ? 2                                        its exit status, 0 unless said
    > accuracy ... %                           a part of standard output; ... stands for anything in the line
    ! did you mean                             a part of standard error
    -> epoch                                   nothing in standard output holds this
    -!                                         standard error is empty (-> alone: standard output)
"""
import os
import re
import subprocess
import sys
import tempfile


class Case:
    def __init__(self, number, command):
        self.number, self.command, self.status, self.wanted = number, command, 0, []


def read(path):
    cases = []
    with open(path) as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip('\n')
            if not line.strip() or line.startswith('#'):
                continue
            mark, _, text = line.partition(' ')
            if mark == '$':
                cases.append(Case(number, text))
            elif mark == '?':
                cases[-1].status = int(text)
            elif mark in ('>', '!', '->', '-!'):
                cases[-1].wanted.append((number, mark, text))
            else:
                sys.exit(f'{path}:{number}: a line begins with one of # $ ? > ! -> -!')
    return cases


def holds(output, text):
    pattern = '.*'.join(re.escape(part) for part in text.split('...'))
    return any(re.search(pattern, line) for line in output.splitlines())


def judge(case, run):
    if run.returncode != case.status:
        yield case.number, f'exit status {run.returncode}, expected {case.status}'
    for number, mark, text in case.wanted:
        output, name = (run.stdout, 'standard output') if '>' in mark else (run.stderr, 'standard error')
        if mark[0] != '-' and not holds(output, text):
            yield number, f'{name} does not hold: {text}'
        if mark[0] == '-' and text and holds(output, text):
            yield number, f'{name} holds: {text}'
        if mark[0] == '-' and not text and output:
            yield number, f'{name} is not empty'


def main():
    command, path = os.path.abspath(sys.argv[1]), sys.argv[2]
    cases, bad = read(path), 0
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(command, os.path.join(folder, 'onnxgrad'))
        env = dict(os.environ, PATH=f'{folder}:{os.environ["PATH"]}', TERM='dumb')
        work = os.path.join(folder, 'work')
        os.mkdir(work)
        for case in cases:
            run = subprocess.run(['sh', '-c', case.command], cwd=work, env=env, text=True,
                                 errors='replace', stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 stdin=subprocess.DEVNULL, timeout=300)
            failures = list(judge(case, run))
            bad += len(failures)
            for number, text in failures:
                print(f'{path}:{number}: {text}')
            if failures:
                print(f'    $ {case.command}\n--- output\n{run.stdout}--- errors\n{run.stderr}---')
    print(f'{len(cases)} command lines, {bad} wrong')
    sys.exit(1 if bad or not cases else 0)


main()
