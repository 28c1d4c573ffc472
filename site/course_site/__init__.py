"""Builds the course as a static site."""

import argparse
from pathlib import Path

from course_site import pages

ROOT = Path(__file__).resolve().parent.parent.parent


def main():
    """Build the site into the folder that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="folder for the site")
    pages.build(ROOT, parser.parse_args().output.resolve(), live=False)
