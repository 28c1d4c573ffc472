"""Helpers for the notebooks of the lecture AICS305: deep learning optimization.

The kit is a house. Imports only ever go down:

``lecture_kit.sections``
    one room for each notebook: experiments, pictures, panels, exercises, corrections;
``lecture_kit.live``
    what every panel is made of;
``lecture_kit.maths``
    the library: arrays in, arrays out.
"""

__version__ = "0.1.0"
