/* Which loops of Softmax and cross entropy this machine runs. */
#include "kernels/soft.h"

#include "kernels/kernels.h"

const og_soft_loops *og_soft(og_elem elem)
{
    return og_kernels_get()->soft[elem == OG_DOUBLE];
}
