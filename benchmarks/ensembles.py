"""Time per network when many are trained side by side; benchmarks/training.py prints the table."""

import time
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.initializers import he
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.training import learn, mini_batches

try:
    import torch
except ImportError:
    torch = None
try:
    import jax
except ImportError:
    jax = None

RATE, MOMENTUM, BATCH_SIZE, EPOCHS = 0.1, 0.9, 32, 10
SIZES = {"64-100-10": (64, 100, 10), "64-32-10": (64, 32, 10), "64-32-32-10": (64, 32, 32, 10)}
MEMBERS = (1, 5, 20, 100)
MOST_IN_A_LOOP = 5  # a loop takes the same time for each: no need to run it a hundred times


def networks(sizes, n, dtype):
    """Networks with the seeds 0 to n − 1."""
    return [fully_connected(sizes, RELU, SOFTMAX_CROSS_ENTROPY, he, seed, dtype)
            for seed in range(n)]


def kit_loop(sizes, n, rows, dtype):
    """One network after the other."""
    for seed, network in enumerate(networks(sizes, min(n, MOST_IN_A_LOOP), dtype)):
        for _update in learn(network, Momentum(RATE, MOMENTUM), rows, batch_size=BATCH_SIZE,
                             epochs=EPOCHS, seed=seed):
            pass


def kit_ensemble(sizes, n, rows, dtype):
    """All side by side, each with mini batches of its own."""
    for _update in learn(Ensemble(networks(sizes, n, dtype)), Momentum(RATE, MOMENTUM), rows,
                         batch_size=BATCH_SIZE, epochs=EPOCHS, seed=range(n)):
        pass


def scikit_learn_loop(sizes, n, rows, dtype):
    """MLPClassifier, one after the other."""
    for seed in range(min(n, MOST_IN_A_LOOP)):
        model = MLPClassifier(
            sizes[1:-1], solver="sgd", batch_size=BATCH_SIZE, max_iter=EPOCHS, alpha=0,
            learning_rate_init=RATE, momentum=MOMENTUM, nesterovs_momentum=False, tol=0,
            n_iter_no_change=10**6, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(rows[0].astype(dtype), rows[1])


def stacked(sizes, n, dtype):
    """Weights and biases of each layer of all networks."""
    every = [[(layer.weights, layer.bias) for layer in network.layers[::2]]
             for network in networks(sizes, n, dtype)]
    return [tuple(map(np.stack, zip(*layer, strict=True))) for layer in zip(*every, strict=True)]


def orders(n, n_samples):
    """Row numbers of every full mini batch of each network, of shape (n_updates, n, batch)."""
    drawn = []
    for seed in range(n):
        rng = np.random.default_rng(seed)
        drawn.append([batch for _ in range(EPOCHS)
                      for batch in mini_batches(n_samples, BATCH_SIZE, rng, drop_last=True)])
    return np.swapaxes(drawn, 0, 1)


def torch_vmap(sizes, n, rows, dtype):
    """PyTorch: one gradient function, mapped over the networks, operation by operation."""
    x, y = torch.from_numpy(rows[0].astype(dtype)), torch.from_numpy(rows[1])
    weights = [torch.from_numpy(part) for layer in stacked(sizes, n, dtype) for part in layer]

    def loss(weights, x, y):
        for w, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
            x = torch.relu(x @ w + b)
        return torch.nn.functional.cross_entropy(x @ weights[-2] + weights[-1], y)

    gradients = torch.func.vmap(torch.func.grad(loss))
    velocities = [torch.zeros_like(part) for part in weights]
    with torch.no_grad():
        for batch in torch.from_numpy(orders(n, len(y))):
            found = gradients(weights, x[batch], y[batch])
            for part, velocity, gradient in zip(weights, velocities, found, strict=True):
                velocity.mul_(MOMENTUM).sub_(gradient, alpha=RATE)
                part.add_(velocity)


_compiled = {}


def jax_vmap(sizes, n, rows, dtype):
    """JAX: mapped over the networks, all updates compiled into one loop (compiling not counted)."""
    x, y = jax.numpy.asarray(rows[0].astype(dtype)), jax.numpy.asarray(rows[1])
    weights = jax.tree.map(jax.numpy.asarray, stacked(sizes, n, dtype))

    def loss(weights, x, y):
        for w, b in weights[:-1]:
            x = jax.nn.relu(x @ w + b)
        scores = jax.nn.log_softmax(x @ weights[-1][0] + weights[-1][1])
        return -scores[jax.numpy.arange(len(y)), y].mean()

    def step(carry, batch):
        weights, velocities = carry
        found = jax.vmap(jax.grad(loss))(weights, x[batch], y[batch])
        velocities = jax.tree.map(lambda v, g: MOMENTUM * v - RATE * g, velocities, found)
        return (jax.tree.map(lambda w, v: w + v, weights, velocities), velocities), None

    key = sizes, n, dtype
    if key not in _compiled:
        _compiled[key] = jax.jit(lambda carry, order: jax.lax.scan(step, carry, order)[0])
    start = weights, jax.tree.map(jax.numpy.zeros_like, weights)
    jax.block_until_ready(_compiled[key](start, jax.numpy.asarray(orders(n, len(y)))))


def ensemble_rows(rounds):
    """Measure all in turn, several rounds, in one thread; the best time of each counts."""
    rows = digit_rows(2000)
    loops = {"kit, loop": kit_loop, "scikit-learn, loop": scikit_learn_loop}
    contestants = {"kit, ensemble": kit_ensemble, **loops}
    if torch:
        contestants["PyTorch, vmap"] = torch_vmap
        torch.set_num_threads(1)
    if jax:
        contestants["JAX, vmap + scan"] = jax_vmap
    cases = [(name, dtype) for name in SIZES for dtype in (np.float32, np.float64)]
    for name, dtype in cases:
        if jax:
            jax.config.update("jax_enable_x64", dtype is np.float64)
        for n in MEMBERS:
            best = dict.fromkeys(contestants, np.inf)
            for _ in range(rounds + 1):  # the first round also compiles
                for who, contestant in contestants.items():
                    start = time.perf_counter()
                    with threadpool_limits(1):
                        contestant(SIZES[name], n, rows, dtype)
                    n_trained = min(n, MOST_IN_A_LOOP) if who in loops else n
                    best[who] = min(best[who], (time.perf_counter() - start) / n_trained)
            for who, seconds in best.items():
                yield [f"{name}, {dtype.__name__}", n, who, f"{1000 * seconds:.1f}",
                       f"{seconds / best['kit, loop']:.2f}"]
