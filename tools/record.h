/* A command line as text, as a shell reads it, and back. */
#ifndef OG_TOOLS_RECORD_H
#define OG_TOOLS_RECORD_H

/* The text of argv, or NULL when memory is short; the caller frees it. */
char *record_write(int argc, char **argv);

/* The words of a text (in place of it: the words point into `text`), ended by NULL; the caller
 * frees the array. NULL: memory is short, or a quote is not closed. */
char **record_read(char *text, int *argc);

/* A whole small file, terminated; NULL when it cannot be read.  The caller frees it. */
char *record_load(const char *folder, const char *name);

#endif
