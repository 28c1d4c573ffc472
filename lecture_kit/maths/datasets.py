"""The data sets of the course, read from files inside the package.

Sources and licences stand in ``lecture_kit/data/README.md``.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from lecture_kit.maths.checks import as_labels, as_whole, require, require_choice
from lecture_kit.maths.preprocessing import StandardScaler

_FOLDER = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, eq=False)
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
    nominal : ndarray of str, shape (n_samples, n_nominal), optional
        Features that are names, not numbers.
    nominal_names : tuple of str, optional
        Names of these columns.
    """

    features: np.ndarray
    labels: np.ndarray
    feature_names: tuple
    class_names: tuple
    nominal: np.ndarray | None = None
    nominal_names: tuple = ()

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
            If a part would be empty, or ``n_first`` is not whole.
        """
        n_first = as_whole("n_first", n_first, "Leave at least one row for each part.", least=1,
                           most=len(self) - 1)
        return self._rows(slice(None, n_first)), self._rows(slice(n_first, None))

    def _rows(self, rows):
        nominal = None if self.nominal is None else self.nominal[rows]
        return replace(self, features=self.features[rows], labels=self.labels[rows],
                       nominal=nominal)


def _read(file, class_names, labels_in_file, nominal_names=()):
    table = np.loadtxt(_FOLDER / file, delimiter=",", dtype=str, comments=None)
    names = table[0, :-1].tolist()
    columns = [names.index(name) for name in nominal_names]
    nominal = table[1:, columns] if columns else None
    features = np.delete(table[1:, :-1], columns, axis=1).astype(np.float64)
    labels = np.array([labels_in_file.index(label) for label in table[1:, -1]], np.intp)
    for array in (features, labels) if nominal is None else (features, labels, nominal):
        array.flags.writeable = False
    feature_names = tuple(name for name in names if name not in nominal_names)
    return Dataset(features, labels, feature_names, class_names, nominal, nominal_names)


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
    return _read("spambase.csv.gz", ("no spam", "spam"), ("0", "1"))


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
    return (_read("digits8x8_train.csv.gz", digits, digits),
            _read("digits8x8_test.csv.gz", digits, digits))


@cache
def load_attack_triage():
    """Load network connections, all of them attacks, that want to be told apart.

    Returns
    -------
    Dataset
        2,414 shuffled rows of 8 classes, the most frequent first: 968 ``back`` down to 10
        ``rootkit``. 38 numeric features over nine orders of magnitude, some of them constant, and
        3 nominal ones.

    References
    ----------
    Stolfo, S., Fan, W., Lee, W., Prodromidis, A., & Chan, P. (1999). KDD Cup 1999. UCI Machine
    Learning Repository, doi:10.24432/C51C7N. Licence CC BY 4.0.
    """
    classes = ("back", "satan", "portsweep", "guess_passwd", "buffer_overflow", "land", "imap",
               "rootkit")
    return _read("attack_triage.csv.gz", classes, classes, ("protocol_type", "service", "flag"))


@cache
def load_photograph():
    """Load a photograph.

    Returns
    -------
    ndarray of shape (128, 128)
        Grey values from 0, black, to 255, white. The array is read-only.

    References
    ----------
    Camera, by Lav Varshney, licence CC0, from scikit-image, scaled down.
    """
    photograph = np.loadtxt(_FOLDER / "camera_128.csv.gz", delimiter=",")
    photograph.flags.writeable = False
    return photograph


def digit_rows(n_rows, classes=range(10), z_score=None):
    """Give the first training digits of some classes.

    Parameters
    ----------
    n_rows : int
        How many rows, at least 1 and at most all of these classes.
    classes : sequence of int, default all ten
        Which digits.
    z_score : {None, "all digits", "these rows"}
        Left out, grey values go from 0 to 1. Else every pixel gets the mean 0 and the standard
        deviation 1, over all training digits or over the rows that are given; a pixel that is
        always blank there stays 0.

    Returns
    -------
    features : ndarray of shape (n_rows, 64)
        Pixels.
    labels : ndarray of int, shape (n_rows,)
        The digits.

    Raises
    ------
    ValueError
        If there are not so many rows, ``classes`` is not a list of digits, or ``z_score`` is
        unknown.
    """
    classes = as_labels("classes", classes, 10)
    require(classes.ndim == 1 and classes.size > 0, "classes must be a list of digits", classes,
            "Try range(4).")
    require_choice("z_score", z_score or "all digits", ("all digits", "these rows"))
    training, _test = load_digits()
    of_classes = np.flatnonzero(np.isin(training.labels, classes))
    n_rows = as_whole("n_rows", n_rows, "Try n_rows=500.", least=1, most=len(of_classes))
    rows = of_classes[:n_rows]
    features = training.features[rows] / 16
    if z_score is not None:
        fitted_on = features if z_score == "these rows" else training.features / 16
        features = StandardScaler().fit(fitted_on).transform(features)
    return features, training.labels[rows]
