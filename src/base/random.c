/*
 * Random numbers: Philox4x32-10 for everything of ours, MT19937 for numpy's legacy stream.
 *
 * Philox: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011.  The counter is (block, stream), the key is the seed. MT19937: M. Matsumoto,
 * T. Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998).
 */
#include "base/base.h"

#include <math.h>

void og_philox_block(uint64_t seed, uint64_t stream, uint64_t block, uint32_t out[4])
{
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
    uint32_t x0 = (uint32_t)block, x1 = (uint32_t)(block >> 32);
    uint32_t x2 = (uint32_t)stream, x3 = (uint32_t)(stream >> 32);

    for (int round = 0; round < 10; round++) {
        uint64_t p0 = UINT64_C(0xD2511F53) * x0, p1 = UINT64_C(0xCD9E8D57) * x2;

        x0 = (uint32_t)(p1 >> 32) ^ x1 ^ key0;
        x1 = (uint32_t)p1;
        x2 = (uint32_t)(p0 >> 32) ^ x3 ^ key1;
        x3 = (uint32_t)p0;
        key0 += UINT32_C(0x9E3779B9);
        key1 += UINT32_C(0xBB67AE85);
    }
    out[0] = x0;
    out[1] = x1;
    out[2] = x2;
    out[3] = x3;
}

uint32_t og_philox_u32(og_philox *random)
{
    uint32_t words[4];

    og_philox_block(random->seed, random->stream, random->position / 4, words);
    return words[random->position++ % 4];
}

/* The upper 27 and 26 bits of two words, as numpy and the authors of MT19937 join them. */
static double random_join(uint32_t a, uint32_t b)
{
    return ((double)(a >> 5) * 67108864.0 + (double)(b >> 6)) / 9007199254740992.0;
}

double og_philox_uniform(og_philox *random)
{
    uint32_t a = og_philox_u32(random), b = og_philox_u32(random);

    return random_join(a, b);
}

static const double two_pi = 6.283185307179586476925286766559;

double og_philox_normal(og_philox *random)
{
    double radius = 1.0 - og_philox_uniform(random); /* (0, 1]: the logarithm is finite */
    double angle = two_pi * og_philox_uniform(random);

    return sqrt(-2.0 * log(radius)) * cos(angle);
}

void og_philox_normals(uint64_t seed, uint64_t stream, uint64_t block, double out[2])
{
    uint32_t words[4];

    og_philox_block(seed, stream, block, words);
    double radius = sqrt(-2.0 * log(1.0 - random_join(words[0], words[1])));
    double angle = two_pi * random_join(words[2], words[3]);

    out[0] = radius * cos(angle);
    out[1] = radius * sin(angle);
}

uint64_t og_philox_below(og_philox *random, uint64_t n)
{
    uint64_t odd = (0 - n) % n; /* 2^64 mod n numbers would come up once too often */
    uint64_t x;

    do {
        x = og_philox_u32(random);
        x = x << 32 | og_philox_u32(random);
    } while (x < odd);
    return x % n;
}

enum { MT_SIZE = 624, MT_SHIFT = 397 };

void og_mt_seed(og_mt19937 *mt, uint32_t seed)
{
    mt->state[0] = seed;
    for (uint32_t i = 1; i < MT_SIZE; i++) {
        uint32_t last = mt->state[i - 1];

        mt->state[i] = UINT32_C(1812433253) * (last ^ last >> 30) + i;
    }
    mt->index = MT_SIZE;
}

static void mt_turn(og_mt19937 *mt)
{
    uint32_t *x = mt->state;

    for (int i = 0; i < MT_SIZE; i++) {
        uint32_t y = (x[i] & UINT32_C(0x80000000)) | (x[(i + 1) % MT_SIZE] & UINT32_C(0x7FFFFFFF));

        x[i] = x[(i + MT_SHIFT) % MT_SIZE] ^ y >> 1 ^ (y & 1 ? UINT32_C(0x9908B0DF) : 0);
    }
    mt->index = 0;
}

static uint32_t mt_u32(og_mt19937 *mt)
{
    uint32_t y;

    if (mt->index >= MT_SIZE)
        mt_turn(mt);
    y = mt->state[mt->index++];
    y ^= y >> 11;
    y ^= y << 7 & UINT32_C(0x9D2C5680);
    y ^= y << 15 & UINT32_C(0xEFC60000);
    return y ^ y >> 18;
}

double og_mt_double(og_mt19937 *mt)
{
    uint32_t a = mt_u32(mt), b = mt_u32(mt);

    return random_join(a, b);
}
