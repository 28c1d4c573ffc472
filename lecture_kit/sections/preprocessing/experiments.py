"""Section 02, preprocessing: the valley of a model of two features, raw and scaled."""

from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import (
    as_number,
    as_numbers,
    as_rng,
    as_row,
    as_table,
    as_whole,
    require,
    require_choice,
)
from lecture_kit.maths.landscapes import Landscape
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.preprocessing import SCALERS
from lecture_kit.maths.quadratics import convergence_rate, falling_height, measured_rate
from lecture_kit.maths.training import first_step_below
from lecture_kit.maths.trajectories import trajectory


def people(n_people=50, correlation=0.6, seed=0):
    """Make up people: height and weight, and by how much their blood pressure is above the mean.

    Mean 1.70 m and 65 kg, deviations 0.09 m and 11 kg, exactly. The blood pressure follows
    0.6 mmHg per kg and −20 mmHg per m, and chance adds 8 mmHg.

    Parameters
    ----------
    n_people : int, default 50
        How many people, at least 4.
    correlation : float, default 0.6
        r, the correlation of height and weight, exactly, between −1 and 1 (neither included).
    seed : int, default 0
        Seed of the random numbers. The other arguments do not change the draw.

    Returns
    -------
    features : ndarray of shape (n_people, 2)
        Height in m and weight in kg.
    target : ndarray of shape (n_people,)
        Blood pressure in mmHg, minus its mean.

    Raises
    ------
    ValueError
        If there are fewer than 4 people or ``correlation`` is not between −1 and 1.
    """
    n_people = as_whole("n_people", n_people, "Try n_people=50.", least=4)
    correlation = as_number(
        "correlation", correlation, "Features that say the same leave no way to tell them apart.",
        above=-1, below=1)
    drawn = as_rng(seed).standard_normal((n_people, 3))
    drawn -= drawn.mean(axis=0)
    axes, triangle = np.linalg.qr(drawn)  # three uncorrelated columns, as near as they can be
    tall, other, chance = np.sqrt(n_people) * (axes * np.sign(np.diag(triangle))).T
    heavy = correlation * tall + np.sqrt(1 - correlation**2) * other
    features = np.column_stack([1.70 + 0.09 * tall, 65 + 11 * heavy])
    return features, 0.6 * 11 * heavy - 20 * 0.09 * tall + 8 * chance


def linear_model(features, target):
    """Loss of a linear model without bias, o = w·x, above the best it can reach.

    The mean squared error is e(w) = ½ mean (w·x − y)². Its Hessian is H = XᵀX/n, the same
    everywhere. With w* the best weights, f(w) = e(w) − e(w*) = ½ (w − w*)ᵀ H (w − w*).

    Parameters
    ----------
    features : array_like of shape (n_samples, n_features)
        The rows x, raw or scaled.
    target : array_like of shape (n_samples,)
        The right answers y, with a mean of 0, so that the model needs no bias.

    Returns
    -------
    Landscape
        f over the weights, with its gradient H(w − w*), its Hessian H and its minimum w*.

    Raises
    ------
    ValueError
        If a number is not finite, the shapes do not fit, or a feature is a copy of others.
    """
    features, target = as_table("features", features), np.asarray(as_numbers("target", target))
    require(target.shape == features.shape[:1],
            "features must be a table with one target per row", (features.shape, target.shape),
            "Pass shapes (n_samples, n_features) and (n_samples,).")
    curvature = features.T @ features / len(features)
    require(np.linalg.matrix_rank(curvature, hermitian=True) == len(curvature),
            "features must not be copies of each other, or constant 0", curvature,
            "Leave such a column out.")
    best = np.linalg.solve(curvature, features.T @ target / len(features))

    def gradient(points):
        return (points - best) @ curvature

    def value(points):
        return (gradient(points) * (points - best)).sum(axis=-1) / 2

    def hessian(points):
        return np.broadcast_to(curvature, (*np.shape(points)[:-1], *curvature.shape))

    return Landscape("linear model", value, gradient, hessian, best[np.newaxis])


def scaled(features, scaling):
    """Scale a table by what is measured on its own rows.

    Parameters
    ----------
    features : array_like of shape (n_samples, n_features)
        The rows.
    scaling : {"raw", "min-max", "z-score"}
        What is done to them.

    Returns
    -------
    ndarray of shape (n_samples, n_features)
        The scaled rows.

    Raises
    ------
    ValueError
        If ``scaling`` is unknown or ``features`` is not a table of finite numbers.
    """
    require_choice("scaling", scaling, SCALERS)
    features, Scaler = as_table("features", features), SCALERS[scaling]
    return Scaler().fit(features).transform(features) if Scaler else features


def valleys(correlation=0.6, seed=0):
    """Make :func:`linear_model` out of :func:`people` for every scaling of their features.

    Parameters
    ----------
    correlation, seed
        As in :func:`people`.

    Returns
    -------
    models : dict of str to Landscape
        By scaling: "raw", "min-max" and "z-score".
    height : float
        ½ mean y², the loss of a model that always answers 0: a fair first height in each valley.

    Raises
    ------
    ValueError
        As in :func:`people`.
    """
    features, target = people(50, correlation, seed)
    models = {name: linear_model(scaled(features, name), target) for name in SCALERS}
    return models, float((target**2).mean() / 2)


def curvatures_of(landscape):
    """Eigenvalues of the Hessian at the minimum, which say all about the shape of a valley.

    Parameters
    ----------
    landscape : Landscape
        A quadratic valley.

    Returns
    -------
    ndarray of shape (d,)
        Curvatures, the smallest first.
    """
    return np.linalg.eigvalsh(landscape.hessian(landscape.minima[0]))


def condition_number(curvatures):
    """Condition number κ = λ_max/λ_min: how much longer than wide a valley is, squared.

    Parameters
    ----------
    curvatures : array_like of shape (d,)
        Eigenvalues λ of the Hessian, all positive.

    Returns
    -------
    float
        κ, at least 1.

    Raises
    ------
    ValueError
        If a curvature is not positive.
    """
    curvatures = as_row("curvatures", curvatures,
                        "Pass the eigenvalues of the Hessian at a minimum.", above=0)
    return float(curvatures.max() / curvatures.min())


def condition_number_after_z_score(correlation):
    """Condition number of two z-scored features, κ = (1 + |r|)/(1 − |r|).

    Parameters
    ----------
    correlation : float or ndarray
        r, the correlation of the two features, between −1 and 1 (neither included).

    Returns
    -------
    float or ndarray
        κ: 1 for uncorrelated features, without limit as |r| goes to 1.

    Raises
    ------
    ValueError
        If ``correlation`` is not between −1 and 1.

    References
    ----------
    The Hessian is [[1, r], [r, 1]], with the eigenvalues 1 ± r. LeCun, Y., Bottou, L., Orr, G. B.,
    & Müller, K.-R. (1998). Efficient backprop, section 4.3.
    """
    size = np.abs(as_numbers("correlation", correlation, "At 1 and -1 both features say the same.",
                             above=-1, below=1))
    return (1 + size) / (1 - size)


def _axes(landscape):
    """Curvatures and directions of a valley; each direction has a positive last entry."""
    hessian = landscape.hessian(landscape.minima[0])
    nudge = 1e-11 * np.abs(hessian).max()  # equal curvatures: not rounding decides, but (1, 1)
    curvatures, directions = np.linalg.eigh(hessian + nudge)
    return curvatures, directions * np.where(directions[-1] < 0, -1, 1)


def fair_start(landscape, height):
    """Place from which every quadratic valley is equally hard: the same height, shared equally.

    It lies at w* + Σ v_i √(2h/(dλ_i)), with v_i and λ_i the eigenvectors and eigenvalues of the
    Hessian: each of the d directions gives the share h/d of the height.

    Parameters
    ----------
    landscape : Landscape
        A quadratic valley whose minimum has the height 0.
    height : float
        h, positive.

    Returns
    -------
    ndarray of shape (d,)
        The place. The last entry of each v_i is positive.

    Raises
    ------
    ValueError
        If ``height`` is not positive.
    """
    height = as_number("height", height, "Try 1.", above=0)
    curvatures, directions = _axes(landscape)
    return landscape.minima[0] + directions @ np.sqrt(2 * height / (len(curvatures) * curvatures))


def on_contour(landscape, height, angle):
    """Places of equal height around the minimum of a quadratic valley: they lie on an ellipse.

    They are w* + √(2h/λ₁) cos(φ) v₁ + √(2h/λ₂) sin(φ) v₂, with v_i and λ_i the eigenvectors and
    eigenvalues of the Hessian. At 0° and 90° the place lies on an axis of the ellipse; at 45° it
    is the fair start.

    Parameters
    ----------
    landscape : Landscape
        A quadratic valley of two coordinates whose minimum has the height 0.
    height : float
        h, height of the places, at least 0.
    angle : float or array_like of shape (n_points,)
        φ, in degrees.

    Returns
    -------
    ndarray of shape (2,) or (n_points, 2)
        The places.

    Raises
    ------
    ValueError
        If ``height`` is negative or an angle is not finite.
    """
    height = as_number("height", height, "Try 1.", least=0)
    angle = np.radians(as_numbers("angle", angle))
    curvatures, directions = _axes(landscape)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return landscape.minima[0] + circle * np.sqrt(2 * height / curvatures) @ directions.T


@dataclass(frozen=True)
class Descent:
    """A run of gradient descent in a valley, beside what theory says.

    Parameters
    ----------
    path : ndarray of shape (n_points, d)
        The weights from step to step, up to where the run diverges.
    losses : ndarray of shape (n_points,)
        Loss above the best one, as a share of the first.
    diverged_at, arrived_at : int or None
        First step with a loss beyond 10⁴, and first step with a loss of at most ``share``.
    factor, measured : float
        Shrink factor of theory and of the run; NaN for a run too short to measure.
    """

    path: np.ndarray
    losses: np.ndarray
    diverged_at: int | None
    arrived_at: int | None
    factor: float
    measured: float


def descend(landscape, learning_rate, start, n_steps=100, share=0.01):
    """Walk down a quadratic valley by gradient descent and compare the run with theory.

    Parameters
    ----------
    landscape : Landscape
        A quadratic valley whose minimum has the height 0, such as :func:`linear_model`.
    learning_rate : float
        η, larger than 0.
    start : array_like of shape (d,)
        Where the run begins, not at the minimum.
    n_steps : int, default 100
        How many steps to take.
    share : float, default 0.01
        The run has arrived when its loss is at most this share of the first one.

    Returns
    -------
    Descent
        The run.

    Raises
    ------
    ValueError
        If ``learning_rate`` or ``share`` is not positive, ``start`` is not one point or
        lies at the minimum, or ``n_steps`` is negative or not whole.
    """
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", above=0)
    share = as_number("share", share, "Try share=0.01.", above=0)
    start = as_row("start", start)
    require(landscape.value(start) > 1e-100, "start must lie above the minimum", start,
            "Try fair_start.")
    path = trajectory(
        landscape.gradient, GradientDescent(learning_rate), start, n_steps, bound=1e12)
    finite = path[np.isfinite(path).all(axis=-1)]
    losses = landscape.value(finite) / landscape.value(finite[0])
    beyond = np.append(np.flatnonzero(losses > 1e4), len(finite))[0]
    end = int(beyond) if beyond < len(path) else None
    path, losses = finite[: beyond + 1], losses[: beyond + 1]
    rounding = first_step_below(losses, 1e-12)  # from here on rounding errors take over
    counted = path[: rounding and rounding + 1]
    measured = measured_rate(landscape, counted, learning_rate) if len(counted) > 4 else np.nan
    arrived = first_step_below(losses, share * (1 + 1e-9))  # a loss of exactly the share counts
    return Descent(path, losses, end, arrived,
                   float(convergence_rate(curvatures_of(landscape), learning_rate)), measured)


def enough_steps(factor, share=0.01):
    """Steps that are enough by theory to bring the loss down to a share: f_k ≤ ρ^(2k) f_0.

    Parameters
    ----------
    factor : float
        ρ, the shrink factor, at least 0.
    share : float, default 0.01
        The share, between 0 and 1 (neither included).

    Returns
    -------
    float
        The smallest k with ρ^(2k) ≤ ``share``; infinite for ρ ≥ 1. A run may need fewer steps.

    Raises
    ------
    ValueError
        If ``factor`` is negative or ``share`` is not between 0 and 1.

    References
    ----------
    See :func:`~lecture_kit.maths.quadratics.convergence_rate`.
    """
    factor = as_number("factor", factor, "Pass a shrink factor.", least=0)
    share = as_number("share", share, "Try share=0.01.", above=0, below=1)
    if factor >= 1:
        return float("inf")
    steps = np.log(share) / (2 * np.log(factor)) if factor > 0 else 1
    return max(1.0, float(np.ceil(steps - 1e-9)))  # a whole number stays one despite rounding


def falling_loss(factor, n_steps, highest=1e12):
    """Upper limit of the loss by theory, as a share of the first one: ρ^(2k).

    Parameters
    ----------
    factor : float
        ρ, the shrink factor, at least 0.
    n_steps : int
        Number of steps.
    highest : float, default 1e12
        A curve that grows stops here.

    Returns
    -------
    ndarray of shape (n_steps + 1,)
        The limits for k = 0 … n_steps.

    Raises
    ------
    ValueError
        If ``factor`` or ``highest`` is negative, or ``n_steps`` is negative or not whole.
    """
    factor = as_number("factor", factor, "Pass a shrink factor.", least=0)
    highest = as_number("highest", highest, "Try highest=1e12.", least=0)
    return np.minimum(falling_height(1.0, factor, n_steps), highest)
