"""What each technique buys, alone and as the last one: each line meets the same random splits."""

from dataclasses import dataclass, replace

import numpy as np

from lecture_kit.maths.checks import require_choice
from lecture_kit.maths.comparisons import paired_difference
from lecture_kit.sections.capstone.pairs import train_on_splits
from lecture_kit.sections.capstone.settings import technique_names, with_techniques
from lecture_kit.sections.capstone.splits import DATA

MEASURES = ("mean recall", "accuracy")
RATES = (0.0001, 0.001, 0.01, 0.1, 1.0, 10.0)
N_PAIRS = 12  # splits that measure
CONFIDENCE = 0.99  # of an interval: a table asks eight questions
_SWEEP = (100, 101)  # splits that choose the rate, and do not measure
_EPOCHS = {"mail": 2, "connections": 3}  # 132 and 114 updates in batches of 32


@dataclass(frozen=True, eq=False)
class Result:
    """What some settings reach at their own learning rate.

    Parameters
    ----------
    learning_rate : float
        The best rate of the sweep.
    accuracies : ndarray of shape (n_splits,)
        Accuracy on the validation rows of each split; 0 for a training that diverged.
    recalls : ndarray of shape (n_splits, n_classes)
        Recall of each class.
    """

    learning_rate: float
    accuracies: np.ndarray
    recalls: np.ndarray

    @property
    def mean_recalls(self):
        """Mean recall of all classes on each split, also called balanced accuracy."""
        return self.recalls.mean(axis=1)

    @property
    def is_at_the_edge(self):
        """Whether the rate is the smallest or the largest of the sweep: a better one may exist."""
        return self.learning_rate in (RATES[0], RATES[-1])

    def scores(self, measure):
        """Give the score on each split.

        Parameters
        ----------
        measure : {"mean recall", "accuracy"}
            What is asked for.

        Returns
        -------
        ndarray of shape (n_splits,)
            Shares from 0 to 1.

        Raises
        ------
        ValueError
            If ``measure`` is unknown.
        """
        require_choice("measure", measure, MEASURES)
        return self.mean_recalls if measure == "mean recall" else self.accuracies


def ablation(data, start):
    """List the settings of an ablation: one start, and what differs from it by one technique.

    Parameters
    ----------
    data : {"mail", "connections"}
        Which data set. Mail has no names, so there is no one-hot.
    start : {"all off", "all on"}
        From which side to come.

    Returns
    -------
    dict of str to Settings
        The start, then "+ technique" or "− technique" for each one. Mail gets 5 epochs and the
        connections 10.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    names = technique_names(data)
    require_choice("start", start, ("all off", "all on"))
    if start == "all off":
        chosen = {start: []} | {f"+ {name}": [name] for name in names}
    else:
        chosen = {start: names} | {
            f"− {name}": [other for other in names if other != name] for name in names}
    return {label: with_techniques(techniques, epochs=_EPOCHS[data])
            for label, techniques in chosen.items()}


_results = {}


def measure(settings, data):
    """Sweep the learning rate, then train on 12 splits at the best rate.

    The rate is the one of :data:`RATES` with the best mean recall on two other splits; of equals,
    the one with the higher accuracy, then the smaller one. All trainings of a sweep run side by
    side, and so do the 12. What was measured once is kept.

    Parameters
    ----------
    settings : Settings
        The choices; their learning rate does not matter.
    data : {"mail", "connections"}
        Which data set.

    Yields
    ------
    share : float
        Share of the work that is done.
    result : Result or None
        What came out, with the last share, which is 1.

    Raises
    ------
    ValueError
        If ``data`` is unknown.
    """
    require_choice("data", data, DATA)
    key = replace(settings, learning_rate=1.0), data
    if key not in _results:
        rates, numbers = np.tile(RATES, len(_SWEEP)), np.repeat(_SWEEP, len(RATES))
        first = len(rates) / (len(rates) + N_PAIRS)
        for step in train_on_splits(settings, data, numbers, learning_rates=rates):
            yield first * step[0], None
        best = replace(settings, learning_rate=_best_rate(*step[1]))
        for step in train_on_splits(best, data, range(N_PAIRS)):
            if step[0] < 1:
                yield first + (1 - first) * step[0], None
        _results[key] = Result(best.learning_rate, *step[1])
    yield 1.0, _results[key]


def _best_rate(accuracies, recalls):
    """Choose by mean recall, then by accuracy; each is a mean over the splits of the sweep."""
    measures = np.stack([recalls.mean(axis=1), accuracies], axis=1)
    scores = measures.reshape(len(_SWEEP), len(RATES), 2).mean(axis=0).round(6).tolist()
    return RATES[scores.index(max(scores))]


def measured(settings, data):
    """Run :func:`measure` to its end.

    Parameters
    ----------
    settings, data
        As in :func:`measure`.

    Returns
    -------
    Result
        What came out.

    Raises
    ------
    ValueError
        If ``data`` is unknown.
    """
    *_before, (_share, result) = measure(settings, data)
    return result


def measure_all(data, start):
    """Run :func:`measure` for every line of an ablation.

    Parameters
    ----------
    data, start
        As in :func:`ablation`.

    Yields
    ------
    share : float
        Share of the work that is done.
    results : dict of str to Result
        The lines that are done, in the order of the ablation.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    chosen, results = ablation(data, start), {}
    for n_done, (label, settings) in enumerate(chosen.items()):
        for share, result in measure(settings, data):
            if result is not None:
                results[label] = result
            yield (n_done + share) / len(chosen), dict(results)


def verdict(scores, others):
    """Say whether one method beats another on the same splits.

    Parameters
    ----------
    scores, others : array_like of shape (n_splits,)
        Score of each method on each split, in the same order.

    Returns
    -------
    {"better", "worse", "cannot tell"}
        "better" or "worse" if the 99 % interval of the paired difference excludes 0.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.comparisons.paired_difference`.
    """
    lead = paired_difference(scores, others, CONFIDENCE)
    if not lead.is_clear:
        return "cannot tell"
    return "better" if lead.mean > 0 else "worse"


def verdicts(results, measure):
    """Judge the lines of a table by one measure.

    Parameters
    ----------
    results : dict of str to Result
        The lines; the first one is the start.
    measure : {"mean recall", "accuracy"}
        What is compared.

    Returns
    -------
    list of str
        "(start)" for the first line, then what :func:`verdict` says of each.

    Raises
    ------
    ValueError
        If ``measure`` is unknown.
    """
    scores = [result.scores(measure) for result in results.values()]
    return [verdict(own, scores[0]) if n else "(start)" for n, own in enumerate(scores)]
