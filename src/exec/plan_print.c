/* A plan as text: its steps in order, what each makes and where that lies. */
#include "exec/plan.h"

static const char *const place_words[] = {
    [PLACE_NONE] = "nowhere",    [PLACE_CONSTANT] = "constant",
    [PLACE_FEED] = "fed",        [PLACE_STATE] = "state",
    [PLACE_ARENA] = "",          [PLACE_TILE] = "tile",
    [PLACE_DYNAMIC] = "dynamic",
};

static void print_place(og_text *out, const plan_value *v)
{
    const plan_value *root = v;
    char type[200];

    while (root->root != root)
        root = root->root;
    og_text_print(out, "%s ", og_tensor_text(type, sizeof type, &v->tensor));
    if (v->place == PLACE_ARENA)
        og_text_print(out, "at %zu%s", root->offset, root == v ? "" : ", in place");
    else if (v->place == PLACE_STATE && root != v)
        og_text_print(out, "over state %s", root->value->name);
    else
        og_text_print(out, "%s", place_words[v->place]);
}

static void print_step(og_text *out, const og_plan *plan, size_t i)
{
    const plan_step *s = &plan->steps[i];

    if ((int)i == plan->gate && plan->ok)
        og_text_print(out, "---- only if %s ----\n", plan->ok->value->name);
    if (s->joined)
        og_text_print(out, "    +  ");
    else
        og_text_print(out, "%4d   ", s->unit);
    og_node_print(out, s->node);
    og_text_print(out, "  # ");
    for (int k = 0; k < s->node->n_out; k++) {
        og_text_print(out, "%s", k ? ", " : "");
        print_place(out, s->out[k]);
    }
    if (!s->joined && s->call.pieces > 1)
        og_text_print(out, "; %lld pieces", (long long)s->call.pieces);
    og_text_print(out, "\n");
}

const char *og_session_plan_text(og_session *session)
{
    const og_plan *plan = og_session_last_plan(session);
    og_text out = { 0 };

    if (!plan)
        return NULL;
    for (size_t i = 0; i < plan->n_steps; i++)
        print_step(&out, plan, i);
    for (size_t i = 0; i < plan->n_commits; i++)
        og_text_print(&out, "copy   %s <- %s\n", plan->commits[i].state->value->name,
                      plan->commits[i].update->value->name);
    og_text_print(
        &out, "%zu steps of %zu nodes (%zu folded, %zu merged, %zu joined), %zu bytes of values\n",
        plan->facts.steps, plan->facts.nodes, plan->facts.folded, plan->facts.merged,
        plan->facts.fused, plan->block_size);
    const char *text = out.failed ? NULL : og_arena_string(plan->arena, out.data);
    og_text_free(&out);
    return text;
}
