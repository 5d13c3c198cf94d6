/* Loops of integers, as a template on top of loops_all.h.  bool uses the uint8 ones: any nonzero
 * byte is true. */

OG_INLINE T FN(bit_not_of)(T x)
{
    return (T) ~(W)x;
}
OG_MAP(bit_not)

OG_INLINE T FN(not_of)(T x)
{
    return x == 0;
}
OG_MAP(not )

OG_INLINE T FN(bit_and_of)(T a, T b)
{
    return (T)((W)a & (W)b);
}
OG_PAIR(bit_and)

OG_INLINE T FN(bit_or_of)(T a, T b)
{
    return (T)((W)a | (W)b);
}
OG_PAIR(bit_or)

OG_INLINE T FN(bit_xor_of)(T a, T b)
{
    return (T)((W)a ^ (W)b);
}
OG_PAIR(bit_xor)

/* A shift by the width or more leaves what sign extension gives. */
OG_INLINE T FN(shift_left_of)(T a, T b)
{
    return FN(negative)(b) || (uint64_t)b >= sizeof(T) * 8 ? 0 : (T)((W)a << b);
}
OG_PAIR(shift_left)

OG_INLINE T FN(shift_right_of)(T a, T b)
{
    return FN(negative)(b) || (uint64_t)b >= sizeof(T) * 8 ? (T)(FN(negative)(a) ? -1 : 0)
                                                           : (T)(a >> b);
}
OG_PAIR(shift_right)

OG_INLINE T FN(and_of)(T a, T b)
{
    return a != 0 && b != 0;
}
OG_PAIR(and)

OG_INLINE T FN(or_of)(T a, T b)
{
    return a != 0 || b != 0;
}
OG_PAIR(or)

OG_INLINE T FN(xor_of)(T a, T b)
{
    return (a != 0) != (b != 0);
}
OG_PAIR(xor)
