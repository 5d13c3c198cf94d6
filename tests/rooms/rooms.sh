#!/bin/sh
# usage: rooms.sh SOURCE_DIR
# Every #include "room/..." of every room against tests/rooms/arrows.txt.
set -eu
cd "$1"

find src tools models -name '*.[ch]' -o -name '*.def' 2>/dev/null | sort | xargs grep -nH '^ *# *include *"' |
awk -v table=tests/rooms/arrows.txt '
BEGIN {
    while ((getline line < table) > 0) {
        sub(/#.*/, "", line)
        n = split(line, word, " ")
        if (n == 0)
            continue
        room[word[1]] = 1
        for (i = 1; i <= n; i++)
            allowed[word[1], word[i]] = 1
    }
}
{
    split($0, part, ":")
    split(part[1], folder, "/")
    from = folder[1] == "src" ? folder[2] : folder[1]
    match($0, /"[^"]*"/)
    header = substr($0, RSTART + 1, RLENGTH - 2)
    to = header
    if (!sub(/\/.*/, "", to))
        to = from                   # a header beside the file
    count++
    if (!(from in room)) {
        print part[1] ":" part[2] ": the room " from " is not in " table
        bad = 1
    } else if (!((from, to) in allowed)) {
        print part[1] ":" part[2] ": " from " may not know \"" header "\""
        bad = 1
    }
}
END {
    if (count < 100) {
        print "only " count + 0 " #include lines were found: is this the source folder?"
        bad = 1
    }
    exit bad
}'
