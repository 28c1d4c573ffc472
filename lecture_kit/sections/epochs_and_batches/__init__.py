"""The room of the notebook on epochs and batches."""
