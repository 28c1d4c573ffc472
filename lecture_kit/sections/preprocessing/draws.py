"""What holds for the valley of two features over many draws of the people, not in one alone."""

import numpy as np

from lecture_kit.maths.checks import as_seeds, require_choice
from lecture_kit.maths.preprocessing import SCALERS
from lecture_kit.maths.quadratics import best_learning_rate
from lecture_kit.sections.preprocessing import experiments


def condition_numbers(scaling, correlation, seeds, with_bias=False):
    """Condition number of the scaled features, for many draws of the people.

    Parameters
    ----------
    scaling : {"raw", "min-max", "z-score"}
        What is done to height and weight.
    correlation : float
        r, as in :func:`~lecture_kit.sections.preprocessing.experiments.people`.
    seeds : sequence of int, shape (n_draws,)
        Seed of each draw.
    with_bias : bool, default False
        Whether the model has a bias: a third column, which is always 1.

    Returns
    -------
    ndarray of shape (n_draws,)
        κ of each draw.

    Raises
    ------
    ValueError
        If ``scaling`` is unknown, ``correlation`` is not between −1 and 1, or ``seeds`` is not a
        list of seeds.
    """
    require_choice("scaling", scaling, SCALERS)
    found = []
    for seed in as_seeds(seeds):
        rows, _target = experiments.people(50, correlation, seed)
        rows = experiments.scaled(rows, scaling)
        if with_bias:
            rows = np.column_stack([rows, np.ones(len(rows))])
        found.append(experiments.condition_number(np.linalg.eigvalsh(rows.T @ rows / len(rows))))
    return np.array(found)


def best_descents(scaling, seeds):
    """Walk down the valley at its best learning rate, for many draws of the people.

    Each walk takes 200 steps from the fair start, with r = 0.6.

    Parameters
    ----------
    scaling : {"raw", "min-max", "z-score"}
        What is done to height and weight.
    seeds : sequence of int, shape (n_draws,)
        Seed of each draw.

    Returns
    -------
    rates : ndarray of shape (n_draws,)
        The best learning rates.
    runs : list of Descent
        The walks.

    Raises
    ------
    ValueError
        If ``scaling`` is unknown or ``seeds`` is not a list of seeds.
    """
    require_choice("scaling", scaling, SCALERS)
    rates, runs = [], []
    for seed in as_seeds(seeds):
        features, target = experiments.people(seed=seed)
        model = experiments.linear_model(experiments.scaled(features, scaling), target)
        rates.append(best_learning_rate(experiments.curvatures_of(model)))
        runs.append(experiments.descend(
            model, rates[-1], experiments.fair_start(model, 1.0), n_steps=200))
    return np.array(rates), runs
