/* What gradient rules say. The sweep itself is in src/autodiff. */
#include "graph/node.h"

og_value *og_x(const og_grad *c, int i)
{
    return i < c->node->n_in ? c->node->in[i] : NULL;
}

og_value *og_dy(const og_grad *c, int i)
{
    return i < c->node->n_out ? c->dy[i] : NULL;
}

bool og_wants(const og_grad *c, int i)
{
    return i < c->node->n_in && c->node->in[i] && c->want[i];
}

og_value *og_y(og_grad *c, int i)
{
    if (i >= c->node->n_out && og_node_more_outputs(c->node, i + 1))
        return NULL;
    return c->node->out[i];
}

void og_set_dx(og_grad *c, int i, og_value *dx)
{
    if (i < c->node->n_in)
        c->dx[i] = dx;
}

/* The old node stays until the graph is settled, so values already built on it remain good. */
void og_forward(og_grad *c, const char *name)
{
    og_node *old = c->node;
    og_graph *g = c->g;
    const og_op *op = og_op_find("onnxgrad", name);

    if (!op) {
        og_fail(og_graph_errors(g), OG_BUG, "there is no operator onnxgrad::%s", name);
        return;
    }
    og_node *node = og_graph_add_node(g, &(og_node_spec){ .op = op,
                                                          .name = old->name,
                                                          .attrs = old->raw,
                                                          .in = old->in,
                                                          .n_in = old->n_in,
                                                          .n_out = old->n_out,
                                                          .index = old->index });
    if (!node)
        return;
    for (int k = 0; k < old->n_out; k++)
        og_value_replace(old->out[k], node->out[k]);
    old->dead = true;
    c->node = node;
    c->attrs = node->attrs;
}
