"""Exercises of section 06: right answers in other styles, wrong ones that look right."""

import numpy as np
import pytest

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.sections.epochs_and_batches import exercises


def read(code):
    """What a reader's cell defines."""
    names = {"np": np}
    exec(code, names)
    return next(value for name, value in names.items() if name not in ("np", "__builtins__"))


def status(check, code):
    return check(read(code)).feedback.status


COUNT = "def count(n, b, e, d):\n    "
WHOLE = "def whole(gradient, n, piece):\n    "
STOP = "def stop(losses, patience):\n    "


# Exercise 1


@pytest.mark.parametrize("code", [
    "return e * (np.floor if d else np.ceil)(n / b)",
    "return e * (n // b if d else -(-n // b))",
    "return e * len(range(0, n - b + 1 if d else n, b))",
    "return e * (n // b + (not d and n % b > 0))",
    "return sum((n if d else n + b - 1) // b for _epoch in range(e))",
    "full, left = divmod(n, b)\n    return np.array(e * (full + min(left, 1) * (1 - d)))",
    "return float(e * (int(n / b) if d else (n - 1) // b + 1))",
])
def test_iterations_may_be_counted_in_other_styles(code):
    assert status(exercises.check_count_iterations, COUNT + code) == RIGHT


@pytest.mark.parametrize("code", [
    "return e * (n // b + (not d))",  # adds a batch where nothing is left over
    "return -(-n // b) * e",
    "return e * max(1, n // b) if d else e * -(-n // b)",  # B > N is dropped, too
    "return e * n // b if d else -(-e * n // b)",  # a batch across two epochs
    "return e * (n // b if not d else -(-n // b))",  # the wrong way round
    "return e * ((n - 1) // b if d else (n - 1) // b + 1)",  # drops a full batch
    "return e * int(n / b + 0.5)",
    "return [e * (n // b if d else -(-n // b))]",  # a shape of its own
])
def test_iterations_counted_wrongly_are_refused(code):
    assert status(exercises.check_count_iterations, COUNT + code) == NOT_YET


# Exercise 2


BUG = """def whole(gradient, n_rows, piece):
    total, n_pieces = 0, 0
    for first in range(0, n_rows, piece):
        last = min(first + piece, n_rows)
        total = total + gradient(first, last)
        n_pieces = n_pieces + 1
    return total / n_pieces
"""


@pytest.mark.parametrize("code", [
    "total = 0\n    for first in range(0, n, piece):\n"
    "        last = min(first + piece, n)\n"
    "        total = total + gradient(first, last) * (last - first) / n\n    return total",
    "ends = [*range(0, n, piece), n]\n    pairs = [*zip(ends, ends[1:])]\n"
    "    return np.average([gradient(*p) for p in pairs], axis=0, weights=np.diff(ends))",
    "return sum(gradient(row, row + 1) for row in range(n)) / n",
    "mean, seen = 0, 0\n    while seen < n:\n        size = min(piece, n - seen)\n"
    "        part = gradient(seen, seen + size)\n"
    "        mean = mean + size / (seen + size) * (part - mean)\n"
    "        seen = seen + size\n    return mean",
    "full = n // piece * piece\n    total = 0\n    for first in range(0, full, piece):\n"
    "        total = total + piece * gradient(first, first + piece)\n    if full < n:\n"
    "        total = total + (n - full) * gradient(full, n)\n    return total / n",
    "total = np.zeros(2)\n    for last in range(n, 0, -piece):\n"
    "        first = max(last - piece, 0)\n"
    "        total += (last - first) * gradient(first, last)\n    return (total / n).tolist()",
    "if n <= piece:\n        return gradient(0, n)\n"
    "    rest = whole(lambda f, l: gradient(f + piece, l + piece), n - piece, piece)\n"
    "    return (piece * gradient(0, piece) + (n - piece) * rest) / n",
])
def test_a_gradient_may_be_put_together_in_other_styles(code):
    assert status(exercises.check_gradient_in_pieces, WHOLE + code) == RIGHT


PARTS = "parts = [gradient(i, min(i + piece, n)) for i in range(0, n, piece)]\n    "


@pytest.mark.parametrize("code", [
    "return gradient(0, n)",  # does not fit into memory
    PARTS + "return np.mean(parts, axis=0)",
    PARTS + "return np.mean(parts)",
    PARTS + "return np.median(parts, axis=0)",
    PARTS + "return piece * np.sum(parts, axis=0) / n",
    PARTS + "return np.sum(parts, axis=0) / (n / piece)",
    PARTS + "return np.average(parts, axis=0, weights=[piece] * (len(parts) - 1) + [n % piece])",
    "full = n // piece * piece\n    return sum(piece * gradient(i, i + piece) "
    "for i in range(0, full, piece)) / n",
    "return gradient(0, min(n, piece))",
    "total = sum(gradient(i, i + 1) for i in range(n)) / n\n    return total[np.newaxis]",
])
def test_a_gradient_put_together_wrongly_is_refused(code):
    assert status(exercises.check_gradient_in_pieces, WHOLE + code) == NOT_YET


def test_the_bug_is_refused_and_named():
    feedback = exercises.check_gradient_in_pieces(read(BUG)).feedback
    assert feedback.status == NOT_YET
    assert "counts as much as a full one" in feedback.text


def test_too_large_a_piece_is_told_that_memory_is_short():
    text = exercises.check_gradient_in_pieces(lambda gradient, n, piece: gradient(0, n)).feedback
    assert "at most 4 rows fit into memory" in text.text


# Exercise 3


LOOP = STOP + """best = 0
    for epoch in range({first}, len(losses)):
        if {better}:
            best = epoch
        elif {ends}:
            return {result}
    return best, len(losses) - 1
"""
PLAIN = {"first": 0, "better": "losses[epoch] < losses[best]", "ends": "epoch - best == patience",
         "result": "(best, epoch)"}


@pytest.mark.parametrize("code", [
    LOOP.format(**PLAIN), LOOP.format(**{**PLAIN, "first": 1}),
    LOOP.format(**{**PLAIN, "ends": "epoch >= best + patience"}),
    LOOP.format(**{**PLAIN, "result": "[best, epoch]"}),
    STOP + "waited, best = 0, 0\n    for epoch, loss in enumerate(losses):\n"
    "        if epoch and loss < min(losses[:epoch]):\n            best, waited = epoch, 0\n"
    "        elif epoch:\n            waited += 1\n        if waited >= patience:\n"
    "            break\n    return [best, epoch]",
    STOP + "for last in range(len(losses)):\n        best = np.argmin(losses[:last + 1])\n"
    "        if last - best == patience:\n            break\n    return best, last",
    STOP + "low, best, left = np.inf, 0, patience\n    for epoch, loss in enumerate(losses):\n"
    "        left -= 1\n        if loss < low:\n"
    "            low, best, left = loss, epoch, patience\n"
    "        if left == 0:\n            break\n    return np.array([best, epoch])",
])
def test_early_stopping_may_be_written_in_other_styles(code):
    assert status(exercises.check_early_stop, code) == RIGHT


@pytest.mark.parametrize(("changes", "words"), [
    ({"better": "losses[epoch] <= losses[best]"}, "An equal loss is not a better one"),
    ({"better": "losses[epoch] < losses[epoch - 1]"}, ""),
    ({"ends": "epoch - best > patience"}, "One epoch too late"),
    ({"ends": "epoch - best == patience - 1"}, ""),
    ({"ends": "epoch == patience"}, ""),
    ({"result": "(best, best)"}, ""),
    ({"result": "(best + 1, epoch + 1)"}, ""),
    ({"result": "(epoch, best)"}, ""),
    ({"result": "[(best, epoch)]"}, ""),
    ({"result": "(int(np.argmin(losses)), epoch)"}, ""),
    ({"result": "(epoch - int(np.argmin(losses[epoch::-1])), epoch)"}, ""),
])
def test_early_stopping_that_is_wrong_is_refused(changes, words):
    feedback = exercises.check_early_stop(read(LOOP.format(**{**PLAIN, **changes}))).feedback
    assert feedback.status == NOT_YET
    assert words in feedback.text


def test_the_last_of_equal_losses_is_named():
    def last_of_equals(losses, patience):
        best = last = 0
        for last in range(len(losses)):
            if losses[last] < losses[best]:
                best = last
            elif last - best == patience:
                break
        equal = np.flatnonzero(np.asarray(losses[:last + 1]) == losses[best])
        return equal[-1], last

    feedback = exercises.check_early_stop(last_of_equals).feedback
    assert feedback.status == NOT_YET
    assert "Of equal losses the first one counts" in feedback.text


@pytest.mark.parametrize("check", [
    exercises.check_count_iterations, exercises.check_gradient_in_pieces,
    exercises.check_early_stop])
def test_a_right_answer_of_another_shape_is_told_so(check):
    right = check(...).exercise.answer
    feedback = check(lambda *given: np.asarray(right(*given))[np.newaxis]).feedback
    assert feedback.status == NOT_YET
    assert "shape" in feedback.text
