"""The room of the notebook on batch normalization."""
