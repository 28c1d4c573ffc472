"""The room of the notebook on preprocessing."""
