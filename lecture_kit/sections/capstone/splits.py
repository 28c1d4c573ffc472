"""The data of the capstone: three sets of rows, new splits of two of them, and twins."""

from dataclasses import replace
from functools import cache, lru_cache

import numpy as np

from lecture_kit.maths.checks import as_row, as_table, as_whole, require, require_choice
from lecture_kit.maths.comparisons import random_split
from lecture_kit.maths.datasets import load_attack_triage, load_spambase
from lecture_kit.maths.encoders import OneHotEncoder
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


def _take(dataset, rows):
    nominal = None if dataset.nominal is None else dataset.nominal[rows]
    return replace(dataset, features=dataset.features[rows], labels=dataset.labels[rows],
                   nominal=nominal)


@cache
def _parts(data):
    dataset = DATA[data]()
    return {part: _take(dataset, rows)
            for part, rows in zip(PARTS, deal_out(dataset.labels), strict=True)}


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
    if training.nominal is None:
        rows = _scaled(training, other, scaling)
    else:
        rows = prepare(training, other, scaling, codes)
    return (rows[0], training.labels), (rows[1], other.labels)


def _scaled(training, other, scaling):
    numbers = training.features, other.features
    if scaling == "raw":
        return numbers
    scaler = SCALERS[scaling]().fit(training.features)
    return tuple(scaler.transform(table) for table in numbers)


@cache
def _known(data):
    training, validation, _test = deal_out(DATA[data]().labels)
    return _take(DATA[data](), np.sort(np.concatenate([training, validation])))


def resplit(data, scaling, codes, number, part="validation", together=0):
    """Split all rows but the test rows anew, by chance, 2 : 1, and prepare them.

    Each class is split in this ratio. Scales and codes come from the training rows of this split.
    One-hot codes have the same columns in every split, those of all known names. A name that the
    training rows lack gets zeros there, as if it had no column.

    Parameters
    ----------
    data, scaling, codes
        As in :func:`prepared`.
    number : int
        Number of the split, at least 0: the seed of its chance.
    part : {"validation", "test"}
        The other part: the validation rows of this split, or the test rows.
    together : int, default 0
        Rows that differ in at most so many columns stay in one part, as in :func:`twin_groups`.
        With 0 no rows are bound together (none are identical), and every split has as many
        training rows.

    Returns
    -------
    training, other : tuple of (rows, labels)
        Ready for a network.

    Raises
    ------
    ValueError
        If a name is unknown, or a number is out of its range or not whole.
    """
    require_choice("data", data, DATA)
    require_choice("scaling", scaling, SCALERS)
    require_choice("codes", codes, CODES)
    require_choice("part", part, PARTS[1:])
    number = as_whole("number", number, "Number the splits from 0.", least=0)
    together = as_whole("together", together, "Try 0 or 2.", least=0, most=3)
    return _resplit(data, scaling, codes, number, part, together)


@lru_cache(maxsize=64)  # a table takes 1.3 MB
def _resplit(data, scaling, codes, number, part, together):
    known, groups = _known(data), _twin_groups(data, together) if together else None
    first, second = random_split(known.labels, 2 / 3, number, groups)
    training = _take(known, first)
    other = _take(known, second) if part == "validation" else _parts(data)["test"]
    if training.nominal is not None and codes == "integer codes":
        tables = prepare(training, other, scaling, codes)
    else:
        tables = _scaled(training, other, scaling)
    if training.nominal is not None and codes == "one-hot":
        known_codes, test_codes = _one_hot(data)
        names = known_codes[first], known_codes[second] if part == "validation" else test_codes
        tables = [np.hstack([numbers, codes * names[0].any(axis=0)])
                  for numbers, codes in zip(tables, names, strict=True)]
    return (tables[0], training.labels), (tables[1], other.labels)


@cache
def _one_hot(data):
    """One-hot codes of all known rows and of the test rows, in the columns of the known names."""
    encoder = OneHotEncoder("ignore").fit(_known(data).nominal)
    return encoder.transform(_known(data).nominal), encoder.transform(_parts(data)["test"].nominal)


def twin_groups(data, n_columns):
    """Put rows that are nearly the same into one group. The test rows are left out.

    Parameters
    ----------
    data : {"mail", "connections"}
        Which data set.
    n_columns : int
        In how many columns two rows may differ, from 0 to 3. A twin of a twin is in the group, too.

    Returns
    -------
    ndarray of int, shape (n_known,)
        Number of the group of each row that is not a test row, in the order of the file.

    Raises
    ------
    ValueError
        If ``data`` is unknown, or ``n_columns`` is out of its range or not whole.
    """
    require_choice("data", data, DATA)
    n_columns = as_whole("n_columns", n_columns, "With more, whole classes become one group.",
                         least=0, most=3)
    return _twin_groups(data, n_columns).copy()


@cache
def _twin_groups(data, n_columns):
    known = _known(data)
    columns = [*known.features.T, *([] if known.nominal is None else known.nominal.T)]
    n_differ = np.zeros((len(known), len(known)), np.uint8)
    for column in columns:
        codes = np.unique(column, return_inverse=True)[1]
        n_differ += codes[:, np.newaxis] != codes
    near, groups, before = n_differ <= n_columns, np.arange(len(known)), None
    while not np.array_equal(groups, before):  # each takes the lowest number of its twins
        before, groups = groups, np.where(near, groups, len(groups)).min(axis=1)
    return groups


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
