"""Predictions of section 05: what the reader expects before the panels and cells show it."""

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.live.prediction import NumberPrediction, OrderPrediction, PredictionPanel
from lecture_kit.maths.landscapes import canyon
from lecture_kit.maths.optimizers import Adam
from lecture_kit.sections.adaptive_methods import inside, one_epoch, ridge
from lecture_kit.sections.adaptive_methods.experiments import LANDSCAPES, METHODS, hold_race
from lecture_kit.sections.adaptive_methods.falling_rates import draw_words, tune_share
from lecture_kit.sections.adaptive_methods.knobs import KNOBS, draw_starts, tune_knobs

_WORD_RATES = np.geomspace(0.01, 5, 17)


def predict_first_step():
    """How long the first step of Adam is without its bias correction.

    Returns
    -------
    PredictionPanel
        A number.
    """
    rate, gradient = 0.1, 0.01

    def measured():
        rule = inside.make_inside("Adam, not corrected", rate, 0.999)
        run = inside.look_inside(rule, lambda point, step: np.array([gradient]), [0.0], 1)
        return run.lengths(rate)[0, 0]

    return PredictionPanel(NumberPrediction(
        _("Prediction 1, the first step"),
        _("The gradient of a weight is {gradient}, always. Adam as on the slide, without bias "
          "correction, has β₁ = 0.9 and β₂ = 0.999. How long is its first step, in units of "
          "η?").format(gradient=gradient),
        measured,
        _("It is η · 0.1g/√(0.001g²): the size of g cancels, whatever it is. With the "
          "correction it is exactly η."),
        unit=_(" η"), name="first step of the slide's Adam"))


def predict_noise():
    """How long Adam's late steps are if the gradient is nothing but noise.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    def measured():
        noise = np.random.default_rng(0).normal(size=(300, 2000))
        run = inside.look_inside(
            Adam(0.1), lambda point, step: noise[step - 1], np.zeros(noise.shape[1]), len(noise))
        return 100 * run.lengths(0.1)[-1].mean()

    return PredictionPanel(NumberPrediction(
        _("Prediction 2, nothing but noise"),
        _("The gradient of a weight is noise with mean 0. After many steps, how many percent of η "
          "is the mean length of Adam's steps?"),
        measured,
        _("In the mean of the gradients the noise averages out, in the mean of their squares it "
          "does not."),
        points=True, unit=" %"))


def predict_race():
    """How many steps gradient descent needs at a rate that suits it.

    Returns
    -------
    PredictionPanel
        A number.
    """
    def steps(rate):
        rates = dict.fromkeys(("gradient descent", "Adam"), rate)
        return hold_race(LANDSCAPES["canyon"], rates, (-3.5, 1.0), 300).arrived

    adam_slow, adam = (steps(rate)["Adam"] for rate in (0.1, 0.95))
    return PredictionPanel(NumberPrediction(
        _("Prediction 3, one rate for all"),
        _("In a canyon, with η = 0.1, Adam arrives after {slow:.0f} steps, and gradient descent "
          "not in 300. With η = 0.95 Adam needs {adam:.0f}. How many steps does gradient descent "
          "need then?").format(slow=adam_slow, adam=adam),
        lambda: steps(0.95)["gradient descent"],
        _("Along the valley gradient descent's steps grow with η: ten times the rate, a tenth of "
          "the steps. Adam overshoots and swings. Who chooses one rate for all chooses the "
          "winner."),
        unit=_(" steps"), name="steps of gradient descent at 0.95"))


def predict_turned_canyon():
    """Which tuned methods are quick in a canyon that is turned.

    Returns
    -------
    PredictionPanel
        An order.
    """
    names, angle = ("Adagrad", "gradient descent", "RMSprop", "momentum"), 45

    def measured():
        starts = draw_starts(20, 0, angle)
        return {name: tune_knobs(canyon(angle), *KNOBS[name], starts, 150).steps.mean()
                for name in names}

    return PredictionPanel(OrderPrediction(
        _("Prediction 4, the canyon turned by 45°"),
        _("The canyon lies at {angle} degrees to the axes, and all knobs of each method are tuned. "
          "Which one arrives after the fewest steps, in the mean of 20 starts? Press the quickest "
          "first.").format(angle=angle),
        measured,
        _("Each weight sees the same mixture of floor and wall, so one rate per weight is of no "
          "use. Momentum does not care about directions."),
        options=names, unit=_(" steps")))


def predict_ridge():
    """Who leaves the ridge of a saddle first.

    Returns
    -------
    PredictionPanel
        An order.
    """
    names, distance, rate = ("gradient descent", "Adagrad", "RMSprop"), 1e-6, 0.01

    def measured():
        ways = {name: ridge.leave_ridge(METHODS[name](rate), [distance], 2000) for name in names}
        return {name: float(ridge.escape_steps(way)[0]) for name, way in ways.items()}

    return PredictionPanel(OrderPrediction(
        _("Prediction 5, off the ridge"),
        _("On the saddle f = x² − y² three runs begin at a distance of {distance:.6f} from the "
          "ridge, with η = {rate}. Which one is first at a distance of 1? Press the quickest "
          "first.").format(distance=distance, rate=rate),
        measured,
        _("RMSprop makes tiny gradients large. So does Adagrad at its first step, but it never "
          "forgets: its steps shrink as the gradients grow."),
        options=names, unit=_(" steps")))


def _tuned_on_words(exponent, name, schedule):
    words = draw_words(exponent, range(20))
    return tune_share(words, METHODS[name], _WORD_RATES, schedule)[1].sweep.best_result


def predict_rare_words():
    """How far Adagrad is ahead of gradient descent with rare words.

    Returns
    -------
    PredictionPanel
        A number.
    """
    return PredictionPanel(NumberPrediction(
        _("Prediction 6, rare words"),
        _("Words are as unequal as in a real language (s = 1). Each method runs at its own best "
          "constant rate, one for all 20 draws. How many times as large is the error of gradient "
          "descent as Adagrad's?"),
        lambda: np.divide(*(_tuned_on_words(1, name, "constant")
                            for name in ("gradient descent", "Adagrad"))),
        _("Adagrad gives a rare word larger steps, and all its steps shrink with time. The next "
          "part asks which of the two helps."),
        unit=_(" times")))


def predict_schedule():
    """What a rate that falls brings to gradient descent.

    Returns
    -------
    PredictionPanel
        A number.
    """
    return PredictionPanel(NumberPrediction(
        _("Prediction 7, a rate that falls"),
        _("All words are equally common. Gradient descent learns with a constant rate, or with one "
          "that falls along a cosine to 0, each at its best η. How many times smaller is the last "
          "error with the cosine?"),
        lambda: np.divide(*(_tuned_on_words(0, "gradient descent", schedule)
                            for schedule in ("constant", "cosine"))),
        _("Large steps learn quickly but swing in the noise at the end. A rate that falls has "
          "both: large steps first, small ones last."),
        unit=_(" times")))


def predict_own_best():
    """What is left of Adam's lead when both rates are tuned.

    Returns
    -------
    PredictionPanel
        A number.
    """
    def measured():
        wrong = [one_epoch.tune_on_splits("attack_triage", name, "constant", range(10)).at_best
                 for name in ("gradient descent", "Adam")]
        return wrong[0].mean() / wrong[1].mean()

    return PredictionPanel(NumberPrediction(
        _("Prediction 8, tuned against tuned"),
        _("A network learns to tell attacks apart, for one epoch. With η = 0.01 for both, gradient "
          "descent makes more than ten times as many mistakes as Adam. Let each have its own best "
          "η, over ten splits: how many times as many does it make then?"),
        measured,
        _("The rate of 0.01 suits Adam and is far too small for gradient descent. Nearly the whole "
          "lead was tuning."),
        unit=_(" times")))
