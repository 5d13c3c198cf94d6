/*
 * data: datasets and file formats.  A set is arrays with a common first axis; a source text says where they
 * come from.  Readers check every size of a file before they use it.
 */
#ifndef OG_DATA_H
#define OG_DATA_H

#include "base/base.h"
#include "data/json.h"
#include "onnxgrad/data.h"

#endif
