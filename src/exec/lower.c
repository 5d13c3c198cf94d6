/* Lowering: every step gets its call, prepared once, with the tensors at their places. */
#include "exec/plan.h"

static og_tensor *tensor_of(plan_value *v)
{
    return v && v->place != PLACE_NONE ? &v->tensor : NULL;
}

/* An output nobody reads is computed only where the operator cannot leave it out. */
static bool dropped(const plan_step *s, int k)
{
    const plan_value *v = s->out[k];
    const og_port *port = &s->node->op->out[0];

    for (int i = 0; i < k && port[1].name; i++)
        port++;
    return port->optional && !v->kept && !v->bound && v->last_reader < 0;
}

static og_status make_call(og_plan *plan, plan_step *s, const plan_options *options)
{
    og_node *node = s->node;
    const og_tensor **in = OG_NEW_N(plan->arena, const og_tensor *, node->n_in + 1);
    og_tensor **out = OG_NEW_N(plan->arena, og_tensor *, node->n_out + 1);
    bool constant = true;

    if (!in || !out)
        return og_fail(options->report, OG_NO_MEMORY, "no memory left for a plan");
    for (int j = 0; j < node->n_in; j++) {
        in[j] = tensor_of(s->in[j]);
        constant = constant && (!s->in[j] || s->in[j]->place == PLACE_CONSTANT);
    }
    for (int k = 0; k < node->n_out; k++)
        out[k] = dropped(s, k) ? NULL : tensor_of(s->out[k]);
    s->call = (og_call){ .op = node->op,
                         .attrs = node->attrs,
                         .n_in = node->n_in,
                         .n_out = node->n_out,
                         .in = in,
                         .out = out,
                         .pieces = 1,
                         .arena = plan->arena,
                         .report = options->report };
    s->call.stream = og_hash_bytes(1, node->out[0]->name, strlen(node->out[0]->name));
    s->run = node->op->run;
    s->finish = node->op->finish;
    s->checked = node->op->check != NULL && !constant;
    return OG_OK;
}

/* The inputs as .prepare may see them: the numbers of constants only, for all others come with each
 * run. */
static const og_tensor **prepared_inputs(og_plan *plan, const plan_step *s)
{
    const og_tensor **in = OG_NEW_N(plan->arena, const og_tensor *, s->call.n_in + 1);

    for (int j = 0; in && j < s->call.n_in; j++) {
        og_tensor *shape = s->call.in[j] ? OG_NEW(plan->arena, og_tensor) : NULL;

        if (!s->call.in[j])
            continue;
        if (!shape)
            return NULL;
        *shape = *s->call.in[j];
        if (s->in[j]->place != PLACE_CONSTANT)
            shape->data = NULL;
        in[j] = shape;
    }
    return in;
}

static og_status prepare(og_plan *plan, plan_step *s, const plan_options *options)
{
    const og_tensor *const *in = s->call.in;
    char text[300];

    if (!s->node->op->prepare)
        return OG_OK;
    if (!(s->call.in = prepared_inputs(plan, s)))
        return og_fail(options->report, OG_NO_MEMORY, "no memory left for a plan");
    if (s->node->op->prepare(&s->call)) {
        og_report_where(options->report, "%s", og_node_text(s->node, text, sizeof text));
        return options->report->code;
    }
    s->call.in = in;
    return OG_OK;
}

/* Constant inputs are looked at once, here. */
static og_status check_constants(plan_step *s, const plan_options *options)
{
    char text[300];

    if (s->checked || !s->node->op->check || s->dynamic)
        return OG_OK;
    if (s->node->op->check(&s->call))
        og_report_where(options->report, "%s", og_node_text(s->node, text, sizeof text));
    return options->report->code;
}

static og_status lower_step(og_plan *plan, size_t i, const plan_options *options)
{
    plan_step *s = &plan->steps[i];

    OG_TRY(make_call(plan, s, options));
    if (s->dynamic)
        return OG_OK;
    if (s->group >= 0) {
        if (s->joined)
            return OG_OK;
    } else {
        OG_TRY(prepare(plan, s, options));
        OG_TRY(check_constants(s, options));
        plan->facts.flops += s->call.flops;
    }
    plan->random = plan->random || s->node->op->traits & OG_RANDOM;
    return OG_OK;
}

/* Scratch is shared by all steps: the largest wins. */
static og_status make_scratch(og_plan *plan, const plan_options *options)
{
    for (size_t i = 0; i < plan->n_steps; i++) {
        const og_call *c = &plan->steps[i].call;

        if (c->piece_scratch > plan->piece_scratch)
            plan->piece_scratch = c->piece_scratch;
        if (c->shared_scratch > plan->shared_scratch)
            plan->shared_scratch = c->shared_scratch;
    }
    plan->piece_scratch = (plan->piece_scratch + 127) & ~(size_t)63;
    size_t total = plan->piece_scratch * (size_t)plan->threads;
    if (total + plan->shared_scratch > options->max_memory)
        return og_fail(options->report, OG_LIMIT,
                       "the plan needs %zu MB of scratch, the limit is %zu MB",
                       (total + plan->shared_scratch) >> 20, options->max_memory >> 20);
    plan->scratch = og_malloc_aligned(total);
    plan->shared = og_malloc_aligned(plan->shared_scratch + 64);
    if (!plan->scratch || !plan->shared)
        return og_fail(options->report, OG_NO_MEMORY, "no memory for the plan's scratch");
    for (size_t i = 0; i < plan->n_steps; i++)
        plan->steps[i].call.shared = plan->shared;
    return OG_OK;
}

og_status og_plan_lower(og_plan *plan, const plan_options *options)
{
    for (size_t i = 0; i < plan->n_steps; i++)
        OG_TRY(lower_step(plan, i, options));
    for (size_t i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].group >= 0 && !plan->steps[i].joined)
            OG_TRY(og_fused_prepare(plan, i, options->report));
    for (size_t i = 0; i < plan->n_values; i++)
        plan->n_feed_views += plan->values[i].place == PLACE_FEED;
    plan->feed_views = OG_NEW_N(plan->arena, plan_value *, plan->n_feed_views + 1);
    if (!plan->feed_views)
        return og_fail(options->report, OG_NO_MEMORY, "no memory left for a plan");
    plan->n_feed_views = 0;
    for (size_t i = 0; i < plan->n_values; i++)
        if (plan->values[i].place == PLACE_FEED)
            plan->feed_views[plan->n_feed_views++] = &plan->values[i];
    return make_scratch(plan, options);
}
