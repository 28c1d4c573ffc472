"""Panels of section 07, batch normalization."""

from functools import lru_cache
from itertools import zip_longest

import numpy as np

from lecture_kit.live.controls import choice, log_slider, seed, slider, stop_slider, whole_slider
from lecture_kit.live.kept import Kept
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths.activations import RELU, SIGMOID
from lecture_kit.maths.network_losses import CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.sections.batch_normalization import experiments, inside, pictures

_BATCH_SIZE = 60
_LOW, _HIGH = -8, 8
_N_EPOCHS, _N_BINS = 15, 64
_UPDATES = np.arange(_N_EPOCHS + 1) * 20  # after each epoch


def distributions():
    """Three sigmoid layers of 100: what goes into them while they learn, without and with BN.

    Inputs beyond ±8 are drawn in the outermost bins.

    Returns
    -------
    Panel
        Controls: learning rate, init scale, noise, epoch, seed.
    """
    finished = Kept(40)

    def show(learning_rate, init_scale, noise, epoch, seed):
        names = ("without BN", "noisy BN" if noise else "with BN")
        streams = [_snapshots(finished, name, learning_rate, init_scale, seed) for name in names]
        latest = ()
        for news in zip_longest(*streams):
            latest = [new or old for new, old in zip_longest(news, latest)]
            yield _inside_view(dict(zip(names, latest, strict=True)), epoch)

    picture = pictures.DistributionsPicture(np.linspace(_LOW, _HIGH, _N_BINS + 1), _UPDATES, 3)
    return Panel(
        _("Inside the network"), picture,
        {
            "learning_rate": log_slider(_("learning rate η"), 0.01, 10, 0.1),
            "init_scale": log_slider(_("init scale σ"), 0.003, 3, 0.01, also=(0.1, 0.4)),
            "seed": seed(),
            "epoch": whole_slider(_("epoch (20 updates)"), 0, _N_EPOCHS, _N_EPOCHS),
            "noise": choice(_("noise after BN"), [(_("no"), False), (_("yes"), True)], False),
        },
        show,
        goal=_("without BN above 0.90 at epoch 15"),
        presets={
            _("small weights"): {"learning_rate": 0.1, "init_scale": 0.01, "epoch": _N_EPOCHS},
            _("Xavier"): {"learning_rate": 1.0, "init_scale": 0.1, "epoch": _N_EPOCHS},
        },
        play="epoch",
    )


def _snapshots(finished, name, learning_rate, init_scale, seed):
    """Yield the list of all snapshots of a training so far; keep and reuse finished ones."""
    key = name, learning_rate, init_scale, seed
    if key in finished:
        yield finished[key]
        return
    training, validation = experiments.load_rows()
    so_far = []
    for snapshot in inside.watch_training(
            experiments.build_network(name, init_scale, seed=seed, dtype=np.float32),
            GradientDescent(learning_rate), training, validation, training[0][:300],
            batch_size=_BATCH_SIZE, n_updates=_UPDATES[-1], record_every=_UPDATES[1], seed=seed,
            low=_LOW, high=_HIGH, n_bins=_N_BINS):
        so_far.append(snapshot)
        yield so_far
    finished[key] = so_far


def _inside_view(histories, epoch):
    """Show an epoch of two trainings, each a list of snapshots by the name of its network."""
    now = {name: history[min(epoch, len(history) - 1)] for name, history in histories.items()}
    n_done = min(map(len, histories.values())) - 1
    words = [_accuracy(np.isnan(snapshot.accuracy), snapshot.accuracy)
             for snapshot in now.values()]
    deviations = [snapshot.deviations[-1] for snapshot in now.values()]
    update = _UPDATES[min(epoch, n_done)]
    readout = _("Update {n}. Accuracy: {first} {a}, {second} {b}. Input of layer 3: standard "
                "deviation {c:.2g} and {d:.2g}.").format(
        n=update, **dict(zip(("first", "second"), now, strict=True)), a=_(words[0]), b=_(words[1]),
        c=deviations[0], d=deviations[1])
    drawing = {
        "epoch": min(epoch, n_done),
        "rows": {name: {
            "shares": now[name].shares, "notes": _notes(now[name]),
            "percentiles": np.array([snapshot.percentiles for snapshot in history]),
        } for name, history in histories.items()},
        "curves": {
            name: np.array([snapshot.accuracy for snapshot in history])
            for name, history in histories.items()},
        "title": _both(*words, "noisy" if "noisy BN" in now else "with"),
    }
    plain = histories["without BN"][-1].accuracy
    return View(drawing, readout, bool(epoch == n_done == _N_EPOCHS and plain > 0.9),
                n_done / _N_EPOCHS)


def _accuracy(diverged, value):
    return "diverged" if diverged else f"{value:.2f}"


def _both(plain, other, name):
    if plain == other == "diverged":
        return "both diverged"
    return f"{plain} without BN, {other} {name}"


def _notes(snapshot):
    if snapshot.expected is None:
        return [f"std {measured:.2g}" for measured in snapshot.deviations]
    return [f"std {measured:.2g}\ntheory {expected:.2g}" for measured, expected in
            zip(snapshot.deviations, snapshot.expected, strict=True)]


_N_BINS_OF_LAYER = 32
_SIZES = [1, 2, 4, 8, 16, 32, 60, 128, 256, 512]


def one_layer():
    """One node on real digits: a batch, the batch normalized, and what γ and β make of it.

    Returns
    -------
    Panel
        Controls: batch size, γ, β, seed.
    """
    node = fully_connected((64, 1), SIGMOID, CROSS_ENTROPY, 0.6, 12)
    population = node.logits(experiments.load_rows()[0][0])[:, 0]
    mean, deviation = population.mean(), population.std()
    theory = experiments.batch_mean_spread(deviation, np.array(_SIZES))

    @lru_cache(maxsize=1)  # only the seed changes them
    def draw(seed):
        batches = experiments.random_batches(population, _SIZES[-1], 400, seed)
        return batches[0], experiments.batch_mean_spreads(batches, _SIZES)

    def show(batch_size, scale, shift, seed):
        rows, spread = draw(seed)
        batch = rows[:batch_size, np.newaxis].copy()
        batch[0] = population[0]
        stages = experiments.stages_of_normalization(batch, mean, deviation, scale, shift)
        return _layer_view(stages, spread, theory, batch_size)

    picture = pictures.OneLayerPicture(np.linspace(_LOW, _HIGH, _N_BINS_OF_LAYER + 1), _SIZES)
    return Panel(
        _("One layer"), picture,
        {
            "batch_size": stop_slider(_("batch size B"), _SIZES, _BATCH_SIZE),
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


def _layer_view(stages, spread, theory, batch_size):
    """Show the stages of a batch, and the spread of the batch mean at all batch sizes."""
    raw, output = stages["raw"], stages["output"]
    readout = _("Batch mean {m} (all rows {all}). Output: mean {mean}, standard deviation "
                "{sd}. One image: {image}, at inference {inferred}.").format(
        m=_two(raw.measured[0]), all=_two(raw.theory[0]), mean=_two(output.measured[0]),
        sd=_two(output.measured[1]), image=_two(output.values[0, 0]),
        inferred=_two(output.inferred))
    here = _SIZES.index(batch_size)
    drawing = {
        "stages": {name: {
            "shares": inside.shares_per_bin(stage.values, _LOW, _HIGH, _N_BINS_OF_LAYER),
            "measured": stage.measured, "theory": stage.theory, "image": stage.values[0, 0],
            "inferred": stage.inferred,
        } for name, stage in stages.items()},
        "spread": spread, "theory": theory, "batch_size": batch_size,
        "titles": (
            *(f"{name}: {_two(stage.measured[0])} ± {_two(stage.measured[1])}"
              for name, stage in stages.items()),
            f"{spread[here]:.2g}, theory {theory[here]:.2g}"),
    }
    undone = np.allclose(raw.measured, output.measured, rtol=0, atol=0.02)
    return View(drawing, readout, bool(undone and batch_size == _BATCH_SIZE))


def _two(value):
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")


_KINDS = pictures.MapPicture.kinds
_ACTIVATIONS = {"sigmoid": SIGMOID, "ReLU": RELU}
_RATES, _SCALES = experiments.MAP_RATES, experiments.MAP_SCALES
_N_UPDATES, _EVERY, _WIDTH = 240, 20, 30
_maps = {}  # a map takes a few seconds, so all panels of a session share the finished ones


def rate_and_scale():
    """Accuracy over learning rate and init scale, without and with batch normalization.

    Three layers of 30 nodes, 240 updates. The maps are means over the seeds 0, 1, …, and so is
    the run at the point.

    Returns
    -------
    Panel
        Controls: learning rate, init scale, activation, number of seeds.
    """

    def show(learning_rate, init_scale, activation, n_seeds):
        point = learning_rate, init_scale
        missing = {number: _train_map(activation, number) for number in range(n_seeds)
                   if (activation, number) not in _maps}
        n_finished = min(missing, default=n_seeds)
        maps = _mean_map(activation, n_finished) if n_finished else next(missing[0])[1]
        work = n_seeds + 8 * len(missing)  # a map takes about as long as 8 runs
        for update, runs in _train_at(point, activation, n_seeds):
            part = 0.99 * n_seeds * update / _N_UPDATES
            yield _map_view(point, activation, maps, runs, part / work)
        for done, number in enumerate(missing):
            for update, partial in missing[number]:
                maps = partial if number == 0 else maps
                part = n_seeds + 8 * done + 7.9 * update / _N_UPDATES
                yield _map_view(point, activation, maps, runs, part / work)
        yield _map_view(point, activation, _mean_map(activation, n_seeds), runs, 1.0)

    return Panel(
        _("Learning rate and init scale"), pictures.MapPicture(_RATES, _SCALES, _N_UPDATES),
        {
            "learning_rate": log_slider(_("learning rate η"), *_RATES[[0, -1]].tolist(), 0.1),
            "init_scale": log_slider(_("init scale σ"), *_SCALES[[0, -1]].tolist(), 0.01,
                                     also=(0.26, 0.73)),
            "activation": choice(_("activation"), [(name, name) for name in _ACTIVATIONS],
                                 "sigmoid"),
            "n_seeds": stop_slider(_("seeds averaged"), [1, 2, 3], 1),
        },
        show,
        goal=_("3 seeds: without BN above 0.90, at most 0.02 behind BN"),
        presets={
            _("small weights"): {"learning_rate": 0.1, "init_scale": 0.01},
            _("theory's σ"): {"learning_rate": 1.0, "init_scale": 0.73, "activation": "sigmoid"},
            _("ReLU, He's σ"): {"learning_rate": 0.302, "init_scale": 0.26, "activation": "ReLU"},
        },
    )


def _train_both(activation, learning_rates, init_scales, seeds, record_every):
    """Yield (update, accuracies by kind) while networks are trained, all side by side.

    Rates, scales and seeds have the shape (n_networks,); one seed serves all.
    """
    training, validation = experiments.load_rows()
    own_seeds = np.broadcast_to(seeds, np.shape(init_scales)).tolist()
    runs = []
    for kind in _KINDS:
        networks = [experiments.build_network(kind, scale, (64, _WIDTH, _WIDTH, _WIDTH, 10),
                                              _ACTIVATIONS[activation], own)
                    for scale, own in zip(init_scales, own_seeds, strict=True)]
        runs.append(experiments.accuracy_on_the_way(
            networks, GradientDescent(np.reshape(learning_rates, (-1, 1))), training, validation,
            batch_size=_BATCH_SIZE, n_updates=_N_UPDATES, record_every=record_every, seed=seeds))
    for plain, normalized in zip(*runs, strict=True):
        yield plain[0], dict(zip(_KINDS, (plain[1], normalized[1]), strict=True))


def _train_at(point, activation, n_seeds):
    """Yield (update, runs by kind) every few updates: accuracies of shape (n_seeds, n_records)."""
    rate, scale = ([number] * n_seeds for number in point)
    runs = {kind: np.full((n_seeds, len(_updates())), np.nan) for kind in _KINDS}
    for update, accuracies in _train_both(activation, rate, scale, range(n_seeds), _EVERY):
        if update % _EVERY == 0:
            for kind in _KINDS:
                runs[kind][:, update // _EVERY] = accuracies[kind]
            yield update, runs


def _updates():
    return np.arange(0, _N_UPDATES + 1, _EVERY)


def _train_map(activation, seed):
    """Yield (update, newest maps by kind) while all networks of a map are trained."""
    rates, scales = np.meshgrid(_RATES, _SCALES)
    every = 3 * _EVERY
    for update, accuracies in _train_both(activation, rates.ravel(), scales.ravel(), seed, every):
        if update % every == 0 or update == _N_UPDATES:  # the picture draws new ones only
            maps = {kind: accuracies[kind].reshape(rates.shape) for kind in _KINDS}
        if update == _N_UPDATES:
            _maps[activation, seed] = maps
        if update % 5 == 0:  # after a tenth of a second
            yield update, maps


@lru_cache
def _mean_map(activation, n_seeds):
    maps = [_maps[activation, seed] for seed in range(n_seeds)]
    return {kind: np.mean([one[kind] for one in maps], axis=0) for kind in _KINDS}


def _map_view(point, activation, maps, runs, progress):
    """Show maps and the runs at the point, which may not have come to their end."""
    updates, means = _updates(), {kind: runs[kind].mean(axis=0) for kind in _KINDS}
    ends = {kind: mean[np.isfinite(mean)][-1] for kind, mean in means.items()}
    diverged = {kind: progress == 1 and np.isnan(means[kind][-1]) for kind in _KINDS}
    plain, normalized = (_accuracy(diverged[kind], ends[kind]) for kind in _KINDS)
    readout = _("η = {rate:.3g}, σ = {scale:.3g}. Accuracy after {n} updates: without BN "
                "{plain}, with BN {normalized} (seeds: {seeds}).").format(
        rate=point[0], scale=point[1], plain=_(plain), normalized=_(normalized),
        n=max(updates[np.isfinite(mean)][-1] for mean in means.values()),
        seeds=len(runs[_KINDS[0]]))
    good = float(experiments.gradient_keeping_scale(_ACTIVATIONS[activation], _WIDTH))
    drawing = {
        "maps": maps, "good_scale": good, "point": point,
        "same_rate": experiments.same_effective_rate(*point, _SCALES[[0, -1]]),
        "updates": updates, "runs": runs,
        "titles": (*(f"{kind}: {np.sum(maps[kind] > 0.8)} of {maps[kind].size} above 0.8"
                     for kind in _KINDS), _both(plain, normalized, "with")),
    }
    goal_met = progress == 1 and len(runs[_KINDS[0]]) == 3 and not any(diverged.values()) and (
        ends["without BN"] > 0.9 and ends["with BN"] - ends["without BN"] <= 0.02)
    return View(drawing, readout, bool(goal_met), progress)
