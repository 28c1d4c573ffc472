import nbformat
import pytest

from lecture_kit.tools import normalize

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def used_notebook():
    """A notebook as JupyterLab saves it after a lecture."""
    cell = nbformat.v4.new_code_cell("panel", id="panel", execution_count=17)
    cell.metadata = {"execution": {"iopub.execute_input": "2026"}, "scrolled": True,
                     "slideshow": {"slide_type": "slide"}}
    data = {VIEW: {"model_id": "abc"}, "text/plain": "Panel: 3", "image/png": "aGVsbG8="}
    cell.outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="one\n"),
        nbformat.v4.new_output("stream", name="stdout", text="two\n"),
        nbformat.v4.new_output("execute_result", data=data, execution_count=17,
                               metadata={"lecture_kit": [{"kind": "goal"}]}),
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# T", id="t"), cell])
    notebook.metadata = {
        "kernelspec": {"name": "my-kernel", "display_name": "Mine", "language": "python"},
        "widgets": {"application/vnd.jupyter.widget-state+json": {}},
    }
    return notebook


def test_widgets_go_and_pictures_stay(used_notebook):
    notebook = normalize.normalize(used_notebook)
    assert "widgets" not in notebook.metadata
    assert set(notebook.cells[1].outputs[-1].data) == {"text/plain", "image/png"}
    assert notebook.cells[1].outputs[-1].metadata == {}


def test_counts_start_at_1_and_agree(used_notebook):
    cell = normalize.normalize(used_notebook).cells[1]
    assert cell.execution_count == cell.outputs[-1].execution_count == 1


def test_every_cell_has_its_place_in_a_slide_show_and_no_other_metadata(used_notebook):
    used_notebook.cells += [nbformat.v4.new_markdown_cell("Prose.", id="prose"),
                            nbformat.v4.new_code_cell("1 + 1", id="sum")]
    cells = normalize.normalize(used_notebook).cells
    assert [cell.metadata for cell in cells] == [
        {"slideshow": {"slide_type": slide_type}}
        for slide_type in ("slide", "subslide", "subslide", "subslide")]


def test_a_deeper_part_is_collapsed(used_notebook):
    used_notebook.cells += [nbformat.v4.new_markdown_cell("### Deeper: why", id="deeper"),
                            nbformat.v4.new_markdown_cell("Deeper: no heading", id="prose")]
    cells = normalize.normalize(used_notebook).cells
    assert [cell.metadata.get("jp-MarkdownHeadingCollapsed", False) for cell in cells] == [
        False, False, True, False]


def test_the_kernel_is_python_3_wherever_it_ran(used_notebook):
    notebook = normalize.normalize(used_notebook)
    assert notebook.metadata.kernelspec.name == "python3"


def test_what_was_printed_in_pieces_is_joined(used_notebook):
    outputs = normalize.normalize(used_notebook).cells[1].outputs
    assert [output.get("text") for output in outputs] == ["one\ntwo\n", None]


def test_a_second_run_changes_nothing(used_notebook):
    once = nbformat.writes(normalize.normalize(used_notebook))
    twice = nbformat.writes(normalize.normalize(nbformat.reads(once, as_version=4)))
    assert once == twice


def test_the_check_names_the_file_and_leaves_it_alone(used_notebook, tmp_path, capsys):
    path = tmp_path / "used.ipynb"
    nbformat.write(used_notebook, path)
    before = path.read_bytes()
    assert normalize.main(["--check", str(path)]) == 1
    assert "used.ipynb is not clean" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_the_command_cleans_and_the_check_is_content(used_notebook, tmp_path):
    path = tmp_path / "used.ipynb"
    nbformat.write(used_notebook, path)
    assert normalize.main([str(path)]) == 0
    assert normalize.main(["--check", str(path)]) == 0
    nbformat.validate(nbformat.read(path, as_version=4))


@pytest.mark.full
def test_running_twice_gives_the_same_bytes(tmp_path):
    source = "from lecture_kit.sections.loss_functions import panels\npanels.one_neuron()"
    cells = [nbformat.v4.new_code_cell(source, id="panel")]
    path = tmp_path / "fresh.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    results = []
    for _ in range(2):
        assert normalize.main(["--execute", str(path)]) == 0
        results.append(path.read_bytes())
    assert results[0] == results[1]
    assert b"image/png" in results[0]
    assert b"model_id" not in results[0]
