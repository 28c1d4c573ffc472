"""The same look for the same thing in all notebooks: a colour and a line style, never one alone.

The colours are Okabe and Ito's, which colour-blind readers can tell apart.
"""

BLUE, VERMILLION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
PURPLE, SKY, BLACK, GREY = "#CC79A7", "#56B4E9", "#000000", "#767676"
LOOKS = {
    "squared error": {"color": VERMILLION, "linestyle": "-"},
    "cross entropy": {"color": BLUE, "linestyle": "--"},
    "gradient descent": {"color": BLACK, "linestyle": "-"},
    "momentum": {"color": ORANGE, "linestyle": "-"},
    "Nesterov": {"color": GREEN, "linestyle": "-."},
    "Adagrad": {"color": VERMILLION, "linestyle": "--"},
    "RMSprop": {"color": BLUE, "linestyle": "-"},
    "Adadelta": {"color": SKY, "linestyle": "-."},
    "Adam": {"color": PURPLE, "linestyle": "-"},
    "AdamW": {"color": PURPLE, "linestyle": "--"},
    "sigmoid": {"color": PURPLE, "linestyle": "-"},
    "tanh": {"color": GREEN, "linestyle": "--"},
    "ReLU": {"color": SKY, "linestyle": "-."},
    "leaky ReLU": {"color": ORANGE, "linestyle": "-"},
    "ELU": {"color": VERMILLION, "linestyle": "--"},
    "GELU": {"color": BLUE, "linestyle": "-"},
    "SiLU": {"color": GREY, "linestyle": "-."},
    "softplus": {"color": BLACK, "linestyle": "--"},
    "max": {"color": VERMILLION, "linestyle": "-"},
    "average": {"color": BLUE, "linestyle": "--"},
    "stochastic": {"color": GREEN, "linestyle": "-."},
    "training": {"color": BLUE, "linestyle": "-"},
    "validation": {"color": VERMILLION, "linestyle": "--"},
    "raw": {"color": GREY, "linestyle": "-."},
    "min-max": {"color": ORANGE, "linestyle": "--"},
    "z-score": {"color": BLUE, "linestyle": "-"},
    "integer codes": {"color": VERMILLION, "linestyle": "--"},
    "one-hot": {"color": GREEN, "linestyle": "-"},
    "without BN": {"color": VERMILLION, "linestyle": "--"},
    "with BN": {"color": BLUE, "linestyle": "-"},
    "noisy BN": {"color": GREEN, "linestyle": "-."},
    "theory": {"color": BLACK, "linestyle": ":"},
}
