"""Python and its packages for the browser: compiled, in few archives, without what nobody needs.

Pyodide unpacks all files of its packages at every start, and compiles each module that it imports.
Here what is imported is compiled already, and a package that can be imported from a zip file stays
in one: in that of Python's own library, which is never unpacked.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections import defaultdict
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

VERSION = "0.27.7"
CORE = ["pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm"]
LIBRARY = "python_stdlib.zip"
KIT = "lecture_kit"
NEEDED = ["numpy", "matplotlib", "threadpoolctl", "ipython"]  # of Pyodide's packages
UNUSED = {"fonttools", "jedi", "pytz", "matplotlib-pyodide", "prompt-toolkit"}
# What the kernel asks for. The last one brings all archives; the others have nothing in them.
ASKED_FOR = ["ssl", "sqlite3", "ipykernel", "comm", "pyodide_kernel", "jedi", "ipython",
             "micropip", "piplite", "course"]
DROPPED = re.compile(
    r"(^|/)(tests|[^/]*\.data|include|f2py|sample_data|afm|pdfcorefonts)/"
    r"|\.(pyi|pxd|h|a|lib|po)$|/RECORD$"
    r"|/DejaVu(Serif|SansMono-)[^/]*\.ttf$|pygments/lexers/(?!__init__|_mapping|python)"
    r"|/_(simd|umath_tests|rational_tests|struct_ufunc_tests|operand_flag_tests)\.[^/]*\.so$"
    r"|PIL/_(imagingft|webp)\.[^/]*\.so$")
LICENCE = re.compile(r"\.dist-info/(.*/)?(LICEN|COPYING|AUTHORS|NOTICE)[^/]*$", re.IGNORECASE)


def add(source, wheels, target):
    """Put Pyodide and the course's packages into a folder.

    Parameters
    ----------
    source : pathlib.Path
        A Pyodide distribution: its own files and packages.
    wheels : pathlib.Path
        Folder of the wheels that Pyodide does not have.
    target : pathlib.Path
        A new folder.

    Raises
    ------
    ValueError
        If the distribution has another version, if a file of it is missing or is not what its
        lock file says, or if Node.js is missing.
    """
    lock = json.loads((source / "pyodide-lock.json").read_text())
    if lock["info"]["version"] != VERSION:
        raise ValueError(f"the live edition is made for Pyodide {VERSION}, and {source} holds "
                         f"{lock['info']['version']}; fetch {VERSION}")
    archives = [*verified(source, lock["packages"]), *sorted(wheels.glob("*.whl"))]
    target.mkdir(parents=True)
    for name in CORE:
        shutil.copy(source / name, target)
    with TemporaryDirectory() as folder:
        library, packages = Path(folder, "library"), Path(folder, "packages")
        unpack(source / LIBRARY, library)
        for archive in archives:
            unpack(archive, packages)
        thin(packages, target / "licences")
        shutil.copytree(Path(__file__).with_name("stand_ins"), packages, dirs_exist_ok=True)
        compile_product(packages / "numpy" / "product.so")
        prepare(source, folder)
        lock["packages"] = write_archives(packages, library, target)
    (target / "pyodide-lock.json").write_text(json.dumps(lock))


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


def digest_of(data):
    """The SHA-256 of bytes, in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def verified(source, packages):
    """Return the files of the needed packages, if they are what the lock file says."""
    files = []
    for name in needed(packages):
        file = source / packages[name]["file_name"]
        if not file.is_file():
            raise ValueError(f"Pyodide's folder must hold {file.name}, which its lock file names; "
                             "fetch the full distribution again")
        if digest_of(file.read_bytes()) != packages[name]["sha256"]:
            raise ValueError(f"{file.name} is not the file that Pyodide's lock file names; "
                             "fetch the distribution again")
        files.append(file)
    return files


def unpack(archive, folder):
    """Unpack a zip file."""
    with zipfile.ZipFile(archive) as content:
        content.extractall(folder)


def thin(packages, licences):
    """Take out what no reader needs; licences are kept beside the archives."""
    for path in [path for path in packages.rglob("*") if path.is_file()]:
        name = path.relative_to(packages).as_posix()
        if LICENCE.search(name):
            place = licences / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, place)
        elif DROPPED.search(name):
            path.unlink()


def compile_product(library):
    """Compile the quicker loop of matmul for both types."""
    zig = [sys.executable, "-m", "ziglang"]
    with TemporaryDirectory() as folder:
        for kind in ("float", "double"):
            subprocess.run([*zig, "cc", "-target", "wasm32-emscripten", "-O3", "-msimd128", "-fPIC",
                            f"-DT={kind}", f"-DPRODUCT=product_{kind}", "-c",
                            Path(__file__).with_name("product.c"), "-o", f"{kind}.o"],
                           cwd=folder, check=True)
        subprocess.run([*zig, "wasm-ld", "--experimental-pic", "-shared", "--strip-all",
                        "--export=product_float", "--export=product_double",
                        "float.o", "double.o", "-o", library], cwd=folder, check=True)


def prepare(source, folder):
    """Let Pyodide itself compile the modules and list the fonts."""
    node = shutil.which("node")
    if not node:
        raise ValueError("the live edition needs Node.js, in which Pyodide compiles the modules; "
                         "install it, or build the pages alone, without a Pyodide folder")
    done = subprocess.run([node, Path(__file__).with_name("prepare.mjs"), source.resolve(), folder],
                          capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"Pyodide could not prepare the packages:\n{done.stderr[-3000:]}")


def write_archives(packages, library, target):
    """Write the archives; return the lock file's entries of those that are unpacked.

    Each large package has its own, since a browser's memory may keep no file of more than 6 MB.
    """
    groups = defaultdict(list)
    for path in sorted(packages.iterdir()):
        groups[group_of(path)].append(path)
    (target / LIBRARY).write_bytes(archive_of(*library.iterdir(), *groups.pop(LIBRARY)))
    entries = {}
    for group, paths in groups.items():
        entries[plain(group)] = add_archive(plain(group), archive_of(*paths), target)
    for name in map(plain, ASKED_FOR):
        entries[name] = add_archive(name, archive_of(), target)
    entries[name]["depends"] = list(map(plain, groups))
    return entries


def group_of(path):
    """Name the archive of a module or package.

    Python can import pure packages from a zip file. The kit is pure, but it opens its own files.
    """
    if path.name == KIT or (path.is_dir() and any(path.rglob("*.so"))):
        return path.name
    is_importable = path.suffix in (".py", ".pyc") or any(path.glob("__init__.py"))
    return LIBRARY if is_importable else "other"


def archive_of(*paths):
    """Return a zip file of files and folders; where a compiled module is, its source stays out."""
    memory = BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for top in sorted(paths):
            for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
                is_compiled = path.suffix == ".py" and path.with_suffix(".pyc").exists()
                if path.is_file() and not is_compiled:
                    name = zipfile.ZipInfo(path.relative_to(top.parent).as_posix())
                    archive.writestr(name, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    return memory.getvalue()


def add_archive(name, data, target):
    """Write an archive and return its entry for the lock file.

    The name of the file says what is in it: a browser may still have an older one.
    """
    digest = digest_of(data)
    file = target / f"{name}-{digest[:8]}.zip"
    file.write_bytes(data)
    return {"name": name, "version": "0", "file_name": file.name, "install_dir": "site",
            "sha256": digest, "package_type": "package", "imports": [], "depends": [],
            "unvendored_tests": False}
