/*
 * Arenas: memory that is freed all at once, and growing arrays in it.
 *
 * Chunks double from 4 KiB to 1 MiB, so a small graph stays small and a large one needs few of
 * them; what does not fit into a quarter of the largest chunk gets a chunk of its own.
 */
#include "base/base.h"

#include <stdio.h>

enum {
    ARENA_ALIGN = 16,
    ARENA_FIRST = 4 << 10,
    ARENA_LARGEST = 1 << 20,
    ARENA_OWN_CHUNK = ARENA_LARGEST / 4
};

typedef struct arena_chunk {
    struct arena_chunk *next;
    size_t size, used; /* without this header */
    _Alignas(ARENA_ALIGN) unsigned char data[];
} arena_chunk;

struct og_arena {
    arena_chunk *chunks; /* the first is the one being filled */
    size_t next_size;
    bool failed;
};

og_arena *og_arena_new(void)
{
    og_arena *arena = og_calloc(1, sizeof *arena);

    if (arena)
        arena->next_size = ARENA_FIRST;
    return arena;
}

void og_arena_free(og_arena *arena)
{
    if (!arena)
        return;
    while (arena->chunks) {
        arena_chunk *next = arena->chunks->next;

        og_free(arena->chunks);
        arena->chunks = next;
    }
    og_free(arena);
}

static arena_chunk *arena_chunk_new(og_arena *arena, size_t size)
{
    arena_chunk *chunk = og_calloc(1, sizeof *chunk + size);

    if (!chunk) {
        arena->failed = true;
        return NULL;
    }
    chunk->size = size;
    return chunk;
}

/* A chunk with room for `size` bytes; only one that is to be filled further comes to the front. */
static arena_chunk *arena_room(og_arena *arena, size_t size)
{
    arena_chunk *front = arena->chunks, *chunk;

    if (front && front->size - front->used >= size)
        return front;
    if (size > ARENA_OWN_CHUNK && front) {
        chunk = arena_chunk_new(arena, size);
        if (chunk) {
            chunk->next = front->next;
            front->next = chunk;
        }
        return chunk;
    }
    while (arena->next_size < size && arena->next_size < ARENA_LARGEST)
        arena->next_size *= 2;
    chunk = arena_chunk_new(arena, size > arena->next_size ? size : arena->next_size);
    if (chunk) {
        if (arena->next_size < ARENA_LARGEST)
            arena->next_size *= 2;
        chunk->next = front;
        arena->chunks = chunk;
    }
    return chunk;
}

void *og_arena_alloc(og_arena *arena, size_t size)
{
    arena_chunk *chunk;
    unsigned char *memory;

    if (!arena)
        return NULL;
    if (size > PTRDIFF_MAX - ARENA_LARGEST) {
        arena->failed = true;
        return NULL;
    }
    size = size ? (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN : ARENA_ALIGN;
    chunk = arena_room(arena, size);
    if (!chunk)
        return NULL;
    memory = chunk->data + chunk->used;
    chunk->used += size;
    return memory;
}

void *og_arena_copy(og_arena *arena, const void *data, size_t size)
{
    void *memory = og_arena_alloc(arena, size);

    if (memory && size)
        memcpy(memory, data, size);
    return memory;
}

char *og_arena_string(og_arena *arena, const char *text)
{
    return text ? og_arena_copy(arena, text, strlen(text) + 1) : NULL;
}

char *og_arena_print(og_arena *arena, const char *format, ...)
{
    va_list args, again;
    char *text = NULL;
    int length;

    va_start(args, format);
    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, args);
    if (length >= 0)
        text = og_arena_alloc(arena, (size_t)length + 1);
    if (text)
        (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

bool og_arena_failed(const og_arena *arena)
{
    return !arena || arena->failed;
}

/* The pointer goes in and out by memcpy, since its true type is not void *. */
bool og_list_room(og_arena *arena, void **v, size_t n, size_t *cap, size_t size)
{
    size_t more = *cap ? *cap * 2 : 8, bytes;
    void *old, *grown;

    if (n < *cap)
        return true;
    if (!arena)
        return false;
    if (more < *cap || !og_size_mul(more, size, &bytes))
        bytes = SIZE_MAX; /* refused by the arena, which remembers it */
    grown = og_arena_alloc(arena, bytes);
    if (!grown)
        return false;
    memcpy(&old, v, sizeof old);
    if (n)
        memcpy(grown, old, n * size);
    memcpy(v, &grown, sizeof grown);
    *cap = more;
    return true;
}
