"""Panels of section 02, preprocessing."""

from functools import lru_cache

import numpy as np

from lecture_kit.live.controls import (
    choice,
    log_slider,
    seed,
    slider,
    stop_slider,
    whole_slider,
)
from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths.quadratics import (
    best_learning_rate,
    convergence_rate,
    critical_learning_rate,
)
from lecture_kit.sections.preprocessing import connections as attacks
from lecture_kit.sections.preprocessing import experiments, nominal, outliers, pictures

_LIMITS = {"raw": ((-75, 30), (-1.15, 2.35)), "min-max": ((-150, 126), (-120, 160)),
           "z-score": ((-31.2, 27.6), (-22, 35.5))}  # of both weights


def _factor(value):
    """A shrink factor; near 1 the digits after the nines matter."""
    if np.isnan(value):
        return "—"
    if value < 1e-12:  # zero, but for rounding
        return "0"
    return f"{value:.5f}" if 0.995 < value < 1.005 else number(value)


def _large(value):
    return f"{value:,.0f}" if value >= 1000 else number(value)


def _outcome(run, n_steps):
    """How a descent ended, in a sentence and as a heading."""
    enough = experiments.enough_steps(run.factor)
    if run.diverged_at is not None:
        return (_("Diverged at step {n}.").format(n=run.diverged_at),
                f"the run diverged at step {run.diverged_at}")
    if run.factor >= 1:
        return _("The run does not converge."), "the run does not converge"
    if run.arrived_at is None:
        return (_("1 % loss: not in {n} steps, theory {m:,.0f}.").format(n=n_steps, m=enough),
                f"1 % loss: theory {enough:,.0f} steps")
    return (_("1 % loss at step {n}, theory at most {m:,.0f}.").format(
                n=run.arrived_at, m=enough),
            f"1 % loss: step {run.arrived_at}, theory ≤ {enough:,.0f}")


def _valley_words(scaling, run, curvatures, n_steps):
    """Readout and titles."""
    kappa, critical = experiments.condition_number(curvatures), critical_learning_rate(curvatures)
    result, heading = _outcome(run, n_steps)
    measured = _factor(run.measured)
    readout = _("κ = {kappa}, critical η {critical:.3g}. {result} Factor {measured}, theory "
                "{theory}.").format(
        kappa=_large(kappa), critical=critical, result=result, measured=measured,
        theory=_factor(run.factor))
    return readout, (f"{scaling} features: κ = {_large(kappa)}", heading,
                     f"shrink factor {measured} per step")


def valley():
    """Gradient descent on a model of two features, on raw and on scaled features.

    A run has diverged when its loss is more than 10,000 times the first one.

    Returns
    -------
    Panel
        Controls: scaling, learning rate, correlation of the features, start, seed.
    """
    n_steps, rates = 100, np.geomspace(1e-5, 10, 601)

    @lru_cache(maxsize=4)  # the learning rate and the scaling do not change these
    def valleys(correlation, seed):
        models, height = experiments.valleys(correlation, seed)
        curvatures = {name: experiments.curvatures_of(model) for name, model in models.items()}
        factors = {name: convergence_rate(own, rates) for name, own in curvatures.items()}
        return models, height, curvatures, factors

    def show(scaling, learning_rate, correlation, start, seed):
        models, height, curvatures, factors = valleys(correlation, seed)
        model = models[scaling]
        run = experiments.descend(
            model, learning_rate, experiments.on_contour(model, height, start), n_steps)
        readout, titles = _valley_words(scaling, run, curvatures[scaling], n_steps)
        drawing = {
            "scaling": scaling, "minimum": model.minima[0],
            "ellipse": experiments.on_contour(model, height, pictures.ANGLES),
            "path": run.path, "losses": run.losses,
            "theory": experiments.falling_loss(run.factor, n_steps), "factors": factors,
            "critical": critical_learning_rate(curvatures[scaling]),
            "point": (learning_rate, run.factor if np.isnan(run.measured) else run.measured),
            "titles": titles}
        quick = run.arrived_at is not None and run.arrived_at <= 3
        return View(drawing, readout, quick and start == 45)

    # In the raw valley three digits of the best rate would already lie beyond the critical one.
    best = {name: float(f"{best_learning_rate(own):.7g}")
            for name, own in valleys(0.6, 0)[2].items()}
    return _valley_panel(pictures.ValleyPicture(_LIMITS, rates, n_steps), show, best)


def _valley_panel(picture, show, best):
    """Put controls, goal and presets around the valley; ``best`` are the best learning rates."""
    names = {"raw": _("raw"), "min-max": "min-max", "z-score": "z-score"}
    return Panel(
        _("Two features"), picture,
        {
            "scaling": choice(
                _("features"), [(words, name) for name, words in names.items()], "raw"),
            "learning_rate": log_slider(
                _("learning rate η"), 1e-5, 10, 1e-4, also=(*best.values(), 1.3)),
            "correlation": slider(_("correlation r"), -0.9, 0.9, 0.6, 0.05),
            "start": whole_slider(_("start (°)"), 0, 359, 45),
            "seed": seed(),
        },
        show,
        goal=_("from 45°: 1 % of the first loss after at most 3 steps"),
        presets={
            _("raw, best η"): {"scaling": "raw", "learning_rate": best["raw"]},
            _("min-max, best η"): {"scaling": "min-max", "learning_rate": best["min-max"]},
            _("z-score, best η"): {"scaling": "z-score", "learning_rate": best["z-score"]},
            _("too large"): {"scaling": "z-score", "learning_rate": 1.3},
        },
    )


def _outlier_words(others, outlier, kept, score, bound):
    """Readout and titles."""
    theory = {name: float(share(others, outlier)) for name, share in outliers.SHARES_KEPT.items()}
    readout = _(
        "The others keep: min-max {mm:.2g} (theory {mm_theory:.2g}), z-score {z:.2g} (theory "
        "{z_theory:.2g}). Outlier at z = {top:.3g}, at most {bound:.3g}."
    ).format(mm=kept["min-max"], z=kept["z-score"], top=score, bound=bound,
             mm_theory=theory["min-max"], z_theory=theory["z-score"])
    return readout, (f"raw: {len(others):,} others and an outlier of {outlier:,.0f} kg",
                     f"min-max: the others keep {kept['min-max']:.1%} of 0 to 1",
                     f"z-score: std of the others {kept['z-score']:.2g}, outlier {score:.3g}",
                     f"spread kept: min-max {kept['min-max']:.1%}, z-score {kept['z-score']:.1%}")


def outlier():
    """One wrong value: what it leaves to all others under min-max and under z-score.

    Returns
    -------
    Panel
        Controls: the outlier, how many others there are, seed.
    """
    grid = np.geomspace(66, 10_000, 200)

    def show(outlier, n_others, seed):
        others = outliers.body_weights(n_others, seed)
        columns, kept = outliers.scale_with_outlier(others, outlier)
        bound = outliers.largest_z_score(n_others + 1)
        readout, titles = _outlier_words(others, outlier, kept, columns["z-score"][-1], bound)
        drawing = {
            "columns": list(columns.values()), "largest_z": bound,
            "curves": {name: share(others, grid) for name, share in outliers.SHARES_KEPT.items()},
            "points": {name: (outlier, share) for name, share in kept.items()},
            "titles": titles}
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


def _codes_words(accuracies, ceiling, names, distances):
    """Readout and titles."""
    integer, one_hot = accuracies["integer codes"], accuracies["one-hot"]
    readout = _(
        "Accuracy: integer codes {integer:.3f}, one-hot {one_hot:.3f}, best possible "
        "{best:.3f}. From {first} to {second}: {d:.0f}, one-hot 1.41."
    ).format(integer=integer, one_hot=one_hot, best=ceiling, first=names[0], second=names[1],
             d=distances[0, 1])
    return readout, (
        f"integers: names {distances[distances > 0].min():.0f} to {distances.max():.0f} apart",
        "one-hot: all names √2 apart",
        f"accuracy: integers {integer:.2f}, one-hot {one_hot:.2f}")


def codes():
    """Names as integers and as one-hot: distances, and the accuracy of a model that sees them.

    Returns
    -------
    Panel
        Controls: nominal feature, updates, seed of the order.
    """
    n_shown, n_orders = 6, 40
    categories = lru_cache(nominal.count_attacks)

    @lru_cache  # the seed does not change these
    def many_orders(column, n_updates):
        _names, counts = categories(column)
        orders = nominal.random_orders(len(counts), range(n_orders))
        return nominal.softmax_accuracy(nominal.integer_inputs(orders, counts), counts, n_updates)

    def show(column, n_updates, seed):
        names, counts = categories(column)
        order = nominal.random_orders(len(names), [seed])
        inputs = {"integer codes": nominal.integer_inputs(order, counts),
                  "one-hot": np.eye(len(names))[order]}
        accuracies = {name: float(nominal.softmax_accuracy(own, counts, n_updates)[0])
                      for name, own in inputs.items()}
        shown = nominal.most_frequent(counts, n_shown)
        distances = [nominal.pairwise_distances(own[0, shown])
                     for own in (order[..., np.newaxis], inputs["one-hot"])]
        ceiling = nominal.best_accuracy(counts)
        readout, titles = _codes_words(accuracies, ceiling, names[shown], distances[0])
        drawing = {
            "names": names[shown].tolist(), "codes": order[0, shown].tolist(),
            "distances": distances, "accuracies": accuracies,
            "orders": many_orders(column, n_updates), "ceiling": ceiling, "titles": titles}
        return View(drawing, readout, accuracies["integer codes"] - accuracies["one-hot"] >= 0.01)

    return _codes_panel(pictures.CodesPicture(n_shown, n_orders), show)


def _codes_panel(picture, show):
    """Put controls, goal and presets around the codes."""
    features = [(name, i) for i, name in enumerate(("protocol", "service", "flag"))]
    return Panel(
        _("Names as numbers"), picture,
        {
            "column": choice(_("feature"), features, 2),
            "n_updates": stop_slider(_("updates"), [1, 3, 10, 30, 100, 200], 100),
            "seed": seed(),
        },
        show,
        goal=_("integer codes at least 0.01 more accurate than one-hot"),
        presets={_("a bad order"): {"seed": 12}, _("a good order"): {"seed": 39}},
    )


def _connections_words(accuracies, best):
    """Readout; ``best`` is the best mean recall, NaN if all have diverged."""
    words = [_("lost") if np.isnan(accuracy) else f"{accuracy:.3f}" for accuracy in accuracies]
    pairs = [f"{one}/{two}" for one, two in zip(words[::2], words[1::2], strict=True)]
    recall = _("All have diverged.") if np.isnan(best) else _(
        "Best mean recall {best:.2f}.").format(best=best)
    return _("Accuracy, integer/one-hot: raw {raw}, min-max {minmax}, z-score {z}. "
             "{recall}").format(raw=pairs[0], minmax=pairs[1], z=pairs[2], recall=recall)


def _columns_of_connections():
    """Name accuracy, each class with its validation rows, and mean recall."""
    lines = {"portsweep": "port-\nsweep", "guess_passwd": "guess_\npasswd",
             "buffer_overflow": "buffer_\noverflow"}
    _training, held_out = attacks.split()  # the same numbers in every split
    names = [f"{lines.get(name, name)}\n{n}" for name, n in zip(
        held_out.class_names, np.bincount(held_out.labels), strict=True)]
    return ["accu-\nracy", *names, "mean\nrecall"]


def connections():
    """Six ways to prepare real network connections for the same small network.

    Returns
    -------
    Panel
        Controls: learning rate, batch size, init scale, seed of split, weights and mini batches.
    """
    n_epochs = 10

    def show(**values):
        wrong = []
        for records, shares in attacks.train_all(**values, epochs=n_epochs, dtype=np.float32):
            epoch, best = len(wrong), np.fmax.reduce(shares[:, -1])
            wrong.append(1 - shares[:, 0])
            remarks = [f"diverged at update {record.update}" if record.diverged else ""
                       for record in records]
            drawing = {
                "epochs": np.arange(epoch + 1), "wrong": np.transpose(wrong), "shares": shares,
                "remarks": remarks,
                "titles": (f"errors in split {values['seed']}, epoch {epoch}",
                           "accuracy, recall of each class, mean recall")}
            yield View(drawing, _connections_words(shares[:, 0], best),
                       bool(epoch == n_epochs and best > 0.9),
                       1.0 if np.isnan(best) else epoch / n_epochs)

    return Panel(
        _("Real connections"),
        pictures.ConnectionsPicture(attacks.PREPARATIONS, _columns_of_connections(), n_epochs),
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
