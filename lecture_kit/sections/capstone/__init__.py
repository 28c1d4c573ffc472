"""The room of the notebook on capstone."""
