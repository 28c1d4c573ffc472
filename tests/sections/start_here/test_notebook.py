"""What the start page tells of the other notebooks, the symbols and the corrections."""

import ast
import re
from functools import cache

import nbformat
from driving import ROOT

from lecture_kit.sections.start_here import experiments

NOTEBOOKS = ROOT / "notebooks"
CORRECTIONS = experiments.corrections()
HOURS = {9: "nine", 10: "ten", 11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen"}


@cache
def cells_of(name):
    return nbformat.read(NOTEBOOKS / name, as_version=4).cells


CELLS = {cell.id: cell for cell in cells_of("00_start_here.ipynb")}


def rows_of(table, heading):
    """Cells of the first markdown table that begins with a heading."""
    lines = table[table.index(heading):].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def notebook_in(text):
    """File name of the notebook that a text links."""
    return re.search(r"\((?:notebooks/)?(\w+\.ipynb)\)", text)[1]


def rows_of_both_tables():
    """Rows of the map and of the README's table: file, minutes, words."""
    readme = rows_of((ROOT / "README.md").read_text(encoding="utf-8"), "| notebook |")
    return ([[notebook_in(link), *rest]
             for _section, link, *rest in rows_of(CELLS["map"].source, "| slides |")],
            [[notebook_in(link), *rest] for link, *rest in readme])


def minutes_and_words():
    """By file: in the map, and in the README."""
    return [{name: rest for name, *rest in rows} for rows in rows_of_both_tables()]


def test_the_map_and_the_readme_link_notebooks_in_order_and_all_ten_of_the_lecture():
    for rows in rows_of_both_tables():
        names = [name for name, *_rest in rows]
        assert names == sorted(set(names))
        for name in names:
            assert (NOTEBOOKS / name).is_file(), name
        assert {f"{number:02}" for number in range(1, 11)} <= {name[:2] for name in names}


def test_the_map_tells_the_same_minutes_and_words_as_the_readme():
    of_map, of_readme = minutes_and_words()
    for name in of_map.keys() & of_readme.keys():
        assert of_map[name] == of_readme[name], name


def short_and_deeper(minutes):
    """Minutes of the short path and of the deeper parts, from ``"25 + 20"``."""
    short, _plus, deeper = minutes.partition(" + ")
    return int(short), int(deeper or 0)


def test_the_hours_of_the_course_are_the_sums_of_the_minutes():
    of_map, of_readme = minutes_and_words()
    pairs = {name: short_and_deeper(minutes)
             for name, (minutes, _words) in {**of_readme, **of_map}.items()}
    lecture = sum(short for name, (short, _deeper) in pairs.items() if name[:2] <= "10")
    whole = sum(map(sum, pairs.values()))
    assert f"takes {lecture} minutes" in CELLS["map"].source
    assert lecture <= 240
    assert f"about {HOURS[round(whole / 60)]} hours" in CELLS["map"].source


def test_the_minutes_of_the_tables_are_those_of_the_notebooks():
    for rows in rows_of_both_tables():
        for name, minutes, _words in rows:
            found = re.search(r"\*\*Time:\*\* (\d+) minutes(?:[^(\n]*\((\d+) minutes more\))?",
                              cells_of(name)[0].source)
            assert tuple(int(group or 0) for group in found.groups()) == short_and_deeper(
                minutes), name


def names_in_the_kit():
    for path in (ROOT / "lecture_kit" / "maths").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.arg):
                yield node.arg
            elif isinstance(node, ast.Attribute):
                yield node.attr
            elif isinstance(node, ast.AnnAssign):  # the fields of a dataclass
                yield getattr(node.target, "id", "")


def test_the_names_of_the_symbols_are_those_of_the_code():
    rows = rows_of(CELLS["all-symbols"].source, "| symbol |")
    assert 15 <= len(rows) <= 25
    assert set(map(tuple, rows_of(CELLS["symbols"].source, "| symbol |"))) < {
        tuple(row[:4]) for row in rows}
    known = set(names_in_the_kit())
    for row in rows:
        names = re.findall(r"`(\w+)`", row[1])
        assert names, row
        assert set(names) <= known, row


def assert_it_lists(page, corrections, cell, note):
    """Hold the tables of a page against the corrections; cell and note are its words for both."""
    tables = page.split("\n### ")[1:]
    place = {"cell": cell, "note": note}
    for kind, table in zip(experiments.KINDS, tables, strict=True):
        assert [line for line in table.splitlines() if line.startswith("|")][2:] == [
            f"| `{c.quote}` | {c.says} | {c.holds} | [{c.notebook[:2]}, {place[c.shown]} {c.cell}]"
            f"({c.notebook}#cell-id={c.cell}) |" for c in corrections if c.kind == kind]


def test_the_page_links_exactly_these_corrections_and_counts_them():
    assert_it_lists(CELLS["corrections-links"].source, CORRECTIONS, "cell", "note at")
    printed = CELLS["corrections"].outputs[0].text.splitlines()
    assert len(printed) == len(experiments.KINDS)
    assert sum(int(re.search(r" (\d+), shown", line)[1]) for line in printed) == len(CORRECTIONS)


def test_the_korean_page_links_the_same_corrections(korean):
    page = {cell.id: cell for cell in cells_of("ko/00_start_here.ipynb")}["corrections-links"]
    assert_it_lists(page.source, experiments.corrections(), "셀", "글")
