"""The Korean edition: its words, and its notebooks beside the English ones."""

import gettext
import re
from pathlib import Path

import nbformat
import pytest
import words
from driving import IDS, NOTEBOOKS, ROOT, all_panels, all_predictions

from lecture_kit.tools import twins

FORMULA = r"\$\$[^$]+\$\$|\$[^$]+\$"
ADVICE = "run python tests/words.py, see CONTRIBUTING"


@pytest.fixture(scope="module")
def catalogue():
    return words.translated()


@pytest.fixture(scope="module")
def said():
    return {message.id for message in words.said() if message.id}


def numbers(cell):
    """All but millions: Korean counts in 만, ten thousands."""
    return set(re.findall(r"\d+(?:[.,]\d+)*", re.sub(r"[\d.]+ million", "", cell.source)))


def placeholders(text):
    return sorted(re.findall(r"\{[^}]*\}", text))


def test_every_word_is_translated(catalogue, said):
    done = {message.id for message in catalogue if message.string}
    assert not said - done, ADVICE


def test_no_translation_is_left_over_or_in_doubt(catalogue, said):
    assert {message.id for message in catalogue if message.id} <= said, ADVICE
    assert not catalogue.obsolete
    assert not [message.id for message in catalogue if message.id and message.fuzzy]


def test_a_translation_has_the_same_placeholders_and_is_korean(catalogue):
    for message in catalogue:
        if message.id:
            assert placeholders(message.string) == placeholders(message.id), message.id
            if len(re.findall("[a-z]{4}", message.id)) > 5:
                assert re.search("[가-힣]", message.string), message.id


def test_the_compiled_catalogue_is_that_of_the_words(catalogue):
    with words.CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in catalogue:
        assert not message.id or compiled.gettext(message.id) == message.string, ADVICE


@pytest.fixture(params=NOTEBOOKS, ids=IDS)
def pair(request):
    path = request.param
    return path, *(nbformat.read(file, as_version=4)
                   for file in (path, path.parent / "ko" / path.name))


def test_the_twins_have_the_same_cells_and_no_text_is_stale(pair):
    path, english, korean = pair
    assert [(one.cell, one.kind) for one in twins.differences(path.stem, english, korean)] == []


def test_the_editions_are_linked_and_links_stay_inside_one(pair):
    path, english, korean = pair
    assert f"](ko/{path.name})" in english.cells[0].source
    assert f"](../{path.name})" in korean.cells[0].source
    ids = {other.name: {cell.id for cell in nbformat.read(other, as_version=4).cells}
           for other in NOTEBOOKS}
    for cell in korean.cells[1:]:
        for name, place in re.findall(r"\]\(([^)#]*)(?:#(?:cell-id=)?([^)]*))?\)", cell.source):
            if not name.startswith("http") and cell.cell_type == "markdown":
                assert Path(name).name == name, cell.id
                assert (name or path.name) in ids, cell.id
                assert not place or place in ids[name or path.name], cell.id


def test_no_formula_and_no_number_is_lost(pair):
    _path, english, korean = pair
    for one, other in zip(english.cells, korean.cells, strict=True):
        if one.cell_type == "markdown":
            formulas, translated = (set(re.findall(FORMULA, cell.source)) for cell in (one, other))
            assert formulas <= translated, one.id
            assert numbers(one) <= numbers(other), one.id


def test_what_is_bold_or_italic_closes(pair):
    """In Markdown a bracket closes no bold text if a letter follows: write **말**(word)은."""
    _path, _english, korean = pair
    for cell in korean.cells:
        text = re.sub(rf"`[^`\n]*`|{FORMULA}", "0", cell.source)
        emphasis = re.findall(r"(.?)(?<!\*)\*{1,2}([^*\n]+)\*{1,2}(?!\*)(.?)", text)
        for before, inside, after in emphasis if cell.cell_type == "markdown" else ():
            assert re.match(r"\w", inside) or not re.match(r"\w", before), (cell.id, inside)
            assert re.search(r"\w$", inside) or not re.match(r"\w", after), (cell.id, inside)


def readme(name):
    """The first commands, and the minutes of each notebook."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("notebooks/ko", "notebooks")
    return (re.search("```\n(.*?)```", text, re.S)[1],
            re.findall(r"^\| \[.*?\]\((.*?)\) \| ([\d+ ]+) \|", text, re.M))


def test_both_readmes_tell_the_same_commands_and_minutes():
    assert readme("README.ko.md") == readme("README.md")
    assert len(readme("README.md")[1]) == len(NOTEBOOKS)


def test_the_readmes_are_linked():
    for name, other in [("README.md", "README.ko.md"), ("README.ko.md", "README.md")]:
        assert f"]({other})" in (ROOT / name).read_text(encoding="utf-8").splitlines()[0]


@pytest.mark.full
@pytest.mark.parametrize(("name", "function"), all_panels() + all_predictions(),
                         ids=[name for name, _function in all_panels() + all_predictions()])
def test_a_panel_speaks_korean_and_its_picture_does_not(korean, name, function):
    """A letter that the picture's font lacks would be a warning, and that an error here."""
    assert re.search("[가-힣]", repr(function()))
