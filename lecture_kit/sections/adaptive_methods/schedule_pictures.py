"""The picture of the learning rate schedules, in section 05, adaptive methods."""

import numpy as np

from lecture_kit.live.handles import Handle
from lecture_kit.live.looks import BLUE, GREY, VERMILLION
from lecture_kit.live.picture import Picture, write

ERRORS = (5e-3, 50.0)  # ends of the axes
_LOOKS = {"schedule": {"color": VERMILLION, "linestyle": "-", "linewidth": 1.8},
          "constant": {"color": BLUE, "linestyle": "--", "linewidth": 1.5}}
_MARKERS = {"schedule": "D", "constant": "o"}


class SchedulePicture(Picture):
    """Schedule and error from step to step, and the last error by learning rate.

    Parameters
    ----------
    n_steps : int
        Length of a training.
    learning_rates : ndarray of shape (n_rates,)
        What the search tries.
    """

    height = 300

    def __init__(self, n_steps, learning_rates):
        self.n_steps, self.learning_rates = n_steps, learning_rates
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        rate, error, search = columns = figure.subplots(1, 3)
        figure.subplots_adjust(0.065, 0.18, 0.985, 0.9, wspace=0.25)
        rate.set(ylim=(0, 1.35), ylabel="learning rate / η", yticks=(0, 0.25, 0.5, 0.75, 1))
        for axes in (error, search):
            axes.set(yscale="log", ylim=ERRORS)
        for axes in (rate, error):
            axes.set(xlim=(0, self.n_steps), xlabel="step")
        error.set_ylabel("error on new texts", labelpad=0)
        search.set(xscale="log", xlim=self.learning_rates[[0, -1]], xlabel="learning rate η")
        search.set_ylabel("error after the last step", labelpad=0)
        self.titles = [self.moving(axes.title) for axes in columns]
        self.cursor = self.moving(search.plot([], [], color=GREY, linewidth=1)[0])
        self.factors, self.errors, self.searches = (
            {name: self.moving(axes.plot([], [], **look)[0])
             for name, look in reversed(_LOOKS.items())} for axes in columns)
        self.best = {name: self.moving(search.plot(
            [], [], _MARKERS[name], color=_LOOKS[name]["color"], markersize=8,
            markeredgecolor="white", clip_on=False)[0]) for name in _LOOKS}
        rate.legend([self.factors[name] for name in _LOOKS], list(_LOOKS), loc="upper right",
                    ncols=2)
        self.handles.append(Handle(search, self.cursor, "learning_rate", anywhere=True))

    def draw(self, factors, errors, searches, rate, titles):
        """Give the curves new data.

        Parameters
        ----------
        factors : dict of str to ndarray of shape (n_steps,)
            Learning rate through η at each step, by "schedule" and "constant".
        errors : dict of str to (ndarray, ndarray)
            Numbers of steps, and the errors after them.
        searches : dict of str to Sweep
            The last error by learning rate.
        rate : float
            η.
        titles : tuple of str
            What is seen on the left, in the middle and on the right.
        """
        for name, (steps, course) in errors.items():
            self.factors[name].set_data(np.arange(self.n_steps), factors[name])
            self.errors[name].set_data(steps, course)
            sweep = searches[name]
            self.searches[name].set_data(sweep.learning_rates, sweep.results)
            self.best[name].set_data([sweep.best_rate], [sweep.best_result])
        self.cursor.set_data([rate, rate], ERRORS)
        write(self.titles, titles)
