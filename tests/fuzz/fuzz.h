/* The function that libFuzzer calls, and how the first byte of an input is read. */
#ifndef OG_TESTS_FUZZ_H
#define OG_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

enum { FUZZ_LOSS = 4, FUZZ_SELECTOR = 5 }; /* modulo 8; others: a chain */

extern size_t fuzz_read; /* texts that were read, not refused */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
