"""A cell that is run again closes what it showed before, so that a long class fills no memory."""

from IPython import get_ipython

_shown = {}


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
    if cell is None:
        return
    if (cell, title) in _shown:
        close_all(_shown[cell, title])
    _shown[cell, title] = widget


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
