"""Section 05, adaptive methods: races, fair comparisons and the theory of single steps."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.checks import (
    as_measured,
    as_number,
    as_numbers,
    as_rng,
    as_row,
    as_whole,
    require,
    require_choice,
    require_fit,
)
from lecture_kit.maths.datasets import load_attack_triage, load_spambase
from lecture_kit.maths.initializers import he
from lecture_kit.maths.landscapes import saddle
from lecture_kit.maths.network_losses import CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import (
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Nesterov,
    RMSprop,
)
from lecture_kit.maths.preprocessing import StandardScaler
from lecture_kit.maths.training import mini_batches
from lecture_kit.maths.trajectories import trajectory, walk

_LONGEST = 1e6  # a training with longer parameters has diverged, as in lecture_kit.maths.training
METHODS = {
    "gradient descent": GradientDescent, "momentum": Momentum, "Nesterov": Nesterov,
    "Adagrad": Adagrad, "RMSprop": RMSprop, "Adadelta": Adadelta, "Adam": Adam}
"""The methods of the races. AdamW pulls weights to 0, which has no meaning on a landscape."""
METHODS_FOR_NETWORKS = {**METHODS, "AdamW": AdamW}
"""The same and AdamW."""


@np.errstate(over="ignore", invalid="ignore")  # runs that diverged
def arrival(landscape, path, radius=0.1, reach=1.0):
    """Count the steps until a run has arrived.

    A run arrives at the step from which on it stays near a minimum up to its end: one that swings
    through has not arrived. On a landscape without a minimum it arrives when it is as far as
    ``reach`` from the ridge y = 0.

    Parameters
    ----------
    landscape : Landscape
        Where the runs walk.
    path : ndarray of shape (n_steps + 1, ..., 2)
        The runs; NaN after a divergence.
    radius, reach : float, default 0.1 and 1
        How near is near, and how far is out.

    Returns
    -------
    ndarray of float, shape (...)
        Number of steps; NaN for a run that has not arrived.

    Raises
    ------
    ValueError
        If ``path`` does not hold points of the plane, or ``radius`` or ``reach`` is
        negative.
    """
    path = as_measured("path", path, "Pass what trajectory has returned.", ndim=2)
    require(path.shape[-1] == 2, "path must have 2 coordinates on the last axis", path.shape,
            "Pass a run in the plane.")
    radius, reach = as_number("radius", radius, least=0), as_number("reach", reach, least=0)
    steps = np.arange(len(path)).reshape(-1, *[1] * (path.ndim - 2))
    if len(landscape.minima):
        distance = np.linalg.norm(path[..., np.newaxis, :] - landscape.minima, axis=-1)
        outside = ~(distance < radius).any(axis=-1)
        arrived = np.where(outside, steps, -1).max(axis=0) + 1
    else:
        out = np.abs(path[..., 1]) >= reach
        arrived = np.where(out.any(axis=0), out.argmax(axis=0), len(path))
    return np.where(arrived < len(path), arrived, np.nan)


def race(landscape, rates, start, n_steps, bound=100.0):
    """Let methods run from one start.

    Parameters
    ----------
    landscape : Landscape
        Where they run.
    rates : dict of str to (float or ndarray of shape (n_rates,))
        Learning rates by names of :data:`METHODS`.
    start : array_like of shape (2,)
        Where all runs begin.
    n_steps : int
        How many steps each takes.
    bound : float, default 100
        A run with a coordinate outside ±``bound`` has diverged.

    Returns
    -------
    dict of str to ndarray of shape (n_steps + 1, ..., 2)
        The runs by name. An array of learning rates gives one run for each.

    Raises
    ------
    ValueError
        If a name or a number is out of range, or as in
        :func:`~lecture_kit.maths.trajectories.walk`.
    """
    start, paths = as_row("start", start), {}
    for name, rate in rates.items():
        require_choice("name", name, METHODS)
        rate = np.asarray(as_numbers("learning_rate", rate, "Try 0.1.", least=0))
        require(rate.ndim <= 1, "learning_rate must be a number or a list", rate, "Try 0.1.")
        rate = rate[..., np.newaxis]
        starts = np.broadcast_to(start, (*rate.shape[:-1], len(start)))
        optimizer = METHODS[name](rate if rate.ndim > 1 else rate[0])
        paths[name] = trajectory(landscape.gradient, optimizer, starts, n_steps, bound)
    return paths


@dataclass(frozen=True)
class Sweep:
    """How one method fares at many learning rates.

    Parameters
    ----------
    learning_rates, results : ndarray of shape (n_rates,)
        The rates, and what came out: the smaller the better, NaN for no result.
    best : int
        Number of the best rate.
    """

    learning_rates: np.ndarray
    results: np.ndarray
    best: int

    @property
    def best_rate(self):
        """The rate with the smallest result."""
        return float(self.learning_rates[self.best])

    @property
    def best_result(self):
        """The smallest result, or NaN."""
        return float(self.results[self.best])


def _smallest(values):
    return int(np.where(np.isnan(values), np.inf, values).argmin())


def make_sweep(learning_rates, results):
    """Find the smallest of some results.

    Parameters
    ----------
    learning_rates, results : ndarray of shape (n_rates,)
        The rates, and the results; NaN for none.

    Returns
    -------
    Sweep
        Both, and the best.

    Raises
    ------
    ValueError
        If rates or results are no numbers, or there are not as many of them.
    """
    learning_rates = as_row("learning_rates", learning_rates)
    results = as_measured("results", results, "Pass one result for each rate.")
    require(results.shape == learning_rates.shape, "results must hold one for each rate",
            results.shape, f"There are {len(learning_rates)} rates.")
    return Sweep(learning_rates, results, _smallest(results))


def sweep_rates(landscape, learning_rates, start, n_steps):
    """Search each method's own best learning rate: the one with which it arrives first.

    Parameters
    ----------
    landscape : Landscape
        Where the runs walk.
    learning_rates : ndarray of shape (n_rates,)
        The rates to try.
    start : array_like of shape (2,)
        Where all runs begin.
    n_steps : int
        How many steps each run takes.

    Returns
    -------
    dict of str to Sweep
        By name of the method. The results are steps (see :func:`arrival`). If no rate arrives, the
        best rate is the one whose run ends lowest.

    Raises
    ------
    ValueError
        As in :func:`race`, or if ``learning_rates`` is not a list.
    """
    learning_rates = as_row("learning_rates", learning_rates)
    sweeps = {}
    for name, path in race(landscape, dict.fromkeys(METHODS, learning_rates), start,
                           n_steps).items():
        steps, ends = arrival(landscape, path), path[-1]
        finite = np.isfinite(ends).all(axis=-1, keepdims=True)
        heights = landscape.value(np.where(finite, ends, 0))
        heights = np.where(finite[:, 0], heights, np.nan)
        best = _smallest(heights if np.isnan(steps).all() else steps)
        sweeps[name] = Sweep(learning_rates, steps, best)
    return sweeps


def leave_ridge(optimizer, distances, n_steps=1000, reach=1.0):
    """Run on f = x² − y² from beside the ridge until all runs have left it.

    Parameters
    ----------
    optimizer : Optimizer
        The rule.
    distances : array_like of shape (n_distances,)
        ε: the runs begin at (0, ε).
    n_steps : int, default 1000
        How many steps to try.
    reach : float, default 1
        A run with |y| ≥ ``reach`` has left.

    Returns
    -------
    ndarray of shape (n_taken + 1, n_distances)
        |y| after 0, 1, … steps. It ends at the step with which the last run leaves.

    Raises
    ------
    ValueError
        If ``distances`` is not a list of finite numbers, ``reach`` is not positive, or
        ``n_steps`` is negative or not whole.
    """
    distances = as_row("distances", distances)
    reach = as_number("reach", reach, "Try reach=1.", above=0, most=1e100)
    start = np.stack([np.zeros_like(distances), distances], axis=-1)
    rows, left = [], np.zeros(distances.shape, bool)
    for points in walk(saddle().gradient, optimizer, start, n_steps, bound=1e100):
        rows.append(np.abs(points[:, 1]))
        left |= rows[-1] >= reach
        if left.all():
            break
    return np.array(rows)


def escape_steps(ways, reach=1.0):
    """Count the steps until each run has left the ridge.

    Parameters
    ----------
    ways : ndarray of shape (n_steps + 1, n_distances)
        What :func:`leave_ridge` returned.
    reach : float, default 1
        How far is out.

    Returns
    -------
    ndarray of float, shape (n_distances,)
        Number of steps; NaN for a run that is still there.

    Raises
    ------
    ValueError
        If ``ways`` are no numbers or ``reach`` is not positive.
    """
    ways = as_measured("ways", ways, "Pass what leave_ridge has returned.", ndim=2)
    reach = as_number("reach", reach, "Try reach=1.", above=0)
    out = ways >= reach
    return np.where(out.any(axis=0), out.argmax(axis=0), np.nan)


def escape_steps_of_gradient_descent(distance, learning_rate, reach=1.0):
    """Steps that gradient descent needs to leave the ridge of f = x² − y², by theory.

    Each step multiplies y by 1 + 2η, so y reaches the distance r after ln(r/ε)/ln(1 + 2η) steps. A
    run takes the next whole number.

    Parameters
    ----------
    distance : float or ndarray
        ε, positive: how far from the ridge the run begins.
    learning_rate : float or ndarray
        η, positive.
    reach : float, default 1
        r.

    Returns
    -------
    float or ndarray
        The steps, not rounded.

    Raises
    ------
    ValueError
        If ``distance``, ``learning_rate`` or ``reach`` is not positive, or the shapes do
        not fit.
    """
    distance = as_numbers("distance", distance, "Exactly on the ridge nothing moves. Try 1e-6.",
                          above=0)
    learning_rate = as_numbers("learning_rate", learning_rate, "Try 0.1.", above=0)
    reach = as_number("reach", reach, "Try reach=1.", above=0)
    require_fit(distance=distance, learning_rate=learning_rate)
    return np.log(reach / distance) / np.log1p(2 * learning_rate)


def escape_steps_of_adagrad(learning_rate, reach=1.0):
    """Steps that Adagrad needs to leave the ridge of f = x² − y², for small learning rates.

    Adagrad moves y by ηy/√(Σy²), which does not change if all y are multiplied by a number. So the
    distance ε at the start plays no part, and y grows like η√(8k) with the step k: it reaches r
    after r²/(8η²) steps.

    Parameters
    ----------
    learning_rate : float or ndarray
        η, positive.
    reach : float, default 1
        r.

    Returns
    -------
    float or ndarray
        The steps, not rounded; infinite where they are too large for a number. The smaller η, the
        better they agree with a run.

    Raises
    ------
    ValueError
        If ``learning_rate`` or ``reach`` is not positive.
    """
    learning_rate = as_numbers("learning_rate", learning_rate, "Try 0.01.", above=0)
    reach = as_number("reach", reach, "Try reach=1.", above=0)
    with np.errstate(over="ignore"):
        return reach**2 / (8 * np.square(learning_rate))


def growth_on_the_ridge(distance, learning_rate, n_steps):
    """Follow gradient descent on the ridge of f = x² − y², by theory: y = ε(1 + 2η)ᵏ.

    Parameters
    ----------
    distance : float
        ε.
    learning_rate : float
        η.
    n_steps : int
        How many steps.

    Returns
    -------
    ndarray of shape (n_steps + 1,)
        y after 0, 1, … steps; infinite where it is too large for a number.

    Raises
    ------
    ValueError
        If ``distance`` is not positive, ``learning_rate`` is negative, or ``n_steps`` is
        negative or not whole.
    """
    distance = as_number("distance", distance, "Try 1e-6.", above=0)
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", least=0)
    n_steps = as_whole("n_steps", n_steps, "Try n_steps=100.", least=0)
    with np.errstate(over="ignore"):
        return distance * (1 + 2 * learning_rate) ** np.arange(n_steps + 1.0)


def make_inside(name, learning_rate, decay):
    """Build the optimizer that a look inside is about.

    Parameters
    ----------
    name : {"Adagrad", "RMSprop", "Adam", "Adam, not corrected"}
        The method.
    learning_rate : float
        η, at least 0.
    decay : float
        How fast squared gradients are forgotten: ρ of RMSprop, β₂ of Adam. Adagrad never forgets.

    Returns
    -------
    Optimizer
        The rule.

    Raises
    ------
    ValueError
        If ``name`` is unknown or a setting is out of its range.
    """
    builders = {
        "Adagrad": lambda: Adagrad(learning_rate),
        "RMSprop": lambda: RMSprop(learning_rate, decay),
        "Adam": lambda: Adam(learning_rate, beta2=decay),
        "Adam, not corrected": lambda: Adam(learning_rate, beta2=decay, bias_correction=False)}
    require_choice("name", name, builders)
    return builders[name]()


def step_on_a_slope(name, step, decay, beta1=0.9):
    """Length of a step in units of η while the gradient is constant, whatever its size.

    Adagrad 1/√k, RMSprop 1/√(1 − ρᵏ), Adam 1, and Adam without bias correction
    (1 − β₁ᵏ)/√(1 − β₂ᵏ). With k = 1 this is the first step on every function.

    Parameters
    ----------
    name : {"Adagrad", "RMSprop", "Adam", "Adam, not corrected"}
        The method.
    step : int or ndarray
        k, counted from 1.
    decay : float
        ρ of RMSprop, β₂ of Adam, from 0 to 1 (not included).
    beta1 : float, default 0.9
        β₁ of Adam.

    Returns
    -------
    ndarray of the shape of ``step``
        Step length divided by η. The small ε of the methods is left out.

    Raises
    ------
    ValueError
        If ``name`` is unknown, a step is less than 1 or not whole, or ``decay`` or
        ``beta1`` leaves [0, 1).

    References
    ----------
    Kingma, D. P., & Ba, J. (2015). Adam: a method for stochastic optimization, section 3.
    """
    step = np.asarray(as_numbers("step", step, "Steps are counted from 1.", least=1, whole=True),
                      float)
    decay = as_number("decay", decay, "Try decay=0.9.", least=0, below=1)
    beta1 = as_number("beta1", beta1, "Try beta1=0.9.", least=0, below=1)
    formulas = {
        "Adagrad": lambda: 1 / np.sqrt(step),
        "RMSprop": lambda: 1 / np.sqrt(1 - decay**step),
        "Adam": lambda: np.ones_like(step),
        "Adam, not corrected": lambda: (1 - beta1**step) / np.sqrt(1 - decay**step)}
    require_choice("name", name, formulas)
    return formulas[name]()


@dataclass(frozen=True)
class Inside:
    """What happens inside a method, step by step and coordinate by coordinate.

    Parameters
    ----------
    gradients, moves, rates, roots : ndarray of shape (n_steps, d)
        The gradient, the movement, the effective rate of the step (which multiplies the gradient
        or its moving mean), and the root of the remembered squares, not corrected.
    """

    gradients: np.ndarray
    moves: np.ndarray
    rates: np.ndarray
    roots: np.ndarray


def look_inside(optimizer, gradient, start, n_steps):
    """Run a method and write down what it remembers.

    Parameters
    ----------
    optimizer : Optimizer
        A rule with a mean or sum of squares: Adagrad, RMSprop, Adadelta, Adam or AdamW.
    gradient : callable
        Takes the point, of shape (d,), and the number of the step from 1, returns the gradient.
    start : array_like of shape (d,)
        Where the run begins.
    n_steps : int
        How many steps to take.

    Returns
    -------
    Inside
        The record.

    Raises
    ------
    ValueError
        If ``start`` is not a list of finite numbers, or ``n_steps`` is less than 1 or not
        whole.
    """
    point = as_row("start", start)
    n_steps = as_whole("n_steps", n_steps, "Try n_steps=100.", least=1)
    state, rows = optimizer.initial_state(point), []
    for step in range(1, n_steps + 1):
        slope = np.asarray(gradient(point, step), float)
        require(slope.shape == point.shape, "gradient must have the shape of start", slope.shape,
                f"The point has the shape {point.shape}.")
        moved, state = optimizer.step(point, slope, state)
        rows.append((slope, moved - point, optimizer.effective_rate(state),
                     np.sqrt(state["square"])))
        point = moved
    return Inside(*np.swapaxes(np.array(rows), 0, 1))


def constant_gradient(point, step):
    """Slope of 1 in x and of 0.01 in y, everywhere; for :func:`look_inside`."""
    return np.array([1.0, 0.01])


def rare_gradient(point, step):
    """Slope of 1 in x at every step, and in y at every 10th only; for :func:`look_inside`."""
    return np.array([1.0, 1.0 if step % 10 == 1 else 0.0])


@dataclass(frozen=True)
class Words:
    """Texts in which some words are common and others are rare, with a number to predict.

    Parameters
    ----------
    frequencies : ndarray of shape (n_words,)
        Chance that a word stands in a text, the most common first.
    texts : ndarray of shape (n_steps, batch_size, n_words)
        1 where a text holds a word, else 0; one mini batch per step.
    targets : ndarray of shape (n_steps, batch_size)
        The sum of the weights of the words in each text, plus noise.
    weights : ndarray of shape (n_words,)
        The true weights, 1 or −1.
    """

    frequencies: np.ndarray
    texts: np.ndarray
    targets: np.ndarray
    weights: np.ndarray

    def error(self, weights):
        """Mean squared error of other weights on new texts without noise.

        Parameters
        ----------
        weights : ndarray of shape (..., n_words)
            The weights.

        Returns
        -------
        ndarray of shape (...)
            Σ p(1 − p)d² + (Σ pd)², with d the difference to the true weights; infinite or NaN
            for weights that diverged.

        Raises
        ------
        ValueError
            If ``weights`` are no numbers, or not one per word.
        """
        weights = as_measured("weights", weights, "Pass one weight per word.")
        require(weights.shape[-1] == len(self.weights), "weights must hold one number per word",
                weights.shape, f"There are {len(self.weights)} words.")
        off, p = weights - self.weights, self.frequencies
        with np.errstate(over="ignore", invalid="ignore"):
            return (p * (1 - p) * off**2).sum(axis=-1) + (p * off).sum(axis=-1) ** 2


def write_words(exponent, noise, seed, n_words=50, n_steps=500, batch_size=4):
    """Draw texts whose j-th word has the frequency ½ j⁻ˢ (Zipf's law for s = 1).

    Parameters
    ----------
    exponent : float
        s, at least 0: how unequal the words are. With 0 all are equally common.
    noise : float
        Standard deviation of the noise on the targets, at least 0.
    seed : int
        Seed of the random numbers.
    n_words, n_steps, batch_size : int, default 50, 500 and 4
        How many words, mini batches, and texts per mini batch.

    Returns
    -------
    Words
        The texts. Another noise leaves texts and weights as they are.

    Raises
    ------
    ValueError
        If ``exponent`` or ``noise`` is negative, or a number of words, steps or texts is
        less than 1 or not whole.

    References
    ----------
    Duchi, J., Hazan, E., & Singer, Y. (2011). Adaptive subgradient methods, section 1.3.
    """
    exponent = as_number("exponent", exponent, "Try exponent=1.", least=0)
    noise = as_number("noise", noise, "Try noise=0.5.", least=0)
    n_words = as_whole("n_words", n_words, "Try n_words=50.", least=1)
    n_steps = as_whole("n_steps", n_steps, "Try n_steps=500.", least=1)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=4.", least=1)
    rng = as_rng(seed)
    frequencies = np.arange(1.0, n_words + 1) ** -exponent / 2
    weights = rng.choice([-1.0, 1.0], n_words)
    texts = (rng.random((n_steps, batch_size, n_words)) < frequencies).astype(float)
    targets = texts @ weights + noise * rng.standard_normal((n_steps, batch_size))
    return Words(frequencies, texts, targets, weights)


@dataclass(frozen=True)
class Learned:
    """What runs of a method on texts have come to.

    Parameters
    ----------
    weights, rates : ndarray of shape (n_runs, n_words)
        Weights at the end, and effective rates in the last step.
    residual : ndarray of shape (n_runs,)
        Sum over all steps of the mean squared residual of the mini batch.
    """

    weights: np.ndarray
    rates: np.ndarray
    residual: np.ndarray


def learn_words(method, words, learning_rates):
    """Train a linear model on the texts, one mini batch per step, from weights 0.

    The loss is half the mean squared residual of the mini batch.

    Parameters
    ----------
    method : type
        A class of optimizers.
    words : Words
        The texts.
    learning_rates : array_like of shape (n_runs,)
        The rates. There is one run for each.

    Returns
    -------
    Learned
        NaN or very large where a run diverged.

    Raises
    ------
    ValueError
        If ``learning_rates`` is not a list of numbers, at least 0.
    """
    rates = as_row("learning_rates", learning_rates)
    optimizer = method(rates[:, np.newaxis])
    weights, residual = np.zeros((len(rates), len(words.weights))), np.zeros(len(rates))
    state = optimizer.initial_state(weights)
    with np.errstate(over="ignore", invalid="ignore"):
        for text, target in zip(words.texts, words.targets, strict=True):
            off = weights @ text.T - target
            weights, state = optimizer.step(weights, off @ text / len(text), state)
            residual += (off**2).mean(axis=1)
        effective = np.broadcast_to(optimizer.effective_rate(state), weights.shape)
    return Learned(weights, effective, residual)


def sweep_words(words, learned, learning_rates):
    """Find the learning rate with the smallest error.

    Parameters
    ----------
    words : Words
        The texts.
    learned : Learned
        What :func:`learn_words` returned for these rates.
    learning_rates : ndarray of shape (n_runs,)
        The rates.

    Returns
    -------
    Sweep
        The results are errors (see :meth:`Words.error`), and NaN for a run that diverged.

    Raises
    ------
    ValueError
        If there are not as many rates as runs.
    """
    errors = words.error(learned.weights)
    errors = np.where(errors < 1e3, errors, np.nan)
    return make_sweep(learning_rates, errors)


def adagrad_rate_by_frequency(frequency, learning_rate, residual, batch_size):
    """Effective rate that Adagrad gives a word, by theory: η√(B/(pR)).

    A word with the frequency p meets the residual r of a text with the chance p, so its squared
    gradients add up to about pR/B, with R the sum of r² over all steps: half as common, √2 times
    the rate.

    Parameters
    ----------
    frequency : float or ndarray
        p, small.
    learning_rate : float
        η.
    residual : float
        R.
    batch_size : int
        B.

    Returns
    -------
    float or ndarray
        The rate.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Duchi, J., Hazan, E., & Singer, Y. (2011). Adaptive subgradient methods, section 1.3.
    """
    frequency = as_numbers("frequency", frequency, "Try 0.1.", above=0, most=1)
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", least=0)
    residual = as_number("residual", residual, "Pass the sum of the squared residuals.", above=0)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=4.", least=1)
    return learning_rate * np.sqrt(batch_size / (frequency * residual))


def adagrad_wins_below(n_hits):
    """Size of a rare gradient below which Adagrad goes farther than gradient descent.

    The gradient of a weight has the size g in n of the steps, and is 0 in all others. Adagrad then
    moves the weight by η Σ 1/√k with k from 1 to n, whatever g is, and gradient descent by ηgn.

    Parameters
    ----------
    n_hits : int
        n, at least 1.

    Returns
    -------
    float
        The mean of 1/√k, about 2/√n for large n.

    Raises
    ------
    ValueError
        If ``n_hits`` is less than 1.
    """
    n_hits = as_whole("n_hits", n_hits, "Try n_hits=10.", least=1)
    return float(np.mean(1 / np.sqrt(np.arange(1, n_hits + 1))))


def rate_for_first_step(length, decay):
    """Learning rate with which RMSprop's first step has a given length, η = r√(1 − ρ).

    Parameters
    ----------
    length : float
        r, not negative.
    decay : float
        ρ, from 0 to 1 (not included).

    Returns
    -------
    float
        η.

    Raises
    ------
    ValueError
        If ``length`` is negative or ``decay`` leaves [0, 1).
    """
    length = as_number("length", length, "Try length=0.1.", least=0)
    decay = as_number("decay", decay, "Try decay=0.9.", least=0, below=1)
    return length * np.sqrt(1 - decay)


@dataclass(frozen=True)
class Task:
    """A data set made ready for a small network.

    Parameters
    ----------
    training, validation : tuple of (features, labels)
        Z-scored features, with the mean and deviation of the training rows.
    sizes : tuple of int
        Nodes per layer of the network.
    loss : NetworkLoss
        What the network makes small.
    always : float
        Share of wrong answers on the validation rows of the answer that is always the most
        frequent class.
    """

    training: tuple
    validation: tuple
    sizes: tuple
    loss: object
    always: float


def load_task(name):
    """Load a data set and scale it.

    Parameters
    ----------
    name : {"spambase", "attack_triage"}
        The data set. Of ``attack_triage`` only the numeric features are used.

    Returns
    -------
    Task
        3,000 training and 1,200 validation rows of ``spambase``, or 1,800 and 614 of
        ``attack_triage``.

    Raises
    ------
    ValueError
        If ``name`` is unknown.
    """
    require_choice("name", name, ("spambase", "attack_triage"))
    return _load_task(name)


@cache
def _load_task(name):
    load, n_training, loss, n_outputs = {
        "spambase": (load_spambase, 3000, CROSS_ENTROPY, 1),
        "attack_triage": (load_attack_triage, 1800, SOFTMAX_CROSS_ENTROPY, 8)}[name]
    training, validation = load().split(n_training)
    scaler = StandardScaler().fit(training.features)
    scaled = [(scaler.transform(part.features), part.labels) for part in (training, validation)]
    most = np.bincount(training.labels).argmax()
    sizes = (training.features.shape[1], 32, n_outputs)
    return Task(*scaled, sizes, loss, float(np.mean(validation.labels != most)))


@dataclass(frozen=True)
class Epoch:
    """How networks fare in one epoch, one network per learning rate.

    Parameters
    ----------
    epochs : ndarray of shape (n_records,)
        Share of the epoch at which each record ends.
    losses : ndarray of shape (n_records, n_rates)
        Mean loss of the mini batches since the record before, each measured before its update;
        NaN from where a training has diverged.
    wrong : ndarray of shape (n_rates,)
        Share of wrong answers on the validation rows at the end; NaN for a training that diverged.
    diverged : ndarray of int, shape (n_rates,)
        The update with which a training diverged, or −1.
    """

    epochs: np.ndarray
    losses: np.ndarray
    wrong: np.ndarray
    diverged: np.ndarray


def train_one_epoch(task, method, learning_rates, batch_size, seed, n_records=12):
    """Train the network of a task at many learning rates at once, for one epoch.

    The network has one hidden layer of ReLU nodes and He's weights. All trainings share first
    weights and mini batches. They do what :func:`lecture_kit.maths.training.train` does, and
    diverge by the same rule.

    Parameters
    ----------
    task : Task
        Data and network.
    method : type
        A class of optimizers.
    learning_rates : array_like of shape (n_rates,)
        One training for each.
    batch_size : int
        Rows per mini batch.
    seed : int
        Seed of the weights and of the shuffle.
    n_records : int, default 12
        How many records to take, at most one per update.

    Returns
    -------
    Epoch
        The course of the trainings.

    Raises
    ------
    ValueError
        If ``learning_rates`` is not a list of numbers, at least 0, or ``batch_size`` or
        ``n_records`` is less than 1 or not whole.
    """
    n_records = as_whole("n_records", n_records, "Try n_records=12.", least=1)
    (features, labels), rates = task.training, as_row("learning_rates", learning_rates)
    network = fully_connected(task.sizes, RELU, task.loss, he, seed)
    parameters = np.tile(network.parameters, (len(rates), 1))
    optimizer, losses = method(rates[:, np.newaxis]), []
    state, diverged = optimizer.initial_state(parameters), np.full(len(rates), -1)
    with np.errstate(over="ignore", invalid="ignore"):  # trainings that diverge
        batches = list(mini_batches(len(labels), batch_size, as_rng(seed)))
        for update, rows in enumerate(batches, start=1):
            loss, gradient = _loss_and_gradient(task, parameters, features[rows], labels[rows])
            parameters, state = optimizer.step(parameters, gradient, state)
            inside = (parameters**2).sum(axis=1) <= _LONGEST**2
            diverged[~inside & (diverged < 0)] = update
            losses.append(np.where(diverged < 0, loss, np.nan))
        wrong = _wrong_answers(task, parameters)
    parts = np.array_split(np.arange(len(batches)), min(n_records, len(batches)))
    ends = np.cumsum([len(rows) for rows in batches])[[part[-1] for part in parts]]
    return Epoch(ends / len(labels), np.array([np.mean(np.take(losses, part, axis=0), axis=0)
                                               for part in parts]),
                 np.where(diverged < 0, wrong, np.nan), diverged)


def _layers(task, parameters):
    n_inputs, n_hidden, n_outputs = task.sizes
    ends = np.cumsum([n_inputs * n_hidden, n_hidden, n_hidden * n_outputs])
    first, first_bias, second, second_bias = np.split(parameters, ends, axis=1)
    return (first.reshape(-1, n_inputs, n_hidden), first_bias[:, np.newaxis],
            second.reshape(-1, n_hidden, n_outputs), second_bias[:, np.newaxis])


def _loss_and_gradient(task, parameters, features, labels):
    """Backpropagation through many networks of the same shape at once."""
    first, first_bias, second, second_bias = _layers(task, parameters)
    n_rates = len(parameters)
    z = features @ first + first_bias
    hidden = np.maximum(z, 0)
    logits = (hidden @ second + second_bias).reshape(-1, task.sizes[-1])
    every_label = np.tile(labels, n_rates)
    loss = task.loss.value(logits, every_label).reshape(n_rates, -1).mean(axis=1)
    back = task.loss.gradient(logits, every_label).reshape(n_rates, len(labels), -1) / len(labels)
    back_hidden = (back @ second.transpose(0, 2, 1)) * (z > 0)
    gradient = [features.T @ back_hidden, back_hidden.sum(axis=1),
                hidden.transpose(0, 2, 1) @ back, back.sum(axis=1)]
    return loss, np.concatenate([part.reshape(n_rates, -1) for part in gradient], axis=1)


def _wrong_answers(task, parameters):
    """Share of wrong answers of each network, in pieces small enough for one thread."""
    first, first_bias, second, second_bias = _layers(task, parameters)
    wrong = np.zeros(len(parameters))
    features, labels = task.validation
    for rows in np.array_split(np.arange(len(labels)), 12):
        logits = np.maximum(features[rows] @ first + first_bias, 0) @ second + second_bias
        answers = task.loss.predict(logits.reshape(-1, task.sizes[-1]))
        wrong += (answers.reshape(len(parameters), -1) != labels[rows]).sum(axis=1)
    return wrong / len(labels)
