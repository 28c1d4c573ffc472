"""Section 06, epochs and batches: counting, the noise of a mini batch, wrong labels, time, memory.

Symbols: N rows, B rows per mini batch, η learning rate.
"""

import math
import time
from itertools import pairwise

import numpy as np

from lecture_kit.maths.activations import RELU
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
    require_fit,
)
from lecture_kit.maths.datasets import load_digits, load_spambase
from lecture_kit.maths.initializers import he
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import as_sizes, fully_connected
from lecture_kit.maths.preprocessing import StandardScaler
from lecture_kit.maths.training import mini_batches


def _require_rows(n_samples):
    return as_numbers("n_samples", n_samples, "Pass some rows.", least=1, whole=True)


def _require_batch(batch_size, n_samples=math.inf):
    return as_numbers("batch_size", batch_size, "Try batch_size=32.", least=1, most=n_samples,
                      whole=True)


def count_iterations(n_samples, batch_size, epochs, drop_last=False):
    """Count iterations (updates): epochs × ⌈N/B⌉, or epochs × ⌊N/B⌋ without the last batch.

    Parameters
    ----------
    n_samples : int or ndarray of int
        N, how many training rows there are, at least 1.
    batch_size : int or ndarray of int
        B, rows per mini batch, at least 1.
    epochs : int or ndarray of int
        How many times all rows go through, at least 0.
    drop_last : bool, default False
        Whether a last batch that is not full is left out.

    Returns
    -------
    int or ndarray of int
        The number of iterations.

    Raises
    ------
    ValueError
        If ``n_samples`` or ``batch_size`` is less than 1, ``epochs`` is negative, one of them is
        not whole, or the shapes do not fit.

    References
    ----------
    Slides, section "(5) Epoch".
    """
    n_samples, batch_size = _require_rows(n_samples), _require_batch(batch_size)
    epochs = as_numbers("epochs", epochs, "Try epochs=10.", least=0, whole=True)
    require_fit(n_samples=n_samples, batch_size=batch_size, epochs=epochs)
    per_epoch = n_samples // batch_size if drop_last else -(-n_samples // batch_size)
    return epochs * per_epoch


def iteration_of_place(n_samples, batch_size, epochs, drop_last=False):
    """Tell in which iteration each place of the shuffled rows is used.

    Parameters
    ----------
    n_samples, batch_size, epochs, drop_last
        As in :func:`count_iterations`, whole numbers.

    Returns
    -------
    ndarray of int, shape (epochs, n_samples)
        Iteration, counted from 0 over all epochs; −1 for a place that is dropped.

    Raises
    ------
    ValueError
        As in :func:`count_iterations`.
    """
    n_samples = as_whole("n_samples", n_samples, "Pass some rows.", least=1)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=32.", least=1)
    per_epoch = count_iterations(n_samples, batch_size, 1, drop_last)
    epochs = as_whole("epochs", epochs, "Try epochs=10.", least=0)
    batch = np.arange(n_samples) // batch_size
    iterations = np.arange(epochs)[:, np.newaxis] * per_epoch + batch
    return np.where(batch < per_epoch, iterations, -1)


def gradient_spread(n_samples, batch_size, replace=False):
    """Spread of a mini batch's gradient, as a share of the spread of single rows' gradients.

    Without replacement √((N − B)/(B(N − 1))), with replacement 1/√B. It holds for the mean of
    anything over B of N rows, in every direction.

    Parameters
    ----------
    n_samples : int
        N, at least 2.
    batch_size : int or ndarray of int
        B, from 1 to N.
    replace : bool, default False
        Whether a row may come twice in one batch.

    Returns
    -------
    float or ndarray
        1 for B = 1. Without replacement 0 for B = N.

    Raises
    ------
    ValueError
        If ``n_samples`` is less than 2 or ``batch_size`` leaves 1 … N.

    References
    ----------
    Cochran, W. G. (1977). Sampling Techniques, theorem 2.2.
    """
    n_samples = as_whole("n_samples", n_samples, "Pass more rows.", least=2)
    batch_size = _require_batch(batch_size, n_samples)
    left = 1.0 if replace else (n_samples - batch_size) / (n_samples - 1)
    return np.sqrt(left / batch_size)


def row_gradients(network, features, labels):
    """Gradient of the loss of every single row.

    Parameters
    ----------
    network : Network
        The network; its parameters stay as they are.
    features, labels
        Rows, as in :meth:`lecture_kit.maths.networks.Network.check`.

    Returns
    -------
    ndarray of shape (n_samples, n_parameters)
        One gradient per row. Their mean is the gradient of all rows, the full gradient.

    Raises
    ------
    ValueError
        If the data do not fit the network.
    """
    features, labels = network.check(features, labels)
    return np.stack([network.backpropagate(features[[row]], labels[[row]]).copy()
                     for row in range(len(labels))])


def noise_plane(gradients):
    """Look at gradients in a plane: along their mean, and where they differ most beside it.

    Parameters
    ----------
    gradients : ndarray of shape (n_samples, n_parameters)
        One gradient per row, not all the same.

    Returns
    -------
    ndarray of shape (n_samples, 2)
        Coordinates in the plane. The mean lies on the first axis, to the right of 0. The unit is
        the spread of the points: their root-mean-square distance from the mean.

    Raises
    ------
    ValueError
        If there are fewer than two gradients or their mean is 0.
    """
    gradients = as_table("gradients", gradients)
    require(len(gradients) >= 2, "gradients must hold at least two rows", gradients.shape,
            "Pass one row per sample.")
    mean = gradients.mean(axis=0)
    length = np.linalg.norm(mean)
    require(length > 0, "the mean gradient must not be 0", length, "Train less.")
    along = mean / length
    first = gradients @ along
    rest = gradients - mean - np.outer(first - length, along)
    values, vectors = np.linalg.eigh(rest @ rest.T)  # as many rows as samples: small
    widest = vectors[:, -1] * np.sqrt(max(values[-1], 0.0))
    widest *= np.sign(widest[np.abs(widest).argmax()])  # which side is up is convention
    points = np.column_stack([first, widest])
    return points / spread(points, points.mean(axis=0))


def draw_order(n_samples, n_batches, rng, replace=False):
    """Draw row numbers for many mini batches; the first B of each are a batch of size B.

    Parameters
    ----------
    n_samples : int
        N, at least 1.
    n_batches : int
        How many batches.
    rng : numpy.random.Generator
        Source of the draw.
    replace : bool, default False
        Whether a row may come twice in one batch.

    Returns
    -------
    ndarray of int, shape (n_batches, n_samples)
        Row numbers. Without replacement every line is a permutation.

    Raises
    ------
    ValueError
        If ``n_samples`` or ``n_batches`` is less than 1 or not whole.
    """
    n_batches = as_whole("n_batches", n_batches, "Try n_batches=100.", least=1)
    n_samples = as_whole("n_samples", n_samples, "Pass some rows.", least=1)
    _require_rows(n_samples)
    if replace:
        return rng.integers(n_samples, size=(n_batches, n_samples))
    return rng.permuted(np.tile(np.arange(n_samples), (n_batches, 1)), axis=1)


def batch_means(points, order):
    """Means of many mini batches, for all batch sizes at once.

    Parameters
    ----------
    points : ndarray of shape (n_samples, d)
        What is averaged, for example gradients.
    order : ndarray of int, shape (n_batches, n_samples)
        What :func:`draw_order` returned.

    Returns
    -------
    ndarray of shape (n_batches, n_samples, d)
        Entry [i, B − 1] is the mean of batch i of size B.

    Raises
    ------
    ValueError
        If ``points`` is not a table of finite numbers, or ``order`` not one of its row
        numbers.
    """
    points, order = as_table("points", points), as_labels("order", order, len(points))
    require(order.ndim == 2 and order.size > 0, "order must be a table of row numbers", order.shape,
            "Pass what draw_order has returned.")
    sizes = np.arange(1, order.shape[1] + 1)[:, np.newaxis]
    return points[order].cumsum(axis=1) / sizes


def spread(points, centre):
    """Root-mean-square distance of points from a centre, √(mean |p − c|²).

    Parameters
    ----------
    points : ndarray of shape (n_points, ..., d)
        The points; the spread is over the first axis.
    centre : ndarray of shape (..., d)
        The centre.

    Returns
    -------
    float or ndarray of shape (...)
        The spread.

    Raises
    ------
    ValueError
        If a number is not finite, or the shapes do not fit.
    """
    points, centre = np.asarray(as_numbers("points", points)), np.asarray(
        as_numbers("centre", centre))
    require(points.ndim >= 2, "points must have 2 or more axes", points.shape, "Pass one per row.")
    require_fit(points=points, centre=centre)
    return np.sqrt(((points - centre) ** 2).sum(axis=-1).mean(axis=0))


def noise_scale(learning_rate, n_samples, batch_size):
    """Noise scale of stochastic gradient descent, ηN/B.

    Two runs with the same noise scale on the same rows take nearly the same way per epoch, while
    η is small and B much smaller than N.

    Parameters
    ----------
    learning_rate : float or ndarray
        η, at least 0.
    n_samples : int
        N, at least 1.
    batch_size : int or ndarray of int
        B, at least 1.

    Returns
    -------
    float or ndarray
        The noise scale.

    Raises
    ------
    ValueError
        If ``learning_rate`` is negative or ``n_samples`` or ``batch_size`` is less than 1.

    References
    ----------
    Smith, S. L., & Le, Q. V. (2018). A Bayesian perspective on generalization and stochastic
    gradient descent.
    """
    learning_rate = as_numbers("learning_rate", learning_rate, "Try learning_rate=0.1.", least=0)
    n_samples, batch_size = _require_rows(n_samples), _require_batch(batch_size)
    require_fit(learning_rate=learning_rate, n_samples=n_samples, batch_size=batch_size)
    return learning_rate * n_samples / batch_size


def scaled_learning_rate(learning_rate, factor):
    """Linear scaling rule: a batch that is k times as large gets the learning rate kη.

    It keeps the noise scale ηN/B as it was. It fails where kη comes near the critical learning
    rate, and where kB is not small beside N.

    Parameters
    ----------
    learning_rate : float
        η, at least 0.
    factor : float or ndarray
        k, how many times as large the batch is, larger than 0.

    Returns
    -------
    float or ndarray
        kη.

    Raises
    ------
    ValueError
        If ``learning_rate`` is negative or ``factor`` is not positive.

    References
    ----------
    Goyal, P., et al. (2017). Accurate, large minibatch SGD: training ImageNet in 1 hour.
    """
    learning_rate = as_numbers("learning_rate", learning_rate, "Try learning_rate=0.1.", least=0)
    factor = as_numbers("factor", factor, "Try factor=2.", above=0)
    require_fit(learning_rate=learning_rate, factor=factor)
    return learning_rate * factor


def noise_floor(learning_rate, variance, n_samples, batch_size):
    """Loss at which a noisy descent in the bowl ½|w − x̄|² stays, η s²/(2(2 − η)).

    Every step draws a fresh mini batch without replacement; s² is the variance of its mean. For
    small η the floor is about ηs²/4, and for B ≪ N it depends on η/B only.

    Parameters
    ----------
    learning_rate : float or ndarray
        η, larger than 0. The curvature is 1, so from η = 2 on there is no floor.
    variance : float
        Mean squared distance of the N points x from their mean x̄.
    n_samples : int
        N, at least 2.
    batch_size : int or ndarray of int
        B, from 1 to N.

    Returns
    -------
    ndarray
        The floor; infinite for η ≥ 2, 0 for B = N otherwise.

    Raises
    ------
    ValueError
        If ``learning_rate`` is not positive, ``variance`` is negative or ``batch_size``
        leaves 1 … N.
    """
    learning_rate = np.asarray(as_numbers("learning_rate", learning_rate, "Try 0.1.", above=0))
    variance = as_number("variance", variance, "Pass a mean squared distance.", least=0)
    require_fit(learning_rate=learning_rate, batch_size=batch_size)
    batch_variance = variance * gradient_spread(n_samples, batch_size) ** 2
    room = np.where(learning_rate < 2, 2 - learning_rate, np.nan)
    floor = learning_rate * batch_variance / (2 * room)
    return np.where(learning_rate < 2, floor, np.inf)


def noisy_descent(learning_rate, means, start, n_steps, rng, bound=1e3):
    """Walk down the bowl ½|w − x̄|² with mini-batch gradients w − x̄_B, many walkers at once.

    Each step of each walker takes one of the given batch means by chance. All settings see the
    same draw.

    Parameters
    ----------
    learning_rate : ndarray of shape (n_settings,)
        η of each setting.
    means : ndarray of shape (n_batches, n_settings, d)
        Batch means x̄_B for the batch size of each setting.
    start : ndarray of shape (d,)
        Where all walkers begin.
    n_steps : int
        How many steps to take, at least 0.
    rng : numpy.random.Generator
        Source of the draw.
    bound : float, default 1000
        A walker with a coordinate outside ±``bound`` has diverged and is NaN from there on.

    Returns
    -------
    ndarray of shape (n_steps + 1, n_walkers, n_settings, d)
        Places, the start first. There are 100 walkers.

    Raises
    ------
    ValueError
        If a rate is negative, the shapes do not fit, ``n_steps`` is negative or not whole,
        or ``bound`` is not positive.
    """
    rates = as_row("learning_rate", learning_rate, "Try 0.1.", least=0)[:, np.newaxis]
    means, start = np.asarray(as_numbers("means", means)), as_row("start", start)
    require(means.ndim == 3 and means.shape[1:] == (len(rates), len(start)),
            "means must have the shape (n_batches, n_settings, d)", means.shape,
            f"There are {len(rates)} rates and {len(start)} coordinates.")
    n_steps = as_whole("n_steps", n_steps, "Try n_steps=100.", least=0)
    bound = as_number("bound", bound, "Try bound=1e3.", least=0)
    choices = rng.integers(len(means), size=(n_steps, 100))
    w = np.broadcast_to(start, (100, *means.shape[1:])).astype(float)
    path = np.empty((n_steps + 1, *w.shape))
    path[0] = w
    for step, choice in enumerate(choices, start=1):
        w = w - rates * (w - means[choice])
        w = np.where((np.abs(w) <= bound).all(axis=-1, keepdims=True), w, np.nan)
        path[step] = w
    return path


def flip_labels(labels, share, n_classes, seed):
    """Make some labels wrong.

    The seed decides in which order labels turn wrong and what they turn into. So a larger share
    adds wrong labels to those of a smaller one.

    Parameters
    ----------
    labels : ndarray of int, shape (n_samples,)
        Right labels, from 0 to ``n_classes`` − 1. They are not changed in place.
    share : float
        Which share to make wrong, from 0 to 1.
    n_classes : int
        How many classes there are, at least 2.
    seed : int
        Seed of the chance.

    Returns
    -------
    ndarray of int, shape (n_samples,)
        Labels of which round(share · n_samples) are wrong.

    Raises
    ------
    ValueError
        If ``share`` leaves 0 … 1, there are fewer than two classes, or a label names no class.
    """
    share = as_number("share", share, "Try share=0.15.", least=0, most=1)
    n_classes = as_whole("n_classes", n_classes, "Pass 10 for digits.", least=2)
    labels = as_labels("labels", labels, n_classes)
    require(labels.ndim == 1, "labels must be a list", labels.shape, "Pass one class per row.")
    rng = as_rng(seed)
    wrong = rng.permutation(len(labels))[: round(share * len(labels))]
    shifts = rng.integers(1, n_classes, len(labels))
    flipped = labels.copy()
    flipped[wrong] = (labels[wrong] + shifts[wrong]) % n_classes
    return flipped


def _require_data(data):
    require_choice("data", data, ("digits", "spambase"))


def load_rows(data):
    """Give rows on which a small network trains in a moment.

    Parameters
    ----------
    data : {"digits", "spambase"}
        Grey values of digits, divided by their largest value 16, or e-mail, brought to z-scores.

    Returns
    -------
    training, validation : tuple of (features, labels)
        1,024 rows for training, 512 others for validation.

    Raises
    ------
    ValueError
        If ``data`` is unknown.
    """
    _require_data(data)
    training, rest = (load_digits()[0] if data == "digits" else load_spambase()).split(1024)
    parts = training, rest.split(512)[0]
    if data == "digits":
        return tuple((part.features / 16, part.labels) for part in parts)
    scaler = StandardScaler().fit(training.features)
    return tuple((scaler.transform(part.features), part.labels) for part in parts)


def load_few_digits(n_rows, label_noise, seed):
    """Give few digits for training, some with wrong labels, and many right ones for validation.

    Parameters
    ----------
    n_rows : int
        How many digits there are for training, from 1 to 2,000.
    label_noise : float
        Share of wrong labels among them, from 0 to 1.
    seed : int
        Seed of the wrong labels.

    Returns
    -------
    training, validation : tuple of (features, labels)
        The last 1,000 digits of the training file, with right labels, are for validation.

    Raises
    ------
    ValueError
        If ``n_rows`` or ``label_noise`` is out of range.
    """
    n_rows = as_whole("n_rows", n_rows, "Try n_rows=200.", least=1, most=2000)
    digits, _test = load_digits()
    features = digits.features / 16
    labels = flip_labels(digits.labels[:n_rows], label_noise, 10, seed)
    return (features[:n_rows], labels), (features[-1000:], digits.labels[-1000:])


def build_network(data, seed, n_hidden=32):
    """Build the small network of this section: one hidden layer of ReLU with He's weights.

    Parameters
    ----------
    data : {"digits", "spambase"}
        What it shall learn: 64 inputs and 10 classes, or 57 inputs and 2 classes.
    seed : int
        Seed of the weights.
    n_hidden : int, default 32
        Width of the hidden layer.

    Returns
    -------
    Network
        Ready to train.

    Raises
    ------
    ValueError
        If ``data`` is unknown, or ``n_hidden`` is less than 1 or not whole.
    """
    n_hidden = as_whole("n_hidden", n_hidden, "Try n_hidden=32.", least=1)
    _require_data(data)
    n_features, n_classes = (64, 10) if data == "digits" else (57, 2)
    return fully_connected((n_features, n_hidden, n_classes), RELU, SOFTMAX_CROSS_ENTROPY, he, seed)


def batch_bytes(sizes, batch_size, bytes_per_number=8):
    """Bytes that a fully connected network keeps of one mini batch for the way back.

    B(n_0 + 2 Σ n_hidden) numbers: the inputs of all layers. A hidden layer counts twice, before
    and after its activation function.

    Parameters
    ----------
    sizes : sequence of int
        Nodes per layer from input n_0 to output.
    batch_size : int
        B, at least 1.
    bytes_per_number : int, default 8
        8 for float64, 4 for float32.

    Returns
    -------
    int
        The bytes. They grow with B; parameters and their gradient do not.

    Raises
    ------
    ValueError
        If a number is less than 1 or not whole, or there are fewer than two sizes.
    """
    sizes, batch_size = as_sizes(sizes), as_whole("batch_size", batch_size, "Try 32.", least=1)
    bytes_per_number = as_whole("bytes_per_number", bytes_per_number, "Try 8.", least=1)
    return batch_size * (sizes[0] + 2 * sum(sizes[1:-1])) * bytes_per_number


def step_operations(sizes, batch_size):
    """Multiplications of one update of a fully connected network, forward and back.

    Each weight takes part in one multiplication per row forward, one for its own derivative, and,
    but in the first layer, one for the derivative of the layer's input.

    Parameters
    ----------
    sizes : sequence of int
        Nodes per layer from input to output.
    batch_size : int
        B, at least 1.

    Returns
    -------
    int
        The number of multiplications in the matrix products. It is proportional to B, so an epoch
        of whole batches needs the same number for every B.

    Raises
    ------
    ValueError
        If a number is less than 1 or not whole, or there are fewer than two sizes.
    """
    sizes, batch_size = as_sizes(sizes), as_whole("batch_size", batch_size, "Try 32.", least=1)
    weights = [fan_in * fan_out for fan_in, fan_out in pairwise(sizes)]
    return batch_size * (3 * sum(weights) - weights[0])


def seconds_per_update(network, features, labels, batch_size, n_repeats=20):
    """Measure how long one update takes on this machine.

    Parameters
    ----------
    network : Network
        Its parameters stay as they are.
    features, labels
        Training rows, as in :meth:`lecture_kit.maths.networks.Network.check`, at least
        ``batch_size``.
    batch_size : int
        B, from 1 to the number of rows.
    n_repeats : int, default 20
        How many updates to time. The quickest counts, since others may have been interrupted.

    Returns
    -------
    float
        Seconds to pick the rows, go forward and back, and take the step.

    Raises
    ------
    ValueError
        If the data do not fit the network or ``batch_size`` is out of range.
    """
    n_repeats = as_whole("n_repeats", n_repeats, "Try n_repeats=20.", least=1)
    features, labels = network.check(features, labels)
    _require_batch(batch_size, len(labels))
    rows = next(mini_batches(len(labels), batch_size, np.random.default_rng(0)))
    times = []
    for _ in range(n_repeats):
        start = time.perf_counter()
        network.parameters - 0.1 * network.backpropagate(features[rows], labels[rows])
        times.append(time.perf_counter() - start)
    return min(times)


def until_loss(records, target):
    """Pass on the records of a training until its validation loss reaches a target.

    Parameters
    ----------
    records : iterator of Record
        A training, with validation rows.
    target : float
        The loss to reach. The first record at or below it is the last.

    Returns
    -------
    iterator of Record
        The records.

    Raises
    ------
    ValueError
        If ``target`` is not one finite number.
    """
    target = as_number("target", target, "Pass a loss.")
    for record in records:
        yield record
        if record.validation_loss <= target:
            return


def first_to_reach(records, target):
    """Find the first record with a validation loss at or below a target.

    Parameters
    ----------
    records : sequence of Record
        A training, with validation rows.
    target : float
        The loss to reach.

    Returns
    -------
    Record or None
        The record, or None if none gets there.

    Raises
    ------
    ValueError
        If ``target`` is not one finite number.
    """
    target = as_number("target", target, "Pass a loss.")
    return next((record for record in records if record.validation_loss <= target), None)


def costs_to_reach(trainings, target, seconds=None):
    """What several trainings cost up to a target: in updates, in epochs and perhaps in seconds.

    Parameters
    ----------
    trainings : sequence of sequence of Record
        The trainings, with validation rows.
    target : float
        The validation loss to reach.
    seconds : sequence of float, optional
        Seconds per update of each training.

    Returns
    -------
    dict of str to list of float or None
        Costs by unit, "updates", "epochs" and, if ``seconds`` are given, "seconds"; None for a
        training that does not get there.

    Raises
    ------
    ValueError
        If ``target`` is not one finite number, or ``seconds`` are not one for each
        training.
    """
    reached = [first_to_reach(records, target) for records in trainings]
    costs = {"updates": [record and record.update for record in reached],
             "epochs": [record and record.epoch for record in reached]}
    if seconds is not None:
        seconds = as_row("seconds", seconds).tolist()
        require(len(seconds) == len(reached), "seconds must hold one number per training", seconds,
                f"There are {len(reached)} trainings.")
        costs["seconds"] = [record and record.update * step
                            for record, step in zip(reached, seconds, strict=True)]
    return costs


def perfect_scaling(batch_sizes, costs, unit):
    """Costs there would be if every row of a batch helped as much as in the smallest batch.

    Twice the batch size then needs half as many updates, U ∝ 1/B, and the same number of epochs.
    The line begins at the smallest batch size that reached the target.

    Parameters
    ----------
    batch_sizes : sequence of int
        B, in rising order.
    costs : dict of str to list of float or None
        What :func:`costs_to_reach` returned.
    unit : {"updates", "epochs", "seconds"}
        Unit of the line. Seconds need a batch size with its own step, so there the line takes the
        seconds per update of those that reached the target.

    Returns
    -------
    ndarray of shape (n_batch_sizes,)
        The costs; NaN before the line begins and where the seconds of a step are not known.

    Raises
    ------
    ValueError
        If ``unit`` is not among the costs, or ``batch_sizes`` are not positive and one for
        each cost.

    References
    ----------
    Shallue, C. J., Lee, J., Antognini, J., Sohl-Dickstein, J., Frostig, R., & Dahl, G. E. (2019).
    Measuring the effects of data parallelism on neural network training.
    """
    sizes = as_row("batch_sizes", batch_sizes, "Try (1, 2, 4).", above=0)
    require_choice("unit", unit, costs)
    require(len(costs["updates"]) == len(sizes), "batch_sizes must fit the costs", batch_sizes,
            f"There are {len(costs['updates'])} costs.")
    updates = np.array(costs["updates"], float)  # None becomes NaN
    first = cheapest([size if count is not None else None
                      for size, count in zip(batch_sizes, costs["updates"], strict=True)])
    if first is None:
        return np.full(len(sizes), np.nan)
    ideal = updates[first] * sizes[first] / sizes
    ideal[:first] = np.nan
    return ideal / updates * np.array(costs[unit], float) if unit != "updates" else ideal


def cheapest(costs):
    """Find the smallest of some costs.

    Parameters
    ----------
    costs : sequence of float or None
        The costs; None stands for "never".

    Returns
    -------
    int or None
        Place of the smallest, the first of equal ones; None if there is none.

    Raises
    ------
    ValueError
        If a cost is no number, or there are none.
    """
    require(isinstance(costs, tuple | list), "costs must be a list", costs, "Pass a list.")
    as_measured("costs", [np.nan if cost is None else cost for cost in costs], "Pass some costs.")
    known = [place for place, cost in enumerate(costs) if cost is not None]
    return min(known, key=lambda place: costs[place], default=None)


@np.errstate(over="ignore")
def mean_height(path):
    """Mean height of many walkers in the bowl ½|w|².

    Parameters
    ----------
    path : ndarray of shape (n_steps, n_walkers, n_settings, d)
        Places, as :func:`noisy_descent` gives them for a minimum at 0.

    Returns
    -------
    ndarray of shape (n_steps, n_settings)
        The heights; NaN from where a walker has diverged, infinite where one is too large for a
        number.

    Raises
    ------
    ValueError
        If ``path`` does not hold places of walkers.
    """
    path = as_measured("path", path, "Pass what noisy_descent has returned.", ndim=4)
    return (path**2).sum(axis=-1).mean(axis=1) / 2
