#!/bin/sh
# usage: symbols.sh SOURCE_DIR BUILD_DIR
# What the library's objects call and hold, against symbols.txt; what the shared library exports.
set -eu
rules=$(cd "$1" && pwd)/tests/rooms/symbols.txt
cd "$2"

objects=$(find CMakeFiles/onnxgrad_objects.dir/src CMakeFiles/onnxgrad_kernels_*.dir -name '*.c.o' | sort)
[ -n "$objects" ] || { echo "no object files below $2"; exit 1; }

# FILE kind NAME, FILE being room/…/file.c: `use` of a symbol from outside, `variable` that can change.
list_symbols()
{
    nm -A -u $objects | awk '{ file = $1; sub(/:.*/, "", file); print file, "use", $NF }'
    objdump -t $objects | awk '
        / file format / { file = $1; sub(/:$/, "", file) }
        ($4 ~ /^\.t?(data|bss)(\.|$)/ || $5 ~ /^\.t?(data|bss)(\.|$)/ || $4 == "*COM*") &&
        !/\.data\.rel\.ro/ && $NF !~ /^\./ {
            name = $NF
            sub(/\.[0-9]+$/, "", name)    # a static variable of a function: name.3 by gcc,
            sub(/^.*\./, "", name)        # function.name by clang
            print file, "variable", name
        }'
}

list_symbols | awk -v rules="$rules" '
BEGIN {
    while ((getline line < rules) > 0) {
        if (line ~ /^#/ || line ~ /^ *$/)
            continue
        split(line, side, / : /)
        n = split(side[1], left, " ")
        m = split(side[2], right, " ")
        if (left[1] == "never") {
            for (i = 1; i <= m; i++)
                forbidden[right[i]] = 1
        } else if (left[1] == "only") {
            for (i = 1; i <= m; i++)
                place[right[i]] = left[2]
        } else if (left[1] == "global") {
            known[left[2], left[3]] = 1
        }
    }
}
{
    sub(/^.*\/src\//, "", $1)
    sub(/\.o$/, "", $1)
    lines++
}
$2 == "use" && $3 in forbidden { print $1 ": uses " $3; bad = 1 }
$2 == "use" && $3 in place && index($1, place[$3]) != 1 {
    print $1 ": calls " $3 ", which only src/" place[$3] " may"
    bad = 1
}
$2 == "variable" && !(($1, $3) in known) {
    print $1 ": the variable " $3 " can change; the library has no global state"
    bad = 1
}
END { exit bad || lines < 1000 }' || failed=1

if [ -e libonnxgrad.so ]; then
    foreign=$(nm -D --defined-only libonnxgrad.so | awk '$2 != "A" && $3 !~ /^og_/ { print $3 }')
    [ -z "$foreign" ] || { echo "libonnxgrad.so exports more than og_*:" $foreign; failed=1; }
    nm -D --defined-only libonnxgrad.so | grep -q ' og_session_run$' ||
        { echo "libonnxgrad.so does not export og_session_run"; failed=1; }
fi
exit "${failed:-0}"
