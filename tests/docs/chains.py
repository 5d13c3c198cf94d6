"""usage: chains.py ONNXGRAD FILE…
Every chain that pages, helps and programs show (behind --opt or chain, as .chain or in a training step) is right:
`onnxgrad chain … --strict` takes it."""
import re
import subprocess
import sys

SHOWN = re.compile(r'(?:--opt |chain |og_train_step\([^"\n]*|\.chain = |\? argv\[1\] : )\\?"(\w[^"\\\n]*)\\?"')
# what a page shows because it is wrong
WRONG = {"clip_norm(1.0 | sgd(lr=0.1)", "adam(lr=1e-3) | clip_norm(1)", "clip_norm(1) | accumulate(4) | sgd"}


def main():
    command, files = sys.argv[1], sys.argv[2:]
    chains, bad = {}, 0
    for path in files:
        with open(path, encoding="utf-8") as f:
            for text in SHOWN.findall(f.read()):
                if text not in WRONG and not text.startswith("NAME("):
                    chains.setdefault(text, path)
    for text, path in sorted(chains.items()):
        run = subprocess.run([command, "chain", text, "--strict"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True)
        if run.returncode:
            print(f"{path}: {text}\n{run.stdout}")
            bad += 1
    print(f"{len(chains)} chains, {bad} wrong")
    sys.exit(1 if bad or len(chains) < 12 else 0)


main()
