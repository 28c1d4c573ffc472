"""Sliders, choices and other controls, all with the same size and look."""

import numpy as np
from ipywidgets import (
    BoundedIntText,
    Dropdown,
    FloatSlider,
    HBox,
    IntSlider,
    Label,
    Layout,
    SelectionSlider,
    ToggleButton,
    ToggleButtons,
)
from traitlets import Instance

from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _

_STYLE = {"description_width": "initial"}


def _layout(**more):
    return Layout(flex="1 1 265px", max_width="312px", height="30px", margin="1px 4px", **more)


def slider(label, low, high, value, step=0.01):
    """Slider for a number on an ordinary scale.

    Parameters
    ----------
    label : str
        Name with symbol, for example ``"weight w"``.
    low, high, value, step : float
        Range, first value and step of the arrow keys.

    Returns
    -------
    ipywidgets.FloatSlider
        The control.
    """
    return FloatSlider(value, min=low, max=high, step=step, description=label, style=_STYLE,
                       layout=_layout(), readout_format=".3f" if step < 0.01 else ".2f")


def log_slider(label, low, high, value, also=()):
    """Slider for a positive number on a logarithmic scale, 50 steps for each factor of 10.

    The slider stops at numbers of three digits. (A ``FloatLogSlider`` would not do: the front end
    moves its value to the nearest step, so a preset of 0.952 would become 0.955.)

    Parameters
    ----------
    label : str
        Name with symbol, for example ``"learning rate η"``.
    low, high, value : float
        Range and first value, all positive.
    also : sequence of float
        Further numbers to stop at, for presets.

    Returns
    -------
    ipywidgets.SelectionSlider
        The control.
    """
    exponents = np.arange(np.ceil(50 * np.log10(low)), np.floor(50 * np.log10(high)) + 1) / 50
    stops = {float(f"{10**exponent:.3g}") for exponent in exponents}
    return stop_slider(label, sorted(stops | {low, high, value, *also}), value)


def whole_slider(label, low, high, value):
    """Slider for a whole number.

    Parameters
    ----------
    label : str
        Name with symbol.
    low, high, value : int
        Range and first value.

    Returns
    -------
    ipywidgets.IntSlider
        The control.
    """
    return IntSlider(value, min=low, max=high, description=label, style=_STYLE, layout=_layout())


def stop_slider(label, values, value):
    """Slider that stops at the numbers of a list, for example batch sizes.

    Parameters
    ----------
    label : str
        Name with symbol.
    values : list of float
        The numbers in order.
    value : float
        First value.

    Returns
    -------
    ipywidgets.SelectionSlider
        The control.
    """
    options = [(f"{stop:,.0f}" if stop >= 1000 else number(stop), stop) for stop in values]
    control = SelectionSlider(options=options, value=value, description=label, style=_STYLE,
                              layout=_layout())
    control.add_class("lecture-stops")  # what one types beside it would change nothing
    return control


def choice(label, options, value):
    """Row of buttons of which one is pressed.

    Parameters
    ----------
    label : str
        Name.
    options : list of (str, object)
        Words on the buttons and what they stand for.
    value : object
        First value.

    Returns
    -------
    ipywidgets.ToggleButtons
        The control.
    """
    return ToggleButtons(options=options, value=value, description=label,
                         style={**_STYLE, "button_width": "auto"},
                         layout=_layout(display="flex", align_items="baseline", grid_gap="8px"))


def menu(label, options, value):
    """Drop-down menu, for more options than a row of buttons can hold.

    Parameters
    ----------
    label : str
        Name.
    options : list of (str, object)
        Words in the menu and what they stand for.
    value : object
        First value.

    Returns
    -------
    ipywidgets.Dropdown
        The control.
    """
    return Dropdown(options=options, value=value, description=label, style=_STYLE,
                    layout=_layout())


class Switches(HBox):
    """Buttons of which any number is pressed; the value is the set of what these stand for.

    Parameters
    ----------
    label : str
        Name.
    options : list of (str, object)
        Words on the buttons and what they stand for.
    value : collection, optional
        What is on at first. The control's value is a frozenset.
    """

    value = Instance(frozenset, ())

    def __init__(self, label, options, value=()):
        self.options = options
        self.buttons = {
            option: ToggleButton(description=words, layout=Layout(width="auto", height="28px"))
            for words, option in options}
        for button in self.buttons.values():
            button.observe(self._pressed, "value")
        super().__init__(
            [Label(label, layout=Layout(margin="0 4px 0 0")), *self.buttons.values()],
            layout=Layout(flex="0 1 auto", margin="1px 4px", align_items="center"))
        self.observe(self._press, "value")
        self.value = frozenset(value)

    def _pressed(self, change):
        (option,) = [name for name, button in self.buttons.items() if button is change["owner"]]
        self.value = self.value | {option} if change["new"] else self.value - {option}

    def _press(self, _change):
        for option, button in self.buttons.items():
            button.value = option in self.value


def seed(value=0):
    """Field for the seed of the random numbers.

    Parameters
    ----------
    value : int, default 0
        First value.

    Returns
    -------
    ipywidgets.BoundedIntText
        The control.
    """
    narrow = Layout(flex="0 0 120px", width="120px", height="30px", margin="1px 4px")
    return BoundedIntText(value, min=0, max=9999, description=_("seed"), style=_STYLE,
                          layout=narrow)
