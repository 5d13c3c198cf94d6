/* Which tiles this machine runs. */
#include "kernels/tile.h"

#include "kernels/kernels.h"

const og_tiles *og_tiles_of(og_elem elem)
{
    return og_kernels_get()->tiles[elem == OG_DOUBLE];
}
