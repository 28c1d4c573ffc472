"""Panels of section 06, epochs and batches."""

from functools import cache, lru_cache

import numpy as np

from lecture_kit.live.controls import choice, log_slider, seed, slider, stop_slider, whole_slider
from lecture_kit.live.kept import Kept
from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths import inference
from lecture_kit.maths.training import best_and_last
from lecture_kit.sections.epochs_and_batches import (
    experiments,
    noise_pictures,
    pictures,
    walkers,
)
from lecture_kit.sections.epochs_and_batches import noise as noises
from lecture_kit.sections.epochs_and_batches import race as races
from lecture_kit.sections.epochs_and_batches.own_rates import OWN_RATES
from lecture_kit.sections.epochs_and_batches.wrong_labels import train_on_few_digits


@cache
def _guessing(data):
    return inference.guessing(experiments.load_rows(data)[1][1])


def _choice_of_data():
    return choice(_("data"), [(_("digits"), "digits"), (_("mail"), "spambase")], "digits")


def _curves(records):
    names = ("training", "validation")
    losses, accuracies = (
        {name: np.array([getattr(record, f"{name}_{what}") for record in records])
         for name in names} for what in ("loss", "accuracy"))
    return {"epochs": np.array([record.epoch for record in records]), "losses": losses,
            "accuracies": accuracies}


def _remember(kept, start, settings, is_silent):
    """Yield the list of a training's records as it grows, or at once if it ran before."""
    if settings not in kept:
        so_far = []
        for record in start(*settings):
            so_far.append(record)
            if not is_silent(so_far):
                yield so_far
        kept[settings] = so_far
    yield kept[settings]


# Counting


def bookkeeping():
    """Rows, batch size and epochs make iterations: a grid that fills up.

    Returns
    -------
    Panel
        Controls: rows, batch size, epochs, last batch, how much is done.
    """
    sizes = np.unique(np.geomspace(1, 4200, 240).astype(int))

    def show(n_samples, batch_size, epochs, drop_last, done):
        total = experiments.count_iterations(n_samples, batch_size, epochs, drop_last)
        n_done = round(total * done / 100)
        last, dropped = experiments.rows_in_last_batch(n_samples, batch_size, drop_last)
        drawing = {
            "iterations": experiments.iteration_of_place(n_samples, batch_size, epochs, drop_last),
            "n_done": n_done, "kept": experiments.count_iterations(n_samples, sizes, epochs),
            "dropped": experiments.count_iterations(n_samples, sizes, epochs, True),
            "ratio": epochs * n_samples / sizes, "point": (batch_size, total),
            "titles": (f"iterations: {n_done:,} of {total:,}, rows dropped per epoch: {dropped:,}",
                       f"iterations in all: {total:,}")}
        if total == 0:
            readout = _("B = {b:,} is more than all {n:,} rows: the only batch is dropped, nothing "
                        "is learned.").format(b=batch_size, n=n_samples)
        else:
            readout = _("Iterations: {per_epoch:,} per epoch × {epochs} = {total:,}. Rows in the "
                        "last batch: {last:,}, dropped per epoch: {dropped:,}. Done: {done:,}."
                        ).format(per_epoch=total // epochs, epochs=epochs, total=total, last=last,
                                 dropped=dropped, done=n_done)
        return View(drawing, readout, n_samples == 1437 and total == 1000 and dropped == 0)

    return Panel(
        _("Bookkeeping"), pictures.BookkeepingPicture(sizes), _bookkeeping_controls(), show,
        goal=_("1,437 rows: exactly 1,000 iterations, no row dropped"),
        presets={
            _("B = 1"): {"batch_size": 1},
            _("B = 32"): {"batch_size": 32},
            _("B > N"): {"n_samples": 100, "batch_size": 512},
        },
        play="done",
    )


def _bookkeeping_controls():
    return {
        "n_samples": whole_slider(_("rows N"), 1, 4200, 1437),
        "batch_size": whole_slider(_("batch size B"), 1, 512, 100),
        "epochs": whole_slider(_("epochs"), 1, 40, 5),
        "drop_last": choice(_("last batch"), [(_("keep"), False), (_("drop"), True)], False),
        "done": whole_slider(_("done (%)"), 0, 100, 40),
    }


# One training


def training():
    """One network learns, on digits or on mail; the best epoch is marked.

    Returns
    -------
    Panel
        Controls: data, learning rate, batch size, epochs, seed.
    """

    def show(data, learning_rate, batch_size, epochs, seed):
        records = []
        for record in experiments.train_small_network(
                data, learning_rate, batch_size, epochs, seed):
            records.append(record)
            yield _view_training(records, data, epochs)

    return Panel(
        _("Training live"), pictures.HistoryPicture("guessing", "all rows at once"),
        {
            "learning_rate": log_slider(_("learning rate η"), 0.001, 10, 0.1),
            "batch_size": stop_slider(_("batch size B"), [4**i for i in range(6)], 64),
            "epochs": whole_slider(_("epochs"), 1, 20, 10),
            "data": _choice_of_data(),
            "seed": seed(),
        },
        show,
        goal=_("digits: end with validation accuracy ≥ 0.9 after at most 40 updates"),
        presets={
            _("B = 1"): {"batch_size": 1, "learning_rate": 0.1, "epochs": 10},
            _("all rows at once"): {"batch_size": 1024, "learning_rate": 0.1, "epochs": 10},
            _("too fast"): {"batch_size": 4, "learning_rate": 1.0, "epochs": 10},
        },
    )


def _view_training(records, data, epochs):
    now = records[-1]
    best, _last = best_and_last([record.validation_loss for record in records], len(records))
    top = records[best]
    if now.diverged:
        readout = _("Diverged at update {n:,}. Before that the best was epoch {epoch:.2g}: "
                    "validation accuracy {accuracy:.3f}.").format(
            n=now.update, epoch=top.epoch, accuracy=top.validation_accuracy)
        titles = (f"diverged at update {now.update:,}", f"best before: epoch {top.epoch:.3g}")
    else:
        readout = _("{n:,} updates. Accuracy: training {training:.3f}, validation "
                    "{validation:.3f}. Best: epoch {epoch:.3g}, loss {loss:.3f}.").format(
            n=now.update, training=now.training_accuracy, validation=now.validation_accuracy,
            epoch=top.epoch, loss=top.validation_loss)
        titles = (f"epoch {now.epoch:.3g}: validation loss {now.validation_loss:.3g}, "
                  f"best {top.validation_loss:.3g} at epoch {top.epoch:.3g}",
                  f"validation accuracy {now.validation_accuracy:.3f}")
    drawing = {**_curves(records), "best": best, "last": None, "n_epochs": epochs,
               "levels": _guessing(data), "titles": titles}
    finished = now.diverged or now.epoch == epochs
    goal_met = finished and now.update <= 40 and now.validation_accuracy >= 0.9
    return View(drawing, readout, data == "digits" and bool(goal_met),
                1.0 if finished else now.epoch / epochs)


# The race


_races = Kept(200)


def race():
    """Six batch sizes race to the same validation loss, in updates, epochs or seconds.

    Returns
    -------
    Panel
        Controls: learning rate, whether each size takes its own, axis, data, seed.
    """

    def show(learning_rate, own, unit, data, seed):
        rates = [OWN_RATES[data][size] if own else learning_rate for size in races.BATCH_SIZES]
        runs = [[] for _size in races.BATCH_SIZES]
        for rank, (size, rate) in enumerate(zip(races.BATCH_SIZES, rates, strict=True)):
            for records in _remember(_races, races.run, (data, size, rate, seed),
                                     lambda so_far: len(so_far) % 16):
                runs[rank] = records
                yield _view_race(runs, rates, unit, data, rank / len(runs))
        yield _view_race(runs, rates, unit, data, 1.0)

    return Panel(_("The race"), pictures.RacePicture(races.BATCH_SIZES), _race_controls(), show,
                 goal=_("digits: B = 64 is first in epochs"), presets=_race_presets())


def _race_controls():
    return {
        "learning_rate": log_slider(_("learning rate η"), 0.1, 3, 0.3),
        "own": choice(_("rates"), [(_("η for all"), False), (_("own"), True)], False),
        "unit": choice(_("axis"), [(_("updates"), "updates"), (_("epochs"), "epochs"),
                                   (_("seconds"), "seconds")], "updates"),
        "data": _choice_of_data(),
        "seed": seed(),
    }


def _race_presets():
    rates = {f"η = {rate:g}": {"learning_rate": rate, "own": False} for rate in (0.1, 0.3, 1.0)}
    return {**rates, _("own rates"): {"own": True}}


def _view_race(runs, rates, unit, data, progress):
    target, seconds = races.TARGETS[data], None
    step_cost = "·  not measured: choose seconds as the axis"
    if unit == "seconds":
        seconds, epochs = races.step_seconds(data)
        step_cost = (f"update: {seconds[0] * 1e3:.2g} ms (B = 1) to "
                     f"{seconds[-1] * 1e3:.2g} ms (1,024)\n"
                     f"epoch: {epochs[0] * 1e3:.2g} ms to {epochs[-1] * 1e3:.2g} ms")
    costs = races.costs_to_reach(runs, target, seconds)
    steps = np.ones(len(runs)) if seconds is None else seconds
    first = {name: _names_of_winners(values) for name, values in costs.items()}
    readout = _("Target {target}: {n} of {all} stay there. First in {firsts}.").format(
        target=target, n=sum(cost is not None for cost in costs[unit]), all=len(runs),
        firsts=", ".join(f"{_(name)}: {names}" for name, names in first.items()))
    drawing = {
        "unit": unit, "target": target, "costs": costs, "rates": rates, "step_cost": step_cost,
        "curves": [races.curve(records, unit, float(step))
                   for records, step in zip(runs, steps, strict=True)],
        "winners": {name: races.cheapest(values) for name, values in costs.items()},
        "scaling": races.perfect_scaling(races.BATCH_SIZES, costs, unit),
        "titles": (f"first in {unit}: {first[unit]}", f"{unit} needed to loss {target}",
                   "needed to the target (★ least)")}
    goal_met = progress == 1 and data == "digits" and first["epochs"] == "B = 64"
    return View(drawing, readout, goal_met, progress)


def _names_of_winners(costs):
    winners = [f"{races.BATCH_SIZES[place]:,}" for place in races.all_cheapest(costs)]
    return "B = " + " & ".join(winners) if winners else "–"


# The noise of mini batches


def cloud():
    """The gradients of many mini batches around the full gradient, and how wide they spread.

    Returns
    -------
    Panel
        Controls: batch size, epochs trained before, kind of draw, seed.
    """
    n_samples, n_batches = 512, 300
    sizes = np.array([1, 2, 4, 8, 16, 32, 64, 128, 256, 400, n_samples])
    plane = lru_cache(maxsize=16)(noises.trained_plane)

    @lru_cache(maxsize=4)
    def means(epochs, replace, seed):
        return noises.sample_means(plane(epochs, seed), sizes, n_batches, seed, replace)

    def show(batch_size, epochs, replace, seed):
        full, batches = plane(epochs, seed).mean(axis=0), means(epochs, replace, seed)
        measured = noises.spread(batches, full)
        theory, other = (noises.gradient_spread(n_samples, sizes, kind)
                         for kind in (replace, not replace))
        place = int(np.flatnonzero(sizes == batch_size)[0])
        now = 0.0 if measured[place] < 1e-9 else float(measured[place])
        points = batches[:, place]
        uphill = noises.uphill_share(points)
        readout = _("B = {b}: spread {measured:.3f} measured, {theory:.3f} theory; full gradient "
                    "{full:.2g}. Steps uphill: {uphill:.1%}.").format(
            b=batch_size, measured=now, theory=theory[place], full=full[0], uphill=uphill)
        drawing = {
            "points": points, "full": float(full[0]), "radius": float(theory[place]),
            "theory": theory, "other": other, "measured": measured, "point": (batch_size, now),
            "other_name": "grey: without replacement" if replace else "grey: with replacement",
            "titles": (f"{n_batches} mini batches of {batch_size}: {uphill:.0%} go uphill",
                       f"spread: measured {now:.3f}, theory {theory[place]:.3f}")}
        return View(drawing, readout, epochs == 20 and uphill < 0.1 and batch_size <= 64)

    return Panel(
        _("The gradient cloud"), noise_pictures.CloudPicture(sizes), _cloud_controls(sizes), show,
        goal=_("after 20 epochs fewer than 10 % of the steps go uphill, with B ≤ 64"),
        presets={_("at the start"): {"epochs": 0}, _("after 20 epochs"): {"epochs": 20}},
    )


def _cloud_controls(sizes):
    return {
        "batch_size": stop_slider(_("batch size B"), sizes.tolist(), 8),
        "epochs": stop_slider(_("epochs before"), [0, 1, 2, 5, 10, 20], 1),
        "replace": choice(_("draw"), [(_("without replacement"), False), (_("with"), True)], False),
        "seed": seed(),
    }


def noise():
    """The noise ball: how far from the minimum mini batches keep a descent, and what k changes.

    Returns
    -------
    Panel
        Controls: learning rate, batch size, factor, rule for the new rate, seed.
    """
    descend = lru_cache(maxsize=64)(walkers.descend)
    measure = lru_cache(maxsize=64)(walkers.measured_floors)

    def show(learning_rate, batch_size, factor, rule, seed):
        after = walkers.scaled_setting(learning_rate, batch_size, rule, factor)
        settings = {"before": (learning_rate, batch_size),
                    "after": (float(after[0]), int(after[1]))}
        runs = {name: descend(*pair, seed) for name, pair in settings.items()}
        theory = walkers.theory_floors(learning_rate, batch_size)
        measured = measure(learning_rate, batch_size, seed)
        place = int(np.flatnonzero(factor == walkers.FACTORS)[0])
        share, gone = float(theory[rule][place]), np.isnan(runs["after"].heights)
        scales = [noises.noise_scale(rate, walkers.N_POINTS, size)
                  for rate, size in settings.values()]
        readout, title = _about_noise(settings, scales, gone, measured[rule][place], share)
        drawing = {
            "places": {name: run.places for name, run in runs.items()},
            "epochs": {name: run.epochs for name, run in runs.items()},
            "losses": {name: run.heights for name, run in runs.items()},
            "floors": {name: float(walkers.noise_floor(rate, 1, walkers.N_POINTS, size))
                       for name, (rate, size) in settings.items()},
            "theory": theory, "measured": measured, "point": (factor, share),
            "titles": ("where 100 walkers end",
                       f"noise scale: {scales[0]:.3g} → {scales[1]:.3g}", title)}
        return View(drawing, readout, factor >= 16 and 0.9 <= share <= 1.1)

    picture = noise_pictures.NoisePicture(walkers.FACTORS, walkers.N_EPOCHS)
    return Panel(_("The noise ball"), picture, _noise_controls(), show,
                 goal=_("k ≥ 16, and theory's noise within 10 % of what it was"),
                 presets=_noise_presets())


def _noise_controls():
    return {
        "learning_rate": log_slider(_("learning rate η"), 0.01, 1, 0.1),
        "batch_size": stop_slider(_("batch size B"), list(walkers.BATCH_SIZES), 4),
        "factor": stop_slider(_("factor k"), walkers.FACTORS.tolist(), 8),
        "rule": choice(_("new rate"), [(_("keep η"), "keep η"), ("k · η", "k · η")], "keep η"),
        "seed": seed(),
    }


def _noise_presets():
    return {
        _("keep η"): {"learning_rate": 0.1, "factor": 8, "rule": "keep η"},
        _("linear scaling"): {"learning_rate": 0.1, "factor": 8, "rule": "k · η"},
        _("too far"): {"learning_rate": 0.1, "factor": 32, "rule": "k · η"},
    }


def _about_noise(settings, scales, gone, measured, share):
    """Words for the readout, and a title."""
    if gone.any():
        words = _("kη ≥ 2: diverged at step {n}").format(n=int(gone.argmax()))
        title = f"walkers diverged at step {int(gone.argmax())}"
    elif not np.isfinite(share):
        words, title = _("no floor, since kη ≥ 2"), "kη ≥ 2: no walker stays"
    else:
        words = _("noise {measured} times as before, theory {theory}").format(
            measured=number(measured), theory=number(share))
        title = f"theory: {number(share)} times the noise"
    (eta, b), (new_eta, new_b) = settings.values()
    readout = _("(η, B) from ({eta:.3g}, {b}) to ({new_eta:.3g}, {new_b:,}): ηN/B {before:.3g} "
                "→ {after:.3g}; {words}.").format(
        eta=eta, b=b, new_eta=new_eta, new_b=new_b, before=scales[0], after=scales[1], words=words)
    return readout, title


# Overfitting


_overfits = Kept(100)


def overfitting():
    """Few images, some wrong labels: training goes on, validation turns, early stopping ends it.

    Returns
    -------
    Panel
        Controls: training images, label noise, patience, seed.
    """

    def show(n_rows, label_noise, patience, seed):
        for records in _remember(_overfits, train_on_few_digits, (n_rows, label_noise, seed),
                                 lambda so_far: len(so_far) == 61):
            yield _view_overfitting(records, label_noise, patience)

    return Panel(
        _("Overfitting"),
        pictures.HistoryPicture("share of right labels", "training accuracy"),
        {
            "n_rows": stop_slider(_("training images"), [100, 200, 400, 800, 1600], 200),
            "label_noise": slider(_("wrong labels"), 0, 0.5, 0.15),
            "patience": whole_slider(_("patience"), 1, 30, 30),
            "seed": seed(3),
        },
        show,
        goal=_("stop by epoch 20, and keep the best of all 60 epochs"),
        presets={
            _("right labels"): {"label_noise": 0.0},
            _("15 % wrong"): {"label_noise": 0.15},
            _("many images"): {"n_rows": 1600},
        },
    )


def _view_overfitting(records, label_noise, patience):
    losses = [record.validation_loss for record in records]
    best, last = best_and_last(losses, patience)
    best_of_all = int(np.argmin(losses))
    now, top = records[-1], records[best]
    stopped, finished = last - best == patience, len(records) == 61
    end = (_("stops at epoch {last}").format(last=last) if stopped
           else _("never stops") if finished else _("goes on"))
    readout = _("Patience {p} {end}, keeps epoch {best}: validation {kept:.3f}. Epoch {epoch}: "
                "validation {validation:.3f}, training {training:.3f}.").format(
        p=patience, end=end, best=best, kept=top.validation_accuracy, epoch=len(records) - 1,
        validation=now.validation_accuracy, training=now.training_accuracy)
    peak = max(record.validation_accuracy for record in records)
    titles = (f"lowest loss: epoch {best_of_all}, kept: epoch {best}",
              f"validation accuracy: peak {peak:.3f}, end {now.validation_accuracy:.3f}")
    drawing = {**_curves(records), "best": best, "last": last if stopped else None, "n_epochs": 60,
               "levels": (np.log(10), 1 - label_noise), "titles": titles}
    return View(drawing, readout, finished and stopped and best == best_of_all and last <= 20,
                (len(records) - 1) / 60)
