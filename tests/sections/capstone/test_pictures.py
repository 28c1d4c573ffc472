"""What the pictures of the capstone show."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from lecture_kit.live.looks import LOOKS
from lecture_kit.sections.capstone.pictures import AblationPicture, FewRowsPicture, TrainingPicture


def training_data(n_epochs=3, n_classes=3):
    epochs = np.arange(n_epochs + 1)
    return {
        "epochs": epochs,
        "losses": {"training": 1.0 / (epochs + 1), "validation": 2.0 / (epochs + 1)},
        "accuracies": {"training": epochs / 4, "validation": epochs / 5},
        "mean_recalls": epochs / 10, "recalls": np.linspace(0, 1, n_classes),
        "titles": ("loss", "accuracy", "recall")}


@pytest.fixture
def training():
    return TrainingPicture(["back", "land", "rootkit"], [242, 5, 2], 20, (1e-5, 20))


def test_losses_accuracies_and_mean_recall_are_the_curves(training):
    data = training_data()
    training.draw(**data)
    for axes, name in ((training.loss, "losses"), (training.share, "accuracies")):
        for part in ("training", "validation"):
            curve = training.curves[axes, part]
            assert_array_equal(curve.get_data(), (data["epochs"], data[name][part]))
            assert curve.axes is axes
            assert curve.get_color() == LOOKS[part]["color"]
            assert curve.get_linestyle() == LOOKS[part]["linestyle"]
    assert_array_equal(training.mean_recall.get_ydata(), data["mean_recalls"])
    assert [title.get_text() for title in training.titles] == ["loss", "accuracy", "recall"]


@pytest.mark.parametrize(("highest", "top"), [(19.0, 20), (446.0, 2000), (np.nan, 20)])
def test_the_axis_of_the_loss_grows_with_the_loss(training, highest, top):
    data = training_data()
    data["losses"]["validation"][2] = highest
    training.draw(**data)
    assert training.loss.get_ylim() == (1e-5, top)
    training.draw(**training_data())
    assert training.loss.get_ylim() == (1e-5, 20)


def test_the_bars_are_the_recalls_and_each_class_names_its_rows(training):
    training.draw(**training_data())
    assert_allclose([bar.get_width() for bar in training.bars], [0, 0.5, 1])
    assert [text.get_text() for text in training.numbers] == ["0.00", "0.50", "1.00"]
    labels = [label.get_text() for label in training.bars[0].axes.get_yticklabels()]
    assert labels == ["back (242)", "land (5)", "rootkit (2)"]
    training.draw(**training_data() | {"recalls": np.full(3, np.nan)})
    assert_allclose([bar.get_width() for bar in training.bars], [0, 0, 0])
    assert [text.get_text() for text in training.numbers] == ["–"] * 3


def test_a_blind_guess_is_marked_at_one_over_k(training):
    lines = [line for line in training.share.lines if line not in training._moving]
    assert_allclose(lines[0].get_ydata(), [1 / 3, 1 / 3])


@pytest.fixture
def ablation():
    return AblationPicture(3, ("rate", "mean", "difference", "verdict"))


def test_dots_and_intervals_are_the_differences(ablation):
    differences, intervals = [np.array([0.2, 0.4]), np.array([-0.1, 0.1])], [(0.1, 0.3, 0.5),
                                                                             (-0.2, 0.0, 0.2)]
    words = [("0.1", "0.3", "", "(start)"), ("1", "0.5", "0.3 ± 0.1", "better")]
    ablation.draw(["all off", "+ Adam", "+ ReLU"], "accuracy", (-0.5, 1), differences, intervals,
                  words, "title")
    assert_array_equal(ablation.dots.get_data(), ([0.2, 0.4, -0.1, 0.1], [1, 1, 2, 2]))
    assert_array_equal(ablation.means.get_data(), ([0.3, 0], [1, 2]))
    assert_array_equal(ablation.intervals.get_xdata(), [0.1, 0.5, np.nan, -0.2, 0.2, np.nan])
    assert_array_equal(ablation.intervals.get_ydata(), [1, 1, 1, 2, 2, 2])
    shown = [[text.get_text() for text in row] for row in ablation.words]
    assert shown == [list(words[0]), list(words[1]), [""] * 4]
    assert [label.get_text() for label in ablation.axes.get_yticklabels()] == [
        "all off", "+ Adam", "+ ReLU"]
    assert ablation.axes.get_xlabel() == "accuracy: difference to 'all off' on the same split"
    assert ablation.title.get_text() == "title"


def test_only_another_table_needs_a_new_background(ablation):
    ablation.draw(["all off"], "accuracy", (0, 1), [], [], [], "")
    ablation.pixels()
    ablation.draw(["all off"], "accuracy", (0, 1), [], [], [("1", "2", "", "3")], "")
    assert ablation._background is not None
    for labels, name, limits in ((["all on"], "accuracy", (0, 1)),
                                 (["all on"], "mean recall", (0, 1)),
                                 (["all on"], "mean recall", (0.3, 1))):
        ablation.pixels()
        ablation.draw(labels, name, limits, [], [], [], "")
        assert ablation._background is None
        assert ablation.axes.get_xlim() == limits


def test_intervals_that_miss_have_another_look_and_the_curve_is_the_theory():
    grid = np.array([1, 10, 100, 1000])
    picture = FewRowsPicture(3, {"rootkit": 2}, grid)
    low, high = np.array([0.1, 0.5, 0.8]), np.array([0.4, 0.9, 1.0])
    picture.draw(np.array([0.2, 0.7, 0.9]), low, high, 0.85, 1 / grid, (10, 0.3), ("a", "b"))
    assert_array_equal(picture.intervals[True].get_xdata(), [0.5, 0.9, np.nan, 0.8, 1.0, np.nan])
    assert_array_equal(picture.intervals[True].get_ydata(), [1, 1, 1, 2, 2, 2])
    assert_array_equal(picture.intervals[False].get_xdata(), [0.1, 0.4, np.nan])
    assert picture.intervals[False].get_color() != picture.intervals[True].get_color()
    assert picture.intervals[False].get_linewidth() > picture.intervals[True].get_linewidth()
    assert_array_equal(picture.found.get_data(), ([0.2, 0.7, 0.9], [0, 1, 2]))
    assert_array_equal(picture.truth.get_xdata(), [0.85, 0.85])
    assert_array_equal(picture.theory.get_data(), (grid, 1 / grid))
    assert_array_equal(picture.measured.get_data(), ([10], [0.3]))
    assert [title.get_text() for title in picture.titles] == ["a", "b"]


def test_the_names_of_two_classes_of_nearly_equal_size_do_not_touch():
    picture = FewRowsPicture(3, {"back": 242, "satan": 226, "land": 5}, np.array([1, 1000]))
    (axes,) = {picture.theory.axes}
    names = {text.get_text(): text.get_horizontalalignment() for text in axes.texts
             if text.get_text()}
    assert names == {"back 242": "left", "satan 226": "right", "land 5": "right"}
