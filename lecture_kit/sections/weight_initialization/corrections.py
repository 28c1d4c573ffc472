"""What this section says about the slides."""

from lecture_kit.live.language import translate as _
from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.initializers import glorot, xavier
from lecture_kit.sections.weight_initialization.theory import mean_field

SECTION = _("(2) Weight initialization")
NOTEBOOK = "03_weight_initialization.ipynb"


def corrections():
    """List what the notebook corrects on the slides, in their order.

    Returns
    -------
    list of tuple
        What the slide says, what holds (every number is computed), the id of the cell, and "note"
        where only the note beside it says so.
    """
    layers = mean_field(SIGMOID, xavier(100), 100, 5)
    return [
        (_("`np.random.randn*1000, 100)`"), "`np.random.randn(1000, 100)`", "slide-experiment",
         "note"),
        (_("the lines of the loop are in `if i != 0`"),
         _("then layer 0 is never computed, and the code stops"), "slide-experiment", "note"),
        (_("`range(0,1)` in `plt.hist`"),
         _("`range=(0, 1)`; the slide's is one number, 0"), "slide-experiment", "note"),
        (_("three lines for w below each other"),
         _("each overwrites the one before; only Xavier is computed"), "slide-experiment", "note"),
        (_("N(0, 0.01) means times 0.01"),
         _("variance 0.01 is Xavier's: in layer 5 both have {std:.2f}").format(
             std=layers.standard_deviation[-1]), "slide-numbers"),
        (_("Xavier is 1/√n"),
         _("LeCun's; Glorot's, for 64 → 256: size times {factor:.2f}").format(
             factor=64**0.5 * glorot(64, 256)), "glorot-compromise"),
        (_("Xavier for layers of sigmoids"),
         _("a signal of {signal:.4f} in the last layer: learns nothing").format(
             signal=layers.signal[-1]), "slide-training"),
        (_("z is the output of a node"),
         _("here z goes into the function, a = φ(z) comes out"), "equal-for-ever", "note"),
    ]
