/*
 * Jobs are started by exec, never by fork alone, which libgomp does not survive. A signal that asks
 * to stop is passed on: a job that trains then saves and ends by itself.
 */
#define _POSIX_C_SOURCE 200809L
#include "tools/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static volatile sig_atomic_t caught;

static void catch_signal(int number)
{
    caught = number;
}

/* This program's file, also when it was found by PATH or the working folder has changed. */
static const char *self(const char *argv0)
{
    static const char by_system[] = "/proc/self/exe";

    return access(by_system, X_OK) ? argv0 : by_system;
}

static bool start(job *j)
{
    const int flags = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_t files;
    bool ok;

    j->status = -1;
    j->pid = 0;
    if (posix_spawn_file_actions_init(&files))
        return false;
    ok = !posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0) &&
         !posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, j->out, flags, 0666) &&
         !posix_spawn_file_actions_addopen(&files, STDERR_FILENO, j->err, flags, 0666) &&
         !posix_spawnp(&j->pid, self(j->argv[0]), &files, NULL, j->argv, environ);
    posix_spawn_file_actions_destroy(&files);
    return ok;
}

/* Waits for any of the jobs that run; NULL when a signal came in between. */
static job *wait_for_one(job *jobs, size_t n)
{
    int status;
    pid_t pid = waitpid(-1, &status, 0);

    for (size_t i = 0; pid > 0 && i < n; i++)
        if (jobs[i].pid == pid) {
            jobs[i].status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
            jobs[i].pid = 0;
            return &jobs[i];
        }
    return NULL;
}

static void stop_all(const job *jobs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (jobs[i].pid > 0)
            kill(jobs[i].pid, SIGTERM);
}

static int run_all(job *jobs, size_t n, size_t parallel, pool_done *done, void *context)
{
    size_t next = 0, running = 0;
    bool open = true, told = false;

    while (running || (open && next < n && !caught)) {
        job *ended = NULL;

        if (open && !caught && next < n && running < parallel) {
            if (start(&jobs[next]))
                running++;
            else
                ended = &jobs[next];
            next++;
        } else if ((ended = wait_for_one(jobs, n))) {
            running--;
        }
        if (caught && !told) {
            stop_all(jobs, n);
            told = true;
        }
        if (ended && !done(context, ended))
            open = false;
    }
    return caught;
}

int pool_run(job *jobs, size_t n, size_t parallel, pool_done *done, void *context)
{
    struct sigaction act = { .sa_handler = catch_signal }, before[2];
    int signal;

    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, &before[0]);
    sigaction(SIGTERM, &act, &before[1]);
    for (size_t i = 0; i < n; i++)
        jobs[i].pid = 0;
    signal = run_all(jobs, n, parallel, done, context);
    sigaction(SIGINT, &before[0], NULL);
    sigaction(SIGTERM, &before[1], NULL);
    return signal;
}
