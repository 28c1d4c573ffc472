"""The panels of the course: sliders bound to the maths and to a picture."""
