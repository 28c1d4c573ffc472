"""What a line of a cell that begins with %pip becomes."""


async def get_transformed_code(arguments):
    """Return the Python code that stands for such a line."""
    return "import piplite; await piplite.install()"
