"""Training time of the kit's network beside scikit-learn, PyTorch and JAX.

    uv run python benchmarks/training.py

Each case is trained by all in turn, several times over, in one process: the same rows, layers,
batch size, epochs, learning rate, momentum. The kit computes in float32 here, as its live panels
do, and so do the others. PyTorch and JAX join where they are installed. The kit also measures loss
and accuracy on all training rows before the first and after the last update. The last table trains
1, 5, 20 and 100 networks, one after the other or side by side.
"""

import argparse
import statistics
import time
import warnings
from itertools import pairwise

import numpy as np
from ensembles import ensemble_rows
from machine import describe, table
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.datasets import load_digits, load_spambase
from lecture_kit.maths.initializers import he
from lecture_kit.maths.landscapes import quadratic
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import Adam, GradientDescent, Momentum, Nesterov, RMSprop
from lecture_kit.maths.preprocessing import StandardScaler
from lecture_kit.maths.training import mini_batches, train
from lecture_kit.maths.trajectories import trajectory

try:
    import torch
except ImportError:
    torch = None
try:
    import jax
except ImportError:
    jax = None

LEARNING_RATE, MOMENTUM = 0.1, 0.9


def digits():
    """1,437 digits of 8 × 8 pixels, 360 others to validate."""
    training, validation = load_digits()[1].split(1437)
    return training.features / 16, training.labels, validation.features / 16, validation.labels


def spambase():
    """3,000 e-mails, 1,200 others to validate."""
    training, validation = load_spambase().split(3000)
    scaler = StandardScaler().fit(training.features)
    return (scaler.transform(training.features), training.labels,
            scaler.transform(validation.features), validation.labels)


def wide():
    """6,000 rows of 784 features in 10 overlapping clouds, 2,000 others to validate."""
    rng = np.random.default_rng(0)
    centres, labels = rng.normal(size=(10, 784)) / 8, rng.integers(0, 10, 8000)
    rows = centres[labels] + rng.normal(size=(8000, 784))
    return rows[:6000], labels[:6000], rows[6000:], labels[6000:]


CASES = {  # name: rows, hidden layers, batch size, epochs, learning rate
    "digits, 64-100-10": (digits, (100,), 32, 10, LEARNING_RATE),
    "spambase, 57-100-2": (spambase, (100,), 64, 5, LEARNING_RATE / 10),
    "wide, 784-256-128-10": (wide, (256, 128), 128, 3, LEARNING_RATE / 10),
}


def kit(data, hidden, batch_size, epochs, rate):
    """Train with the kit; returns the accuracy on the validation rows."""
    x, y, x_val, y_val = data
    sizes = (x.shape[1], *hidden, y.max() + 1)
    network = fully_connected(sizes, RELU, SOFTMAX_CROSS_ENTROPY, he, 0, np.float32)
    for _record in train(network, Momentum(rate, MOMENTUM), (x, y), batch_size=batch_size,
                         epochs=epochs, seed=0, record_every=10**9):
        pass
    return network.evaluate(x_val, y_val)[1]


def scikit_learn(data, hidden, batch_size, epochs, rate):
    """Train scikit-learn's MLPClassifier."""
    x, y, x_val, y_val = data
    model = MLPClassifier(hidden, solver="sgd", batch_size=batch_size, max_iter=epochs, alpha=0,
                          learning_rate_init=rate, momentum=MOMENTUM, nesterovs_momentum=False,
                          tol=0, n_iter_no_change=10**6, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, y)
    return model.score(x_val, y_val)


def batches(n_samples, batch_size, epochs):
    """The row numbers of all mini batches, in the order of the kit."""
    rng = np.random.default_rng(0)
    return [rows for _ in range(epochs) for rows in mini_batches(n_samples, batch_size, rng)]


def first_weights(x, y, hidden):
    """Pairs of weights and biases as the kit draws them."""
    sizes = (x.shape[1], *hidden, y.max() + 1)
    layers = fully_connected(sizes, RELU, SOFTMAX_CROSS_ENTROPY, he, 0, np.float32).layers[::2]
    return [(layer.weights.copy(), layer.bias.copy()) for layer in layers]


def eager_torch(data, hidden, batch_size, epochs, rate):
    """Train with PyTorch, operation by operation."""
    x, y = torch.tensor(data[0]), torch.tensor(data[1])
    layers = []
    for weights, bias in first_weights(data[0], data[1], hidden):
        layers += [torch.nn.Linear(*weights.shape), torch.nn.ReLU()]
        layers[-2].weight.data[:] = torch.from_numpy(weights.T)
        layers[-2].bias.data[:] = torch.from_numpy(bias)
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(model.parameters(), rate, MOMENTUM)
    loss = torch.nn.CrossEntropyLoss()
    for rows in batches(len(y), batch_size, epochs):
        optimizer.zero_grad()
        loss(model(x[rows]), y[rows]).backward()
        optimizer.step()
    with torch.no_grad():
        predicted = model(torch.from_numpy(data[2])).argmax(1).numpy()
    return float((predicted == data[3]).mean())


def _jax_step(rate):
    def loss(weights, x, y):
        for w, b in weights[:-1]:
            x = jax.nn.relu(x @ w + b)
        scores = jax.nn.log_softmax(x @ weights[-1][0] + weights[-1][1])
        return -scores[jax.numpy.arange(len(y)), y].mean()

    def step(carry, batch):
        weights, velocity = carry
        gradient = jax.grad(loss)(weights, *batch)
        velocity = jax.tree.map(lambda v, g: MOMENTUM * v - rate * g, velocity, gradient)
        return (jax.tree.map(lambda w, v: w + v, weights, velocity), velocity), None

    return step


_compiled = {}


def jax_scan(data, hidden, batch_size, epochs, rate):
    """Train with JAX: all steps compiled into one loop. Compiling is not counted.

    The loop needs batches of one size, so the smaller last batch of each epoch is left out.
    """
    x, y = jax.numpy.asarray(data[0]), jax.numpy.asarray(data[1])
    order = jax.numpy.asarray([rows for rows in batches(len(y), batch_size, epochs)
                               if len(rows) == batch_size])
    weights = jax.tree.map(jax.numpy.asarray, first_weights(data[0], data[1], hidden))
    carry = weights, jax.tree.map(jax.numpy.zeros_like, weights)
    key = (x.shape, hidden, batch_size, epochs, rate)
    if key not in _compiled:
        step = _jax_step(rate)
        _compiled[key] = jax.jit(lambda carry, order, x, y: jax.lax.scan(
            lambda state, rows: step(state, (x[rows], y[rows])), carry, order))
    (weights, _velocity), _ = jax.block_until_ready(_compiled[key](carry, order, x, y))
    rows = data[2]
    for w, b in weights[:-1]:
        rows = np.maximum(rows @ w + b, 0)
    return float(((rows @ weights[-1][0] + weights[-1][1]).argmax(1) == data[3]).mean())


def products_only(data, hidden, batch_size, epochs, rate):
    """Do nothing but the matrix products of the same training: the limit of this machine."""
    sizes = (data[0].shape[1], *hidden, data[1].max() + 1)
    weights = [np.ones((n, m), np.float32) for n, m in pairwise(sizes)]
    rows = [np.ones((batch_size, n), np.float32) for n in sizes]
    for _ in range(epochs * -(-len(data[0]) // batch_size)):
        for i, w in enumerate(weights):
            np.matmul(rows[i], w)  # forward
            np.matmul(rows[i].T, rows[i + 1])  # derivatives of the weights
            if i:
                np.matmul(rows[i + 1], w.T)  # derivatives of the input


def measure(contestants, setting, rounds):
    """Run all contestants in turn, several rounds; median times and last results."""
    times, results = {name: [] for name in contestants}, {}
    for _ in range(rounds + 1):  # the first round warms up and is not counted
        for name, contestant in contestants.items():
            start = time.perf_counter()
            results[name] = contestant(*setting)
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken[1:]) for name, taken in times.items()}, results


def training_rows(rounds, threads):
    contestants = {"kit": kit, "scikit-learn": scikit_learn}
    if torch:
        contestants["PyTorch, eager"] = eager_torch
        torch.set_num_threads(threads or torch.get_num_threads())
    if jax:
        contestants["JAX, compiled scan"] = jax_scan
    contestants["products only"] = products_only
    for case, (load, hidden, batch_size, epochs, rate) in CASES.items():
        x, y, x_val, y_val = load()
        data = x.astype(np.float32), y, x_val.astype(np.float32), y_val
        with threadpool_limits(threads):
            taken, results = measure(contestants, (data, hidden, batch_size, epochs, rate), rounds)
        n_updates = epochs * -(-len(y) // batch_size)
        for name, seconds in taken.items():
            accuracy = "" if results[name] is None else f"{results[name]:.3f}"
            yield [f"{case}, {threads or 'all'} thread{'' if threads == 1 else 's'}", name,
                   f"{1000 * seconds:.1f}", f"{seconds / taken['kit']:.2f}",
                   f"{n_updates / seconds:,.0f}", f"{taken['products only'] / seconds:.0%}",
                   accuracy]


CURVATURES, N_STEPS = np.array([0.1, 2.0]), 1000
STARTS = np.array([-7.0, 2.0]) * np.linspace(0.5, 1, 50)[:, np.newaxis]
METHODS = (GradientDescent(0.5), Momentum(0.3, 0.8), Nesterov(0.3, 0.8), RMSprop(0.01), Adam(0.1))


def kit_walks(starts):
    """Five methods, 1,000 steps each, from all starts at once."""
    landscape = quadratic(CURVATURES)
    return [trajectory(landscape.gradient, method, starts, N_STEPS)[-1] for method in METHODS]


def kit_one_by_one():
    """The same with one start after the other."""
    return np.stack([kit_walks(start) for start in STARTS], axis=1)


def kit_at_once():
    """The same with one call per method."""
    return np.stack(kit_walks(STARTS))


def loop_walks():
    """The same as loops over one start and one step, as they are usually written."""
    rules = (_descend, _roll, _look_ahead, _scale, _adapt)
    return np.stack([[rule(start) for start in STARTS] for rule in rules])


def _descend(w):
    for _ in range(N_STEPS):
        w = w - 0.5 * CURVATURES * w
    return w


def _roll(w):
    v = np.zeros(2)
    for _ in range(N_STEPS):
        v = 0.8 * v - 0.3 * CURVATURES * w
        w = w + v
    return w


def _look_ahead(w):
    v = np.zeros(2)
    for _ in range(N_STEPS):
        v = 0.8 * v - 0.3 * CURVATURES * (w + 0.8 * v)
        w = w + v
    return w + 0.8 * v


def _scale(w):
    s = np.zeros(2)
    for _ in range(N_STEPS):
        g = CURVATURES * w
        s = 0.9 * s + 0.1 * g**2
        w = w - 0.01 * g / (np.sqrt(s) + 1e-8)
    return w


def _adapt(w):
    m, s = np.zeros(2), np.zeros(2)
    for t in range(1, N_STEPS + 1):
        g = CURVATURES * w
        m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
        w = w - 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
    return w


def walk_rows(rounds):
    contestants = {"loops, one start after the other": loop_walks,
                   "kit, one start after the other": kit_one_by_one,
                   "kit, all starts at once": kit_at_once}
    taken, ends = measure(contestants, (), rounds)
    for end in ends.values():
        np.testing.assert_allclose(end, ends["kit, all starts at once"], atol=1e-9)
    for name, seconds in taken.items():
        yield [name, f"{1000 * seconds:.0f}",
               f"{1e6 * seconds / len(METHODS) / len(STARTS) / N_STEPS:.2f}"]


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="how often each is timed")
    rounds = parser.parse_args().rounds
    installed = [name for name, module in (("torch", torch), ("jax", jax)) if module]
    print(describe("numpy", "scikit-learn", *installed), "\n")
    head = ["case", "who", "ms", "÷ kit", "updates/s", "products' share", "accuracy"]
    rows = [row for threads in (1, None) for row in training_rows(rounds, threads)]
    print(table(head, rows), "\n")
    print(f"Five methods × {N_STEPS:,} steps × {len(STARTS)} starts in a valley:\n")
    print(table(["who", "ms", "µs per run and step"], walk_rows(max(1, rounds // 3))), "\n")
    print("Many networks side by side, batches of 32, ten epochs, one thread:\n")
    head = ["network", "how many", "who", "ms per network", "÷ kit's loop"]
    print(table(head, ensemble_rows(max(1, rounds // 3))))


if __name__ == "__main__":
    main()
