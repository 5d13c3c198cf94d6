/* freeze: the parameters in its reach are not trained. They get no gradient and count in no norm,
 * wherever it stands. */
#include "optim/optim.h"

const og_stage og_stage_freeze = {
    .name = "freeze",
    .doc = "These parameters are not trained.",
    .scope = OG_SCOPE_TENSOR,
    .traits = OG_STAGE_FREEZE,
};
