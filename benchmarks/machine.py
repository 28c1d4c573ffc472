"""What the numbers of a benchmark were measured on, as a line of text."""

import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path


def processor():
    """Name the processor as the system calls it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines()
                 if line.startswith("model name")]
        if names:
            return names[0]
    if sys.platform == "darwin":
        asked = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(asked, capture_output=True, text=True).stdout.strip()
    return platform.processor() or platform.machine()


def describe(*packages):
    """Name processor, system, Python and the versions of some packages."""
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return (f"{processor()}, {os.cpu_count()} cores, {platform.system()}, "
            f"Python {platform.python_version()}, {versions}.")


def table(head, rows):
    """Write a Markdown table."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
