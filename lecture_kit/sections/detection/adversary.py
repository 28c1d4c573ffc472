"""A spammer who adds words until the mail passes, and detectors that learn from what passed."""

from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import as_array, as_number, as_numbers, as_seeds, as_whole, require
from lecture_kit.maths.datasets import load_spambase
from lecture_kit.maths.optimizers import Adam
from lecture_kit.maths.training import learn
from lecture_kit.sections.detection.experiments import (
    BATCH_SIZE,
    build_detectors,
    curves_of,
    split_mail,
    train_detectors,
    training_tables,
)

N_WORDS, N_FREQUENCIES = 48, 54  # the first columns: words, then characters, all in percent
WORDS = tuple(name.removeprefix("word_freq_") for name in load_spambase().feature_names[:N_WORDS])
ROUNDS, STEPS, RATE = 10, 5, 0.003  # of the second training
MOST_STEPS = 20  # of a spammer who meets the detector, each of 1 % of the words
_hardened = {}  # by splits and budget


def score_and_gradient(network, rows):
    """Compute the score of each row and its derivatives by the features.

    Parameters
    ----------
    network : Network or Ensemble
        With one output.
    rows : ndarray of shape (n_rows, n_features) or (n_networks, n_rows, n_features)
        Input rows; for an ensemble one table per network.

    Returns
    -------
    scores : ndarray of shape (..., n_rows)
        Logits.
    gradient : ndarray of the shape of ``rows``
        Backpropagation, one layer further than in training: down to the input.
    """
    for layer in network.layers:
        rows = layer.forward(rows)
    back = np.ones_like(rows)
    for layer in reversed(network.layers):
        back = layer.input_gradient(back)
    return rows[..., 0], back


def add_words(mails, words, shares):
    """Add words to mails, and see what becomes of their features.

    A frequency is 100 · count/length. With a share a of new words, all of them word j, it becomes
    (f + 100 a [j])/(1 + a): the new word gets more frequent, **all others get rarer**. (The new
    words are in lower case and hold none of the characters that are counted; we assume that they
    are as long as the old ones. So runs of capitals stay.)

    Parameters
    ----------
    mails : ndarray of shape (..., n_mails, 57)
        Features as in the file.
    words : ndarray of int, shape (..., n_mails)
        Which word each mail gets, from 0 to 47; 48 is a word that no column counts.
    shares : float or ndarray of shape (..., n_mails)
        How many, as a share of the words that the mail has, from 0 to 100.

    Returns
    -------
    ndarray of shape (..., n_mails, 57)
        New features.

    Raises
    ------
    ValueError
        If a number is negative, a word is unknown, or there is not one word per mail.
    """
    mails, words = np.asarray(as_numbers("mails", mails, least=0)), as_array(words)
    require(mails.ndim >= 2 and mails.shape[-1] == 57, "mails must have 57 columns", mails.shape,
            "Use load_spambase().")
    shares = np.asarray(as_numbers("shares", shares, "Try 0.01.", least=0, most=100))
    require(words.dtype.kind in "iu" and words.shape == mails.shape[:-1]
            and ((words >= 0) & (words <= N_WORDS)).all(),
            "words must hold a number from 0 to 48 per mail", words, "Use 48 for any other word.")
    require(shares.shape in ((), words.shape), "shares must be a number or one per mail",
            shares.shape, f"There are {words.shape} mails.")
    return _with_words(mails.astype(float), words, shares[..., np.newaxis])


def _with_words(mails, words, shares):
    new = mails.copy()
    new[..., :N_WORDS] += 100 * shares * (words[..., np.newaxis] == np.arange(N_WORDS))
    new[..., :N_FREQUENCIES] /= 1 + shares
    return new


@dataclass(frozen=True, eq=False)
class Evasion:
    """What a spammer reached, step by step.

    Parameters
    ----------
    scores : ndarray of shape (n_steps + 1, n_networks, n_mails)
        Lowest score so far: the spammer sends the best version that he has.
    mails : ndarray of shape (n_networks, n_mails, 57)
        The mails after the last step.
    words : ndarray of int, shape (n_steps, n_networks, n_mails)
        Which word was added; 48 is one that no column counts, −1 none at all.
    """

    scores: np.ndarray
    mails: np.ndarray
    words: np.ndarray


def evade(detectors, seeds, part, n_steps=MOST_STEPS, step=0.01):
    """Add words to all spam of a part, each time the word that lowers the score most.

    The spammer knows the detector. By the chain rule a share a of word j changes the score by
    (100 g_j − Σ_k g_k f_k) a, with the derivatives g by the frequencies f. He takes the smallest
    g_j (0 for a word that is not counted), and adds nothing if the score would rise.

    Parameters
    ----------
    detectors : Ensemble
        One detector per split.
    seeds : sequence of int
        Numbers of the splits.
    part : {"training", "validation", "test"}
        Which spam.
    n_steps : int, default 20
        How many steps.
    step : float, default 0.01
        Words per step, as a share of the words that the mail had at first, from 0 to 1.

    Returns
    -------
    Evasion
        Scores, mails and words.

    Raises
    ------
    ValueError
        If a number is out of its range, ``part`` is unknown, or there is not one detector per
        split.
    """
    n_steps = as_whole("n_steps", n_steps, "Try n_steps=5.", least=0, most=1000)
    step = as_number("step", step, "Try step=0.01.", least=0, most=1)
    return _evade(detectors, *_spam(detectors, seeds, part), n_steps, step)


def _spam(detectors, seeds, part):
    curves_of(detectors, seeds, part)  # it checks
    splits = [split_mail(seed) for seed in as_seeds(seeds)]
    return (np.stack([split.mails[part][split.labels[part] == 1] for split in splits]),
            np.stack([split.scaler.mean for split in splits])[:, np.newaxis],
            np.stack([split.scaler.scale for split in splits])[:, np.newaxis])


def _evade(detectors, mails, mean, scale, n_steps, step):
    scores, chosen = [], []
    for number in range(n_steps):
        now, gradient = score_and_gradient(detectors, (mails - mean) / scale)
        gradient = (gradient / scale)[..., :N_FREQUENCIES]
        by_word = np.concatenate([gradient[..., :N_WORDS], np.zeros_like(gradient[..., :1])], -1)
        words = by_word.argmin(axis=-1)
        slope = 100 * by_word.min(axis=-1) - np.vecdot(gradient, mails[..., :N_FREQUENCIES])
        shares = np.where(slope < 0, step / (1 + step * number), 0.0)
        mails = _with_words(mails, words, shares[..., np.newaxis])
        scores.append(now)
        chosen.append(np.where(slope < 0, words, -1))
    scores.append(score_and_gradient(detectors, (mails - mean) / scale)[0])
    return Evasion(np.minimum.accumulate(scores), mails,
                   np.array(chosen, np.intp).reshape(n_steps, *mails.shape[:2]))


def evade_by_trying(detectors, seeds, part, n_steps=MOST_STEPS, step=0.01, every=4):
    """Add words as :func:`evade` does, but try all 49 each time: a stronger spammer, and slower.

    Parameters
    ----------
    detectors, seeds, part, n_steps, step
        As in :func:`evade`.
    every : int, default 4
        Every so many spam mails only.

    Returns
    -------
    ndarray of shape (n_steps + 1, n_networks, n_mails)
        Lowest score so far.

    Raises
    ------
    ValueError
        As in :func:`evade`, or if ``every`` is less than 1.
    """
    n_steps = as_whole("n_steps", n_steps, "Try n_steps=5.", least=0, most=1000)
    step = as_number("step", step, "Try step=0.01.", least=0, most=1)
    every = as_whole("every", every, "Try every=4.", least=1)
    mails, mean, scale = _spam(detectors, seeds, part)
    mails, scores = mails[:, ::every], []
    scores.append(score_and_gradient(detectors, (mails - mean) / scale)[0])
    for number in range(n_steps):
        best, versions = scores[-1], mails
        for word in range(N_WORDS + 1):
            words = np.full(mails.shape[:-1], word)
            tried = _with_words(mails, words, np.float64(step / (1 + step * number)))
            now = score_and_gradient(detectors, (tried - mean) / scale)[0]
            versions = np.where((now < best)[..., np.newaxis], tried, versions)
            best = np.minimum(now, best)
        mails = versions
        scores.append(best)
    return np.array(scores)


def harden(seeds, budget):
    """Train detectors again on their own mail and on what evaded them (adversarial training).

    Ten rounds: the spammer adds words to all training spam within the budget, in five steps,
    against the detector of now; then the detector learns for one epoch from all training mails and
    these. With a budget of 0 the spam is there twice, unchanged: this is the control.

    Parameters
    ----------
    seeds : sequence of int
        Numbers of the splits.
    budget : float
        Words that may be added, as a share of the words of the mail, from 0 to 1.

    Returns
    -------
    iterator of Ensemble
        The same detectors after each round, those of :func:`train_detectors` first; if they were
        hardened before, only the end. Do not train them further: they are kept.

    Raises
    ------
    ValueError
        If ``seeds`` is no list of whole numbers from 0 on, or ``budget`` is out of its range.
    """
    seeds = as_seeds(seeds)
    budget = float(as_number("budget", budget, "Try budget=0.05.", least=0, most=1))
    if (tuple(seeds), budget) in _hardened:
        return iter([_hardened[tuple(seeds), budget]])
    detectors = build_detectors(seeds)
    detectors.parameters[:] = train_detectors(seeds).parameters
    return _rounds(detectors, seeds, budget)


def _rounds(detectors, seeds, budget):
    rows, labels = training_tables(seeds)
    spam, mean, scale = _spam(detectors, seeds, "training")
    labels = np.concatenate([labels, np.ones(spam.shape[:2], np.intp)], axis=1)
    yield detectors
    for number in range(ROUNDS):
        mails = _evade(detectors, spam, mean, scale, STEPS if budget else 0, budget / STEPS).mails
        tables = np.concatenate([rows, (mails - mean) / scale], axis=1), labels
        for _ in learn(detectors, Adam(RATE), tables, batch_size=BATCH_SIZE, epochs=1,
                       seed=[1000 * number + seed for seed in seeds]):
            pass
        if number == ROUNDS - 1:
            _hardened[tuple(seeds), budget] = detectors
        yield detectors


def recalls(scores, thresholds):
    """Find which share of the spam still raises an alarm.

    Parameters
    ----------
    scores : ndarray of shape (n_steps, n_networks, n_mails)
        As in :class:`Evasion`.
    thresholds : ndarray of shape (n_networks,)
        One for each detector.

    Returns
    -------
    ndarray of shape (n_steps, n_networks)
        Recall after each step.

    Raises
    ------
    ValueError
        If there is not one threshold per network.
    """
    scores, thresholds = as_array(scores), as_array(thresholds)
    require(scores.ndim == 3 and scores.size > 0 and scores.dtype.kind in "fiu",
            "scores must have 3 axes", scores.shape, "Use evade.")
    require(thresholds.shape == scores.shape[1:2] and thresholds.dtype.kind in "fiu",
            "there must be one threshold per network", thresholds.shape, "Use thresholds_within.")
    return (scores >= thresholds[:, np.newaxis]).mean(axis=-1)
