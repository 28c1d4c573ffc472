"""Panels of section 01, loss functions."""

from functools import lru_cache

import numpy as np

from lecture_kit.live.controls import choice, log_slider, seed, slider, stop_slider, whole_slider
from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths import losses
from lecture_kit.maths.activations import ACTIVATIONS, sigmoid, sigmoid_derivative
from lecture_kit.maths.training import first_step_below
from lecture_kit.sections.loss_functions import experiments, pictures
from lecture_kit.sections.loss_functions.mail import mail_rows, train_on_mail

_LOSSES = {
    "squared error": losses.squared_error_from_logits,
    "cross entropy": losses.binary_cross_entropy_from_logits,
}
_X = 1.5  # the input of the slide's neuron


def one_neuron():
    """One sigmoid neuron on the slide's input: where it works, two losses, two gradients.

    Returns
    -------
    Panel
        Controls: weight, bias and target.
    """
    z = np.linspace(-9, 9, 181)

    def size_of_gradient(name, logit, target):
        return np.abs(experiments.neuron_gradient(name, _X, 0, logit, target)[..., 0])

    def show(w, b, target):
        logit = w * _X + b
        output, slope = float(sigmoid(logit)), float(sigmoid_derivative(logit))
        now = {"z": logit, "output": output, "slope": slope}
        for name, loss in _LOSSES.items():
            now[name] = (float(loss(logit, target)), float(size_of_gradient(name, logit, target)))
        squared, entropy = now["squared error"], now["cross entropy"]
        readout = _(
            "o = {output:.3f}. Squared error {squared}, gradient {gs}. Cross entropy {entropy}, "
            "gradient {ge}. Ratio {ratio}, theory {theory}."
        ).format(output=output, squared=number(squared[0]), gs=number(squared[1], 2),
                 entropy=number(entropy[0]), ge=number(entropy[1], 2), ratio=number(
                     entropy[1] / squared[1]), theory=number(experiments.gradient_ratio(output)))
        drawing = {
            "z": z, "outputs": sigmoid(z), "target": target, "now": now,
            "losses": {name: loss(z, target) for name, loss in _LOSSES.items()},
            "gradients": {name: size_of_gradient(name, z, target) for name in _LOSSES},
        }
        return View(drawing, readout, squared[0] > 0.49 and squared[1] < 0.01)

    return Panel(
        _("One neuron"), pictures.OneNeuronPicture(),
        {
            "w": slider(_("weight w"), -2, 2, 0.4),
            "b": slider(_("bias b"), -3, 3, 0.5),
            "target": choice(_("target y"), [("0", 0), ("1", 1)], 0),
        },
        show,
        goal=_("a squared error above 0.49 with a gradient below 0.01"),
        presets={
            _("left neuron"): {"w": 0.4, "b": 0.5, "target": 0},
            _("right neuron"): {"w": 1.9, "b": 3.0, "target": 0},
        },
    )


def race():
    """One neuron unlearns its mistake: squared error against cross entropy.

    Returns
    -------
    Panel
        Controls: learning rate, weight and bias at the start.
    """

    def show(learning_rate, w, b):
        outputs, arrivals, curves = {}, {}, {}
        for name in _LOSSES:
            logits = experiments.train_neuron(name, _X, w, b, 0, learning_rate, 400)
            outputs[name], curves[name] = sigmoid(logits), _LOSSES[name](logits, 0)
            arrivals[name] = first_step_below(outputs[name], 0.1)
        words = {name: _("not within 400 steps") if step is None
                 else _("from step {n} on").format(n=step) for name, step in arrivals.items()}
        readout = _("Correct (o < 0.1): squared error {squared}, cross entropy {entropy}.").format(
            squared=words["squared error"], entropy=words["cross entropy"])
        arrived = arrivals["squared error"]
        drawing = {"outputs": outputs, "losses": curves, "arrivals": arrivals}
        return View(drawing, readout, (w, b) == (1.9, 3.0) and arrived is not None and arrived < 50)

    return Panel(
        _("The race"), pictures.RacePicture(),
        {
            "learning_rate": log_slider(_("learning rate η"), 0.01, 10, 0.5),
            "w": slider(_("weight w at the start"), -3, 3, 1.9),
            "b": slider(_("bias b at the start"), -4, 4, 3.0),
        },
        show,
        goal=_("squared error from the right neuron: correct in fewer than 50 steps"),
        presets={
            _("left neuron"): {"w": 0.4, "b": 0.5},
            _("right neuron"): {"w": 1.9, "b": 3.0},
        },
    )


def depth():
    """The gradient that many layers leave, beside the bound (g/4)^L.

    Returns
    -------
    Panel
        Controls: number of layers, gain, seed.
    """

    rotations = lru_cache(maxsize=1)(experiments.random_rotations)  # only the seed changes them

    def show(n_layers, init_scale, seed):
        weights = init_scale * rotations(20, seed)
        curves = {
            name: experiments.gradient_by_depth(activation, weights, seed)
            for name, activation in ACTIVATIONS.items()
        }
        bound = experiments.sigmoid_gradient_bound(np.arange(21), init_scale)
        readout = _(
            "L = {n}: sigmoid {sigmoid} (bound {bound}), tanh {tanh}, ReLU {relu} of the gradient "
            "is left."
        ).format(n=n_layers, bound=number(bound[n_layers], 1), **{
            name.lower(): number(curve[n_layers], 1) for name, curve in curves.items()})
        drawing = {"curves": curves, "bound": bound, "bound_name": f"{init_scale / 4:.3g}^L",
                   "n_layers": n_layers}
        return View(drawing, readout, n_layers == 20 and 0.5 < curves["ReLU"][20] < 2)

    return Panel(
        _("Depth"), pictures.DepthPicture(),
        {
            "n_layers": whole_slider(_("layers L"), 1, 20, 8),
            "init_scale": log_slider(_("init scale, gain g"), 0.2, 5, 1.0, also=(1.41,)),
            "seed": seed(),
        },
        show,
        goal=_("after 20 layers of ReLU between half and twice the gradient is left"),
        presets={_("g = 1"): {"init_scale": 1.0},
            _("g = √2"): {"init_scale": 1.41}},
    )


def softmax():
    """Four logits, a temperature, and the loss of the correct class.

    Returns
    -------
    Panel
        Controls: four logits and the temperature.
    """
    slide = np.log(np.array([0.001, 0.9, 0.001, 0.098]) / 0.9).round(2)

    def show(temperature, **logits):
        scores = np.array(list(logits.values())) / temperature
        probabilities = losses.softmax(scores)
        nats = float(losses.softmax_cross_entropy(scores, 3))
        bits = float(losses.softmax_cross_entropy(scores, 3, base=2))
        gradient = losses.softmax_cross_entropy_gradient(scores, 3) / temperature
        readout = _("The correct class gets probability {p}. Loss: {nats} in nats, {bits} "
                    "in bits. Gradient of its logit {slope}.").format(
            p=number(probabilities[3]), nats=number(nats), bits=number(bits),
            slope=number(gradient[3]))
        drawing = {"probabilities": probabilities, "loss": nats, "gradient": gradient}
        return View(drawing, readout, abs(bits - 3) < 0.02)

    preset = {f"s{i}": float(score) for i, score in enumerate(slide)}
    controls = {name: slider(_("logit {name}").format(name=name), -8, 8, score)
                for name, score in preset.items()}
    return Panel(
        _("Softmax"), pictures.SoftmaxPicture(),
        {**controls, "temperature": log_slider(_("temperature T"), 0.1, 100, 1.0)},
        show,
        goal=_("a loss of exactly 3 bits (± 0.02)"),
        presets={
            _("the slide"): {**preset, "temperature": 1.0},
            _("all equal"): dict.fromkeys(preset, 0.0),
        },
    )


def _mail_view(history, never_spam, saturated):
    """What is seen after the records of some epochs."""
    epochs = np.array([records["squared error"].epoch for records in history])
    curves = {name: np.array([records[name].training_loss for records in history])
              for name in _LOSSES}
    errors = {name: np.array([1 - records[name].validation_accuracy for records in history])
              for name in _LOSSES}
    squared, entropy = (errors[name][-1] for name in _LOSSES)
    readout = _("Epoch {epoch:.0f}. Wrong on validation rows: squared error {squared:.2g}, "
                "cross entropy {entropy:.2g}, always “no spam” {always:.2g}.").format(
        epoch=epochs[-1], squared=squared, entropy=entropy, always=never_spam)
    drawing = {"epochs": epochs, "losses": curves, "errors": errors, "never_spam": never_spam}
    goal_met = saturated and epochs[-1] == 20 and max(squared, entropy) < 0.09
    return View(drawing, readout, goal_met, epochs[-1] / 20)


def mail():
    """One sigmoid neuron on real e-mail, under both losses from the same start.

    Returns
    -------
    Panel
        Controls: one learning rate for each loss, batch size, init scale, seed.
    """
    _training, (_rows, labels) = mail_rows()
    never_spam = labels.mean()

    def show(**values):
        history = []
        for records in train_on_mail(**values, epochs=20):
            history.append(records)
            yield _mail_view(history, never_spam, values["init_scale"] >= 3)

    ordinary = {"squared_error_rate": 0.1, "cross_entropy_rate": 0.1, "batch_size": 64}
    return Panel(
        _("Real mail"), pictures.MailPicture(),
        {
            "squared_error_rate": log_slider(_("η, squared error"), 0.01, 1000, 0.1),
            "cross_entropy_rate": log_slider(_("η, cross entropy"), 0.01, 1000, 0.1),
            "batch_size": stop_slider(_("batch size B"), [4, 16, 64, 256, 1024, 3000], 64),
            "init_scale": log_slider(_("init scale σ"), 0.001, 10, 0.01),
            "seed": seed(),
        },
        show,
        goal=_("from init scale 3 or more: below 9 % wrong under both losses"),
        presets={
            _("small start"): {**ordinary, "init_scale": 0.01},
            _("saturated start"): {**ordinary, "init_scale": 1.0},
        },
    )
