import nbformat
import pytest

from lecture_kit.tools import twins

CELLS = [("markdown", "title", "# Loss"), ("code", "set-up", "import numpy"),
         ("markdown", "rule", "It falls."), ("code", "sum", "1 + 1")]


def notebook(cells=CELLS):
    make = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    return nbformat.v4.new_notebook(
        cells=[make[kind](source, id=cell_id) for kind, cell_id, source in cells])


@pytest.fixture
def folder(tmp_path):
    """An English notebook and its fresh twin."""
    nbformat.write(notebook(), tmp_path / "01_loss.ipynb")
    assert twins.main(["--copy", "--fresh", "01"], tmp_path) == 0
    return tmp_path


def change(path, cell_id, source):
    changed = nbformat.read(path, as_version=4)
    (cell,) = [cell for cell in changed.cells if cell.id == cell_id]
    cell.source = source
    nbformat.write(changed, path)


def cells_of(folder):
    return nbformat.read(folder / "ko/01_loss.ipynb", as_version=4).cells


def test_a_copy_has_the_same_cells_and_chooses_the_language_first(folder):
    assert [cell.id for cell in cells_of(folder)] == [cell_id for _kind, cell_id, _ in CELLS]
    assert [cell.source for cell in cells_of(folder)] == [
        "# Loss", 'from lecture_kit.live.language import speak\n\nspeak("ko")\n\nimport numpy',
        "It falls.", "1 + 1"]


def test_a_copy_that_nobody_has_translated_is_stale(tmp_path, capsys):
    nbformat.write(notebook(), tmp_path / "01_loss.ipynb")
    assert twins.main(["--copy"], tmp_path) == 1
    assert capsys.readouterr().out == "01_loss title: stale\n01_loss rule: stale\n"


def test_a_changed_text_is_named_with_both_texts_until_it_is_fresh(folder, capsys):
    change(folder / "ko/01_loss.ipynb", "rule", "내려갑니다.")
    change(folder / "01_loss.ipynb", "rule", "It rises.")
    assert twins.main([], folder) == 1
    assert capsys.readouterr().out == (
        "01_loss rule: stale\n--- English\nIt rises.\n--- 한국어\n내려갑니다.\n\n")
    change(folder / "ko/01_loss.ipynb", "rule", "올라갑니다.")
    assert twins.main(["--fresh", "01:rule"], folder) == 0
    assert twins.main([], folder) == 0
    assert cells_of(folder)[2].source == "올라갑니다."


def test_changed_code_is_named_and_copied(folder, capsys):
    change(folder / "01_loss.ipynb", "sum", "2 + 2")
    assert twins.main([], folder) == 1
    assert "01_loss sum: other code" in capsys.readouterr().out
    assert twins.main(["--copy"], folder) == 0
    assert cells_of(folder)[3].source == "2 + 2"


@pytest.mark.parametrize(("cells", "told"), [
    (CELLS[:-1], "sum: extra"),
    ([*CELLS, ("code", "more", "3")], "more: missing"),
    ([CELLS[0], CELLS[2], CELLS[1], CELLS[3]], "set-up: moved"),
    ([*CELLS[:-1], ("markdown", "sum", "One.")], "sum: other kind"),
])
def test_other_cells_are_named_and_put_in_order(folder, capsys, cells, told):
    nbformat.write(notebook(cells), folder / "01_loss.ipynb")
    assert twins.main([], folder) == 1
    assert f"01_loss {told}" in capsys.readouterr().out
    twins.main(["--copy", "--fresh", "01"], folder)
    assert twins.main([], folder) == 0


@pytest.mark.parametrize("name", ["02", "01:rul", "01:sum"])
def test_a_name_that_is_no_text_cell_is_told(folder, capsys, name):
    assert twins.main(["--fresh", name], folder) == 1
    assert f"{name}: there is no such text cell" in capsys.readouterr().out
