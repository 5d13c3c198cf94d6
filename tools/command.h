/*
 * The command: one table an option list, one file a verb. A verb's table parses its options and
 * prints its help.
 */
#ifndef OG_TOOLS_COMMAND_H
#define OG_TOOLS_COMMAND_H

#include <onnxgrad/onnxgrad.h>

#include <stdio.h>

/* Exit statuses; 130 and 143 are added for signals. */
enum { DONE = 0, FAILED = 1, USAGE = 2, BAD_INPUT = 3 };

typedef struct option {
    const char *name;     /* "batch" of --batch; the list ends with NULL */
    char letter;          /* of the short form, or 0 */
    const char *value;    /* "N" in the help; NULL: a flag */
    const char *fallback; /* the default in the help; NULL: none */
    const char *doc;
    bool many; /* may be given several times */
} option;

typedef struct command command;

typedef struct verb {
    const char *name, *arguments, *doc;
    const char *const *examples; /* ended by NULL */
    const option *options;
    int min_words, max_words; /* arguments that are no options; max -1: any number */
    bool bare_help;           /* with nothing behind it the verb explains itself */
    int (*run)(command *c);
} verb;

extern const verb *const verbs[]; /* ended by NULL */

/* ---- A parsed command line ------------------------------------------------------------------- */

typedef struct given {
    const option *option;
    const char *text; /* "" of a flag */
} given;

struct command {
    const verb *verb;
    int argc; /* the whole line, for the record */
    char **argv;
    given *given;
    size_t n_given;
    const char **words; /* ended by NULL */
    int n_words;
};

/* Parses argv behind the verb; prints what is wrong and gives USAGE, or DONE. */
int command_parse(command *c, const verb *v, int argc, char **argv);
void command_free(command *c);

/* Options of `from` in place of those of `c`, all but one; both were parsed for the same verb. */
bool command_override(command *c, const command *from, const char *except);

bool command_has(const command *c, const char *name);
/* The last text of an option, or `missing`. */
const char *command_text(const command *c, const char *name, const char *missing);
/* All texts of an option, in an array ended by NULL that the caller frees. */
const char **command_list(const command *c, const char *name);
/* A whole number from `low`; false after printing what is wrong. */
bool command_whole(const command *c, const char *name, int64_t low, int64_t *number);
/* A number of bytes: 512M, 2G, 1000000. */
bool command_size(const command *c, const char *name, size_t *bytes);

/* ---- Speaking -------------------------------------------------------------------------------- */

void usage_print(FILE *out, const verb *v);
int usage_error(const verb *v, const char *format, ...) OG_PRINTF(2, 3); /* gives USAGE */
/* Prints a report in up to three lines and gives the exit status that fits its code. */
int report_print(const og_report *report);
/* The nearest of the names, for "did you mean"; NULL: none is near. */
const char *nearest(const char *name, size_t n, const char *const *names);

/* ---- Models ---------------------------------------------------------------------------------- */

struct og_zoo;

/* A model by file or zoo:NAME. */
typedef struct model {
    og_graph *graph;
    const struct og_zoo *zoo; /* NULL: a file */
    char name[64];            /* for run folders: of the zoo, or the file's without its ending */
} model;

/* Prints what is wrong; gives an exit status.  The model is to be closed in any case. */
int model_open(model *m, const char *text, uint64_t seed);
/* The same to look at only: operators that the library does not have are kept. */
int model_look(model *m, const char *text);
void model_close(model *m);

#endif
