"""The room of the notebook on gradient descent and momentum."""
