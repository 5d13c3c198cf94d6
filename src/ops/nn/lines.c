/* Lines along an axis, in strips and pieces. */
#include "ops/nn/lines.h"

static int64_t strips_of(int64_t lines)
{
    return (lines + OG_LINES_STRIP - 1) / OG_LINES_STRIP;
}

void og_lines_split(og_call *c, og_lines *lines, int64_t outer, int64_t n, int64_t inner,
                    double cost)
{
    const double strip = (double)(n > 0 ? n : 1) * OG_LINES_STRIP, wanted = 32768;

    *lines = (og_lines){ .outer = outer, .n = n, .inner = inner };
    lines->strips = inner == 1 ? strips_of(outer) : outer * strips_of(inner);
    lines->group = strip >= wanted ? 1 : (int64_t)(wanted / strip);
    c->pieces = (lines->strips + lines->group - 1) / lines->group;
    c->cost = 20 + strip * cost * (double)lines->group;
}

void og_lines_along(og_call *c, og_lines *lines, const og_tensor *x, int axis, double cost)
{
    og_lines_split(c, lines, og_count(axis, x->dims), x->dims[axis],
                   og_count(x->rank - axis - 1, x->dims + axis + 1), cost);
}

bool og_lines_strip(const og_lines *lines, int64_t piece, int64_t i, og_strip *strip)
{
    const int64_t at = piece * lines->group + i;

    if (i >= lines->group || at >= lines->strips)
        return false;
    if (lines->inner == 1) {
        const int64_t from = at * OG_LINES_STRIP, left = lines->outer - from;

        *strip = (og_strip){ .count = left < OG_LINES_STRIP ? left : OG_LINES_STRIP,
                             .first = from * lines->n,
                             .line = lines->n,
                             .step = 1,
                             .index = from };
    } else {
        const int64_t across = strips_of(lines->inner), outer = at / across;
        const int64_t from = at % across * OG_LINES_STRIP, left = lines->inner - from;

        *strip = (og_strip){ .count = left < OG_LINES_STRIP ? left : OG_LINES_STRIP,
                             .first = outer * lines->n * lines->inner + from,
                             .line = 1,
                             .step = lines->inner,
                             .index = outer * lines->inner + from };
    }
    return true;
}
