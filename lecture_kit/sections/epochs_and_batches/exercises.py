"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

import numpy as np

from lecture_kit.live.exercise import Exercise, ExercisePanel, Mistake
from lecture_kit.live.language import translate as _
from lecture_kit.maths.checks import require
from lecture_kit.maths.training import best_and_last
from lecture_kit.sections.epochs_and_batches import experiments


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
               (3, 4, 5, False), (8, 4, 3, True), (10, 4, 0, False), (1437, 32, 10, False)),
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


def _memory(n_rows, piece):
    """Give a function that averages the gradients of some rows, but not of too many at once."""
    gradients = np.random.default_rng([n_rows, piece]).normal(size=(n_rows, 2)).round(2)

    def gradient(first, last):
        require(0 <= first < last, "first must be a row before last", (first, last), "Count on.")
        require(first < n_rows, f"there are {n_rows} rows, from 0 on", first, "End before.")
        require(last - first <= piece, f"at most {piece} rows fit into memory", last - first,
                "Take smaller pieces.")
        return gradients[first:last].mean(axis=0)

    return gradient


def _in_pieces(gradient, n_rows, piece, weigh=lambda size, piece: size):
    """Gradients of the pieces times their weights, the rows of each piece."""
    firsts = range(0, n_rows, piece)
    sizes = [min(piece, n_rows - first) for first in firsts]
    return [weigh(size, piece) * gradient(first, first + size)
            for first, size in zip(firsts, sizes, strict=True)]


def _whole_gradient(gradient, n_rows, piece):
    return sum(_in_pieces(gradient, n_rows, piece)) / n_rows


def _running_half(gradient, n_rows, piece):
    total = 0
    for part in _in_pieces(gradient, n_rows, piece, lambda size, piece: 1):
        total = (total + part) / 2
    return total


def _without_the_rest(gradient, n_rows, piece):
    n_full = n_rows // piece
    return sum(_in_pieces(gradient, n_full * piece, piece)) / max(n_full * piece, 1)


def check_gradient_in_pieces(attempt):
    """Exercise 2: find the bug in the gradient of a batch that is computed in pieces.

    Parameters
    ----------
    attempt : callable
        Takes ``gradient, n_rows, piece`` and returns the mean gradient of all rows.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 2, find the bug"), _whole_gradient,
        solution=(
            "def whole(gradient, n_rows, piece):\n"
            "    total = 0\n"
            "    for first in range(0, n_rows, piece):\n"
            "        last = min(first + piece, n_rows)\n"
            "        total = total + (last - first) * gradient(first, last)\n"
            "    return total / n_rows"),
        hints=(
            _("Take 10 rows and pieces of 4. How many rows are in the last piece? With what weight "
              "does each of these rows enter the result?"),
            _("gradient(first, last) is a mean. How many rows does it stand for?"),
            _("Multiply each mean by its number of rows, and divide by all rows at the end."),
        ),
        cases=tuple((_memory(n_rows, piece), n_rows, piece) for n_rows, piece in (
            (10, 4), (8, 4), (5, 4), (3, 5), (6, 1))),
        mistakes=_mistakes_with_pieces(),
    ), attempt)


def _mistakes_with_pieces():
    def weighted(weigh, divide):
        return lambda gradient, n, piece: (
            sum(_in_pieces(gradient, n, piece, weigh)) / divide(n, piece))

    return (
        Mistake(weighted(lambda size, piece: 1, lambda n, piece: -(-n // piece)),
                _("This is still the bug: the last piece has fewer rows, but counts as much as a "
                  "full one.")),
        Mistake(weighted(lambda size, piece: piece, lambda n, piece: n),
                _("The last piece stands for fewer rows than a full one.")),
        Mistake(weighted(lambda size, piece: 1, lambda n, piece: n),
                _("Each mean stands for several rows: multiply it by their number first.")),
        Mistake(weighted(lambda size, piece: size, lambda n, piece: 1),
                _("This is the sum over the rows. The gradient of a batch is their mean.")),
        Mistake(weighted(lambda size, piece: 1, lambda n, piece: 1),
                _("This is a sum of means. Weigh them, and divide by all rows.")),
        Mistake(_without_the_rest, _("The rows of the last, smaller piece are missing.")),
        Mistake(_running_half, _("So the last piece counts half, the one before a quarter …")),
    )


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


def _an_equal_one_is_better(losses, patience):
    best = 0
    for epoch in range(len(losses)):
        if losses[epoch] <= losses[best]:
            best = epoch
        elif epoch - best == patience:
            return best, epoch
    return best, len(losses) - 1


def _last_of_equals(losses, patience):
    last = best_and_last(losses, patience)[1]
    return last - int(np.argmin(losses[last::-1])), last


def _mistakes_with_early_stopping():
    return (
        Mistake(_by_argmin,
                _("You looked into the future: np.argmin sees epochs that are never trained.")),
        Mistake(_against_the_one_before,
                _("Compare with the best loss so far, not with the epoch before.")),
        Mistake(lambda losses, patience: best_and_last(losses, patience + 1),
                _("One epoch too late: stop when epoch − best is equal to the patience.")),
        Mistake(_an_equal_one_is_better,
                _("An equal loss is not a better one: it must not begin the waiting again.")),
        Mistake(_last_of_equals,
                _("Of equal losses the first one counts: a later one is not better.")),
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
            (np.array([2.0, 1.0, 1.5, 1.0, 1.2, 1.1, 0.9]), 3),
            (np.array([2.0, 1.0, 1.0, 1.0]), 3),
            (np.array([1.0, 2.0, 0.5]), 1),
            (np.array([1.0]), 2),
        ),
        mistakes=_mistakes_with_early_stopping(),
    ), attempt)
