"""Codes for names: nominal features as integers or as columns of 0 and 1."""

from abc import ABC, abstractmethod

import numpy as np

from lecture_kit.maths.checks import as_array, as_floats, require, require_choice


def _as_categories(values):
    """Turn names or numbers into a table that can be sorted and compared."""
    table = as_array(values)
    if table.dtype.kind == "O" or table is not values:  # numpy makes a NaN among names a name
        cells = np.asarray(values, dtype=object).ravel()
        names = [isinstance(cell, str) for cell in cells]
        require(all(names) or not any(names), "categories must be all names or all numbers",
                values, "Name what is missing, and turn numbers among names into names.")
    if table.dtype.kind == "O":
        table = as_array(table.tolist())
    require(table.dtype.kind in "fiubU", "categories must be names or numbers", values,
            "Replace None and other objects by a name, for example 'unknown'.")
    require(table.ndim == 2 and table.size > 0, "categories must be a table with rows",
            table.shape, "Pass an array of shape (n_samples, n_columns).")
    if table.dtype.kind == "f":
        require(np.isfinite(table), "categories must be finite", values,
                "Give what is missing a number of its own.")
    return table


def _require_columns(values, n_columns):
    require(values.ndim == 2 and values.shape[1] == n_columns and len(values) > 0,
            f"values must be a table of {n_columns} columns with rows", values.shape,
            "Pass what transform has returned.")


class _Encoder(ABC):
    """What both encoders share: they learn the categories of each column."""

    def __init__(self, handle_unknown="error"):
        require_choice("handle_unknown", handle_unknown, ("error", "ignore"))
        self.handle_unknown = handle_unknown

    def fit(self, values):
        """Collect the categories of the training rows, in alphabetical or numerical order.

        Parameters
        ----------
        values : array_like of str or of numbers, shape (n_samples, n_columns)
            Nominal features of the training rows.

        Returns
        -------
        Encoder
            Itself.

        Raises
        ------
        ValueError
            If ``values`` is not a table of names or finite numbers with at least one row.
        """
        self.categories = [np.unique(column) for column in _as_categories(values).T]
        return self

    def _require_fit(self, method):
        require(hasattr(self, "categories"), f"{method} needs a fitted encoder", self,
                "Call fit with the training rows first.")

    def _codes(self, values):
        """Code of every entry, −1 for a category that was not among the training rows."""
        self._require_fit("transform")
        table = _as_categories(values)
        require(table.shape[1] == len(self.categories),
                f"values must have the {len(self.categories)} columns of the training rows",
                table.shape, "Pass the same columns in the same order.")
        require((table.dtype.kind == "U") == (self.categories[0].dtype.kind == "U"),
                "values must be names or numbers as in the training rows", values,
                "Pass the type that fit has seen.")
        columns = []
        for column, known in zip(table.T, self.categories, strict=True):
            codes = np.minimum(np.searchsorted(known, column), len(known) - 1)
            unseen = known[codes] != column
            require(self.handle_unknown == "ignore" or not unseen.any(),
                    "values must be categories of the training rows", column[unseen][:3].tolist(),
                    "Use handle_unknown='ignore', or fit with rows that hold them.")
            columns.append(np.where(unseen, -1, codes))
        return np.stack(columns, axis=1)

    def _names(self, codes):
        """Category of every code; None for −1, which makes the table one of objects."""
        unseen = codes < 0
        require(self.handle_unknown == "ignore" or not unseen.any(),
                "each row must name one category per column", codes[unseen.any(axis=1)][:3],
                "Only handle_unknown='ignore' allows rows without one.")
        table = np.stack([known[column] for known, column
                          in zip(self.categories, codes.T, strict=True)], axis=1)
        if unseen.any():
            table = table.astype(object)
            table[unseen] = None
        return table

    def inverse_transform(self, values):
        """Take encoded rows back to their categories.

        Parameters
        ----------
        values : array_like
            Rows as ``transform`` returns them.

        Returns
        -------
        ndarray of shape (n_samples, n_columns)
            The categories; None in place of one that was unseen.

        Raises
        ------
        ValueError
            If :meth:`fit` was not called, or ``values`` is not a table that ``transform`` could
            have returned.
        """
        self._require_fit("inverse_transform")
        sizes = [len(known) for known in self.categories]
        return self._names(self._decode(as_floats("values", values), sizes))

    @abstractmethod
    def _decode(self, values, sizes):
        """Check encoded rows and turn them into codes."""


class OrdinalEncoder(_Encoder):
    """Integer codes: the categories of a column become 0, 1, 2, … in alphabetical order.

    The codes pretend an order and distances that names do not have.

    Parameters
    ----------
    handle_unknown : {"error", "ignore"}, default "error"
        What happens to a category that was not among the training rows: a ``ValueError``, or the
        code −1.

    Attributes
    ----------
    categories : list of ndarray
        The categories of each column; the code is the place in the list.

    Raises
    ------
    ValueError
        If ``handle_unknown`` is something else.

    Notes
    -----
    Equal to scikit-learn's ``OrdinalEncoder``, with −1 as ``unknown_value``. NaN is refused there
    where scikit-learn makes it a category.

    References
    ----------
    Slides, section "(1) data pre-processing": the codes of sex and constitution.
    """

    def transform(self, values):
        """Replace categories by their codes.

        Parameters
        ----------
        values : array_like of str or of numbers, shape (n_samples, n_columns)
            Any rows with the same columns.

        Returns
        -------
        ndarray of float, shape (n_samples, n_columns)
            The codes.

        Raises
        ------
        ValueError
            If :meth:`fit` was not called, ``values`` is not a table like the training rows, or a
            category is unseen and ``handle_unknown`` is "error".
        """
        return self._codes(values).astype(np.float64)

    def _decode(self, values, sizes):
        _require_columns(values, len(sizes))
        require((values == np.round(values)) & (values >= -1) & (values < sizes),
                "codes must be whole numbers that fit the categories", values,
                "Pass what transform has returned.")
        return values.astype(np.intp)


class OneHotEncoder(_Encoder):
    """One-hot codes: one column of 0 and 1 for each category.

    Any two different categories are then √2 apart.

    Parameters
    ----------
    handle_unknown : {"error", "ignore"}, default "error"
        What happens to a category that was not among the training rows: a ``ValueError``, or zeros
        in all columns.

    Attributes
    ----------
    categories : list of ndarray
        The categories of each column, in the order of the new columns.

    Raises
    ------
    ValueError
        If ``handle_unknown`` is something else.

    Notes
    -----
    Equal to scikit-learn's ``OneHotEncoder`` with ``sparse_output=False``. NaN is refused where
    scikit-learn makes it a category.

    References
    ----------
    Slides, section "(1) data pre-processing": (1.755, 65.5, 122, 1, 3) becomes
    (1.755, 65.5, 122, 1, 0, 0, 0, 1, 0).
    """

    def transform(self, values):
        """Replace categories by columns of 0 and 1.

        Parameters
        ----------
        values : array_like of str or of numbers, shape (n_samples, n_columns)
            Any rows with the same columns.

        Returns
        -------
        ndarray of float, shape (n_samples, n_categories)
            The new columns, for all old columns side by side.

        Raises
        ------
        ValueError
            If :meth:`fit` was not called, ``values`` is not a table like the training rows, or a
            category is unseen and ``handle_unknown`` is "error".
        """
        codes = self._codes(values)
        return np.concatenate([column[:, np.newaxis] == np.arange(len(known)) for column, known
                               in zip(codes.T, self.categories, strict=True)],
                              axis=1).astype(np.float64)

    def _decode(self, values, sizes):
        _require_columns(values, sum(sizes))
        blocks = np.split(values, np.cumsum(sizes)[:-1], axis=1)
        n_ones = np.stack([block.sum(axis=1) for block in blocks], axis=1)
        require(((values == 0) | (values == 1)).all() and (n_ones <= 1).all(),
                "one-hot rows must hold 0, and at most one 1 per column", values,
                "Pass what transform has returned.")
        return np.stack([block.argmax(axis=1) for block in blocks], axis=1) - (n_ones == 0)


ENCODERS = {"integer codes": OrdinalEncoder, "one-hot": OneHotEncoder}
