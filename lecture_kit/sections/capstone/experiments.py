"""Section 10, the capstone: what each technique of the lecture buys when attacks are caught."""

from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np

from lecture_kit.maths.activations import LEAKY_RELU, RELU, SIGMOID, TANH
from lecture_kit.maths.checks import (
    as_measured,
    as_row,
    as_table,
    as_whole,
    require,
    require_choice,
)
from lecture_kit.maths.datasets import load_attack_triage, load_spambase
from lecture_kit.maths.inference import recall_per_class
from lecture_kit.maths.initializers import he, xavier
from lecture_kit.maths.network_losses import (
    CROSS_ENTROPY,
    SOFTMAX_CROSS_ENTROPY,
    SOFTMAX_SQUARED_ERROR,
    SQUARED_ERROR,
)
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.normalization import batch_normalized
from lecture_kit.maths.optimizers import Adagrad, Adam, GradientDescent, Momentum, Nesterov, RMSprop
from lecture_kit.maths.preprocessing import SCALERS, prepare
from lecture_kit.maths.training import train

DATA = {"mail": load_spambase, "connections": load_attack_triage}
ACTIVATIONS = {"sigmoid": SIGMOID, "tanh": TANH, "ReLU": RELU, "leaky ReLU": LEAKY_RELU}
OPTIMIZERS = {"gradient descent": GradientDescent, "momentum": Momentum, "Nesterov": Nesterov,
              "Adagrad": Adagrad, "RMSprop": RMSprop, "Adam": Adam}
LOSSES = ("squared error", "cross entropy")
CODES = ("integer codes", "one-hot")
XAVIER_OR_HE = "Xavier or He"


@dataclass(frozen=True)
class Settings:
    """All choices for one training. Left out, every technique of the lecture is off.

    Parameters
    ----------
    loss : {"squared error", "cross entropy"}
        Notebook 01.
    scaling : {"raw", "min-max", "z-score"}
        Notebook 02.
    codes : {"integer codes", "one-hot"}
        Notebook 02. Mail has no names, so there it changes nothing.
    init_scale : float or "Xavier or He"
        Notebook 03. Standard deviation of the weights, at least 0. The rule is √(2/n) for ReLU and
        leaky ReLU, 1/√n for the others.
    optimizer : {"gradient descent", "momentum", "Nesterov", "Adagrad", "RMSprop", "Adam"}
        Notebooks 04 and 05.
    batch_size : int or "all"
        Notebook 06. Rows per mini batch, at least 1.
    batch_norm : bool
        Notebook 07. Whether each hidden layer is normalized before its activation.
    activation : {"sigmoid", "tanh", "ReLU", "leaky ReLU"}
        Notebook 08.
    learning_rate : float
        η, above 0.
    epochs : int
        How often all training rows go through, from 1 to 400.

    Raises
    ------
    ValueError
        If a choice is unknown or a number is out of its range.
    """

    loss: str = "squared error"
    scaling: str = "raw"
    codes: str = "integer codes"
    init_scale: float | str = 0.01
    optimizer: str = "gradient descent"
    batch_size: int | str = "all"
    batch_norm: bool = False
    activation: str = "sigmoid"
    learning_rate: float = 0.1
    epochs: int = 10

    def __post_init__(self):
        for name, known in {"loss": LOSSES, "scaling": SCALERS, "codes": CODES,
                            "optimizer": OPTIMIZERS, "activation": ACTIVATIONS}.items():
            require_choice(name, getattr(self, name), known)
        require(isinstance(self.batch_norm, bool), "batch_norm must be True or False",
                self.batch_norm, "Write it without quotation marks.")
        require(_is(self.init_scale, XAVIER_OR_HE) or _is_number(self.init_scale, 0),
                f"init_scale must be {XAVIER_OR_HE!r} or a number, at least 0", self.init_scale,
                "Try init_scale=0.1.")
        require(_is(self.batch_size, "all") or _is_whole(self.batch_size, 1),
                'batch_size must be "all" or a whole number, at least 1', self.batch_size,
                "Try batch_size=32.")
        require(_is_number(self.learning_rate, 0) and self.learning_rate > 0,
                "learning_rate must be a number above 0", self.learning_rate,
                "Try learning_rate=0.1.")
        require(_is_whole(self.epochs, 1) and self.epochs <= 400,
                "epochs must be a whole number from 1 to 400", self.epochs, "Try epochs=10.")


def _is(value, text):
    return isinstance(value, str) and value == text


def _is_number(value, least):
    return (isinstance(value, int | float | np.number) and not isinstance(value, bool)
            and bool(np.isfinite(value)) and value >= least)


def _is_whole(value, least):
    return _is_number(value, least) and isinstance(value, int | np.integer)


TECHNIQUES = {
    "cross entropy": {"loss": "cross entropy"},
    "z-score": {"scaling": "z-score"},
    "one-hot": {"codes": "one-hot"},
    "Xavier or He": {"init_scale": XAVIER_OR_HE},
    "Adam": {"optimizer": "Adam"},
    "batches of 32": {"batch_size": 32},
    "BN": {"batch_norm": True},
    "ReLU": {"activation": "ReLU"},
}


def technique_names(data):
    """List the techniques that a data set has a use for.

    Parameters
    ----------
    data : {"mail", "connections"}
        Which data set. Mail has no names, so it has no use for one-hot.

    Returns
    -------
    list of str
        Names from :data:`TECHNIQUES`.

    Raises
    ------
    ValueError
        If ``data`` is unknown.
    """
    require_choice("data", data, DATA)
    return [name for name in TECHNIQUES if not (name == "one-hot" and data == "mail")]


def settings_from(choices):
    """Make settings out of a dictionary.

    Parameters
    ----------
    choices : dict
        Names and values as in :class:`Settings`.

    Returns
    -------
    Settings
        The settings; what is left out is off.

    Raises
    ------
    ValueError
        If ``choices`` is not a dictionary, a name is unknown, or as in :class:`Settings`.
    """
    require(isinstance(choices, dict), "the settings must be a dictionary", choices,
            'Write for example {"scaling": "z-score", "learning_rate": 0.1}.')
    names = [field.name for field in fields(Settings)]
    for name in choices:
        require_choice("name", name, names)
    return Settings(**choices)


def with_techniques(techniques, **more):
    """Make settings in which some techniques of the lecture are on and the others are off.

    Parameters
    ----------
    techniques : iterable of str
        Names from :data:`TECHNIQUES`.
    **more
        Further choices, as in :class:`Settings`.

    Returns
    -------
    Settings
        The settings.

    Raises
    ------
    ValueError
        If a technique is unknown, or as in :class:`Settings`.
    """
    choices = {}
    require(np.iterable(techniques), "techniques must be a list of names", techniques,
            'Write for example ["ReLU", "Adam"].')
    for name in techniques:
        require(isinstance(name, str) and name in TECHNIQUES,
                f"techniques must be from {list(TECHNIQUES)}", name, "Check the spelling.")
        choices |= TECHNIQUES[name]
    return Settings(**choices | more)


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
    dataset = DATA[data]()
    parts = []
    for rows in deal_out(dataset.labels):
        nominal = None if dataset.nominal is None else dataset.nominal[rows]
        parts.append(replace(dataset, features=dataset.features[rows],
                             labels=dataset.labels[rows], nominal=nominal))
    return parts


def prepared(data, scaling, codes, part="validation"):
    """Prepare the training rows and one other part. Scales and codes come from training alone.

    Parameters
    ----------
    data : {"mail", "connections"}
        Which data set.
    scaling, codes
        As in :class:`Settings`.
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
    require_choice("part", part, ("validation", "test"))
    return _prepared(data, scaling, codes, part)


@cache
def _prepared(data, scaling, codes, part):
    parts = dict(zip(("training", "validation", "test"), _parts(data), strict=True))
    training, other = parts["training"], parts[part]
    if training.nominal is not None:
        rows = prepare(training, other, scaling, codes)
    else:
        rows = training.features, other.features
        if scaling != "raw":
            scaler = SCALERS[scaling]().fit(rows[0])
            rows = tuple(scaler.transform(table) for table in rows)
    return (rows[0], training.labels), (rows[1], other.labels)


def build_network(settings, n_features, n_classes, seed):
    """Build the network of some settings: two hidden layers of 32 nodes.

    Parameters
    ----------
    settings : Settings
        The choices.
    n_features, n_classes : int
        Columns of the rows, and classes. Two classes get one output with a sigmoid, more get a
        softmax.
    seed : int
        Seed of the weights.

    Returns
    -------
    Network
        Ready to train.

    Raises
    ------
    ValueError
        If ``n_features`` is less than 1, ``n_classes`` less than 2, or one of them not
        whole.
    """
    n_classes = as_whole("n_classes", n_classes, "Pass the number of classes.", least=2)
    is_binary = n_classes == 2
    loss = {("squared error", True): SQUARED_ERROR, ("cross entropy", True): CROSS_ENTROPY,
            ("squared error", False): SOFTMAX_SQUARED_ERROR,
            ("cross entropy", False): SOFTMAX_CROSS_ENTROPY}[settings.loss, is_binary]
    init_scale = settings.init_scale
    if init_scale == XAVIER_OR_HE:
        init_scale = he if settings.activation in ("ReLU", "leaky ReLU") else xavier
    build = batch_normalized if settings.batch_norm else fully_connected
    return build((n_features, 32, 32, 1 if is_binary else n_classes),
                 ACTIVATIONS[settings.activation], loss, init_scale, seed)


def start_training(settings, data, seed, part="validation", record_every=None):
    """Build a network and get ready to train it.

    Parameters
    ----------
    settings : Settings
        The choices.
    data : {"mail", "connections"}
        Which data set.
    seed : int
        Seed of the weights and of the shuffles.
    part : {"validation", "test"}
        On which part the training is judged.
    record_every : int, optional
        As in :func:`~lecture_kit.maths.training.train`.

    Returns
    -------
    network : Network
        It learns while the records are asked for.
    records : iterator of Record
        As :func:`~lecture_kit.maths.training.train` returns them.
    other : tuple of (rows, labels)
        The part that was asked for.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    training, other = prepared(data, settings.scaling, settings.codes, part)
    network = build_network(settings, training[0].shape[1], len(DATA[data]().class_names), seed)
    optimizer = OPTIMIZERS[settings.optimizer](settings.learning_rate)
    size = len(training[1]) if settings.batch_size == "all" else settings.batch_size
    return network, train(network, optimizer, training, other, batch_size=size,
                          epochs=settings.epochs, seed=seed, record_every=record_every), other


def train_with(settings, data, seed):
    """Train with some settings, and look at the validation rows after every epoch.

    Parameters
    ----------
    settings, data, seed
        As in :func:`start_training`.

    Returns
    -------
    iterator of (Record, ndarray of shape (n_classes,))
        The record, and the recall of each class on the validation rows; NaN after a divergence,
        which ends the training.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    network, records, other = start_training(settings, data, seed)
    for record in records:
        yield record, _recall(network, record, other)


def _recall(network, record, other):
    if record.diverged:
        return np.full(network.n_classes, np.nan)
    return recall_per_class(other[1], network.loss.predict(network.logits(other[0])),
                            network.n_classes)


def _outcome(settings, data, seed, part="validation"):
    """Train to the end: accuracy, and recall of each class."""
    network, records, other = start_training(settings, data, seed, part, record_every=10**9)
    *_before, record = records
    return record.validation_accuracy, _recall(network, record, other)


def repeat(settings, data, part="validation", n_seeds=5, first_seed=0):
    """Train with several seeds, and keep the ends.

    Parameters
    ----------
    settings, data, part
        As in :func:`start_training`.
    n_seeds : int, default 5
        How many trainings, at least 1.
    first_seed : int, default 0
        The first seed; the others follow it.

    Returns
    -------
    accuracies : ndarray of shape (n_seeds,)
        Accuracy of each training; NaN if it diverged.
    recalls : ndarray of shape (n_seeds, n_classes)
        Recall of each class.

    Raises
    ------
    ValueError
        If a name is unknown, ``n_seeds`` is less than 1 or ``first_seed`` less than 0.
    """
    n_seeds = as_whole("n_seeds", n_seeds, "Try n_seeds=5.", least=1)
    first_seed = as_whole("first_seed", first_seed, "Try first_seed=0.", least=0)
    ends = [_outcome(settings, data, first_seed + i, part) for i in range(n_seeds)]
    return np.array([accuracy for accuracy, _recall in ends]), np.array(
        [recall for _accuracy, recall in ends])


RATES = (0.0001, 0.001, 0.01, 0.1, 1.0, 10.0)
_SWEEP_SEED = 100  # not one of the seeds 0 to 4, which measure
_EPOCHS = {"mail": 5, "connections": 10}  # about 350 updates in batches of 32


@dataclass(frozen=True, eq=False)
class Result:
    """What some settings reach at their own learning rate.

    Parameters
    ----------
    learning_rate : float
        The best rate of the sweep.
    accuracies : ndarray of shape (5,)
        Accuracy on the validation rows for the seeds 0 to 4; NaN for a training that diverged.
    recalls : ndarray of shape (5, n_classes)
        Recall of each class.
    """

    learning_rate: float
    accuracies: np.ndarray
    recalls: np.ndarray

    @property
    def mean_recalls(self):
        """Mean recall of all classes for each seed, also called balanced accuracy."""
        return self.recalls.mean(axis=1)


def ablation(data, start):
    """List the settings of an ablation: one start, and what differs from it by one technique.

    Parameters
    ----------
    data : {"mail", "connections"}
        Which data set. Mail has no names, so there is no one-hot.
    start : {"all off", "all on"}
        From which side to come.

    Returns
    -------
    dict of str to Settings
        The start, then "+ technique" or "− technique" for each one. Mail gets 5 epochs and the
        connections 10.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    names = technique_names(data)
    require_choice("start", start, ("all off", "all on"))
    if start == "all off":
        chosen = {start: []} | {f"+ {name}": [name] for name in names}
    else:
        chosen = {start: names} | {
            f"− {name}": [other for other in names if other != name] for name in names}
    return {label: with_techniques(techniques, epochs=_EPOCHS[data])
            for label, techniques in chosen.items()}


_results = {}


def measure(settings, data):
    """Sweep the learning rate, then train with five seeds at the best rate.

    The rate is the one of :data:`RATES` with the best mean recall on the validation rows for
    another seed; of equals, the one with the higher accuracy, then the smaller one. What was
    measured once is kept.

    Parameters
    ----------
    settings : Settings
        The choices; their learning rate does not matter.
    data : {"mail", "connections"}
        Which data set.

    Yields
    ------
    share : float
        Share of the work that is done, after each training.
    result : Result or None
        What came out, with the last share, which is 1.

    Raises
    ------
    ValueError
        If ``data`` is unknown.
    """
    require_choice("data", data, DATA)
    key = replace(settings, learning_rate=1.0), data
    if key not in _results:
        n_trainings, scores, ends = len(RATES) + 5, [], []
        for rate in RATES:
            accuracy, recall = _outcome(replace(settings, learning_rate=rate), data, _SWEEP_SEED)
            lost = np.isnan(accuracy)
            scores.append((-1, -1) if lost else (round(recall.mean(), 6), round(accuracy, 6)))
            yield len(scores) / n_trainings, None
        best = RATES[scores.index(max(scores))]
        for seed in range(5):
            ends.append(_outcome(replace(settings, learning_rate=best), data, seed))
            if seed < 4:
                yield (len(RATES) + len(ends)) / n_trainings, None
        _results[key] = Result(best, np.array([end[0] for end in ends]),
                               np.array([end[1] for end in ends]))
    yield 1.0, _results[key]


def measured(settings, data):
    """Run :func:`measure` to its end.

    Parameters
    ----------
    settings, data
        As in :func:`measure`.

    Returns
    -------
    Result
        What came out.

    Raises
    ------
    ValueError
        If ``data`` is unknown.
    """
    *_before, (_share, result) = measure(settings, data)
    return result


def verdict(result, start):
    """Say whether a setting differs from the start by more than the seeds do.

    Parameters
    ----------
    result, start : Result or array_like of shape (n_seeds,)
        What the setting and the start have reached: results, whose mean recalls are compared, or
        the five scores themselves.

    Returns
    -------
    {"better", "worse", "cannot tell"}
        "better" or "worse" if all runs lie above, or below, all runs of the start. Without any
        difference this happens by chance in 2 of 252 cases. "cannot tell" otherwise, and if a
        training diverged.

    Raises
    ------
    ValueError
        If scores are not numbers.
    """
    ours, theirs = (runs.mean_recalls if isinstance(runs, Result) else as_measured(
        "scores", runs, "Pass the score of each run.") for runs in (result, start))
    if ours.min() > theirs.max():
        return "better"
    return "worse" if ours.max() < theirs.min() else "cannot tell"


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


ALL_ON = {"loss": "cross entropy", "scaling": "z-score", "codes": "one-hot",
          "init_scale": XAVIER_OR_HE, "optimizer": "Adam", "batch_size": 32, "batch_norm": True,
          "activation": "ReLU", "learning_rate": 0.01, "epochs": 10}
NEAREST_ROW = "nearest row"
_FIRST_SEED = {"validation": 0, "test": 5}  # a choice is not judged by the seeds that made it


def challenge_scores(choices, part="validation"):
    """Score settings of the challenge: mean recall on the connections, for five seeds.

    Parameters
    ----------
    choices : dict or "nearest row"
        Settings, as in :func:`settings_from`; or the baseline without training, which copies the
        answer of the nearest training row (z-scores, one-hot codes, squared distance).
    part : {"validation", "test"}
        "validation" as often as you like, with the seeds 0 to 4; "test" once, at the end, with
        the seeds 5 to 9.

    Returns
    -------
    ndarray of shape (5,)
        Recall averaged over the eight classes, for each seed. A training that diverged gives no
        answers and scores 0. The nearest row needs no seed: its score stands there five times.

    Raises
    ------
    ValueError
        If the settings are not valid, or ``part`` is unknown.
    """
    require_choice("part", part, _FIRST_SEED)
    if _is(choices, NEAREST_ROW):
        return np.full(5, _nearest_row_score(part))
    _accuracies, recalls = repeat(settings_from(choices), "connections", part,
                                  first_seed=_FIRST_SEED[part])
    return np.nan_to_num(recalls.mean(axis=1), nan=0.0)


@cache
def _nearest_row_score(part):
    (known, classes), (rows, labels) = _prepared("connections", "z-score", "one-hot", part)
    answers = classes[[((known - row) ** 2).sum(axis=1).argmin() for row in rows]]
    return recall_per_class(labels, answers, len(DATA["connections"]().class_names)).mean()
