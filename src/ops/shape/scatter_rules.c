/*
 * The gradients of ScatterElements and ScatterND, which differ only in how places are named: `put`
 * below is the operator, `take` its inverse, GatherElements or GatherND.
 *
 *   none: the data get dy except at written places; of several writers to one place only the last
 * one counts. add:  both get dy. mul:  the product rule; where a place was multiplied by zeros the
 * others' product is put together without dividing by them. max, min: dy is shared evenly by all
 * that equal the result.
 */
#include "ops/shape/scatter.h"
#include "ops/shape/shape.h"

static og_value *put(const og_scatter_rule *r, const char *reduction, og_value *data,
                     og_value *indices, og_value *updates)
{
    const og_attr attrs[] = {
        OG_SET_STRING("reduction", reduction),
        { .name = r->has_axis ? "axis" : NULL, .kind = OG_ATTR_INT, .u.i = r->axis },
        { .name = NULL }
    };

    return OG_OP(r->op, attrs, data, indices, updates);
}

static og_value *take(const og_scatter_rule *r, og_value *data, og_value *indices)
{
    const og_attr attrs[] = {
        { .name = r->has_axis ? "axis" : NULL, .kind = OG_ATTR_INT, .u.i = r->axis },
        { .name = NULL }
    };

    return OG_OP(r->gather, attrs, data, indices);
}

/* Every writer leaves its number; who finds its own one was the last. */
static void none_gradient(og_grad *c, const og_scatter_rule *r)
{
    og_value *indices = og_x(c, 1), *updates = og_x(c, 2), *dy = og_dy(c, 0);

    if (og_wants(c, 0))
        og_set_dx(c, 0, put(r, "none", dy, indices, og_zeros_like(updates)));
    if (!og_wants(c, 2))
        return;
    og_value *numbers = og_places_like(updates);
    og_value *left =
        put(r, "none", og_fill(og_shape_of(og_x(c, 0)), OG_INT64, 0), indices, numbers);

    og_set_dx(c, 2,
              og_where(og_equal(take(r, left, indices), numbers), take(r, dy, indices),
                       og_scalar_like(dy, 0)));
}

static void mul_gradient(og_grad *c, const og_scatter_rule *r)
{
    og_value *data = og_x(c, 0), *indices = og_x(c, 1), *updates = og_x(c, 2), *dy = og_dy(c, 0);

    if (og_wants(c, 0))
        og_set_dx(c, 0, og_mul(dy, put(r, "mul", og_ones_like(data), indices, updates)));
    if (!og_wants(c, 2))
        return;
    og_value *zero = og_equal(updates, og_scalar_like(updates, 0));
    og_value *filled = og_where(zero, og_scalar_like(updates, 1), updates);
    og_value *product =
        take(r, put(r, "mul", data, indices, filled), indices); /* of all but the zeros */
    og_value *zeros =
        take(r, put(r, "add", og_zeros_like(data), indices, og_cast_like(zero, data)), indices);
    og_value *others = og_sub(zeros, og_cast_like(zero, data)); /* zeros besides this one */
    og_value *rest = og_where(og_equal(others, og_scalar_like(others, 0)), og_div(product, filled),
                              og_scalar_like(product, 0));

    og_set_dx(c, 2, og_mul(take(r, dy, indices), rest));
}

static void extreme_gradient(og_grad *c, const og_scatter_rule *r)
{
    og_value *data = og_x(c, 0), *indices = og_x(c, 1), *updates = og_x(c, 2), *dy = og_dy(c, 0);
    og_value *y = og_y(c, 0);
    og_value *data_is = og_cast_like(og_equal(data, y), dy);
    og_value *update_is = og_cast_like(og_equal(updates, take(r, y, indices)), dy);
    og_value *share = og_div(dy, put(r, "add", data_is, indices, update_is));

    og_set_dx(c, 0, og_mul(share, data_is));
    og_set_dx(c, 2, og_mul(take(r, share, indices), update_is));
}

void og_scatter_gradient(og_grad *c, const og_scatter_rule *r, const char *reduction)
{
    if (!strcmp(reduction, "none")) {
        none_gradient(c, r);
    } else if (!strcmp(reduction, "add")) {
        og_set_dx(c, 0, og_dy(c, 0));
        og_set_dx(c, 2, take(r, og_dy(c, 0), og_x(c, 1)));
    } else if (!strcmp(reduction, "mul")) {
        mul_gradient(c, r);
    } else {
        extreme_gradient(c, r);
    }
}
