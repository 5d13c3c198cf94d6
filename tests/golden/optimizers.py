"""Writes optimizers.txt: parameters after 100 steps of the optimizers of PyTorch 2.13 and optax 0.2.8, in float64.

    python3 -m venv VENV && VENV/bin/pip install torch==2.13.0 optax==0.2.8 "jax[cpu]"
    VENV/bin/python tests/golden/optimizers.py > tests/golden/optimizers.txt

The gradients are made up: element i (counted over all parameters) of step t is ((7 t + 13 i + 5) mod 11 - 5) / 10, and
the parameters begin at ((5 i + 3) mod 7 - 3) / 4; the loss is the sum of parameter * gradient, or with `loss` that
and more ("quartic"; "coupled", whose numbers are those of step 0 in all steps). tests/unit/optim/test_chain.c reads the file.
"""
import jax
import numpy as np
import torch

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)
import jax.numpy as jnp
import optax
import optax.contrib
from optax._src import factorized

T = torch.optim
S = torch.optim.lr_scheduler
STEPS = 100
SHAPES = [(3, 4), (5,)]


def numbers(rule):
    out, at = [], 0
    for shape in SHAPES:
        n = int(np.prod(shape))
        out.append(np.array([rule(i) for i in range(at, at + n)], dtype=np.float64).reshape(shape))
        at += n
    return out


def start(shapes):
    return numbers(lambda i: ((5 * i + 3) % 7 - 3) / 4)[:shapes]


def gradient(t, shapes):
    return numbers(lambda i: ((7 * t + 13 * i + 5) % 11 - 5) / 10)[:shapes]


def loss_of(kind, params, grads):
    """The loss by parameters p and made-up numbers g, for tensors of either library."""
    loss = sum((p * g).sum() for p, g in zip(params, grads))
    if kind:
        loss = loss + sum((p ** 4).sum() for p in params) / 4
    if kind == "coupled":
        loss = loss + sum(p.sum() ** 2 + (p ** 2).sum() for p in params) / 2
    return loss


def run_torch(make, shapes, schedule=None, loss=None, steps=STEPS):
    params = [torch.nn.Parameter(torch.tensor(p)) for p in start(shapes)]
    optimizer = make(params)
    scheduler = schedule(optimizer) if schedule else None
    for t in range(steps):
        made_up = [torch.tensor(g) for g in gradient(0 if loss == "coupled" else t, shapes)]

        def closure():
            optimizer.zero_grad()
            value = loss_of(loss, params, made_up)
            value.backward()
            return value

        value = optimizer.step(closure)
        if isinstance(scheduler, S.ReduceLROnPlateau):
            scheduler.step(value.item())
        elif scheduler:
            scheduler.step()
    return [p.detach().numpy() for p in params]


def run_optax(transform, shapes, loss=None, steps=STEPS):
    transform = optax.with_extra_args_support(transform)
    params = [jnp.array(p) for p in start(shapes)]
    state = transform.init(params)

    @jax.jit
    def step(params, state, made_up):
        of = lambda p, obj_fn=None: loss_of(loss, p, made_up)
        value, grads = jax.value_and_grad(of)(params)
        updates, state = transform.update(grads, state, params, value=value, grad=grads, obj_fn=of, value_fn=of)
        return optax.apply_updates(params, updates), state

    for t in range(steps):
        params, state = step(params, state, [jnp.array(g) for g in gradient(0 if loss == "coupled" else t, shapes)])
    return [np.asarray(p) for p in params]


def case(chain, compat, params, digits=10, loss=None, steps=STEPS):
    print(f"{chain}\nsteps {steps}")
    if compat:
        print(f"compat {compat}")
    if loss:
        print(f"loss {loss}")
    print("dims " + "; ".join(" ".join(map(str, p.shape)) for p in params))
    print("= " + "; ".join(" ".join(f"{x:.{digits}f}" for x in p.ravel()) for p in params) + "\n")


def of_torch(chain, make, shapes=2, schedule=None, loss=None, steps=STEPS):
    case(chain, None, run_torch(make, shapes, schedule, loss, steps), loss=loss, steps=steps)


def of_optax(chain, transform, shapes=2, digits=10, loss=None, steps=STEPS):
    case(chain, "optax", run_optax(transform, shapes, loss, steps), digits, loss, steps)


print("# Made by optimizers.py: parameters after 100 steps of PyTorch's optimizers, then of optax's.\n")
of_torch("sgd(lr=0.1)", lambda p: T.SGD(p, lr=0.1))
of_torch("sgd(lr=0.1, momentum=0.9, weight_decay=0.01)", lambda p: T.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01))
of_torch("sgd(lr=0.1, momentum=0.9, dampening=0.5)", lambda p: T.SGD(p, lr=0.1, momentum=0.9, dampening=0.5))
of_torch("sgd(lr=0.1, momentum=0.9, nesterov=true)", lambda p: T.SGD(p, lr=0.1, momentum=0.9, nesterov=True))
of_torch("adam(lr=0.1)", lambda p: T.Adam(p, lr=0.1))
of_torch("adam(lr=0.1, beta1=0.8, beta2=0.99, eps=0.1, weight_decay=0.1)",
         lambda p: T.Adam(p, lr=0.1, betas=(0.8, 0.99), eps=0.1, weight_decay=0.1))
of_torch("adam(lr=0.1, amsgrad=true)", lambda p: T.Adam(p, lr=0.1, amsgrad=True))
of_torch("adamw(lr=0.1)", lambda p: T.AdamW(p, lr=0.1))
of_torch("adamw(lr=0.1, amsgrad=true, weight_decay=0.1)", lambda p: T.AdamW(p, lr=0.1, amsgrad=True, weight_decay=0.1))
of_torch("nadam(lr=0.1, weight_decay=0.1)", lambda p: T.NAdam(p, lr=0.1, weight_decay=0.1))
of_torch("nadam(lr=0.1, weight_decay=0.1, decoupled=true)",
         lambda p: T.NAdam(p, lr=0.1, weight_decay=0.1, decoupled_weight_decay=True))
of_torch("radam(lr=0.1, weight_decay=0.1, eps=0.1)", lambda p: T.RAdam(p, lr=0.1, weight_decay=0.1, eps=0.1))
of_torch("radam(lr=0.1, weight_decay=0.1, decoupled=true)",
         lambda p: T.RAdam(p, lr=0.1, weight_decay=0.1, decoupled_weight_decay=True))
of_torch("adamax(lr=0.1, weight_decay=0.1)", lambda p: T.Adamax(p, lr=0.1, weight_decay=0.1))
of_torch("rmsprop(lr=0.1)", lambda p: T.RMSprop(p, lr=0.1))
of_torch("rmsprop(lr=0.1, alpha=0.9, momentum=0.9, centered=true, weight_decay=0.1, eps=0.01)",
         lambda p: T.RMSprop(p, lr=0.1, alpha=0.9, momentum=0.9, centered=True, weight_decay=0.1, eps=0.01))
of_torch("adagrad(lr=0.1, lr_decay=0.01, weight_decay=0.1, initial_accumulator_value=0.1)",
         lambda p: T.Adagrad(p, lr=0.1, lr_decay=0.01, weight_decay=0.1, initial_accumulator_value=0.1))
of_torch("adadelta(lr=1, weight_decay=0.1)", lambda p: T.Adadelta(p, lr=1, weight_decay=0.1))
of_torch("rprop(lr=0.1)", lambda p: T.Rprop(p, lr=0.1))
of_torch("asgd(lr=0.1, lambd=0.01, weight_decay=0.1)", lambda p: T.ASGD(p, lr=0.1, lambd=0.01, weight_decay=0.1))
of_torch("adafactor(lr=0.1, weight_decay=0.1)", lambda p: T.Adafactor(p, lr=0.1, weight_decay=0.1))
of_torch("adafactor(lr=0.5, eps=1e-3, d=1.5)", lambda p: T.Adafactor(p, lr=0.5, eps=(1e-3, 1e-3), d=1.5))
exact, torch.Tensor.bfloat16 = torch.Tensor.bfloat16, lambda self: self.clone()  # its formula, without its rounding
of_torch("muon(lr=0.1)", lambda p: T.Muon(p, lr=0.1), shapes=1)
of_torch("muon(lr=0.1, nesterov=false, adjust=match_rms)",
         lambda p: T.Muon(p, lr=0.1, nesterov=False, adjust_lr_fn="match_rms_adamw"), shapes=1)
torch.Tensor.bfloat16 = exact

# schedules
SGD = lambda p: T.SGD(p, lr=0.1)
of_torch("sgd(lr=step(0.1, every=7, gamma=0.3))", SGD, schedule=lambda o: S.StepLR(o, 7, 0.3))
of_torch('sgd(lr=multistep(0.1, at="10 20 55", gamma=0.3))', SGD, schedule=lambda o: S.MultiStepLR(o, [10, 20, 55], 0.3))
of_torch("sgd(lr=exponential(0.1, gamma=0.97))", SGD, schedule=lambda o: S.ExponentialLR(o, 0.97))
of_torch("sgd(lr=linear(0.1, end=0.01, steps=40))", SGD, schedule=lambda o: S.LinearLR(o, 1, 0.1, 40))
of_torch("sgd(lr=polynomial(0.1, steps=120, power=2))", SGD, schedule=lambda o: S.PolynomialLR(o, 120, 2))
of_torch("sgd(lr=cosine(0.1, steps=120, end=0.01))", SGD, schedule=lambda o: S.CosineAnnealingLR(o, 120, 0.01))
of_torch("sgd(lr=restarts(0.1, steps=7, end=0.01))", SGD,
         schedule=lambda o: S.CosineAnnealingWarmRestarts(o, 7, 1, 0.01))
of_torch("sgd(lr=restarts(0.1, steps=7, times=2))", SGD, schedule=lambda o: S.CosineAnnealingWarmRestarts(o, 7, 2))
of_torch("sgd(lr=onecycle(0.1, steps=101))", SGD, schedule=lambda o: S.OneCycleLR(o, 0.1, 101, cycle_momentum=False))
of_torch("sgd(lr=onecycle(0.1, steps=101, shape=linear, up=0.4))", SGD,
         schedule=lambda o: S.OneCycleLR(o, 0.1, 101, pct_start=0.4, anneal_strategy="linear", cycle_momentum=False))
of_torch("sgd(lr=cyclic(0.1, low=0.01, up=9))", SGD,
         schedule=lambda o: S.CyclicLR(o, 0.01, 0.1, 9, cycle_momentum=False))
of_torch("sgd(lr=join(0.1, exponential(0.1, gamma=0.9), at=30))", SGD,
         schedule=lambda o: S.SequentialLR(o, [S.ConstantLR(o, 1.0, 1), S.ExponentialLR(o, 0.9)], [30]))
of_torch("sgd(lr=plateau(0.1, patience=1, factor=0.8, every=1))", SGD,
         schedule=lambda o: S.ReduceLROnPlateau(o, patience=1, factor=0.8))
of_torch("sgd(lr=plateau(0.1, factor=0.5, patience=2, threshold=0.2, mode=abs, cooldown=3, every=1, min=0.003))", SGD,
         schedule=lambda o: S.ReduceLROnPlateau(o, factor=0.5, patience=2, threshold=0.2, threshold_mode="abs",
                                                cooldown=3, min_lr=0.003))
of_torch("plateau(factor=0.7, patience=3, threshold=0.01, cooldown=1, every=1) | sgd(lr=0.1)", SGD,
         schedule=lambda o: S.ReduceLROnPlateau(o, factor=0.7, patience=3, threshold=0.01, cooldown=1))
of_torch("momentum(lr=0.1, momentum=0.8, weight_decay=0.01, nesterov=true)",
         lambda p: T.SGD(p, lr=0.1, momentum=0.8, weight_decay=0.01, nesterov=True))
for count in (12, STEPS):
    of_torch("lbfgs(lr=0.5, history=4)", lambda p: T.LBFGS(p, lr=0.5, max_iter=1, tolerance_grad=0, tolerance_change=0,
                                                           history_size=4), loss="coupled", steps=count)

C = optax.contrib
of_optax("sgd(lr=0.1, momentum=0.9, nesterov=true)", optax.sgd(0.1, momentum=0.9, nesterov=True))
of_optax("adam(lr=0.1)", optax.adam(0.1))
of_optax("adamw(lr=0.1)", optax.adamw(0.1))
of_optax("adam(lr=0.1, amsgrad=true)", optax.amsgrad(0.1))
of_optax("nadam(lr=0.1)", optax.nadam(0.1))
of_optax("radam(lr=0.1)", optax.radam(0.1))
of_optax("adamax(lr=0.1)", optax.adamax(0.1))
of_optax("rmsprop(lr=0.1)", optax.rmsprop(0.1))
of_optax("rmsprop(lr=0.1, centered=true, momentum=0.9, eps=1e-4)",
         optax.rmsprop(0.1, centered=True, momentum=0.9, eps=1e-4))
of_optax("adagrad(lr=0.1)", optax.adagrad(0.1))
of_optax("adadelta(lr=1)", optax.adadelta(1.0))
of_optax("rprop(lr=0.1)", optax.rprop(0.1))
of_optax("lion(lr=0.1)", optax.lion(0.1))
of_optax("lamb(lr=0.1, weight_decay=0.1)", optax.lamb(0.1, weight_decay=0.1))
of_optax("lars(lr=0.1, weight_decay=0.1)", optax.lars(0.1, weight_decay=0.1))
of_optax("adabelief(lr=0.1)", optax.adabelief(0.1))
of_optax("yogi(lr=0.1)", optax.yogi(0.1))
of_optax("adan(lr=0.1, weight_decay=0.1)", optax.adan(0.1, weight_decay=0.1))
of_optax("novograd(lr=0.1, weight_decay=0.1)", optax.novograd(0.1, weight_decay=0.1))
of_optax("sm3(lr=0.1)", optax.sm3(0.1))
of_optax("optimistic_sgd(lr=0.1, alpha=0.8, beta=0.6)", optax.optimistic_gradient_descent(0.1, 0.8, 0.6))
of_optax("signum(lr=0.1, momentum=0.9)", optax.signum(0.1, 0.9))
# optax's own decay is in float32, whatever the parameters are
factorized.scale_by_factored_rms.__defaults__ = tuple(
    (lambda i, exponent: 1 - (i + jnp.float64(1)) ** -exponent) if default is factorized._decay_rate_pow else default
    for default in factorized.scale_by_factored_rms.__defaults__)
of_optax("adafactor(lr=0.1, weight_decay=0.001)", optax.adafactor(0.1, weight_decay_rate=0.001))
of_optax("adafactor(lr=0.1, min_dim=2)", optax.adafactor(0.1, min_dim_size_to_factor=2))
of_optax("adopt(lr=0.1)", C.adopt(0.1))
of_optax("ademamix(lr=0.1, weight_decay=0.1)", C.ademamix(0.1, weight_decay=0.1))
of_optax("prodigy(lr=1, d0=1e-3, weight_decay=0.01)", C.prodigy(1.0, estim_lr0=1e-3, weight_decay=0.01))
of_optax("muon(lr=0.1, weight_decay=0.1)", C.muon(0.1, weight_decay=0.1, adam_weight_decay=0.1))
of_optax("schedule_free_sgd(lr=0.1)", C.schedule_free_sgd(0.1))
of_optax("schedule_free_adamw(lr=0.1, weight_decay=0.1)", C.schedule_free_adamw(0.1, weight_decay=0.1))
of_optax("scale_by_stddev(debias=true, eps=1e-3) | lr(0.1)",
         optax.chain(optax.scale_by_stddev(bias_correction=True, eps=1e-3), optax.scale(-0.1)))
of_optax("scale_by_param_block_norm | lr(0.1)", optax.chain(optax.scale_by_param_block_norm(), optax.scale(-0.1)))
of_optax("scale_by_param_block_rms | lr(0.1)", optax.chain(optax.scale_by_param_block_rms(), optax.scale(-0.1)))
of_optax("clip_norm(0.5) | adam(lr=0.1)", optax.chain(optax.clip_by_global_norm(0.5), optax.adam(0.1)))
of_optax("clip_rms(0.2) | lr(0.1)", optax.chain(optax.clip_by_block_rms(0.2), optax.scale(-0.1)))
of_optax("agc(0.1) | lr(0.1)", optax.chain(optax.adaptive_grad_clip(0.1), optax.scale(-0.1)))
of_optax("centralize | ema(0.9) | lr(0.1)", optax.chain(optax.centralize(), optax.ema(0.9), optax.scale(-0.1)))
of_optax("normalize(2) | lr(0.1)", optax.chain(optax.normalize_by_update_norm(2.0), optax.scale(-0.1)))
of_optax("plateau(factor=0.7, patience=3, threshold=0.01, cooldown=2, every=2, min=0.1) | lr(0.1)",
         optax.chain(C.reduce_on_plateau(0.7, 3, 0.01, cooldown=2, accumulation_size=2, min_scale=0.1), optax.scale(-0.1)))
of_optax("momentum(lr=0.1)", optax.sgd(0.1, momentum=0.9))
of_optax("scale_by_polyak(max_lr=0.2, f_min=-1) | lr(1)",
         optax.chain(optax.scale_by_polyak(f_min=-1, max_learning_rate=0.2), optax.scale(-1.0)))
of_optax('scale_by_polyak(eps=0.1, variant="sps+") | lr(1)',
         optax.chain(optax.scale_by_polyak(eps=0.1, variant="sps+"), optax.scale(-1.0)))
of_optax("polyak_sgd(max_lr=0.1, f_min=-10, scaling=0.5)", optax.polyak_sgd(0.1, 0.5, f_min=-10))
of_optax("dog(lr=1, value=0.01, weight_decay=0.01)", C.dog(1.0, ("heuristic", 0.01), weight_decay=0.01))
of_optax("dog(lr=0.5, first=distance, value=0.1)", C.dog(0.5, ("distance", 0.1)))
of_optax("dog(first=lr, value=0.03)", C.dog(1.0, ("learning_rate", 0.03)))
of_optax("dowg(lr=1)", C.dowg(1.0))
of_optax("dowg(lr=1, first=0.5, eps=1e-3)", C.dowg(1.0, 0.5, eps=1e-3))
of_optax("scale_by_distance_over_gradients(reps_rel=0.01) | lr(1)",
         optax.chain(optax.scale_by_distance_over_gradients(0.01, param_dtype=jnp.float64), optax.scale(-1.0)))
of_optax("scale_by_distance_over_gradients(reps_rel=0.1, eps=1e-3, scale=0.5) | lr(0.3)",
         optax.chain(optax.scale_by_distance_over_gradients(0.1, 1e-3, jnp.float64, 0.5), optax.scale(-0.3)))
of_optax("scale_by_amsgrad(beta1=0.8, eps_root=1e-6) | scale_by_learning_rate(0.1)",
         optax.chain(optax.scale_by_amsgrad(b1=0.8, eps_root=1e-6), optax.scale_by_learning_rate(0.1)))
of_optax("scale_by_sign | scale_by_schedule(exponential(0.1, gamma=0.9)) | lr(1)",  # optax's own exponential is in float32
         optax.chain(optax.scale_by_sign(), optax.scale_by_schedule(lambda t: 0.1 * 0.9 ** t.astype(jnp.float64)),
                     optax.scale(-1.0)))
of_optax("lr(0.1) | keep_params_nonnegative", optax.chain(optax.scale(-0.1), optax.keep_params_nonnegative()))
# the estimate of the Hessian's diagonal is exact where nothing else is in it
of_optax("sophia(lr=0.1)", C.sophia(0.1), loss="quartic")
of_optax("sophia(lr=0.05, beta1=0.9, beta2=0.8, gamma=0.3, clip=0.7, every=3, eps=1e-3, weight_decay=0.01)",
         C.sophia(0.05, 0.9, 0.8, 1e-3, 0.01, gamma=0.3, clip_threshold=0.7, update_interval=3), loss="quartic")
for count in (12, STEPS):
    of_optax("lbfgs(lr=0.5, history=4)", optax.lbfgs(0.5, 4, linesearch=None), loss="coupled", steps=count)
for count in (12, STEPS):
    of_optax("sgd(lr=2) | scale_by_backtracking_linesearch(15)",
             optax.chain(optax.sgd(2.0), optax.scale_by_backtracking_linesearch(15)), loss="coupled", steps=count)
of_optax("sgd(lr=2) | scale_by_backtracking_linesearch(7, slope_rtol=0.3, decrease=0.5, increase=2, most=3, atol=1e-3, "
         "rtol=1e-3)",
         optax.chain(optax.sgd(2.0), optax.scale_by_backtracking_linesearch(7, 0.3, 0.5, 2.0, 3.0, 1e-3, 1e-3)),
         loss="quartic")
# later it is the rounding of the loss that decides
of_optax("lbfgs(lr=1, history=5) | scale_by_backtracking_linesearch(20)",
         optax.lbfgs(1.0, 5, linesearch=optax.scale_by_backtracking_linesearch(20)), loss="coupled", steps=12)
of_optax("noisy_sgd(lr=0.1, eta=0)", optax.noisy_sgd(0.1, eta=0.0, key=0))
of_optax("sign_sgd(lr=0.1)", optax.sign_sgd(0.1))
of_optax("adamaxw(lr=0.1, weight_decay=0.1)", optax.adamaxw(0.1, weight_decay=0.1))
of_optax("optimistic_adam(lr=0.1, alpha=0.8, beta=0.6)", optax.optimistic_adam_v2(0.1, alpha=0.8, beta=0.6))
of_optax("acprop(lr=0.1, eps_root=1e-4, weight_decay=0.1)", C.acprop(0.1, eps_root=1e-4, weight_decay=0.1))
of_optax("madgrad(lr=0.1, weight_decay=0.1)", C.madgrad(0.1, weight_decay=0.1), digits=6)  # its t is float32
of_optax("cocob(weight_decay=0.1, scaling=0.5)", C.cocob(0.5, weight_decay=0.1))
of_optax("simplified_ademamix(lr=0.1, alpha=2, weight_decay=0.1)", C.simplified_ademamix(0.1, alpha=2.0, weight_decay=0.1))
of_optax("momo(lr=0.1, lower_bound=-20, weight_decay=0.1)", C.momo(0.1, lower_bound=-20.0, weight_decay=0.1))
of_optax("dadapt_adamw(lr=1, d0=1e-3, weight_decay=0.1)", C.dadapt_adamw(1.0, estim_lr0=1e-3, weight_decay=0.1))
of_optax("fromage(lr=0.1)", optax.fromage(0.1))
of_optax("momo_adam(lr=0.1, lower_bound=-20, weight_decay=0.1)", C.momo_adam(0.1, lower_bound=-20.0, weight_decay=0.1))
