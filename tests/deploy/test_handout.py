"""A copy of the course for each student: what is new comes, what the student changed stays."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HANDOUT = Path(__file__).parent.parent.parent / "deploy" / "handout.py"


@pytest.fixture
def course(tmp_path):
    (tmp_path / "course" / "ko").mkdir(parents=True)
    (tmp_path / "course" / "01.ipynb").write_text("first", encoding="utf-8")
    (tmp_path / "course" / "ko" / "용어.md").write_text("낱말", encoding="utf-8")
    return tmp_path / "course"


@pytest.fixture
def lecture(tmp_path):
    return tmp_path / "home" / "lecture"


def hand_out(course, lecture):
    subprocess.run([sys.executable, "-I", HANDOUT, course, lecture], check=True)


def visible(folder):
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
            for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")}


def test_at_first_all_comes_but_what_is_hidden(course, lecture):
    (course / ".ipynb_checkpoints").mkdir()
    (course / ".ipynb_checkpoints" / "01.ipynb").write_text("old", encoding="utf-8")
    hand_out(course, lecture)
    assert visible(lecture) == {"01.ipynb": "first", "ko/용어.md": "낱말"}


def test_a_new_version_comes_but_never_over_the_students_work(course, lecture):
    hand_out(course, lecture)
    (lecture / "01.ipynb").write_text("mine", encoding="utf-8")
    (lecture / "own.ipynb").write_text("all mine", encoding="utf-8")
    (course / "01.ipynb").write_text("second", encoding="utf-8")
    (course / "02.ipynb").write_text("new", encoding="utf-8")
    (course / "ko" / "용어.md").write_text("새 낱말", encoding="utf-8")
    for _ in range(2):
        hand_out(course, lecture)
        assert visible(lecture) == {"01.ipynb": "mine", "own.ipynb": "all mine", "02.ipynb": "new",
                                    "ko/용어.md": "새 낱말"}


def test_work_of_the_same_name_that_was_there_before_stays(course, lecture):
    lecture.mkdir(parents=True)
    (lecture / "01.ipynb").write_text("mine", encoding="utf-8")
    hand_out(course, lecture)
    hand_out(course, lecture)
    assert visible(lecture)["01.ipynb"] == "mine"


def test_a_notebook_that_was_deleted_comes_again(course, lecture):
    hand_out(course, lecture)
    (lecture / "01.ipynb").unlink()
    hand_out(course, lecture)
    assert visible(lecture)["01.ipynb"] == "first"


@pytest.mark.parametrize("record", ["", "[1]", "{", "null", '{"01.ipynb": 3}', "\0"])
def test_without_a_good_record_every_file_counts_as_changed(course, lecture, record):
    hand_out(course, lecture)
    (lecture / ".handed_out.json").write_text(record)
    (course / "01.ipynb").write_text("second", encoding="utf-8")
    hand_out(course, lecture)
    assert visible(lecture)["01.ipynb"] == "first"
    assert "ko/용어.md" in json.loads((lecture / ".handed_out.json").read_bytes())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no such files")
def test_what_is_no_file_stays_as_it_is(course, lecture):
    lecture.mkdir(parents=True)
    (lecture / "01.ipynb").symlink_to("nowhere")
    os.mkfifo(lecture / "02.ipynb")  # who opens it waits for ever
    os.mkfifo(lecture / ".handed_out.json")
    (course / "02.ipynb").write_text("new", encoding="utf-8")
    (lecture / "ko").symlink_to(lecture)
    hand_out(course, lecture)
    assert os.readlink(lecture / "01.ipynb") == "nowhere"
    assert not (lecture / "02.ipynb").is_file()
