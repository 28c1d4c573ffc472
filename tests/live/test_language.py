"""Words on panels: English at first, translated when a notebook says so."""

import importlib.util
import struct
from pathlib import Path

import pytest

from lecture_kit.live import language


def write_catalogue(path, words):
    """Write a gettext catalogue, see "The Format of GNU MO Files" in the gettext manual."""
    entries = sorted({"": "Content-Type: text/plain; charset=UTF-8\n", **words}.items())
    texts = [[text.encode() for text in column] for column in zip(*entries, strict=True)]
    position = 28 + 16 * len(entries)
    tables, body = b"", b""
    for column in texts:
        for text in column:
            tables += struct.pack("<2I", len(text), position + len(body))
            body += text + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(entries), 28, 28 + 8 * len(entries), 0, 0)
    path.parent.mkdir(parents=True)
    path.write_bytes(header + tables + body)


def load_copy(folder):
    """Import a copy of the module that looks for its catalogues in another folder."""
    copy = folder / "live" / "language.py"
    copy.parent.mkdir()
    copy.write_text(Path(language.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("language_copy", copy)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copy(tmp_path):
    write_catalogue(tmp_path / "locales/ko/LC_MESSAGES/lecture_kit.mo", {"momentum": "모멘텀"})
    return load_copy(tmp_path)


def test_words_are_english_at_first_whatever_the_computer_speaks(copy, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "ko")
    assert copy.translate("momentum") == "momentum"


def test_words_follow_the_chosen_language(copy):
    copy.speak("ko")
    assert copy.translate("momentum") == "모멘텀"
    copy.speak("en")
    assert copy.translate("momentum") == "momentum"


@pytest.mark.parametrize("words", ["velocity", "100 %", "{loss} after {n} steps"])
def test_words_that_the_catalogue_lacks_stay_english(copy, words):
    copy.speak("ko")
    assert copy.translate(words) == words


def test_an_unknown_language_is_refused_and_nothing_changes(copy):
    copy.speak("ko")
    with pytest.raises(ValueError, match=r'language must be one of.*en.*ko'):
        copy.speak("fr")
    assert copy.translate("momentum") == "모멘텀"


@pytest.mark.parametrize(("value", "words"), [
    (-0.25, "−0.25"), (12.3456, "12.3"), (1e-5, "1e−05"), (0, "0"), (999.6, "1,000"),
    (-3904, "−3,900"), (1.234e6, "1,230,000"), (1e7, "1e+07"),
])
def test_a_number_has_three_digits_and_a_true_minus_sign(value, words):
    assert language.number(value) == words


@pytest.mark.parametrize(("value", "digits", "words"), [
    (-26.0, 1, "−30"), (0.0512, 2, "0.051"), (8e-14, 1, "8e−14"), (1234.5, 1, "1,000"),
])
def test_a_number_can_have_fewer_digits(value, digits, words):
    assert language.number(value, digits) == words


@pytest.mark.parametrize(("values", "words"), [
    ([0.05, 0.07, 0.03], "0.050 ± 0.012"),
    ([-0.05, -0.07, -0.03], "−0.050 ± 0.012"),
    ([10, 11, 15], "12.0 ± 1.5"),
    ([1000, 1400, 1300], "1233 ± 120"),
    ([0.25, 0.25], "0.250 ± 0.000"),
])
def test_a_mean_has_as_many_places_as_its_error(values, words):
    assert language.mean_and_error(values) == words


def test_one_value_has_no_error():
    with pytest.raises(ValueError, match="a spread needs at least 2 values"):
        language.mean_and_error([1.0])


@pytest.mark.parametrize(("values", "words"), [
    ([61.3, 29.0, 17.94], "29 (17.9 to 61.3)"), ([4], "4 (4 to 4)"), ([-1, 0], "−0.5 (−1 to 0)")])
def test_many_draws_are_told_by_median_and_range(values, words):
    assert language.median_and_range(values) == words
