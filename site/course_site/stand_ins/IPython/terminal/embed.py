"""Stands for IPython's terminal, which a browser has not and which takes long to import."""

embed = None
