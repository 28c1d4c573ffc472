"""Builds the course as one static folder: pages to read, and the notebooks live in the browser."""

import argparse
import os
from pathlib import Path

from course_site import live, pages

ROOT = Path(__file__).resolve().parent.parent.parent


def main():
    """Build the site as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "site",
                        help="folder for the site (build/site)")
    parser.add_argument("--pyodide", type=Path, default=os.environ.get("PYODIDE") or None,
                        help="folder with a Pyodide distribution; the variable PYODIDE names one, "
                             "too; without it the pages are built, and they do not move")
    parser.add_argument("--address", default=os.environ.get("SITE_ADDRESS", ""),
                        help="where the site will be, for the QR code")
    options = parser.parse_args()
    output = options.output.resolve()
    pages.build(ROOT, output, live=options.pyodide is not None, address=options.address)
    if options.pyodide:
        live.build(ROOT, output / "live", options.pyodide)
    else:
        print(live.MISSING)
    print(f"The site is in {output}")
