/*
 * clip-scan in parts: clip_scan (the verb: measures, proposes, decides), scan_runs (tries, in
 * processes), scan_text (the report, as text and JSON), scan_page (the same with pictures).
 */
#ifndef OG_TOOLS_SCAN_H
#define OG_TOOLS_SCAN_H

#include "tools/setup.h"

enum { CURVE = 100 }; /* points of a curve of losses */

/* One training of a probe. */
typedef struct scan_run {
    uint64_t seed;
    char *folder, *out, *err; /* of the run, and files for what it prints */
    int64_t steps;            /* that it has made */
    double clipped, coef;     /* means over its steps */
    double curve[CURVE];      /* mean losses over parts of all steps; NaN: not there yet */
} scan_run;

/* A clip that is tried. */
typedef struct scan_probe {
    char *clip; /* "clip_norm(0.5)"; "": none */
    char *name; /* the same for people */
    char *from; /* "P90": where a threshold comes from, or "" */
    og_chain *chain;
    size_t n;       /* runs, those of fresh seeds included */
    scan_run *runs; /* [2 * seeds] */
    double *loss;   /* [2 * seeds] at the end; NaN: it diverged */
    int64_t steps;  /* made by each of its runs that did not diverge */
    bool stopped;   /* behind the best one */
} scan_probe;

typedef struct scan {
    setup setup;
    const char *self; /* argv[0] */
    char *folder, *val;
    og_chain *plain; /* the chain without clips */
    int64_t steps, seeds, jobs;
    uint64_t seed; /* the first */
    bool json, quiet, bar;
    /* measured */
    og_norms *norms;
    double *norm; /* [steps] of each step */
    int64_t measured;
    double first, early, late; /* its first loss, means of its first and last tenth */
    char lost[700];            /* what stopped the measuring, or "" */
    /* tried */
    size_t n;
    scan_probe *probes; /* the first is no clip */
    size_t fresh;       /* place of the one that was tried with fresh seeds; 0: none was */
    scan_probe slower;  /* no clip at a lower rate; n 0: not tried */
    og_decision decision;
    og_chain *chosen;
    char advice[160];
    double started;
} scan;

/* The chain without its clips, with another one, or with every rate times `rate`; prints what is
 * wrong. */
int scan_chain(const scan *s, const char *clip, double rate, og_chain **chain);

/* Makes `probe` ready for runs of its own. */
void scan_probe_open(const scan *s, scan_probe *probe, size_t number);

/* Trains the n probes on to `steps` with the seeds from..to-1, those that diverged left out; DONE,
 * an exit status, or 128 and a signal's number. */
int scan_try(scan *s, scan_probe *const probes[], size_t n, int64_t from, int64_t to,
             int64_t steps);

/* The file of the weights that the runs of a seed begin with. */
char *scan_snapshot(const scan *s, uint64_t seed);

/* Of the seeds from..to-1. */
og_trial scan_trial(const scan_probe *probe, int64_t from, int64_t to);

/* Whether the run without a clip got nowhere, so that its norms are those of a broken run. */
bool scan_broken(const scan *s);
extern const char scan_broken_text[];

void scan_say(const scan *s, const char *format, ...) OG_PRINTF(2, 3); /* progress */
void scan_print(scan *s);
bool scan_write_page(scan *s, const char *path);
/* What to do, in a few words; the text is the scan's. */
const char *scan_advice(scan *s);
/* What there is to add where a clip acted nearly always; NULL: nothing. */
const char *scan_note(const scan *s);

#endif
