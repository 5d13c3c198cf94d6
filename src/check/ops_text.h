/* Texts made from the registry of operators. */
#ifndef OG_CHECK_OPS_TEXT_H
#define OG_CHECK_OPS_TEXT_H

#include "graph/op.h"

void og_builders_header(og_text *text);
void og_builders_source(og_text *text);
void og_ops_list(og_text *text);
void og_ops_markdown(og_text *text);

#endif
