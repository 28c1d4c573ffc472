"""Section 07, batch normalization: networks with it and without, and one node by itself."""

from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.activations import RELU, SIGMOID
from lecture_kit.maths.checks import (
    as_labels,
    as_measured,
    as_number,
    as_numbers,
    as_rng,
    as_row,
    as_table,
    as_whole,
    require,
    require_choice,
)
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.normalization import BatchNormalization, batch_normalize, batch_normalized
from lecture_kit.maths.training import learn

KINDS = ("without BN", "with BN", "noisy BN")
SMALL = (64, 30, 30, 30, 10)  # layers of a network small enough to train it many times
MAP_RATES = np.array([0.0316, 0.1, 0.316, 1, 3.16, 10])  # a slider stops at each
MAP_SCALES = np.array([0.01, 0.0316, 0.1, 0.316, 1, 3.16])


def load_rows():
    """Give 1,200 digits for training and 600 for validation, with grey values from 0 to 1.

    Returns
    -------
    training, validation : tuple of (features, labels)
        The first rows of both files.
    """
    return tuple((part.features[:n] / 16, part.labels[:n])
                 for part, n in zip(load_digits(), (1200, 600), strict=True))


def build_network(kind, init_scale, sizes=(64, 100, 100, 100, 10), activation=SIGMOID, seed=0,
                  dtype=np.float64):
    """Build one of the networks that this section compares. They start with the same weights.

    Parameters
    ----------
    kind : {"without BN", "with BN", "noisy BN"}
        Without batch normalization, with it, or with noise after it.
    init_scale : float
        Standard deviation of the weights.
    sizes : sequence of int
        Nodes per layer from input to output, for digits by default.
    activation : Activation
        Activation function of the hidden layers.
    seed : int, default 0
        Seed of the weights, and of the noise.
    dtype : dtype, default float64
        Type of the parameters.

    Returns
    -------
    Network
        A classifier with softmax cross entropy.

    Raises
    ------
    ValueError
        If ``kind`` is unknown, or as in :func:`~lecture_kit.maths.networks.fully_connected`.
    """
    require_choice("kind", kind, KINDS)
    settings = sizes, activation, SOFTMAX_CROSS_ENTROPY, init_scale, seed
    if kind == "without BN":
        return fully_connected(*settings, dtype)
    return batch_normalized(*settings, kind == "noisy BN", dtype)


def accuracy_on_the_way(networks, optimizer, training, validation, *, batch_size, n_updates,
                        record_every, seed):
    """Train networks side by side, and measure only how often they are right on validation rows.

    Network k learns what it learns alone under :func:`~lecture_kit.maths.training.train`. The
    training rows are not measured, which would take long for so many small networks.

    Parameters
    ----------
    networks : sequence of Network
        Networks of one architecture, as in :class:`~lecture_kit.maths.ensembles.Ensemble`.
    optimizer, training, batch_size, seed
        As in :func:`~lecture_kit.maths.training.train` for an ensemble.
    validation : tuple of (features, labels)
        The same rows for all networks.
    n_updates : int
        How many updates to make, at least 0.
    record_every : int
        Updates from one measurement to the next, at least 1. The last update is measured, too.

    Yields
    ------
    update : int
        0, 1, …, ``n_updates``, so that whoever draws them can stop at any time.
    accuracies : ndarray of shape (n_networks,)
        Share of right answers at the last measurement so far; NaN for a network whose training has
        diverged.

    Raises
    ------
    ValueError
        If ``n_updates`` or ``record_every`` is too small or not whole, or as in
        :func:`~lecture_kit.maths.training.train`.
    """
    n_updates = as_whole("n_updates", n_updates, "Try n_updates=100.", least=0)
    record_every = as_whole("record_every", record_every, "Try record_every=10.", least=1)
    ensemble = Ensemble(networks)
    rows, labels = ensemble.check(*validation)
    updates = learn(ensemble, optimizer, training, batch_size=batch_size,
                    epochs=n_updates, seed=seed)  # enough: an epoch has at least one update
    alive = np.ones(len(networks), bool)
    for update in range(n_updates + 1):
        if update > 0:
            _rows, alive = next(updates, (None, alive))  # they end when all have diverged
        if update % record_every == 0 or update == n_updates:
            right = ensemble.loss.predict(ensemble.logits(rows)) == labels
            accuracies = np.where(alive, right.mean(axis=-1), np.nan)
        yield update, accuracies


def small_sets(rows, n_rows, share_wrong, seeds):
    """Draw a small training set for each seed; some of its labels are drawn at random, too.

    Parameters
    ----------
    rows : tuple of (features, labels)
        All rows, with labels from 0 to 9.
    n_rows : int
        How many rows each set has.
    share_wrong : float
        Share of the labels that are replaced by a random one, from 0 to 1.
    seeds : sequence of int
        One set for each.

    Returns
    -------
    features : ndarray of shape (n_seeds, n_rows, n_features)
    labels : ndarray of int, shape (n_seeds, n_rows)

    Raises
    ------
    ValueError
        If a number is out of its range or a label is not from 0 to 9.
    """
    features, labels = rows[0], as_labels("labels", rows[1], 10)
    n_rows = as_whole("n_rows", n_rows, "Take fewer.", least=1, most=len(labels))
    share = as_number("share_wrong", share_wrong, "It is a share.", least=0, most=1)
    sets = []
    for rng in map(as_rng, seeds):
        picked = rng.permutation(len(labels))[:n_rows]
        is_wrong, wrong = rng.random(n_rows) < share, rng.integers(0, 10, n_rows)
        sets.append((features[picked], np.where(is_wrong, wrong, labels[picked])))
    return tuple(map(np.stack, zip(*sets, strict=True)))


def at_training_accuracy(training, validation, level):
    """Validation accuracy of each network when its training accuracy first reaches a level.

    Parameters
    ----------
    training, validation : array_like of shape (n_records, n_networks)
        Accuracies on the way; NaN from where a network has diverged.
    level : float
        The training accuracy.

    Returns
    -------
    ndarray of shape (n_networks,)
        NaN for a network that never gets there.

    Raises
    ------
    ValueError
        If the two are no tables of the same shape.
    """
    training, validation = (as_measured(name, values, "Pass a row per record.", 2) for name, values
                            in (("training", training), ("validation", validation)))
    require(training.shape == validation.shape, "validation must be as long as training",
            validation.shape, f"That has the shape {training.shape}.")
    is_there = training >= as_number("level", level, "It is a share.")
    first = np.take_along_axis(validation, is_there.argmax(axis=0)[np.newaxis], axis=0)[0]
    return np.where(is_there.any(axis=0), first, np.nan)


def gradient_keeping_scale(activation, width):
    """Init scale with which a layer keeps the gradient if its inputs are small, 1/√(n q).

    q is the mean of the squared slope φ′². For ReLU it is 1/2, since half of the nodes have the
    slope 1, and the scale is He's √(2/n), for any number of layers. For the sigmoid it is 1/16, as
    if all z were near 0, where σ′ = 1/4. In truth z spreads, most slopes are smaller, and each
    layer keeps about 0.63 of the gradient. That is enough for a few layers; many layers need a
    scale of about 10/√n (notebook 08).

    Parameters
    ----------
    activation : Activation
        The sigmoid or ReLU.
    width : int
        n, nodes per layer, at least 1.

    Returns
    -------
    float
        Standard deviation of the weights.

    Raises
    ------
    ValueError
        If the activation is another one or ``width`` is less than 1.

    References
    ----------
    Glorot, X., & Bengio, Y. (2010). Understanding the difficulty of training deep feedforward
    neural networks. He, K., Zhang, X., Ren, S., & Sun, J. (2015). Delving deep into rectifiers.
    """
    slopes = {SIGMOID: 1 / 16, RELU: 1 / 2}
    width = as_whole("width", width, "It counts nodes.", least=1)
    require(activation in slopes, "activation must be SIGMOID or RELU", activation.name,
            "Other slopes are not known here.")
    return 1 / np.sqrt(width * slopes[activation])


def same_effective_rate(learning_rate, init_scale, init_scales):
    """Learning rates that do the same work in front of a batch normalization, η′ = η(σ′/σ)².

    Weights W and aW give the same output after the normalization, and the gradient of aW is 1/a
    times that of W. So a step of W with the rate η and a step of aW with the rate a²η lead to the
    same output. Only η/σ² counts, the effective learning rate.

    Parameters
    ----------
    learning_rate, init_scale : float
        η and σ, the standard deviation of the weights, both positive.
    init_scales : array_like of shape (n_scales,)
        Other σ′, all positive.

    Returns
    -------
    learning_rates, init_scales : ndarray of shape (n_scales,)
        η′, infinite where it is too large for a number, and σ′.

    Raises
    ------
    ValueError
        If a number is not positive.

    References
    ----------
    Ioffe, S., & Szegedy, C. (2015). Batch normalization, section 3.3. van Laarhoven, T. (2017). L2
    regularization versus batch and weight normalization.
    """
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", above=0)
    init_scale = as_number("init_scale", init_scale, "Try 0.1.", above=0)
    init_scales = as_row("init_scales", init_scales, "Try 0.1.", above=0)
    with np.errstate(over="ignore"):
        return learning_rate * (init_scales / init_scale) ** 2, init_scales


def batch_mean_spread(deviation, batch_size):
    """Standard deviation of the mean of a random batch, σ/√B.

    Parameters
    ----------
    deviation : float
        σ, standard deviation of one row, at least 0.
    batch_size : int or ndarray of int
        B, rows per batch, at least 1, drawn independently.

    Returns
    -------
    float or ndarray
        The spread.

    Raises
    ------
    ValueError
        If ``deviation`` is negative or ``batch_size`` is less than 1.
    """
    deviation = as_number("deviation", deviation, "Pass a standard deviation.", least=0)
    batch_size = as_numbers("batch_size", batch_size, "Try batch_size=60.", least=1, whole=True)
    return deviation / np.sqrt(batch_size)


def random_batches(values, batch_size, n_batches, seed):
    """Draw many random batches of one feature, each row independently.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        The feature in all rows.
    batch_size : int
        B, rows per batch.
    n_batches : int
        How many batches.
    seed : int
        Seed of the draw.

    Returns
    -------
    ndarray of shape (n_batches, batch_size)
        The batches.

    Raises
    ------
    ValueError
        If ``values`` is not a list of finite numbers, or ``batch_size`` or ``n_batches`` is
        less than 1 or not whole.
    """
    values = as_row("values", values)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=60.", least=1)
    n_batches = as_whole("n_batches", n_batches, "Try n_batches=100.", least=1)
    return as_rng(seed).choice(values, (n_batches, batch_size))


def batch_mean_spreads(batches, batch_sizes):
    """Measure how much the means of random batches of several sizes spread.

    Parameters
    ----------
    batches : ndarray of shape (n_batches, n_rows)
        One feature of many large batches, as from :func:`random_batches`.
    batch_sizes : array_like of int, shape (n_sizes,)
        B. A batch of B rows is the first part of a large one, at least 1 and at most n_rows.

    Returns
    -------
    ndarray of shape (n_sizes,)
        Standard deviation of the batch means for each B.

    Raises
    ------
    ValueError
        If ``batches`` is not a table of finite numbers, or a size is out of its range.
    """
    batches = as_table("batches", batches)
    sizes = as_numbers("batch_sizes", batch_sizes, "Pass a list of sizes.", least=1,
                       most=batches.shape[1], whole=True)
    return np.array([batches[:, :size].mean(axis=1).std() for size in np.ravel(sizes)])


@dataclass(frozen=True)
class Stage:
    """One feature of a batch on its way through a batch normalization.

    Parameters
    ----------
    values : ndarray of shape (batch_size, 1)
        The feature in all rows.
    theory : tuple of float
        Mean and standard deviation that it should have.
    inferred : float
        The feature of the first row at inference.
    """

    values: np.ndarray
    theory: tuple
    inferred: float

    @property
    def measured(self):
        """Mean and standard deviation of the values."""
        return self.values.mean(), self.values.std()


def stages_of_normalization(batch, mean, deviation, scale, shift):
    """Follow one feature of a batch through a batch normalization.

    Parameters
    ----------
    batch : ndarray of shape (batch_size, 1)
        The feature in all rows.
    mean, deviation : float
        Mean and standard deviation of all rows there are, which serve at inference.
    scale, shift : float
        γ and β.

    Returns
    -------
    dict of str to Stage
        "raw", "normalized" and "output".

    Raises
    ------
    ValueError
        If ``batch`` has not one column of finite numbers, ``deviation`` is negative, or another
        number is not finite.
    """
    batch = as_table("batch", batch, 1)
    mean, scale, shift = (as_number(name, value) for name, value in (
        ("mean", mean), ("scale", scale), ("shift", shift)))
    deviation = as_number("deviation", deviation, "Pass a standard deviation.", least=0)
    layer = BatchNormalization(1)
    layer.attach(np.zeros(2), np.zeros(2))
    layer.running_mean[:], layer.running_variance[:] = mean, deviation**2
    stages = {"raw": Stage(batch, (mean, deviation), float(batch[0, 0]))}
    for name, gamma, beta in (("normalized", 1, 0), ("output", scale, shift)):
        layer.scale[:], layer.shift[:] = gamma, beta
        stages[name] = Stage(batch_normalize(batch, gamma, beta), (beta, gamma),
                             float(layer.infer(batch[:1])[0, 0]))
    return stages
