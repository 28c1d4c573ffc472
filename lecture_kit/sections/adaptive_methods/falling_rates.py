"""What a learning rate that falls brings: words learned with schedules, each rule at its best."""

import numpy as np

from lecture_kit.maths.checks import as_number, as_seeds, as_whole, require_choice
from lecture_kit.maths.schedules import (
    Scheduled,
    constant_schedule,
    cosine_decay_schedule,
    step_schedule,
    warmup_cosine_decay_schedule,
)
from lecture_kit.sections.adaptive_methods.experiments import tune
from lecture_kit.sections.adaptive_methods.words import (
    learn_words,
    stack_words,
    word_steps,
    write_words,
)

SCHEDULES = {
    "constant": lambda n_part, n_steps: constant_schedule(),
    "step": lambda n_part, n_steps: step_schedule(n_part),
    "cosine": lambda n_part, n_steps: cosine_decay_schedule(n_part),
    "warm-up": lambda n_part, n_steps: warmup_cosine_decay_schedule(n_part - 1, n_steps)}
"""Schedules by name. What ``n_part`` counts is told in :func:`make_schedule`."""
SHARES = {"constant": (1.0,), "step": (0.5, 0.6, 0.7, 0.8, 0.9), "cosine": (1.0,),
          "warm-up": (0.01, 0.03, 0.1, 0.2)}
"""Shares that :func:`tune_share` tries."""
RULES = (("gradient descent", "constant"), ("gradient descent", "step"),
         ("gradient descent", "cosine"), ("Adagrad", "constant"), ("Adagrad", "cosine"),
         ("Adam", "cosine"))
"""Methods and schedules that the notebook compares."""


def make_schedule(name, n_steps, share=1.0):
    """Build a schedule for a training of known length.

    Parameters
    ----------
    name : {"constant", "step", "cosine", "warm-up"}
        The schedule. "warm-up" falls along a cosine afterwards.
    n_steps : int
        How many steps the training has.
    share : float, default 1
        Share of the steps after which the step schedule falls to a tenth, each time anew; after
        which the cosine has reached 0; during which the warm-up rises. Above 0, at most 1.

    Returns
    -------
    callable
        Step to factor.

    Raises
    ------
    ValueError
        If ``name`` is unknown or a number is out of its range.
    """
    require_choice("name", name, SCHEDULES)
    n_steps = as_whole("n_steps", n_steps, "Try n_steps=500.", least=1)
    share = as_number("share", share, "Try share=0.5.", above=0, most=1)
    return SCHEDULES[name](max(1, round(share * n_steps)), n_steps)


def draw_words(exponent, seeds, noise=0.5):
    """Draw texts once for each seed, side by side.

    Parameters
    ----------
    exponent, noise : float
        As in :func:`write_words`.
    seeds : sequence of int
        One draw for each.

    Returns
    -------
    Words
        Stacked draws.

    Raises
    ------
    ValueError
        As in :func:`write_words`, or if there are no seeds.
    """
    seeds = as_seeds(seeds)
    return stack_words([write_words(exponent, noise, seed) for seed in seeds])


def tune_on_words(words, method, learning_rates, schedule):
    """Find the learning rate with the smallest mean error over draws of texts.

    Parameters
    ----------
    words : Words
        Stacked draws.
    method : type
        A class of optimizers.
    learning_rates : array_like of shape (n_rates,)
        The rates to try.
    schedule : callable
        A schedule of :mod:`lecture_kit.maths.schedules`.

    Returns
    -------
    Tuned
        The best rate, and the errors; NaN for a run that diverged.

    Raises
    ------
    ValueError
        If ``learning_rates`` is not a list of numbers, at least 0.
    """
    learned = learn_words(with_schedule(method, schedule), words, learning_rates)
    errors = words.error(learned.weights)
    return tune(learning_rates, np.where(errors < 1e3, errors, np.nan))


def with_schedule(method, schedule):
    """Let a method follow a schedule.

    Parameters
    ----------
    method : type
        A class of optimizers.
    schedule : callable
        A schedule of :mod:`lecture_kit.maths.schedules`.

    Returns
    -------
    callable
        Learning rate to optimizer, to be passed in the place of a class.
    """
    return lambda rate: Scheduled(method(rate), schedule)


def tune_share(words, method, learning_rates, name):
    """Tune a schedule: its share of :data:`SHARES` and the learning rate.

    Parameters
    ----------
    words, method, learning_rates
        As in :func:`tune_on_words`.
    name : str
        A name of :data:`SCHEDULES`.

    Returns
    -------
    share : float
        The best share.
    tuned : Tuned
        The best rate with it.

    Raises
    ------
    ValueError
        As in :func:`tune_on_words`, or if ``name`` is unknown.
    """
    require_choice("name", name, SCHEDULES)
    schedules = {share: make_schedule(name, len(words.texts), share) for share in SHARES[name]}
    found = {share: tune_on_words(words, method, learning_rates, schedule)
             for share, schedule in schedules.items()}
    return min(found.items(), key=lambda pair: pair[1].sweep.best_result)


def error_course(words, optimizer, n_runs=1, every=5):
    """Follow the error of one rule on many draws from step to step.

    Parameters
    ----------
    words : Words
        Stacked draws.
    optimizer : Optimizer
        The rule. Settings of shape (n_runs, 1) give each run its own.
    n_runs : int, default 1
        How many runs there are.
    every : int, default 5
        Steps from one measurement to the next, at least 1.

    Returns
    -------
    steps : ndarray of int, shape (n_records,)
        Number of the steps, counted from 1.
    errors : ndarray of shape (n_records, n_runs)
        Mean error over the draws; infinite or NaN where one diverged.

    Raises
    ------
    ValueError
        If ``n_runs`` or ``every`` is less than 1 or not whole.
    """
    n_runs = as_whole("n_runs", n_runs, "Try n_runs=1.", least=1)
    every = as_whole("every", every, "Try every=5.", least=1)
    steps, weights = zip(*[(step, weights) for step, (weights, *_) in enumerate(
        word_steps(optimizer, words, n_runs), start=1) if step % every == 0], strict=True)
    with np.errstate(over="ignore", invalid="ignore"):
        errors = [words.error(own).mean(axis=0) for own in weights]
    return np.array(steps), np.array(errors)
