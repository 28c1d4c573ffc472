"""Helpers for the notebooks of the lecture AICS305: deep learning optimization.

The kit has three floors, and an import only ever goes down:

``lecture_kit``
    the maths: arrays in, arrays out;
``lecture_kit.figures``
    the pictures: arrays in, a picture out;
``lecture_kit.panels``
    the controls: sliders bound to the maths and to a picture.
"""

__version__ = "0.1.0"
