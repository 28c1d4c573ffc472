"""Own rates and the critical batch size: laws put in, laws found."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import least_squares

from lecture_kit.sections.epochs_and_batches import own_rates, race

SIZES = np.array(race.BATCH_SIZES)


def test_the_law_is_found_where_it_holds():
    fewest, critical = np.array([30.0, 40.0]), np.array([20.0, 5.0])
    updates = fewest * (1 + critical / SIZES[:, np.newaxis])
    assert_allclose(own_rates.critical_batch_size(SIZES, updates), [fewest, critical])
    at_critical = own_rates.critical_batch_size([20, 80], [[60.0], [37.5]])
    assert_allclose(np.ravel(at_critical), [30, 20])


def test_the_fit_is_that_of_least_relative_errors():
    updates = np.array([1200.0, 310, 105, 60, 37, 35])
    best = least_squares(lambda law: law[0] * (1 + law[1] / SIZES) / updates - 1, [30.0, 30.0],
                         xtol=1e-14, ftol=1e-14, gtol=1e-14)
    assert_allclose(np.ravel(own_rates.critical_batch_size(SIZES, updates[:, np.newaxis])),
                    best.x, rtol=1e-5)


def test_one_batch_size_makes_no_law():
    with pytest.raises(ValueError, match="needs two batch sizes"):
        own_rates.critical_batch_size([4], [[3.0]])
    with pytest.raises(ValueError, match="updates must hold one row per batch size"):
        own_rates.critical_batch_size([4, 8], [[3.0]])


@pytest.fixture
def costs(monkeypatch):
    """Put a table of costs in the place of the trainings."""
    table = np.full((5, 3), np.nan)
    monkeypatch.setattr(own_rates, "updates_to_arrive", lambda *_settings: table)
    return table


def test_the_best_rate_is_that_with_which_all_arrive_soonest(costs):
    costs[1:4] = [[50, 50, 50], [40, 41, 42], [10, np.nan, 10]]
    assert own_rates.best_rate("digits", 1024) == (0.5, False)
    costs[4] = 5
    assert own_rates.best_rate("digits", 1024) == (2.0, True)
    costs[0] = 4
    assert own_rates.best_rate("digits", 1024) == (0.125, True)


def test_without_an_arrival_there_is_no_best_rate(costs):
    costs[2] = [40, np.nan, 40]
    with pytest.raises(ValueError, match="with one of the rates both must arrive"):
        own_rates.best_rate("digits", 1024)


@pytest.mark.full
@pytest.mark.parametrize("data", ["digits", "spambase"])
def test_the_rates_of_the_panel_are_those_that_a_search_finds(data):
    found = {size: own_rates.best_rate(data, size) for size in race.BATCH_SIZES}
    assert {size: rate for size, (rate, _edge) in found.items()} == own_rates.OWN_RATES[data]
    assert not any(is_edge for _rate, is_edge in found.values())
