"""Makes the pages of the site from the committed notebooks. No notebook is executed."""

import importlib.metadata
import json
import re
import shutil
import tempfile
import tomllib
from pathlib import Path

import segno
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from course_site.words import WORDS

HERE = Path(__file__).parent
FOLDERS = {"en": "notebooks", "ko": "notebooks/ko"}
LECTURERS = "for_lecturers"
LIVE = "../live/notebooks/index.html?path="


def build(root, output, live, address=""):
    """Build both editions and the page that asks for the language.

    Parameters
    ----------
    root : pathlib.Path
        The folder of the course.
    output : pathlib.Path
        The folder of the site.
    live : bool
        Whether the site has the live edition, too.
    address : str
        Where the site will be; the page for lecturers shows it as a QR code.
    """
    for language in FOLDERS:
        build_edition(root, output / language, language, live, address)
    if address:
        segno.make(address).save(str(output / "qr.svg"), scale=8, border=4, light="white")
    copy_mathjax(output / "mathjax")
    shutil.copy(HERE / "front.html", output / "index.html")


def build_edition(root, output, language, live, address):
    """Build the pages of one language."""
    with tempfile.TemporaryDirectory() as folder:
        sources, pages = Path(folder, "sources"), Path(folder, "pages")
        write_sources(root / FOLDERS[language], sources, language, live)
        text = (HERE / f"{LECTURERS}.{language}.md").read_text(encoding="utf-8")
        (sources / f"{LECTURERS}.md").write_text(text + qr_code(address), encoding="utf-8")
        run_sphinx(sources, pages, {
            "language": language, "project": WORDS[language]["title"],
            "html_title": WORDS[language]["title"],
            "html_theme_options.search_bar_text": WORDS[language]["search"],
            "html_theme_options.toc_title": WORDS[language]["contents"],
            "course_live": live, "course_root": root, "course_repository": repository(root)})
        for left_over in (pages / ".buildinfo", pages / "objects.inv", *pages.rglob("*.map")):
            left_over.unlink()
        for notebook in (root / FOLDERS[language]).glob("*.ipynb"):
            shutil.copy(notebook, pages)
        shutil.copytree(pages, output, dirs_exist_ok=True)


def qr_code(address):
    """Show the site's address, for the page for lecturers."""
    return f'\n<img src="../qr.svg" alt="QR" width="320">\n\n<{address}>\n' if address else ""


def run_sphinx(sources, pages, settings):
    """Run Sphinx. What it warns about is an error."""
    with patch_docutils(HERE), docutils_namespace():
        app = Sphinx(sources, HERE, pages, sources.parent / "doctrees", "html", settings,
                     status=None, warningiserror=True)
        app.build()
    if app.statuscode:
        raise RuntimeError("Sphinx has found mistakes in the pages; they stand above")


def write_sources(notebooks, sources, language, live):
    """Write what Sphinx reads: a copy of each notebook with anchors and captions."""
    sources.mkdir()
    names = sorted(path.name for path in [*notebooks.glob("*.ipynb"), *notebooks.glob("*.md")])
    for name in names:
        if name.endswith(".md"):
            shutil.copy(notebooks / name, sources)
            continue
        path = name if language == "en" else f"{language}/{name}"
        notebook = json.loads((notebooks / name).read_text(encoding="utf-8"))
        notebook["cells"] = [part for cell in notebook["cells"]
                             for part in parts(cell, caption(language, path, live))]
        if name == names[0]:
            listed = "\n".join([*(Path(name).stem for name in names[1:]), LECTURERS])
            notebook["cells"].insert(1, markdown(
                "contents", f"```{{toctree}}\n:hidden:\n\n{listed}\n```"))
        (sources / name).write_text(json.dumps(notebook), encoding="utf-8")


def parts(cell, caption):
    """Return the cells that stand for one cell on the page.

    An anchor has the id that JupyterLab writes behind a link's #, so these links need no change.
    """
    identity, source = f"cell-id={cell['id']}", "".join(cell["source"])
    anchor = f'<div id="{identity}"></div>'
    if cell["cell_type"] == "markdown":
        heading, _, rest = source.partition("\n") if source.startswith("#") else ("", "", source)
        if cell["metadata"].get("jp-MarkdownHeadingCollapsed"):
            anchor = anchor.replace(">", ' class="closed">', 1)
            rest = below(heading, rest)
        return [{**cell, "source": f"{heading}\n\n{anchor}\n\n{rest}"}]
    result = [markdown(f"{cell['id']}-anchor", anchor), cell]
    for output in cell["outputs"]:
        if "image/png" in output.get("data", {}):
            alt = output["metadata"].get("image/png", {}).get("alt", "")
            cell["metadata"]["mystnb"] = {"image": {"alt": alt}}
            result.append(markdown(f"{cell['id']}-caption", caption))
    return result


def below(heading, text):
    """Lower the headings inside a closed cell, which would end the closed part."""
    level = len(heading) - len(heading.lstrip("#"))
    return re.sub(rf"^#{{1,{level}}} ", "#" * (level + 1) + " ", text, flags=re.MULTILINE)


def caption(language, path, live):
    """Say that a picture stands still, and where it moves."""
    words = WORDS[language]
    text = words["still"]
    if live:
        link = f'<a href="{LIVE}{path}" target="_blank">{words["move"]}</a>'
        text = words["still_live"].format(move=link)
    return f'<p class="still">{text}</p>'


def markdown(identity, text):
    """Return a Markdown cell."""
    return {"cell_type": "markdown", "id": identity, "metadata": {}, "source": text}


def repository(root):
    """Return the public address of the course's repository, or an empty text."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project.get("urls", {}).get("Repository", "").rstrip("/")


def copy_mathjax(output):
    """Copy what draws the formulas, so that no page asks another server for it."""
    package = importlib.metadata.distribution("sphinx-mathjax-offline")
    source = Path(package.locate_file("sphinx-mathjax-offline/static/mathjax"))
    fonts = "output/chtml/fonts/woff-v2"
    shutil.copytree(source / fonts, output / fonts, dirs_exist_ok=True)
    shutil.copy(source / "tex-chtml.js", output)
