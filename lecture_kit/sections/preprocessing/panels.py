"""Panels and exercises of section 02, preprocessing."""

from functools import lru_cache
from itertools import zip_longest

import numpy as np

from lecture_kit.live.controls import choice, log_slider, seed, slider, stop_slider
from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths.datasets import load_attack_triage
from lecture_kit.maths.encoders import ENCODERS
from lecture_kit.maths.preprocessing import SCALERS, MinMaxScaler, StandardScaler
from lecture_kit.maths.quadratics import (
    best_learning_rate,
    convergence_rate,
    critical_learning_rate,
)
from lecture_kit.sections.preprocessing import experiments, pictures
from lecture_kit.sections.preprocessing.connections import connections as connection_rows
from lecture_kit.sections.preprocessing.connections import train_on_connections
from lecture_kit.sections.preprocessing.nominal import (
    best_accuracy,
    count_classes,
    integer_inputs,
    pairwise_distances,
    softmax_accuracy,
)


def _factor(value):
    """A shrink factor; near 1 the digits after the nines matter."""
    if value < 1e-12:  # zero, but for rounding
        return "0"
    return f"{value:.5f}" if 0.995 < value < 1.005 else number(value)


def _large(value):
    return f"{value:,.0f}" if value >= 1000 else number(value)


def valley():
    """Gradient descent on a model of two features, on raw and on scaled features.

    A run has diverged when its loss is more than 10,000 times the first one.

    Returns
    -------
    Panel
        Controls: scaling, learning rate, correlation of the features, seed.
    """
    n_steps, rates = 100, np.geomspace(1e-5, 10, 601)

    @lru_cache(maxsize=4)  # the learning rate and the scaling do not change the models
    def models(correlation, seed):
        features, target = experiments.people(50, correlation, seed)
        return {
            name: experiments.linear_model(
                Scaler().fit(features).transform(features) if Scaler else features, target)
            for name, Scaler in SCALERS.items()}, (target**2).mean() / 2

    @lru_cache(maxsize=4)
    def factors(correlation, seed):
        return {name: convergence_rate(curvatures(model), rates)
                for name, model in models(correlation, seed)[0].items()}

    def curvatures(model):
        return np.linalg.eigvalsh(model.hessian(model.minima[0]))

    def show(scaling, learning_rate, correlation, seed):
        every, height = models(correlation, seed)
        model = every[scaling]
        start = experiments.fair_start(model, height)
        run = experiments.descend(model, learning_rate, start, n_steps)
        kappa = experiments.condition_number(curvatures(model))
        critical = float(critical_learning_rate(curvatures(model)))
        enough = experiments.enough_steps(run.factor)
        measured = "—" if np.isnan(run.measured) else _factor(run.measured)
        if run.diverged_at is not None:
            result = _("Diverged at step {n}.").format(n=run.diverged_at)
            heading = f"diverged at step {run.diverged_at}"
        elif run.factor >= 1:
            result = _("The run does not converge.")
            heading = "does not converge"
        elif run.arrived_at is None:
            result = _("1 % loss: not in {n} steps, theory {m:,.0f}.").format(
                n=n_steps, m=enough)
            heading = f"1 %: theory {enough:,.0f} steps"
        else:
            result = _("1 % loss after {n} steps, theory at most {m:,.0f}.").format(
                n=run.arrived_at, m=enough)
            heading = f"1 %: {run.arrived_at} steps, theory ≤ {enough:.0f}"
        readout = _("κ = {kappa}, critical η {critical:.3g}. {result} Factor {measured}, theory "
                    "{theory}.").format(
            kappa=_large(kappa), critical=critical, result=result, measured=measured,
            theory=_factor(run.factor))
        drawing = {
            "scaling": scaling, "minimum": model.minima[0],
            "ellipse": experiments.contour(model, height), "path": run.path, "losses": run.losses,
            "theory": experiments.falling_loss(run.factor, n_steps),
            "factors": factors(correlation, seed), "critical": critical,
            "point": (learning_rate, run.measured),
            "titles": (f"{scaling}: κ = {_large(kappa)}", heading,
                       f"factor {measured}, critical η {critical:.3g}")}
        return View(drawing, readout, run.arrived_at is not None and run.arrived_at <= 3)

    limits = {"raw": ((-75, 30), (-1.15, 2.35)), "min-max": ((-150, 96), (-60, 145)),
              "z-score": ((-31.2, 27.6), (-17, 32))}
    # In the raw valley three digits of the best rate would already lie beyond the critical one.
    best = {name: float(f"{best_learning_rate(curvatures(model)):.7g}")
            for name, model in models(0.6, 0)[0].items()}
    return Panel(
        _("Two features"), pictures.ValleyPicture(limits, rates, n_steps),
        {
            "scaling": choice(_("features"), [
                (_("raw"), "raw"), ("min-max", "min-max"), ("z-score", "z-score")], "raw"),
            "learning_rate": log_slider(
                _("learning rate η"), 1e-5, 10, 1e-4, also=(*best.values(), 1.3)),
            "correlation": slider(_("correlation r"), -0.9, 0.9, 0.6, 0.05),
            "seed": seed(),
        },
        show,
        goal=_("1 % of the first loss after at most 3 steps"),
        presets={
            _("raw, best η"): {"scaling": "raw", "learning_rate": best["raw"]},
            _("min-max, best η"): {"scaling": "min-max", "learning_rate": best["min-max"]},
            _("z-score, best η"): {"scaling": "z-score", "learning_rate": best["z-score"]},
            _("too large"): {"scaling": "z-score", "learning_rate": 1.3},
        },
    )


def outlier():
    """One wrong value: what it leaves to all others under min-max and under z-score.

    Returns
    -------
    Panel
        Controls: the outlier, how many others there are, seed.
    """
    grid, largest_n = np.geomspace(66, 10_000, 200), 1000

    def show(outlier, n_others, seed):
        others = np.random.default_rng(seed).normal(65, 11, largest_n)[:n_others]
        column = np.append(others, outlier)[:, np.newaxis]
        squeezed, scored = (Scaler().fit(column).transform(column)[:, 0]
                            for Scaler in (MinMaxScaler, StandardScaler))
        kept = {"min-max": float(np.ptp(squeezed[:-1])), "z-score": float(scored[:-1].std())}
        bound = experiments.largest_z_score(len(column))
        theory = {"min-max": experiments.kept_by_min_max, "z-score": experiments.kept_by_z_score}
        readout = _(
            "The others keep: min-max {mm:.2g} (theory {mm_theory:.2g}), z-score {z:.2g} (theory "
            "{z_theory:.2g}). Outlier at z = {top:.3g}, limit {bound:.3g}."
        ).format(mm=kept["min-max"], z=kept["z-score"], top=scored[-1], bound=bound,
                 mm_theory=float(theory["min-max"](others, outlier)),
                 z_theory=float(theory["z-score"](others, outlier)))
        drawing = {
            "columns": [column[:, 0], squeezed, scored], "largest_z": bound,
            "curves": {name: share(others, grid) for name, share in theory.items()},
            "points": {name: (outlier, share) for name, share in kept.items()},
            "titles": (f"{n_others:,} others and an outlier of {outlier:,.0f} kg",
                       f"min-max: the others keep {kept['min-max']:.1%} of 0 to 1",
                       f"z-score: std of the others {kept['z-score']:.2g}, outlier "
                       f"{scored[-1]:.3g}",
                       f"they keep {kept['min-max']:.1%} and {kept['z-score']:.1%}")}
        return View(drawing, readout, kept["min-max"] < 0.1 and kept["z-score"] > 0.25)

    return Panel(
        _("One outlier"),
        pictures.OutlierPicture(grid),
        {
            "outlier": log_slider(_("outlier (kg)"), 66, 10_000, 80, also=(144, 655)),
            "n_others": stop_slider(_("others"), [10, 30, 100, 300, 1000], 30),
            "seed": seed(),
        },
        show,
        goal=_("min-max leaves the others less than 10 %, z-score more than 25 %"),
        presets={
            _("in pounds"): {"outlier": 144},
            _("point lost"): {"outlier": 655},
        },
    )


def codes():
    """Names as integers and as one-hot: distances, and the accuracy of a model that sees them.

    Returns
    -------
    Panel
        Controls: nominal feature, updates, seed of the order.
    """
    data, n_shown, n_orders = load_attack_triage(), 6, 40

    @lru_cache
    def categories(column):
        names, found = np.unique(data.nominal[:, column], return_inverse=True)
        counts = count_classes(found.ravel(), data.labels, len(data.class_names))
        return names, counts

    def draw_order(n, seed):
        return np.random.default_rng(seed).permutation(n)

    @lru_cache  # the seed does not change these
    def many_orders(column, n_updates):
        _names, counts = categories(column)
        orders = np.stack([draw_order(len(counts), seed) for seed in range(n_orders)])
        return softmax_accuracy(integer_inputs(orders, counts), counts, n_updates)

    def show(column, n_updates, seed):
        names, counts = categories(column)
        order = draw_order(len(names), seed)
        one_hot = np.eye(len(names))[order]
        integer = integer_inputs(order[np.newaxis], counts)
        accuracies = {
            "integer codes": float(softmax_accuracy(integer, counts, n_updates)[0]),
            "one-hot": float(
                softmax_accuracy(one_hot[np.newaxis], counts, n_updates)[0])}
        ceiling = best_accuracy(counts)
        orders = many_orders(column, n_updates)
        shown = np.argsort(-counts.sum(axis=1), kind="stable")[:n_shown]
        distances = (pairwise_distances(order[shown, np.newaxis]),
                     pairwise_distances(one_hot[shown]))
        first, second = shown[:2]
        readout = _(
            "Accuracy: integer codes {integer:.3f}, one-hot {one_hot:.3f}, best possible "
            "{best:.3f}. From {first} to {second}: {d:.0f}, one-hot 1.41."
        ).format(integer=accuracies["integer codes"], one_hot=accuracies["one-hot"],
                 best=ceiling, first=names[first], second=names[second], d=distances[0][0, 1])
        drawing = {
            "names": names[shown].tolist(), "codes": order[shown].tolist(),
            "distances": distances, "accuracies": accuracies, "orders": orders,
            "ceiling": ceiling,
            "titles": (f"integer codes: {distances[0][distances[0] > 0].min():.0f} to "
                       f"{distances[0].max():.0f} apart", "one-hot: all √2 apart",
                       f"integer codes {accuracies['integer codes']:.3f}, "
                       f"one-hot {accuracies['one-hot']:.3f}")}
        ahead = accuracies["integer codes"] - accuracies["one-hot"]
        return View(drawing, readout, ahead >= 0.01)

    labels = [(name, i) for i, name in enumerate(("protocol", "service", "flag"))]
    return Panel(
        _("Names as numbers"), pictures.CodesPicture(n_shown, n_orders),
        {
            "column": choice(_("feature"), labels, 2),
            "n_updates": stop_slider(_("updates"), [1, 3, 10, 30, 100, 200], 100),
            "seed": seed(),
        },
        show,
        goal=_("integer codes at least 0.01 more accurate than one-hot"),
        presets={_("a bad order"): {"seed": 12}, _("a good order"): {"seed": 39}},
    )


def connections():
    """Six ways to prepare real network connections for the same small network.

    Returns
    -------
    Panel
        Controls: learning rate, batch size, init scale, seed.
    """
    rows = [(scaling, codes) for scaling in SCALERS for codes in ENCODERS]
    n_epochs, data = 10, load_attack_triage()
    n_validation = np.bincount(connection_rows(*rows[0])[1][1])

    def show(learning_rate, batch_size, init_scale, seed):
        runs = [train_on_connections(scaling, codes, learning_rate, batch_size, init_scale, seed,
                                     n_epochs, np.float32) for scaling, codes in rows]
        history = [[] for _row in rows]
        for results in zip_longest(*runs):
            for row, result in zip(history, results, strict=True):
                row.append(result or row[-1])  # a run that diverged stays where it is
            yield view(history)

    def view(history):
        epoch = len(history[0]) - 1
        wrong = np.array([[1 - record.validation_accuracy for record, _recall in row]
                          for row in history])
        last = [row[-1] for row in history]
        shares = np.array([[record.validation_accuracy, *recall, recall.mean()]
                           for record, recall in last])
        remarks = [_diverged(record) for record, _recall in last]
        finished = shares[~np.isnan(shares[:, 0]), -1]
        words = [_("lost") if record.diverged else f"{record.validation_accuracy:.3f}"
                 for record, _recall in last]
        pairs = [f"{one}/{two}" for one, two in zip(words[::2], words[1::2], strict=True)]
        recall = _("Best mean recall {best:.2f}.").format(best=finished.max()) \
            if finished.size else _("All have diverged.")
        readout = _("Accuracy, integer/one-hot: raw {raw}, min-max {minmax}, z-score {z}. "
                    "{recall}").format(raw=pairs[0], minmax=pairs[1], z=pairs[2], recall=recall)
        drawing = {
            "epochs": np.arange(epoch + 1), "wrong": wrong, "shares": shares,
            "remarks": remarks,
            "titles": (f"epoch {epoch}", "accuracy, recall of each class, mean recall")}
        done = epoch == n_epochs
        best = finished.max() if finished.size else 0
        return View(drawing, readout, bool(done and best > 0.9), epoch / n_epochs)

    lines = {"portsweep": "port-\nsweep", "guess_passwd": "guess_\npasswd",
             "buffer_overflow": "buffer_\noverflow"}
    names = [f"{lines.get(name, name)}\n{n}"
             for name, n in zip(data.class_names, n_validation, strict=True)]
    return Panel(
        _("Real connections"),
        pictures.ConnectionsPicture(rows, ["accu-\nracy", *names, "mean\nrecall"], n_epochs),
        {
            "learning_rate": log_slider(_("learning rate η"), 1e-6, 10, 0.1),
            "batch_size": stop_slider(_("batch size B"), [8, 16, 32, 128, 1207], 16),
            "init_scale": log_slider(_("init scale σ"), 0.001, 3, 0.1),
            "seed": seed(),
        },
        show,
        goal=_("a mean recall above 0.9 after 10 epochs"),
        presets={
            _("small steps"): {"learning_rate": 0.01},
            _("a rate for raw"): {"learning_rate": 1e-4},
            _("too large"): {"learning_rate": 10.0},
        },
    )


def _diverged(record):
    return f"diverged at update {record.update}" if record.diverged else ""
