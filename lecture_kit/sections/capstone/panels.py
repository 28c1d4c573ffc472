"""Panels of section 10, the capstone."""

import numpy as np

from lecture_kit.live.controls import Switches, choice, log_slider, menu, seed, slider, stop_slider
from lecture_kit.live.language import mean_and_error, number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths.comparisons import paired_difference
from lecture_kit.maths.inference import exact_coverage
from lecture_kit.sections.capstone import ablations, experiments, intervals, pictures
from lecture_kit.sections.capstone.settings import XAVIER_OR_HE, technique_names, with_techniques
from lecture_kit.sections.capstone.splits import rows_per_class

_SLIDERS = ("Xavier or He", "batches of 32")  # techniques that have a control of their own
_FIRST = "z-score"  # with those two enough to learn something
FIRST = with_techniques([_FIRST, *_SLIDERS], learning_rate=0.3, epochs=20)
_N_EPOCHS = FIRST.epochs


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
    n_rows = rows_per_class(data)
    names = list(n_rows)

    def show(learning_rate, batch_size, init_scale, seed, techniques):
        settings = with_techniques(
            techniques, learning_rate=learning_rate, batch_size=batch_size, epochs=_N_EPOCHS,
            init_scale=init_scale if init_scale == XAVIER_OR_HE else float(init_scale))
        history = []
        for record, recalls in experiments.train_with(settings, data, seed):
            history.append((record, recalls))
            done = record.diverged or record.epoch == _N_EPOCHS
            readout, titles = _in_words(record, recalls, names)
            drawing = experiments.curves(history) | {"recalls": recalls, "titles": titles}
            met = bool(done and not record.diverged and recalls.min() >= least)
            yield View(drawing, readout, met, 1.0 if done else record.epoch / _N_EPOCHS)

    picture = pictures.TrainingPicture(names, list(n_rows.values()), _N_EPOCHS, loss_limits)
    n_training = sum(rows_per_class(data, "training").values())
    techniques = [name for name in technique_names(data) if name not in _SLIDERS]
    return Panel(title, picture, _training_controls(n_training, techniques), show, goal=goal,
                 presets=_training_presets(n_training, frozenset(techniques)))


def _training_controls(n_training, techniques):
    return {
        "learning_rate": log_slider(_("learning rate η"), 1e-4, 10, FIRST.learning_rate),
        "batch_size": stop_slider(_("batch size B"), [8, 32, 128, 512, n_training], 32),
        "init_scale": menu(_("init scale σ"), [
            *((scale, scale) for scale in ("0.001", "0.01", "0.1", "1")),
            ("Xavier/He", XAVIER_OR_HE)], XAVIER_OR_HE),
        "seed": seed(),
        "techniques": Switches("", [(name, name) for name in techniques],
                               frozenset({_FIRST})),
    }


def _training_presets(n_training, everything):
    off = {"techniques": frozenset(), "init_scale": "0.01", "batch_size": n_training,
           "learning_rate": 0.1}
    on = {"techniques": everything, "init_scale": XAVIER_OR_HE, "batch_size": 32,
          "learning_rate": 0.01}
    return {
        _("all off"): off,
        _("all on"): on,
        _("all but z-score"): {**on, "techniques": everything - {"z-score"}},
        _("all but Adam"): {**on, "techniques": everything - {"Adam"}, "learning_rate": 1.0},
    }


def _in_words(record, recalls, names):
    """Write the readout and the three titles of a training."""
    if record.diverged:
        readout = _("Diverged at update {n}, in epoch {epoch}. There are no answers.").format(
            n=record.update, epoch=f"{np.ceil(record.epoch):.0f}")
        return readout, (f"diverged at update {record.update}", "diverged: no answers",
                         "no answers: no recall")
    loss, accuracy = number(record.validation_loss), f"{record.validation_accuracy:.3f}"
    mean, worst, n_lost = f"{recalls.mean():.3f}", recalls.argmin(), (recalls == 0).sum()
    readout = _("Epoch {epoch}: validation loss {loss}, accuracy {accuracy}, mean recall {mean}, "
                "lowest {least:.2f} ({name}).").format(
        epoch=f"{record.epoch:.0f}", loss=loss, accuracy=accuracy, mean=mean,
        least=recalls[worst], name=names[worst])
    return readout, (
        f"validation loss {loss}", f"accuracy {accuracy}, mean recall {mean}",
        f"{n_lost} of {len(names)} classes never found" if n_lost
        else f"lowest recall {recalls[worst]:.2f}")


def ablation():
    """What each technique buys, alone and as the last one, on the same random splits.

    Returns
    -------
    Panel
        Controls: data set, start, measure.
    """

    def show(data, start, measure):
        labels = list(ablations.ablation(data, start))
        for progress, results in ablations.measure_all(data, start):
            drawing, verdicts = _table(results, measure)
            n_better, n_worse = verdicts.count("better"), verdicts.count("worse")
            drawing |= {
                "labels": labels, "name": measure, "limits": _LIMITS[data, start],
                "title": f"{data}, {start}: {n_better} lines better, {n_worse} worse"}
            readout = _("{measure} on {data}: {start} {value}. {done} of {n} compared: {better} "
                        "better, {worse} worse, {rest} cannot tell.").format(
                measure=measure, data=data, start=start,
                value=mean_and_error(results[start].scores(measure)) if results else "…",
                done=max(len(results) - 1, 0), n=len(labels) - 1, better=n_better,
                worse=n_worse, rest=verdicts.count("cannot tell"))
            yield View(drawing, readout, progress >= 1 and n_worse == 2, progress)

    return Panel(
        _("One by one"),
        pictures.AblationPicture(9, ("best η", "mean", "difference", "verdict")),
        {
            "data": choice(_("data"), [("connections", "connections"), ("mail", "mail")],
                           "connections"),
            "start": choice(_("start"), [(_("all off"), "all off"), (_("all on"), "all on")],
                            "all on"),
            "measure": choice(_("show"), [
                (_("mean recall"), "mean recall"), (_("accuracy"), "accuracy")], "mean recall"),
        },
        show,
        goal=_("find the table with exactly 2 worse lines"),
    )


_LIMITS = {("connections", "all off"): (-0.45, 0.5), ("connections", "all on"): (-0.6, 0.15),
           ("mail", "all off"): (-0.3, 0.3), ("mail", "all on"): (-0.36, 0.06)}


def _table(results, measure):
    """Draw the lines that are done, and judge them."""
    scores = [result.scores(measure) for result in results.values()]
    leads = [paired_difference(own, scores[0], ablations.CONFIDENCE) for own in scores[1:]]
    verdicts = ablations.verdicts(results, measure)
    differences = [own - scores[0] for own in scores[1:]]
    texts = ["", *map(mean_and_error, differences)]
    words = [(_rate(result), f"{own.mean():.3f}", text, verdict) for result, own, text, verdict
             in zip(results.values(), scores, texts, verdicts, strict=False)]
    return {"differences": differences, "words": words,
            "intervals": [(lead.low, lead.mean, lead.high) for lead in leads]}, verdicts


def _rate(result):
    """Write the best rate; at the edge of the sweep, the true best one may lie beyond."""
    sign = ""
    if result.is_at_the_edge:
        sign = "≥ " if result.learning_rate > 1 else "≤ "
    return sign + number(result.learning_rate)


def few_rows():
    """Confidence intervals of a recall that was measured on few rows.

    Returns
    -------
    Panel
        Controls: number of rows, true recall, confidence, seed.
    """
    n_intervals, classes = 40, rows_per_class("connections")
    grid = np.unique(np.geomspace(1, intervals.MOST_ROWS, 60).astype(int))
    stops = {1, 20, 30, 50, 70, 150, 200, 300, 400, 500, 700, intervals.MOST_ROWS}

    def show(n_rows, recall, confidence, seed):
        counts = intervals.count_again(n_rows, recall, confidence, n_intervals, seed)
        readout = _("{hits} of {n} intervals contain the true recall {recall:.2f} (exact: "
                    "{exact:.1%}). Mean width {width:.3f} with n = {rows:,}.").format(
            hits=counts.n_hits, n=n_intervals, recall=recall, width=counts.mean_width,
            exact=exact_coverage(n_rows, recall, confidence), rows=n_rows)
        drawing = {
            "found": counts.found, "low": counts.low, "high": counts.high, "recall": recall,
            "widths": intervals.width_in_theory(grid, recall, confidence),
            "point": (n_rows, counts.mean_width),
            "titles": (
                f"{counts.n_hits} of {n_intervals} intervals contain the true recall {recall:.2f}",
                f"mean width of an interval {counts.mean_width:.2f} with n = {n_rows:,}")}
        return View(drawing, readout, bool(counts.mean_width <= 0.1 and 0.4 <= recall <= 0.6
                                           and confidence == 0.95))

    return Panel(
        _("A few rows"), pictures.FewRowsPicture(n_intervals, classes, grid),
        {
            "n_rows": stop_slider(_("rows n"), sorted({*stops, *classes.values()}),
                                  classes["rootkit"]),
            "recall": slider(_("true recall"), 0, 1, 0.9, 0.01),
            "confidence": choice(_("confidence"), [
                ("80 %", 0.8), ("95 %", 0.95), ("99 %", 0.99)], 0.95),
            "seed": seed(),
        },
        show,
        goal=_("95 % intervals of mean width 0.1 or less, for a true recall from 0.4 to 0.6"),
        presets={name: {"n_rows": classes[name]}
                 for name in ("rootkit", "buffer_overflow", "back")},
    )
