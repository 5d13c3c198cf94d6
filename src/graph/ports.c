/* Ports: what an operator takes, checked before anything else looks at a node. */
#include "graph/node.h"

#include <stdio.h>

static const og_port *port_at(const og_port *ports, int max, int i)
{
    int n = 0;

    while (n < max && ports[n].name)
        n++;
    if (i < n)
        return &ports[i];
    return n && ports[n - 1].variadic ? &ports[n - 1] : NULL;
}

const og_port *og_port_in(const og_op *op, int i)
{
    return port_at(op->in, OG_MAX_IN, i);
}

const og_port *og_port_out(const og_op *op, int k)
{
    return port_at(op->out, OG_MAX_OUT, k);
}

int og_ports_required(const og_op *op)
{
    int n = 0;

    for (int i = 0; i < OG_MAX_IN && op->in[i].name; i++)
        if (!op->in[i].optional)
            n = i + 1;
    return n;
}

static char *set_text(og_elems set, char *out, size_t size)
{
    size_t used = 0;

    out[0] = 0;
    for (int e = 1; e < OG_ELEM_COUNT; e++)
        if (set & OG_BIT(e) && used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "",
                                     og_elem_name((og_elem)e));
    return out;
}

/* `elem[i]` is the element type of input i, OG_UNDEFINED where it is not known (a value of unknown
 * type) or omitted. */
og_status og_ports_check(const og_op *op, int n_in, const og_type *const *in, og_report *report)
{
    char set[400];

    for (int i = 0; i < n_in; i++) {
        const og_port *port = og_port_in(op, i);

        if (!port)
            return og_fail(report, OG_BAD_ARGUMENT, "%s has %d inputs, it takes at most %d",
                           op->name, n_in, i);
        if (!in[i]) {
            if (!port->optional && !(port->variadic && i > 0))
                return og_fail(report, OG_BAD_ARGUMENT, "%s needs its input '%s'", op->name,
                               port->name);
            continue;
        }
        if (in[i]->kind != OG_TENSOR || !in[i]->elem)
            continue;
        og_elems allowed = port->types;
        if (allowed & OG_SAME_FLAG) {
            int as = (int)(allowed & 63);
            const og_type *other = as < n_in ? in[as] : NULL;

            if (!other || other->kind != OG_TENSOR || !other->elem)
                continue;
            allowed = OG_BIT(other->elem);
        } else if (port->variadic && !port->heterogeneous && i > 0 && og_port_in(op, 0) == port &&
                   in[0] && in[0]->elem) {
            allowed = OG_BIT(in[0]->elem);
        }
        if (!og_elem_in(in[i]->elem, allowed))
            return og_fail(report, OG_BAD_TYPE, "input '%s' of %s is %s, expected %s", port->name,
                           op->name, og_elem_name(in[i]->elem), set_text(allowed, set, sizeof set));
    }
    for (int i = n_in; i < OG_MAX_IN && op->in[i].name; i++)
        if (!op->in[i].optional && !(op->in[i].variadic && n_in > 0))
            return og_fail(report, OG_BAD_ARGUMENT, "%s needs its input '%s'", op->name,
                           op->in[i].name);
    return OG_OK;
}
