/* onnxgrad run: a model once, on arrays from files or made-up ones. */
#include "tools/command.h"
#include "tools/output.h"

#include <onnxgrad/check.h>

#include <stdlib.h>
#include <string.h>

enum { MOST = 256 }; /* inputs or outputs */

typedef struct running {
    command *c;
    model model;
    og_session *session;
    size_t n_feeds, n_out, n_files;
    og_feed feeds[MOST];
    og_arrays *files[MOST];
    og_tensor *made[MOST];
    const char *outputs[MOST];
    og_tensor results[MOST];
} running;

static bool is_fed(const running *r, const char *name)
{
    for (size_t i = 0; i < r->n_feeds; i++)
        if (!strcmp(r->feeds[i].name, name))
            return true;
    return false;
}

/* --in NAME=FILE; without a name, every array of the file by its own name. */
static int feed_file(running *r, const char *text)
{
    const char *equals = strchr(text, '='), *path = equals ? equals + 1 : text;
    og_arrays *file = NULL;
    int status = DONE;

    if (r->n_files == MOST)
        return usage_error(r->c->verb, "more than %d inputs", MOST);
    if (og_arrays_open(path, &file))
        status = report_print(og_arrays_report(file));
    r->files[r->n_files++] = file;
    for (size_t i = 0; !status && i < og_arrays_count(file) && r->n_feeds < MOST; i++) {
        const char *name = og_arrays_name(file, i);

        if (equals && i == 0) {
            char *own = malloc((size_t)(equals - text) + 1);

            if (!own)
                return FAILED;
            memcpy(own, text, (size_t)(equals - text));
            own[equals - text] = '\0';
            name = og_value_name(og_graph_find(r->model.graph, own));
            if (!name) {
                fprintf(stderr, "error: the model has no input '%s'\n", own);
                status = USAGE;
            }
            free(own);
        }
        if (name)
            r->feeds[r->n_feeds++] = (og_feed){ name, *og_arrays_tensor(file, i) };
        if (equals)
            break;
    }
    return status;
}

static int feed_files(running *r)
{
    const char **list = command_list(r->c, "in");
    int status = DONE;

    for (size_t i = 0; !status && list && list[i]; i++)
        status = feed_file(r, list[i]);
    free(list);
    return status;
}

static int feed_rest(running *r)
{
    og_graph *g = r->model.graph;
    int64_t seed = 0;

    if (!command_whole(r->c, "random", 0, &seed))
        return USAGE;
    for (size_t i = 0; og_graph_input(g, i); i++) {
        const char *name = og_value_name(og_graph_input(g, i));

        if (is_fed(r, name) || og_input_has_default(g, i))
            continue;
        if (!command_has(r->c, "random")) {
            fprintf(stderr,
                    "error: input '%s' (%s) is not given\n"
                    "hint: --in %s=FILE.npy, or --random SEED makes it up\n",
                    name, og_value_type(og_graph_input(g, i)), name);
            return USAGE;
        }
        if (r->n_feeds == MOST)
            return usage_error(r->c->verb, "more than %d inputs", MOST);
        if (og_input_random(g, i, (uint64_t)seed, &r->made[r->n_feeds]))
            return report_print(og_graph_report(g));
        r->feeds[r->n_feeds] = (og_feed){ name, *r->made[r->n_feeds] };
        r->n_feeds++;
    }
    return DONE;
}

static int run_once(running *r)
{
    int64_t threads = 0;
    og_session_options o = { 0 };

    if (!command_whole(r->c, "threads", 1, &threads) ||
        !command_size(r->c, "max-memory", &o.max_memory) ||
        !command_whole(r->c, "max-iterations", 1, &o.max_iterations))
        return USAGE;
    o.threads = (int)threads;
    for (og_value *v; r->n_out < MOST && (v = og_graph_output(r->model.graph, r->n_out));
         r->n_out++)
        r->outputs[r->n_out] = og_value_name(v);
    if (og_session_new(r->model.graph, &o, &r->session) ||
        og_session_run(r->session, r->feeds, r->n_feeds, r->outputs, r->n_out, r->results, NULL))
        return report_print(og_session_report(r->session));
    return DONE;
}

/* ---- Results --------------------------------------------------------------------------------- */

enum { SHOWN = 8 };

static void print_numbers(const og_tensor *t)
{
    for (int64_t i = 0; i < t->count && i < SHOWN; i++)
        if (t->elem == OG_FLOAT)
            printf(" %.6g", (double)((const float *)t->data)[i]);
        else if (t->elem == OG_DOUBLE)
            printf(" %.6g", ((const double *)t->data)[i]);
        else if (t->elem == OG_INT64)
            printf(" %lld", (long long)((const int64_t *)t->data)[i]);
        else if (t->elem == OG_INT32)
            printf(" %d", ((const int32_t *)t->data)[i]);
        else if (t->elem == OG_BOOL)
            printf(" %s", ((const uint8_t *)t->data)[i] ? "true" : "false");
        else
            return;
    printf("%s", t->count > SHOWN ? " …" : "");
}

static void print_results(const running *r)
{
    for (size_t k = 0; k < r->n_out; k++) {
        const og_tensor *t = &r->results[k];

        printf("%s  %s", r->outputs[k], og_elem_name(t->elem));
        for (int d = 0; d < t->rank; d++)
            printf("%s%lld", d ? "," : "[", (long long)t->dims[d]);
        printf("%s ", t->rank ? "]" : "");
        print_numbers(t);
        putchar('\n');
    }
}

/* All results in one DIR/outputs.npz, under their names. */
static int save_results(running *r, const char *folder)
{
    og_arrays *arrays = og_arrays_new();
    char path[1100];
    int status = DONE;
    og_report report = { 0 };

    if (og_folder_make(folder, &report)) {
        status = report_print(&report);
    } else {
        snprintf(path, sizeof path, "%s/outputs.npz", folder);
        for (size_t k = 0; !status && k < r->n_out; k++)
            if (og_arrays_add(arrays, r->outputs[k], &r->results[k]))
                status = report_print(og_arrays_report(arrays));
        if (!status && og_arrays_save(arrays, path))
            status = report_print(og_arrays_report(arrays));
        if (!status)
            printf("%s\n", path);
    }
    og_arrays_free(arrays);
    return status;
}

static void close_all(running *r)
{
    og_session_free(r->session);
    for (size_t i = 0; i < r->n_files; i++)
        og_arrays_free(r->files[i]);
    for (size_t i = 0; i < r->n_feeds; i++)
        og_tensor_free(r->made[i]);
    model_close(&r->model);
    free(r);
}

static int run_run(command *c)
{
    running *r = calloc(1, sizeof *r);
    int64_t seed = 0;
    int status = r ? DONE : FAILED;

    if (!r)
        return status;
    r->c = c;
    if (!command_whole(c, "random", 0, &seed))
        status = USAGE;
    if (!status)
        status = model_open(&r->model, c->words[0], (uint64_t)seed);
    if (!status)
        status = feed_files(r);
    if (!status)
        status = feed_rest(r);
    if (!status)
        status = run_once(r);
    if (!status)
        print_results(r);
    if (!status && command_has(c, "out"))
        status = save_results(r, command_text(c, "out", "."));
    close_all(r);
    return status;
}

static const option options[] = {
    { "in", 'i', "NAME=FILE", NULL, "an input from a .npy file, or all inputs from a .npz file",
      true },
    { "random", 'r', "SEED", NULL, "make up the inputs that are not given; free sizes are 2",
      false },
    { "out", 'o', "DIR", NULL, "write the outputs into DIR/outputs.npz", false },
    { "threads", 't', "N", "all processors", "for one run", false },
    { "max-memory", 0, "SIZE", "of the machine", "refuse to need more, such as 2G", false },
    { "max-iterations", 0, "N", "1000000", "of all loops in the run", false },
    { NULL, 0, NULL, NULL, NULL, false },
};

static const char *const examples[] = {
    "onnxgrad run model.onnx --in x=x.npy --out results",
    "onnxgrad run zoo:lenet --random 0",
    NULL,
};

const verb verb_run = {
    .name = "run",
    .arguments = "MODEL",
    .doc = "run a model once and print or save its outputs",
    .examples = examples,
    .options = options,
    .min_words = 1,
    .max_words = 1,
    .run = run_run,
};
