"""The start page: one step of gradient descent, what is installed, and all corrections."""

import math
import re
from functools import cache
from importlib.metadata import PackageNotFoundError

import nbformat
import numpy as np
import pytest
from driving import ROOT
from oracles import frozen, says
from scipy.integrate import quad
from scipy.stats import norm, skew

from lecture_kit.maths.datasets import load_digits
from lecture_kit.sections.start_here import experiments

NOTEBOOKS = ROOT / "notebooks"
CORRECTIONS = experiments.corrections()


@cache
def cells_of(name):
    return nbformat.read(NOTEBOOKS / name, as_version=4).cells


@pytest.mark.parametrize(("curvature", "learning_rate"), [(2.0, 0.1), (2.0, 0.9), (0.5, 3.0)])
def test_the_step_factor_is_what_a_step_does(curvature, learning_rate):
    x = 4.0
    moved = x - learning_rate * curvature * x
    assert experiments.step_factor(curvature, learning_rate) == pytest.approx(moved / x)
    assert experiments.descent_step(x, curvature * x, learning_rate) == pytest.approx(moved)


def test_the_step_factor_takes_arrays_and_refuses_bad_rates():
    rates = frozen([0.0, 0.5, 1.0])
    np.testing.assert_allclose(experiments.step_factor(2.0, rates), [1, 0, -1])
    with pytest.raises(ValueError, match=says(
            "learning_rate must be at least 0", "-0.1", "Try 0.1.")):
        experiments.step_factor(2.0, -0.1)
    with pytest.raises(ValueError, match="curvature must be"):
        experiments.step_factor(np.inf, 0.1)
    for call in (lambda: experiments.step_factor([1.0, 2.0, 3.0], [0.1, 0.2]),
                 lambda: experiments.descent_step([1.0, 2.0, 3.0], [0.1, 0.2], 0.1)):
        with pytest.raises(ValueError, match="must fit together"):
            call()


def test_the_measured_factor_is_that_of_the_run():
    assert experiments.measured_factor(4 * (-0.7) ** np.arange(20)) == pytest.approx(-0.7)
    assert experiments.measured_factor(np.array([4.0, 0.0, 0.0])) == 0
    assert experiments.measured_factor(np.array([4.0, 1.0, 1e-310, 1.0])) == pytest.approx(0.125)
    with pytest.raises(ValueError, match="a step from a place other than 0"):
        experiments.measured_factor(np.array([0.0, 0.0]))
    with pytest.raises(ValueError, match="path must be"):
        experiments.measured_factor(np.array([1.0, np.nan]))


@pytest.mark.parametrize(("path", "n_seen"), [
    ([4, -5, 7, -9], 3), ([4, 6, -6], 3), ([4], 1), ([-6.5, 1], 1)])
def test_a_run_is_cut_off_after_its_first_point_outside(path, n_seen):
    np.testing.assert_array_equal(experiments.cut_outside(frozen(path), 6), path[:n_seen])


@pytest.mark.parametrize("learning_rate", [0.1, 0.5, 0.9, 1.2])
def test_theory_expects_the_distances_of_a_run(learning_rate):
    x, distances = -3.0, []
    for _ in range(6):
        distances.append(abs(x))
        x -= learning_rate * 2 * x
    expected = experiments.expected_distances(-3.0, 2.0, learning_rate, 5)
    np.testing.assert_allclose(expected, distances, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("found", "lowest", "enough"), [
    ("2.0", "2.0", True), ("2.10.1", "2.9", True), ("2.9.7", "2.10", False), ("3", "2.5", True),
    ("2", "2.0", True), ("2.0rc1", "2.0", True), ("1.26.4", "2.0", False), ("3.11.0", "3.11", True),
    ("4.2.0.dev3", "4.2", True), ("8.1.post1", "8.1.1", False)])
def test_versions_are_compared_number_by_number(found, lowest, enough):
    assert experiments.is_new_enough(found, lowest) == enough


@pytest.mark.parametrize("bad", ["", "new", ".1", None, 2.0])
def test_a_version_begins_with_a_number(bad):
    with pytest.raises(ValueError, match=says(
            "found must begin with a number", repr(bad), 'Pass "2.1.3".')):
        experiments.is_new_enough(bad, "2.0")
    with pytest.raises(ValueError, match="lowest must begin with a number"):
        experiments.is_new_enough("2.0", bad)


def test_requirements_are_those_of_the_project():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[(.*?)^\]", project, re.S | re.M)[1]
    always = dict(re.findall(
        r'"([\w-]+)(?:!=[\d.*]+,)?>=([\d.]+)(?:; sys_platform != \'emscripten\')?"', block))
    python = re.search(r'requires-python = ">=([\d.]+)"', project)[1]
    found = experiments.requirements()
    assert {r.name: r.lowest for r in found} == {"Python": python, **always}
    assert all(r.met for r in found)


def test_a_browser_needs_no_jupyterlab(monkeypatch):
    everywhere = [r.name for r in experiments.requirements()]
    monkeypatch.setattr(experiments.sys, "platform", "emscripten")
    assert [r.name for r in experiments.requirements()] == [
        name for name in everywhere if name != "jupyterlab"]


def test_an_old_package_is_not_enough_and_a_missing_one_is_an_error(monkeypatch):
    monkeypatch.setattr(experiments, "version", lambda name: "1.0" if name == "numpy" else "99")
    assert [r.name for r in experiments.requirements() if not r.met] == ["numpy"]

    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(experiments, "version", missing)
    with pytest.raises(PackageNotFoundError):
        experiments.requirements()


def test_corrections_fit_into_the_table():
    assert len(CORRECTIONS) >= 35
    assert len({(c.notebook, c.says) for c in CORRECTIONS}) == len(CORRECTIONS)
    for correction in CORRECTIONS:
        assert len(correction.says) <= 42, correction.says
        assert len(correction.holds) <= 56, correction.holds
        assert 0 < len(correction.quote) <= 42, correction.quote
        assert "|" not in correction.quote + correction.says + correction.holds
        assert "`" not in correction.quote
        assert correction.shown in ("cell", "note")


@pytest.mark.parametrize("correction", CORRECTIONS, ids=lambda c: f"{c.notebook[:2]}-{c.cell}")
def test_the_code_cell_of_a_correction_exists(correction):
    (cell,) = [cell for cell in cells_of(correction.notebook) if cell.id == correction.cell]
    assert cell.cell_type == "code"  # JupyterLab scrolls past a markdown cell below a picture


WORDS = {  # what must stand at the link, beside the numbers of the entry
    "½‖y − o‖²": ["*mean* squared error"], "loss = cost": ["many good books"],
    "e = σ(Z)": ["$e = \\sigma(Z)$", "$o = \\sigma(z)$"], "in softmax": ["e^{s_i}"],
    "log likelihood, unlike": ["*unlike* cross entropy"],
    "data.std": ["`data.std`", "pandas"], "`np.random": ["`np.random.randn(1000, 100)`"],
    "the lines of": ["`if i != 0`", "layer 0"], "`range": ["`range=(0, 1)`"],
    "three lines": ["overwrites", "only Xavier"], "Xavier is": ["Glorot", "uniform"],
    "z is the output": ["a = \\varphi(z)"], "movement": ["PyTorch", "rate 0.05, then 0.01"],
    "more epochs": ["the same weights as the short run: True"],
    "too many": ["then rises by", "falls by 0.00"],
    "a batch then": ["skewness"], "(X − μ)/σ": ["1e-5"], "the slides end": ["running_mean"],
    "it helps": ["noisy BN"], "it keeps": ["15% random"],
    "the shift comes": ["with all rows at once"],
    "a unit that": ["hidden layer 1", "woke up 0"], "learns faster": ["own best"],
    "nothing about": ["infer"], "max overfits": ["own best", "clear: False"],
    "ReLU is shaped": ["no upper bound"],
}
POWER = re.compile(r"10[⁻⁰¹²³⁴-⁹]+|[a-z]²|√n")
NUMBER = re.compile(r"(?<![\w.])[-−]?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?")


def numbers_in(text):
    return [number.replace(",", "").replace("−", "-").rstrip(".") for number in
            NUMBER.findall(POWER.sub(" ", re.sub(r"(\d),(?!\d{3})", r"\1 ", text)))]


def text_at(correction):
    """Code and output of the linked cell, or the texts nearby."""
    cells = cells_of(correction.notebook)
    (place,) = [i for i, cell in enumerate(cells) if cell.id == correction.cell]
    if correction.shown == "note":
        return "\n".join(cell.source for cell in cells[place - 2:place + 3]
                         if cell.cell_type == "markdown")
    return "\n".join([cells[place].source, *(
        output.get("text", "") for output in cells[place].outputs)])


@pytest.mark.parametrize("correction", CORRECTIONS, ids=lambda c: f"{c.notebook[:2]}-{c.says}")
def test_the_linked_cell_shows_the_words_and_every_number_of_the_entry(correction):
    text = text_at(correction)
    words = [word for begin, words in WORDS.items() if correction.says.startswith(begin)
             for word in words]
    numbers = numbers_in(correction.holds)
    assert words or numbers
    for word in words:
        assert word in re.sub(r"[ \n]+", " ", text)
    there = [float(number) for number in numbers_in(text)]
    for number in numbers:
        digits = len(number.partition(".")[2])
        assert any(f"{value:.{digits}f}" == number for value in there), number


def test_numbers_are_found_in_a_text():
    text = "1,024 rows; −0.33 (10⁻⁸, x², 0.9); 1e-5, layer2, B = 64."
    assert numbers_in(text) == ["1024", "-0.33", "0.9", "1e-5", "64"]


def test_every_notebook_of_a_section_has_corrections():
    sections = {path.name for path in NOTEBOOKS.glob("0[1-9]_*.ipynb")}
    assert {c.notebook for c in CORRECTIONS} >= sections


@pytest.mark.parametrize("name", sorted({c.notebook for c in CORRECTIONS}))
def test_no_note_about_a_slide_is_forgotten(name):
    cells = cells_of(name)
    linked = [place for place, cell in enumerate(cells)
              if cell.id in {c.cell for c in CORRECTIONS if c.notebook == name}]
    notes = [(place, cell.id) for place, cell in enumerate(cells)
             if "**About the slide" in cell.source and cell.cell_type == "markdown"]
    assert notes
    for place, cell_id in notes:
        assert min(abs(place - other) for other in linked) <= 2, cell_id


def logistic(z):
    return 1 / (1 + math.exp(-z))


def mean_slope_of_tanh(deviation):
    """Mean over N(0, deviation²). Beyond ±20 the slope is 0."""
    return quad(lambda z: (1 - math.tanh(z) ** 2) * norm.pdf(z, scale=deviation), -20, 20,
                points=[0])[0]


def signals_of_xavier():
    """Spread of layer 5 of sigmoids and the part of it that differs from row to row."""
    t, p = np.polynomial.hermite_e.hermegauss(80)
    p = p / p.sum()
    square, common = 1.0, 0.0
    for _ in range(5):
        own = np.sqrt(square - common) * t
        a = 1 / (1 + np.exp(-(np.sqrt(common) * t[:, None] + own)))
        square, common = p @ (a**2 @ p), p @ (a @ p) ** 2
    return math.sqrt(square - 0.25), math.sqrt(square - common)


def steps_off_the_ridge(y, rate):
    steps = 0
    while y < 1:
        y, steps = y * (1 + 2 * rate), steps + 1
    return steps


def skewness_of_one_node():
    """That of the node that notebook 07 looks at."""
    rng = np.random.default_rng(12)
    rows = load_digits()[0].features[:1200] / 16
    return skew((rows @ (0.6 * rng.standard_normal((64, 1)))).ravel())


SPREAD, SIGNAL = signals_of_xavier()
SKEWNESS = skewness_of_one_node()
HILLTOP = np.sort(np.roots([4, 0, -4, 0.9]).real)[1]
TANH_SLOPES = [mean_slope_of_tanh(deviation) for deviation in (math.sqrt(1000), 1)]


@pytest.mark.parametrize(("slide", "numbers"), [
    ("e = 0.2815", [f"{logistic(1.1) ** 2 / 2:.4f};"]),
    ("σ′ is at most", [f"at most {1 / 4:.2f}"]),
    ("the log₂ loss", [f"it is {1 / math.log(2):.2f} times"]),
    ("log₂ in the formula", [f"{-math.log2(0.098):.2f} bits", f"{-math.log(0.098):.2f} nats"]),
    ("1.885 m", [f"{(188.5 - 152.5) / 100:.2f} m"]),
    ("the features differ", [f"{20.5 / 0.36:.0f} times"]),
    ("so one weight", [f"{20.5 / 0.36:.0f} times smaller", f"{20.5 / 0.36:.0f} times longer"]),
    ("data.std", [f"Factor {math.sqrt(40 / 39):.3f} "]),
    ("N(0, 0.01)", [f"both have {SPREAD:.2f}"]),
    ("Xavier is", [f"times {math.sqrt(64 * 2 / 320):.2f}"]),
    ("Xavier for layers", [f"signal of {SIGNAL:.4f}"]),
    ("it finds where", [f"it is −{abs(4 * (-1.5) ** 3 + 4 * 1.5 + 0.9):.1f}"]),
    ("too large a step", [f"x², η = {2 / 2:.0f}"]),
    ("a random start", [f"steps {(HILLTOP + 2) / 4:.2f} go"]),
    ("Adam is", [f"is {math.sqrt(10):.2f} η"]),
    ("SGD stays", [f"{steps_off_the_ridge(1e-8, 0.01)} steps"]),
    ("RMSprop gets", [f"{1 / (8 * 0.01**2):,.0f} steps"]),
    ("a large batch", [f"{1024 / 1:,.0f} times", f"{1024 / (1024 * 1):.0f} per epoch"]),
    ("a small batch", [f"be {0.01 * 1024:.0f} for B = 1", f"{2 * 1024 / 64:.0f} for B = 64"]),
    ("a batch then follows", [f"skewness −{-SKEWNESS:.2f} stays −{-SKEWNESS:.2f}"]),
    ("the slope at 0", [f"measured {(1e-4 - 0) / 2e-4:.1f}"]),
    ("in many dimensions", [f"slope {TANH_SLOPES[0]:.2f},", f"1/√n {TANH_SLOPES[1]:.2f}"]),
    ("slope 1, so", [f"leaves {0.5**10.5:.4f}", "He 1"]),
    ("p: the sum", [f": {1.6 / 4:.1f} for 1.6"]),
    ("p for any window", ["is 0"]),
    ("nothing about", [f"{(1.6**2 + 2.4**2) / 4:.2f} for"]),
])
def test_the_numbers_of_the_corrections(slide, numbers):
    (correction,) = [c for c in CORRECTIONS if c.says.startswith(slide)]
    for number in numbers:
        assert number in correction.holds
