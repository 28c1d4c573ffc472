"""Results that a panel keeps, so that a setting that was seen before appears at once."""


class Kept(dict):
    """The last results of slow work, by their settings. What is oldest goes first.

    Parameters
    ----------
    most : int
        How many results are kept.
    """

    def __init__(self, most):
        super().__init__()
        self.most = most

    def __setitem__(self, settings, result):
        super().__setitem__(settings, result)
        if len(self) > self.most:
            self.pop(next(iter(self)), None)  # None: another thread may have been quicker
