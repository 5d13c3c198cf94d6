#!/bin/sh
# usage: headers.sh SOURCE_DIR [CC [CXX]]
# Every public header compiles alone, in C11 and in C++, without a warning.
set -eu
cd "$1"
cc=${2:-cc}
cxx=${3:-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
warnings='-Wall -Wextra -Wpedantic -Werror'

for header in include/onnxgrad/*.h; do
    printf '#include "%s"\n' "${header#include/}" > "$scratch/one.c"
    $cc -std=c11 $warnings -Wconversion -Iinclude -c "$scratch/one.c" -o "$scratch/one.o" || failed=1
    if [ -n "$cxx" ]; then
        cp "$scratch/one.c" "$scratch/one.cc"
        $cxx -std=c++11 $warnings -Iinclude -c "$scratch/one.cc" -o "$scratch/one.o" || failed=1
    fi
done
exit "${failed:-0}"
