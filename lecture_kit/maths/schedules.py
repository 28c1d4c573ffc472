"""Learning rate schedules: how the rate changes from step to step.

A schedule is a function. It takes the number of the step, counted from 0, and returns the factor by
which the learning rate is multiplied. :class:`Scheduled` makes an optimizer follow it::

    rule = Scheduled(Adam(0.1), cosine_decay_schedule(500))
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import as_number, as_whole, require
from lecture_kit.maths.optimizers import Optimizer


def constant_schedule(value=1.0):
    """Keep the rate: the factor is the same at every step.

    Parameters
    ----------
    value : float, default 1
        The factor, at least 0.

    Returns
    -------
    callable
        Step, int or ndarray, to factor.

    Raises
    ------
    ValueError
        If ``value`` is negative.

    Notes
    -----
    Equal to optax's ``constant_schedule``.
    """
    value = as_number("value", value, "Try value=1.", least=0)
    return lambda step: np.full(np.shape(step), value)


def step_schedule(step_size, gamma=0.1):
    """Let the rate fall by a factor now and then: γ^⌊t/s⌋.

    Parameters
    ----------
    step_size : int
        s, steps from one fall to the next, at least 1.
    gamma : float, default 0.1
        γ, from 0 to 1.

    Returns
    -------
    callable
        Step t, int or ndarray, to factor.

    Raises
    ------
    ValueError
        If ``step_size`` is less than 1 or not whole, or ``gamma`` leaves [0, 1].

    Notes
    -----
    Equal to PyTorch's ``StepLR`` with the same arguments.
    """
    step_size = as_whole("step_size", step_size, "Try a third of all steps.", least=1)
    gamma = as_number("gamma", gamma, "Try gamma=0.1.", least=0, most=1)
    return lambda step: gamma ** (np.asarray(step) // step_size)


def cosine_decay_schedule(decay_steps, alpha=0.0):
    """Let the rate fall along half a wave: α + (1 − α) ½ (1 + cos πt/T), and α after step T.

    Parameters
    ----------
    decay_steps : int
        T, at least 1: as a rule, all steps of the training.
    alpha : float, default 0
        α, the last factor, from 0 to 1.

    Returns
    -------
    callable
        Step t, int or ndarray, to factor.

    Raises
    ------
    ValueError
        If ``decay_steps`` is less than 1 or not whole, or ``alpha`` leaves [0, 1].

    Notes
    -----
    Equal to optax's ``cosine_decay_schedule`` with ``init_value=1``, and up to step T to PyTorch's
    ``CosineAnnealingLR(T_max=decay_steps)``, whose rate rises again after it.

    References
    ----------
    Loshchilov, I., & Hutter, F. (2017). SGDR: stochastic gradient descent with warm restarts.
    arXiv:1608.03983, equation 5.
    """
    decay_steps = as_whole("decay_steps", decay_steps, "Pass the number of all steps.", least=1)
    alpha = as_number("alpha", alpha, "Try alpha=0.", least=0, most=1)

    def factor(step):
        share = np.minimum(step, decay_steps) / decay_steps
        return alpha + (1 - alpha) * (1 + np.cos(np.pi * share)) / 2

    return factor


def warmup_cosine_decay_schedule(warmup_steps, decay_steps, alpha=0.0):
    """Let the rate rise in a line, t/w, and then fall along half a wave.

    Parameters
    ----------
    warmup_steps : int
        w, at least 0. The rate is 0 at step 0 and full at step w.
    decay_steps : int
        T, at which the rate has fallen to α, more than w.
    alpha : float, default 0
        α, the last factor, from 0 to 1.

    Returns
    -------
    callable
        Step t, int or ndarray, to factor.

    Raises
    ------
    ValueError
        If a number of steps is not whole, ``warmup_steps`` is negative or not less than
        ``decay_steps``, or ``alpha`` leaves [0, 1].

    Notes
    -----
    Equal to optax's ``warmup_cosine_decay_schedule`` with ``init_value=0``, ``peak_value=1`` and
    ``end_value=alpha``.

    References
    ----------
    Goyal, P., Dollár, P., Girshick, R., & others (2017). Accurate, large minibatch SGD: training
    ImageNet in 1 hour, section 2.2. arXiv:1706.02677.
    """
    warmup_steps = as_whole("warmup_steps", warmup_steps, "Try a tenth of all steps.", least=0)
    decay_steps = as_whole("decay_steps", decay_steps, "Pass the number of all steps.", least=1)
    require(warmup_steps < decay_steps, "warmup_steps must be less than decay_steps", warmup_steps,
            f"There are {decay_steps} steps in all.")
    decay = cosine_decay_schedule(decay_steps - warmup_steps, alpha)

    def factor(step):
        rise = np.asarray(step) / max(warmup_steps, 1)
        return np.where(np.less(step, warmup_steps), rise,
                        decay(np.maximum(np.subtract(step, warmup_steps), 0)))

    return factor


@dataclass(frozen=True, eq=False)
class Scheduled:
    """An optimizer whose learning rate follows a schedule; to be used like an optimizer.

    Parameters
    ----------
    optimizer : Optimizer
        The rule, with the learning rate that the factors multiply.
    schedule : callable
        Number of the step, from 0, to factor, for example what :func:`cosine_decay_schedule`
        returned; or to factors of shape (n_runs, 1), which give each run its own.

    Notes
    -----
    The whole movement of a step is multiplied by the factor, as by optax's ``scale_by_schedule``.
    For all rules of the kit that is what PyTorch's schedulers do, too. Momentum's velocity is then
    one of gradients: a smaller rate shortens all of it at once.
    """

    optimizer: Optimizer
    schedule: Callable

    def initial_state(self, parameters):
        """Give the state of the rule before the first step, and the number of the step."""
        return {**self.optimizer.initial_state(parameters), "count": 0}

    def step(self, parameters, gradient, state):
        """Take one step; see :meth:`Optimizer.step`."""
        moved, after = self.optimizer.step(parameters, gradient, state)
        factor = self._factor(state["count"])
        moved = parameters + factor * (moved - parameters)
        return moved, {**after, "count": state["count"] + 1}

    def effective_rate(self, state):
        """Give the rate of the last step; see :meth:`Optimizer.effective_rate`."""
        return self._factor(state["count"] - 1) * self.optimizer.effective_rate(state)

    def _factor(self, count):
        factor = self.schedule(count)
        return factor if np.ndim(factor) else float(factor)  # float32 stays float32
