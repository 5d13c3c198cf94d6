#!/bin/sh
# usage: venv.sh FOLDER
# The Python of the tests that need others' packages: made once, and again when requirements.txt
# changes.  A folder that already has these packages (ONNXGRAD_VENV) is used as it is.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=$1

if [ -e "$venv/requirements.txt" ] && cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
    exit 0
fi
python3 -m ensurepip --version >/dev/null 2>&1 || "$here/../../.ci/install" python3 python3-venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install -q --disable-pip-version-check -r "$here/requirements.txt"
cp "$here/requirements.txt" "$venv/requirements.txt"
