"""All choices for one training, and the techniques of the lecture as such choices."""

from dataclasses import dataclass, fields

import numpy as np

from lecture_kit.maths.activations import LEAKY_RELU, RELU, SIGMOID, TANH
from lecture_kit.maths.checks import require, require_choice
from lecture_kit.maths.optimizers import Adagrad, Adam, GradientDescent, Momentum, Nesterov, RMSprop
from lecture_kit.maths.preprocessing import SCALERS
from lecture_kit.sections.capstone.splits import CODES, DATA

ACTIVATIONS = {"sigmoid": SIGMOID, "tanh": TANH, "ReLU": RELU, "leaky ReLU": LEAKY_RELU}
OPTIMIZERS = {"gradient descent": GradientDescent, "momentum": Momentum, "Nesterov": Nesterov,
              "Adagrad": Adagrad, "RMSprop": RMSprop, "Adam": Adam}
LOSSES = ("squared error", "cross entropy")
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
ALL_ON = {"loss": "cross entropy", "scaling": "z-score", "codes": "one-hot",
          "init_scale": XAVIER_OR_HE, "optimizer": "Adam", "batch_size": 32, "batch_norm": True,
          "activation": "ReLU", "learning_rate": 0.01, "epochs": 10}


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
