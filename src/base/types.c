/*
 * Element types: names and sizes, from types.def.
 */
#include "base/types.h"

static const struct {
    const char *name;
    int bits;
    char kind;
} types[OG_ELEM_COUNT] = {
    [OG_UNDEFINED] = { "undefined", 0, '-' },
#define OG_TYPE(elem, name, bits, kind) [elem] = { name, bits, kind },
#include "base/types.def"
#undef OG_TYPE
};

static bool types_known(og_elem elem)
{
    return (unsigned)elem < OG_ELEM_COUNT;
}

const char *og_elem_name(og_elem elem)
{
    return types[types_known(elem) ? elem : OG_UNDEFINED].name;
}

og_elem og_elem_from_name(const char *name)
{
    for (int i = OG_UNDEFINED + 1; name && i < OG_ELEM_COUNT; i++)
        if (strcmp(types[i].name, name) == 0)
            return (og_elem)i;
    return OG_UNDEFINED;
}

int og_elem_bits(og_elem elem)
{
    return types_known(elem) ? types[elem].bits : 0;
}

char og_elem_kind(og_elem elem)
{
    return types[types_known(elem) ? elem : OG_UNDEFINED].kind;
}

bool og_elem_in(og_elem elem, og_elems set)
{
    return types_known(elem) && (set & OG_BIT(elem)) != 0;
}

bool og_elem_bytes(og_elem elem, int64_t count, size_t *bytes)
{
    size_t bits = (size_t)og_elem_bits(elem), whole;

    if (count < 0 || bits == 0 || (uint64_t)count > SIZE_MAX)
        return false;
    if (bits >= 8)
        return og_size_mul((size_t)count, bits / 8, bytes);
    whole = 8 / bits;
    *bytes = (size_t)count / whole + ((size_t)count % whole != 0);
    return true;
}
