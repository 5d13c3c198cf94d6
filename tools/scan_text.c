/* What clip-scan found, as text for people and as JSON. */
#include "tools/scan.h"
#include "tools/norms.h"
#include "tools/output.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

const char scan_broken_text[] =
    "without a clip the loss does not fall, so these norms are those of a run that broke: "
    "thresholds below them may be right";

/* ---- Advice ---------------------------------------------------------------------------------- */

const char *scan_note(const scan *s)
{
    og_trial t;

    if (!s->slower.chain || s->decision.advice == OG_ADVICE_SAME)
        return NULL;
    t = scan_trial(&s->probes[s->fresh], s->seeds, 2 * s->seeds);
    if (t.clipped < 0.9)
        return NULL;
    return s->decision.advice == OG_ADVICE_LOWER_RATE
               ? "always clipped: this is a lower learning rate in disguise"
               : "always clipped, but it is no lower learning rate in disguise: that was tried too";
}

const char *scan_advice(scan *s)
{
    static const char *const words[] = {
        [OG_ADVICE_CLIP] = "clip with ",
        [OG_ADVICE_SAME] = "no difference: clipping does not help here",
        [OG_ADVICE_LOWER_RATE] = "no clip, but a lower learning rate",
        [OG_ADVICE_DIVERGED] =
            "nothing that was tried trains: a lower learning rate first (onnxgrad lr-find)",
    };
    bool clip = s->decision.advice == OG_ADVICE_CLIP;

    snprintf(s->advice, sizeof s->advice, "%s%s", words[s->decision.advice],
             clip ? s->probes[s->fresh].name : "");
    return s->advice;
}

/* ---- Text ------------------------------------------------------------------------------------ */

static void print_norms(scan *s)
{
    printf("norms of %" PRId64 " steps without a clip\n", s->measured);
    norms_print(s->norms);
    if (*s->lost)
        printf("note: %s\n", s->lost);
    if (scan_broken(s))
        printf("note: %s\n", scan_broken_text);
}

static void print_trial(const scan_probe *p, int64_t from, int64_t to)
{
    og_trial t = scan_trial(p, from, to);
    og_trial_loss sum = og_trial_sum(&t);

    printf("  %-22s %-5s", p->name, p->from);
    if (sum.diverged < t.seeds)
        printf(" %9.4g  %9.4g … %-9.4g", sum.mean, sum.least, sum.most);
    else
        printf(" %9s  %9s   %-9s", "-", "", "");
    printf(" %6.1f %% %7.3g  %zu of %zu", 100 * t.clipped, t.coef, sum.diverged, t.seeds);
    if (p->stopped)
        printf("  stopped at %" PRId64, p->steps);
    putchar('\n');
}

static void print_head(const scan *s, const char *what, uint64_t from)
{
    printf("\n%s, seeds %" PRIu64 " to %" PRIu64 "\n", what, from, from + (uint64_t)s->seeds - 1);
    printf("  %-22s %-5s %9s  %9s   %-9s %8s %7s  %s\n", "clip", "", s->val ? "val loss" : "loss",
           "least", "most", "clipped", "coef", "diverged");
}

static void print_text(scan *s)
{
    const char *note = scan_note(s);

    print_norms(s);
    print_head(s, "tried", s->seed);
    for (size_t i = 0; i < s->n; i++)
        print_trial(&s->probes[i], 0, s->seeds);
    if (s->fresh) {
        print_head(s, "fresh", s->seed + (uint64_t)s->seeds);
        print_trial(&s->probes[0], s->seeds, 2 * s->seeds);
        print_trial(&s->probes[s->fresh], s->seeds, 2 * s->seeds);
        if (s->slower.chain)
            print_trial(&s->slower, s->seeds, 2 * s->seeds);
    }
    printf("\n%s\n", scan_advice(s));
    printf("reason  %s\n", s->decision.reason);
    if (note)
        printf("note    %s\n", note);
    if (s->decision.advice != OG_ADVICE_DIVERGED)
        printf("chain   %s\n", og_chain_text(s->chosen));
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_norms(scan *s)
{
    json_object("norms");
    json_key("steps", 0);
    json_whole(s->measured);
    norms_json(s->norms);
    json_key("lost", 0);
    json_string(s->lost);
    json_key("broken", 0);
    fputs(scan_broken(s) ? "true" : "false", stdout);
    puts("}");
}

static void json_probe(const scan *s, const scan_probe *p, bool fresh)
{
    og_trial t = scan_trial(p, fresh ? s->seeds : 0, fresh ? 2 * s->seeds : s->seeds);
    og_trial_loss sum = og_trial_sum(&t);

    json_object("probe");
    json_key("clip", 0);
    json_string(p->name);
    json_key("from", 0);
    json_string(p->from);
    json_key("chain", 0);
    json_string(og_chain_text(p->chain));
    json_key("fresh", 0);
    fputs(fresh ? "true" : "false", stdout);
    json_key("steps", 0);
    json_whole(p->steps);
    json_key("stopped", 0);
    fputs(p->stopped ? "true" : "false", stdout);
    json_key("losses", 0);
    fputs("[", stdout);
    for (size_t i = 0; i < t.seeds; i++) {
        fputs(i ? ", " : "", stdout);
        json_number(t.loss[i]);
    }
    fputs("]", stdout);
    json_key("loss", 0);
    json_number(sum.mean);
    json_key("clipped", 0);
    json_number(t.clipped);
    json_key("coef", 0);
    json_number(t.coef);
    json_key("diverged", 0);
    json_whole((int64_t)sum.diverged);
    json_key("seeds", 0);
    json_whole((int64_t)t.seeds);
    puts("}");
}

static const char *advice_word(const scan *s)
{
    static const char *const words[] = { [OG_ADVICE_CLIP] = "clip",
                                         [OG_ADVICE_SAME] = "same",
                                         [OG_ADVICE_LOWER_RATE] = "lower_rate",
                                         [OG_ADVICE_DIVERGED] = "diverged" };

    return words[s->decision.advice];
}

static void json_end(scan *s)
{
    json_object("end");
    json_key("advice", 0);
    json_string(advice_word(s));
    json_key("text", 0);
    json_string(scan_advice(s));
    json_key("reason", 0);
    json_string(s->decision.reason);
    json_key("note", 0);
    json_string(scan_note(s) ? scan_note(s) : "");
    json_key("chain", 0);
    json_string(og_chain_text(s->chosen));
    json_key("page", 0);
    json_path(s->folder, "clip-scan.html");
    json_key("seconds", 0);
    json_number(og_process_seconds() - s->started);
    puts("}");
}

void scan_print(scan *s)
{
    if (!s->json) {
        print_text(s);
        return;
    }
    json_norms(s);
    for (size_t i = 0; i < s->n; i++)
        json_probe(s, &s->probes[i], false);
    if (s->fresh) {
        json_probe(s, &s->probes[0], true);
        json_probe(s, &s->probes[s->fresh], true);
        if (s->slower.chain)
            json_probe(s, &s->slower, true);
    }
    json_end(s);
}
