/* Programs run beside each other: this command again, with other arguments. */
#ifndef OG_TOOLS_POOL_H
#define OG_TOOLS_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct job {
    char **argv;           /* ended by NULL; argv[0] is replaced by this program's file */
    const char *out, *err; /* files for its standard output and error; made anew */
    int status;            /* its exit status; -1: a signal ended it, or it could not be started */
    pid_t pid;
} job;

/* Called when a job has ended; false: no further ones are started. */
typedef bool pool_done(void *context, job *ended);

/* Runs all of them, `parallel` at a time.  Gives 0, or the signal that asked to stop: then the jobs
 * that ran were told to stop and have ended. */
int pool_run(job *jobs, size_t n, size_t parallel, pool_done *done, void *context);

#endif
