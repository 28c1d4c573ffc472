"""One room for each notebook."""
