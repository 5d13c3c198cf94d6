# cmake -DINPUT=FILE -DNAME=SYMBOL -DOUTPUT=FILE.c -P embed.cmake: a file's bytes as a C array and its size.

file(READ "${INPUT}" bytes HEX)
string(LENGTH "${bytes}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(.....................................................................................)" "\\1\n"
       bytes "${bytes}")
file(WRITE "${OUTPUT}"
"#include <stddef.h>

extern const unsigned char ${NAME}[];
extern const size_t ${NAME}_size;
const unsigned char ${NAME}[] = {
${bytes}
};
const size_t ${NAME}_size = ${size};
")
