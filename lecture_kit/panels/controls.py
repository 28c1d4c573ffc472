"""Sliders, choices and other controls, all with the same size and look."""

from ipywidgets import (
    BoundedIntText,
    FloatLogSlider,
    FloatSlider,
    IntSlider,
    Layout,
    SelectionSlider,
    ToggleButtons,
)
from numpy import log10

from lecture_kit.language import translate as _

_STYLE = {"description_width": "120px"}


def _layout():
    return Layout(width="312px", height="30px", margin="1px 4px")


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
                       layout=_layout(), readout_format=".2f")


def log_slider(label, low, high, value):
    """Slider for a positive number on a logarithmic scale, 50 steps for each factor of 10.

    Parameters
    ----------
    label : str
        Name with symbol, for example ``"learning rate η"``.
    low, high, value : float
        Range and first value, all positive.

    Returns
    -------
    ipywidgets.FloatLogSlider
        The control.
    """
    return FloatLogSlider(value, min=log10(low), max=log10(high), step=0.02, description=label,
                          style=_STYLE, layout=_layout(), readout_format=".3g")


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


def step_slider(label, values, value):
    """Slider over a list of values, for example batch sizes.

    Parameters
    ----------
    label : str
        Name with symbol.
    values : list
        The values in order.
    value : object
        First value.

    Returns
    -------
    ipywidgets.SelectionSlider
        The control.
    """
    return SelectionSlider(options=values, value=value, description=label, style=_STYLE,
                           layout=_layout())


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
                         style={**_STYLE, "button_width": "auto"}, layout=_layout())


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
    return BoundedIntText(value, min=0, max=9999, description=_("seed"), style=_STYLE,
                          layout=_layout())
