/*
 * Chains back to text, in one canonical form: reading it gives the same chain, and printing that
 * the same text.
 */
#include "optim/optim.h"

void og_value_print(og_text *out, const og_chain_arg *arg)
{
    char number[32];

    if (arg->type == OG_GIVEN_CALL)
        og_call_print(out, arg->call);
    else if (arg->type == OG_GIVEN_BOOL)
        og_text_print(out, "%s", arg->number != 0 ? "true" : "false");
    else if (arg->type == OG_GIVEN_NUMBER)
        og_text_print(out, "%s", og_number_text(number, arg->number));
    else if (og_word_needs_quotes(arg->word))
        og_print_quoted(out, arg->word);
    else
        og_text_print(out, "%s", arg->word);
}

void og_call_print(og_text *out, const og_chain_call *call)
{
    og_text_print(out, "%s", call->name);
    for (size_t i = 0; i < call->n; i++) {
        og_text_print(out, i ? ", " : "(");
        if (call->args[i].key)
            og_text_print(out, "%s=", call->args[i].key);
        og_value_print(out, &call->args[i]);
    }
    og_text_print(out, call->n ? ")" : "");
}

static void tree_print(og_text *out, const og_chain_tree *tree, bool expanded);

static void groups_print(og_text *out, const og_chain_link *link, bool expanded)
{
    og_text_print(out, "groups{ ");
    for (size_t i = 0; i < link->n_groups; i++) {
        og_text_print(out, i ? "; " : "");
        if (link->groups[i].selector.n_plus > 0)
            og_selector_print(out, &link->groups[i].selector);
        else
            og_text_print(out, "_");
        og_text_print(out, ": ");
        tree_print(out, link->groups[i].chain, expanded);
    }
    og_text_print(out, " }");
}

static void inner_print(og_text *out, const og_chain_tree *tree, bool expanded, bool apart)
{
    og_text_print(out, apart ? "(" : "");
    tree_print(out, tree, expanded);
    og_text_print(out, apart ? ")" : "");
}

static void link_print(og_text *out, const og_chain_link *link, bool expanded)
{
    const og_chain_tree *expansion = expanded ? link->expansion : NULL;

    if (link->label && !expanded)
        og_text_print(out, "%s=", link->label);
    if (link->kind == OG_LINK_GROUPS)
        groups_print(out, link, expanded);
    else if (link->kind == OG_LINK_CHAIN)
        inner_print(out, link->inner, expanded, true);
    else if (expansion)
        inner_print(out, expansion, expanded, link->selector && expansion->n > 1);
    else
        og_call_print(out, &link->call);
    if (link->selector) {
        og_text_print(out, "@");
        og_selector_print(out, link->selector);
    }
}

static void tree_print(og_text *out, const og_chain_tree *tree, bool expanded)
{
    for (size_t i = 0; i < tree->n; i++) {
        og_text_print(out, i ? " | " : "");
        link_print(out, &tree->links[i], expanded);
    }
}

void og_chain_print(og_text *out, const og_chain_tree *tree)
{
    tree_print(out, tree, false);
}

void og_chain_print_expanded(og_text *out, const og_chain_tree *tree)
{
    tree_print(out, tree, true);
}
