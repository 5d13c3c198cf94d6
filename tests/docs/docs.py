"""usage: docs.py ONNXGRAD FILE.md…
Runs every command that a page shows and compares what it prints with what the page shows.

A page shows a command in a fence of kind `console`: a line `$ onnxgrad …`, then its output (both streams) up to the
next `$` or the end of the fence.  `…` alone on a line stands for any lines, inside a line for any text.  A fence of
kind `c` is compiled against the public headers when the environment names ONNXGRAD_CC (command and flags), and
programs with a main are linked and run."""
import os
import re
import subprocess
import sys
import tempfile


def fences(path):
    """(kind, first line's number, lines) of every fence of a page."""
    kind, start, lines = None, 0, []
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if line.startswith("```"):
            if kind is None:
                kind, start, lines = line[3:].strip(), number + 1, []
            else:
                yield kind, start, lines
                kind = None
        elif kind is not None:
            lines.append(line)


def commands(start, lines):
    """(number of the line, command, expected lines) in a console fence."""
    found = []
    for number, line in enumerate(lines, start):
        if line.startswith("$ "):
            found.append((number, line[2:], []))
        elif found:
            found[-1][2].append(line)
    return found


def pattern(expected):
    """A regular expression for expected lines; the number of spaces does not matter."""
    parts = []
    for line in expected:
        if line.strip() == "…":
            parts.append(r"(?:[^\n]*\n)*?")
            continue
        words = [re.escape(word).replace("…", ".*") for word in line.split()]
        parts.append(r"[ ]*" + r"[ ]+".join(words) + r"[ ]*\n")
    return "".join(parts)


def check_command(path, number, command, expected, folder, environment):
    run = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
    found = run.stdout.replace("\r", "\n")
    if re.fullmatch(pattern(expected), found):
        return True
    print(f"{path}:{number}: $ {command}\nthe page shows:\n" + "\n".join(expected) + f"\nit prints:\n{found}")
    return False


def check_program(path, number, lines, folder):
    compiler = os.environ.get("ONNXGRAD_CC")
    if not compiler:
        return True
    text = "\n".join(lines) + "\n"
    has_main = "int main(" in text
    source = os.path.join(folder, f"fence{number}.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write(text)
    program = os.path.join(folder, f"fence{number}")
    link = os.environ.get("ONNXGRAD_LINK", "") if has_main else "-c"
    build = subprocess.run(f"{compiler} -o {program} {source} {link}", shell=True, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if build.returncode == 0 and has_main:
        build = subprocess.run([program], cwd=folder, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, timeout=600)
    if build.returncode == 0:
        return True
    print(f"{path}:{number}: the program fails:\n{build.stdout}")
    return False


def main():
    onnxgrad, pages = os.path.abspath(sys.argv[1]), sys.argv[2:]
    environment = dict(os.environ, PATH=os.path.dirname(onnxgrad) + ":" + os.environ["PATH"])
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in pages:
            for kind, start, lines in fences(path):
                results = []
                if kind == "console":
                    results = [check_command(path, number, command, expected, folder, environment)
                               for number, command, expected in commands(start, lines)]
                elif kind == "c":
                    results = [check_program(path, start, lines, folder)]
                passed += results.count(True)
                failed += results.count(False)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())
