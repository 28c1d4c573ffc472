"""Start page: one step of gradient descent, and what the notebooks correct on the slides."""

import re
import sys
from dataclasses import dataclass
from importlib.metadata import metadata, requires, version

import numpy as np

from lecture_kit import (
    adaptive_methods,
    epochs_and_batches,
    gradient_descent_and_momentum,
    losses,
    pooling,
    preprocessing_effects,
    relu,
)
from lecture_kit.activations import RELU, SIGMOID, TANH, sigmoid, sigmoid_derivative
from lecture_kit.batch_normalization import batch_normalize
from lecture_kit.checks import as_numbers, as_row, require, require_fit
from lecture_kit.datasets import load_digits
from lecture_kit.initializers import glorot, xavier
from lecture_kit.landscapes import double_well
from lecture_kit.language import translate as _
from lecture_kit.networks import CROSS_ENTROPY, fully_connected
from lecture_kit.weight_initialization import mean_field


def step_factor(curvature, learning_rate):
    """Factor by which a step of gradient descent multiplies x on ½λx², 1 − ηλ.

    Below 0 each step jumps to the other side of the minimum. Beyond ±1 the run diverges.

    Parameters
    ----------
    curvature : float or ndarray
        λ, the second derivative.
    learning_rate : float or ndarray
        η, at least 0.

    Returns
    -------
    float or ndarray of the broadcast shape
        The factor.

    Raises
    ------
    ValueError
        If ``curvature`` is not finite, ``learning_rate`` is negative or not finite, or their
        shapes do not fit together.

    References
    ----------
    Slides, section "(3) Gradient Descent & Momentum".
    """
    curvature = as_numbers("curvature", curvature)
    learning_rate = as_numbers("learning_rate", learning_rate, "Try 0.1.", least=0)
    require_fit(curvature=curvature, learning_rate=learning_rate)
    return 1 - learning_rate * curvature


def measured_factor(path):
    """Measure by which factor each step of a run multiplied x.

    Parameters
    ----------
    path : ndarray of shape (n_steps + 1,)
        The places of a run with at least one step.

    Returns
    -------
    float
        Median over the steps, to compare with :func:`step_factor`. Steps from 0, or from nearer
        than 10⁻¹⁰⁰, do not count.

    Raises
    ------
    ValueError
        If ``path`` is no list of finite numbers or every step begins at 0.
    """
    path = as_row("path", path)
    before, after = path[:-1], path[1:]
    moving = np.abs(before) >= 1e-100
    require(moving.any(), "path must have a step from a place other than 0", path, "Start at 4.")
    return float(np.median(after[moving] / before[moving]))


def descent_step(x, slope, learning_rate):
    """Take one step of gradient descent, x − η f′(x).

    Parameters
    ----------
    x : float or ndarray
        Where the step begins.
    slope : float or ndarray
        f′(x).
    learning_rate : float
        η.

    Returns
    -------
    float or ndarray
        Where it ends.

    Raises
    ------
    ValueError
        If a number is not finite, or the shapes do not fit together.

    References
    ----------
    Slides, section "(3) Gradient Descent & Momentum".
    """
    x, slope = as_numbers("x", x), as_numbers("slope", slope)
    learning_rate = as_numbers("learning_rate", learning_rate, "Try 0.1.")
    require_fit(x=x, slope=slope, learning_rate=learning_rate)
    return x - learning_rate * slope


@dataclass(frozen=True)
class Requirement:
    """A package that the course needs.

    Parameters
    ----------
    name : str
        The package, or "Python".
    lowest : str
        The lowest version that will do.
    met : bool
        Whether the installed version is that or newer.
    """

    name: str
    lowest: str
    met: bool


def requirements():
    """Compare what is installed with what the course needs on every system.

    Returns
    -------
    list of Requirement
        Python first, then the packages in the order in which the project names them.
    """
    here = ".".join(map(str, sys.version_info[:3]))
    pairs = [("Python", metadata("lecture-kit")["Requires-Python"], here)]
    for line in requires("lecture-kit"):
        if ";" not in line:  # the others are needed on some systems only
            name = re.match(r"[\w.-]+", line)[0]
            pairs.append((name, line, version(name)))
    lowest = [(name, re.search(r">=([\d.]+)", rule)[1], found) for name, rule, found in pairs]
    return [Requirement(name, low, is_new_enough(found, low)) for name, low, found in lowest]


def is_new_enough(found, lowest):
    """Tell whether one version is another one or newer, number by number.

    Parameters
    ----------
    found, lowest : str
        Versions such as "2.1.3". What follows the numbers, such as "rc1", does not count.

    Returns
    -------
    bool
        True for ("2.10", "2.9").

    Raises
    ------
    ValueError
        If a version is not a text that begins with a number.
    """

    def numbers(name, text):
        begin = re.match(r"\d+(\.\d+)*", text) if isinstance(text, str) else None
        require(begin is not None, f"{name} must begin with a number", text, 'Pass "2.1.3".')
        return [int(part) for part in begin[0].split(".")]

    found, lowest = numbers("found", found), numbers("lowest", lowest)
    return found + [0] * (len(lowest) - len(found)) >= lowest


@dataclass(frozen=True)
class Correction:
    """A place where a slide is loose or wrong.

    Parameters
    ----------
    section : str
        Section of the slides.
    says : str
        What the slide says, in at most 42 characters.
    holds : str
        What holds, in at most 56 characters; its numbers are computed.
    notebook : str
        File name of the notebook that shows it.
    cell : str
        Id of the code cell there.
    shown : {"cell", "note"}
        Whether this cell shows it, or only the note **About the slide** nearby says it.
    """

    section: str
    says: str
    holds: str
    notebook: str
    cell: str
    shown: str = "cell"


def corrections():
    """Collect what the notebooks correct on the slides, in the order of the slides.

    Returns
    -------
    list of Correction
        With every number computed by the kit.

    References
    ----------
    Slides, all sections.
    """
    sections = (
        (_("Loss function"), "01_loss_functions", _on_loss_functions),
        (_("(1) Data preprocessing"), "02_preprocessing", _on_preprocessing),
        (_("(2) Weight initialization"), "03_weight_initialization", _on_initialization),
        (_("(3) Gradient descent & momentum"), "04_gradient_descent_and_momentum", _on_descent),
        (_("(4) Adaptive methods"), "05_adaptive_methods", _on_adaptive_methods),
        (_("(5) Epoch, batch size"), "06_epochs_and_batches", _on_epochs_and_batches),
        (_("(6) Batch normalization"), "07_batch_normalization", _on_batch_normalization),
        (_("(7) ReLU"), "08_relu", _on_relu),
        (_("(8) Stochastic pooling"), "09_stochastic_pooling", _on_pooling))
    return [Correction(section, says, holds, f"{notebook}.ipynb", cell, *shown)
            for section, notebook, rows in sections for says, holds, cell, *shown in rows()]


def _on_loss_functions():
    o = sigmoid(0.4 * 1.5 + 0.5)
    in_bits, in_nats = (losses.binary_cross_entropy_gradient(0.3, 1, base) for base in (2, np.e))
    bits, nats = (losses.log_likelihood([0.902, 0.098], 1, base) for base in (2, np.e))
    return [
        (_("½‖y − o‖² is the mean squared error"),
         _("it is that of one row, so no mean yet"), "slide-numbers", "note"),
        (_("e = 0.2815 for the left neuron"),
         _("{error:.4f}; the slide rounds o to 0.7503 first").format(
             error=losses.squared_error(o, 0.0)), "slide-numbers"),
        (_("loss = cost = objective = energy"),
         _("loss: one row; cost: their mean; objective: any goal"), "slide-numbers", "note"),
        (_("σ′ is at most 0.3"),
         _("at most {peak:.2f}, at z = 0").format(peak=sigmoid_derivative(0.0)),
         "rebuild-gradient"),
        (_("the log₂ loss has the gradient x(o − y)"),
         _("that is for ln; with log₂ it is {factor:.2f} times as large").format(
             factor=in_bits / in_nats), "measure-log2"),
        (_("e = σ(Z)"), _("o = σ(z); e is the loss"), "measure-log2", "note"),
        (_("in softmax, Σ over i of e to the s_j"), _("the sum over i needs e to the s_i"),
         "slide-softmax", "note"),
        (_("log₂ in the formula, np.log in the code"),
         _("for 0.098: {bits:.2f} bits, but {nats:.2f} nats").format(bits=bits, nats=nats),
         "slide-softmax"),
    ]


def _on_preprocessing():
    height, weight = 1.885 - 1.525, 65.5 - 45.0
    people = np.array([[i * height / 2, j * weight / 2] for i in (-1, 1) for j in (-1, 1)])
    model = preprocessing_effects.linear_model(people, people @ [2 / height, 2 / weight])
    best, gradient = model.minima[0], model.gradient(np.zeros(2))
    sample = np.arange(40.0)
    return [
        (_("1.885 m and 1.525 m are 33 cm apart"),
         _("{apart:.2f} m").format(apart=height), "slide-numbers"),
        (_("the features differ in scale 62 times"),
         _("{ratio:.0f} times").format(ratio=weight / height), "slide-numbers"),
        (_("so one weight learns 62 times slower"),
         _("gradient {gradient:.0f} times smaller, way {way:.0f} times longer").format(
             gradient=gradient[1] / gradient[0], way=best[0] / best[1]), "how-slow"),
        (_("data.std"),
         _("divided by n or by n − 1? Factor {factor:.3f} for n = 40").format(
             factor=sample.std(ddof=1) / sample.std()), "scalers-by-hand", "note"),
    ]


def _on_initialization():
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
        (_("Xavier's histograms stay broad"),
         _("needed, not enough: of {std:.2f} only {signal:.4f} is signal").format(
             std=layers.standard_deviation[-1], signal=layers.signal[-1]), "signal-numbers"),
        (_("z is the output of a node"),
         _("here z goes into the function, a = φ(z) comes out"), "equal-for-ever", "note"),
    ]


def _on_descent():
    rate = gradient_descent_and_momentum.critical_learning_rate([2.0])
    well = double_well()
    share = gradient_descent_and_momentum.basin_share(well, -2, 2)
    return [
        (_("it finds where the slope is smallest"),
         _("at a minimum it is 0; at x = −1.5 it is −{size:.1f}").format(
             size=abs(well.gradient(np.array([-1.5]))[0])), "first-steps"),
        (_("too large a step misses the minimum"),
         _("beyond η = 2/λ it diverges; for x² that is η = {rate:.0f}").format(rate=rate),
         "too-large"),
        (_("movement = −gradient + momentum"),
         _("v ← βv − ηg; other forms differ when η changes"), "conventions"),
        (_("chance leads into the local minimum"),
         _("the basin decides: with tiny steps {share:.2f} go global").format(share=share),
         "starts-numbers"),
    ]


def _on_adaptive_methods():
    first = adaptive_methods.step_on_a_slope("Adam, not corrected", 1, 0.999)
    descent = np.ceil(adaptive_methods.escape_steps_of_gradient_descent(1e-8, 0.01))
    adagrad = adaptive_methods.escape_steps_of_adagrad(0.01)
    return [
        (_("Adam is RMSprop with momentum"),
         _("and a bias correction; without it step 1 is {first:.2f} η").format(first=first),
         "bias-numbers"),
        (_("SGD stays at the top of the saddle"),
         _("only slow: {steps:.0f} steps from 10⁻⁸ at η = 0.01").format(steps=descent),
         "escape-numbers"),
        (_("adaptive methods leave it at once"),
         _("not Adagrad: about {steps:,.0f} steps, more than SGD").format(steps=adagrad),
         "escape-numbers"),
    ]


def _on_epochs_and_batches():
    sizes, rows = (64, 32, 10), 1024
    whole, single = (epochs_and_batches.step_operations(sizes, size) for size in (rows, 1))
    steps = epochs_and_batches.count_iterations(rows, 1, 1)
    calm, wild = (epochs_and_batches.noise_scale(rate, rows, size)
                  for rate, size in ((0.01, 1), (2.0, 64)))
    return [
        (_("more epochs are more random weights"),
         _("they are drawn once; the order of the rows changes"), "weights-once-numbers"),
        (_("a large batch makes learning slow"),
         _("1,024 rows: {step:,.0f} times the work per update, {epoch:.0f} per epoch").format(
             step=whole / single, epoch=whole / (steps * single)), "step-and-epoch"),
        (_("a small batch is unstable"),
         _("ηN/B counts: it can be {calm:.0f} for B = 1, {wild:.0f} for B = 64").format(
             calm=calm, wild=wild), "unstable-numbers"),
        (_("too many epochs overfit"),
         _("with right labels the accuracy hardly falls"), "overfit-numbers"),
    ]


def _on_batch_normalization():
    digits, _test = load_digits()
    rows = digits.features[:1200] / 16
    z = fully_connected((64, 1), SIGMOID, CROSS_ENTROPY, 0.6, 12).logits(rows)
    before, after = (np.mean((x - x.mean()) ** 3) / x.std() ** 3 for x in (z, batch_normalize(z)))
    return [
        (_("a batch then follows the standard normal"),
         _("mean 0, variance 1; skewness {before:.2f} stays {after:.2f}").format(
             before=before, after=after).replace("-", "−"), "build-it"),
        (_("(X − μ)/σ, without ε"), _("√(σ² + ε), as in the slide's later formula"), "build-it"),
        (_("the slides end with training"),
         _("at inference BN uses running averages"), "running-averages"),
        (_("it helps against covariate shift"),
         _("in doubt: with noise put back in it learns as well"), "shift-numbers"),
        (_("it keeps from overfitting"),
         _("not in general: it learns wrong labels by heart"), "overfitting"),
    ]


def _on_relu():
    at_zero = relu.measured_slope(RELU.function, np.array(0.0), 1e-4)
    raw, scaled = (relu.mean_slope(TANH, 1000, sigma) for sigma in (1.0, 1000**-0.5))
    left, kept = (np.prod(relu.layer_factors(RELU, g, 22)) for g in (1.0, 2**0.5))
    return [
        (_("the slope at 0 is 0"),
         _("a convention; the kink has none, measured {slope:.1f}").format(slope=at_zero),
         "kink-numbers"),
        (_("in many dimensions tanh fades again"),
         _("by the scale: slope {raw:.2f}, with σ = 1/√n {scaled:.2f}").format(
             raw=raw, scaled=scaled), "dimension-numbers"),
        (_("slope 1, so the gradient stays"),
         _("22 layers: Xavier leaves {left:.4f}, He {kept:.0f}").format(left=left, kept=kept),
         "depth-numbers"),
        (_("a unit that is off is never on again"),
         _("only one that is off for all rows, in layer 1"), "second-layer"),
        (_("learns faster than sigmoid and tanh"),
         _("than sigmoid, yes; than tanh, not in our comparison"), "speed-table"),
    ]


def _on_pooling():
    window = np.array([1.6, 0.0, 0.0, 2.4])
    return [
        (_("p: the sum divided by the activation"),
         _("the other way round: {p:.1f} for 1.6 in (1.6, 0, 0, 2.4)").format(
             p=pooling.probabilities(window)[0]), "example-numbers"),
        (_("p for any window"),
         _("no a below 0; if all are 0, the output is {output:.0f}").format(
             output=pooling.weighted_average(np.zeros(4))), "two-rules-numbers"),
        (_("nothing about inference"),
         _("Σ p a, {average:.2f} for (1.6, 0, 0, 2.4); nothing is drawn").format(
             average=pooling.weighted_average(window)), "show-source"),
        (_("max overfits, average learns badly"),
         _("max: not shown; average: at one rate, less at its own"), "rate-table"),
    ]
