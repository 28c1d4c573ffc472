"""Results that panels keep."""

from lecture_kit.live.kept import Kept


def test_the_oldest_result_goes_first():
    results = Kept(2)
    for number, settings in enumerate([(1, "a"), (2, "b"), (3, "c")]):
        results[settings] = number
    assert results == {(2, "b"): 1, (3, "c"): 2}
