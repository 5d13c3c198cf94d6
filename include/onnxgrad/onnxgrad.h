/* All of onnxgrad. */
#ifndef ONNXGRAD_ONNXGRAD_H
#define ONNXGRAD_ONNXGRAD_H

#include "onnxgrad/builders.h"
#include "onnxgrad/check.h"
#include "onnxgrad/data.h"
#include "onnxgrad/derive.h"
#include "onnxgrad/file.h"
#include "onnxgrad/graph.h"
#include "onnxgrad/inspect.h"
#include "onnxgrad/layers.h"
#include "onnxgrad/machine.h"
#include "onnxgrad/optim.h"
#include "onnxgrad/scan.h"
#include "onnxgrad/session.h"
#include "onnxgrad/status.h"
#include "onnxgrad/tensor.h"
#include "onnxgrad/train.h"
#include "onnxgrad/words.h"

#endif
