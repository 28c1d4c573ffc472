"""Compiles what the live edition imports, and lists its fonts. Pyodide itself runs this.

Only the Python that will import a module can compile it. A compiled module is larger than its
source, so those that no notebook imports stay as they are. Matplotlib lists the fonts when it is
imported; the list that comes with it is of another version, and it would do so at each start.
"""

import sys
from importlib import import_module
from pathlib import Path
from py_compile import PycInvalidationMode, compile

MODULES = ["piplite.piplite", "pyodide_kernel", "lecture_kit.live.scorecard",
           "contourpy", "traitlets.log", "tarfile", "encodings.cp437"]  # not imported at once
FOLDERS = {"/lib/python312.zip/": "/build/library/", "/build/packages/": "/build/packages/"}
PACKAGES = Path("/build/packages")


def import_all():
    """Import the kernel and the kit, with all that they need."""
    sys.path.insert(0, str(PACKAGES))
    (PACKAGES / "matplotlib" / "fontlist.json").unlink()
    for name in MODULES:
        import_module(name)
    for file in sorted(PACKAGES.glob("lecture_kit/sections/*/*.py")):
        import_module(f"lecture_kit.sections.{file.parent.name}.{file.stem}")
    import_module("PIL.Image").preinit()  # as the first picture does


def compile_imported():
    """Compile the imported modules: the kit's in the usual way, others in the place of a source."""
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None) or ""
        for start, folder in FOLDERS.items():
            if file.startswith(start) and file.endswith(".py"):
                source = file.replace(start, folder)
                compile(source, None if "/lecture_kit/" in file else f"{source}c", doraise=True,
                        dfile=file.replace("/build/packages", "/lib/python3.12/site-packages"),
                        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)


import_all()
compile_imported()
