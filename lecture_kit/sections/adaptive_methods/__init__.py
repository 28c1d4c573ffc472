"""The room of the notebook on adaptive methods."""
