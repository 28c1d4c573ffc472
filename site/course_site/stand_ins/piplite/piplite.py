"""The module in which JupyterLite's kernel leaves its settings."""
