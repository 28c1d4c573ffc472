"""Section 09, stochastic pooling: three poolings of a map, and of a small network for digits."""

from functools import cache
from itertools import zip_longest

import numpy as np

from lecture_kit.maths.activations import relu
from lecture_kit.maths.checks import (
    as_number,
    as_numbers,
    as_rng,
    as_row,
    as_seeds,
    as_table,
    as_whole,
    require,
)
from lecture_kit.maths.convolution import convolutional_network
from lecture_kit.maths.datasets import load_digits, load_photograph
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.initializers import he
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.pooling import POOLINGS, StochasticPooling
from lecture_kit.maths.training import learn, train
from lecture_kit.sections.stochastic_pooling.chance import drawn_variance

# A map


def pool_side_by_side(pixels, window, stride, seed):
    """Pool one map in all three ways, with the theory of the draw.

    Parameters
    ----------
    pixels : ndarray of shape (height, width)
        A map, at least 0.
    window, stride : int
        As in :class:`lecture_kit.maths.pooling.Pooling`.
    seed : int
        Seed of the draws.

    Returns
    -------
    dict
        "max", "average", "stochastic" (drawn) and "expected" (Σ p a): maps of shape
        (n_rows, n_columns). "noise": typical distance √(mean σ²) of drawn from expected by theory;
        "measured noise": the one of this draw. "zero": share of windows that are all zero.

    Raises
    ------
    ValueError
        If the map is negative somewhere or smaller than the window.
    """
    pixels = as_table("pixels", pixels)
    maps = pixels[np.newaxis, np.newaxis]
    layer = StochasticPooling(window, stride, seed)
    entries = layer.entries(maps)
    seen = {name: kind(window, stride).infer(maps)[0, 0] for name, kind in POOLINGS.items()}
    seen["expected"] = seen["stochastic"]
    seen["stochastic"] = layer.forward(maps)[0, 0]
    seen["noise"] = float(np.sqrt(drawn_variance(entries).mean()))
    seen["measured noise"] = float(np.sqrt(np.mean((seen["stochastic"] - seen["expected"]) ** 2)))
    seen["zero"] = float(np.mean(~entries.any(axis=-1)))
    return seen


# Digits


def digit_images(digits):
    """Turn rows of the digits into images with values from 0 to 1.

    Parameters
    ----------
    digits : Dataset
        A part of :func:`lecture_kit.maths.datasets.load_digits`.

    Returns
    -------
    images : ndarray of shape (n_samples, 1, 8, 8)
        The images.
    labels : ndarray of int, shape (n_samples,)
        The digits that they show.
    """
    return digits.features.reshape(-1, 1, 8, 8) / 16, digits.labels


def digit_network(kind, seed, n_filters=8):
    """Build the network of this section: convolution, ReLU, pooling of 2 × 2, dense layer.

    The seed gives the same first weights under every pooling.

    Parameters
    ----------
    kind : type
        Class of the pooling, for example :class:`MaxPooling`.
    seed : int
        Seed of the weights and of the draws.
    n_filters : int, default 8
        Filters of 3 × 3 pixels.

    Returns
    -------
    Network
        For images of shape (n_samples, 1, 8, 8) and 10 classes.

    Raises
    ------
    ValueError
        If ``n_filters`` is less than 1.
    """
    pooling = kind(seed=seed) if issubclass(kind, StochasticPooling) else kind()
    return convolutional_network(
        8, n_filters, pooling, 10, he, seed)


def train_poolings(training, test, learning_rate, batch_size, seeds, epochs, record_every):
    """Train the same network under several poolings, all seeds and poolings at the same pace.

    Runs with the same seed have the same first weights and the same mini batches. The optimizer is
    momentum with β = 0.9. All errors are measured at inference, where nothing is drawn.

    Parameters
    ----------
    training, test : tuple of (images, labels)
        As :func:`digit_images` gives them.
    learning_rate, batch_size
        Settings.
    seeds : sequence of int
        One run of every pooling for each seed.
    epochs : int
        How many times all training rows go through.
    record_every : int
        Epochs from one record to the next.

    Returns
    -------
    iterator of dict of str to ndarray of shape (n_seeds, n_records, 2)
        The runs so far: share of wrong answers on training and on test images. A run that has
        diverged is NaN from there on. The epochs are 0, ``record_every``, …

    Raises
    ------
    ValueError
        As in :func:`lecture_kit.maths.training.train`.
    """
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=32.", least=1)
    record_every = as_whole("record_every", record_every, "Try record_every=1.", least=1)
    seeds = as_seeds(seeds)
    updates = record_every * -(-len(training[1]) // batch_size)
    streams = [
        train(Ensemble([digit_network(kind, seed) for seed in seeds]),
              Momentum(learning_rate, 0.9), training, test, batch_size=batch_size, epochs=epochs,
              seed=seeds, record_every=updates)
        for kind in POOLINGS.values()
    ]
    ended = np.full((len(seeds), 2), np.nan)  # after all runs under a pooling have diverged
    errors = []
    for records in zip_longest(*streams):
        errors.append([_wrong(record) if record else ended for record in records])
        yield dict(zip(POOLINGS, np.stack(errors, axis=2), strict=True))


def _wrong(record):
    return 1 - np.column_stack([record.training_accuracy, record.validation_accuracy])


def _as_images(images):
    images = np.asarray(as_numbers("images", images))
    require(images.ndim == 4, "images must have the shape (n_samples, n_channels, height, width)",
            images.shape, "Use digit_images.")
    return images


def drawn_logits(network, images, n_passes):
    """Let a network with stochastic pooling answer with fresh draws, as in training.

    Parameters
    ----------
    network : Network
        Its parameters stay as they are; its pooling draws on.
    images : ndarray of shape (n_samples, n_channels, height, width)
        What to look at.
    n_passes : int
        How many times.

    Returns
    -------
    ndarray of shape (n_passes, n_samples, n_classes)
        Logits of every pass.

    Raises
    ------
    ValueError
        If ``images`` do not fit, or ``n_passes`` is less than 1 or not whole.
    """
    n_passes = as_whole("n_passes", n_passes, "Try n_passes=100.", least=1)
    images, passes = _as_images(images), []
    for _ in range(n_passes):
        rows = images
        for layer in network.layers:
            rows = layer.forward(rows)
        passes.append(rows)
    return np.stack(passes)


def dropped_logits(network, images, n_passes, seed, keep=0.5):
    """Let a network answer with dropout: its dense layer gets some of its inputs only.

    Each is kept with the probability q, and then divided by q. So the mean over all passes is what
    the network answers with all of them.

    Parameters
    ----------
    network : Network
        What :func:`digit_network` built.
    images : ndarray of shape (n_samples, n_channels, height, width)
        What to look at.
    n_passes : int
        How many times.
    seed : int
        Seed of the choices.
    keep : float, default 0.5
        q, above 0 and at most 1.

    Returns
    -------
    passes : ndarray of shape (n_passes, n_samples, n_classes)
        Logits of every pass.
    variance : ndarray of shape (n_samples, n_classes)
        What theory says about them, Σ_d W²_dj x²_d (1 − q)/q, with the inputs x of the layer.

    Raises
    ------
    ValueError
        If ``images`` do not fit, or a number is out of its range.

    References
    ----------
    Srivastava, N., et al. (2014). Dropout: a simple way to prevent neural networks from
    overfitting.
    """
    n_passes = as_whole("n_passes", n_passes, "Try n_passes=100.", least=1)
    keep = as_number("keep", keep, "Try keep=0.5.", above=0, most=1)
    rows, rng = _as_images(images), as_rng(seed)
    *others, dense = network.layers
    for layer in others:
        rows = layer.infer(rows)
    passes = [dense.infer(rows * (rng.random(rows.shape) < keep) / keep) for _ in range(n_passes)]
    return np.stack(passes), rows**2 @ dense.weights**2 * (1 - keep) / keep


def average_of_passes(networks, images, labels, n_passes, dropout=False):
    """Compare the mean logits of several random passes with the answer at inference.

    Parameters
    ----------
    networks : sequence of Network
        What :func:`digit_network` built with :class:`StochasticPooling`.
    images : ndarray of shape (n_samples, n_channels, height, width)
        What they look at.
    labels : ndarray of int, shape (n_samples,)
        The right answers.
    n_passes : int
        How many passes, as :func:`drawn_logits`.
    dropout : bool, default False
        Whether they are those of :func:`dropped_logits`, with the place of the network as seed.

    Returns
    -------
    more : ndarray of shape (n_networks,)
        By how much the share of wrong answers is larger than at inference.
    distance, expected : float
        Root of the mean squared distance between the logits, measured and by theory.

    Raises
    ------
    ValueError
        As in :func:`drawn_logits` and :func:`dropped_logits`, or if labels do not fit.
    """
    more, squares, variances = [], [], []
    for seed, network in enumerate(networks):
        images, labels = network.check(images, labels)
        passes, variance = dropped_logits(network, images, n_passes, seed) if dropout else (
            drawn_logits(network, images, n_passes), drawn_logit_variance(network, images))
        mean, usual = passes.mean(axis=0), network.logits(images)
        right, usually = (np.mean(logits.argmax(axis=1) == labels) for logits in (mean, usual))
        more.append(usually - right)
        squares.append(np.mean((mean - usual) ** 2))
        variances.append(variance.mean() / n_passes)
    return np.array(more), *(float(np.sqrt(np.mean(part))) for part in (squares, variances))


def slopes_along(network, images, labels, direction, seed=0, step=1e-6):
    """Slope of the loss in training along a direction, measured and by backpropagation.

    All draws are held fixed: each evaluation begins with the same seed.

    Parameters
    ----------
    network : Network
        What :func:`digit_network` built. Its parameters stay as they are.
    images, labels : ndarray
        One mini batch.
    direction : ndarray of shape (n_parameters,)
        Where to go.
    seed : int, default 0
        Seed of the draws.
    step : float, default 1e-6
        How far to go to both sides, in units of ``direction``.

    Returns
    -------
    measured, by_backpropagation : float
        Central difference, and gradient times direction.

    Raises
    ------
    ValueError
        If images, labels or ``direction`` do not fit the network, or ``step`` is not
        positive.

    Notes
    -----
    Where the input of a ReLU is exactly 0 there is no derivative, and the two differ. While the
    biases are 0, every blank piece of an image does that. Give the biases other values first.
    """
    images, labels = network.check(images, labels)
    direction, step = as_row("direction", direction), as_number("step", step, above=0)
    require(direction.shape == network.parameters.shape, "direction must fit the parameters",
            direction.shape, f"There are {network.parameters.size} parameters.")
    start, pooling = network.parameters.copy(), network.layers[2]

    def loss(parameters):
        network.parameters[:], pooling.rng = parameters, as_rng(seed)
        logits = drawn_logits(network, images, 1)[0]
        return network.loss.value(logits, labels).mean()

    measured = (loss(start + step * direction) - loss(start - step * direction)) / (2 * step)
    network.parameters[:], pooling.rng = start, as_rng(seed)
    return float(measured), float(network.backpropagate(images, labels) @ direction)


def drawn_logit_variance(network, images):
    """Variance of the drawn logits, Σ_d W²_dj σ²_d: all windows d draw independently.

    Parameters
    ----------
    network : Network
        What :func:`digit_network` built with :class:`StochasticPooling`: after the pooling there
        is only one dense layer W.
    images : ndarray of shape (n_samples, n_channels, height, width)
        What it looks at.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        One variance for each logit.

    Raises
    ------
    ValueError
        If ``images`` do not fit the network.
    """
    convolution, activation, pooling, flatten, dense = network.layers
    images = _as_images(images)
    entries = pooling.entries(activation.infer(convolution.infer(images)))
    variances = flatten.infer(drawn_variance(entries))
    require(variances.shape[1] == len(dense.weights), "images must have the size of the training",
            images.shape, "Use digit_images.")
    return variances @ dense.weights**2


def learned_filters(training, epochs=5, seed=0):
    """Train the network of this section with stochastic pooling, for its filters.

    Parameters
    ----------
    training : tuple of (images, labels)
        As :func:`digit_images` gives them.
    epochs : int, default 5
        How long to train.
    seed : int, default 0
        Seed of weights, mini batches and draws.

    Returns
    -------
    Convolution
        The first layer.

    Raises
    ------
    ValueError
        As in :func:`lecture_kit.maths.training.train`.
    """
    network = digit_network(StochasticPooling, seed)
    for _update in learn(network, Momentum(0.05, 0.9), training, batch_size=16, epochs=epochs,
                         seed=seed):
        pass
    return network.layers[0]


@cache
def photograph_and_maps():
    """Slide two learned filters over the photograph: an input for the pooling, and two maps of it.

    Returns
    -------
    dict of str to ndarray of shape (120, 120)
        "photograph", with values from 0 to 1, and the feature maps "map A" and "map B" after the
        ReLU.
    """
    images, labels = digit_images(load_digits()[0])
    filters = learned_filters((images[:1000], labels[:1000]))
    photograph = load_photograph()[3:125, 3:125] / 255
    features = relu(filters.infer(photograph[np.newaxis, np.newaxis]))[0]
    return {"photograph": photograph[1:-1, 1:-1], "map A": features[0], "map B": features[5]}
