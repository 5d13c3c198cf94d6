/* Cases: found in and below a folder, run one after the other, counted. */
#include "check/check.h"

enum { CASE_DEPTH = 8 }; /* folders below the one that was named */

struct og_cases {
    og_arena *arena;
    og_report report;
    og_cases_options options;
    og_list(og_case *) done;
    size_t count[3];
};

void og_cases_free(og_cases *cases)
{
    if (cases)
        og_arena_free(cases->arena);
}

const og_report *og_cases_report(const og_cases *cases)
{
    static const og_report none = { .code = OG_NO_MEMORY, .what = "no memory for cases" };

    return cases ? &cases->report : &none;
}

size_t og_cases_count(const og_cases *cases, og_verdict verdict)
{
    return cases->count[verdict];
}

const og_case *og_cases_at(const og_cases *cases, size_t i)
{
    return i < cases->done.n ? cases->done.v[i] : NULL;
}

static og_status no_memory(og_cases *cases)
{
    return og_fail(&cases->report, OG_NO_MEMORY, "no memory for cases");
}

/* The folder's own name, without slashes behind it. */
static const char *case_name(og_cases *cases, const char *folder)
{
    char *name = og_arena_string(cases->arena, folder);
    size_t n = name ? strlen(name) : 0;

    while (n > 1 && name[n - 1] == '/')
        name[--n] = '\0';
    return name ? og_path_base(name) : NULL;
}

og_cases *og_cases_new(const og_cases_options *options)
{
    og_arena *arena = og_arena_new();
    og_cases *cases = arena ? OG_NEW(arena, og_cases) : NULL;

    if (!cases) {
        og_arena_free(arena);
        return NULL;
    }
    cases->arena = arena;
    if (options)
        cases->options = *options;
    return cases;
}

og_report *og_cases_errors(og_cases *cases)
{
    return &cases->report;
}

og_status og_cases_add(og_cases *cases, const char *name, og_status status, const og_report *report)
{
    og_case *one = OG_NEW(cases->arena, og_case);

    if (!one || !(one->name = og_arena_string(cases->arena, name)) ||
        !og_list_push(cases->arena, &cases->done, one))
        return no_memory(cases);
    one->report = *report;
    one->verdict = status == OG_OK ? OG_PASSED : status == OG_UNSUPPORTED ? OG_SKIPPED : OG_FAILED;
    cases->count[one->verdict]++;
    if (cases->options.watch)
        cases->options.watch(cases->options.context, one);
    return OG_OK;
}

static og_status run_case(og_cases *cases, const char *folder, og_status (*run)(og_check *))
{
    og_report report = { 0 };
    og_check check = {
        .arena = og_arena_new(), .options = cases->options, .folder = folder, .report = &report
    };
    const char *name = case_name(cases, folder);

    if (!check.arena || !name) {
        og_arena_free(check.arena);
        return no_memory(cases);
    }
    og_status status = run(&check);
    og_arena_free(check.arena);
    return og_cases_add(cases, name, status, &report);
}

static og_status visit(og_cases *cases, const char *folder, int depth)
{
    const char *model = og_path_join(cases->arena, folder, "model.onnx");
    const char *trajectory = og_path_join(cases->arena, folder, "case.json");
    const char *const *names;
    size_t n;

    if (!model || !trajectory)
        return no_memory(cases);
    if (og_file_exists(trajectory))
        return run_case(cases, folder, og_check_trajectory);
    if (og_file_exists(model))
        return run_case(cases, folder, og_check_backend);
    OG_TRY(og_directory_list(cases->arena, folder, &n, &names, &cases->report));
    for (size_t i = 0; i < n; i++) {
        const char *inner = og_path_join(cases->arena, folder, names[i]);

        if (!inner)
            return no_memory(cases);
        if (depth < CASE_DEPTH && og_is_directory(inner))
            OG_TRY(visit(cases, inner, depth + 1));
    }
    return OG_OK;
}

og_status og_cases_run(const char *folder, const og_cases_options *options, og_cases **out)
{
    og_cases *cases = *out = og_cases_new(options);
    char shown[300];

    if (!cases)
        return OG_NO_MEMORY;
    if (cases->options.rtol == 0 && cases->options.atol == 0) {
        cases->options.rtol = 1e-3;
        cases->options.atol = 1e-7;
    }
    OG_TRY(visit(cases, folder, 0));
    if (!cases->done.n)
        return og_fail(&cases->report, OG_NOT_FOUND,
                       "no case in '%s': expected a folder with model.onnx",
                       og_escape(shown, sizeof shown, folder));
    return OG_OK;
}
