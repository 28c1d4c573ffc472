"""Panels of section 09, stochastic pooling."""

from functools import lru_cache

import numpy as np

from lecture_kit.live.controls import choice, log_slider, seed, slider, stop_slider, whole_slider
from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths import pooling
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.inference import binomial_spread
from lecture_kit.sections.stochastic_pooling import chance, experiments
from lecture_kit.sections.stochastic_pooling.pictures import (
    MapsPicture,
    TrainingPicture,
    WindowPicture,
)
from lecture_kit.sections.stochastic_pooling.tuning import with_wrong_labels


def one_window():
    """One window of four activations: probabilities, draws, and the mean of the draws.

    The draws come from one fixed list of random numbers: one more draw only adds to those before.

    Returns
    -------
    Panel
        Controls: four activations and the number of draws.
    """
    n_draws, highest = 1000, 4
    uniform = np.random.default_rng(0).random((100, n_draws))  # the first run is the one we see

    @lru_cache(maxsize=8)
    def window(*activations):  # what the number of draws does not change
        places, means = chance.running_means(activations, uniform)
        band = chance.large_numbers_band(activations, np.arange(1, n_draws + 1))
        return np.array(activations), places[0], means, band

    def show(draws, **activations):
        return _view_of_window(*window(*activations.values()), draws)

    names = ("a₁", "a₂", "a₃", "a₄")
    example = {f"a{i}": a for i, a in enumerate(chance.EXAMPLE, 1)}
    return Panel(
        _("One window"), WindowPicture(n_draws, highest),
        {
            **{key: slider(_("activation {name}").format(name=name), 0, highest, a, 0.1)
               for (key, a), name in zip(example.items(), names, strict=True)},
            "draws": whole_slider(_("draws n"), 1, n_draws, 1),
        },
        show,
        goal=_("a standard deviation σ above 1.5 for one draw"),
        presets={
            _("draw 1"): {"draws": 1},
            _("draw 1,000"): {"draws": n_draws},
            _("equal"): dict.fromkeys(example, 2.0),
            _("zeros"): dict.fromkeys(example, 0.0),
        },
        play="draws",
    )


def _view_of_window(activations, places, means, band, n):
    a, mean = activations, float(means[0, n - 1])
    levels = {"max": float(a.max()), "average": float(a.mean()),
              "Σ p a": float(pooling.weighted_average(a))}
    expected, sigma = levels["Σ p a"], float(np.sqrt(chance.drawn_variance(a)))
    last = int(places[n - 1]) if a.any() else None
    drawn = "all zero: no draw" if last is None else f"draw {n:,} gives {number(a[last])}"
    drawn_so_far = "1 draw" if n == 1 else f"{n:,} draws"
    readout = _(
        "Mean of n = {n:,}: {mean:.3g}; expected {expected:.3g} ± {band:.2g}, which holds for "
        "{inside:.0%} of 100 runs. One draw: σ = {sigma:.3g}."
    ).format(n=n, mean=mean, expected=expected, band=band[n - 1], sigma=sigma,
             inside=chance.share_in_band(a, means[:, n - 1], n))
    drawing = {
        "activations": a, "probabilities": pooling.probabilities(a), "last": last,
        "shares": chance.shares_drawn(a, places[:n]), "means": means[0, :n], "levels": levels,
        "band": band,
        "titles": (drawn, f"mean of {drawn_so_far}: {mean:.3g}, expected {expected:.3g}")}
    return View(drawing, readout, sigma > 1.5)


def pictures():
    """Pool a photograph, or a feature map that a network has learned, in three ways.

    Returns
    -------
    Panel
        Controls: image, window, stride, seed.
    """

    def show(picture, window, overlap, seed):
        pixels = experiments.photograph_and_maps()[picture]
        seen = experiments.pool_side_by_side(pixels, window, max(window // overlap, 1), seed)
        readout = _(
            "{rows} × {rows} windows, {zero:.1%} all zero. A draw is off by {off:.3g}, theory "
            "{theory:.3g}. Mean drawn {drawn:.3g}, expected {expected:.3g}."
        ).format(rows=len(seen["max"]), zero=seen["zero"], off=seen["measured noise"],
                 theory=seen["noise"], drawn=seen["stochastic"].mean(),
                 expected=seen["expected"].mean())
        maps = {picture: pixels, **{name: seen[name] for name in pooling.POOLINGS}}
        drawing = {
            "maps": list(maps.values()), "brightest": float(pixels.max()),
            "titles": [f"{name}: {round(map_.mean(), 2):g} ± {round(map_.std(), 2):g}"
                       for name, map_ in maps.items()]}
        return View(drawing, readout, picture == "map B" and seen["zero"] < 1 / 3)

    return Panel(
        _("Pictures"), MapsPicture(),
        {
            "picture": choice(_("image"), [(_("photograph"), "photograph"), ("A", "map A"),
                                             ("B", "map B")], "photograph"),
            "window": stop_slider(_("window"), [2, 3, 4, 5, 6, 8, 10, 12, 15, 20], 4),
            "overlap": choice(_("stride"), [(_("window"), 1), (_("half of it"), 2)], 1),
            "seed": seed(),
        },
        show,
        goal=_("map B with fewer than a third of the windows all zero"),
        presets={
            _("photograph"): {"picture": "photograph", "window": 4, "overlap": 1},
            _("edges (A)"): {"picture": "map A", "window": 4, "overlap": 1},
            _("sparse (B)"): {"picture": "map B", "window": 4, "overlap": 1},
        },
    )


def training():
    """Train one small convolutional network on 200 digits under three poolings.

    Returns
    -------
    Panel
        Controls: learning rate, batch size, share of wrong labels, seed.
    """
    n_training, n_test, n_runs, epochs, record_every = 200, 500, 3, 16, 2
    (images, labels), (test_images, test_labels) = map(experiments.digit_images, load_digits())
    test_rows = test_images[:n_test], test_labels[:n_test]

    def show(learning_rate, batch_size, wrong_labels, seed):
        training_rows = images[:n_training], with_wrong_labels(labels[:n_training], wrong_labels, 0)
        seeds = range(n_runs * seed, n_runs * (seed + 1))
        for errors in experiments.train_poolings(training_rows, test_rows, learning_rate,
                                                 batch_size, seeds, epochs, record_every):
            yield _view_of_training(errors, record_every, epochs, n_test, wrong_labels)

    return Panel(
        _("Training"), TrainingPicture(epochs, 0.9),
        {
            "learning_rate": log_slider(_("learning rate η"), 0.002, 2, 0.05, also=(0.2,)),
            "batch_size": stop_slider(_("batch size B"), [20, 40, 100, 200], 20),
            "wrong_labels": choice(_("wrong labels"), [("0 %", 0.0), ("40 %", 0.4)], 0.0),
            "seed": seed(),
        },
        show,
        goal=_("40 % wrong labels: average below 25 %, max at least 8 points worse"),
        presets={
            _("few updates"): {"learning_rate": 0.05, "batch_size": 200, "wrong_labels": 0.0},
            _("too fast"): {"learning_rate": 1.0, "batch_size": 20, "wrong_labels": 0.0},
        },
    )


def _view_of_training(errors, record_every, epochs, n_test, wrong_labels):
    n_runs, n_records, _which = errors["max"].shape
    shown_epochs = record_every * np.arange(n_records)
    learned, ends = ({name: runs[:, -1, which].mean() for name, runs in errors.items()}
                     for which in range(2))
    words = {name: f"{end:.1%}" for name, end in ends.items()}
    readout = _(
        "Epoch {epoch}. Wrong on validation digits, mean of {n} runs: max {max}, average "
        "{average}, stochastic {stochastic}."
    ).format(epoch=shown_epochs[-1], n=n_runs, **words)
    drawing = {
        "epochs": shown_epochs, "errors": errors,
        "spreads": {name: (end, binomial_spread(end, n_test)) for name, end in ends.items()},
        "titles": (*(", ".join(f"{name} {end:.0%}" for name, end in means.items())
                     for means in (learned, ends)),
                   f"{n_runs} runs, in black: chance")}
    done = shown_epochs[-1] == epochs
    overfits = wrong_labels == 0.4 and ends["average"] < min(0.25, ends["max"] - 0.08)
    return View(drawing, readout, bool(done and overfits), float(shown_epochs[-1] / epochs))
