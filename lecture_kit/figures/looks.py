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
    "sigmoid": {"color": PURPLE, "linestyle": "-"},
    "tanh": {"color": GREEN, "linestyle": "--"},
    "ReLU": {"color": SKY, "linestyle": "-."},
    "theory": {"color": BLACK, "linestyle": ":"},
}
