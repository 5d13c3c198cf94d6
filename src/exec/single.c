/* One node on given tensors, outside any plan: for folding constants and for the generic operator
 * tests. */
#include "exec/plan.h"

typedef struct single {
    og_arena *arena;
    og_type *types;
    const og_type **in_types;
    og_call call;
} single;

static og_status infer_single(single *s, const og_node *node, const og_tensor *const *in,
                              og_report *report)
{
    og_arena *arena = s->arena;
    const og_dim **content = OG_NEW_N(arena, const og_dim *, node->n_out + 1);
    int64_t *n_content = OG_NEW_N(arena, int64_t, node->n_out + 1);

    s->types = OG_NEW_N(arena, og_type, node->n_in + node->n_out + 1);
    s->in_types = OG_NEW_N(arena, const og_type *, node->n_in + 1);
    if (!content || !n_content || !s->types || !s->in_types)
        return og_fail(report, OG_NO_MEMORY, "no memory left to run one node");
    for (int i = 0; i < node->n_in; i++)
        if (in[i]) {
            s->types[i] =
                (og_type){ .elem = in[i]->elem, .rank = in[i]->rank, .dims = in[i]->dims };
            s->in_types[i] = &s->types[i];
        }
    og_infer c = { .op = node->op,
                   .attrs = node->attrs,
                   .n_in = node->n_in,
                   .n_out = node->n_out,
                   .in = s->in_types,
                   .out = s->types + node->n_in,
                   .data = in,
                   .out_content = content,
                   .out_n_content = n_content,
                   .dims = node->graph->dims,
                   .arena = arena,
                   .report = report };
    return og_infer_run(&c);
}

static bool may_overlay(const og_node *node, const og_tensor *in, const og_tensor *out)
{
    if (!in || in->count != out->count || og_elem_bits(in->elem) != og_elem_bits(out->elem))
        return false;
    return node->op->traits & OG_ELEMENTWISE ||
           (node->op->traits & OG_INPLACE && in->elem == out->elem);
}

static og_status make_outputs(single *s, const og_node *node, og_tensor **out, og_report *report)
{
    for (int k = 0; k < node->n_out; k++) {
        const og_type *t = &s->types[node->n_in + k];

        if (!og_type_known(t))
            return og_fail(report, OG_UNSUPPORTED, "the size of output %d of %s is not known", k,
                           node->op->name);
        if (!(out[k] = og_tensor_new(t->elem, t->rank, t->dims)))
            return og_fail(report, OG_NO_MEMORY, "no memory for output %d of %s", k,
                           node->op->name);
    }
    return OG_OK;
}

static og_status run_single(single *s, const og_node *node, const og_tensor *const *in,
                            og_tensor **out, int threads, bool overlay, og_report *report)
{
    const og_tensor **args = OG_NEW_N(s->arena, const og_tensor *, node->n_in + 1);
    char *scratch;

    if (!args)
        return og_fail(report, OG_NO_MEMORY, "no memory left to run one node");
    for (int i = 0; i < node->n_in; i++)
        args[i] = in[i];
    if (overlay && node->n_in && may_overlay(node, in[0], out[0])) {
        memcpy(out[0]->data, in[0]->data,
               og_tensor_bytes(in[0])); /* the input lies where the output goes */
        og_tensor *moved = OG_NEW(s->arena, og_tensor);
        if (!moved)
            return og_fail(report, OG_NO_MEMORY, "no memory left to run one node");
        *moved = *in[0];
        moved->data = out[0]->data;
        args[0] = moved;
    }
    og_call c = { .op = node->op,
                  .attrs = node->attrs,
                  .n_in = node->n_in,
                  .n_out = node->n_out,
                  .in = args,
                  .out = out,
                  .pieces = 1,
                  .arena = s->arena,
                  .report = report };
    if (node->op->check)
        OG_TRY(node->op->check(&c));
    if (node->op->prepare)
        OG_TRY(node->op->prepare(&c));
    size_t each = (c.piece_scratch + 127) & ~(size_t)63;
    if (!(scratch = og_malloc_aligned(each * (size_t)threads + c.shared_scratch + 64)))
        return og_fail(report, OG_NO_MEMORY, "no memory left to run one node");
    c.shared = scratch + each * (size_t)threads;
    og_threads *pool = threads > 1 ? og_threads_new(threads) : NULL;
    og_run_pieces(&c, node->op->run, pool, scratch, each);
    og_threads_free(pool);
    if (node->op->finish)
        node->op->finish(&c);
    og_free_aligned(scratch);
    return OG_OK;
}

og_status og_run_node(const og_node *node, const og_tensor *const *in, og_tensor **out, int threads,
                      int variant, og_report *report)
{
    single s = { .arena = og_arena_new() };
    og_status status;

    for (int k = 0; k < node->n_out; k++)
        out[k] = NULL;
    if (!s.arena)
        return og_fail(report, OG_NO_MEMORY, "no memory left to run one node");
    if (!og_node_runnable(node) || !node->op->run)
        status = og_node_unsupported(node, report);
    else if (!(status = infer_single(&s, node, in, report)) &&
             !(status = make_outputs(&s, node, out, report)))
        status = run_single(&s, node, in, out, threads, variant == 1, report);
    if (status)
        for (int k = 0; k < node->n_out; k++) {
            og_tensor_free(out[k]);
            out[k] = NULL;
        }
    og_arena_free(s.arena);
    return status;
}
