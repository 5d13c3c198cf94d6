/*
 * turn: transposing small matrices in place of a copy, for one C type.  The includer defines T and
 * FN(name); with TURN_VECTORS, blocks of 4 x 4 go through registers of 4 elements.
 */

#ifdef TURN_VECTORS
typedef T FN(four) __attribute__((vector_size(4 * sizeof(T)), aligned(sizeof(T)), may_alias));

#if defined(__clang__) || __GNUC__ >= 12
#define TURN_MIX(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
typedef int32_t FN(places) __attribute__((vector_size(16)));
#define TURN_MIX(a, b, i, j, k, l) __builtin_shuffle(a, b, (FN(places)){ i, j, k, l })
#endif

static inline void FN(turn_block)(const T *from, int64_t from_step, const T *add, T *to,
                                  int64_t to_step)
{
    const FN(four) a = *(const FN(four) *)from, b = *(const FN(four) *)(from + from_step);
    const FN(four) c = *(const FN(four) *)(from + 2 * from_step),
                   d = *(const FN(four) *)(from + 3 * from_step);
    const FN(four) ab = TURN_MIX(a, b, 0, 4, 1, 5), cd = TURN_MIX(c, d, 0, 4, 1, 5);
    const FN(four) ef = TURN_MIX(a, b, 2, 6, 3, 7), gh = TURN_MIX(c, d, 2, 6, 3, 7);

    *(FN(four) *)to = TURN_MIX(ab, cd, 0, 1, 4, 5) + add[0];
    *(FN(four) *)(to + to_step) = TURN_MIX(ab, cd, 2, 3, 6, 7) + add[1];
    *(FN(four) *)(to + 2 * to_step) = TURN_MIX(ef, gh, 0, 1, 4, 5) + add[2];
    *(FN(four) *)(to + 3 * to_step) = TURN_MIX(ef, gh, 2, 3, 6, 7) + add[3];
}
#undef TURN_MIX
#endif

/* to[j * to_step + i] = from[i * from_step + j] + add[j] for i < rows, j < columns; add may be
 * NULL. */
static void FN(turn)(const T *from, int64_t from_step, int64_t rows, int64_t columns, const T *add,
                     T *to, int64_t to_step)
{
    int64_t whole_rows = 0, whole_columns = 0;

#ifdef TURN_VECTORS
    static const T none[4];

    whole_rows = rows / 4 * 4;
    whole_columns = columns / 4 * 4;
    for (int64_t i = 0; i < whole_rows; i += 4)
        for (int64_t j = 0; j < whole_columns; j += 4)
            FN(turn_block)
    (from + i * from_step + j, from_step, add ? add + j : none, to + j * to_step + i, to_step);
#endif
    for (int64_t j = 0; j < columns; j++)
        for (int64_t i = j < whole_columns ? whole_rows : 0; i < rows; i++)
            to[j * to_step + i] = from[i * from_step + j] + (add ? add[j] : 0);
}
