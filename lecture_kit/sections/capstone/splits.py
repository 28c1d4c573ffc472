"""The data of the capstone: three sets of rows, and how alike they are."""

from dataclasses import replace
from functools import cache

import numpy as np

from lecture_kit.maths.checks import as_row, as_table, require, require_choice
from lecture_kit.maths.datasets import load_attack_triage, load_spambase
from lecture_kit.maths.preprocessing import SCALERS, prepare

DATA = {"mail": load_spambase, "connections": load_attack_triage}
PARTS = ("training", "validation", "test")
CODES = ("integer codes", "one-hot")


def deal_out(labels):
    """Deal out the rows of each class to training, validation and test, 2 : 1 : 1.

    The rows of a class are dealt out in turn: two for training, one for validation, one for the
    test, and so on. So even a rare class is in all three parts (a stratified split).

    Parameters
    ----------
    labels : array_like of int, shape (n_samples,)
        Class of each row; each class needs at least 4 rows.

    Returns
    -------
    training, validation, test : ndarray of int
        Row numbers in rising order. Each row is in exactly one of them.

    Raises
    ------
    ValueError
        If a class has fewer than 4 rows, or ``labels`` is not a list of class numbers.
    """
    labels = as_row("labels", labels, "Pass the classes.", least=0, whole=True)
    turn = np.empty(len(labels), np.intp)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        require(len(rows) >= 4, "each class needs at least 4 rows", len(rows),
                f"Leave out class {label}, or find more rows.")
        turn[rows] = np.arange(len(rows)) % 4
    return np.flatnonzero(turn < 2), np.flatnonzero(turn == 2), np.flatnonzero(turn == 3)


def _parts(data):
    dataset, parts = DATA[data](), {}
    for part, rows in zip(PARTS, deal_out(dataset.labels), strict=True):
        nominal = None if dataset.nominal is None else dataset.nominal[rows]
        parts[part] = replace(dataset, features=dataset.features[rows],
                              labels=dataset.labels[rows], nominal=nominal)
    return parts


def prepared(data, scaling, codes, part="validation"):
    """Prepare the training rows and one other part. Scales and codes come from training alone.

    Parameters
    ----------
    data : {"mail", "connections"}
        Which data set.
    scaling, codes
        As in :class:`~lecture_kit.sections.capstone.settings.Settings`.
    part : {"validation", "test"}
        The other part.

    Returns
    -------
    training, other : tuple of (rows, labels)
        Ready for a network.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    require_choice("data", data, DATA)
    require_choice("scaling", scaling, SCALERS)
    require_choice("codes", codes, CODES)
    require_choice("part", part, PARTS[1:])
    return _prepared(data, scaling, codes, part)


@cache
def _prepared(data, scaling, codes, part):
    parts = _parts(data)
    training, other = parts["training"], parts[part]
    if training.nominal is not None:
        rows = prepare(training, other, scaling, codes)
    else:
        rows = training.features, other.features
        if scaling != "raw":
            scaler = SCALERS[scaling]().fit(rows[0])
            rows = tuple(scaler.transform(table) for table in rows)
    return (rows[0], training.labels), (rows[1], other.labels)


def rows_per_class(data, part="validation"):
    """Count the rows of each class in a part.

    Parameters
    ----------
    data : {"mail", "connections"}
        Which data set.
    part : {"training", "validation", "test"}
        Which part.

    Returns
    -------
    dict of str to int
        Numbers of rows by the names of the classes, in the order of the labels.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    require_choice("data", data, DATA)
    require_choice("part", part, PARTS)
    rows = _parts(data)[part]
    return dict(zip(rows.class_names, np.bincount(rows.labels).tolist(), strict=True))


def columns_that_differ(rows, others):
    """Count in how many columns each row differs from the most similar one of the others.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
        Rows to judge.
    others : ndarray of shape (n_others, n_columns)
        Rows to compare with.

    Returns
    -------
    ndarray of int, shape (n_rows,)
        Smallest number of columns; 0 for a row that is also among the others.

    Raises
    ------
    ValueError
        If a table does not hold finite numbers, or the numbers of columns differ.
    """
    rows = as_table("rows", rows)
    others = as_table("others", others, rows.shape[1])
    return np.array([(others != row).sum(axis=1).min() for row in rows])
