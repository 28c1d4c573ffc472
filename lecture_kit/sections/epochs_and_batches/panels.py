"""Panels and exercises of section 06, epochs and batches."""

from functools import cache, lru_cache

import numpy as np

from lecture_kit import epochs_and_batches as maths
from lecture_kit.exercises import Exercise, Mistake
from lecture_kit.figures import epochs_and_batches as figures
from lecture_kit.language import number
from lecture_kit.language import translate as _
from lecture_kit.optimizers import GradientDescent, Momentum
from lecture_kit.panels.controls import choice, log_slider, seed, slider, stop_slider, whole_slider
from lecture_kit.panels.exercise import ExercisePanel
from lecture_kit.panels.kept import Kept
from lecture_kit.panels.panel import Panel, View
from lecture_kit.training import best_and_last, train

_CURVES = ("training", "validation")
_DATA = [(_("digits"), "digits"), (_("mail"), "spambase")]


_rows = cache(maths.load_rows)


@cache
def _seconds_per_update(data, batch_size):  # once per process: the same values, the same picture
    return maths.seconds_per_update(maths.build_network(data, 0), *_rows(data)[0], batch_size)


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
        iterations = maths.iteration_of_place(n_samples, batch_size, epochs, drop_last)
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
            "kept": maths.count_iterations(n_samples, sizes, epochs),
            "dropped": maths.count_iterations(n_samples, sizes, epochs, True),
            "ratio": epochs * n_samples / sizes, "point": (batch_size, total),
            "titles": (f"{n_done:,} of {total:,} iterations, dropped per epoch: {left_out:,} rows",
                       f"{total:,} iterations")}
        return View(drawing, readout, n_samples == 1437 and total == 1000 and left_out == 0)

    return Panel(
        _("Bookkeeping"), figures.BookkeepingPicture(sizes),
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
        per_epoch = maths.count_iterations(len(rows[1]), batch_size, 1)
        records = []
        for record in train(
                maths.build_network(data, seed), GradientDescent(learning_rate), rows, validation,
                batch_size=batch_size, epochs=epochs, seed=seed,
                record_every=max(1, per_epoch // 4)):
            records.append(record)
            yield view(records, data, epochs)

    def view(records, data, epochs):
        now = records[-1]
        best, _last = best_and_last([record.validation_loss for record in records], len(records))
        top = records[best]
        guessing = maths.guessing(_rows(data)[1][1])
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
        _("Training live"), figures.HistoryPicture("guessing"),
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
        per_epoch = maths.count_iterations(len(rows[1]), batch_size, 1)
        records = []
        training = train(
            maths.build_network(data, seed), GradientDescent(learning_rate), rows, validation,
            batch_size=batch_size, epochs=_MOST_EPOCHS[batch_size], seed=seed,
            record_every=max(1, per_epoch // 32))
        for record in maths.until_loss(training, _TARGETS[data]):
            records.append(record)
            if len(records) % 16 == 0:
                yield records
        _races[key] = records
    yield _races[key]


def _names_of_winners(costs):
    winner = maths.cheapest(costs)
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
        costs = maths.costs_to_reach(runs, target, seconds)
        winners = {name: maths.cheapest(values) for name, values in costs.items()}
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
            epochs = seconds * [maths.count_iterations(1024, size, 1) for size in _BATCH_SIZES]
            step_cost = (f"update: {seconds[0] * 1e3:.2g} ms (B = 1) to "
                         f"{seconds[-1] * 1e3:.2g} ms (1,024)\n"
                         f"epoch: {epochs[0] * 1e3:.2g} ms to {epochs[-1] * 1e3:.2g} ms")
        titles = (f"first in {unit}: {first[unit]}", f"{unit} to loss {target}",
                  "which is first (★)")
        drawing = {"unit": unit, "curves": curves, "target": target, "costs": costs,
                   "winners": winners, "scaling": maths.perfect_scaling(_BATCH_SIZES, costs, unit),
                   "step_cost": step_cost, "titles": titles}
        goal_met = progress == 1 and data == "digits" and first["epochs"] == "B = 64"
        return View(drawing, readout, goal_met, progress)

    return Panel(
        _("The race"), figures.RacePicture(_BATCH_SIZES),
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
        network = maths.build_network("digits", seed, 16)
        for _record in train(network, GradientDescent(0.1), images, batch_size=32, epochs=epochs,
                             seed=seed):
            pass
        return maths.noise_plane(maths.row_gradients(network, *images))

    @lru_cache(maxsize=4)
    def means(epochs, replace, seed):
        order = maths.draw_order(n_samples, n_batches, np.random.default_rng(seed), replace)
        return maths.batch_means(plane(epochs, seed), order)[:, sizes - 1]

    def show(batch_size, epochs, replace, seed):
        full = plane(epochs, seed).mean(axis=0)
        batches = means(epochs, replace, seed)
        measured = maths.spread(batches, full)
        theory, other = (maths.gradient_spread(n_samples, sizes, kind)
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
        _("The gradient cloud"), figures.CloudPicture(sizes),
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
    points /= maths.spread(points, 0)  # minimum at 0, variance 1

    @lru_cache(maxsize=4)
    def pool(seed):
        order = maths.draw_order(n_samples, 2000, np.random.default_rng(seed))
        return maths.batch_means(points, order)[:, sizes - 1]

    def means(batch_sizes, seed):
        return pool(seed)[:, np.searchsorted(sizes, batch_sizes)]

    def rates(learning_rate, rule, factor):
        return maths.scaled_learning_rate(
            learning_rate, factor if rule == "k · η" else np.ones_like(factor))

    @lru_cache(maxsize=64)
    def measured(learning_rate, batch_size, seed):
        settings = np.concatenate([rates(learning_rate, rule, factors) for rule in rules])
        path = maths.noisy_descent(
            settings, means(np.tile(batch_size * factors, 2), seed), [0, 0], 400,
            np.random.default_rng([seed, 1]))
        return dict(zip(rules, np.split(maths.mean_height(path[100:]).mean(axis=0), 2),
                        strict=True))

    @lru_cache(maxsize=64)
    def descent(learning_rate, batch_size, seed):
        n_steps = maths.count_iterations(n_samples, batch_size, n_epochs)
        path = maths.noisy_descent(
            [learning_rate], means([batch_size], seed), [2.0, 1.0], n_steps,
            np.random.default_rng([seed, 2]))
        epochs = np.arange(n_steps + 1) * batch_size / n_samples
        return path[-1, :, 0], epochs, maths.mean_height(path)[:, 0]

    def show(learning_rate, batch_size, factor, rule, seed):
        first = float(maths.noise_floor(learning_rate, 1, n_samples, batch_size))
        theory = {name: maths.noise_floor(rates(learning_rate, name, factors), 1, n_samples,
                                          batch_size * factors) / first for name in rules}
        after_rate = float(rates(learning_rate, rule, factor))
        settings = {"before": (learning_rate, batch_size),
                    "after": (after_rate, batch_size * factor)}
        runs = {name: descent(*pair, seed) for name, pair in settings.items()}
        floors = {name: float(maths.noise_floor(pair[0], 1, n_samples, pair[1]))
                  for name, pair in settings.items()}
        place = int(np.flatnonzero(factors == factor)[0])
        share = float(theory[rule][place])
        scales = [maths.noise_scale(rate, n_samples, size) for rate, size in settings.values()]
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
        _("The noise ball"), figures.NoisePicture(factors, n_epochs),
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
                maths.build_network("digits", seed, 256), Momentum(0.1, 0.9),
                *maths.load_few_digits(n_rows, share, seed), batch_size=32, epochs=60, seed=seed):
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
        _("Overfitting"), figures.HistoryPicture("share of right labels"),
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
        return maths.count_iterations(n_samples, batch_size, epochs, drop_last)

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
        return maths.scaled_learning_rate(learning_rate, new_batch_size / batch_size)

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

    def by_argmin(losses, patience):
        best = int(np.argmin(losses))
        return best, min(best + patience, len(losses) - 1)

    def against_the_one_before(losses, patience):
        best = worse = 0
        for epoch in range(1, len(losses)):
            worse = worse + 1 if losses[epoch] >= losses[epoch - 1] else 0
            best = epoch if losses[epoch] < losses[best] else best
            if worse == patience:
                return best, epoch
        return best, len(losses) - 1

    def one_too_late(losses, patience):
        return best_and_last(losses, patience + 1)

    def without_a_reset(losses, patience):
        best = waited = 0
        for epoch in range(1, len(losses)):
            if losses[epoch] < losses[best]:
                best = epoch
            else:
                waited += 1
                if waited == patience:
                    return best, epoch
        return best, len(losses) - 1

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
        mistakes=(
            Mistake(by_argmin,
                    _("You looked into the future: np.argmin sees epochs that are never trained.")),
            Mistake(against_the_one_before,
                    _("Compare with the best loss so far, not with the epoch before.")),
            Mistake(one_too_late,
                    _("One epoch too late: stop when epoch − best is equal to the patience.")),
            Mistake(without_a_reset,
                    _("Each new best begins the waiting again. Your count goes on.")),
            Mistake(lambda losses, patience: best_and_last(losses, patience)[::-1],
                    _("Right numbers, wrong order: return the best epoch first.")),
            Mistake(lambda losses, patience: best_and_last(losses, patience)[0],
                    _("Return two numbers: the best epoch and the last one.")),
            Mistake(lambda losses, patience: best_and_last(losses, patience)[1],
                    _("Return two numbers: the best epoch and the last one.")),
            Mistake(lambda losses, patience: (best_and_last(losses, patience)[1],) * 2,
                    _("The network to keep is that of the best epoch, not that of the last.")),
        ),
    ), attempt)
