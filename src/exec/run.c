/* Running: the steps in order, each in pieces that the threads share. */
#include "exec/plan.h"

enum {
    WORTH_SHARING = 20000
}; /* nanoseconds of work below which waking a second thread costs more */

typedef struct shared_call {
    const og_call *call;
    void (*run)(const og_call *, int64_t, void *);
    char *scratch;
    size_t piece_scratch;
} shared_call;

static void run_piece(void *context, int64_t piece, int thread)
{
    const shared_call *s = context;

    s->run(s->call, piece, s->scratch + s->piece_scratch * (size_t)thread);
}

void og_run_pieces(const og_call *c, void (*run)(const og_call *, int64_t, void *),
                   og_threads *threads, void *scratch, size_t piece_scratch)
{
    shared_call shared = { c, run, scratch, piece_scratch };

    og_threads_run(threads, c->pieces, run_piece, &shared);
}

static og_threads *worth_sharing(const og_plan *plan, const og_call *c)
{
    return c->cost * (double)c->pieces > WORTH_SHARING ? plan->pool : NULL;
}

static og_status step_failed(plan_run *r, const plan_step *s)
{
    char text[300];

    og_report_where(r->report, "%s", og_node_text(s->node, text, sizeof text));
    return r->report->code;
}

static og_status run_static(plan_run *r, plan_step *s)
{
    og_plan *plan = r->plan;

    s->call.report = r->report;
    s->call.seed = r->seed;
    s->call.run = r->run;
    if (s->checked && s->node->op->check(&s->call))
        return step_failed(r, s);
    og_run_pieces(&s->call, s->run, worth_sharing(plan, &s->call), plan->scratch,
                  plan->piece_scratch);
    if (s->finish)
        s->finish(&s->call);
    return OG_OK;
}

/* ---- Sizes that depend on data --------------------------------------------------------------- */

static og_status allocate_output(plan_run *r, plan_value *v, const og_type *type)
{
    size_t bytes;
    char text[200];

    if (!og_type_known(type) ||
        !og_elem_bytes(type->elem, og_count(type->rank, type->dims), &bytes))
        return og_fail(r->report, OG_LIMIT, "value '%s' would be %s", v->value->name,
                       og_type_text(NULL, type, text, sizeof text));
    r->dynamic_bytes += bytes;
    if (r->dynamic_bytes > r->max_memory)
        return og_fail(r->report, OG_LIMIT,
                       "value '%s' would need %zu MB, the limit is %zu MB in all", v->value->name,
                       bytes >> 20, r->max_memory >> 20);
    int64_t *dims = og_arena_copy(r->arena, type->dims, sizeof(int64_t) * (size_t)type->rank);
    void *data = og_arena_alloc(r->arena, bytes + 64);
    if (!dims || !data)
        return og_fail(r->report, OG_NO_MEMORY, "no memory for value '%s' of %zu bytes",
                       v->value->name, bytes);
    data = (void *)(((uintptr_t)data + 63) & ~(uintptr_t)63);
    v->tensor = og_tensor_view(type->elem, type->rank, dims, data);
    return OG_OK;
}

/* Inference again, now with the numbers at hand. */
static og_status infer_dynamic(plan_run *r, plan_step *s)
{
    og_node *node = s->node;
    og_arena *arena = r->arena;
    int n_in = node->n_in, n_out = node->n_out;
    og_type *types = OG_NEW_N(arena, og_type, n_in + n_out + 1);
    const og_type **in = OG_NEW_N(arena, const og_type *, n_in + 1);
    const og_tensor **data = OG_NEW_N(arena, const og_tensor *, n_in + 1);
    const og_dim **content = OG_NEW_N(arena, const og_dim *, n_out + 1);
    int64_t *n_content = OG_NEW_N(arena, int64_t, n_out + 1);

    if (!types || !in || !data || !content || !n_content)
        return og_fail(r->report, OG_NO_MEMORY, "no memory left for shapes");
    for (int j = 0; j < n_in; j++) {
        if (!s->in[j])
            continue;
        const og_tensor *t = &s->in[j]->tensor;

        types[j] = (og_type){ .elem = t->elem, .rank = t->rank, .dims = t->dims };
        in[j] = &types[j];
        data[j] = t;
    }
    og_infer c = { .op = node->op,
                   .attrs = node->attrs,
                   .n_in = n_in,
                   .n_out = n_out,
                   .in = in,
                   .out = types + n_in,
                   .data = data,
                   .out_content = content,
                   .out_n_content = n_content,
                   .dims = r->plan->graph->dims,
                   .arena = arena,
                   .report = r->report };
    OG_TRY(og_infer_run(&c));
    for (int k = 0; k < n_out; k++)
        OG_TRY(allocate_output(r, s->out[k], &types[n_in + k]));
    return OG_OK;
}

/* An output that an operator with subgraphs makes itself. */
static og_status make_output(og_call *c, int k, og_elem elem, int rank, const int64_t *dims)
{
    plan_run *r = c->runner;
    og_type type = { .elem = elem, .rank = rank, .dims = dims };

    return c->out[k]
               ? allocate_output(
                     r, (plan_value *)((char *)c->out[k] - offsetof(plan_value, tensor)), &type)
               : OG_OK;
}

static og_status run_control(plan_run *r, plan_step *s)
{
    og_call *c = &s->call;

    if (!r->arena && !(r->arena = og_arena_new()))
        return og_fail(r->report, OG_NO_MEMORY, "no memory left for this run");
    c->arena = r->arena;
    c->report = r->report;
    c->runner = r;
    c->graph_run = og_body_run;
    c->output = make_output;
    c->work = s->bodies;
    return s->node->op->control(c) ? step_failed(r, s) : OG_OK;
}

static og_status run_dynamic(plan_run *r, plan_step *s)
{
    og_call *c = &s->call;
    char *scratch;

    if (!r->arena && !(r->arena = og_arena_new()))
        return og_fail(r->report, OG_NO_MEMORY, "no memory left for this run");
    if (infer_dynamic(r, s))
        return step_failed(r, s);
    c->arena = r->arena;
    c->report = r->report;
    c->pieces = 1;
    c->piece_scratch = c->shared_scratch = 0;
    c->seed = r->seed;
    c->run = r->run;
    if ((s->node->op->check && s->node->op->check(c)) ||
        (s->node->op->prepare && s->node->op->prepare(c)))
        return step_failed(r, s);
    size_t each = (c->piece_scratch + 127) & ~(size_t)63;
    scratch = og_arena_alloc(r->arena, each * (size_t)r->plan->threads + c->shared_scratch + 128);
    if (!scratch)
        return og_fail(r->report, OG_NO_MEMORY, "no memory left for this run");
    scratch = (char *)(((uintptr_t)scratch + 63) & ~(uintptr_t)63);
    c->shared = scratch + each * (size_t)r->plan->threads;
    og_run_pieces(c, s->run, worth_sharing(r->plan, c), scratch, each);
    if (s->finish)
        s->finish(c);
    return OG_OK;
}

og_status og_plan_run_steps(plan_run *r, size_t first, size_t last)
{
    for (size_t i = first; i < last; i++) {
        plan_step *s = &r->plan->steps[i];

        if (s->joined)
            continue;
        OG_TRY(s->node->op->control ? run_control(r, s)
               : s->dynamic         ? run_dynamic(r, s)
                                    : run_static(r, s));
    }
    return OG_OK;
}
