/* Which loops of recurrent cells this machine runs. */
#include "kernels/rnn.h"

#include "kernels/kernels.h"

const og_rnn_loops *og_rnn_find(og_elem elem)
{
    return og_kernels_get()->rnn[elem == OG_DOUBLE];
}
