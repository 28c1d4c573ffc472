"""The room of the notebook on stochastic pooling."""
