"""What this section says about the slides."""

from lecture_kit.live.language import translate as _
from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.initializers import glorot, xavier
from lecture_kit.sections.weight_initialization.theory import mean_field

NOTEBOOK = "03_weight_initialization.ipynb"


def section():
    """Name the section of the slides."""
    return _("(2) Weight initialization")


def corrections():
    """List where the notebook differs from the slides, in their order.

    Returns
    -------
    list of tuple
        Kind ("wrong", "imprecise", "right" or "text"), the slide's words, what they say, what holds
        (every number is computed), id of the cell, "note" where only the note beside it says it.
    """
    layers = mean_field(SIGMOID, xavier(100), 100, 5)
    return [
        ("text", "np.random.randn*1000, 100)",
         _("`np.random.randn*1000, 100)`"), _("`np.random.randn(1000, 100)`"), "slide-experiment",
         "note"),
        ("text", "if i != 0: x = activations[i-1]",
         _("the lines of the loop are in `if i != 0`"),
         _("then layer 0 is never computed, and the code stops"), "slide-experiment", "note"),
        ("text", "plt.hist(a.flatten(), 30, range(0,1))",
         _("`range(0,1)` in `plt.hist`"),
         _("`range=(0, 1)`; the slide's is one number, 0"), "slide-experiment", "note"),
        ("imprecise", "## (1) … ## (2) … ## (3)",
         _("three lines for w below each other"),
         _("each overwrites the one before; only Xavier is computed"), "slide-experiment", "note"),
        ("imprecise", "N(0,0.01) … randn(…) * 0.01",
         _("N(0, 0.01) means times 0.01"),
         _("variance 0.01 is Xavier's: in layer 5 both have {std:.2f}").format(
             std=layers.standard_deviation[-1]), "slide-numbers"),
        ("right", "/ np.sqrt(node_num)",
         _("Xavier is 1/√n"),
         _("LeCun's; Glorot's, for 64 → 256: size times {factor:.2f}").format(
             factor=64**0.5 * glorot(64, 256)), "glorot-compromise"),
        ("imprecise", "Xavier Initialization … sigmoid",
         _("Xavier for layers of sigmoids"),
         _("a signal of {signal:.4f} in the last layer: learns nothing").format(
             signal=layers.signal[-1]), "slide-training"),
        ("right", "z = sigmoid(a)",
         _("z is the output of a node"),
         _("here z goes into the function, a = φ(z) comes out"), "equal-for-ever", "note"),
    ]
