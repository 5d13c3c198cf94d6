/* The registry: descriptors by domain and name, sorted once on first use. */
#include "graph/op.h"

#include <stdlib.h>
#include <threads.h>

enum { REGISTRY_MAX = 512 };

static struct {
    const og_op *ops[REGISTRY_MAX];
    size_t n;
} registry; /* written once, under call_once */
static once_flag registry_once = ONCE_FLAG_INIT;

static const char *domain_of(const char *domain)
{
    return !domain || !strcmp(domain, "ai.onnx") ? "" : domain;
}

static int by_name(const void *a, const void *b)
{
    const og_op *x = *(const og_op *const *)a, *y = *(const og_op *const *)b;
    int order = strcmp(domain_of(x->domain), domain_of(y->domain));

    return order ? order : strcmp(x->name, y->name);
}

static void registry_fill(void)
{
    for (size_t i = 0; og_registry_single[i]; i++) {
        assert(registry.n < REGISTRY_MAX);
        registry.ops[registry.n++] = og_registry_single[i];
    }
    for (size_t i = 0; og_registry_tables[i]; i++)
        for (const og_op *op = og_registry_tables[i]; op->name; op++) {
            assert(registry.n < REGISTRY_MAX);
            registry.ops[registry.n++] = op;
        }
    qsort(registry.ops, registry.n, sizeof registry.ops[0], by_name);
}

size_t og_op_count(void)
{
    call_once(&registry_once, registry_fill);
    return registry.n;
}

const og_op *og_op_at(size_t i)
{
    return i < og_op_count() ? registry.ops[i] : NULL;
}

const og_op *og_op_find(const char *domain, const char *name)
{
    og_op wanted = { .name = name, .domain = domain };
    const og_op *key = &wanted;

    og_op_count();
    const og_op **found = bsearch(&key, registry.ops, registry.n, sizeof registry.ops[0], by_name);
    return found ? *found : NULL;
}
