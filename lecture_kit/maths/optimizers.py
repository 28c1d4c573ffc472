"""Optimizers: rules that turn a gradient into the next parameters.

An optimizer is a set of settings. It keeps no memory of its own: what a rule remembers from step
to step (a velocity, say) is its *state*, a dictionary of arrays that goes in and comes out. So one
optimizer can serve any number of runs, and a notebook can look inside.

Settings may be arrays that broadcast with the parameters. One call then steps many runs, each with
its own settings. float32 parameters stay float32 with settings that are Python's own numbers.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import as_numbers


def _require_share(name, value, advice):
    as_numbers(name, value, advice, least=0, below=1)


def _require_positive(name, value, advice):
    as_numbers(name, value, advice, above=0)


def _moving_mean(mean, value, decay):
    return decay * mean + (1 - decay) * value


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
        If a setting leaves the range that its class names, or is not finite.
    """

    learning_rate: float | np.ndarray

    def __post_init__(self):
        as_numbers("learning_rate", self.learning_rate, "Try learning_rate=0.1.", least=0)

    def initial_state(self, parameters):
        """Give the state before the first step.

        Parameters
        ----------
        parameters : ndarray of any shape
            The parameters that will be optimized.

        Returns
        -------
        dict of str to ndarray or int
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
        state : dict of str to ndarray or int
            What the step before returned, or :meth:`initial_state`.

        Returns
        -------
        parameters : ndarray of the same shape
            The new parameters.
        state : dict of str to ndarray or int
            The new state.
        """

    def effective_rate(self, state):
        """Tell by which rate each coordinate of the gradient was multiplied in the last step.

        Methods with momentum multiply the velocity or the moving mean of the gradient by it.

        Parameters
        ----------
        state : dict of str to ndarray or int
            What the last :meth:`step` returned.

        Returns
        -------
        float or ndarray
            η for a method with one rate for all, else one rate per coordinate.
        """
        return self.learning_rate


@dataclass(frozen=True, eq=False)
class GradientDescent(Optimizer):
    """Gradient descent, w ← w − ηg.

    Parameters
    ----------
    learning_rate : float or ndarray
        η, at least 0.

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

    Notes
    -----
    PyTorch writes b ← βb + g, w ← w − ηb. While η stays the same both give the same parameters,
    with v = −ηb, as long as its ``dampening`` is 0, which is the default. Texts that write
    v ← βv + (1 − β)g need a rate 1/(1 − β) times as large.

    References
    ----------
    Slides, section "(3) Gradient Descent & Momentum": movement = negative gradient + momentum.
    Polyak, B. T. (1964). Some methods of speeding up the convergence of iteration methods.
    """

    momentum: float | np.ndarray = 0.9

    def __post_init__(self):
        super().__post_init__()
        _require_share("momentum", self.momentum, "Try momentum=0.9.")

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


@dataclass(frozen=True, eq=False)
class Adagrad(Optimizer):
    """Adagrad divides each coordinate's rate by the root of all its squared gradients.

    r ← r + g², then w ← w − η g/(√r + ε), all coordinate by coordinate.

    Parameters
    ----------
    learning_rate : float or ndarray
        η, at least 0.
    epsilon : float or ndarray, default 1e-10
        ε, positive. It keeps the first step finite where the gradient is 0.

    Notes
    -----
    Equal to PyTorch's ``Adagrad`` with its defaults: ε stands outside the root, r starts at 0.
    Keras and optax add ε inside the root and start with r = 0.1.

    References
    ----------
    Slides, section "(4) Adaptive Methods". Duchi, J., Hazan, E., & Singer, Y. (2011). Adaptive
    subgradient methods for online learning and stochastic optimization.
    """

    epsilon: float | np.ndarray = 1e-10

    def __post_init__(self):
        super().__post_init__()
        _require_positive("epsilon", self.epsilon, "Try epsilon=1e-10.")

    def initial_state(self, parameters):
        """Give the sum of squares r = 0 before the first step."""
        return {"square": np.zeros_like(parameters)}

    def step(self, parameters, gradient, state):
        """Take one step; see :meth:`Optimizer.step`."""
        state = {"square": state["square"] + gradient**2}
        return parameters - self.effective_rate(state) * gradient, state

    def effective_rate(self, state):
        """Give η/(√r + ε); see :meth:`Optimizer.effective_rate`."""
        return self.learning_rate / (np.sqrt(state["square"]) + self.epsilon)


@dataclass(frozen=True, eq=False)
class RMSprop(Optimizer):
    """RMSprop divides by the root of a moving mean of the squares, which forgets.

    v ← ρv + (1 − ρ)g², then w ← w − η g/(√v + ε).

    Parameters
    ----------
    learning_rate : float or ndarray
        η, at least 0.
    decay : float or ndarray, default 0.9
        ρ, from 0 to 1 (not included). It remembers about 1/(1 − ρ) steps.
    epsilon : float or ndarray, default 1e-8
        ε, positive.

    Notes
    -----
    Equal to PyTorch's ``RMSprop(alpha=decay)``, whose default is 0.99: ε stands outside the root,
    v starts at 0 without bias correction. So the first step has the length η/√(1 − ρ). Keras and
    optax (with its default ``eps_in_sqrt=True``) add ε inside the root; their default is 0.9.

    References
    ----------
    Slides, section "(4) Adaptive Methods". Tieleman, T., & Hinton, G. (2012). Lecture 6.5, RMSprop.
    Coursera: Neural networks for machine learning.
    """

    decay: float | np.ndarray = 0.9
    epsilon: float | np.ndarray = 1e-8

    def __post_init__(self):
        super().__post_init__()
        _require_share("decay", self.decay, "Try decay=0.9.")
        _require_positive("epsilon", self.epsilon, "Try epsilon=1e-8.")

    def initial_state(self, parameters):
        """Give the mean square v = 0 before the first step."""
        return {"square": np.zeros_like(parameters)}

    def step(self, parameters, gradient, state):
        """Take one step; see :meth:`Optimizer.step`."""
        state = {"square": _moving_mean(state["square"], gradient**2, self.decay)}
        return parameters - self.effective_rate(state) * gradient, state

    def effective_rate(self, state):
        """Give η/(√v + ε); see :meth:`Optimizer.effective_rate`."""
        return self.learning_rate / (np.sqrt(state["square"]) + self.epsilon)


@dataclass(frozen=True, eq=False)
class Adadelta(Optimizer):
    """Adadelta is RMSprop with the root mean square of its own last steps as the rate.

    v ← ρv + (1 − ρ)g², d = √(u + ε)/√(v + ε) · g, w ← w − ηd, u ← ρu + (1 − ρ)d².

    Parameters
    ----------
    learning_rate : float or ndarray, default 1
        η, at least 0. The paper has no rate, which is η = 1.
    decay : float or ndarray, default 0.9
        ρ, from 0 to 1 (not included).
    epsilon : float or ndarray, default 1e-6
        ε, positive. It sets how small the first steps are: about η√(ε/(1 − ρ)).

    Notes
    -----
    Equal to PyTorch's ``Adadelta`` with its defaults, and to optax's with ``learning_rate=1``: ε
    stands inside both roots, and u averages d without the factor η. Keras has the same rule with
    the defaults 0.001, 0.95 and 1e-7.

    References
    ----------
    Zeiler, M. D. (2012). ADADELTA: an adaptive learning rate method. arXiv:1212.5701.
    """

    learning_rate: float | np.ndarray = 1.0
    decay: float | np.ndarray = 0.9
    epsilon: float | np.ndarray = 1e-6

    def __post_init__(self):
        super().__post_init__()
        _require_share("decay", self.decay, "Try decay=0.9.")
        _require_positive("epsilon", self.epsilon, "Try epsilon=1e-6.")

    def initial_state(self, parameters):
        """Give the mean squares v and u, and the ratio of their roots, all 0."""
        return {name: np.zeros_like(parameters) for name in ("square", "step_square", "ratio")}

    def step(self, parameters, gradient, state):
        """Take one step; see :meth:`Optimizer.step`."""
        square = _moving_mean(state["square"], gradient**2, self.decay)
        ratio = np.sqrt((state["step_square"] + self.epsilon) / (square + self.epsilon))
        step_square = _moving_mean(state["step_square"], (ratio * gradient) ** 2, self.decay)
        state = {"square": square, "step_square": step_square, "ratio": ratio}
        return parameters - self.effective_rate(state) * gradient, state

    def effective_rate(self, state):
        """Give η√(u + ε)/√(v + ε); see :meth:`Optimizer.effective_rate`."""
        return self.learning_rate * state["ratio"]


@dataclass(frozen=True, eq=False)
class Adam(Optimizer):
    """Adam is RMSprop on a moving mean of the gradient, with bias correction.

    m ← β₁m + (1 − β₁)g and v ← β₂v + (1 − β₂)g², both from 0. After step t, m̂ = m/(1 − β₁ᵗ) and
    v̂ = v/(1 − β₂ᵗ) undo the pull towards that 0. Then w ← w − η m̂/(√v̂ + ε).

    Parameters
    ----------
    learning_rate : float or ndarray
        η, at least 0. The first step has this length.
    beta1, beta2 : float or ndarray, default 0.9 and 0.999
        β₁ and β₂, from 0 to 1 (not included).
    epsilon : float or ndarray, default 1e-8
        ε, positive.
    bias_correction : bool, default True
        Whether m and v are corrected. Without it the first step is (1 − β₁)/√(1 − β₂) times η,
        which is √10 ≈ 3.16 for the defaults.

    Notes
    -----
    Equal to Algorithm 1 of the paper, to PyTorch's ``Adam`` and to optax's ``adam`` with their
    defaults: ε stands outside the root and is added after the correction. Keras adds it before
    the correction, the paper's "ε hat", and has the default 1e-7.

    References
    ----------
    Slides, section "(4) Adaptive Methods". Kingma, D. P., & Ba, J. (2015). Adam: a method for
    stochastic optimization. arXiv:1412.6980.
    """

    beta1: float | np.ndarray = 0.9
    beta2: float | np.ndarray = 0.999
    epsilon: float | np.ndarray = 1e-8
    bias_correction: bool = True

    def __post_init__(self):
        super().__post_init__()
        _require_share("beta1", self.beta1, "Try beta1=0.9.")
        _require_share("beta2", self.beta2, "Try beta2=0.999.")
        _require_positive("epsilon", self.epsilon, "Try epsilon=1e-8.")

    def initial_state(self, parameters):
        """Give the means m = 0 and v = 0 and the number of steps, t = 0."""
        return {"mean": np.zeros_like(parameters), "square": np.zeros_like(parameters),
                "n_steps": 0}

    def step(self, parameters, gradient, state):
        """Take one step; see :meth:`Optimizer.step`."""
        state = {"mean": _moving_mean(state["mean"], gradient, self.beta1),
                 "square": _moving_mean(state["square"], gradient**2, self.beta2),
                 "n_steps": state["n_steps"] + 1}
        mean = self._corrected(state["mean"], self.beta1, state)
        return parameters - self.effective_rate(state) * mean, state

    def effective_rate(self, state):
        """Give η/(√v̂ + ε); see :meth:`Optimizer.effective_rate`."""
        square = self._corrected(state["square"], self.beta2, state)
        return self.learning_rate / (np.sqrt(square) + self.epsilon)

    def _corrected(self, mean, beta, state):
        if not self.bias_correction:
            return mean
        return mean / (1 - beta ** state["n_steps"])


@dataclass(frozen=True, eq=False)
class AdamW(Adam):
    """Adam with decoupled weight decay: w ← (1 − ηλ)w before each step of Adam.

    Parameters
    ----------
    learning_rate, beta1, beta2, epsilon, bias_correction
        As in :class:`Adam`.
    weight_decay : float or ndarray, default 0.01
        λ, at least 0.

    Notes
    -----
    Decoupled means that the decay does not pass through m and v; adding λw to the gradient, as
    PyTorch's ``Adam(weight_decay=λ)`` does, is coupled. Equal to PyTorch's ``AdamW`` with its
    defaults and to optax's ``adamw`` (whose default λ is 1e-4). The paper does not multiply λ by
    η, but both by a schedule.

    References
    ----------
    Loshchilov, I., & Hutter, F. (2019). Decoupled weight decay regularization. arXiv:1711.05101.
    """

    weight_decay: float | np.ndarray = 0.01

    def __post_init__(self):
        super().__post_init__()
        as_numbers("weight_decay", self.weight_decay, "Try weight_decay=0.01.", least=0)

    def step(self, parameters, gradient, state):
        """Take one step; see :meth:`Optimizer.step`."""
        shrink = 1 - self.learning_rate * self.weight_decay
        return super().step(shrink * parameters, gradient, state)
