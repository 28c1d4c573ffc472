"""Panels and exercises of section 10, the capstone."""

from functools import lru_cache

import numpy as np

from lecture_kit.live.controls import Switches, choice, log_slider, menu, seed, slider, stop_slider
from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths.inference import exact_coverage, wilson_interval
from lecture_kit.sections.capstone import experiments, pictures

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
    training, validation = experiments.prepared(data, "raw", "integer codes")
    names = experiments.DATA[data]().class_names
    n_training, n_held_out = len(training[1]), np.bincount(validation[1])
    techniques = [name for name in experiments.technique_names(data) if name not in _SLIDERS]

    def show(learning_rate, batch_size, init_scale, seed, techniques):
        settings = experiments.with_techniques(
            techniques, learning_rate=learning_rate, batch_size=batch_size, epochs=_N_EPOCHS,
            init_scale=init_scale if init_scale == experiments.XAVIER_OR_HE else float(init_scale))
        history = []
        for record, recall in experiments.train_with(settings, data, seed):
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
    on = {"techniques": everything, "init_scale": experiments.XAVIER_OR_HE, "batch_size": 32}
    off = {"techniques": frozenset(), "init_scale": "0.01", "batch_size": n_training,
           "learning_rate": 0.1}
    return Panel(
        title, pictures.TrainingPicture(names, n_held_out, _N_EPOCHS, loss_limits),
        {
            "learning_rate": log_slider(_("learning rate η"), 1e-4, 10, 0.3),
            "batch_size": stop_slider(
                _("batch size B"), [8, 32, 128, 512, n_training], 32),
            "init_scale": menu(_("init scale σ"), [
                *((scale, scale) for scale in ("0.001", "0.01", "0.1", "1")),
                ("Xavier/He", experiments.XAVIER_OR_HE)], experiments.XAVIER_OR_HE),
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
        chosen, results = experiments.ablation(data, start), {}
        for done, (label, settings) in enumerate(chosen.items()):
            for share, result in experiments.measure(settings, data):
                if result is not None:
                    results[label] = result
                progress = (done + share) / len(chosen)
                yield view(list(chosen), results, data, start, measure, progress)

    def view(labels, results, data, start, measure, progress):
        values = [result.mean_recalls if measure == "mean recall" else result.accuracies
                  for result in results.values()]
        verdicts = ["(start)" if label == start else experiments.verdict(value, values[0])
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
        worse_by_recall = sum(experiments.verdict(result, first) == "worse" for result in
                              results.values()) if first else 0
        met = progress >= 1 and measure == "accuracy" and n_worse == 2 and worse_by_recall == 3
        return View(drawing, readout, met, progress)

    return Panel(
        _("One by one"), pictures.AblationPicture(9, ("best η", "mean ± std", "verdict")),
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
    n_held_out = np.bincount(experiments.prepared("connections", "raw", "integer codes")[1][1])
    classes = experiments.DATA["connections"]().class_names
    shown = {name: int(n) for name, n in zip(classes, n_held_out, strict=True)}

    @lru_cache(maxsize=4)  # only the seed changes the draw
    def draws(seed):
        return np.random.default_rng(seed).random((n_intervals, most))

    def show(n_rows, recall, confidence, seed):
        found = (draws(seed)[:, :n_rows] < recall).sum(axis=1)
        low, high = wilson_interval(found, n_rows, confidence)
        ends = wilson_interval(grid * recall, grid, confidence)
        n_hits = int(((low <= recall) & (recall <= high)).sum())
        width, exact = (high - low).mean(), exact_coverage(n_rows, recall, confidence)
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
        _("A few rows"), pictures.FewRowsPicture(n_intervals, shown, grid),
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
