"""What each technique buys, alone and as the last one: tables of five runs per line."""

from dataclasses import dataclass, replace

import numpy as np

from lecture_kit.maths.checks import as_measured, require, require_choice
from lecture_kit.sections.capstone.experiments import train_with
from lecture_kit.sections.capstone.settings import technique_names, with_techniques
from lecture_kit.sections.capstone.splits import DATA

MEASURES = ("mean recall", "accuracy")
RATES = (0.0001, 0.001, 0.01, 0.1, 1.0, 10.0)
_SWEEP_SEED = 100  # not one of the seeds 0 to 4, which measure
_EPOCHS = {"mail": 5, "connections": 10}  # about 350 updates in batches of 32


@dataclass(frozen=True, eq=False)
class Result:
    """What some settings reach at their own learning rate.

    Parameters
    ----------
    learning_rate : float
        The best rate of the sweep.
    accuracies : ndarray of shape (5,)
        Accuracy on the validation rows for the seeds 0 to 4; NaN for a training that diverged.
    recalls : ndarray of shape (5, n_classes)
        Recall of each class.
    """

    learning_rate: float
    accuracies: np.ndarray
    recalls: np.ndarray

    @property
    def mean_recalls(self):
        """Mean recall of all classes for each seed, also called balanced accuracy."""
        return self.recalls.mean(axis=1)

    def scores(self, measure):
        """Give the score of each run.

        Parameters
        ----------
        measure : {"mean recall", "accuracy"}
            What is asked for.

        Returns
        -------
        ndarray of shape (5,)
            Shares from 0 to 1; NaN for a training that diverged.

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
    """Sweep the learning rate, then train with five seeds at the best rate.

    The rate is the one of :data:`RATES` with the best mean recall on the validation rows for
    another seed; of equals, the one with the higher accuracy, then the smaller one. The six rates
    train side by side, and so do the five seeds. What was measured once is kept.

    Parameters
    ----------
    settings : Settings
        The choices; their learning rate does not matter.
    data : {"mail", "connections"}
        Which data set.

    Yields
    ------
    share : float
        Share of the work that is done, at least every 100 updates.
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
        n_rates, epochs = len(RATES), settings.epochs
        record_every = 5 if settings.batch_size == "all" else 100  # a tenth of a second
        for record, recalls in train_with(settings, data, [_SWEEP_SEED] * n_rates,
                                          record_every=record_every, learning_rates=RATES):
            best = _best_rate(record.validation_accuracy, recalls)
            yield n_rates / (n_rates + 5) * record.epoch / epochs, None
        for record, recalls in train_with(replace(settings, learning_rate=best), data, range(5),
                                          record_every=record_every):
            result = Result(best, record.validation_accuracy, recalls)
            if record.epoch < epochs:
                yield (n_rates + 5 * record.epoch / epochs) / (n_rates + 5), None
        _results[key] = result
    yield 1.0, _results[key]


def _best_rate(accuracies, recalls):
    scores = [(-1, -1) if np.isnan(accuracy) else (round(recall.mean(), 6), round(accuracy, 6))
              for accuracy, recall in zip(accuracies, recalls, strict=True)]
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


def verdict(result, start):
    """Say whether a setting differs from the start by more than the seeds do.

    Parameters
    ----------
    result, start : Result or array_like of shape (n_seeds,)
        What the setting and the start have reached: results, whose mean recalls are compared, or
        the five scores themselves.

    Returns
    -------
    {"better", "worse", "cannot tell"}
        "better" or "worse" if all runs lie above, or below, all runs of the start. Without any
        difference this happens by chance in 2 of 252 cases. "cannot tell" otherwise, and if a
        training diverged.

    Raises
    ------
    ValueError
        If scores are not numbers.
    """
    ours, theirs = (runs.mean_recalls if isinstance(runs, Result) else as_measured(
        "scores", runs, "Pass the score of each run.") for runs in (result, start))
    if ours.min() > theirs.max():
        return "better"
    return "worse" if ours.max() < theirs.min() else "cannot tell"


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


def mean_and_deviation(scores):
    """Write the scores of some runs as "mean ± standard deviation".

    Parameters
    ----------
    scores : array_like of shape (n_runs,)
        Shares from 0 to 1; NaN for a training that diverged.

    Returns
    -------
    str
        Both with three digits, or how many runs diverged.

    Raises
    ------
    ValueError
        If the scores are no such shares.
    """
    remedy = "Pass the score of each run."
    scores = as_measured("scores", scores, remedy)
    lost = np.isnan(scores)
    require(lost | (scores >= 0) & (scores <= 1), "scores must be shares from 0 to 1, or NaN",
            scores, remedy)
    if lost.any():
        return f"diverged: {lost.sum()} of {len(scores)}"
    return f"{scores.mean():.3f} ± {scores.std():.3f}"
