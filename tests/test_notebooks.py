"""Hygiene of the committed notebooks. Their outputs are compared by nbval."""

import base64
import gettext
import re
import struct

import nbformat
import pytest
from driving import IDS, KOREAN, NOTEBOOKS, ROOT, code_cells

from lecture_kit.tools import normalize, twins

LOCALES = ROOT / "lecture_kit" / "locales"


@pytest.fixture(params=NOTEBOOKS + KOREAN, ids=IDS + [f"ko_{name}" for name in IDS])
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


def in_both(words):
    return words, gettext.translation("lecture_kit", LOCALES, ["ko"]).gettext(words)


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def test_there_are_notebooks_in_two_languages():
    assert NOTEBOOKS
    assert [path.name for path in KOREAN] == [path.name for path in NOTEBOOKS]


def test_it_is_valid_and_normalized(path, capsys):
    nbformat.validate(nbformat.read(path, as_version=4))
    assert normalize.main(["--check", str(path)]) == 0, capsys.readouterr().out


def test_it_holds_no_widget_state(path, notebook):
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert "widget-view" not in path.read_text(encoding="utf-8")


def test_code_cells_are_counted_from_1(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_cell_ids_are_written_by_hand(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    for cell_id in ids:
        assert re.fullmatch(r"[a-z]+[0-9]*(-[a-z0-9]+)*", cell_id), cell_id
        assert not re.fullmatch(r"[0-9a-f]{8}(-.*)?", cell_id), f"{cell_id} was made by a machine"


def test_it_has_25_to_40_cells_and_about_half_of_them_are_prose(path, notebook):
    """Predictions and the scorecard are not counted."""
    cells = [cell for cell in notebook.cells if not is_score(cell)]
    prose = sum(cell.cell_type == "markdown" for cell in cells)
    least, most = (15, 25) if path.stem == "00_start_here" else (25, 40)
    assert least <= len(cells) <= most
    assert 0.4 <= prose / len(cells) <= 0.65


def is_score(cell):
    return cell.source.startswith(
        ("predictions.predict_", "scorecard()", "## Your score", "## 성적표"))


def test_every_panel_has_a_prediction_and_the_scorecard_comes_last(notebook):
    shown = [cell.source.splitlines()[-1] for cell in code_cells(notebook)]
    asked = [source for source in shown if source.startswith("predictions.")]
    panels = [source for source in shown if source.startswith("panels.")]
    assert len(set(asked)) == len(asked) >= max(2, len(panels))
    assert shown.index(asked[0]) < shown.index(panels[0])
    assert shown[-1] == "scorecard()"


def test_every_prediction_is_shipped_undecided(notebook):
    for cell in code_cells(notebook):
        if cell.source.startswith("predictions."):
            (output,) = cell.outputs
            title, _question = output.data["text/plain"].split("\n")
            assert title.endswith(in_both("○ not decided"))


def test_a_deeper_part_is_collapsed_and_the_first_cell_tells_both_times(path, notebook):
    deeper = [cell.source for cell in notebook.cells
              if cell.metadata.get("jp-MarkdownHeadingCollapsed")]
    if path.stem != "00_start_here":
        assert deeper
        assert re.search(r"\*\*Time:\*\* \d+ minutes.*\*Deeper\*.*\d+ minutes more|"
                         r"\*\*시간:\*\*.* \d+분.*\*더 깊이\*.*\d+분", notebook.cells[0].source)
    assert all(re.match("#+ (Deeper|더 깊이): ", source) for source in deeper)


def test_a_code_cell_has_at_most_8_lines_and_the_one_that_imports_18(notebook):
    for cell in code_cells(notebook):
        lines = cell.source.removeprefix(twins.SPEAK).splitlines()
        assert len(lines) <= (18 if cell.id == "set-up" else 8), cell.id


def test_code_cells_do_without_prose_and_without_suppressed_outputs(notebook):
    for cell in code_cells(notebook):
        assert "#" not in cell.source, f"{cell.id} has a comment"
        assert not cell.source.rstrip().endswith(";"), cell.id


def test_nothing_went_wrong_in_any_output(notebook):
    for output in outputs(notebook):
        assert output.output_type != "error"
        assert output.get("name") != "stderr", output.get("text")


def test_outputs_are_text_and_pictures_only(notebook):
    for output in outputs(notebook):
        assert set(output.get("data", {})) <= {"text/plain", "image/png"}
        text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
        assert " at 0x" not in text


def test_every_panel_shows_a_still_picture_and_a_readout(notebook):
    panels = [cell for cell in code_cells(notebook)
              if cell.source.splitlines()[-1].startswith("panels.") and "check_" not in cell.source]
    assert panels
    for cell in panels:
        (output,) = cell.outputs
        picture = base64.b64decode(output.data["image/png"])
        width, height = struct.unpack(">2I", picture[16:24])
        size = output.metadata["image/png"]
        assert (width, height) == (2 * size["width"], 2 * size["height"])
        assert 900 <= size["width"] <= 1000
        assert size["height"] <= 450
        assert re.search(r"\d", output.data["text/plain"])
        assert output.data["text/plain"].endswith(size["alt"])


def test_every_exercise_is_shipped_unsolved(notebook):
    verdicts = [output.data["text/plain"] for output in outputs(notebook)
                if re.search("Exercise |연습 문제 ", output.get("data", {}).get("text/plain", ""))]
    assert verdicts
    assert all(verdict.split("\n")[0].endswith(in_both("○ not attempted")) for verdict in verdicts)
