#!/bin/sh
# usage: generated.sh ONNXGRAD SOURCE_DIR [--write]
# The files made from the list of operators are those that the command makes now; --write makes them.
set -eu
command=$(realpath "$1")
cd "$2"
write=${3:-}
failed=0
made=$(mktemp)
trap 'rm -f "$made"' EXIT

check() { # FILE ARGUMENTS...
    file=$1
    shift
    "$command" ops "$@" > "$made"
    cmp -s "$made" "$file" && return
    if [ "$write" ]; then
        cat "$made" > "$file"
    else
        echo "$file is not what 'onnxgrad ops $*' makes: tests/generated.sh build/onnxgrad . --write"
        failed=1
    fi
}

check include/onnxgrad/builders.h --builders header
check src/graph/builders.c --builders source
check docs/operators.md --markdown
exit $failed
