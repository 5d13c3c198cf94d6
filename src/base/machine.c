/*
 * What the machine, the scheduler and the process's control group allow.
 *
 * A limit of a control group counts for everything below it, so all groups from the process's own
 * up to the root are asked, in version 2 (one tree) and version 1 (a tree for each controller).
 */
#include "base/system.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Reads the beginning of a small file of the kernel; false when there is none. */
static bool machine_read(const char *path, char *out, size_t size)
{
    int fd = og_sys_open(path, O_RDONLY, 0);
    ssize_t n;

    if (fd < 0)
        return false;
    n = og_sys_read(fd, out, size - 1);
    close(fd);
    out[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* The path of the process's group for a controller of version 1, or for version 2 with "". */
static bool machine_group(const char *controller, char *out, size_t size)
{
    char text[8192], *save = NULL;

    if (!machine_read("/proc/self/cgroup", text, sizeof text))
        return false;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char *names = strchr(line, ':'), *inner = NULL;
        char *path = names ? strchr(names + 1, ':') : NULL;

        if (!path)
            continue;
        *path++ = '\0';
        names++;
        if (*controller == '\0' ? *names != '\0' : *names == '\0')
            continue;
        for (char *name = *names ? strtok_r(names, ",", &inner) : names; name;
             name = inner ? strtok_r(NULL, ",", &inner) : NULL) {
            if (strcmp(name, controller) == 0)
                return (size_t)snprintf(out, size, "%s", strcmp(path, "/") ? path : "") < size;
        }
    }
    return false;
}

/* What a group's files say, 0 where nothing. */
typedef double machine_ask(const char *folder);

static double machine_number(const char *folder, const char *file, double *second)
{
    char path[PATH_MAX], text[128], *end;
    double first;

    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, file) >= sizeof path ||
        !machine_read(path, text, sizeof text))
        return 0;
    first = strtod(text, &end); /* "max" gives 0 */
    if (second)
        *second = strtod(end, NULL);
    return first;
}

static double machine_memory_v2(const char *folder)
{
    return machine_number(folder, "memory.max", NULL);
}

static double machine_memory_v1(const char *folder)
{
    return machine_number(folder, "memory.limit_in_bytes", NULL);
}

static double machine_cpus_v2(const char *folder)
{
    double period = 0, quota = machine_number(folder, "cpu.max", &period);

    return quota > 0 && period > 0 ? quota / period : 0;
}

static double machine_cpus_v1(const char *folder)
{
    double quota = machine_number(folder, "cpu.cfs_quota_us", NULL);
    double period = machine_number(folder, "cpu.cfs_period_us", NULL);

    return quota > 0 && period > 0 ? quota / period : 0;
}

/* The least positive answer of the group and those above it; `most` when there is none.  In a
 * container the path may lie outside of what is mounted: then its upper parts still exist. */
static double machine_least(const char *mount, const char *controller, machine_ask *ask,
                            double most)
{
    char folder[PATH_MAX], group[PATH_MAX / 2];
    size_t root = strlen(mount);

    if (!machine_group(controller, group, sizeof group) ||
        (size_t)snprintf(folder, sizeof folder, "%s%s", mount, group) >= sizeof folder)
        return most;
    for (;;) {
        double answer = ask(folder);
        char *slash;

        if (answer > 0 && answer < most)
            most = answer;
        if (strlen(folder) <= root || !(slash = strrchr(folder + root, '/')))
            return most;
        *slash = '\0';
    }
}

static int machine_affinity(void)
{
    cpu_set_t sets[32]; /* of 1024 each: the kernel refuses less than it has */
    int count = 0;

    if (sched_getaffinity(0, sizeof sets, sets) == 0)
        count = CPU_COUNT_S(sizeof sets, sets);
    return count > 0 ? count : (int)sysconf(_SC_NPROCESSORS_ONLN);
}

int og_cpu_count(void)
{
    double cpus = machine_affinity();

    cpus = machine_least("/sys/fs/cgroup", "", machine_cpus_v2, cpus);
    cpus = machine_least("/sys/fs/cgroup/cpu", "cpu", machine_cpus_v1, cpus);
    /* Rounded down: a thread that the group puts to sleep holds all the others up. */
    return cpus >= 1 ? (int)cpus : 1;
}

size_t og_memory_limit(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    double most = pages > 0 && page > 0 ? (double)pages * (double)page : 0x1p62;

    most = machine_least("/sys/fs/cgroup", "", machine_memory_v2, most);
    most = machine_least("/sys/fs/cgroup/memory", "memory", machine_memory_v1, most);
    return (size_t)most;
}

/* getrusage would also count what the process was before exec: a large parent that forked. */
size_t og_memory_peak(void)
{
    char text[8192];
    const char *line;
    struct rusage usage;

    if (machine_read("/proc/self/status", text, sizeof text) && (line = strstr(text, "\nVmHWM:")))
        return (size_t)strtoull(line + 7, NULL, 10) * 1024;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (size_t)usage.ru_maxrss * 1024;
}

static double machine_clock(clockid_t clock)
{
    struct timespec now;

    if (clock_gettime(clock, &now) != 0)
        return 0;
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double og_seconds(void)
{
    return machine_clock(CLOCK_MONOTONIC);
}

/* Field 22 of /proc/self/stat is the start in ticks since the machine started.  The second field
 * is the program's name in parentheses, which may hold anything. */
double og_seconds_since_start(void)
{
    char text[2048], *field;
    double ticks = (double)sysconf(_SC_CLK_TCK);

    if (ticks <= 0 || !machine_read("/proc/self/stat", text, sizeof text))
        return 0;
    field = strrchr(text, ')');
    if (!field)
        return 0;
    for (int i = 2; i < 22; i++)
        if (!(field = strchr(field + 1, ' ')))
            return 0;
    return machine_clock(CLOCK_BOOTTIME) - strtod(field, NULL) / ticks;
}
