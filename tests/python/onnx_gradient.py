"""ONNX's Gradient in files: against differences of a plain numpy function, in all the forms a file may have."""
import os
import subprocess

import numpy as np
import onnx
import onnxruntime as ort
from onnx import parser

from common import COMMAND, check, finish, onnxgrad, scratch

HEAD = '<ir_version: 8, opset_import: ["" : 17, "ai.onnx.preview.training" : 1, "local" : 1]>\n'
GRADIENT = 'ai.onnx.preview.training.Gradient'
rng = np.random.default_rng(3)


def gradient(xs, y, inputs=None, zs=()):
    """The right side of a Gradient node as text."""
    names = lambda list_: '[' + ', '.join(f'"{x}"' for x in list_) + ']'
    more = f', zs: strings = {names(zs)}' if zs else ''
    attributes = f'<xs: strings = {names(xs)}{more}, y = "{y}">'
    return f'{GRADIENT} {attributes} ({", ".join(inputs or [*xs, *zs])})'


def run(text, feeds):
    with scratch() as folder:
        path = os.path.join(folder, 'm.onnx')
        onnx.save(parser.parse_model(HEAD + text), path)
        np.savez(os.path.join(folder, 'in.npz'), **feeds)
        onnxgrad('run', path, '--in', os.path.join(folder, 'in.npz'), '--out', folder)
        return dict(np.load(os.path.join(folder, 'outputs.npz')))


def differences(f, x, eps=1e-5):
    """d sum(f(x)) / dx"""
    g = np.zeros_like(x)
    for i in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[i] += eps
        down[i] -= eps
        g[i] = (np.sum(f(up)) - np.sum(f(down))) / (2 * eps)
    return g


def same(what, found, expected, tolerance=1e-7):
    check(found.shape == np.shape(expected) and np.allclose(found, expected, tolerance, tolerance), what)


def drawn(*shape):
    return rng.uniform(-1, 1, shape)


def plain():
    w, x, b = drawn(3, 4), drawn(2, 3), drawn(4)
    f = lambda w, x, b: np.sum(np.tanh(x @ w + b) ** 2)
    out = run(f'''m (double[3,4] w, double[n,3] x, double[4] b) => (double[3,4] dw, double[4] db, double[n,4] dh) {{
        m = MatMul(x, w)
        h = Add(m, b)
        t = Tanh(h)
        q = Mul(t, t)
        y = ReduceSum <keepdims = 0> (q)
        dw, db = {gradient(['w', 'b'], 'y', zs=['x'])}
        dh = {gradient(['h'], 'y')}
    }}''', dict(w=w, x=x, b=b))
    same('by two of three inputs: w', out['dw'], differences(lambda w: f(w, x, b), w))
    same('by two of three inputs: b', out['db'], differences(lambda b: f(w, x, b), b))
    h = x @ w + b
    same('by a value between', out['dh'], differences(lambda h: np.tanh(h) ** 2, h))


def cut():
    """Names are independent, whatever they were computed from."""
    w, x = drawn(3), drawn(3)
    out = run(f'''m (double[3] w, double[3] x) => (double[3] whole, double[3] held, double[3] dw, double[3] dh) {{
        h = Mul(w, x)
        s = Sin(h)
        y = Mul(s, w)
        whole = {gradient(['w'], 'y')}
        held = {gradient(['w'], 'y', zs=['h'])}
        dw, dh = {gradient(['w', 'h'], 'y')}
    }}''', dict(w=w, x=x))
    same('all ways of w', out['whole'], np.sin(w * x) + w * x * np.cos(w * x))
    same('the value between held', out['held'], np.sin(w * x))
    same('the value between as a second variable: w', out['dw'], np.sin(w * x))
    same('the value between as a second variable: h', out['dh'], np.cos(w * x) * w)


def elsewhere():
    """Inputs that are not the values named: the derivative at another point."""
    w, x, p, q = drawn(3), drawn(3), drawn(3), drawn(3)
    out = run(f'''m (double[3] w, double[3] x, double[3] p, double[3] q)
          => (double[3] a, double[3] b, double[3] c, double[3] d, double[3] e, double[3] y) {{
        h = Mul(w, x)
        s = Sin(h)
        y = Mul(s, w)
        a = {gradient(['w'], 'y', ['p'])}
        b = {gradient(['w'], 'y', ['p', 'q'], zs=['x'])}
        c = {gradient(['h'], 'y', ['p', 'q'], zs=['w'])}
        d = {gradient(['w'], 'y', ['x'])}
        e, e2 = {gradient(['w', 'x'], 'y', ['p', 'p'])}
    }}''', dict(w=w, x=x, p=p, q=q))
    df = lambda w, x: np.sin(w * x) + w * x * np.cos(w * x)
    same('at another point', out['a'], df(p, x))
    same('another point and another constant', out['b'], df(p, q))
    same('another point of a value between', out['c'], np.cos(p) * q)
    same('at the point of another variable of y', out['d'], df(x, x))
    same('two variables at the same point', out['e'], df(p, p))
    same('y itself stays where it was', out['y'], np.sin(w * x) * w)


def higher():
    """The example of the specification: the second derivative, and a third."""
    x, w = drawn(4), drawn(4)
    out = run(f'''m (double[4] x, double[4] w) => (double[4] dx, double[4] dw, double[4] dwx, double[4] dww, double[4] dwww) {{
        z = Mul(x, w)
        t = Tanh(z)
        o = ReduceSum <keepdims = 0> (t)
        dx, dw = {gradient(['x', 'w'], 'o')}
        dwx, dww = {gradient(['x', 'w'], 'dw')}
        dwww = {gradient(['w'], 'dww', zs=['x'])}
    }}''', dict(x=x, w=w))
    t = np.tanh(x * w)
    d1, d2 = 1 - t ** 2, -2 * t * (1 - t ** 2)
    same('first: x', out['dx'], w * d1)
    same('first: w', out['dw'], x * d1)
    same('second: mixed', out['dwx'], d1 + x * w * d2)
    same('second', out['dww'], x * x * d2)
    same('third', out['dwww'], x ** 3 * (-2 * d1 * d1 + 4 * t * t * d1))


def independent():
    x, w = drawn(2), drawn(2, 3)
    out = run(f'''m (double[2] x, double[n,3] w) => (double[n,3] dw, double[2] dy, double[2] dz, int64[2] k) {{
        y = Exp(x)
        dw = {gradient(['w'], 'y')}
        dy = {gradient(['y'], 'y')}
        k = Cast <to = 7> (x)
        z = Cast <to = 11> (k)
        dz = {gradient(['x'], 'z')}
    }}''', dict(x=x, w=w))
    same('y does not depend on it: zeros of its shape', out['dw'], np.zeros((2, 3)))
    same('y by itself', out['dy'], np.ones(2))
    same('through integers: zeros', out['dz'], np.zeros(2))


def exporter():
    """Weights as initializers, outputs left out, readers of the gradient, and a Gradient for each weight."""
    x = drawn(2, 3)
    w = np.arange(6, dtype=float).reshape(3, 2) / 6
    out = run(f'''m (double[2,3] x) => (double[3,2] new_w, double[2] db, double[3,2] dw2) <
        double[3,2] w = {{0, 0.16666666666666666, 0.3333333333333333, 0.5, 0.6666666666666666, 0.8333333333333334}},
        double[2] b = {{0.5, -0.5}}, double rate = {{0.1}}> {{
        m = MatMul(x, w)
        h = Add(m, b)
        t = Tanh(h)
        y = ReduceMean <keepdims = 0> (t)
        dw, "" = {gradient(['w', 'b'], 'y', ['w', 'b', 'x'], zs=['x'])}
        step = Mul(dw, rate)
        new_w = Sub(w, step)
        "", db = {gradient(['w', 'b'], 'y')}
        dw2 = {gradient(['w'], 'y')}
    }}'''.replace('""', ''), dict(x=x))
    b = np.array([.5, -.5])
    f = lambda w, b: np.mean(np.tanh(x @ w + b))
    same('a step on an initializer', out['new_w'], w - .1 * differences(lambda w: f(w, b), w))
    same('only the second output', out['db'], differences(lambda b: f(w, b), b))
    same('one node for one weight', out['dw2'], differences(lambda w: f(w, b), w))


def inside():
    """In the body of a function, and in a branch that names what is around it."""
    x = drawn(3)
    out = run(f'''m (double[3] x) => (double[3] d, double[3] again) {{
        d = local.slope(x)
        again = local.slope(d)
    }}
    <domain: "local", opset_import: ["" : 17, "ai.onnx.preview.training" : 1]>
    slope (v) => (dv) {{
        s = Sin(v)
        y = Mul(s, s)
        dv = {gradient(['v'], 'y')}
    }}''', dict(x=x))
    slope = lambda v: 2 * np.sin(v) * np.cos(v)
    same('in a function', out['d'], slope(x))
    same('in a second call', out['again'], slope(slope(x)))
    for yes in (True, False):
        out = run(f'''m (double[3] x, double[3] p, bool yes) => (double[3] d, double[3] y) {{
            s = Sin(x)
            y = Mul(s, x)
            d = If (yes) <
                then_branch = a () => (double[3] da) {{ da = {gradient(['x'], 'y')} }},
                else_branch = b () => (double[3] db) {{
                    e = Exp(y)
                    db = {gradient(['x'], 'e', ['p'])}
                }}>
        }}''', dict(x=x, p=np.array([.1, .2, .3]), yes=np.array(yes)))
        df = lambda v: np.sin(v) + v * np.cos(v)
        p = np.array([.1, .2, .3])
        expected = df(x) if yes else np.exp(p * np.sin(p)) * df(p)
        same(f'in a branch, {yes}', out['d'], expected)


def replaced():
    """Operators whose node a sweep replaces by one with more outputs, named by two Gradients and read again."""
    x, w, r, p = drawn(3, 1, 2), drawn(1, 8, 2), drawn(1, 8, 2), drawn(3, 1, 2)
    sigma = lambda v: 1 / (1 + np.exp(-v))

    def last(x):
        h, c = np.zeros((1, 2)), np.zeros((1, 2))
        for t in range(3):
            i, o, f, g = np.split(x[t] @ w[0].T + h @ r[0].T, 4, axis=1)
            c = sigma(f) * c + sigma(i) * np.tanh(g)
            h = sigma(o) * np.tanh(c)
        return h

    out = run(f'''m (double[3,1,2] x, double[1,8,2] w, double[1,8,2] r, double[3,1,2] p)
          => (double[3,1,2] dx, double[3,1,2] dp, double[1,1,2] dh, double[1,1,2] h) {{
        "", h = LSTM <hidden_size = 2> (x, w, r)
        y = Mul(h, h)
        dx = {gradient(['x'], 'y', zs=['w', 'r'])}
        dp = {gradient(['x'], 'y', ['p'])}
        dh = {gradient(['h'], 'y')}
    }}'''.replace('""', ''), dict(x=x, w=w, r=r, p=p))
    same('through LSTM', out['dx'], differences(lambda x: last(x) ** 2, x))
    same('through LSTM at another point', out['dp'], differences(lambda x: last(x) ** 2, p))
    same('by what LSTM gives', out['dh'], 2 * last(x)[None])
    same('what LSTM gives', out['h'], last(x)[None])


def foreign():
    """What `grad` writes for a model with Gradient inside has none left: ONNX Runtime runs it."""
    text = HEAD + f'''m (float[3] x) => (float penalty) <float[3] w = {{0.3, -0.2, 0.5}}> {{
        z = Mul(x, w)
        t = Tanh(z)
        f = ReduceSum <keepdims = 0> (t)
        dx = {gradient(['x'], 'f', zs=['w'])}
        q = Mul(dx, dx)
        penalty = ReduceSum <keepdims = 0> (q)
    }}'''
    x, w = drawn(3).astype(np.float32), np.array([.3, -.2, .5])
    with scratch() as folder:
        path, out = os.path.join(folder, 'm.onnx'), os.path.join(folder, 'grad.onnx')
        onnx.save(parser.parse_model(text), path)
        onnxgrad('grad', path, '--of', 'penalty', '--wrt', 'w', '-o', out)
        check(all(node.op_type != 'Gradient' for node in onnx.load(out).graph.node), 'no Gradient is left')
        session = ort.InferenceSession(out, providers=['CPUExecutionProvider'])
        names = [o.name for o in session.get_outputs()]
        found = dict(zip(names, session.run(None, dict(x=x))))
        penalty = lambda w: np.sum((w * (1 - np.tanh(x * w) ** 2)) ** 2)
        same('a gradient penalty by ONNX Runtime', found['w_grad'], differences(penalty, w), 1e-5)


def refused(what, body, words):
    with scratch() as folder:
        path = os.path.join(folder, 'm.onnx')
        onnx.save(parser.parse_model(f'{HEAD} m (double[3] x, double[3] p, bool yes) => (double[3] d) {{{body}}}'), path)
        run = subprocess.run([COMMAND, 'run', path, '--random', '0', '--max-memory', '64M'], text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        ok = run.returncode == 3 and all(word in run.stderr for word in words)
        check(ok, f'refused: {what}' + ('' if ok else f' ({run.returncode}) {run.stderr}'))


def refusals():
    branches = '''If (yes) <then_branch = a () => (double[3] da) { da = Sin(x) },
                            else_branch = b () => (double[3] db) { db = Cos(x) }>'''
    refused('a node without gradient', f'y = {branches} d = {gradient(["x"], "y")}',
            ['If has no gradient', 'asked for by Gradient node #1 (output "d")'])
    refused('a branch at another point', f'y = {branches} d = {gradient(["x"], "y", ["p"])}',
            ['If cannot be computed again at another point', 'If node #0'])
    refused('a derivative that stands behind', f'''y = Sin(x)
            d = {gradient(["x"], "e")} e = {gradient(["x"], "y")}''', ['y depends on Gradient node #2'])
    refused('a name of another scope', f'''y = Sin(x)
            d = If (yes) <then_branch = a () => (double[3] da) {{ inner = Exp(x) da = Identity(inner) }},
                          else_branch = b () => (double[3] db) {{ db = Identity(x) }}>
            e = {gradient(["x"], "inner")}''', ["y of Gradient names 'inner'"])
    refused('an operator that is not known', f'y = Foo(x) d = {gradient(["x"], "y")}',
            ['operators that are not known: Foo'])
    towers = ' '.join(f'd{i} = {gradient(["x"], f"d{i - 1}")}' for i in range(1, 60))
    refused('derivatives of derivatives without end', f'd0 = Tanh(x) {towers} d = Identity(d59)', ['limit is'])


def main():
    for case in (refusals, plain, cut, elsewhere, higher, independent, exporter, inside, replaced, foreign):
        case()
    finish()


main()
