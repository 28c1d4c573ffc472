"""Panels and exercises of section 10, the capstone."""

from functools import lru_cache

import numpy as np

from lecture_kit import capstone as maths
from lecture_kit.exercises import NOT_ATTEMPTED, NOT_YET, RIGHT, Exercise, Feedback, Mistake
from lecture_kit.figures import capstone as figures
from lecture_kit.language import number
from lecture_kit.language import translate as _
from lecture_kit.panels.controls import (
    Switches,
    choice,
    log_slider,
    menu,
    seed,
    slider,
    stop_slider,
)
from lecture_kit.panels.exercise import ExercisePanel
from lecture_kit.panels.panel import Panel, View

_N_EPOCHS = 20
_SLIDERS = ("Xavier or He", "batches of 32")  # techniques that have a control of their own
_FIRST = frozenset({"z-score"})  # with those two enough to learn something


def connections():
    """Train on the network connections, with any of the techniques of the lecture.

    Returns
    -------
    Panel
        Controls: learning rate, batch size, init scale, techniques, seed.
    """
    return _training(
        "connections", _("Catching attacks"),
        goal=_("all eight recalls at least 0.9 after 20 epochs"), least=0.9, loss_limits=(1e-5, 20))


def mail():
    """Train on the mail, with any of the techniques of the lecture.

    Returns
    -------
    Panel
        Controls: learning rate, batch size, init scale, techniques, seed.
    """
    return _training(
        "mail", _("Catching spam"),
        goal=_("both recalls at least 0.92 after 20 epochs"), least=0.92, loss_limits=(3e-3, 20))


def _training(data, title, goal, least, loss_limits):
    training, validation = maths.prepared(data, "raw", "integer codes")
    names = maths.DATA[data]().class_names
    n_training, n_held_out = len(training[1]), np.bincount(validation[1])
    techniques = [name for name in maths.technique_names(data) if name not in _SLIDERS]

    def show(learning_rate, batch_size, init_scale, seed, techniques):
        settings = maths.with_techniques(
            techniques, learning_rate=learning_rate, batch_size=batch_size, epochs=_N_EPOCHS,
            init_scale=init_scale if init_scale == maths.XAVIER_OR_HE else float(init_scale))
        history = []
        for record, recall in maths.train_with(settings, data, seed):
            history.append((record, recall))
            done = record.diverged or record.epoch == _N_EPOCHS
            yield view(history, done)

    def view(history, done):
        records, recalls = zip(*history, strict=True)
        last, recall = history[-1]
        shown = {name: np.array([getattr(record, name) for record in records])
                 for name in ("epoch", "training_loss", "validation_loss", "training_accuracy",
                              "validation_accuracy")}
        epoch = f"{last.epoch:.0f}"
        if last.diverged:
            readout = _("Diverged at update {n}, in epoch {epoch}. There are no answers.").format(
                n=last.update, epoch=f"{np.ceil(last.epoch):.0f}")
            titles = f"diverged at update {last.update}", "no answers", "no answers"
        else:
            worst = int(recall.argmin())
            n_lost = int((recall == 0).sum())
            readout = _("Epoch {epoch}: validation loss {loss}, accuracy {accuracy:.3f}, mean "
                        "recall {mean:.3f}, lowest {least:.2f} ({name}).").format(
                epoch=epoch, loss=number(last.validation_loss),
                accuracy=last.validation_accuracy, mean=recall.mean(), least=recall[worst],
                name=names[worst])
            titles = (f"validation loss {number(last.validation_loss)}",
                      f"accuracy {last.validation_accuracy:.3f}, mean recall {recall.mean():.3f}",
                      f"{n_lost} of {len(names)} classes never found" if n_lost
                      else f"lowest: {names[worst]}, {recall[worst]:.2f}")
        drawing = {
            "epochs": shown["epoch"],
            "losses": {part: shown[f"{part}_loss"] for part in ("training", "validation")},
            "accuracies": {part: shown[f"{part}_accuracy"] for part in ("training", "validation")},
            "mean_recalls": np.array([row.mean() for row in recalls]),
            "recalls": recall, "titles": titles}
        met = bool(done and not last.diverged and recall.min() >= least)
        return View(drawing, readout, met, 1.0 if done else last.epoch / _N_EPOCHS)

    everything = frozenset(techniques)
    on = {"techniques": everything, "init_scale": maths.XAVIER_OR_HE, "batch_size": 32}
    off = {"techniques": frozenset(), "init_scale": "0.01", "batch_size": n_training,
           "learning_rate": 0.1}
    return Panel(
        title, figures.TrainingPicture(names, n_held_out, _N_EPOCHS, loss_limits),
        {
            "learning_rate": log_slider(_("learning rate η"), 1e-4, 10, 0.3),
            "batch_size": stop_slider(
                _("batch size B"), [8, 32, 128, 512, n_training], 32),
            "init_scale": menu(_("init scale σ"), [
                *((scale, scale) for scale in ("0.001", "0.01", "0.1", "1")),
                ("Xavier/He", maths.XAVIER_OR_HE)], maths.XAVIER_OR_HE),
            "seed": seed(),
            "techniques": Switches("", [(name, name) for name in techniques], _FIRST),
        },
        show, goal=goal,
        presets={
            _("all off"): off,
            _("all on"): {**on, "learning_rate": 0.01},
            _("all but z-score"): {
                **on, "techniques": everything - {"z-score"}, "learning_rate": 0.01},
            _("all but Adam"): {**on, "techniques": everything - {"Adam"}, "learning_rate": 1.0},
        },
    )


def ablation():
    """What each technique buys, alone and as the last one, for five seeds.

    Returns
    -------
    Panel
        Controls: data set, start, measure.
    """
    limits = {("mail", "all off"): (0, 1), ("mail", "all on"): (0.75, 1),
              ("connections", "all off"): (0, 1), ("connections", "all on"): (0.3, 1)}

    def show(data, start, measure):
        chosen, results = maths.ablation(data, start), {}
        for done, (label, settings) in enumerate(chosen.items()):
            for share, result in maths.measure(settings, data):
                if result is not None:
                    results[label] = result
                progress = (done + share) / len(chosen)
                yield view(list(chosen), results, data, start, measure, progress)

    def view(labels, results, data, start, measure, progress):
        values = [result.mean_recalls if measure == "mean recall" else result.accuracies
                  for result in results.values()]
        verdicts = ["(start)" if label == start else maths.verdict(value, values[0])
                    for label, value in zip(results, values, strict=True)]
        words = [(number(result.learning_rate), _mean_and_deviation(value), verdict)
                 for result, value, verdict in zip(results.values(), values, verdicts, strict=True)]
        n_better, n_worse = (verdicts.count(word) for word in ("better", "worse"))
        first = results.get(start)
        readout = _("{measure} on {data}: {start} {value}. {done} of {n} compared: {better} "
                    "better, {worse} worse, {rest} cannot tell.").format(
            measure=measure, data=data, start=start, done=max(len(results) - 1, 0),
            n=len(labels) - 1, better=n_better, worse=n_worse,
            rest=verdicts.count("cannot tell"),
            value=_mean_and_deviation(values[0]) if first else "…")
        drawing = {
            "labels": labels, "name": measure, "limits": limits[data, start],
            "values": values, "words": words,
            "title": f"{data}, {start}: {n_better} better, {n_worse} worse"}
        worse_by_recall = sum(maths.verdict(result, first) == "worse" for result in
                              results.values()) if first else 0
        met = progress >= 1 and measure == "accuracy" and n_worse == 2 and worse_by_recall == 3
        return View(drawing, readout, met, progress)

    return Panel(
        _("One by one"), figures.AblationPicture(9, ("best η", "mean ± std", "verdict")),
        {
            "data": choice(_("data"), [("connections", "connections"), ("mail", "mail")],
                           "connections"),
            "start": choice(_("start"), [(_("all off"), "all off"), (_("all on"), "all on")],
                            "all on"),
            "measure": choice(_("show"), [
                (_("mean recall"), "mean recall"), (_("accuracy"), "accuracy")], "mean recall"),
        },
        show,
        goal=_("find the table with 2 lines that are worse in accuracy, but 3 in mean recall"),
    )


def _mean_and_deviation(values):
    if np.isnan(values).any():
        return f"diverged: {np.isnan(values).sum()} of {len(values)}"
    return f"{values.mean():.3f} ± {values.std():.3f}"


def few_rows():
    """Confidence intervals of a recall that was measured on few rows.

    Returns
    -------
    Panel
        Controls: number of rows, true recall, confidence, seed.
    """
    n_intervals, most = 40, 1000
    grid = np.unique(np.geomspace(1, most, 60).astype(int))
    n_held_out = np.bincount(maths.prepared("connections", "raw", "integer codes")[1][1])
    classes = maths.DATA["connections"]().class_names
    shown = {name: int(n) for name, n in zip(classes, n_held_out, strict=True)}

    @lru_cache(maxsize=4)  # only the seed changes the draw
    def draws(seed):
        return np.random.default_rng(seed).random((n_intervals, most))

    def show(n_rows, recall, confidence, seed):
        found = (draws(seed)[:, :n_rows] < recall).sum(axis=1)
        low, high = maths.wilson_interval(found, n_rows, confidence)
        ends = maths.wilson_interval(grid * recall, grid, confidence)
        n_hits = int(((low <= recall) & (recall <= high)).sum())
        width, exact = (high - low).mean(), maths.exact_coverage(n_rows, recall, confidence)
        readout = _("{hits} of {n} intervals contain the true recall {recall:.2f} (exact: "
                    "{exact:.1%}). Mean width {width:.3f} with n = {rows:,}.").format(
            hits=n_hits, n=n_intervals, recall=recall, exact=exact, width=width, rows=n_rows)
        drawing = {
            "found": found / n_rows, "low": low, "high": high, "recall": recall,
            "widths": ends[1] - ends[0], "point": (n_rows, width),
            "titles": (f"{n_hits} of {n_intervals} contain the true recall {recall:.2f}",
                       f"n = {n_rows:,}: the interval is {width:.2f} wide")}
        return View(drawing, readout, bool(width <= 0.1 and 0.4 <= recall <= 0.6
                                           and confidence == 0.95))

    stops = sorted({1, 20, 30, 50, 70, 150, 200, 300, 400, 500, 700, most, *n_held_out.tolist()})
    return Panel(
        _("A few rows"), figures.FewRowsPicture(n_intervals, shown, grid),
        {
            "n_rows": stop_slider(_("rows n"), stops, int(n_held_out[-1])),
            "recall": slider(_("true recall"), 0, 1, 0.9, 0.01),
            "confidence": choice(_("confidence"), [
                ("80 %", 0.8), ("95 %", 0.95), ("99 %", 0.99)], 0.95),
            "seed": seed(),
        },
        show,
        goal=_("95 % intervals of mean width 0.1 or less, for a true recall from 0.4 to 0.6"),
        presets={
            "rootkit": {"n_rows": int(n_held_out[-1])},
            "buffer_overflow": {"n_rows": int(n_held_out[4])},
            "back": {"n_rows": int(n_held_out[0])},
        },
    )


def check_recall(attempt):
    """Exercise 1: recall of each class out of a confusion matrix.

    Parameters
    ----------
    attempt : callable
        Takes a confusion matrix with one row per true class, returns the recalls.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def recall(confusion):
        return np.diag(confusion) / confusion.sum(axis=1)

    return ExercisePanel(Exercise(
        _("Exercise 1, recall of each class"), recall,
        solution="def recall(confusion):\n    return np.diag(confusion) / confusion.sum(axis=1)",
        hints=(
            _("The right answers are on the diagonal: np.diag(confusion)."),
            _("How many rows of the class are there? They are spread over one row of the table."),
            _("confusion.sum(axis=1) adds up every row."),
        ),
        cases=((np.array([[8, 2], [1, 4]]),),
               (np.array([[90, 5, 5], [3, 6, 1], [2, 1, 1]]),)),
        mistakes=(
            Mistake(lambda confusion: np.diag(confusion) / confusion.sum(axis=0),
                    _("You divided by the answers (columns). That is the precision: how many of "
                      "the alarms are right.")),
            Mistake(lambda confusion: np.diag(confusion) / confusion.sum(),
                    _("You divided by all rows of the data. Each class needs its own number of "
                      "rows.")),
            Mistake(lambda confusion: np.trace(confusion) / confusion.sum(),
                    _("This is the accuracy, one number. Return one recall per class.")),
            Mistake(lambda confusion: (np.diag(confusion) / confusion.sum(axis=1)).mean(),
                    _("This is the mean recall. Return the recalls themselves.")),
        ),
    ), attempt)


def check_send_home(attempt):
    """Exercise 2: which of two detectors has the larger mean recall.

    Parameters
    ----------
    attempt : callable
        Takes two confusion matrices, returns 0 if the first has the larger mean recall, and 1 if
        the second has.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def mean_recall(confusion):
        return (np.diag(confusion) / confusion.sum(axis=1)).mean()

    def keep_by(score):
        return lambda first, second: int(score(second) > score(first))

    def keep(first, second):
        return keep_by(mean_recall)(first, second)

    loud = np.array([[94, 3, 3], [1, 8, 1], [1, 1, 2]])
    quiet = np.array([[100, 0, 0], [4, 6, 0], [4, 0, 0]])
    steady = np.array([[85, 5, 10], [1, 9, 0], [0, 1, 3]])
    sharp = np.array([[99, 1, 0], [2, 8, 0], [3, 0, 1]])
    even = np.array([[60, 20, 20], [3, 6, 1], [1, 1, 2]])
    return ExercisePanel(Exercise(
        _("Exercise 2, the better of two"), keep,
        solution=("def keep(first, second):\n"
                  "    scores = [(np.diag(c) / c.sum(axis=1)).mean() for c in (first, second)]\n"
                  "    return int(scores[1] > scores[0])"),
        hints=(
            _("Compute one number for each detector: the mean of its recalls."),
            _("The recalls are np.diag(c) / c.sum(axis=1)."),
            _("Return 1 if the second has the larger mean recall, else 0."),
        ),
        cases=((quiet, loud), (steady, quiet), (even, sharp), (sharp, loud)),
        mistakes=(
            Mistake(keep_by(lambda c: np.trace(c) / c.sum()),
                    _("You compared accuracies. They hardly see the rare classes.")),
            Mistake(lambda first, second: 1 - keep(first, second),
                    _("The other way round: this is the one with the smaller mean recall.")),
            Mistake(keep_by(lambda c: (np.diag(c) / c.sum(axis=1)).min()),
                    _("You compared the lowest recalls only. Take the mean of all.")),
        ),
    ), attempt)


class _Challenge(Exercise):
    """The open challenge: any settings that beat the nearest row on the validation rows."""

    def check(self, attempt):
        if attempt is None or attempt is ...:
            return Feedback(NOT_ATTEMPTED, _("Write your settings in place of the three dots."))
        try:
            settings = maths.settings_from(attempt)
        except ValueError as error:
            return Feedback(NOT_YET, str(error))
        scores, nearest, everything = (maths.challenge_scores(choices) for choices in (
            attempt, maths.NEAREST_ROW, maths.ALL_ON))
        verdict = maths.verdict(scores, nearest)
        text = _("Validation: mean recall {ours}. The nearest row has {theirs:.3f}: {above} of "
                 "{n} runs lie above it, {below} below. By the rule of part 5: {verdict}. "
                 "(Everything on: {everything}, {other}.)").format(
            ours=_mean_and_deviation(scores), theirs=nearest[0],
            above=(scores > nearest).sum(), below=(scores < nearest).sum(), n=len(scores),
            verdict=verdict, everything=_mean_and_deviation(everything),
            other=maths.verdict(scores, everything))
        if verdict == "better":
            return Feedback(RIGHT, _("{text} Now open the test rows, once.").format(text=text))
        return Feedback(NOT_YET, f"{text} {self._name_it(settings, scores)}".strip())

    def _name_it(self, settings, scores):
        same, lost, raw = (mistake.text for mistake in self.mistakes)
        if settings == maths.settings_from(maths.ALL_ON):
            return same
        if (scores == 0).any():
            return lost
        return raw if settings.scaling == "raw" else ""


def check_challenge(attempt):
    """Exercise 3, the open challenge: settings with a better mean recall than the nearest row.

    Parameters
    ----------
    attempt : dict
        Settings, as in :func:`lecture_kit.capstone.settings_from`.

    Returns
    -------
    ExercisePanel
        The verdict, on the validation rows; the test rows stay closed.
    """
    return ExercisePanel(_Challenge(
        _("Exercise 3, beat the nearest row"), 0.0,
        solution=("settings = {\n"
                  '    "loss": "cross entropy", "scaling": "min-max", "codes": "one-hot",\n'
                  '    "init_scale": "Xavier or He", "optimizer": "gradient descent",\n'
                  '    "batch_size": 32, "batch_norm": True, "activation": "ReLU",\n'
                  '    "learning_rate": 1.0, "epochs": 60,\n'
                  "}"),
        hints=(
            _("Start from everything on, change one thing at a time, and write down what you "
              "see."),
            _("The nearest row finds everything but the rootkits. So each of your five runs must "
              "find one of them, and lose nothing else."),
            _("Try gradient descent with learning_rate 1.0 instead of Adam, min-max instead of the "
              "z-score, and 60 epochs."),
        ),
        mistakes=(
            Mistake(maths.ALL_ON, _("This is everything on, as it was. Change something.")),
            Mistake({**maths.ALL_ON, "optimizer": "gradient descent", "batch_norm": False,
                     "learning_rate": 1e5},
                    _("At least one training diverged, and counts 0. Try a smaller learning "
                      "rate.")),
            Mistake({"learning_rate": 0.1},
                    _("The columns are raw: they differ by nine orders of magnitude. See notebook "
                      "02.")),
        ),
    ), attempt)
