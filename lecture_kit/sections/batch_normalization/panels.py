"""Panels and exercises of section 07, batch normalization."""

from functools import lru_cache
from itertools import zip_longest

import numpy as np

from lecture_kit.live.controls import choice, log_slider, seed, slider, stop_slider, whole_slider
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths.activations import RELU, SIGMOID
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.network_losses import CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.normalization import BatchNormalization, batch_normalize
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.sections.batch_normalization import experiments, pictures

_BATCH_SIZE = 60
_LOW, _HIGH = -8, 8


def _digits():
    """Give 1,200 images for training and 600 for validation, with grey values from 0 to 1."""
    return [(part.features[:n] / 16, part.labels[:n])
            for part, n in zip(load_digits(), (1200, 600), strict=True)]


def distributions():
    """Three sigmoid layers of 100: what goes into them while they learn, without and with BN.

    Inputs beyond ±8 are drawn in the outermost bins.

    Returns
    -------
    Panel
        Controls: learning rate, init scale, noise, epoch, seed.
    """
    training, validation = _digits()
    n_epochs, n_bins = 15, 64
    runs = {}

    def snapshots(name, learning_rate, init_scale, seed):
        """Yield the list of all snapshots so far."""
        key = name, learning_rate, init_scale, seed
        if key in runs:
            yield runs[key]
            return
        network = experiments.build_network(name, init_scale, seed=seed)
        so_far = []
        for snapshot in experiments.watch_training(
                network, GradientDescent(learning_rate), training, validation, training[0][:300],
                batch_size=_BATCH_SIZE, epochs=n_epochs, seed=seed, low=_LOW, high=_HIGH,
                n_bins=n_bins):
            so_far.append(snapshot)
            yield so_far
        runs[key] = so_far

    def show(learning_rate, init_scale, noise, epoch, seed):
        names = ("without BN", "noisy BN" if noise else "with BN")
        streams = [snapshots(name, learning_rate, init_scale, seed) for name in names]
        latest = ()
        for news in zip_longest(*streams):
            latest = [new or old for new, old in zip_longest(news, latest)]
            yield view(dict(zip(names, latest, strict=True)), epoch)

    def view(histories, epoch):
        names, rows, reached = list(histories), {}, {}
        for name, history in histories.items():
            now = history[min(epoch, len(history) - 1)]
            rows[name] = {
                "shares": now.shares, "notes": notes(now),
                "percentiles": np.array([snapshot.percentiles for snapshot in history])}
            reached[name] = now.record
        curves = {name: np.array([snapshot.record.validation_accuracy for snapshot in history])
                  for name, history in histories.items()}
        n_done = min(n_epochs if history[-1].record.diverged else len(history) - 1
                     for history in histories.values())
        words = [_("diverged") if record.diverged else f"{record.validation_accuracy:.2f}"
                 for record in reached.values()]
        deviations = [row[min(epoch, len(row) - 1)].deviations[-1] for row in histories.values()]
        update = 20 * min(epoch, n_done)
        readout = _("Update {n}. Accuracy: {first} {a}, {second} {b}. Input of layer 3: standard "
                    "deviation {c:.2g} and {d:.2g}.").format(
            n=update, first=names[0], second=names[1], a=words[0], b=words[1], c=deviations[0],
            d=deviations[1])
        drawing = {
            "epoch": min(epoch, n_done), "rows": rows, "curves": curves,
            "title": f"update {update}: {words[0]} and {words[1]}"}
        plain = histories["without BN"]
        goal_met = epoch == n_epochs == n_done and plain[-1].record.validation_accuracy > 0.9
        return View(drawing, readout, bool(goal_met), n_done / n_epochs)

    def notes(snapshot):
        if snapshot.expected is None:
            return [f"std {measured:.2g}" for measured in snapshot.deviations]
        return [f"std {measured:.2g}\ntheory {expected:.2g}" for measured, expected in
                zip(snapshot.deviations, snapshot.expected, strict=True)]

    updates = np.arange(n_epochs + 1) * 20
    picture = pictures.DistributionsPicture(np.linspace(_LOW, _HIGH, n_bins + 1), updates, 3)
    return Panel(
        _("Inside the network"), picture,
        {
            "learning_rate": log_slider(_("learning rate η"), 0.01, 10, 0.1),
            "init_scale": log_slider(_("init scale σ"), 0.003, 3, 0.01, also=(0.1, 0.4)),
            "seed": seed(),
            "epoch": whole_slider(_("epoch (20 updates)"), 0, n_epochs, n_epochs),
            "noise": choice(_("noise after BN"), [(_("no"), False), (_("yes"), True)], False),
        },
        show,
        goal=_("without BN above 0.90 at epoch 15"),
        presets={
            _("small weights"): {"learning_rate": 0.1, "init_scale": 0.01, "epoch": n_epochs},
            _("Xavier"): {"learning_rate": 1.0, "init_scale": 0.1, "epoch": n_epochs},
        },
        play="epoch",
    )


def one_layer():
    """One node on real digits: a batch, the batch normalized, and what γ and β make of it.

    Returns
    -------
    Panel
        Controls: batch size, γ, β, seed.
    """
    neuron = fully_connected((64, 1), SIGMOID, CROSS_ENTROPY, 0.6, 12)
    population = neuron.logits(_digits()[0][0])[:, 0]
    mean, deviation, marked = population.mean(), population.std(), population[0]
    sizes, n_bins = [1, 2, 4, 8, 16, 32, 60, 128, 256, 512], 32
    theory = experiments.batch_mean_spread(deviation, np.array(sizes))
    layer = BatchNormalization(1)
    layer.attach(np.zeros(2), np.zeros(2))
    layer.running_mean[:], layer.running_variance[:] = mean, deviation**2

    @lru_cache(maxsize=1)  # only the seed changes them
    def draw(seed):
        rows = experiments.random_batches(population, sizes[-1], 400, seed)
        return rows[0], np.array([rows[:, :size].mean(axis=1).std() for size in sizes])

    def stage(values, theory, inferred):
        return {"shares": experiments.shares_per_bin(values, _LOW, _HIGH, n_bins),
                "measured": (values.mean(), values.std()), "theory": theory,
                "image": values[0, 0], "inferred": inferred}

    def infer(scale, shift):
        layer.scale[:], layer.shift[:] = scale, shift
        return float(layer.infer(np.array([[marked]]))[0, 0])

    def show(batch_size, scale, shift, seed):
        rows, spread = draw(seed)
        batch = rows[:batch_size, np.newaxis].copy()
        batch[0] = marked
        output = batch_normalize(batch, scale, shift)
        stages = {
            "raw": stage(batch, (mean, deviation), marked),
            "normalized": stage(batch_normalize(batch), (0, 1), infer(1, 0)),
            "output": stage(output, (shift, scale), infer(scale, shift))}
        pairs = {name: part["measured"] for name, part in stages.items()}
        here = sizes.index(batch_size)
        readout = _("Batch mean {m} (all rows {all}). Output: mean {mean}, standard deviation "
                    "{sd}. One image: {image}, at inference {inferred}.").format(
            m=_two(pairs["raw"][0]), all=_two(mean), mean=_two(pairs["output"][0]),
            sd=_two(pairs["output"][1]), image=_two(stages["output"]["image"]),
            inferred=_two(stages["output"]["inferred"]))
        titles = (
            *(f"{name}: {_two(pair[0])} ± {_two(pair[1])}" for name, pair in pairs.items()),
            f"{spread[here]:.2g}, theory {theory[here]:.2g}")
        drawing = {"stages": stages, "spread": spread, "theory": theory,
                   "batch_size": batch_size, "titles": titles}
        undone = np.allclose(pairs["raw"], pairs["output"], rtol=0, atol=0.02)
        return View(drawing, readout, bool(undone and batch_size == _BATCH_SIZE))

    picture = pictures.OneLayerPicture(np.linspace(_LOW, _HIGH, n_bins + 1), sizes)
    return Panel(
        _("One layer"), picture,
        {
            "batch_size": stop_slider(_("batch size B"), sizes, _BATCH_SIZE),
            "scale": slider(_("scale γ"), 0, 3, 1.0),
            "shift": slider(_("shift β"), -4, 4, 0.0),
            "seed": seed(),
        },
        show,
        goal=_("B = 60: output with mean and std of the raw batch (± 0.02)"),
        presets={
            _("batch of one"): {"batch_size": 1, "scale": 2.0, "shift": -1.0},
            _("batch of four"): {"batch_size": 4},
        },
    )


def _two(value):
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")


_KINDS = pictures.MapPicture.kinds
_ACTIVATIONS = {"sigmoid": SIGMOID, "ReLU": RELU}
_RATES, _SCALES = 10.0 ** np.arange(-1.5, 1.1, 0.5), 10.0 ** np.arange(-2, 0.6, 0.5)
_N_UPDATES, _EVERY, _WIDTH = 240, 20, 50
_maps = {}  # a map takes a second or two, so all panels of a session share the finished ones


def _train_both(activation, learning_rates, init_scales, seed, record_every, dtype):
    """Yield (update, accuracies without BN, accuracies with BN) while networks are trained."""
    training, validation = _digits()
    runs = [experiments.train_many(
        (64, _WIDTH, _WIDTH, _WIDTH, 10), _ACTIVATIONS[activation], normalized, learning_rates,
        init_scales, training, validation, batch_size=_BATCH_SIZE, n_updates=_N_UPDATES,
        record_every=record_every, seed=seed, dtype=dtype) for normalized in (False, True)]
    for (update, plain), (_update, normalized) in zip(*runs, strict=True):
        yield update, plain, normalized


def _train_map(activation, seed):
    """Yield (update, maps by kind) while all networks of a map are trained side by side."""
    rates, scales = np.meshgrid(_RATES, _SCALES)
    for update, *pair in _train_both(
            activation, rates.ravel(), scales.ravel(), seed, 3 * _EVERY, np.float32):
        maps = {kind: accuracies.reshape(rates.shape)
                for kind, accuracies in zip(_KINDS, pair, strict=True)}
        if update == _N_UPDATES:
            _maps[activation, seed] = maps
        yield update, maps


@lru_cache
def _mean_map(activation, n_seeds):
    maps = [_maps[activation, seed] for seed in range(n_seeds)]
    return {kind: np.mean([one[kind] for one in maps], axis=0) for kind in _KINDS}


def _newest_map(activation, n_seeds):
    """Give the mean over as many seeds as are finished, or a map before the first update."""
    n_finished = [(activation, seed) in _maps for seed in range(n_seeds)] + [False]
    if n_finished[0]:
        return _mean_map(activation, n_finished.index(False))
    return next(_train_map(activation, 0))[1]


def rate_and_scale():
    """Accuracy over learning rate and init scale, without and with batch normalization.

    Three layers of 50 nodes, 240 updates. The maps are means over the seeds 0, 1, …, and so is
    the run at the point.

    Returns
    -------
    Panel
        Controls: learning rate, init scale, activation, number of seeds.
    """

    def show(learning_rate, init_scale, activation, n_seeds):
        missing = [number for number in range(n_seeds) if (activation, number) not in _maps]
        work, done = n_seeds + 8 * len(missing), 0  # a map takes about as long as 8 runs
        maps, updates = _newest_map(activation, n_seeds), np.arange(0, _N_UPDATES + 1, _EVERY)
        runs = {kind: np.full((n_seeds, len(updates)), np.nan) for kind in _KINDS}

        def now(part=0.0):
            return view(learning_rate, init_scale, activation, maps, updates, runs,
                        min((done + part) / work, 1.0))

        for number in range(n_seeds):
            for k, (update, *pair) in enumerate(_train_both(
                    activation, [learning_rate], [init_scale], number, _EVERY, np.float64)):
                for kind, accuracies in zip(_KINDS, pair, strict=True):
                    runs[kind][number, k] = accuracies[0]
                yield now(0.99 * update / _N_UPDATES)
            done += 1
        for number in missing:
            for update, partial in _train_map(activation, number):
                maps = partial if number == 0 else maps
                yield now(7.9 * update / _N_UPDATES)
            done += 8
        maps = _newest_map(activation, n_seeds)
        yield now()

    def view(learning_rate, init_scale, activation, maps, updates, runs, progress):
        last = {kind: mean_of_finished(runs[kind]) for kind in _KINDS}
        ends = {kind: curve[np.isfinite(curve)][-1] for kind, curve in last.items()}
        diverged = {kind: progress == 1 and np.isnan(last[kind][-1]) for kind in _KINDS}
        words = [_("diverged") if diverged[kind] else f"{ends[kind]:.2f}" for kind in _KINDS]
        n_updates = max(updates[np.isfinite(curve)][-1] for curve in last.values())
        readout = _("η = {rate:.3g}, σ = {scale:.3g}. Accuracy after {n} updates: without BN "
                    "{plain}, with BN {normalized} (seeds: {seeds}).").format(
            rate=learning_rate, scale=init_scale, n=n_updates, plain=words[0],
            normalized=words[1], seeds=len(runs[_KINDS[0]]))
        good = float(experiments.gradient_keeping_scale(_ACTIVATIONS[activation], _WIDTH))
        titles = (f"without BN; dotted: theory σ = {good:.2g}", "with BN; dotted: equal η/σ²",
                  f"without {words[0]}, with {words[1]}")
        drawing = {
            "maps": maps,
            "good_scale": good,
            "point": (learning_rate, init_scale),
            "same_rate": experiments.same_effective_rate(
                learning_rate, init_scale, _SCALES[[0, -1]]
            ),
            "updates": updates,
            "runs": runs,
            "titles": titles,
        }
        plain, normalized = (ends[kind] for kind in _KINDS)
        goal_met = progress == 1 and not any(diverged.values()) and (
            len(runs[_KINDS[0]]) == 3 and plain > 0.9 and normalized - plain <= 0.02)
        return View(drawing, readout, bool(goal_met), progress)

    def mean_of_finished(runs):
        return runs[~np.isnan(runs[:, 0])].mean(axis=0)

    picture = pictures.MapPicture(_RATES, _SCALES, _N_UPDATES)
    return Panel(
        _("Learning rate and init scale"), picture,
        {
            "learning_rate": log_slider(_("learning rate η"), 0.03, 10, 0.1),
            "init_scale": log_slider(_("init scale σ"), 0.01, 3, 0.01, also=(0.2, 0.57)),
            "activation": choice(_("activation"), [(name, name) for name in _ACTIVATIONS],
                                 "sigmoid"),
            "n_seeds": stop_slider(_("seeds averaged"), [1, 2, 3], 1),
        },
        show,
        goal=_("3 seeds: without BN above 0.90, at most 0.02 behind BN"),
        presets={
            _("small weights"): {"learning_rate": 0.1, "init_scale": 0.01},
            _("theory's σ"): {"learning_rate": 1.0, "init_scale": 0.57, "activation": "sigmoid"},
            _("ReLU, He's σ"): {"learning_rate": 0.302, "init_scale": 0.2, "activation": "ReLU"},
        },
    )
