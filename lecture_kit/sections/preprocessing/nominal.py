"""What codes for names do to learning: distances, and the accuracy of a model that sees them."""

import numpy as np

from lecture_kit.maths.checks import (
    as_counts,
    as_labels,
    as_number,
    as_numbers,
    as_rng,
    as_row,
    as_seeds,
    as_table,
    as_whole,
    require,
)
from lecture_kit.maths.datasets import load_attack_triage
from lecture_kit.maths.preprocessing import StandardScaler


def pairwise_distances(rows):
    """Distances of all rows from each other.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
        For example the codes of all categories, one per row.

    Returns
    -------
    ndarray of shape (n_rows, n_rows)
        Euclidean distances.

    Raises
    ------
    ValueError
        If ``rows`` is not a table of finite numbers.
    """
    rows = as_table("rows", rows)
    return np.linalg.norm(rows[:, np.newaxis] - rows, axis=-1)


def count_classes(codes, labels, n_classes):
    """Count how often each category meets each class.

    Parameters
    ----------
    codes : array_like of int, shape (n_samples,)
        Category of each row, from 0.
    labels : array_like of int, shape (n_samples,)
        Class of each row, from 0.
    n_classes : int
        How many classes there are.

    Returns
    -------
    ndarray of int, shape (n_categories, n_classes)
        The counts. There are as many categories as the largest code says.

    Raises
    ------
    ValueError
        If a label is not a class number, a code is negative or not whole, or there are not
        as many codes as labels.
    """
    labels = as_labels("labels", labels, n_classes)
    codes = as_row("codes", codes)
    require((codes >= 0) & (codes < 10**6) & (codes == np.round(codes)),
            "codes must be whole numbers from 0 to 999999", codes, "Pass a column of codes.")
    require(codes.shape == labels.shape, "codes must hold one category per label", codes.shape,
            f"There are {labels.size} labels.")
    codes = codes.astype(np.intp)
    counts = np.zeros((codes.max() + 1, n_classes), np.intp)
    np.add.at(counts, (codes, labels), 1)
    return counts


def count_attacks(column):
    """Count how often each category of the network connections meets each attack.

    Parameters
    ----------
    column : int
        Which nominal feature: 0 is the protocol, 1 the service, 2 the flag.

    Returns
    -------
    names : ndarray of str, shape (n_categories,)
        The categories.
    counts : ndarray of int, shape (n_categories, 8)
        How often each meets each class.

    Raises
    ------
    ValueError
        If ``column`` is none of them.
    """
    column = as_whole("column", column, "Try column=2, the flag.", least=0, most=2)
    data = load_attack_triage()
    names, codes = np.unique(data.nominal[:, column], return_inverse=True)
    return names, count_classes(codes, data.labels, len(data.class_names))


def most_frequent(counts, n_shown):
    """Find the most frequent categories.

    Parameters
    ----------
    counts : ndarray of shape (n_categories, n_classes)
        How often each category meets each class.
    n_shown : int
        How many categories to name, at least 1.

    Returns
    -------
    ndarray of int, shape (n,)
        Their numbers, the most frequent first; all categories if there are no more.

    Raises
    ------
    ValueError
        If ``counts`` is not a table of counts, or ``n_shown`` is less than 1 or not whole.
    """
    n_shown = as_whole("n_shown", n_shown, "Try n_shown=6.", least=1)
    return np.argsort(-as_counts("counts", counts).sum(axis=1), kind="stable")[:n_shown]


def random_orders(n_categories, seeds):
    """Draw orders in which categories get their integer codes.

    Parameters
    ----------
    n_categories : int
        How many categories, at least 1.
    seeds : sequence of int, shape (n_orders,)
        Seed of each order.

    Returns
    -------
    ndarray of int, shape (n_orders, n_categories)
        The code of each category, from 0, in each order.

    Raises
    ------
    ValueError
        If ``n_categories`` is less than 1 or not whole, or ``seeds`` is not a list of seeds.
    """
    n_categories = as_whole("n_categories", n_categories, "Try n_categories=11.", least=1)
    seeds = as_seeds(seeds)
    return np.stack([as_rng(int(seed)).permutation(n_categories) for seed in seeds])


def best_accuracy(counts):
    """Best accuracy that any model can reach which sees one nominal feature and nothing else.

    It answers each category with its most frequent class.

    Parameters
    ----------
    counts : ndarray of shape (n_categories, n_classes)
        What :func:`count_classes` gives.

    Returns
    -------
    float
        Σ max_class counts / Σ counts.

    Raises
    ------
    ValueError
        If ``counts`` is not a table of counts.
    """
    counts = as_counts("counts", counts)
    return float(counts.max(axis=1).sum() / counts.sum())


def best_accuracy_on_a_line(order, counts):
    """Best accuracy that a linear softmax model can reach with integer codes.

    Its logits are straight lines over the code, so each class answers on one interval at most. All
    ways to cut the codes into such intervals are tried, class by class (dynamic programming).

    Parameters
    ----------
    order : ndarray of int, shape (n_categories,)
        The code of each category, from 0.
    counts : ndarray of shape (n_categories, n_classes)
        How often each category meets each class.

    Returns
    -------
    float
        At most :func:`best_accuracy`.

    Raises
    ------
    ValueError
        If ``counts`` is not a table of counts, has more than 16 classes, or ``order`` has not one
        code per category.
    """
    counts = as_counts("counts", counts)
    (order,) = as_table("order", np.atleast_2d(order), len(counts))
    n_classes = counts.shape[1]
    require(n_classes <= 16, "counts must have at most 16 classes", n_classes,
            "All sets of classes are tried: leave some out.")
    used = np.arange(2**n_classes)  # bit c: class c has answered
    right = np.full((n_classes, len(used)), -np.inf)  # so far, by the class that answers now
    right[np.arange(n_classes), 2 ** np.arange(n_classes)] = 0
    for row in counts[np.argsort(order)]:
        best = right.max(axis=0)
        for c in range(n_classes):
            takes_over = np.where(used >> c & 1, best[used & ~(1 << c)], -np.inf)
            right[c] = np.maximum(right[c], takes_over) + row[c]
    return float(right.max() / counts.sum())


def integer_inputs(orders, counts):
    """Z-scored integer codes of all categories, as input of :func:`softmax_accuracy`.

    Parameters
    ----------
    orders : ndarray of int, shape (n_orders, n_categories)
        The code of each category, in each order.
    counts : ndarray of shape (n_categories, n_classes)
        How often each category meets each class.

    Returns
    -------
    ndarray of shape (n_orders, n_categories, 1)
        The codes as a z-score of all samples.

    Raises
    ------
    ValueError
        If ``counts`` is not a table of counts, or ``orders`` not one of numbers with a code
        for each category.
    """
    counts = as_counts("counts", counts)
    codes = as_table("orders", orders, len(counts)).astype(np.float64).T
    n_samples = counts.sum(axis=1).astype(np.intp)  # numpy may add up in 64 bits, a browser has 32
    samples = np.repeat(np.arange(len(counts)), n_samples)
    return StandardScaler().fit(codes[samples]).transform(codes).T[..., np.newaxis]


@np.errstate(over="ignore", invalid="ignore")  # rates that are far too large
def softmax_accuracy(inputs, counts, n_updates, learning_rate=1.0):
    """Train softmax regression on one nominal feature, for many codes at once, and measure it.

    All weights start at 0. Every update of gradient descent sees all samples. Samples of the same
    category have the same input, so they are counted, not repeated.

    Parameters
    ----------
    inputs : ndarray of shape (n_codes, n_categories, n_columns)
        Input of each category under each code.
    counts : ndarray of shape (n_categories, n_classes)
        How often each category meets each class.
    n_updates : int
        How many updates, at least 0.
    learning_rate : float, default 1
        η.

    Returns
    -------
    ndarray of shape (n_codes,)
        Accuracy on the samples that were trained with.

    Raises
    ------
    ValueError
        If ``n_updates`` or ``learning_rate`` is negative, ``counts`` is not a table of
        counts, or ``inputs`` has another shape.
    """
    n_updates = as_whole("n_updates", n_updates, "Try n_updates=100.", least=0)
    counts, inputs = as_counts("counts", counts), np.asarray(as_numbers("inputs", inputs))
    require(inputs.ndim == 3 and inputs.shape[1] == len(counts),
            "inputs must have the shape (n_codes, n_categories, n_columns)", inputs.shape,
            f"There are {len(counts)} categories.")
    learning_rate = as_number("learning_rate", learning_rate, "Try 1.", least=0)
    shares = counts / counts.sum()
    weights, bias = _softmax_regression(inputs, shares, n_updates, learning_rate)
    answers = (inputs @ weights + bias).argmax(axis=-1)
    return shares[np.arange(len(counts)), answers].sum(axis=-1)


def _softmax_regression(inputs, shares, n_updates, learning_rate):
    by_category = shares.sum(axis=1, keepdims=True)
    weights = np.zeros((len(inputs), inputs.shape[2], shares.shape[1]))
    bias = np.zeros((len(inputs), 1, shares.shape[1]))
    for _ in range(n_updates):
        logits = inputs @ weights + bias
        odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
        gradient = by_category * odds / odds.sum(axis=-1, keepdims=True) - shares
        weights -= learning_rate * inputs.swapaxes(1, 2) @ gradient
        bias -= learning_rate * gradient.sum(axis=1, keepdims=True)
    return weights, bias
