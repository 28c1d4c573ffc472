"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

import numpy as np

from lecture_kit.live.exercise import Exercise, ExercisePanel, Mistake
from lecture_kit.live.language import translate as _
from lecture_kit.maths.training import best_and_last
from lecture_kit.sections.epochs_and_batches import experiments
from lecture_kit.sections.epochs_and_batches.noise import scaled_learning_rate


def check_count_iterations(attempt):
    """Exercise 1: count the iterations of a training.

    Parameters
    ----------
    attempt : callable
        Takes ``n_samples, batch_size, epochs, drop_last`` and returns the number of iterations.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def count(n_samples, batch_size, epochs, drop_last):
        return experiments.count_iterations(n_samples, batch_size, epochs, drop_last)

    return ExercisePanel(Exercise(
        _("Exercise 1, count the iterations"), count,
        solution=(
            "def count(n_samples, batch_size, epochs, drop_last):\n"
            "    per_epoch = n_samples // batch_size\n"
            "    if not drop_last and n_samples % batch_size > 0:\n"
            "        per_epoch = per_epoch + 1\n"
            "    return epochs * per_epoch"),
        hints=(
            _("Count one epoch first, then multiply by the epochs. A batch never reaches across "
              "two epochs."),
            _("n_samples // batch_size counts the full batches. n_samples % batch_size rows are "
              "left over."),
            _("If rows are left over and the last batch is kept, add one batch per epoch."),
        ),
        cases=((10, 4, 3, False), (10, 4, 3, True), (8, 4, 3, False), (3, 4, 5, True),
               (1437, 32, 10, False)),
        mistakes=(
            Mistake(lambda n, b, e, d: e * n / b,
                    _("There are no parts of an iteration: the last batch is smaller, but it is "
                      "one iteration, or none.")),
            Mistake(lambda n, b, e, d: e * (n // b),
                    _("This always drops the last batch. With drop_last=False it counts.")),
            Mistake(lambda n, b, e, d: e * -(-n // b),
                    _("This always keeps the last batch. With drop_last=True it does not count.")),
            Mistake(lambda n, b, e, d: e * (n // b if d else n // b + 1),
                    _("If B divides N, nothing is left over. Do not add a batch then.")),
            Mistake(lambda n, b, e, d: n // b if d else -(-n // b),
                    _("This is one epoch. Multiply by the epochs.")),
            Mistake(lambda n, b, e, d: e * n // b if d else -(-e * n // b),
                    _("A batch never reaches across two epochs. Round first, then multiply.")),
            Mistake(lambda n, b, e, d: e * round(n / b),
                    _("Do not round to the nearest number: keep means up, drop means down.")),
        ),
    ), attempt)


def check_keep_the_noise(attempt):
    """Exercise 2: the learning rate that keeps the noise while the batch size changes.

    Parameters
    ----------
    attempt : callable
        Takes ``learning_rate, batch_size, new_batch_size`` and returns the new learning rate.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def new_rate(learning_rate, batch_size, new_batch_size):
        return scaled_learning_rate(learning_rate, new_batch_size / batch_size)

    return ExercisePanel(Exercise(
        _("Exercise 2, keep the noise"), new_rate,
        solution=(
            "def new_rate(learning_rate, batch_size, new_batch_size):\n"
            "    return learning_rate * new_batch_size / batch_size"),
        hints=(
            _("The noise scale ηN/B shall stay the same. N does not change."),
            _("So η/B stays the same: if B doubles, η doubles."),
        ),
        cases=((0.1, 32, 64), (0.05, 16, 128), (0.4, 256, 32)),
        mistakes=(
            Mistake(lambda eta, b, new: eta * b / new,
                    _("Upside down. A larger batch is less noisy, so η may grow.")),
            Mistake(lambda eta, b, new: eta * (new / b) ** 0.5,
                    _("The square root keeps the noise of one step. But there are fewer steps per "
                      "epoch; ηN/B asks for the full factor.")),
            Mistake(lambda eta, b, new: eta * (new / b) ** 2,
                    _("The square is too much: ηN/B holds η and B to the first power.")),
            Mistake(lambda eta, b, new: eta,
                    _("With the same η the noise scale falls when B grows.")),
            Mistake(lambda eta, b, new: 2 * eta,
                    _("Right if B doubles. Your function must take any new batch size.")),
            Mistake(lambda eta, b, new: eta * new,
                    _("Divide by the old batch size.")),
        ),
    ), attempt)


def _by_argmin(losses, patience):
    best = int(np.argmin(losses))
    return best, min(best + patience, len(losses) - 1)


def _against_the_one_before(losses, patience):
    best = worse = 0
    for epoch in range(1, len(losses)):
        worse = worse + 1 if losses[epoch] >= losses[epoch - 1] else 0
        best = epoch if losses[epoch] < losses[best] else best
        if worse == patience:
            return best, epoch
    return best, len(losses) - 1


def _without_a_reset(losses, patience):
    best = waited = 0
    for epoch in range(1, len(losses)):
        if losses[epoch] < losses[best]:
            best = epoch
        else:
            waited += 1
            if waited == patience:
                return best, epoch
    return best, len(losses) - 1


def _mistakes_with_early_stopping():
    return (
        Mistake(_by_argmin,
                _("You looked into the future: np.argmin sees epochs that are never trained.")),
        Mistake(_against_the_one_before,
                _("Compare with the best loss so far, not with the epoch before.")),
        Mistake(lambda losses, patience: best_and_last(losses, patience + 1),
                _("One epoch too late: stop when epoch − best is equal to the patience.")),
        Mistake(_without_a_reset,
                _("Each new best begins the waiting again. Your count goes on.")),
        Mistake(lambda losses, patience: best_and_last(losses, patience)[::-1],
                _("Right numbers, wrong order: return the best epoch first.")),
        Mistake(lambda losses, patience: best_and_last(losses, patience)[0],
                _("Return two numbers: the best epoch and the last one.")),
        Mistake(lambda losses, patience: best_and_last(losses, patience)[1],
                _("Return two numbers: the best epoch and the last one.")),
        Mistake(lambda losses, patience: (best_and_last(losses, patience)[1],) * 2,
                _("The network to keep is that of the best epoch, not that of the last.")),
    )


def check_early_stop(attempt):
    """Exercise 3: stop at the right epoch.

    Parameters
    ----------
    attempt : callable
        Takes the list ``losses`` and ``patience`` and returns the best epoch and the last one.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 3, stop at the right epoch"), best_and_last,
        solution=(
            "def best_and_last(losses, patience):\n"
            "    best = 0\n"
            "    for epoch in range(len(losses)):\n"
            "        if losses[epoch] < losses[best]:\n"
            "            best = epoch\n"
            "        elif epoch - best == patience:\n"
            "            return best, epoch\n"
            "    return best, len(losses) - 1"),
        hints=(
            _("Go through the epochs with a loop and remember the best epoch so far."),
            _("How long have you waited? epoch − best. Compare it with the patience."),
            _("If the loop ends without a stop, the last epoch is len(losses) − 1."),
        ),
        cases=(
            (np.array([2.3, 1.2, 0.8, 0.9, 0.85, 0.7, 0.8, 0.75, 0.9, 1.0, 0.6]), 3),
            (np.array([2.3, 1.2, 1.4, 1.3, 1.25, 1.1, 1.0]), 2),
            (np.array([3.0, 1.0, 2.0, 2.5, 0.5, 0.6]), 2),
            (np.array([3.0, 2.0, 1.0]), 2),
        ),
        mistakes=_mistakes_with_early_stopping(),
    ), attempt)
