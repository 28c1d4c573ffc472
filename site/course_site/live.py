"""The live edition: JupyterLite with the course's notebooks, its kit and Pyodide."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

VERSION = "0.27.7"
MISSING = (f"The panels will not move: name a folder with Pyodide {VERSION} with --pyodide or in "
           "the variable PYODIDE")
CORE = ["pyodide.js", "pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"]
NEEDED = ["numpy", "matplotlib", "threadpoolctl", "micropip", "ipython"]  # of Pyodide's packages
# Nothing that the course uses needs them, and they would be a quarter of the first visit.
UNUSED = {"fonttools", "jedi", "pytz", "matplotlib-pyodide"}
WHEELS = ["anywidget", "comm", "ipywidgets", "psygnal", "typing-extensions"]
ASKED_FOR = ["ssl", "jedi"]
FIRST = ["micropip", "piplite", "sqlite3", "ipykernel", "comm", "pyodide-kernel", "ipython",
         "lecture-kit"]
NEEDS = {
    "anywidget": ["ipywidgets", "psygnal", "typing-extensions"],
    "ipywidgets": ["comm", "ipython", "traitlets"],
    "lecture-kit": ["anywidget", "matplotlib", "numpy", "threadpoolctl"],
    "piplite": ["micropip"],
    "pyodide-kernel": ["comm", "ipykernel", "ipython"],
}
KERNEL = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"


def build(root, output, pyodide):
    """Build the live edition.

    Parameters
    ----------
    root : pathlib.Path
        Folder of the project.
    output : pathlib.Path
        Where the live edition goes; what is there is lost.
    pyodide : pathlib.Path
        A Pyodide distribution: its own files and packages.

    Raises
    ------
    ValueError
        If the distribution has another version, or if a file of it is missing or is not what
        its lock file says.
    """
    shutil.rmtree(output, ignore_errors=True)
    with TemporaryDirectory() as folder:
        work = Path(folder)
        collect_wheels(root, work / "wheels")
        copy_notebooks(root / "notebooks", work / "contents")
        write_settings(root, work)
        run("jupyter", "lite", "build", "--contents", "contents", "--output-dir",
            output.resolve(), "--no-sourcemaps", "--no-unused-shared-packages",
            "--apps", "notebooks", cwd=work)
        shutil.copy(Path(__file__).with_name("reset.html"), output)
        page = output / "notebooks" / "index.html"  # else the browser asks the server's root
        page.write_text(page.read_text().replace(
            "<head>", '<head>\n    <link rel="icon" href="favicon.ico" />', 1))
        add_pyodide(pyodide, work / "wheels", output / "static" / "pyodide")


def run(module, *arguments, cwd):
    """Run a Python module as a program; what it prints is shown if it fails."""
    done = subprocess.run([sys.executable, "-m", module, *map(str, arguments)], cwd=cwd,
                          capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"python -m {module} {arguments[0]} failed:\n"
                           f"{done.stdout[-3000:]}{done.stderr[-3000:]}")


def collect_wheels(root, folder):
    """Put into a folder the kit's wheel and those that Pyodide does not have."""
    folder.mkdir()
    run("hatchling", "build", "-t", "wheel", "-d", folder.resolve(), cwd=root)
    (kit,) = folder.glob("*.whl")
    name, number, tags = kit.name.split("-", 2)  # another name for other contents: no old copy
    kit.rename(folder / f"{name}-{number}-0{digest_of(kit)[:8]}-{tags}")
    exact = [f"{name}=={version(name)}" for name in WHEELS]
    run("pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--platform=any",
        "--implementation=py", "--abi=none", "-d", ".", *exact, cwd=folder)
    for wheel in Path(sys.prefix, KERNEL).glob("*.whl"):
        if not wheel.name.startswith("widgetsnbextension"):
            shutil.copy(wheel, folder)
    for name in ASKED_FOR:
        empty_wheel(name, folder)


def empty_wheel(name, folder):
    """Write a wheel with nothing in it, for what the kernel asks for and the course never uses."""
    module = name.replace("-", "_")
    info = f"{module}-0.0-py3-none-any.whl"
    with zipfile.ZipFile(folder / info, "w") as archive:
        archive.writestr(zipfile.ZipInfo(f"{module}-0.0.dist-info/METADATA"),
                         f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.0\n")


def copy_notebooks(notebooks, contents):
    """Copy the notebooks of both languages."""
    for notebook in notebooks.rglob("*.ipynb"):
        place = contents / notebook.relative_to(notebooks)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(notebook, place)


def write_settings(root, work):
    """Write the settings of JupyterLite, of its kernel and of its pages."""
    kernel = {"disablePyPIFallback": True, "pyodideUrl": "./static/pyodide/pyodide.js",
              "loadPyodideOptions": {"packages": [*ASKED_FOR, *FIRST]}}
    settings = {"jupyter-lite-schema-version": 0, "jupyter-config-data": {
        "appName": "Deep learning optimization, live", "exposeAppInBrowser": True,
        "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel}}}
    (work / "jupyter-lite.json").write_text(json.dumps(settings))
    overrides = {
        "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 10},  # seconds
        "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
        # JupyterLite 0.6 gives these keys to its shortcuts before a slider that has the focus
        "@jupyterlab/shortcuts-extension:shortcuts": {"shortcuts": [
            {"command": f"notebook:move-cursor-heading-{command}", "keys": [key], "disabled": True,
             "selector": ".jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus"}
            for command, key in (("above-or-collapse", "ArrowLeft"),
                                 ("below-or-expand", "ArrowRight"))]},
        **json.loads((root / "lecture_kit" / "tools" / "jupyterlab.json").read_text())}
    (work / "overrides.json").write_text(json.dumps(overrides))


def plain(name):
    """The name of a package as a lock file has it."""
    return name.replace("_", "-").lower()


def needed(packages):
    """Names of all packages that the course needs, with what they need."""
    names, waiting = set(), list(NEEDED)
    while waiting:
        name = plain(waiting.pop())
        if name not in names | UNUSED:
            names.add(name)
            waiting += packages[name]["depends"]
    return sorted(names)


def digest_of(file):
    """The SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def copy_verified(file, digest, folder):
    """Copy a file if it is what the lock file says."""
    if not file.is_file():
        raise ValueError(f"Pyodide's folder must hold {file.name}, which its lock file names; "
                         "fetch the full distribution again")
    if digest_of(file) != digest:
        raise ValueError(f"{file.name} is not the file that Pyodide's lock file names; "
                         "fetch the distribution again")
    shutil.copy(file, folder)


def add_pyodide(source, wheels, target):
    """Copy what the course needs of Pyodide, and say so in its lock file."""
    target.mkdir(parents=True)
    lock = json.loads((source / "pyodide-lock.json").read_text())
    if lock["info"]["version"] != VERSION:
        raise ValueError(f"the live edition is made for Pyodide {VERSION}, and {source} holds "
                         f"{lock['info']['version']}; fetch {VERSION}")
    packages = {name: lock["packages"][name] for name in needed(lock["packages"])}
    for name in CORE:
        shutil.copy(source / name, target)
    for package in packages.values():
        copy_verified(source / package["file_name"], package["sha256"], target)
        package["depends"] = [name for name in package["depends"] if plain(name) not in UNUSED]
    for wheel in sorted(wheels.glob("*.whl")):
        entry = lock_entry(wheel)
        packages[entry["name"]] = entry
        shutil.copy(wheel, target)
    lock["packages"] = packages
    (target / "pyodide-lock.json").write_text(json.dumps(lock))


def lock_entry(wheel):
    """What Pyodide's lock file says of a wheel."""
    module, number = wheel.name.split("-")[:2]
    name = plain(module)
    return {"name": name, "version": number, "file_name": wheel.name, "install_dir": "site",
            "sha256": digest_of(wheel), "package_type": "package",
            "imports": [module], "depends": NEEDS.get(name, []), "unvendored_tests": False}
