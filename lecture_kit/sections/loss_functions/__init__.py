"""The room of the notebook on loss functions."""
