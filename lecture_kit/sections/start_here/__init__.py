"""The room of the notebook on start here."""
