"""Panels and exercises of section 05, adaptive methods."""

from functools import lru_cache

import numpy as np

from lecture_kit.live.controls import choice, log_slider, seed, slider, stop_slider, whole_slider
from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths.landscapes import beale, canyon, rosenbrock, saddle
from lecture_kit.maths.trajectories import diverged_at
from lecture_kit.sections.adaptive_methods import experiments, pictures

_NAMES = tuple(experiments.METHODS)
_DECAYS = [0.5, 0.7, 0.9, 0.95, 0.99, 0.995, 0.999]


def _wide(control):
    """Give a row of buttons the room that its words need."""
    control.layout.flex, control.layout.max_width = "0 0 auto", "620px"
    return control


def _firsts(results):
    """Names with the smallest result; none if there is no result."""
    smallest = min((value for value in results.values() if not np.isnan(value)), default=None)
    return [name for name, value in results.items() if value == smallest]


def race():
    """All methods from one start, with one learning rate for all or each with its own best.

    Returns
    -------
    Panel
        Controls: landscape, learning rate, start x, start y, step.
    """
    n_steps, own = 300, 0.0  # a learning rate of 0 on the slider stands for each method's own best
    landscapes = {land.name: land for land in (canyon(), saddle(), beale(), rosenbrock())}
    x, y = np.linspace(-4, 4, 161), np.linspace(-2.5, 2.5, 101)
    corner, tried = np.array([x[-1], y[-1]]), np.geomspace(3e-4, 10, 73)

    @lru_cache
    def background(name):
        land = landscapes[name]
        heights = land.value(np.stack(np.meshgrid(x, y), axis=-1))
        return {"name": name, "heights": heights, "minima": land.minima}

    @lru_cache(maxsize=8)  # learning rate and step do not change the search
    def search(name, start):
        return experiments.sweep_rates(landscapes[name], tried, start, n_steps)

    @lru_cache(maxsize=8)  # the step does not change the runs
    def runs(name, start, learning_rate):
        rates = dict.fromkeys(_NAMES, learning_rate)
        if learning_rate == own:
            rates = {method: sweep.best_rate for method, sweep in search(name, start).items()}
        land = landscapes[name]
        paths = experiments.race(land, rates, start, n_steps)
        steps = {method: float(experiments.arrival(land, path)) for method, path in paths.items()}
        gone = {method: int(diverged_at(path)) for method, path in paths.items()}
        return paths, steps, gone

    def drawn(path, end):
        if end < 0:
            return path
        path = path[:end]
        outside = (np.abs(path) > corner).any(axis=1)
        return path[: outside.argmax() + 1] if outside.any() else path

    def show(landscape, learning_rate, x, y, step):
        start = (x, y)
        paths, steps, gone = runs(landscape, start, learning_rate)
        sweeps = search(landscape, start)
        now = {name: k if k <= step else np.nan for name, k in steps.items()}
        lost = [name for name, end in gone.items() if 0 <= end <= step and np.isnan(now[name])]
        first, arrived = _firsts(now), [k for k in now.values() if not np.isnan(k)]
        out = "—" if step == n_steps else "…"
        board = {name: (
            f"{now[name]:.0f}" if not np.isnan(now[name])
            else f"out at {gone[name]}" if name in lost else out,
            "—" if np.isnan(sweeps[name].best_result) else f"{sweeps[name].best_result:.0f}")
            for name in _NAMES}
        rate = _("own rates") if learning_rate == own else _("one rate {rate:.3g}").format(
            rate=learning_rate)
        leader = _("none") if not first else _("{name} at step {n:.0f}").format(
            name=first[0] if len(first) == 1 else _("{n} methods").format(n=len(first)),
            n=min(arrived))
        if lost:
            tail = _("Diverged: {names}.").format(
                names=", ".join(lost) if len(lost) < 3 else len(lost))
        else:
            tail = _("None diverged.")
        readout = _("Step {step}, {rate}: {n} of {all} arrived, first {leader}. {tail}").format(
            step=step, rate=rate, n=len(arrived), all=len(_NAMES), leader=leader, tail=tail)
        best = {name: (sweep.best_rate, sweep.best_result) for name, sweep in sweeps.items()}
        own_first = _firsts({name: result for name, (_rate, result) in best.items()})
        titles = (
            f"{landscape} from ({number(x)}, {number(y)}), step {step}",
            "each at its best η" if learning_rate == own else f"all at η = {learning_rate:.3g}",
            f"fewest steps: {best[own_first[0]][1]:.0f}" if own_first else f"none in {n_steps}")
        drawing = {
            "landscape": background(landscape), "best": best, "board": board, "first": first,
            "paths": {name: drawn(path[: step + 1], gone[name] if name in lost else -1)
                      for name, path in paths.items()},
            "sweeps": {name: (sweep.learning_rates, sweep.results)
                       for name, sweep in sweeps.items()},
            "rate": None if learning_rate == own else learning_rate, "titles": titles}
        ahead = steps["Adam"] - steps["gradient descent"]
        met = landscape == "canyon" and learning_rate != own and ahead >= 20
        return View(drawing, readout, bool(met))

    rates = log_slider(_("learning rate η"), 0.0003, 5, 0.1, also=(0.95,))
    rates.options, rates.value = ((_("own best"), own), *rates.options), 0.1
    ends = {"step": n_steps}
    return Panel(
        _("The race"), pictures.RacePicture(_NAMES, x, y, (tried[0], tried[-1]), n_steps),
        {
            "landscape": _wide(choice(
                _("landscape"), [(name, name) for name in landscapes], "canyon")),
            "learning_rate": rates,
            "x": slider(_("start x"), -4, 4, -3.5),
            "y": slider(_("start y"), -2.5, 2.5, 1.0),
            "step": whole_slider(_("step"), 0, n_steps, 60),
        },
        show,
        goal=_("in the canyon, at one rate for all, gradient descent arrives 20 steps before Adam"),
        presets={
            _("own rates"): {"learning_rate": own, **ends},
            _("saddle"): {"landscape": "saddle", "x": -1.5, "y": 0.01, **ends},
            "Beale": {"landscape": "Beale", "x": 1.0, "y": 1.5, **ends},
            "Rosenbrock": {"landscape": "Rosenbrock", "x": -1.2, "y": 1.0, **ends},
        },
        play="step",
    )


def inside():
    """One method from inside: step lengths, effective rates and remembered squares.

    Returns
    -------
    Panel
        Controls: method, gradient, learning rate, decay.
    """
    n_steps, start, slope = 1000, (-3.5, 1.0), canyon().gradient
    streams = {
        "constant": experiments.constant_gradient, "rare": experiments.rare_gradient,
        "canyon": lambda point, step: slope(point)}
    steps = np.arange(1, n_steps + 1)

    @lru_cache(maxsize=16)
    def run(method, gradient, learning_rate, decay):
        optimizer = experiments.make_inside(method, learning_rate, decay)
        return experiments.look_inside(optimizer, streams[gradient], start, n_steps)

    def show(method, gradient, learning_rate, decay):
        record = run(method, gradient, learning_rate, decay)
        moves = np.abs(record.moves) / learning_rate
        theory = experiments.step_on_a_slope(method, steps, decay)
        first, longest = float(moves[0, 0]), int(moves[:, 0].round(6).argmax())
        readout = _("First step {first:.3g} η, theory {theory:.3g} η; longest {longest:.3g} η at "
                    "step {k}. Last rates: x {x:.2g}, y {y:.2g}.").format(
            first=first, theory=float(theory[0]), longest=float(moves[longest, 0]), k=longest + 1,
            x=float(record.rates[-1, 0]), y=float(record.rates[-1, 1]))
        drawing = {
            "moves": moves, "theory": theory, "rates": record.rates, "roots": record.roots,
            "gradients": np.abs(record.gradients),
            "titles": (f"first step {first:.3g} η, theory {theory[0]:.3g} η",
                       f"rate of y : rate of x = {record.rates[-1, 1] / record.rates[-1, 0]:.3g}",
                       {"constant": "g in x is 100 times as large", "rare": "g in y is rare",
                        "canyon": "g along the run in the canyon"}[gradient])}
        return View(drawing, readout, method == "Adam, not corrected" and 0.9 < first < 1.1)

    return Panel(
        _("Inside one method"), pictures.InsidePicture(n_steps),
        {
            "method": _wide(choice(_("method"), [
                ("Adagrad", "Adagrad"), ("RMSprop", "RMSprop"), ("Adam", "Adam"),
                (_("slide's Adam"), "Adam, not corrected")], "Adam")),
            "gradient": _wide(choice(_("gradient"), [
                (_("constant"), "constant"), (_("rare in y"), "rare"), (_("canyon"), "canyon")],
                "constant")),
            "learning_rate": log_slider(_("learning rate η"), 0.001, 1, 0.1),
            "decay": stop_slider(_("decay β₂ or ρ"), _DECAYS, 0.999),
        },
        show,
        goal=_("give the slide's Adam a first step between 0.9 and 1.1 times η"),
        presets={
            _("slide"): {"method": "Adam, not corrected", "gradient": "constant", "decay": 0.999},
            _("corrected"): {"method": "Adam", "gradient": "constant", "decay": 0.999},
            _("rare"): {"method": "Adagrad", "gradient": "rare", "decay": 0.999},
        },
    )


def escape():
    """The way off the ridge of a saddle, and its steps against the distance at the start.

    Returns
    -------
    Panel
        Controls: learning rate, distance, decay of RMSprop.
    """
    n_steps = 1000
    distances = np.array([float(f"{d:.3g}") for d in np.geomspace(1e-8, 1e-2, 25)])

    @lru_cache(maxsize=128)
    def ways(name, learning_rate, decay):
        more = {} if decay is None else {"decay": decay}
        return experiments.leave_ridge(
            experiments.METHODS[name](learning_rate, **more), distances, n_steps
        )

    def show(learning_rate, distance, decay):
        column = int(np.argmin(np.abs(distances - distance)))
        drawn = {name: np.array([]) for name in _NAMES}
        steps = {name: np.full(len(distances), np.nan) for name in _NAMES}
        for done, name in enumerate(_NAMES, start=1):
            way = ways(name, learning_rate, decay if name == "RMSprop" else None)
            steps[name] = experiments.escape_steps(way)
            end = steps[name][column]
            drawn[name] = way[:, column] if np.isnan(end) else way[: int(end) + 1, column]
            yield view(learning_rate, distance, column, drawn, steps, done)

    def view(learning_rate, distance, column, drawn, steps, done):
        from_here = {name: float(counts[column]) for name, counts in steps.items()}
        theory = (experiments.escape_steps_of_gradient_descent(distances, learning_rate),
                  np.full(len(distances), experiments.escape_steps_of_adagrad(learning_rate)))
        words = {name: f">{n_steps}" if np.isnan(k) else f"{k:.0f}"
                 for name, k in from_here.items()}
        start = number(distance, 2)
        readout = _("From ε = {distance}: gradient descent {plain} steps (theory {theory:.1f}), "
                    "Adagrad {adagrad}, RMSprop {rmsprop}, Adam {adam}.").format(
            distance=start, plain=words["gradient descent"], theory=float(theory[0][column]),
            adagrad=words["Adagrad"], rmsprop=words["RMSprop"], adam=words["Adam"])
        first = _firsts(from_here)
        titles = (f"η = {learning_rate:.3g}, ε = {start}",
                  f"fewest steps: {from_here[first[0]]:.0f}" if first else f"none in {n_steps}",
                  "steps until off the ridge")
        drawing = {
            "ways": dict(drawn), "distances": distances, "steps": dict(steps), "theory": theory,
            "growth": experiments.growth_on_the_ridge(
                distance, learning_rate, int(np.ceil(theory[0][column]))),
            "point": (distance, from_here), "first": first, "titles": titles,
            "board": {name: (word,) for name, word in words.items()}}
        met = learning_rate <= 0.01 and bool(np.all(steps["RMSprop"] < 10))
        return View(drawing, readout, met, done / len(_NAMES))

    return Panel(
        _("Off the ridge"), pictures.EscapePicture(_NAMES, (distances[0], distances[-1]), n_steps),
        {
            "learning_rate": log_slider(_("learning rate η"), 0.005, 0.9, 0.01),
            "distance": stop_slider(_("distance ε"), distances.tolist(), 1e-6),
            "decay": stop_slider(_("decay ρ of RMSprop"), _DECAYS, 0.9),
        },
        show,
        goal=_("η ≤ 0.01, and RMSprop leaves from every ε in fewer than 10 steps"),
        presets={
            "η = 0.01": {"learning_rate": 0.01}, "η = 0.1": {"learning_rate": 0.1},
            "η = 0.5": {"learning_rate": 0.501},
        },
    )


def rare_words():
    """Common and rare words: each method at its own best rate, and the rate of each word.

    Returns
    -------
    Panel
        Controls: exponent of the frequencies, noise, seed.
    """
    tried, batch_size = np.geomspace(1e-3, 10, 25), 4
    shown = ("gradient descent", "Adagrad", "RMSprop", "Adam")

    @lru_cache(maxsize=2)
    def texts(exponent, noise, seed):
        return experiments.write_words(exponent, noise, seed, batch_size=batch_size)

    @lru_cache(maxsize=64)
    def learned(name, exponent, noise, seed):
        words = texts(exponent, noise, seed)
        result = experiments.learn_words(experiments.METHODS[name], words, tried)
        return result, experiments.sweep_words(words, result, tried)

    def show(exponent, noise, seed):
        nothing = np.full(len(tried), np.nan)
        sweeps = {name: experiments.Sweep(tried, nothing, 0) for name in _NAMES}
        frequencies = texts(exponent, noise, seed).frequencies
        rates = {name: np.full(len(frequencies), np.nan) for name in shown}
        theory = np.full(len(frequencies), np.nan)
        for done, name in enumerate(_NAMES, start=1):
            result, sweeps[name] = learned(name, exponent, noise, seed)
            best = sweeps[name].best
            if name in shown:
                rates[name] = result.rates[best]
            if name == "Adagrad":
                theory = experiments.adagrad_rate_by_frequency(
                    frequencies, sweeps[name].best_rate, result.residual[best], batch_size)
            yield view(exponent, sweeps, frequencies, dict(rates), theory, done)

    def view(exponent, sweeps, frequencies, rates, theory, done):
        best = {name: (sweep.best_rate, sweep.best_result) for name, sweep in sweeps.items()}
        errors = {name: error for name, (_rate, error) in best.items()}
        first = _firsts(errors)
        plain, adagrad = errors["gradient descent"], errors["Adagrad"]
        readout = _("s = {s:.2g}. Error at its own best rate: gradient descent {plain}, Adagrad "
                    "{adagrad}; smallest {name} {error:.2g}.").format(
            s=exponent, plain=_number(plain), adagrad=_number(adagrad), name=first[0],
            error=errors[first[0]])
        board = {name: (_number(error), "…" if np.isnan(error) else f"{rate:.2g}")
                 for name, (rate, error) in best.items()}
        titles = ("error by learning rate", f"smallest: {first[0]}",
                  f"rarest word: frequency {frequencies[-1]:.2g}")
        drawing = {
            "sweeps": {name: (sweep.learning_rates, sweep.results)
                       for name, sweep in sweeps.items()},
            "best": best, "board": board, "first": first, "frequencies": frequencies,
            "rates": rates, "theory": theory, "titles": titles}
        met = first == ["Adagrad"] and adagrad < plain / 2 and done == len(_NAMES)
        return View(drawing, readout, met, done / len(_NAMES))

    return Panel(
        _("Rare words"), pictures.WordsPicture(_NAMES, shown, (tried[0], tried[-1])),
        {
            "exponent": slider(_("exponent s"), 0, 2, 0.0, 0.05),
            "noise": slider(_("noise"), 0.1, 1, 0.5, 0.05),
            "seed": seed(),
        },
        show,
        goal=_("Adagrad first, with less than half the error of gradient descent"),
        presets={
            _("equal"): {"exponent": 0.0}, _("Zipf"): {"exponent": 1.0},
        },
    )


def _number(value):
    return "…" if np.isnan(value) else f"{value:.2g}"


def real_data():
    """One network, one epoch, every method: at one learning rate, and by learning rate.

    Returns
    -------
    Panel
        Controls: data set, learning rate, batch size, seed.
    """
    names, tried = tuple(experiments.METHODS_FOR_NETWORKS), np.geomspace(1e-3, 10, 13)

    @lru_cache(maxsize=64)
    def course(data, name, learning_rate, batch_size, seed):
        return experiments.train_one_epoch(
            experiments.load_task(data),
            experiments.METHODS_FOR_NETWORKS[name],
            [learning_rate],
            batch_size,
            seed,
        )

    @lru_cache(maxsize=64)  # another learning rate does not change the search
    def search(data, name, batch_size, seed):
        result = experiments.train_one_epoch(
            experiments.load_task(data),
            experiments.METHODS_FOR_NETWORKS[name],
            tried,
            batch_size,
            seed,
            1,
        )
        return experiments.make_sweep(tried, result.wrong)

    def show(data, learning_rate, batch_size, seed):
        courses = {}
        sweeps = {
            name: experiments.make_sweep(tried, np.full(len(tried), np.nan)) for name in names
        }
        n_jobs = 2 * len(names)
        for done, name in enumerate(names, start=1):
            courses[name] = course(data, name, learning_rate, batch_size, seed)
            yield view(data, learning_rate, courses, sweeps, done / n_jobs)
        for done, name in enumerate(names, start=1 + len(names)):
            sweeps[name] = search(data, name, batch_size, seed)
            yield view(data, learning_rate, courses, sweeps, done / n_jobs)

    def view(data, learning_rate, courses, sweeps, progress):
        now = {name: float(courses[name].wrong[0]) if name in courses else np.nan
               for name in names}
        lost = {name: int(epoch.diverged[0]) for name, epoch in courses.items()
                if epoch.diverged[0] >= 0}
        best = {name: (sweep.best_rate, sweep.best_result) for name, sweep in sweeps.items()}
        task, first = experiments.load_task(data), _firsts(now)
        low, high = _range(now.values())
        best_low, best_high = _range(result for _rate, result in best.values())
        readout = _("Wrong at η = {rate:.3g}: {low} to {high}, {lost} diverged; each at its best "
                    "η: {best} to {worst}. Same answer always: {always:.2g}.").format(
            rate=learning_rate, low=low, high=high, lost=len(lost), best=best_low,
            worst=best_high, always=task.always)
        board = {name: (f"out at {lost[name]}" if name in lost else _share(now[name]),
                        _share(best[name][1])) for name in names}
        titles = (f"all at η = {learning_rate:.3g}", f"{low} to {high} wrong",
                  f"own best: {best_low} to {best_high} wrong")
        drawing = {
            "losses": {name: (courses[name].epochs, courses[name].losses[:, 0])
                       if name in courses else ([], []) for name in names},
            "rate": learning_rate, "best": best, "always": task.always, "board": board,
            "first": first, "titles": titles,
            "sweeps": {name: (sweep.learning_rates, sweep.results)
                       for name, sweep in sweeps.items()}}
        met = now["Adam"] - now["gradient descent"] >= 0.05 - 1e-9
        return View(drawing, readout, bool(met), progress)

    return Panel(
        _("One epoch"), pictures.TrainingPicture(names, (tried[0], tried[-1])),
        {
            "data": _wide(choice(_("data"), [
                ("spambase", "spambase"), ("attack_triage", "attack_triage")], "spambase")),
            "learning_rate": log_slider(_("learning rate η"), 0.001, 10, 0.01),
            "batch_size": stop_slider(_("batch size B"), [16, 32, 64, 128, 256], 32),
            "seed": seed(),
        },
        show,
        goal=_("one η at which gradient descent's share is 0.05 below Adam's"),
        presets={
            "η = 0.01": {"learning_rate": 0.01}, "η = 0.1": {"learning_rate": 0.1},
            "η = 1": {"learning_rate": 1.0},
        },
    )


def _share(value):
    return "…" if np.isnan(value) else f"{value:.3f}"


def _range(values):
    """Words for the smallest and the largest share."""
    shares = [value for value in values if not np.isnan(value)] or [np.nan]
    return _share(min(shares)), _share(max(shares))
