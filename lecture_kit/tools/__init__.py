"""Commands for the authors of the course."""
