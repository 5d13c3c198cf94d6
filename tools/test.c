/* onnxgrad test: folders with cases. */
#include "tools/command.h"
#include "tools/output.h"

#include <onnxgrad/check.h>

#include <stdlib.h>

static const option options[] = {
    { "json", 0, NULL, NULL, "one JSON object: passed, failed, unsupported, cases", false },
    { "rtol", 0, "X", "1e-3", "relative tolerance of floating outputs", false },
    { "atol", 0, "X", "1e-7", "absolute tolerance of floating outputs", false },
    { "threads", 't', "N", "all processors", "for one step", false },
    { "max-memory", 0, "SIZE", "of the machine", "refuse to need more, such as 2G", false },
    { "quiet", 'q', NULL, NULL, "only the sums", false },
    { 0 },
};

static const char *const examples[] = { "onnxgrad test node/test_relu", "onnxgrad test --json node",
                                        NULL };

static const char *const words[] = { "pass", "fail", "unsupported" };

typedef struct sums {
    bool json, quiet;
    size_t cases, count[3];
} sums;

static void print_message(const og_report *r, void (*print)(const char *))
{
    char text[1400];

    snprintf(text, sizeof text, "%s%s%s%s", r->what, *r->where ? " (" : "", r->where,
             *r->where ? ")" : "");
    print(text);
}

static void plain(const char *text)
{
    fputs(text, stdout);
}

static void watch(void *context, const og_case *one)
{
    sums *s = context;

    if (s->json) {
        fputs(s->cases++ ? ",\n  {" : "\n  {", stdout);
        json_key("name", 1);
        json_string(one->name);
        json_key("result", 0);
        json_string(words[one->verdict]);
        json_key("message", 0);
        print_message(&one->report, json_string);
        putchar('}');
    } else if (!s->quiet && one->verdict != OG_PASSED) {
        printf("%-11s %s: ", words[one->verdict], one->name);
        print_message(&one->report, plain);
        putchar('\n');
    }
}

static bool read_options(command *c, og_cases_options *o)
{
    int64_t threads = 0;

    if (!command_whole(c, "threads", 1, &threads) || !command_size(c, "max-memory", &o->max_memory))
        return false;
    o->threads = (int)threads;
    o->rtol = strtod(command_text(c, "rtol", "1e-3"), NULL);
    o->atol = strtod(command_text(c, "atol", "1e-7"), NULL);
    return true;
}

static int run_folder(const char *folder, const og_cases_options *o, sums *s)
{
    og_cases *cases;
    int status = og_cases_run(folder, o, &cases) ? report_print(og_cases_report(cases)) : DONE;

    for (int v = 0; cases && v < 3; v++)
        s->count[v] += og_cases_count(cases, (og_verdict)v);
    og_cases_free(cases);
    return status;
}

static int run_test(command *c)
{
    sums s = { .json = command_has(c, "json"), .quiet = command_has(c, "quiet") };
    og_cases_options o = { .watch = watch, .context = &s };
    int status = read_options(c, &o) ? DONE : USAGE;

    if (status)
        return status;
    if (s.json)
        fputs("{\"cases\": [", stdout);
    for (int i = 0; i < c->n_words; i++) {
        int one = run_folder(c->words[i], &o, &s);

        status = one > status ? one : status;
    }
    if (s.json)
        printf("\n], \"passed\": %zu, \"failed\": %zu, \"unsupported\": %zu}\n", s.count[OG_PASSED],
               s.count[OG_FAILED], s.count[OG_SKIPPED]);
    else
        printf("%zu passed, %zu failed, %zu unsupported\n", s.count[OG_PASSED], s.count[OG_FAILED],
               s.count[OG_SKIPPED]);
    return status ? status : s.count[OG_FAILED] ? FAILED : DONE;
}

const verb verb_test = {
    .name = "test",
    .arguments = "DIR…",
    .doc = "run test cases: ONNX backend folders and training cases",
    .examples = examples,
    .options = options,
    .min_words = 1,
    .max_words = -1,
    .run = run_test,
};
