"""The room of the notebook on weight initialization."""
