/*
 * scale_by_lbfgs, lbfgs: the gradients times an estimate of the inverse Hessian, made of the last
 * moves of the parameters and the changes of the gradient they brought (Liu and Nocedal 1989), by
 * the two loops of Nocedal and Wright's algorithm 7.4.
 *
 * As in PyTorch a pair is left out where <change, move> is not above 1e-10, and the first step is
 * at most as long as a gradient of sum 1; under compat=optax all pairs are taken, and the first
 * step is of length 1 at most.
 */
#include "optim/optim.h"

/* One step; the pairs lie newest first, [1, shape] each. */
typedef struct lbfgs {
    og_stage_context *c;
    size_t n; /* parameters */
    int m;    /* pairs */
    bool optax;
    og_value **move, **change; /* [n * m] */
    og_value **rho, **alpha;   /* [m], double scalars: 1 / <change, move> and the first loop's */
    og_value **q;              /* [n], what the loops work on */
    og_value *begun, *accept, *scale;
} lbfgs;

static og_value *constant(const lbfgs *l, double x)
{
    return og_scalar(og_stage_graph(l->c), OG_DOUBLE, x);
}

/* <a, b> over all parameters, a[i * step]. */
static og_value *dot(const lbfgs *l, og_value **a, int step, og_value **b)
{
    og_value *sum = NULL;

    for (size_t i = 0; i < l->n; i++) {
        og_value *both = og_mul(a[i * (size_t)step], b[i]), *part;

        part = og_cast(og_reduce("ReduceSum", both, (og_ints){ 0, NULL }, false), OG_DOUBLE);
        sum = sum ? og_add(sum, part) : part;
    }
    return sum;
}

/* A list along its first axis with `first` in front and without its last, if the pair is accepted.
 */
static og_value *push(const lbfgs *l, og_value *list, og_value *first)
{
    og_graph *g = og_stage_graph(l->c);
    const int64_t zero = 0, last = l->m - 1;
    og_value *both[2] = { first, NULL };

    if (l->m > 1)
        both[1] = og_slice(list, og_int64s(g, 1, &zero), og_int64s(g, 1, &last),
                           og_int64s(g, 1, &zero), NULL);
    return og_where(l->accept, l->m > 1 ? og_concat(0, 2, both) : first, list);
}

static og_value *pairs_slot(const lbfgs *l, size_t i, const char *name)
{
    const og_value *p = og_stage_parameter(l->c, i);
    int64_t dims[OG_MAX_RANK];

    dims[0] = l->m;
    for (int k = 0; k < p->type.rank; k++)
        dims[k + 1] = p->type.dims[k];
    return og_stage_shaped_slot(l->c, i, name, p->type.rank + 1, dims, 0);
}

/* The slot with one more row, as its rows. */
static void remember(const lbfgs *l, size_t i, const char *name, og_value *row, og_value **rows)
{
    og_value *slot = pairs_slot(l, i, name), *next = push(l, slot, row);

    og_stage_keep(l->c, slot, next);
    if (l->m == 1)
        rows[0] = next;
    else
        og_ops_on("Split", OG_ATTRS(OG_SET_INT("axis", 0), OG_SET_INT("num_outputs", l->m)), 1,
                  &next, l->m, rows);
}

/* 1 / <change, move> of all pairs, the newest being `rho`. */
static void remember_rho(const lbfgs *l, og_value *rho)
{
    og_value *slot = og_stage_shared_list(l->c, "rho", l->m, 0);
    og_value *next = push(l, slot, og_unsqueeze(rho, OG_INTS(0)));

    og_stage_keep(l->c, slot, next);
    for (int j = 0; j < l->m; j++)
        l->rho[j] = OG_OP("Gather", NULL, next, og_scalar(og_stage_graph(l->c), OG_INT64, j));
}

/* What the diagonal of the first estimate is, given the newest pair's products. */
static og_value *first_scale(const lbfgs *l, og_value *product, og_value *square)
{
    og_value *slot = og_stage_shared(l->c, "scale", OG_DOUBLE, 1), *one = constant(l, 1), *next;
    og_value *size = og_stage_norm(l->c, l->optax ? 2 : 1), *first;

    next = og_div(product, square);
    if (l->optax)
        next = og_where(og_greater(square, constant(l, 0)), next, one);
    next = og_where(l->accept, next, slot);
    og_stage_keep(l->c, slot, next);
    first = og_where(og_greater(size, one), og_div(one, size), one);
    return og_where(l->begun, next, first);
}

/* The newest pair: how parameters and gradients differ from the step before. */
static void take_pair(lbfgs *l)
{
    og_value *flag = og_stage_shared(l->c, "begun", OG_DOUBLE, 0), *zero = constant(l, 0);
    og_value *product, *square, *rho;

    for (size_t i = 0; i < l->n; i++) {
        og_value *p = og_stage_parameter(l->c, i), *g = og_stage_in(l->c, i);
        og_value *last = og_stage_slot(l->c, i, "last", 0);
        og_value *last_g = og_stage_slot(l->c, i, "last_gradient", 0);

        l->move[i * (size_t)l->m] = og_unsqueeze(og_sub(p, last), OG_INTS(0));
        l->change[i * (size_t)l->m] = og_unsqueeze(og_sub(g, last_g), OG_INTS(0));
        l->q[i] = l->change[i * (size_t)l->m];
        og_stage_keep(l->c, last, p);
        og_stage_keep(l->c, last_g, g);
    }
    product = dot(l, l->move, l->m, l->q);
    square = dot(l, l->change, l->m, l->q);
    l->begun = og_greater(flag, zero);
    l->accept = l->optax ? l->begun : og_and(l->begun, og_greater(product, constant(l, 1e-10)));
    og_stage_keep(l->c, flag, constant(l, 1));
    l->scale = first_scale(l, product, square);
    rho = og_div(constant(l, 1), product);
    remember_rho(l, l->optax ? og_where(og_equal(product, zero), zero, rho) : rho);
    for (size_t i = 0; i < l->n; i++) {
        og_value **move = l->move + i * (size_t)l->m, **change = l->change + i * (size_t)l->m;

        remember(l, i, "moves", move[0], move);
        remember(l, i, "changes", change[0], change);
    }
}

/* q_i + weight * rows[i * m] */
static void add_rows(lbfgs *l, og_value **rows, og_value *weight)
{
    for (size_t i = 0; i < l->n; i++)
        l->q[i] = og_add(l->q[i], og_mul(rows[i * (size_t)l->m], og_stage_cast(l->c, i, weight)));
}

static void two_loops(lbfgs *l)
{
    for (int j = 0; j < l->m; j++) {
        l->alpha[j] = og_mul(l->rho[j], dot(l, l->move + j, l->m, l->q));
        add_rows(l, l->change + j, og_neg(l->alpha[j]));
    }
    for (size_t i = 0; i < l->n; i++)
        l->q[i] = og_mul(l->q[i], og_stage_cast(l->c, i, l->scale));
    for (int j = l->m; j-- > 0;) {
        og_value *beta = og_mul(l->rho[j], dot(l, l->change + j, l->m, l->q));

        add_rows(l, l->move + j, og_sub(l->alpha[j], beta));
    }
}

static og_status scale_by_lbfgs_build(og_stage_context *c)
{
    lbfgs l = { .c = c,
                .n = og_stage_count(c),
                .m = (int)og_stage_number(c, "history"),
                .optax = og_stage_compat(c) == OG_COMPAT_OPTAX };
    size_t m = (size_t)l.m;

    l.move = OG_NEW_N(c->step->arena, og_value *, 2 * l.n * m + 2 * m + l.n);
    if (!l.move)
        return og_fail(og_graph_errors(og_stage_graph(c)), OG_NO_MEMORY,
                       "no memory for a training step");
    l.change = l.move + l.n * m;
    l.rho = l.change + l.n * m;
    l.alpha = l.rho + m;
    l.q = l.alpha + m;
    take_pair(&l);
    for (size_t i = 0; i < l.n; i++)
        l.q[i] = og_unsqueeze(og_stage_in(c, i), OG_INTS(0));
    two_loops(&l);
    for (size_t i = 0; i < l.n; i++)
        og_stage_out(c, i, og_squeeze(l.q[i], OG_INTS(0)));
    return OG_OK;
}

#define LBFGS_HISTORY                                                                              \
    {                                                                                              \
        "history", OG_ARG_WHOLE, "10", "[1, 100]", "how many pairs are kept"                       \
    }

const og_stage og_stage_scale_by_lbfgs = {
    .name = "scale_by_lbfgs",
    .doc = "All gradients times an estimate of the inverse Hessian.",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_ADAPTIVE | OG_STAGE_MOMENTUM,
    .positional = 1,
    .arg = { LBFGS_HISTORY },
    .build = scale_by_lbfgs_build,
};

static void lbfgs_expand(og_stage_context *c)
{
    og_stage_write(c, "scale_by_lbfgs($history) | lr($lr)");
}

const og_stage og_stage_lbfgs = {
    .name = "lbfgs",
    .doc = "L-BFGS: scale_by_lbfgs and lr.",
    .arg = { { "lr", OG_ARG_NUMBER, "1", "[0, inf)", "the learning rate" }, LBFGS_HISTORY },
    .expand = lbfgs_expand,
};
