"""Common and rare words: where one learning rate for each weight helps."""

from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import (
    as_measured,
    as_number,
    as_numbers,
    as_rng,
    as_row,
    as_whole,
    require,
)
from lecture_kit.sections.adaptive_methods.experiments import make_sweep


@dataclass(frozen=True)
class Words:
    """Texts in which some words are common and others are rare, with a number to predict.

    Parameters
    ----------
    frequencies : ndarray of shape (n_words,)
        Chance that a word stands in a text, the most common first.
    texts : ndarray of shape (n_steps, batch_size, n_words)
        1 where a text holds a word, else 0; one mini batch per step.
    targets : ndarray of shape (n_steps, batch_size)
        The sum of the weights of the words in each text, plus noise.
    weights : ndarray of shape (n_words,)
        The true weights, 1 or −1.

    Notes
    -----
    Draws that :func:`stack_words` has put side by side have one more axis: (n_steps, n_draws, …),
    and (n_draws, n_words) for the weights.
    """

    frequencies: np.ndarray
    texts: np.ndarray
    targets: np.ndarray
    weights: np.ndarray

    def error(self, weights):
        """Mean squared error of other weights on new texts without noise.

        Parameters
        ----------
        weights : ndarray of shape (..., n_words), or (n_draws, n_runs, n_words) for stacked draws
            The weights.

        Returns
        -------
        ndarray of the same shape without the last axis
            Σ p(1 − p)d² + (Σ pd)², with d the difference to the true weights; infinite or NaN
            for weights that diverged.

        Raises
        ------
        ValueError
            If ``weights`` are no numbers, or not one per word.
        """
        weights = as_measured("weights", weights, "Pass one weight per word.")
        true = self.weights if self.weights.ndim == 1 else self.weights[:, np.newaxis]
        fits = weights.shape[-1] == true.shape[-1] and (
            true.ndim == 1 or (weights.ndim == 3 and len(weights) == len(true)))
        require(fits, "weights must hold one number per word", weights.shape,
                f"The true ones have the shape {true.shape}.")
        off, p = weights - true, self.frequencies
        with np.errstate(over="ignore", invalid="ignore"):
            return (p * (1 - p) * off**2).sum(axis=-1) + (p * off).sum(axis=-1) ** 2


def write_words(exponent, noise, seed, n_words=50, n_steps=500, batch_size=4):
    """Draw texts whose j-th word has the frequency ½ j⁻ˢ (Zipf's law for s = 1).

    Parameters
    ----------
    exponent : float
        s, at least 0: how unequal the words are. With 0 all are equally common.
    noise : float
        Standard deviation of the noise on the targets, at least 0.
    seed : int
        Seed of the random numbers.
    n_words, n_steps, batch_size : int, default 50, 500 and 4
        How many words, mini batches, and texts per mini batch.

    Returns
    -------
    Words
        The texts. Another noise leaves texts and weights as they are.

    Raises
    ------
    ValueError
        If ``exponent`` or ``noise`` is negative, or a number of words, steps or texts is
        less than 1 or not whole.

    References
    ----------
    Duchi, J., Hazan, E., & Singer, Y. (2011). Adaptive subgradient methods, section 1.3.
    """
    exponent = as_number("exponent", exponent, "Try exponent=1.", least=0)
    noise = as_number("noise", noise, "Try noise=0.5.", least=0)
    n_words = as_whole("n_words", n_words, "Try n_words=50.", least=1)
    n_steps = as_whole("n_steps", n_steps, "Try n_steps=500.", least=1)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=4.", least=1)
    rng = as_rng(seed)
    frequencies = np.arange(1.0, n_words + 1) ** -exponent / 2
    weights = rng.choice([-1.0, 1.0], n_words)
    texts = (rng.random((n_steps, batch_size, n_words)) < frequencies).astype(float)
    targets = texts @ weights + noise * rng.standard_normal((n_steps, batch_size))
    return Words(frequencies, texts, targets, weights)


def stack_words(draws):
    """Put draws of texts side by side, so that one run learns from each.

    Parameters
    ----------
    draws : sequence of Words
        At least one, with the same frequencies and numbers of steps and texts.

    Returns
    -------
    Words
        Its arrays have one more axis, for the draw.
    """
    return Words(draws[0].frequencies, np.stack([words.texts for words in draws], axis=1),
                 np.stack([words.targets for words in draws], axis=1),
                 np.stack([words.weights for words in draws]))


@dataclass(frozen=True)
class Learned:
    """What runs of a method on texts have come to; stacked draws have their axis in front.

    Parameters
    ----------
    weights, rates : ndarray of shape (n_runs, n_words)
        Weights at the end, and effective rates in the last step.
    residual : ndarray of shape (n_runs,)
        Sum over all steps of the mean squared residual of the mini batch.
    """

    weights: np.ndarray
    rates: np.ndarray
    residual: np.ndarray


def learn_words(method, words, learning_rates):
    """Train a linear model on the texts, one mini batch per step, from weights 0.

    The loss is half the mean squared residual of the mini batch.

    Parameters
    ----------
    method : type
        A class of optimizers.
    words : Words
        The texts.
    learning_rates : array_like of shape (n_runs,)
        The rates. There is one run for each.

    Returns
    -------
    Learned
        NaN or very large where a run diverged.

    Raises
    ------
    ValueError
        If ``learning_rates`` is not a list of numbers, at least 0.
    """
    rates = as_row("learning_rates", learning_rates)
    optimizer, residual = method(rates[:, np.newaxis]), 0.0
    with np.errstate(over="ignore", invalid="ignore"):  # runs that diverge
        for last in word_steps(optimizer, words, len(rates)):
            residual = residual + (last[2] ** 2).mean(axis=-1)
    weights, state, _off = last
    effective = np.broadcast_to(optimizer.effective_rate(state), weights.shape)
    return Learned(weights, effective, residual)


def word_steps(optimizer, words, n_runs):
    """Learn from the texts, one mini batch per step, from weights 0.

    Parameters
    ----------
    optimizer : Optimizer
        The rule. Settings of shape (n_runs, 1) give each run its own.
    words : Words
        The texts.
    n_runs : int
        How many runs there are.

    Returns
    -------
    iterator of (weights, state, off)
        After each step the weights, of shape (n_runs, n_words), the state of the optimizer, and the
        residuals of the mini batch before it, of shape (n_runs, batch_size). Stacked draws have
        their axis in front.
    """
    weights = np.zeros((*words.weights.shape[:-1], n_runs, words.weights.shape[-1]))
    state = optimizer.initial_state(weights)
    for text, target in zip(words.texts, words.targets, strict=True):
        with np.errstate(over="ignore", invalid="ignore"):  # runs that diverge
            off = weights @ text.swapaxes(-1, -2) - target[..., np.newaxis, :]
            weights, state = optimizer.step(weights, off @ text / text.shape[-2], state)
        yield weights, state, off


def sweep_words(words, learned, learning_rates):
    """Find the learning rate with the smallest error.

    Parameters
    ----------
    words : Words
        The texts.
    learned : Learned
        What :func:`learn_words` returned for these rates.
    learning_rates : ndarray of shape (n_runs,)
        The rates.

    Returns
    -------
    Sweep
        The results are errors (see :meth:`Words.error`), and NaN for a run that diverged.

    Raises
    ------
    ValueError
        If there are not as many rates as runs.
    """
    errors = words.error(learned.weights)
    errors = np.where(errors < 1e3, errors, np.nan)
    return make_sweep(learning_rates, errors)


def adagrad_rate_by_frequency(frequency, learning_rate, residual, batch_size):
    """Effective rate that Adagrad gives a word, by theory: η√(B/(pR)).

    A word with the frequency p meets the residual r of a text with the chance p, so its squared
    gradients add up to about pR/B, with R the sum of r² over all steps: half as common, √2 times
    the rate.

    Parameters
    ----------
    frequency : float or ndarray
        p, small.
    learning_rate : float
        η.
    residual : float
        R.
    batch_size : int
        B.

    Returns
    -------
    float or ndarray
        The rate.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Duchi, J., Hazan, E., & Singer, Y. (2011). Adaptive subgradient methods, section 1.3.
    """
    frequency = as_numbers("frequency", frequency, "Try 0.1.", above=0, most=1)
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", least=0)
    residual = as_number("residual", residual, "Pass the sum of the squared residuals.", above=0)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=4.", least=1)
    return learning_rate * np.sqrt(batch_size / (frequency * residual))


def adagrad_wins_below(n_hits):
    """Size of a rare gradient below which Adagrad goes farther than gradient descent.

    The gradient of a weight has the size g in n of the steps, and is 0 in all others. Adagrad then
    moves the weight by η Σ 1/√k with k from 1 to n, whatever g is, and gradient descent by ηgn.

    Parameters
    ----------
    n_hits : int
        n, at least 1.

    Returns
    -------
    float
        The mean of 1/√k, about 2/√n for large n.

    Raises
    ------
    ValueError
        If ``n_hits`` is less than 1.
    """
    n_hits = as_whole("n_hits", n_hits, "Try n_hits=10.", least=1)
    return float(np.mean(1 / np.sqrt(np.arange(1, n_hits + 1))))
