"""The data sets of the course, read from files inside the package.

Sources and licences stand in ``lecture_kit/data/README.md``.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from lecture_kit.checks import require

_FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Dataset:
    """A table of features with the label of every row. The arrays are read-only.

    Parameters
    ----------
    features : ndarray of shape (n_samples, n_features)
        Numbers as in the file.
    labels : ndarray of int, shape (n_samples,)
        Class of every row, from 0.
    feature_names, class_names : tuple of str
        Names of the columns and of the classes.
    """

    features: np.ndarray
    labels: np.ndarray
    feature_names: tuple
    class_names: tuple

    def __len__(self):
        """Count the rows."""
        return len(self.labels)

    def split(self, n_first):
        """Cut the rows in two.

        Parameters
        ----------
        n_first : int
            How many rows go to the first part, at least 1 and less than all.

        Returns
        -------
        first, second : Dataset
            The first ``n_first`` rows and the others.

        Raises
        ------
        ValueError
            If a part would be empty.
        """
        require(0 < n_first < len(self), f"n_first must lie between 1 and {len(self) - 1}", n_first,
                "Leave at least one row for each part.")
        return self._rows(slice(None, n_first)), self._rows(slice(n_first, None))

    def _rows(self, rows):
        return Dataset(self.features[rows], self.labels[rows], self.feature_names, self.class_names)


def _read(file, class_names):
    path = _FOLDER / file
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    names = np.loadtxt(path, delimiter=",", max_rows=1, dtype=str, comments=None)
    features, labels = table[:, :-1].copy(), table[:, -1].astype(np.intp)
    features.flags.writeable = labels.flags.writeable = False
    return Dataset(features, labels, tuple(map(str, names[:-1])), class_names)


@cache
def load_spambase():
    """Load Spambase: e-mails described by 57 numbers, 1 = spam.

    Returns
    -------
    Dataset
        4,200 shuffled rows. Features are frequencies in percent and lengths of runs of capitals,
        the largest value 15,841.

    References
    ----------
    Hopkins, M., Reeber, E., Forman, G., & Suermondt, J. (1999). Spambase. UCI Machine Learning
    Repository, doi:10.24432/C53G6X. Licence CC BY 4.0.
    """
    return _read("spambase.csv.gz", ("mail", "spam"))


@cache
def load_digits():
    """Load handwritten digits of 8 × 8 pixels.

    Returns
    -------
    training, test : Dataset
        3,823 and 1,797 rows, by different writers. Features are 64 grey values from 0 to 16 in row
        order.

    References
    ----------
    Alpaydin, E., & Kaynak, C. (1998). Optical Recognition of Handwritten Digits. UCI Machine
    Learning Repository, doi:10.24432/C50P49. Licence CC BY 4.0.
    """
    digits = tuple("0123456789")
    return _read("digits8x8_train.csv.gz", digits), _read("digits8x8_test.csv.gz", digits)
