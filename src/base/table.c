/*
 * Hash tables from names to pointers: open addressing with linear steps, at most two thirds full.
 */
#include "base/base.h"

typedef struct table_slot {
    const char *key; /* NULL: never used */
    void *value;     /* NULL: removed */
    uint64_t hash;
} table_slot;

struct og_table {
    og_arena *arena;
    table_slot *slots;
    size_t cap, used; /* cap is a power of two or 0; used counts removed ones too */
};

/* Eight bytes a step: a product spreads a bit upwards, the shift brings it down again. */
uint64_t og_hash_bytes(uint64_t seed, const void *data, size_t size)
{
    const uint64_t odd = UINT64_C(0x9E3779B97F4A7C15);
    const unsigned char *bytes = data;
    uint64_t hash = (seed ^ size) * odd, word;

    for (; size >= 8; size -= 8, bytes += 8) {
        memcpy(&word, bytes, 8);
        hash = (hash ^ word) * odd;
        hash ^= hash >> 32;
    }
    word = 0;
    if (size)
        memcpy(&word, bytes, size);
    hash = (hash ^ word) * odd;
    hash = (hash ^ hash >> 29) * odd;
    return hash ^ hash >> 32;
}

og_table *og_table_new(og_arena *arena)
{
    og_table *table = OG_NEW(arena, og_table);

    if (table)
        table->arena = arena;
    return table;
}

/* The slot of the key, or the free one where it belongs. */
static table_slot *table_find(const og_table *table, const char *key, uint64_t hash)
{
    size_t i = (size_t)hash & (table->cap - 1);

    while (table->slots[i].key &&
           (table->slots[i].hash != hash || strcmp(table->slots[i].key, key) != 0))
        i = (i + 1) & (table->cap - 1);
    return &table->slots[i];
}

void *og_table_get(const og_table *table, const char *key)
{
    if (!table || !table->cap || !key)
        return NULL;
    return table_find(table, key, og_hash_bytes(0, key, strlen(key)))->value;
}

/* Moves what is alive into slots with room for as much again. */
static bool table_grow(og_table *table)
{
    og_table grown = { .arena = table->arena, .cap = 16 };
    size_t alive = 0;

    for (size_t i = 0; i < table->cap; i++)
        alive += table->slots[i].value != NULL;
    while (grown.cap < 3 * (alive + 1))
        grown.cap *= 2;
    grown.slots = OG_NEW_N(table->arena, table_slot, grown.cap);
    if (!grown.slots)
        return false;
    for (size_t i = 0; i < table->cap; i++)
        if (table->slots[i].value)
            *table_find(&grown, table->slots[i].key, table->slots[i].hash) = table->slots[i];
    grown.used = alive;
    *table = grown;
    return true;
}

bool og_table_set(og_table *table, const char *key, void *value)
{
    uint64_t hash;
    table_slot *slot;

    if (!table)
        return false;
    hash = og_hash_bytes(0, key, strlen(key));
    slot = table->cap ? table_find(table, key, hash) : NULL;
    if (slot && slot->key) {
        slot->value = value;
        if (!value)
            slot->key = ""; /* the caller's text may go away now; the hash keeps the slot apart */
        return true;
    }
    if (!value)
        return true;
    if (3 * (table->used + 1) > 2 * table->cap) {
        if (!table_grow(table))
            return false;
        slot = table_find(table, key, hash);
    }
    *slot = (table_slot){ .key = key, .value = value, .hash = hash };
    table->used++;
    return true;
}
