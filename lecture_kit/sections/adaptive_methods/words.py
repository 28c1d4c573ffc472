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
    """

    frequencies: np.ndarray
    texts: np.ndarray
    targets: np.ndarray
    weights: np.ndarray

    def error(self, weights):
        """Mean squared error of other weights on new texts without noise.

        Parameters
        ----------
        weights : ndarray of shape (..., n_words)
            The weights.

        Returns
        -------
        ndarray of shape (...)
            Σ p(1 − p)d² + (Σ pd)², with d the difference to the true weights; infinite or NaN
            for weights that diverged.

        Raises
        ------
        ValueError
            If ``weights`` are no numbers, or not one per word.
        """
        weights = as_measured("weights", weights, "Pass one weight per word.")
        require(weights.shape[-1] == len(self.weights), "weights must hold one number per word",
                weights.shape, f"There are {len(self.weights)} words.")
        off, p = weights - self.weights, self.frequencies
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


@dataclass(frozen=True)
class Learned:
    """What runs of a method on texts have come to.

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
    optimizer = method(rates[:, np.newaxis])
    weights, residual = np.zeros((len(rates), len(words.weights))), np.zeros(len(rates))
    state = optimizer.initial_state(weights)
    with np.errstate(over="ignore", invalid="ignore"):
        for text, target in zip(words.texts, words.targets, strict=True):
            off = weights @ text.T - target
            weights, state = optimizer.step(weights, off @ text / len(text), state)
            residual += (off**2).mean(axis=1)
        effective = np.broadcast_to(optimizer.effective_rate(state), weights.shape)
    return Learned(weights, effective, residual)


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
