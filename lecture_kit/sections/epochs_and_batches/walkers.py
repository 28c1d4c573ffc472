"""Descents with noisy gradients, many walkers at once: at which height over a minimum they stay.

Symbols: N points, B points per mini batch, η learning rate, k factor of the batch size.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lecture_kit.maths.checks import (
    as_measured,
    as_number,
    as_numbers,
    as_row,
    as_whole,
    require,
    require_choice,
    require_fit,
)
from lecture_kit.sections.epochs_and_batches.experiments import count_iterations
from lecture_kit.sections.epochs_and_batches.noise import (
    gradient_spread,
    sample_means,
    scaled_learning_rate,
    spread,
)

N_POINTS, N_EPOCHS = 512, 10
BATCH_SIZES = (2, 4, 8)  # before the factor
FACTORS = np.array([1, 2, 4, 8, 16, 32, 64])
RULES = ("keep η", "k · η")
_SIZES = np.unique(np.outer(BATCH_SIZES, FACTORS)).tolist()


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


@lru_cache(maxsize=4)
def _pool(seed):
    # 2,000 means of mini batches of every size, from points with mean 0 and variance 1
    points = np.random.default_rng(0).normal(size=(N_POINTS, 2))
    points -= points.mean(axis=0)
    points /= spread(points, 0)
    return sample_means(points, _SIZES, 2000, seed)


def _means(batch_sizes, seed):
    return _pool(seed)[:, np.searchsorted(_SIZES, batch_sizes)]


def scaled_setting(learning_rate, batch_size, rule, factor):
    """Give the learning rate and the batch size after the batch has become k times as large.

    Parameters
    ----------
    learning_rate : float
        η, at least 0.
    batch_size : int
        B, at least 1.
    rule : {"keep η", "k · η"}
        What becomes of the learning rate.
    factor : int or ndarray of int
        k, at least 1.

    Returns
    -------
    learning_rate : float or ndarray of the shape of ``factor``
        η or kη.
    batch_size : int or ndarray of the shape of ``factor``
        kB.

    Raises
    ------
    ValueError
        If ``rule`` is unknown or a number is out of range.
    """
    require_choice("rule", rule, RULES)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=4.", least=1)
    factor = as_numbers("factor", factor, "Try factor=2.", least=1, whole=True)
    times = factor if rule == "k · η" else np.ones_like(factor)
    return scaled_learning_rate(learning_rate, times), batch_size * factor


def theory_floors(learning_rate, batch_size):
    """Noise floors after each factor, as multiples of the floor before: what theory says.

    Parameters
    ----------
    learning_rate : float
        η, larger than 0 and less than 2.
    batch_size : int
        B, one of ``BATCH_SIZES``.

    Returns
    -------
    dict of str to ndarray of shape (n_factors,)
        By rule, for each of ``FACTORS``; infinite where kη ≥ 2.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    first, settings = _before_and_after(learning_rate, batch_size)
    return {rule: noise_floor(rates, 1, N_POINTS, sizes) / first
            for rule, (rates, sizes) in settings.items()}


def _before_and_after(learning_rate, batch_size):
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", above=0, below=2)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=4.", least=1)
    require(batch_size in BATCH_SIZES, f"batch_size must be one of {BATCH_SIZES}", batch_size,
            "Take one of these.")
    settings = {rule: scaled_setting(learning_rate, batch_size, rule, FACTORS) for rule in RULES}
    return float(noise_floor(learning_rate, 1, N_POINTS, batch_size)), settings


def measured_floors(learning_rate, batch_size, seed):
    """Noise floors after each factor, as multiples of theory's floor before: what walkers show.

    They begin at the minimum and take 400 steps; the first 100 do not count.

    Parameters
    ----------
    learning_rate, batch_size
        As in :func:`theory_floors`.
    seed : int
        Seed of the mini batches.

    Returns
    -------
    dict of str to ndarray of shape (n_factors,)
        By rule, for each of ``FACTORS``; NaN where a walker has diverged.

    Raises
    ------
    ValueError
        If a number is out of range, or ``seed`` is none.
    """
    first, settings = _before_and_after(learning_rate, batch_size)
    seed = as_whole("seed", seed, "Try seed=0.", least=0)
    rates, sizes = map(np.concatenate, zip(*settings.values(), strict=True))
    path = noisy_descent(rates, _means(sizes, seed), [0, 0], 400, np.random.default_rng([seed, 1]))
    floors = mean_height(path[100:]).mean(axis=0) / first
    return dict(zip(RULES, np.split(floors, len(RULES)), strict=True))


@dataclass(frozen=True)
class Descent:
    """What a descent of 100 walkers leaves behind.

    Parameters
    ----------
    places : ndarray of shape (100, 2)
        Where the walkers end; NaN for one that has diverged.
    epochs, heights : ndarray of shape (n_steps + 1,)
        Epoch of each step and mean height of the walkers; NaN from where one has diverged.
    """

    places: np.ndarray
    epochs: np.ndarray
    heights: np.ndarray


def descend(learning_rate, batch_size, seed):
    """Let 100 walkers go down the bowl for ten epochs of 512 points.

    Parameters
    ----------
    learning_rate : float
        η, at least 0.
    batch_size : int
        B, one of ``BATCH_SIZES`` times one of ``FACTORS``.
    seed : int
        Seed of the mini batches.

    Returns
    -------
    Descent
        How they go down and where they end.

    Raises
    ------
    ValueError
        If a number is out of range, or ``seed`` is none.
    """
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", least=0)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=4.", least=1)
    require(batch_size in _SIZES, f"batch_size must be one of {_SIZES}", batch_size,
            "Take one of these.")
    seed = as_whole("seed", seed, "Try seed=0.", least=0)
    n_steps = count_iterations(N_POINTS, batch_size, N_EPOCHS)
    path = noisy_descent([learning_rate], _means([batch_size], seed), [2.0, 1.0], n_steps,
                         np.random.default_rng([seed, 2]))
    epochs = np.arange(n_steps + 1) * batch_size / N_POINTS
    return Descent(path[-1, :, 0], epochs, mean_height(path)[:, 0])
