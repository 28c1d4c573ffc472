"""Rows that are nearly alike, and what a test says that has some of them on both sides."""

from dataclasses import replace
from functools import cache

import numpy as np

from lecture_kit.maths.checks import as_table, as_whole
from lecture_kit.maths.comparisons import random_split
from lecture_kit.maths.datasets import load_attack_triage
from lecture_kit.maths.encoders import OrdinalEncoder
from lecture_kit.maths.preprocessing import prepare

MOST_COLUMNS = 2  # in which twins differ, of 41


def groups_of_twins(rows, most):
    """Put rows into groups: twins into the same one, and the twins of twins.

    Parameters
    ----------
    rows : array_like of shape (n_rows, n_columns)
        Numbers, or codes of names.
    most : int
        In how many columns two twins differ at most, from 0 on.

    Returns
    -------
    ndarray of int, shape (n_rows,)
        Group of each row: the number of its first row.

    Raises
    ------
    ValueError
        If ``rows`` is no table of finite numbers, or ``most`` is negative or not whole.
    """
    rows = as_table("rows", rows)
    most = as_whole("most", most, "Try most=2.", least=0)
    groups = np.arange(len(rows))
    for number, row in enumerate(rows):
        twins = np.flatnonzero((rows[: number + 1] != row).sum(axis=1) <= most)
        met = np.unique(groups[twins])
        groups[np.isin(groups, met[1:])] = met[0]
    return groups


@cache
def groups_of_connections():
    """Put the network connections into groups of twins: at most 2 of 41 columns differ.

    Returns
    -------
    ndarray of int, shape (2414,)
        Group of each row.
    """
    data = load_attack_triage()
    codes = OrdinalEncoder().fit(data.nominal).transform(data.nominal)
    return groups_of_twins(np.hstack([data.features, codes]), MOST_COLUMNS)


def nearest_row_test(seed, together):
    """Test the detector that learns nothing on one random half of the connections.

    It copies the class of the most similar row of the other half (z-scores, one-hot codes, squared
    distance).

    Parameters
    ----------
    seed : int
        Number of the split.
    together : bool
        Whether twins are kept in one half. Else they fall into both, as chance has it.

    Returns
    -------
    labels : ndarray of int, shape (n_rows,)
        Classes of the tested rows.
    is_wrong, has_twin : ndarray of bool, shape (n_rows,)
        Whether the answer is wrong, and whether the other half holds a row of the same group.

    Raises
    ------
    ValueError
        If ``seed`` is no whole number from 0 on.
    """
    return _test(as_whole("seed", seed, "Try seed=0.", least=0), bool(together))


@cache
def _test(seed, together):
    data, groups = load_attack_triage(), groups_of_connections()
    halves = random_split(data.labels, 0.5, seed, groups if together else None)
    parts = [replace(data, features=data.features[rows], labels=data.labels[rows],
                     nominal=data.nominal[rows]) for rows in halves]
    known, rows = prepare(*parts, "z-score", "one-hot")
    distances = (known**2).sum(axis=1) - 2 * rows @ known.T
    is_wrong = parts[0].labels[distances.argmin(axis=1)] != parts[1].labels
    return parts[1].labels, is_wrong, np.isin(groups[halves[1]], groups[halves[0]])
