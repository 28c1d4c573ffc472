"""Panels and exercises of section 06, epochs and batches."""

from functools import cache, lru_cache

import numpy as np

from lecture_kit.live.controls import choice, log_slider, seed, slider, stop_slider, whole_slider
from lecture_kit.live.kept import Kept
from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths import inference
from lecture_kit.maths.optimizers import GradientDescent, Momentum
from lecture_kit.maths.training import best_and_last, train
from lecture_kit.sections.epochs_and_batches import experiments, pictures

_CURVES = ("training", "validation")
_DATA = [(_("digits"), "digits"), (_("mail"), "spambase")]
_rows = cache(experiments.load_rows)


@cache
def _seconds_per_update(data, batch_size):  # once per process: the same values, the same picture
    return experiments.seconds_per_update(
        experiments.build_network(data, 0), *_rows(data)[0], batch_size
    )


def _curves(records):
    losses, accuracies = (
        {name: np.array([getattr(record, f"{name}_{what}") for record in records])
         for name in _CURVES} for what in ("loss", "accuracy"))
    return {"epochs": np.array([record.epoch for record in records]), "losses": losses,
            "accuracies": accuracies}


def bookkeeping():
    """Rows, batch size and epochs make iterations: a grid that fills up.

    Returns
    -------
    Panel
        Controls: rows, batch size, epochs, last batch, how much is done.
    """
    sizes = np.unique(np.geomspace(1, 4200, 240).astype(int))

    def show(n_samples, batch_size, epochs, drop_last, done):
        iterations = experiments.iteration_of_place(n_samples, batch_size, epochs, drop_last)
        total = int(iterations.max()) + 1
        n_done = round(total * done / 100)
        left_out = int((iterations[0] < 0).sum())
        last = int((iterations[0] == iterations[0].max()).sum())
        if total == 0:
            readout = _("B = {b:,} is more than all {n:,} rows: the only batch is dropped, nothing "
                        "is learned.").format(b=batch_size, n=n_samples)
        else:
            readout = _("{per_epoch:,} iterations per epoch × {epochs} = {total:,}. Rows in the "
                        "last batch: {last:,}, dropped per epoch: {dropped:,}. Done: {done:,}."
                        ).format(per_epoch=total // epochs, epochs=epochs, total=total, last=last,
                                 dropped=left_out, done=n_done)
        drawing = {
            "iterations": iterations, "n_done": n_done,
            "kept": experiments.count_iterations(n_samples, sizes, epochs),
            "dropped": experiments.count_iterations(n_samples, sizes, epochs, True),
            "ratio": epochs * n_samples / sizes, "point": (batch_size, total),
            "titles": (f"{n_done:,} of {total:,} iterations, dropped per epoch: {left_out:,} rows",
                       f"{total:,} iterations")}
        return View(drawing, readout, n_samples == 1437 and total == 1000 and left_out == 0)

    return Panel(
        _("Bookkeeping"), pictures.BookkeepingPicture(sizes),
        {
            "n_samples": whole_slider(_("rows N"), 1, 4200, 1437),
            "batch_size": whole_slider(_("batch size B"), 1, 512, 100),
            "epochs": whole_slider(_("epochs"), 1, 40, 5),
            "drop_last": choice(_("last batch"), [(_("keep"), False), (_("drop"), True)], False),
            "done": whole_slider(_("done (%)"), 0, 100, 40),
        },
        show,
        goal=_("1,437 rows: exactly 1,000 iterations, no row dropped"),
        presets={
            _("B = 1"): {"batch_size": 1},
            _("B = 32"): {"batch_size": 32},
            _("B > N"): {"n_samples": 100, "batch_size": 512},
        },
        play="done",
    )


def training():
    """One network learns, on digits or on mail; the best epoch is marked.

    Returns
    -------
    Panel
        Controls: data, learning rate, batch size, epochs, seed.
    """

    def show(data, learning_rate, batch_size, epochs, seed):
        rows, validation = _rows(data)
        per_epoch = experiments.count_iterations(len(rows[1]), batch_size, 1)
        records = []
        for record in train(
            experiments.build_network(data, seed),
            GradientDescent(learning_rate),
            rows,
            validation,
            batch_size=batch_size,
            epochs=epochs,
            seed=seed,
            record_every=max(1, per_epoch // 4),
        ):
            records.append(record)
            yield view(records, data, epochs)

    def view(records, data, epochs):
        now = records[-1]
        best, _last = best_and_last([record.validation_loss for record in records], len(records))
        top = records[best]
        guessing = inference.guessing(_rows(data)[1][1])
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
                      f"best {top.validation_loss:.3g} at {top.epoch:.3g}",
                      f"validation accuracy {now.validation_accuracy:.3f}")
        drawing = {**_curves(records), "best": best, "last": None, "n_epochs": epochs,
                   "levels": guessing, "titles": titles}
        finished = now.diverged or now.epoch == epochs
        goal_met = finished and now.update <= 40 and now.validation_accuracy >= 0.9
        return View(drawing, readout, data == "digits" and goal_met,
                    1.0 if finished else now.epoch / epochs)

    return Panel(
        _("Training live"), pictures.HistoryPicture("guessing"),
        {
            "learning_rate": log_slider(_("learning rate η"), 0.001, 10, 0.1),
            "batch_size": stop_slider(_("batch size B"), [4**i for i in range(6)], 64),
            "epochs": whole_slider(_("epochs"), 1, 20, 10),
            "data": choice(_("data"), _DATA, "digits"),
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


_BATCH_SIZES = (1, 4, 16, 64, 1024)
_MOST_EPOCHS = {1: 2, 4: 4, 16: 10, 64: 32, 1024: 300}  # then a batch size gives up
_TARGETS = {"digits": 0.3, "spambase": 0.25}
_races = Kept(200)


def _race_run(data, batch_size, learning_rate, seed):
    """Train up to the target and yield what is known, or all at once if it ran before."""
    key = data, batch_size, learning_rate, seed
    if key not in _races:
        rows, validation = _rows(data)
        per_epoch = experiments.count_iterations(len(rows[1]), batch_size, 1)
        records = []
        training = train(
            experiments.build_network(data, seed), GradientDescent(learning_rate), rows, validation,
            batch_size=batch_size, epochs=_MOST_EPOCHS[batch_size], seed=seed,
            record_every=max(1, per_epoch // 32))
        for record in experiments.until_loss(training, _TARGETS[data]):
            records.append(record)
            if len(records) % 16 == 0:
                yield records
        _races[key] = records
    yield _races[key]


def _names_of_winners(costs):
    winner = experiments.cheapest(costs)
    if winner is None:
        return "none"
    tied = [f"{size:,}" for size, cost in zip(_BATCH_SIZES, costs, strict=True)
            if cost == costs[winner]]
    return "B = " + " and ".join(tied)


def race():
    """Five batch sizes race to the same validation loss, in updates, epochs or seconds.

    Returns
    -------
    Panel
        Controls: learning rate, axis, data, seed.
    """

    def show(learning_rate, unit, data, seed):
        runs = [[] for _size in _BATCH_SIZES]
        for rank, batch_size in enumerate(_BATCH_SIZES):
            for records in _race_run(data, batch_size, learning_rate, seed):
                runs[rank] = records
                yield view(runs, unit, data, rank / len(runs))
        yield view(runs, unit, data, 1.0)

    def view(runs, unit, data, progress):
        target = _TARGETS[data]
        seconds = None
        if unit == "seconds":
            seconds = np.array([_seconds_per_update(data, size) for size in _BATCH_SIZES])
        costs = experiments.costs_to_reach(runs, target, seconds)
        winners = {name: experiments.cheapest(values) for name, values in costs.items()}
        steps = seconds if unit == "seconds" else np.ones(len(runs))
        what = "epoch" if unit == "epochs" else "update"
        curves = [(np.array([getattr(record, what) * step for record in records[1:]]),
                   np.array([record.validation_loss for record in records[1:]]))
                  for records, step in zip(runs, steps, strict=True)]
        first = {name: _names_of_winners(costs[name]) for name in costs}
        readout = _("Target {target}: {n} of 5 get there. First in {firsts}.").format(
            target=target, n=sum(cost is not None for cost in costs[unit]),
            firsts=", ".join(f"{name}: {names}" for name, names in first.items()))
        step_cost = ""
        if unit == "seconds":
            epochs = seconds * [
                experiments.count_iterations(1024, size, 1) for size in _BATCH_SIZES
            ]
            step_cost = (f"update: {seconds[0] * 1e3:.2g} ms (B = 1) to "
                         f"{seconds[-1] * 1e3:.2g} ms (1,024)\n"
                         f"epoch: {epochs[0] * 1e3:.2g} ms to {epochs[-1] * 1e3:.2g} ms")
        titles = (f"first in {unit}: {first[unit]}", f"{unit} to loss {target}",
                  "which is first (★)")
        drawing = {
            "unit": unit,
            "curves": curves,
            "target": target,
            "costs": costs,
            "winners": winners,
            "scaling": experiments.perfect_scaling(_BATCH_SIZES, costs, unit),
            "step_cost": step_cost,
            "titles": titles,
        }
        goal_met = progress == 1 and data == "digits" and first["epochs"] == "B = 64"
        return View(drawing, readout, goal_met, progress)

    return Panel(
        _("The race"), pictures.RacePicture(_BATCH_SIZES),
        {
            "learning_rate": log_slider(_("learning rate η"), 0.1, 3, 0.3),
            "unit": choice(_("axis"), [(_("updates"), "updates"), (_("epochs"), "epochs"),
                                       (_("seconds"), "seconds")], "updates"),
            "data": choice(_("data"), _DATA, "digits"),
            "seed": seed(),
        },
        show,
        goal=_("digits: B = 64 is first in epochs"),
        presets={_("η = 0.1"): {"learning_rate": 0.1}, _("η = 0.3"): {"learning_rate": 0.3},
                 _("η = 1"): {"learning_rate": 1.0}},
    )


def cloud():
    """The gradients of many mini batches around the full gradient, and how wide they spread.

    Returns
    -------
    Panel
        Controls: batch size, epochs trained before, kind of draw, seed.
    """
    n_samples, n_batches = 512, 300
    sizes = np.array([1, 2, 4, 8, 16, 32, 64, 128, 256, 400, n_samples])
    images = [part[:n_samples] for part in _rows("digits")[0]]

    @lru_cache(maxsize=16)
    def plane(epochs, seed):
        network = experiments.build_network("digits", seed, 16)
        for _record in train(network, GradientDescent(0.1), images, batch_size=32, epochs=epochs,
                             seed=seed):
            pass
        return experiments.noise_plane(experiments.row_gradients(network, *images))

    @lru_cache(maxsize=4)
    def means(epochs, replace, seed):
        order = experiments.draw_order(n_samples, n_batches, np.random.default_rng(seed), replace)
        return experiments.batch_means(plane(epochs, seed), order)[:, sizes - 1]

    def show(batch_size, epochs, replace, seed):
        full = plane(epochs, seed).mean(axis=0)
        batches = means(epochs, replace, seed)
        measured = experiments.spread(batches, full)
        theory, other = (experiments.gradient_spread(n_samples, sizes, kind)
                         for kind in (replace, not replace))
        place = int(np.flatnonzero(sizes == batch_size)[0])
        points, now = batches[:, place], float(measured[place])
        now = 0.0 if now < 1e-9 else now
        uphill = float((points[:, 0] < 0).mean())
        readout = _("B = {b}: spread {measured:.3f} measured, {theory:.3f} theory; full gradient "
                    "{full:.2g}. Steps uphill: {uphill:.1%}.").format(
            b=batch_size, measured=now, theory=theory[place], full=full[0], uphill=uphill)
        drawing = {
            "points": points, "full": float(full[0]), "radius": float(theory[place]),
            "theory": theory, "other": other,
            "other_name": "grey: without replacement" if replace else "grey: with replacement",
            "measured": measured, "point": (batch_size, now),
            "titles": (f"{n_batches} mini batches of {batch_size}: {uphill:.0%} go uphill",
                       f"spread {now:.3f}, theory {theory[place]:.3f}")}
        return View(drawing, readout, epochs == 20 and uphill < 0.1 and batch_size <= 64)

    return Panel(
        _("The gradient cloud"), pictures.CloudPicture(sizes),
        {
            "batch_size": stop_slider(_("batch size B"), sizes.tolist(), 8),
            "epochs": stop_slider(_("epochs before"), [0, 1, 2, 5, 10, 20], 1),
            "replace": choice(_("draw"), [(_("without replacement"), False),
                                          (_("with"), True)], False),
            "seed": seed(),
        },
        show,
        goal=_("after 20 epochs fewer than 10 % of the steps go uphill, with B ≤ 64"),
        presets={_("at the start"): {"epochs": 0}, _("after 20 epochs"): {"epochs": 20}},
    )


def noise():
    """The noise ball: how far from the minimum mini batches keep a descent, and what k changes.

    Returns
    -------
    Panel
        Controls: learning rate, batch size, factor, rule for the new rate, seed.
    """
    n_samples, n_epochs = 512, 10
    factors = np.array([1, 2, 4, 8, 16, 32, 64])
    sizes = np.unique(np.outer([2, 4, 8], factors))
    points = np.random.default_rng(0).normal(size=(n_samples, 2))
    points -= points.mean(axis=0)
    points /= experiments.spread(points, 0)  # minimum at 0, variance 1

    @lru_cache(maxsize=4)
    def pool(seed):
        order = experiments.draw_order(n_samples, 2000, np.random.default_rng(seed))
        return experiments.batch_means(points, order)[:, sizes - 1]

    def means(batch_sizes, seed):
        return pool(seed)[:, np.searchsorted(sizes, batch_sizes)]

    def rates(learning_rate, rule, factor):
        return experiments.scaled_learning_rate(
            learning_rate, factor if rule == "k · η" else np.ones_like(factor))

    @lru_cache(maxsize=64)
    def measured(learning_rate, batch_size, seed):
        settings = np.concatenate([rates(learning_rate, rule, factors) for rule in rules])
        path = experiments.noisy_descent(
            settings, means(np.tile(batch_size * factors, 2), seed), [0, 0], 400,
            np.random.default_rng([seed, 1]))
        return dict(zip(rules, np.split(experiments.mean_height(path[100:]).mean(axis=0), 2),
                        strict=True))

    @lru_cache(maxsize=64)
    def descent(learning_rate, batch_size, seed):
        n_steps = experiments.count_iterations(n_samples, batch_size, n_epochs)
        path = experiments.noisy_descent(
            [learning_rate], means([batch_size], seed), [2.0, 1.0], n_steps,
            np.random.default_rng([seed, 2]))
        epochs = np.arange(n_steps + 1) * batch_size / n_samples
        return path[-1, :, 0], epochs, experiments.mean_height(path)[:, 0]

    def show(learning_rate, batch_size, factor, rule, seed):
        first = float(experiments.noise_floor(learning_rate, 1, n_samples, batch_size))
        theory = {name: experiments.noise_floor(rates(learning_rate, name, factors), 1, n_samples,
                                          batch_size * factors) / first for name in rules}
        after_rate = float(rates(learning_rate, rule, factor))
        settings = {"before": (learning_rate, batch_size),
                    "after": (after_rate, batch_size * factor)}
        runs = {name: descent(*pair, seed) for name, pair in settings.items()}
        floors = {name: float(experiments.noise_floor(pair[0], 1, n_samples, pair[1]))
                  for name, pair in settings.items()}
        place = int(np.flatnonzero(factors == factor)[0])
        share = float(theory[rule][place])
        scales = [
            experiments.noise_scale(rate, n_samples, size) for rate, size in settings.values()
        ]
        ratios = {name: values / first
                  for name, values in measured(learning_rate, batch_size, seed).items()}
        gone = np.isnan(runs["after"][2])
        if gone.any():
            words = _("kη ≥ 2: diverged at step {n}").format(n=int(gone.argmax()))
        elif not np.isfinite(share):
            words = _("no floor, since kη ≥ 2")
        else:
            words = _("noise {measured} times as before, theory {theory}").format(
                measured=number(ratios[rule][place]), theory=number(share))
        readout = _("(η, B) from ({eta:.3g}, {b}) to ({new_eta:.3g}, {new_b:,}): ηN/B {before:.3g} "
                    "→ {after:.3g}; {words}.").format(
            eta=learning_rate, b=batch_size, new_eta=after_rate, new_b=batch_size * factor,
            before=scales[0], after=scales[1], words=words)
        drawing = {
            "places": {name: run[0] for name, run in runs.items()},
            "epochs": {name: run[1] for name, run in runs.items()},
            "losses": {name: run[2] for name, run in runs.items()},
            "floors": floors, "theory": theory, "measured": ratios, "point": (factor, share),
            "titles": ("100 walkers", f"ηN/B: {scales[0]:.3g} → {scales[1]:.3g}",
                       f"diverged at step {int(gone.argmax())}" if gone.any()
                       else "kη ≥ 2: no floor" if not np.isfinite(share)
                       else f"theory: noise × {number(share)}")}
        return View(drawing, readout, factor >= 16 and 0.9 <= share <= 1.1)

    rules = ("keep η", "k · η")
    return Panel(
        _("The noise ball"), pictures.NoisePicture(factors, n_epochs),
        {
            "learning_rate": log_slider(_("learning rate η"), 0.01, 1, 0.1),
            "batch_size": stop_slider(_("batch size B"), [2, 4, 8], 4),
            "factor": stop_slider(_("factor k"), factors.tolist(), 8),
            "rule": choice(_("new rate"), [(_("keep η"), "keep η"), ("k · η", "k · η")], "keep η"),
            "seed": seed(),
        },
        show,
        goal=_("k ≥ 16, and theory's noise within 10 % of what it was"),
        presets={
            _("keep η"): {"learning_rate": 0.1, "factor": 8, "rule": "keep η"},
            _("linear scaling"): {"learning_rate": 0.1, "factor": 8, "rule": "k · η"},
            _("too far"): {"learning_rate": 0.1, "factor": 32, "rule": "k · η"},
        },
    )


_overfits = Kept(100)


def _overfit_run(n_rows, share, seed):
    """Train 60 epochs on few digits with wrong labels, or give what ran before at once."""
    key = n_rows, share, seed
    if key not in _overfits:
        records = []
        for record in train(
            experiments.build_network("digits", seed, 256),
            Momentum(0.1, 0.9),
            *experiments.load_few_digits(n_rows, share, seed),
            batch_size=32,
            epochs=60,
            seed=seed,
        ):
            records.append(record)
            if len(records) < 61:
                yield records
        _overfits[key] = records
    yield _overfits[key]


def overfitting():
    """Few images, some wrong labels: training goes on, validation turns, early stopping ends it.

    Returns
    -------
    Panel
        Controls: training images, label noise, patience, seed.
    """

    def show(n_rows, label_noise, patience, seed):
        for records in _overfit_run(n_rows, label_noise, seed):
            yield view(records, label_noise, patience)

    def view(records, label_noise, patience):
        losses = [record.validation_loss for record in records]
        best, last = best_and_last(losses, patience)
        best_of_all = int(np.argmin(losses))
        now, top = records[-1], records[best]
        stopped = last - best == patience
        end = (_("stops at epoch {last}").format(last=last) if stopped
               else _("never stops") if len(records) == 61 else _("goes on"))
        readout = _("Patience {p} {end}, keeps epoch {best}: validation {kept:.3f}. Epoch {epoch}: "
                    "validation {validation:.3f}, training {training:.3f}.").format(
            p=patience, end=end, best=best, kept=top.validation_accuracy, epoch=len(records) - 1,
            validation=now.validation_accuracy, training=now.training_accuracy)
        peak = max(record.validation_accuracy for record in records)
        titles = (f"best of all: epoch {best_of_all}, kept: epoch {best}",
                  f"validation: peak {peak:.3f}, at the end {now.validation_accuracy:.3f}")
        drawing = {**_curves(records), "best": best, "last": last if stopped else None,
                   "n_epochs": 60,
                   "levels": (np.log(10), 1 - label_noise), "titles": titles}
        finished = len(records) == 61
        return View(drawing, readout, finished and stopped and best == best_of_all and last <= 20,
                    (len(records) - 1) / 60)

    return Panel(
        _("Overfitting"), pictures.HistoryPicture("share of right labels"),
        {
            "n_rows": stop_slider(_("training images"), [100, 200, 400, 800, 1600], 200),
            "label_noise": slider(_("wrong labels"), 0, 0.5, 0.15),
            "patience": whole_slider(_("patience"), 1, 30, 30),
            "seed": seed(5),
        },
        show,
        goal=_("stop by epoch 20, and keep the best of all 60 epochs"),
        presets={
            _("right labels"): {"label_noise": 0.0},
            _("15 % wrong"): {"label_noise": 0.15},
            _("many images"): {"n_rows": 1600},
        },
    )
