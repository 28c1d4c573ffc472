"""The table of a class, from notebooks that a reader has saved, mistreated or forged."""

import csv
import json
import math
import os
import random
import socket
import sys

import numpy as np
import pytest
from ipywidgets import Widget
from sketches import make, show_at_once

from lecture_kit.live.exercise import Exercise, ExercisePanel
from lecture_kit.live.prediction import ChoicePrediction, NumberPrediction, PredictionPanel
from lecture_kit.tools import collect, saved

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"


def save(cells, more=()):
    """What JupyterLab saves: sources, the views of what they show, and the state of all widgets."""
    widgets = [widget for _source, widget in cells if widget] + list(more)
    return {
        "nbformat": 4, "nbformat_minor": 5,
        "metadata": {"widgets": {STATE: Widget.get_manager_state(widgets=widgets)}},
        "cells": [{
            "cell_type": "code", "id": f"c{n}", "metadata": {}, "execution_count": 1,
            "source": source.splitlines(keepends=True),
            "outputs": [{"output_type": "execute_result", "metadata": {}, "execution_count": 1,
                         "data": {VIEW: {"model_id": widget.model_id}, "text/plain": ["…"]}}]
            if widget else []} for n, (source, widget) in enumerate(cells)]}


def solve(attempt, title="Exercise 1"):
    return f"exercises.check_{title[-1]}(x)", ExercisePanel(Exercise(title, 0.5, "", ()), attempt)


def predict(*answers, title="Prediction 1"):
    panel = PredictionPanel(NumberPrediction(title, "?", lambda: 2.0, "Because."))
    return f"predictions.predict_{title[-1]}()", decide(panel, answers)


def choose(answer):
    options = ("up", "down")
    panel = PredictionPanel(ChoicePrediction("Choice", "?", lambda: ("up", ""), "", options))
    return "predictions.predict_choice()", decide(panel, [answer])


def decide(panel, answers):
    for answer in answers:
        panel.field.value = answer
        panel.decide()
        panel.button.click()
    return panel


def reach(x):
    panel = make(show_at_once)
    panel.set_values({"x": x, "n": 3})
    panel.reset()
    return "panels.dot()", panel


@pytest.fixture
def folder(tmp_path):
    """The folder of a class."""
    (tmp_path / "class").mkdir()
    return tmp_path / "class"


def hand_in(folder, notebook, name="01.ipynb", student="kim"):
    path = folder / student / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def rows_of(folder):
    return [collect.row_of(found) for found in collect.find(folder)]


def the_row(folder):
    (row,) = rows_of(folder)
    return row


WORK = ("right", "attempted", "exercises", "decided", "close", "predictions", "reached", "goals")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_row_counts_what_is_solved_decided_and_reached(folder, request, language):
    if language == "ko":
        request.getfixturevalue("korean")
    cells = [solve(0.5), solve(0.7, "Exercise 2"), solve(..., "Exercise 3"),
             predict("2"), predict("20", title="Prediction 2"), predict(title="Prediction 3"),
             reach(0.9), ("print(1)", None)]
    hand_in(folder, save(cells))
    row = the_row(folder)
    assert [row[column] for column in WORK] == [1, 2, 3, 2, 1, 3, 1, 1]
    assert row["how far off"] == pytest.approx(np.log(10) / np.log(1.5) / 2)  # of 0 and this
    assert (row["student"], row["notebook"], row["remark"]) == ("kim", "01.ipynb", "")


def test_nothing_done_is_nothing_counted(folder):
    hand_in(folder, save([solve(...), predict(), reach(0.0)]))
    row = the_row(folder)
    assert [row[column] for column in WORK] == [0, 0, 1, 0, 0, 1, 0, 1]
    assert row["how far off"] is None


def test_the_first_prediction_counts_also_while_another_is_tried(folder):
    hand_in(folder, save([predict("20", "2")]))
    row = the_row(folder)
    assert (row["decided"], row["close"]) == (1, 0)


def test_a_wrong_choice_is_infinitely_far_off(folder):
    hand_in(folder, save([choose("down")]))
    assert the_row(folder)["how far off"] == math.inf


@pytest.mark.parametrize("attempts", [(0.5, 0.7), (0.7, 0.5)])
def test_an_exercise_that_is_shown_twice_counts_once_as_it_is_best(folder, attempts):
    hand_in(folder, save([solve(attempt) for attempt in attempts]))
    row = the_row(folder)
    assert (row["right"], row["attempted"], row["exercises"]) == (1, 1, 1)


def test_what_no_cell_shows_any_more_does_not_count(folder):
    _source, of_a_kernel_before = solve(0.5)
    hand_in(folder, save([solve(0.7)], more=[of_a_kernel_before]))
    assert the_row(folder)["right"] == 0


def test_the_scorecard_tells_what_is_lost_when_the_kernel_has_ended(folder):
    cells = [solve(0.5), predict("2"), reach(0.9)]
    notebook = save([*cells, ("scorecard()", solve(...)[1])])  # some widget
    notebook["metadata"] = {}
    (output,) = notebook["cells"][-1]["outputs"]
    output["metadata"] = {"lecture_kit": [widget.result for _source, widget in cells]}
    hand_in(folder, notebook)
    row = the_row(folder)
    assert [row[column] for column in WORK] == [1, 1, 1, 1, 1, 1, 1, 1]
    assert row["remark"] == ""


def test_what_was_not_run_or_saved_without_its_panels_is_told(folder):
    notebook = save([solve(0.5), predict("2"), reach(0.9)])
    notebook["cells"][0]["outputs"] = []
    del notebook["metadata"]["widgets"][STATE]["state"]["".join(
        output["data"][VIEW]["model_id"] for output in notebook["cells"][1]["outputs"])]
    hand_in(folder, notebook)
    row = the_row(folder)
    assert [row[column] for column in WORK] == [0, 0, 1, 0, 0, 1, 1, 1]
    assert row["remark"] == "2 without a result"


@pytest.mark.parametrize(("place", "student", "name"), [
    ("kim/01.ipynb", "kim", "01.ipynb"),
    ("kim/homework 1/01.ipynb", "kim", "homework 1/01.ipynb"),
    ("kim+ps1+2026-11-29 09:00:00 UTC/01.ipynb", "kim", "ps1+2026-11-29 09:00:00 UTC/01.ipynb"),
    ("kim+ps1+2026-11-29 09:00:00.123456 Asia%2FSeoul+x7/01.ipynb", "kim",
     "ps1+2026-11-29 09:00:00.123456 Asia%2FSeoul+x7/01.ipynb"),
    ("kim+lee/01.ipynb", "kim+lee", "01.ipynb"),
    ("01.IPYNB", "", "01.IPYNB"),
])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_folders_of_students_and_of_nbgrader_name_the_student(folder, place, student, name):
    hand_in(folder, save([]), place.rpartition("/")[2], place.rpartition("/")[0])
    row = the_row(folder)
    assert (row["student"], row["notebook"]) == (student, name)


def test_a_student_without_a_notebook_and_copies_of_jupyterlab(folder):
    (folder / "lee").mkdir()
    hand_in(folder, save([]), ".ipynb_checkpoints/01-checkpoint.ipynb", "lee")
    assert the_row(folder)["remark"] == "no notebook"


DEEP = 200_000
WRONG = {
    "empty": (b"", "not JSON"),
    "not JSON": (b"<html><script>alert(1)</script>", "not JSON"),
    "not UTF-8": (b'{"nbformat": 4, "cells": ["\xff\xfe"]}', "not JSON"),
    "nested lists": (b"[" * DEEP, "too deeply"),
    "nested dictionaries": (b'{"cells":' * DEEP, "too deeply"),
    "an endless number": (b'{"nbformat": ' + b"4" * 100_000 + b"}", "not JSON"),
    "a list": (b"[]", "another kind"),
    "cells of another kind": (b'{"nbformat": 4, "cells": {"a": 1}}', "another kind"),
    "nbformat 3": (b'{"nbformat": 3, "worksheets": [{"cells": []}]}', "nbformat 4"),
    "no nbformat": (b'{"cells": []}', "nbformat 4"),
    "a list as nbformat": (b'{"cells": [], "nbformat": [4]}', "nbformat 4"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_file_that_is_no_notebook_gets_a_row_that_says_why(folder, kind):
    content, words = WRONG[kind]
    hand_in(folder, {}).write_bytes(content)
    row = the_row(folder)
    assert words in row["remark"]
    assert "right" not in row


def test_a_file_that_is_too_large_is_not_read(folder):
    os.truncate(hand_in(folder, {}), saved.MOST_BYTES + 1)
    assert the_row(folder)["remark"] == f"larger than {saved.MOST_BYTES // 2**20} MB"


def put_pipe(path, _secret):
    os.mkfifo(path)


def put_socket(path, _secret):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(path))  # a long path does not fit into its address


SPECIAL = {
    "a folder": (lambda path, secret: path.mkdir(), "a folder"),
    "a link out": (lambda path, secret: path.symlink_to(secret), "a symbolic link"),
    "a link to nothing": (lambda path, secret: path.symlink_to("nothing"), "a symbolic link"),
    "a link to itself": (lambda path, secret: path.symlink_to(path), "a symbolic link"),
    "a device": (lambda path, secret: path.symlink_to("/dev/zero"), "a symbolic link"),
    "a pipe": (put_pipe, "not a regular file"),
    "a socket": (put_socket, "cannot be read"),
}


@pytest.mark.parametrize("kind", SPECIAL)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_what_is_no_file_is_not_opened(folder, tmp_path, kind):
    put, words = SPECIAL[kind]
    secret = tmp_path / "secret.ipynb"
    secret.write_text(json.dumps(save([solve(0.5)])))
    (folder / "kim").mkdir()
    put(folder / "kim" / "01.ipynb", secret)
    row = the_row(folder)
    assert words in row["remark"]
    assert "right" not in row


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_link_to_a_folder_is_not_followed(folder, tmp_path):
    hand_in(tmp_path, save([solve(0.5)]), student="outside")
    hand_in(folder, save([]))
    for link in (folder / "lee", folder / "kim" / "more"):
        link.symlink_to(tmp_path / "outside", target_is_directory=True)
    assert [(row["student"], row["notebook"], row["remark"]) for row in rows_of(folder)] == [
        ("kim", "01.ipynb", ""), ("lee", "", "a symbolic link, not followed")]


def test_many_notebooks_and_many_levels_end(folder, monkeypatch):
    monkeypatch.setattr(collect, "MOST_NOTEBOOKS", 3)
    for n in range(5):
        hand_in(folder, save([]), f"{n}.ipynb")
    hand_in(folder, save([]), "/".join("a" * 30) + "/deep.ipynb", "lee")
    remarks = [(row["student"], row["remark"]) for row in rows_of(folder)]
    assert remarks == [("kim", "")] * 3 + [
        ("kim", "more than 3 notebooks; the others were left out"),
        ("lee", "folders below this one were left out: too many levels"), ("lee", "no notebook")]


# Right JSON, wrong inside

JUNK = (None, True, -1, 10**30, 1e308, "", "right", [], {}, [[]], {"": {}}, [None], "\ud800")


def places_in(thing, way=()):
    yield way
    children = thing.items() if isinstance(thing, dict) else enumerate(
        thing if isinstance(thing, list) else ())
    for key, value in children:
        yield from places_in(value, (*way, key))


def put_junk(notebook, way, junk):
    if not way:
        return junk
    *above, last = way
    place = notebook
    for key in above:
        place = place[key]
    place[last] = junk
    return notebook


def small(notebook):
    """The same notebook, of its widgets only what the table reads."""
    state = notebook["metadata"]["widgets"][STATE]["state"]
    for model in state.values():
        model["state"] = {"result": model["state"]["result"]}
    return notebook


def with_card(notebook):
    """The same notebook; the first cell's output says what a scorecard says."""
    (output,) = notebook["cells"][0]["outputs"]
    output["metadata"] = {"lecture_kit": [predict("3", title="Prediction 2")[1].result]}
    return notebook


def test_any_part_may_be_anything(folder):
    work = save([solve(0.5), predict("2"), choose("down"), reach(0.9)])
    good = json.dumps(with_card(small(work)))
    path, rng = hand_in(folder, {}), random.Random(1)
    ways = list(places_in(json.loads(good)))
    for way in ways:
        for junk in rng.sample(JUNK, 4):
            path.write_text(json.dumps(put_junk(json.loads(good), way, junk)))
            row = the_row(folder)
            assert isinstance(row["remark"], str)
            assert 0 <= row.get("right", 0) <= row.get("attempted", 0) <= row.get("exercises", 0)
            assert 0 <= row.get("decided", 0) <= row.get("predictions", 0)
    assert len(ways) > 80


@pytest.mark.parametrize(("kind", "change"), [
    ("exercise", {"status": "RIGHT"}), ("exercise", {"status": ["right"]}),
    ("exercise", {"title": ["Exercise 1"]}), ("exercise", {"kind": "exam"}),
    ("prediction", {"miss": True}), ("prediction", {"miss": -1}), ("prediction", {"miss": "0"}),
    ("prediction", {"miss": math.nan}), ("prediction", {"miss": 10**400}),
    ("prediction", {"decided": 1}), ("goal", {"reached": 17}),
])
def test_a_result_that_the_kit_would_not_write_is_no_result(folder, kind, change):
    notebook = small(save([solve(0.5), predict("2"), reach(0.9)]))
    for model in notebook["metadata"]["widgets"][STATE]["state"].values():
        if model["state"]["result"]["kind"] == kind:
            model["state"]["result"] |= change
    hand_in(folder, notebook)
    row = the_row(folder)
    assert row["right"] + row["decided"] + row["reached"] == 2
    assert row["remark"] == "1 without a result"


# Names

NASTY = ["=cmd|' calc'!A0", "+1+1", "-1", "@SUM(A1)", " =1+1", "\t=1", "\n=1", "a\x1b[31mred",
         "a,b", 'a"b', "a;=1+1", "\u202egnp.exe", "＝1", "<b>bold", "\udcff",
         "x" * 200, "김", "rm -rf ~"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_names_do_nothing_to_a_spreadsheet_or_a_terminal(folder, tmp_path, capsys):
    for name in NASTY:
        hand_in(folder, save([solve(0.5)]), f"{name}.ipynb", name)
    target = tmp_path / "results.csv"
    assert collect.main([str(folder), "--csv", str(target)]) == 0
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == 1 + len(NASTY)
    assert printed.replace("\n", "").isprintable()
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(NASTY)
    for row in rows:
        assert row["right"] == "1"
        for name in (row["student"], row["notebook"]):
            assert name.isprintable()
            assert name.lstrip()[0] not in "=+-@＝＋－＠"
    assert {"'=cmd|' calc'!A0", "a,b", 'a"b', "a;=1+1", "김"} <= {row["student"] for row in rows}
    assert '"a;=1+1"' in target.read_text(encoding="utf-8-sig")  # where ; separates cells, too


def test_korean_names_are_whole_and_keep_the_columns(folder):
    for student in ("\u1100\u1175\u11b7", "lee"):  # 김, as macOS takes it apart
        hand_in(folder, save([solve(0.5)]), student=student)
    rows = sorted(rows_of(folder), key=lambda row: row["student"])
    assert rows[1]["student"] == "김"
    _head, first, second = collect.table(rows, collect.COLUMNS).splitlines()
    assert first.index("01.ipynb") == second.index("01.ipynb") + 1  # a Korean letter takes two


def test_numbers_of_the_csv_are_numbers(folder, tmp_path):
    hand_in(folder, save([solve(0.5), predict("3"), choose("down")]))
    hand_in(folder, save([choose("down")]), student="lee")
    collect.main([str(folder), "--csv", str(tmp_path / "results.csv")])
    with (tmp_path / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        head, first, second = csv.reader(file, quoting=csv.QUOTE_NONNUMERIC)
    assert head == list(collect.COLUMNS)
    far_off = head.index("how far off")
    assert (first[2:8], first[far_off]) == ([1, 1, 1, 2, 1, 2], "inf")
    assert second[far_off] == "inf"


def test_a_folder_that_is_not_there_is_told(tmp_path, capsys):
    with pytest.raises(SystemExit):
        collect.main([str(tmp_path / "nobody")])
    assert "nobody is no folder" in capsys.readouterr().err
