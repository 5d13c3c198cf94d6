/* number: text to double and back, the same in every locale. */
#ifndef OG_DATA_NUMBER_H
#define OG_DATA_NUMBER_H

#include "base/base.h"

/* Reads all of `text` as a decimal number, nearest double; false where it is none, or not finite.
 */
bool og_number_read(const char *text, size_t size, double *number);

/* Writes a finite number with the fewest digits that read back the same; returns out. */
enum { OG_NUMBER_SIZE = 40 };
char *og_number_write(char out[OG_NUMBER_SIZE], double number);

#endif
