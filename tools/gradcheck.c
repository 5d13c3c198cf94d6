/* onnxgrad gradcheck: gradients against finite differences. */
#include "tools/command.h"
#include "tools/output.h"

#include <onnxgrad/check.h>

#include <stdio.h>

static const option options[] = {
    { "ops", 0, NULL, NULL, "every operator that has a gradient, to second order", false },
    { "op", 0, "NAME", NULL, "this operator only", false },
    { "json", 0, NULL, NULL, "one JSON object: passed, failed, unsupported, cases", false },
    { "seed", 's', "N", "0", "of the weights of zoo models", false },
    { "threads", 't', "N", "all processors", "for one run", false },
    { "quiet", 'q', NULL, NULL, "only the sums", false },
    { 0 },
};

static const char *const examples[] = { "onnxgrad gradcheck --ops",
                                        "onnxgrad gradcheck zoo:mlp model.onnx", NULL };

static const char *const words[] = { "pass", "fail", "unsupported" };

typedef struct sums {
    bool json, quiet;
    size_t cases, count[3];
} sums;

static void watch(void *context, const og_case *one)
{
    const og_report *r = &one->report;
    sums *s = context;

    s->count[one->verdict]++;
    if (s->json) {
        fputs(s->cases++ ? ",\n  {" : "\n  {", stdout);
        json_key("name", 1);
        json_string(one->name);
        json_key("result", 0);
        json_string(words[one->verdict]);
        json_key("message", 0);
        json_string(r->what);
        putchar('}');
    } else if (!s->quiet || one->verdict == OG_FAILED) {
        printf("%-11s %s%s%s%s%s%s\n", words[one->verdict], one->name, *r->what ? ": " : "",
               r->what, *r->where ? " (" : "", r->where, *r->where ? ")" : "");
    }
}

static int finish(og_status failed, og_cases **cases)
{
    int status = failed ? report_print(og_cases_report(*cases)) : DONE;

    og_cases_free(*cases);
    return status;
}

static int check_models(command *c, const og_cases_options *o)
{
    int64_t seed = 0;
    int status = command_whole(c, "seed", 0, &seed) ? DONE : USAGE;

    for (int i = 0; i < c->n_words && !status; i++) {
        og_cases *cases;
        model m;

        if (!(status = model_open(&m, c->words[i], (uint64_t)seed)))
            status = finish(og_gradcheck_model(m.graph, o, &cases), &cases);
        model_close(&m);
    }
    return status;
}

static int run_gradcheck(command *c)
{
    sums s = { .json = command_has(c, "json"), .quiet = command_has(c, "quiet") };
    og_cases_options o = { .watch = watch, .context = &s };
    const char *op = command_text(c, "op", NULL);
    int64_t threads = 0;
    int status = command_whole(c, "threads", 1, &threads) ? DONE : USAGE;
    og_cases *cases;

    if (status)
        return status;
    if (!c->n_words && !op && !command_has(c, "ops"))
        return usage_error(c->verb, "gradcheck needs a model, --op NAME or --ops");
    o.threads = (int)threads;
    if (s.json)
        fputs("{\"cases\": [", stdout);
    if (op || command_has(c, "ops"))
        status = finish(og_gradcheck_operators(op, &o, &cases), &cases);
    if (!status)
        status = check_models(c, &o);
    printf(s.json ? "\n], \"passed\": %zu, \"failed\": %zu, \"unsupported\": %zu}\n"
                  : "%zu passed, %zu failed, %zu unsupported\n",
           s.count[OG_PASSED], s.count[OG_FAILED], s.count[OG_SKIPPED]);
    return status ? status : s.count[OG_FAILED] ? FAILED : DONE;
}

const verb verb_gradcheck = {
    .name = "gradcheck",
    .arguments = "[MODEL…]",
    .doc = "compare gradients with finite differences in double",
    .examples = examples,
    .options = options,
    .max_words = -1,
    .run = run_gradcheck,
};
