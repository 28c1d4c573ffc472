"""Optimizers: rules that turn a gradient into the next parameters.

An optimizer is a set of settings. It keeps no memory of its own: what a rule remembers from step
to step (a velocity, say) is its *state*, a dictionary of arrays that goes in and comes out. So one
optimizer can serve any number of runs, and a notebook can look inside.

Settings may be arrays that broadcast with the parameters. One call then steps many runs, each with
its own settings.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from lecture_kit.checks import as_floats, require


@dataclass(frozen=True, eq=False)
class Optimizer(ABC):
    """What all optimizers share.

    Parameters
    ----------
    learning_rate : float or ndarray
        η, at least 0.

    Raises
    ------
    ValueError
        If ``learning_rate`` is negative or not finite.
    """

    learning_rate: float | np.ndarray

    def __post_init__(self):
        rate = self.learning_rate
        require((np.asarray(rate) >= 0) & np.isfinite(rate),
                "learning_rate must be at least 0 and finite", rate, "Try learning_rate=0.1.")

    def initial_state(self, parameters):
        """Give the state before the first step.

        Parameters
        ----------
        parameters : ndarray of any shape
            The parameters that will be optimized.

        Returns
        -------
        dict of str to ndarray
            What the rule remembers; empty if it remembers nothing.
        """
        return {}

    @abstractmethod
    def step(self, parameters, gradient, state):
        """Take one step.

        Parameters
        ----------
        parameters : ndarray of any shape
            The parameters w. They are not changed in place.
        gradient : ndarray of the same shape
            The gradient g at ``parameters``.
        state : dict of str to ndarray
            What the step before returned, or :meth:`initial_state`.

        Returns
        -------
        parameters : ndarray of the same shape
            The new parameters.
        state : dict of str to ndarray
            The new state.
        """


@dataclass(frozen=True, eq=False)
class GradientDescent(Optimizer):
    """Gradient descent, w ← w − ηg.

    Parameters
    ----------
    learning_rate : float or ndarray
        η, at least 0.

    Raises
    ------
    ValueError
        If ``learning_rate`` is negative or not finite.

    References
    ----------
    Slides, section "(3) Gradient Descent & Momentum".
    """

    def step(self, parameters, gradient, state):
        """Take one step; see :meth:`Optimizer.step`."""
        return parameters - self.learning_rate * gradient, state


@dataclass(frozen=True, eq=False)
class Momentum(Optimizer):
    """Gradient descent with momentum, v ← βv − ηg, then w ← w + v.

    Parameters
    ----------
    learning_rate : float or ndarray
        η, at least 0.
    momentum : float or ndarray, default 0.9
        β, from 0 to 1 (not included). With 0 this is gradient descent.

    Raises
    ------
    ValueError
        If ``learning_rate`` is negative or not finite, or ``momentum`` leaves [0, 1).

    Notes
    -----
    PyTorch writes b ← βb + g, w ← w − ηb. While η stays the same both give the same parameters,
    with v = −ηb. Texts that write v ← βv + (1 − β)g need a rate 1/(1 − β) times as large.

    References
    ----------
    Slides, section "(3) Gradient Descent & Momentum": movement = negative gradient + momentum.
    Polyak, B. T. (1964). Some methods of speeding up the convergence of iteration methods.
    """

    momentum: float | np.ndarray = 0.9

    def __post_init__(self):
        super().__post_init__()
        beta = np.asarray(self.momentum)
        require((beta >= 0) & (beta < 1), "momentum must be at least 0 and less than 1",
                self.momentum, "Try momentum=0.9.")

    def initial_state(self, parameters):
        """Give the velocity v = 0 before the first step."""
        return {"velocity": np.zeros_like(parameters)}

    def step(self, parameters, gradient, state):
        """Take one step; see :meth:`Optimizer.step`."""
        velocity = self.momentum * state["velocity"] - self.learning_rate * gradient
        return parameters + velocity, {"velocity": velocity}


@dataclass(frozen=True, eq=False)
class Nesterov(Momentum):
    """Momentum that looks ahead: the gradient is taken at w + βv, where the velocity leads.

    Parameters
    ----------
    learning_rate : float or ndarray
        η, at least 0.
    momentum : float or ndarray, default 0.9
        β, from 0 to 1 (not included).

    Raises
    ------
    ValueError
        If ``learning_rate`` is negative or not finite, or ``momentum`` leaves [0, 1).

    Notes
    -----
    The textbook form is v ← βv − ηg(w + βv), w ← w + v. Here, as in PyTorch and Keras, the
    parameters that are stored *are* the look-ahead point u = w + βv. Then the gradient is taken
    where the parameters are, and the rule reads v ← βv − ηg(u), u ← u + βv − ηg(u).

    References
    ----------
    Nesterov, Y. (1983). A method of solving a convex programming problem with convergence rate
    O(1/k²). Sutskever, I., Martens, J., Dahl, G., & Hinton, G. (2013). On the importance of
    initialization and momentum in deep learning.
    """

    def step(self, parameters, gradient, state):
        """Take one step; see :meth:`Optimizer.step`."""
        push = self.learning_rate * gradient
        velocity = self.momentum * state["velocity"] - push
        return parameters + self.momentum * velocity - push, {"velocity": velocity}


def walk(gradient, optimizer, start, n_steps, bound=1e6):
    """Follow an optimizer from one start or from many at once, step by step.

    Parameters
    ----------
    gradient : callable
        Points of shape (..., d) to gradients of the same shape.
    optimizer : Optimizer
        The rule. Settings of shape (..., 1) give every start its own.
    start : array_like of shape (..., d)
        Where the runs begin.
    n_steps : int
        How many steps to take, at least 0.
    bound : float, default 1e6
        A run with a coordinate outside ±``bound`` has diverged. It ends there.

    Returns
    -------
    iterator of ndarray of shape (..., d)
        The start, then the points after each step. A run that has diverged is NaN, which
        a picture leaves blank.

    Raises
    ------
    ValueError
        If ``start`` is not finite or has no axis, or ``n_steps`` is negative.
    """
    point = as_floats("start", start).astype(np.float64)
    require(point.ndim >= 1, "start must have its coordinates on the last axis", start,
            "Pass [x] for one coordinate.")
    require(n_steps >= 0, "n_steps must be at least 0", n_steps, "Try n_steps=100.")
    return _points(gradient, optimizer, point, n_steps, bound)


def _points(gradient, optimizer, point, n_steps, bound):
    state = optimizer.initial_state(point)
    inside = np.ones((*point.shape[:-1], 1), dtype=bool)
    yield point
    for _ in range(n_steps):
        moved, state = optimizer.step(point, gradient(point), state)
        inside &= (np.abs(moved) <= bound).all(axis=-1, keepdims=True)
        point = np.where(inside, moved, point)
        yield np.where(inside, point, np.nan)


def trajectory(gradient, optimizer, start, n_steps, bound=1e6):
    """Collect the points of :func:`walk`.

    Parameters
    ----------
    gradient, optimizer, start, n_steps, bound
        As in :func:`walk`.

    Returns
    -------
    ndarray of shape (n_steps + 1, ..., d)
        All points, the start first. :func:`diverged_at` tells where a diverged run ends.

    Raises
    ------
    ValueError
        As in :func:`walk`.
    """
    return np.stack(list(walk(gradient, optimizer, start, n_steps, bound)))


def diverged_at(path):
    """Tell at which step a run diverged.

    Parameters
    ----------
    path : ndarray of shape (n_steps + 1, ..., d)
        What :func:`trajectory` returned.

    Returns
    -------
    ndarray of int, shape (...)
        Number of the first step without a point, or −1 for a run that did not diverge.
    """
    gone = np.isnan(path).any(axis=-1)
    return np.where(gone.any(axis=0), gone.argmax(axis=0), -1)
