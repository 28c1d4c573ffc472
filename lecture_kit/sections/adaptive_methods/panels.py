"""Panels of section 05, adaptive methods."""

from functools import lru_cache

import numpy as np

from lecture_kit.live.controls import choice, log_slider, seed, slider, stop_slider, whole_slider
from lecture_kit.live.kept import Kept
from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.sections.adaptive_methods import experiments, one_epoch, pictures, ridge
from lecture_kit.sections.adaptive_methods import inside as looks
from lecture_kit.sections.adaptive_methods import schedule_views as falling
from lecture_kit.sections.adaptive_methods import words as texts
from lecture_kit.sections.adaptive_methods.schedule_pictures import SchedulePicture

_NAMES = tuple(experiments.METHODS)
_DECAYS = [0.5, 0.7, 0.9, 0.95, 0.99, 0.995, 0.999]


def _wide(control):
    """Give a row of buttons the room that its words need."""
    control.layout.flex, control.layout.max_width = "0 0 auto", "620px"
    return control


def _nothing_yet(names, tried):
    return {name: experiments.make_sweep(tried, np.full(len(tried), np.nan)) for name in names}


def _bests(sweeps):
    return {name: sweep.best_result for name, sweep in sweeps.items()}


def _in_words(value, digits, without="…"):
    return without if np.isnan(value) else f"{value:{digits}}"


_RACE_STEPS, _OWN = 300, 0.0  # a rate of 0 on the slider stands for each method's own best
_X, _Y = np.linspace(-4, 4, 161), np.linspace(-2.5, 2.5, 101)
_RACE_RATES = np.geomspace(3e-4, 10, 73)


@lru_cache
def _background(landscape):
    land = experiments.LANDSCAPES[landscape]
    heights = land.value(np.stack(np.meshgrid(_X, _Y), axis=-1))
    return {"name": landscape, "heights": heights, "minima": land.minima}


_searches = Kept(8)  # learning rate and step do not change the search


def _race_search(landscape, start):
    """Search method by method, as slowly as that is, and say each time what was found so far."""
    found = _searches.get((landscape, start), {})
    _searches[landscape, start] = found
    for name in _NAMES:
        if name not in found:
            yield found
            found |= experiments.sweep_rates(
                experiments.LANDSCAPES[landscape], _RACE_RATES, start, _RACE_STEPS, [name])
    yield found


@lru_cache(maxsize=8)  # the step does not change the runs
def _race_outcome(landscape, start, rates):
    return experiments.hold_race(
        experiments.LANDSCAPES[landscape], dict(zip(_NAMES, rates, strict=True)), start,
        _RACE_STEPS)


def _race_readout(rate, step, arrived, first, lost):
    rates = _("own rates") if rate is None else _("one rate {rate:.3g}").format(rate=rate)
    leader = _("none") if not first else _("{name} at step {n:.0f}").format(
        name=first[0] if len(first) == 1 else _("{n} methods").format(n=len(first)),
        n=arrived[first[0]])
    tail = _("None diverged.") if not lost else _("Diverged: {names}.").format(
        names=", ".join(lost) if len(lost) < 3 else len(lost))
    return _("Step {step}, {rate}: {n} of {all} arrived, first {leader}. {tail}").format(
        step=step, rate=rates, n=sum(not np.isnan(k) for k in arrived.values()), all=len(_NAMES),
        leader=leader, tail=tail)


def _show_race(landscape, learning_rate, x, y, step):
    for found in _race_search(landscape, (x, y)):
        yield _view_of_race(landscape, learning_rate, (x, y), step, found)


def _view_of_race(landscape, learning_rate, start, step, found):
    """With own rates, a method whose rate is not yet found stays where it is."""
    sweeps = {**_nothing_yet(_NAMES, _RACE_RATES), **found}
    rate = None if learning_rate == _OWN else learning_rate
    rates = [rate or (found[name].best_rate if name in found else 0.0) for name in _NAMES]
    outcome = _race_outcome(landscape, start, tuple(rates))
    arrived, lost, bests = outcome.arrived_by(step), outcome.lost_by(step), _bests(sweeps)
    first, without = experiments.first_names(arrived), "—" if step == _RACE_STEPS else "…"
    board = {name: (f"out at {outcome.diverged[name]}" if name in lost
                    else _in_words(arrived[name], ".0f", without),
                    _in_words(bests[name], ".0f", "—" if name in found else "…"))
             for name in _NAMES}
    best, place = experiments.first_names(bests), ", ".join(map(number, start))
    titles = (f"{landscape} from ({place}), step {step}",
              "steps, each at its best η" if rate is None else f"steps, all at η = {rate:.3g}",
              f"fewest steps of all: {bests[best[0]]:.0f}" if best
              else f"none arrives in {_RACE_STEPS} steps")
    drawing = {
        "sweeps": sweeps, "landscape": _background(landscape), "board": board, "first": first,
        "paths": outcome.seen_by(step, (_X[-1], _Y[-1])), "rate": rate, "titles": titles}
    ahead = outcome.arrived["Adam"] - outcome.arrived["gradient descent"]
    readout = _race_readout(rate, step, arrived, first, lost)
    goal_met = landscape == "canyon" and rate is not None and ahead >= 20
    return View(drawing, readout, goal_met, len(found) / len(_NAMES), waits=not found)


def race():
    """All methods from one start, with one learning rate for all or each with its own best.

    Returns
    -------
    Panel
        Controls: landscape, learning rate, start x, start y, step.
    """
    rates = log_slider(_("learning rate η"), 0.0003, 5, 0.1, also=(0.95,))
    rates.options, rates.value = ((_("own best"), _OWN), *rates.options), 0.1
    ends = {"step": _RACE_STEPS}
    return Panel(
        _("The race"),
        pictures.RacePicture(_NAMES, _X, _Y, tuple(_RACE_RATES[[0, -1]]), _RACE_STEPS),
        {
            "landscape": _wide(choice(
                _("landscape"), [(name, name) for name in experiments.LANDSCAPES], "canyon")),
            "learning_rate": rates,
            "x": slider(_("start x"), -4, 4, -3.5),
            "y": slider(_("start y"), -2.5, 2.5, 1.0),
            "step": whole_slider(_("step"), 0, _RACE_STEPS, 60),
        },
        _show_race,
        goal=_("in the canyon, at one rate for all, gradient descent arrives 20 steps before Adam"),
        presets={
            _("own rates"): {"learning_rate": _OWN, **ends},
            _("saddle"): {"landscape": "saddle", "x": -1.5, "y": 0.01, **ends},
            "Beale": {"landscape": "Beale", "x": 1.0, "y": 1.5, **ends},
            "Rosenbrock": {"landscape": "Rosenbrock", "x": -1.2, "y": 1.0, **ends},
        },
        play="step",
    )


_INSIDE_STEPS = 1000


@lru_cache(maxsize=16)
def _record(method, gradient, learning_rate, decay):
    rule = looks.make_inside(method, learning_rate, decay)
    return looks.look_inside(rule, looks.GRADIENTS[gradient], (-3.5, 1.0), _INSIDE_STEPS)


def _show_inside(method, gradient, learning_rate, decay):
    record = _record(method, gradient, learning_rate, decay)
    moves, (x, y) = record.lengths(learning_rate), record.rates[-1]
    theory = looks.step_on_a_slope(method, np.arange(1, _INSIDE_STEPS + 1), decay)
    first, longest = moves[0, 0], looks.longest_step(moves[:, 0])
    readout = _("First step {first:.3g} η, theory {theory:.3g} η; longest {longest:.3g} η at "
                "step {k}. Last rates: x {x:.2g}, y {y:.2g}.").format(
        first=first, theory=theory[0], longest=moves[longest - 1, 0], k=longest, x=x, y=y)
    titles = (f"first step {first:.3g} η, theory {theory[0]:.3g} η",
              f"rate of y : rate of x = {y / x:.3g}",
              {"constant": "g in x is 100 times that in y", "rare": "g in y is rare",
               "canyon": "g along the run in the canyon",
               "noisy": "noise 1; mean 1 in x, 0 in y"}[gradient])
    drawing = {"moves": moves, "theory": theory, "rates": record.rates, "roots": record.roots,
               "gradients": np.abs(record.gradients), "titles": titles}
    return View(drawing, readout, method == "Adam, not corrected" and bool(0.9 < first < 1.1))


def inside():
    """One method from inside: step lengths, effective rates and remembered squares.

    Returns
    -------
    Panel
        Controls: method, gradient, learning rate, decay.
    """
    return Panel(
        _("Inside one method"), pictures.InsidePicture(_INSIDE_STEPS),
        {
            "method": _wide(choice(_("method"), [
                ("Adagrad", "Adagrad"), ("RMSprop", "RMSprop"), ("Adam", "Adam"),
                (_("slide's Adam"), "Adam, not corrected")], "Adam")),
            "gradient": _wide(choice(_("gradient"), [
                (_("constant"), "constant"), (_("rare in y"), "rare"), (_("canyon"), "canyon"),
                (_("noisy"), "noisy")], "constant")),
            "learning_rate": log_slider(_("learning rate η"), 0.001, 1, 0.1),
            "decay": stop_slider(_("decay β₂ or ρ"), _DECAYS, 0.999),
        },
        _show_inside,
        goal=_("give the slide's Adam a first step between 0.9 and 1.1 times η"),
        presets={
            _("slide"): {"method": "Adam, not corrected", "gradient": "constant", "decay": 0.999},
            _("corrected"): {"method": "Adam", "gradient": "constant", "decay": 0.999},
            _("rare"): {"method": "Adagrad", "gradient": "rare", "decay": 0.999},
        },
    )


_RIDGE_STEPS = 1000
_DISTANCES = [float(f"{distance:.3g}") for distance in np.geomspace(1e-8, 1e-2, 25)]


@lru_cache(maxsize=128)
def _ways(name, learning_rate, **decay):
    rule = experiments.METHODS[name](learning_rate, **decay)
    return ridge.leave_ridge(rule, _DISTANCES, _RIDGE_STEPS)


def _show_escape(learning_rate, distance, decay):
    column = _DISTANCES.index(distance)
    drawn = {name: np.array([]) for name in _NAMES}
    steps = {name: np.full(len(_DISTANCES), np.nan) for name in _NAMES}
    for done, name in enumerate(_NAMES, start=1):
        ways = _ways(name, learning_rate, **({"decay": decay} if name == "RMSprop" else {}))
        steps[name], drawn[name] = ridge.escape_steps(ways), ridge.until_off(ways[:, column])
        yield _escape_view(learning_rate, column, dict(drawn), dict(steps), done / len(_NAMES))


def _escape_view(learning_rate, column, ways, steps, progress):
    from_here = {name: float(counts[column]) for name, counts in steps.items()}
    theory = (ridge.escape_steps_of_gradient_descent(_DISTANCES, learning_rate),
              np.full(len(_DISTANCES), ridge.escape_steps_of_adagrad(learning_rate)))
    words = {name: _in_words(k, ".0f", f">{_RIDGE_STEPS}") for name, k in from_here.items()}
    distance, here = _DISTANCES[column], float(theory[0][column])
    readout = _("From ε = {distance}: gradient descent {plain} steps (theory {theory:.1f}), "
                "Adagrad {adagrad}, RMSprop {rmsprop}, Adam {adam}.").format(
        distance=number(distance, 2), plain=words["gradient descent"], theory=here,
        adagrad=words["Adagrad"], rmsprop=words["RMSprop"], adam=words["Adam"])
    first = experiments.first_names(from_here)
    titles = (f"way from the ridge, η = {learning_rate:.3g}, ε = {number(distance, 2)}",
              f"fewest steps: {from_here[first[0]]:.0f}" if first
              else f"none leaves in {_RIDGE_STEPS} steps",
              "steps until off the ridge")
    drawing = {
        "ways": ways, "distances": _DISTANCES, "steps": steps, "theory": theory,
        "growth": ridge.growth_on_the_ridge(distance, learning_rate, int(np.ceil(here))),
        "point": (distance, from_here), "first": first, "titles": titles,
        "board": {name: (word,) for name, word in words.items()}}
    met = learning_rate <= 0.01 and bool(np.all(steps["RMSprop"] < 10))
    return View(drawing, readout, met, progress)


def escape():
    """The way off the ridge of a saddle, and its steps against the distance at the start.

    Returns
    -------
    Panel
        Controls: learning rate, distance, decay of RMSprop.
    """
    return Panel(
        _("Off the ridge"),
        pictures.EscapePicture(_NAMES, (_DISTANCES[0], _DISTANCES[-1]), _RIDGE_STEPS),
        {
            "learning_rate": log_slider(_("learning rate η"), 0.005, 0.9, 0.01),
            "distance": stop_slider(_("distance ε"), _DISTANCES, 1e-6),
            "decay": stop_slider(_("decay ρ of RMSprop"), _DECAYS, 0.9),
        },
        _show_escape,
        goal=_("η ≤ 0.01, and RMSprop leaves from every ε in fewer than 10 steps"),
        presets={"η = 0.01": {"learning_rate": 0.01}, "η = 0.1": {"learning_rate": 0.1},
                 "η = 0.5": {"learning_rate": 0.501}},
    )


_WORD_RATES = np.geomspace(1e-3, 10, 25)
_SHOWN = ("gradient descent", "Adagrad", "RMSprop", "Adam")
_written = lru_cache(maxsize=2)(texts.write_words)


@lru_cache(maxsize=64)
def _learned(name, exponent, noise, seed):
    words = _written(exponent, noise, seed)
    learned = texts.learn_words(experiments.METHODS[name], words, _WORD_RATES)
    return learned, texts.sweep_words(words, learned, _WORD_RATES)


def _show_words(exponent, noise, seed):
    words, sweeps = _written(exponent, noise, seed), _nothing_yet(_NAMES, _WORD_RATES)
    theory = np.full(len(words.frequencies), np.nan)
    rates = dict.fromkeys(_SHOWN, theory)
    for done, name in enumerate(_NAMES, start=1):
        learned, sweeps[name] = _learned(name, exponent, noise, seed)
        best = sweeps[name].best
        if name in _SHOWN:
            rates[name] = learned.rates[best]
        if name == "Adagrad":
            theory = texts.adagrad_rate_by_frequency(words.frequencies, sweeps[name].best_rate,
                                               learned.residual[best], words.texts.shape[1])
        right = {"frequencies": words.frequencies, "rates": dict(rates), "theory": theory}
        yield _words_view(exponent, sweeps, right, done / len(_NAMES))


def _words_view(exponent, sweeps, right, progress):
    errors = _bests(sweeps)
    first, plain, adagrad = (
        experiments.first_names(errors), errors["gradient descent"], errors["Adagrad"])
    readout = _("s = {s:.2g}. Error at its own best rate: gradient descent {plain}, Adagrad "
                "{adagrad}; smallest {name} {error:.2g}.").format(
        s=exponent, plain=_in_words(plain, ".2g"), adagrad=_in_words(adagrad, ".2g"),
        name=first[0], error=errors[first[0]])
    board = {name: (_in_words(error, ".2g"),
                    "…" if np.isnan(error) else f"{sweeps[name].best_rate:.2g}")
             for name, error in errors.items()}
    titles = ("error by learning rate", f"smallest error: {first[0]}",
              f"rarest word: frequency {right['frequencies'][-1]:.2g}")
    met = first == ["Adagrad"] and adagrad < plain / 2 and progress == 1
    return View({"sweeps": sweeps, **right, "board": board, "first": first, "titles": titles},
                readout, met, progress)


def rare_words():
    """Common and rare words: each method at its own best rate, and the rate of each word.

    Returns
    -------
    Panel
        Controls: exponent of the frequencies, noise, seed.
    """
    return Panel(
        _("Rare words"), pictures.WordsPicture(_NAMES, _SHOWN, tuple(_WORD_RATES[[0, -1]])),
        {
            "exponent": slider(_("exponent s"), 0, 2, 0.0, 0.05),
            "noise": slider(_("noise"), 0.1, 1, 0.5, 0.05),
            "seed": seed(),
        },
        _show_words,
        goal=_("Adagrad first, with less than half the error of gradient descent"),
        presets={_("equal"): {"exponent": 0.0}, _("Zipf"): {"exponent": 1.0}},
    )


def schedules():
    """A learning rate that falls beside one that stays: rate, error, and the search for the best.

    Returns
    -------
    Panel
        Controls: schedule, method, learning rate, share of the steps, seed.
    """
    return Panel(
        _("Schedules"), SchedulePicture(falling.N_STEPS, falling.RATES),
        {
            "schedule": _wide(choice(
                _("schedule"), [(name, name) for name in falling.SCHEDULES], "step")),
            "method": _wide(choice(_("method"), [(name, name) for name in _SHOWN], _SHOWN[0])),
            "learning_rate": log_slider(_("learning rate η"), 0.001, 10, 0.03),
            "share": slider(_("share q of the steps"), 0.05, 1, 0.5, 0.05),
            "seed": seed(),
        },
        falling.show_schedules,
        goal=_("a last error below 0.6 of what the best constant rate reaches"),
        presets={_("cosine, q = 1"): {"schedule": "cosine", "share": 1.0},
                 _("warm-up, q = 0.1"): {"schedule": "warm-up", "share": 0.1}},
    )


_ALL_NAMES = tuple(one_epoch.METHODS_FOR_NETWORKS)
_DATA, _NETWORK_RATES = ("spambase", "attack_triage"), np.geomspace(1e-3, 10, 13)


def _epoch(data, name, rates, batch_size, seed):
    task, method = one_epoch.load_task(data), one_epoch.METHODS_FOR_NETWORKS[name]
    return one_epoch.train_one_epoch(task, method, rates, batch_size, seed)


_course = lru_cache(maxsize=64)(_epoch)
_search = lru_cache(maxsize=64)(_epoch)  # many courses must not drive out the search


def _show_real_data(data, learning_rate, batch_size, seed):
    courses, sweeps = {}, _nothing_yet(_ALL_NAMES, _NETWORK_RATES)
    n_jobs = 2 * len(_ALL_NAMES)
    for done, name in enumerate(_ALL_NAMES, start=1):
        courses[name] = _course(data, name, (learning_rate,), batch_size, seed)
        yield _network_view(data, learning_rate, courses, sweeps, done / n_jobs)
    for done, name in enumerate(_ALL_NAMES, start=1 + len(_ALL_NAMES)):
        epoch = _search(data, name, tuple(_NETWORK_RATES), batch_size, seed)
        sweeps[name] = experiments.make_sweep(_NETWORK_RATES, epoch.wrong)
        yield _network_view(data, learning_rate, courses, sweeps, done / n_jobs)


def _range(shares):
    """Words for the smallest and the largest share."""
    known = [share for share in shares.values() if not np.isnan(share)] or [np.nan]
    return [_in_words(share, ".3f") for share in (min(known), max(known))]


def _network_view(data, learning_rate, courses, sweeps, progress):
    wrong = {name: float(courses[name].wrong[0]) if name in courses else np.nan
             for name in _ALL_NAMES}
    lost = {name: epoch.diverged[0] for name, epoch in courses.items() if epoch.diverged[0] >= 0}
    bests, always = _bests(sweeps), one_epoch.load_task(data).always
    (low, high), (best_low, best_high) = _range(wrong), _range(bests)
    readout = _("Wrong at η = {rate:.3g}: {low} to {high}, {lost} diverged; each at its best "
                "η: {best} to {worst}. Same answer always: {always:.2g}.").format(
        rate=learning_rate, low=low, high=high, lost=len(lost), best=best_low,
        worst=best_high, always=always)
    board = {name: (f"out at {lost[name]}" if name in lost else _in_words(wrong[name], ".3f"),
                    _in_words(bests[name], ".3f")) for name in _ALL_NAMES}
    titles = (f"loss, all at η = {learning_rate:.3g}", f"wrong answers: {low} to {high}",
              f"best η: {best_low} to {best_high} wrong")
    losses = {name: (courses[name].epochs, courses[name].losses[:, 0]) if name in courses
              else ([], []) for name in _ALL_NAMES}
    drawing = {"sweeps": sweeps, "losses": losses, "rate": learning_rate, "always": always,
               "board": board, "first": experiments.first_names(wrong), "titles": titles}
    ahead = wrong["Adam"] - wrong["gradient descent"]
    return View(drawing, readout, ahead >= 0.05 - 1e-9, progress)


def real_data():
    """One network, one epoch, every method: at one learning rate, and by learning rate.

    Returns
    -------
    Panel
        Controls: data set, learning rate, batch size, seed.
    """
    return Panel(
        _("One epoch"), pictures.TrainingPicture(_ALL_NAMES, tuple(_NETWORK_RATES[[0, -1]])),
        {
            "data": _wide(choice(_("data"), [(name, name) for name in _DATA], _DATA[0])),
            "learning_rate": log_slider(_("learning rate η"), 0.001, 10, 0.01),
            "batch_size": stop_slider(_("batch size B"), [16, 32, 64, 128, 256], 32),
            "seed": seed(),
        },
        _show_real_data,
        goal=_("one η at which gradient descent's share is 0.05 below Adam's"),
        presets={f"η = {rate:g}": {"learning_rate": rate} for rate in (0.01, 0.1, 1.0)},
    )
