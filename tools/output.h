/* JSON on standard output. */
#ifndef OG_TOOLS_OUTPUT_H
#define OG_TOOLS_OUTPUT_H

#include <stdint.h>

/* A quoted string, `"key": ` (after a comma unless it is the first of its object), numbers (null
 * where not finite). */
void json_string(const char *text);
void json_key(const char *key, int first);
/* Begins an object: {"event": "KIND" */
void json_object(const char *kind);
/* folder/name as a string */
void json_path(const char *folder, const char *name);
void json_number(double number);
void json_whole(int64_t number);

#endif
