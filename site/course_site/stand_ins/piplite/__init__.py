"""Stands for JupyterLite's installer of packages, which asks other servers and starts slowly."""

RULE = "nothing can be installed in the live edition, which asks no other server"


async def install(*requirements, **options):
    """Refuse to install a package.

    Parameters
    ----------
    *requirements, **options
        As JupyterLite's own function takes them.

    Raises
    ------
    ValueError
        Always.
    """
    raise ValueError(f"{RULE}; use the packages that are there, or the course on your own computer")
