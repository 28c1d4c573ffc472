"""What a notebook shows now. A cell that is run again closes what it showed before."""

from weakref import WeakValueDictionary

from IPython import get_ipython

_shown = WeakValueDictionary()


def take_the_place(widget, title):
    """Close what the same cell showed under the same title, and remember the new widget.

    Where the front end does not tell which cell is running, nothing is closed.

    Parameters
    ----------
    widget : ipywidgets.Widget
        What the cell shows now.
    title : str
        Its title; a cell may show several.
    """
    cell = _running_cell()
    before = _shown.get((cell, title))
    if cell is not None and before is not None:
        close_all(before)
    _shown[cell, title] = widget
    tell("score_changed")


def everything_shown():
    """Tell what the notebook shows now.

    Returns
    -------
    list of ipywidgets.Widget
        Panels, predictions, exercises and scorecards, in the order in which they first came.
    """
    return list(_shown.values())


def tell(what):
    """Call a method of everything shown that has it.

    Parameters
    ----------
    what : {"prediction_changed", "score_changed"}
        Name of the method.
    """
    for widget in everything_shown():
        if hasattr(widget, what):
            getattr(widget, what)()


class Worded:
    """A widget that shows its words, its ``repr``, where there are no widgets."""

    def _repr_mimebundle_(self, **kwargs):
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": repr(self)}


def _running_cell():
    shell = get_ipython()
    for teller in (shell, getattr(shell, "kernel", None)):  # in JupyterLite the kernel knows
        if hasattr(teller, "get_parent"):
            return teller.get_parent().get("metadata", {}).get("cellId")
    return None


def close_all(widget):
    """Close a widget and all that it is made of.

    Parameters
    ----------
    widget : ipywidgets.Widget
        A panel, for example.
    """
    for part in (widget, getattr(widget, "layout", None), getattr(widget, "style", None)):
        if part is not None:
            part.close()
    for child in getattr(widget, "children", ()):
        close_all(child)
