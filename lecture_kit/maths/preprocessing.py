"""Section 02, preprocessing: bringing features to a common scale.

Codes for names are in :mod:`lecture_kit.maths.encoders`; what scales and codes do to learning is
measured in :mod:`lecture_kit.sections.preprocessing`.
"""

from abc import ABC, abstractmethod

import numpy as np

from lecture_kit.maths.checks import as_floats, require, require_choice
from lecture_kit.maths.encoders import ENCODERS


def _as_table(features):
    features = as_floats("features", features)
    require(features.ndim == 2 and features.size > 0, "features must be a table with rows",
            features.shape, "Pass an array of shape (n_samples, n_features).")
    return features


def _fitted_table(method, scaler, features):
    require(hasattr(scaler, "scale"), f"{method} needs a fitted scaler", scaler,
            "Call fit with the training rows first.")
    features = _as_table(features)
    n_features = len(scaler.scale)
    require(features.shape[1] == n_features,
            f"features must have the {n_features} columns of the training rows",
            features.shape, "Pass the same columns in the same order.")
    return features


class _Scaler(ABC):
    """What both scalers share: z = (x − shift)/scale, column by column."""

    def fit(self, features):
        """Measure the columns of the training rows.

        Parameters
        ----------
        features : array_like of shape (n_samples, n_features)
            Training rows.

        Returns
        -------
        Scaler
            Itself.

        Raises
        ------
        ValueError
            If ``features`` is not a table of finite numbers with at least one row, or a column
            spans more than a 64-bit number can hold.
        """
        features = _as_table(features).astype(np.float64)
        low, high = features.min(axis=0), features.max(axis=0)
        with np.errstate(over="ignore"):
            span = high - low
        require(np.isfinite(span), "each column must span less than 1.8e308", (low, high),
                "Divide the column by a constant first.")
        shift, scale = self._measure(features, low, span)
        self._shift, self.scale = shift, np.where(scale == 0, 1, scale)
        return self

    @abstractmethod
    def _measure(self, features, low, span):
        """Return what is subtracted and what is divided by; a scale of 0 means constant."""

    def transform(self, features):
        """Scale rows with what was measured on the training rows.

        Parameters
        ----------
        features : array_like of shape (n_samples, n_features)
            Any rows with the same columns.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            Scaled rows; ``float32`` stays ``float32``.

        Raises
        ------
        ValueError
            If :meth:`fit` was not called, ``features`` is not a table of finite numbers with
            the columns of the training rows, or a result does not fit into its type.
        """
        features = _fitted_table("transform", self, features)
        return self._move(features, lambda x: (x - self._shift) / self.scale)

    def inverse_transform(self, features):
        """Take scaled rows back to the old scale, x = z · scale + shift.

        Parameters
        ----------
        features : array_like of shape (n_samples, n_features)
            Scaled rows.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            Rows as they were.

        Raises
        ------
        ValueError
            As :meth:`transform`.
        """
        features = _fitted_table("inverse_transform", self, features)
        return self._move(features, lambda z: z * self.scale + self._shift)

    @staticmethod
    def _move(features, rule):
        with np.errstate(over="ignore"):
            moved = rule(features.astype(np.float64)).astype(features.dtype)
        require(np.isfinite(moved), f"the result must fit into {features.dtype}", features,
                "These rows lie too far from the training rows.")
        return moved


class MinMaxScaler(_Scaler):
    """Min-max normalization: z = (x − min)/(max − min), so that training rows lie in [0, 1].

    Smallest and largest value come from the rows given to :meth:`fit`, the training rows. Other
    rows may come to lie outside [0, 1]; they are not clipped. A column that is constant in the
    training rows, or differs by no more than rounding errors, is only shifted, not divided.

    Attributes
    ----------
    minimum, scale : ndarray of shape (n_features,)
        What is subtracted and what is divided by.

    Notes
    -----
    Equal to scikit-learn's ``MinMaxScaler``, except for columns of tiny numbers: what spans less
    than 2 · 10⁻¹⁵ is constant there, here it is what spans less than 2 · 10⁻¹⁵ of its size.

    References
    ----------
    Slides, section "(1) data pre-processing".
    """

    @property
    def minimum(self):
        """Smallest training value of each column."""
        return self._shift

    def _measure(self, features, low, span):
        rounding = 10 * np.finfo(np.float64).eps * np.abs(features).max(axis=0)
        return low, np.where(span <= rounding, 0, span)


class StandardScaler(_Scaler):
    """Z-score: subtract each column's mean and divide by its standard deviation.

    Mean and deviation come from the rows given to :meth:`fit`, the training rows. The deviation is
    divided by n, not n − 1. A column that is constant there, or differs by no more than rounding
    errors, is only shifted, not divided.

    Attributes
    ----------
    mean, scale : ndarray of shape (n_features,)
        What is subtracted and what is divided by.

    Notes
    -----
    Equal to scikit-learn's ``StandardScaler``, except for columns whose squares are too small or
    too large for a 64-bit number, where this one is right.

    References
    ----------
    Slides, section "(1) data pre-processing".
    """

    @property
    def mean(self):
        """Mean of each column over the training rows."""
        return self._shift

    def _measure(self, features, low, span):
        # Powers of two change no digit, and keep squares of 1e-200 and 1e200 within range.
        unit = np.ldexp(1.0, np.frexp(np.abs(features).max(axis=0))[1] - 1)
        in_units = features / unit
        mean, deviation = in_units.mean(axis=0), in_units.std(axis=0)
        rounding = len(features) * np.finfo(np.float64).eps * np.abs(mean)
        return unit * mean, np.where((span == 0) | (deviation <= rounding), 0, unit * deviation)


SCALERS = {"raw": None, "min-max": MinMaxScaler, "z-score": StandardScaler}


def prepare(training, other, scaling, codes):
    """Make tables of numbers out of two data sets with numeric and nominal features.

    Scaler and encoder are fitted on the training rows only. Integer codes are numbers like any
    other, so they are scaled with the numeric features; columns of 0 and 1 stay as they are.

    Parameters
    ----------
    training, other : Dataset
        Two data sets with the same columns.
    scaling : {"raw", "min-max", "z-score"}
        What to do with the numeric features.
    codes : {"integer codes", "one-hot"}
        What to do with the nominal features. Categories that only ``other`` has become −1, or
        zeros in all columns.

    Returns
    -------
    training_rows, other_rows : ndarray of shape (n_samples, n_columns)
        The tables.

    Raises
    ------
    ValueError
        If ``scaling`` or ``codes`` is unknown, or a data set has no nominal features.

    References
    ----------
    Slides, section "(1) data pre-processing".
    """
    require_choice("scaling", scaling, SCALERS)
    require_choice("codes", codes, ENCODERS)
    require(training.nominal is not None and other.nominal is not None,
            "both data sets must have nominal features", training.nominal_names,
            "Use load_attack_triage, or a scaler alone.")
    encoder = ENCODERS[codes]("ignore").fit(training.nominal)
    numbers = [part.features for part in (training, other)]
    names = [encoder.transform(part.nominal) for part in (training, other)]
    if codes == "integer codes":
        numbers = [np.hstack(pair) for pair in zip(numbers, names, strict=True)]
    if scaling != "raw":
        scaler = SCALERS[scaling]().fit(numbers[0])
        numbers = [scaler.transform(rows) for rows in numbers]
    if codes == "one-hot":
        numbers = [np.hstack(pair) for pair in zip(numbers, names, strict=True)]
    return tuple(numbers)
