"""A trained file in ONNX Runtime: the accuracy and loss that `train` printed for it."""
import os

import numpy as np
import onnxruntime as ort

from common import SLOW, check, fashion_mnist, finish, scratch, train


def log_softmax(z):
    z = z - z.max(1, keepdims=True)
    return z - np.log(np.exp(z).sum(1, keepdims=True))


def compare(model, x, labels, *arguments):
    with scratch() as folder:
        run = train(model, os.path.join(folder, 'run'), *arguments)
        session = ort.InferenceSession(run['model'], providers=['CPUExecutionProvider'])
        logits = session.run(None, {session.get_inputs()[0].name: x})[0]
    accuracy = float((logits.argmax(1) == labels).mean())
    loss = float(-log_softmax(logits.astype(np.float64))[np.arange(len(labels)), labels].mean())
    check(abs(accuracy - run['accuracy']) < 1.5 / len(labels),
          f"{model}: accuracy {run['accuracy']:.4f}, in ONNX Runtime {accuracy:.4f}")
    check(abs(loss - run['loss']) < 1e-5, f"{model}: loss {run['loss']:.6f}, in ONNX Runtime {loss:.6f}")
    check(accuracy > 0.75, f'{model}: has learned')


def main():
    images, labels = fashion_mnist('t10k')
    compare('zoo:mlp', images.reshape(-1, 784), labels, '--epochs', 1)
    # The saved file holds the averages of the weights, and they are what was measured.
    for average in 'adam(lr=1e-3) | ema_weights(0.99)', 'schedule_free_adamw(lr=2e-3)', 'asgd(lr=0.2, t0=0)':
        compare('zoo:mlp', images.reshape(-1, 784), labels, '--steps', 300, '--opt', average)
    if not SLOW:
        compare('zoo:lenet', images[:, None], labels, '--steps', 150)
    finish()


main()
