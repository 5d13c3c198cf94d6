"""usage: conformance.py ONNXGRAD CACHE

Runs ONNX's backend cases by `onnxgrad test` and compares with expected.txt beside this file:

    fail CASE : reason                 the case fails
    unsupported OPERATOR : reason      cases are skipped because of this operator
    unsupported OPERATOR TYPE : reason because of this element type in it
    unsupported case CASE : reason     for another reason

Red: a case that fails or is skipped without a line, and a line that no case needs any more.
"""
import json
import os
import re
import subprocess
import sys

from cases import node_cases, package_folders

HERE = os.path.dirname(os.path.abspath(__file__))
FEWEST = 1900  # node cases and the package's: fewer were not all found


def read_expected():
    lines = {}
    with open(os.path.join(HERE, 'expected.txt')) as f:
        for number, line in enumerate(f, 1):
            line = line.split('#')[0].strip()
            if not line:
                continue
            what, colon, reason = line.partition(' : ')
            if not colon or not reason.strip():
                sys.exit(f'expected.txt:{number}: a reason is missing: {line}')
            lines[' '.join(what.split())] = reason.strip()
    return lines


def causes(case):
    """The lines that would explain a case that did not pass."""
    if case['result'] == 'fail':
        return [f"fail {case['name']}"]
    unknown = re.match(r'operators? that (?:are|is) not known: (.*?\))(?: \(|$)', case['message'])
    if unknown:
        return ['unsupported ' + re.sub(r' \(.*', '', part) for part in unknown[1].split(', ')]
    typed = re.match(r'operator (\S+) has no kernel for (\S+)', case['message'])
    if typed:
        return [f'unsupported {typed[1]} {typed[2]}']
    return [f"unsupported case {case['name']}"]


def main():
    command, cache = sys.argv[1:]
    folders = [node_cases(cache), *package_folders()]
    run = subprocess.run([command, 'test', '--json', *folders], stdout=subprocess.PIPE, text=True)
    if run.returncode not in (0, 1):
        sys.exit(f'onnxgrad test ended with status {run.returncode}')
    try:
        result = json.loads(run.stdout)
    except json.JSONDecodeError:  # a sanitizer that stops the process gives status 1 too
        sys.exit(f'onnxgrad test did not come to its end: {run.stdout[-300:]}')
    expected, used, bad, skipped = read_expected(), set(), 0, {}

    for case in result['cases']:
        if case['result'] == 'pass':
            continue
        for cause in causes(case):
            used.add(cause)
            if cause not in expected:
                bad += 1
                print(f"{case['result']}, not expected: {case['name']}: {case['message']}  [{cause}]")
            elif case['result'] == 'unsupported':
                skipped.setdefault(cause, []).append(case['name'])
    for line in expected:
        if line not in used:
            bad += 1
            print(f'expected.txt: no case needs this line any more: {line}')
    print('\nunsupported, by what is missing:')
    for cause in sorted(skipped):
        names = skipped[cause]
        print(f"  {len(names):4} {cause[12:]}: {', '.join(names[:3])}{' …' if len(names) > 3 else ''}")
    print(f"{result['passed']} passed, {result['failed']} failed, {result['unsupported']} unsupported")
    if len(result['cases']) < FEWEST:
        sys.exit(f"only {len(result['cases'])} cases were found")
    sys.exit(1 if bad else 0)


main()
