"""The room of the notebook on relu."""
