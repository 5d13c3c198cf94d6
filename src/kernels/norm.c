/* Which loops of the normalisations this machine runs. */
#include "kernels/norm.h"

#include "kernels/kernels.h"

const og_norm_loops *og_norm(og_elem elem)
{
    return og_kernels_get()->norm[elem == OG_DOUBLE];
}
