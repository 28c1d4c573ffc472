"""Bringing features to a common scale."""

import numpy as np

from lecture_kit.checks import as_floats, require


def _as_table(features):
    features = as_floats("features", features)
    require(features.ndim == 2 and features.size > 0, "features must be a table with rows",
            features.shape, "Pass an array of shape (n_samples, n_features).")
    return features


class StandardScaler:
    """Z-score: subtract each column's mean and divide by its standard deviation.

    Mean and deviation come from the rows given to :meth:`fit`, the training rows. A column that is
    constant there is only shifted, not divided.

    Attributes
    ----------
    mean, scale : ndarray of shape (n_features,)
        What is subtracted and what is divided by.

    References
    ----------
    Slides, section "(1) data pre-processing".
    """

    def fit(self, features):
        """Measure mean and standard deviation of the training rows.

        Parameters
        ----------
        features : array_like of shape (n_samples, n_features)
            Training rows.

        Returns
        -------
        StandardScaler
            Itself.

        Raises
        ------
        ValueError
            If ``features`` is not a table of finite numbers with at least one row.
        """
        features = _as_table(features)
        self.mean = features.mean(axis=0, dtype=np.float64)
        constant = features.min(axis=0) == features.max(axis=0)
        self.scale = np.where(constant, 1, features.std(axis=0, dtype=np.float64))
        return self

    def transform(self, features):
        """Scale rows with the mean and deviation of the training rows.

        Parameters
        ----------
        features : array_like of shape (n_samples, n_features)
            Any rows with the same columns.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            Scaled rows.

        Raises
        ------
        ValueError
            If :meth:`fit` was not called, or ``features`` is not a table of finite numbers with
            the columns of the training rows.
        """
        require(hasattr(self, "mean"), "transform needs a fitted scaler", self,
                "Call fit with the training rows first.")
        features = _as_table(features)
        require(features.shape[1] == len(self.mean),
                f"features must have the {len(self.mean)} columns of the training rows",
                features.shape, "Pass the same columns in the same order.")
        return ((features - self.mean) / self.scale).astype(features.dtype)
