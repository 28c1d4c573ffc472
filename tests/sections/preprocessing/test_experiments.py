"""The valley of a model of two features, against closed forms and scikit-learn."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from oracles import numerical_gradient, says
from sklearn.linear_model import LinearRegression

from lecture_kit.maths.landscapes import quadratic
from lecture_kit.maths.preprocessing import SCALERS, StandardScaler
from lecture_kit.sections.preprocessing import experiments

RNG = np.random.default_rng(12)


# The people


@pytest.mark.parametrize("correlation", [-0.9, 0.0, 0.6])
@pytest.mark.parametrize("seed", [0, 3])
def test_people_have_exactly_the_stated_moments(correlation, seed):
    features, target = experiments.people(30, correlation, seed)
    assert features.shape == (30, 2)
    assert_allclose(features.mean(axis=0), [1.70, 65])
    assert_allclose(features.std(axis=0), [0.09, 11])
    assert_allclose(np.corrcoef(features.T)[0, 1], correlation, atol=1e-12)
    assert target.mean() == pytest.approx(0, abs=1e-12)
    fit = LinearRegression().fit(features, target)
    assert_allclose(fit.coef_, [-20, 0.6])
    assert np.std(target - fit.predict(features)) == pytest.approx(8)


def test_people_repeat_with_the_seed_and_the_correlation_leaves_the_draw_alone():
    first, again, other = (experiments.people(seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01
    assert_allclose(experiments.people(correlation=-0.5, seed=1)[0][:, 0], first[:, 0])


def test_people_follow_the_draw():
    drawn = np.random.default_rng(5).standard_normal((50, 3))
    features, _target = experiments.people(50, 0.6, 5)
    assert np.corrcoef(features[:, 0], drawn[:, 0])[0, 1] > 0.99


@pytest.mark.parametrize(("arguments", "pattern"), [
    ((3,), says("n_people must be at least 4", "3", "Try n_people=50.")),
    ((50, 1.0), says("correlation must lie between -1 and 1", "1.0", "no way")),
    ((50, -1.2), says("correlation must lie between -1 and 1", "-1.2", "no way")),
])
def test_people_refuse_bad_settings(arguments, pattern):
    with pytest.raises(ValueError, match=pattern):
        experiments.people(*arguments)


# The valley


@pytest.fixture(params=SCALERS, ids=list(SCALERS))
def rows_and_target(request):
    features, target = experiments.people(40, 0.3, 1)
    scaler = SCALERS[request.param]
    return scaler().fit(features).transform(features) if scaler else features, target


def test_the_loss_of_the_model_is_the_mean_squared_error_above_the_best(rows_and_target):
    rows, target = rows_and_target
    model = experiments.linear_model(rows, target)
    fit = LinearRegression(fit_intercept=False).fit(rows, target)
    assert_allclose(model.minima, [fit.coef_], rtol=1e-8)

    def error(w):
        return np.mean((rows @ w - target) ** 2) / 2

    for w in fit.coef_ + RNG.normal(size=(4, 2)) * fit.coef_:
        assert model.value(w) == pytest.approx(error(w) - error(fit.coef_), rel=1e-6)
        assert_allclose(model.gradient(w), numerical_gradient(error, w), rtol=1e-6)
        assert_allclose(model.hessian(w), numerical_gradient(model.gradient, w), rtol=1e-6)


def test_the_model_takes_many_points_at_once(rows_and_target):
    model = experiments.linear_model(*rows_and_target)
    points = RNG.normal(size=(3, 5, 2))
    assert model.value(points).shape == (3, 5)
    assert model.gradient(points).shape == (3, 5, 2)
    assert model.hessian(points).shape == (3, 5, 2, 2)
    assert_allclose(model.value(points)[1, 2], model.value(points[1, 2]))


@pytest.mark.parametrize(("features", "target", "words"), [
    (np.ones((3, 2)), np.zeros(4), "features must be a table with one target per row"),
    (np.ones(3), np.zeros(3), "features must be a table with rows"),
    (np.ones((3, 2)), np.zeros(3), "features must not be copies of each other, or constant 0"),
    (np.zeros((3, 1)), np.zeros(3), "features must not be copies of each other, or constant 0"),
    (np.array([[np.nan]]), np.zeros(1), "features must be finite"),
    (np.ones((1, 1)), np.array([np.inf]), "target must be finite"),
])
def test_a_model_without_one_best_place_is_refused(features, target, words):
    with pytest.raises(ValueError, match=words):
        experiments.linear_model(features, target)


@pytest.mark.parametrize(("correlation", "seed"), [(0.6, 0), (-0.9, 2)])
def test_the_valleys_are_those_of_the_people_on_each_scale(correlation, seed):
    models, height = experiments.valleys(correlation, seed)
    features, target = experiments.people(50, correlation, seed)
    low, mean = features.min(axis=0), features.mean(axis=0)
    rows = {"raw": features, "min-max": (features - low) / np.ptp(features, axis=0),
            "z-score": (features - mean) / features.std(axis=0)}
    assert list(models) == list(rows)
    for name, model in models.items():
        assert_allclose(model.minima[0], np.linalg.lstsq(rows[name], target, rcond=None)[0])
        expected = np.linalg.svd(rows[name], compute_uv=False)[::-1] ** 2 / 50
        assert_allclose(experiments.curvatures_of(model), expected)
    assert height == pytest.approx(np.mean(target**2) / 2)


def test_the_curvatures_of_a_valley_come_in_order():
    assert_allclose(experiments.curvatures_of(quadratic([3.0, 1.0])), [1, 3])


def test_condition_number_agrees_with_numpy(rows_and_target):
    rows, _target = rows_and_target
    matrix = rows.T @ rows
    kappa = experiments.condition_number(np.linalg.eigvalsh(matrix))
    assert kappa == pytest.approx(np.linalg.cond(matrix), rel=1e-8)
    with pytest.raises(ValueError, match="curvatures must be positive"):
        experiments.condition_number([0.0, 1.0])


@pytest.mark.parametrize("correlation", [-0.95, -0.3, 0.0, 0.5, 0.9])
def test_condition_number_after_z_score_is_that_of_the_rows(correlation):
    features, _target = experiments.people(60, correlation, 2)
    scaled = StandardScaler().fit(features).transform(features)
    expected = np.linalg.cond(scaled.T @ scaled)
    assert experiments.condition_number_after_z_score(correlation) == pytest.approx(expected)


def test_condition_number_after_z_score_has_the_numbers_worked_out_by_hand():
    assert_allclose(experiments.condition_number_after_z_score(np.array([0, 0.5, -0.5])), [1, 3, 3])
    with pytest.raises(ValueError, match=says("correlation must lie", "1.0", "both features")):
        experiments.condition_number_after_z_score(1.0)


def test_the_fair_start_shares_the_height_equally(rows_and_target):
    model = experiments.linear_model(*rows_and_target)
    start = experiments.fair_start(model, 7.0)
    assert model.value(start) == pytest.approx(7)
    curvatures, directions = np.linalg.eigh(model.hessian(start))
    along = directions.T @ (start - model.minima[0])
    assert_allclose(curvatures * along**2 / 2, [3.5, 3.5], rtol=1e-5)


def test_the_fair_start_of_a_round_bowl_lies_on_the_axes_of_its_neighbours():
    starts = []
    for r in (0.0, 1e-6):
        features, target = experiments.people(50, r, 0)
        rows = StandardScaler().fit(features).transform(features)
        model = experiments.linear_model(rows, target)
        starts.append(experiments.fair_start(model, 1.0) - model.minima[0])
    assert_allclose(starts[0], starts[1], atol=1e-4)
    assert_allclose(starts[0], [0, np.sqrt(2)], atol=1e-4)


def test_the_fair_start_needs_a_height():
    with pytest.raises(ValueError, match=says("height must be positive", "0", "Try 1.")):
        experiments.fair_start(quadratic([1.0, 2.0]), 0)


def test_the_contour_has_one_height_and_goes_once_around(rows_and_target):
    model = experiments.linear_model(*rows_and_target)
    line = experiments.on_contour(model, 3.0, np.linspace(0, 360, 200))
    assert line.shape == (200, 2)
    assert_allclose(model.value(line), 3, rtol=1e-5)
    assert_allclose(line[0], line[-1])
    assert_allclose(line[:-1].mean(axis=0), model.minima[0], rtol=1e-8)
    assert_allclose(experiments.on_contour(model, 3.0, 45), experiments.fair_start(model, 3.0))


@pytest.mark.parametrize("angle", [0, 90])
def test_from_an_axis_of_the_ellipse_one_step_of_the_right_length_arrives(rows_and_target, angle):
    model = experiments.linear_model(*rows_and_target)
    curvature = np.linalg.eigvalsh(model.hessian(model.minima[0]))[angle // 90]
    run = experiments.descend(
        model, 1 / curvature, experiments.on_contour(model, 1.0, angle), n_steps=1)
    assert run.losses[1] < 1e-6


@pytest.mark.parametrize("share", [0.3, 0.9, 1.001, 1.5])
def test_a_descent_walks_like_gradient_descent_on_the_rows(rows_and_target, share):
    rows, target = rows_and_target
    model = experiments.linear_model(rows, target)
    curvatures = np.linalg.eigvalsh(rows.T @ rows / len(rows))
    learning_rate = share * 2 / curvatures[1]
    start = experiments.fair_start(model, 5.0)
    run = experiments.descend(model, learning_rate, start, 30)
    w = start
    for step, (point, loss) in enumerate(zip(run.path, run.losses, strict=True)):
        assert_allclose(point, w, rtol=1e-6)
        pulls = 1 - learning_rate * curvatures
        assert loss == pytest.approx(np.mean(pulls ** (2 * step)), rel=1e-4)
        w = w - learning_rate * rows.T @ (rows @ w - target) / len(rows)
    assert run.factor == pytest.approx(np.abs(pulls).max())
    assert (run.diverged_at is None) == (share < 1.4)
    if run.diverged_at is None:
        assert len(run.path) == 31
    else:
        assert run.losses[run.diverged_at] > 1e4 >= run.losses[run.diverged_at - 1]
        assert len(run.path) == run.diverged_at + 1


def test_a_descent_measures_the_factor_of_theory(rows_and_target):
    rows, target = rows_and_target
    model = experiments.linear_model(rows, target)
    low, high = np.linalg.eigvalsh(rows.T @ rows / len(rows))
    best = experiments.descend(model, 2 / (low + high), experiments.fair_start(model, 1.0), 300)
    kappa = high / low
    assert best.factor == pytest.approx((kappa - 1) / (kappa + 1))
    assert best.measured == pytest.approx(best.factor, rel=1e-4)
    beyond = experiments.descend(model, 2.2 / high, experiments.fair_start(model, 1.0), 300)
    assert beyond.factor == pytest.approx(1.2)
    assert beyond.measured == pytest.approx(1.2, rel=1e-2)


def test_a_descent_says_when_it_arrives():
    model = quadratic([1.0, 1.0])
    run = experiments.descend(model, 0.5, [1.0, 1.0], 10, share=0.01)
    assert_allclose(run.losses, 0.25 ** np.arange(11))
    assert run.arrived_at == 4
    assert experiments.descend(model, 0.5, [1.0, 1.0], 3).arrived_at is None
    at_once = experiments.descend(model, 1.0, [1.0, 1.0], 10)
    assert at_once.arrived_at == 1
    assert np.isnan(at_once.measured)


def test_a_descent_that_bursts_at_once_has_no_measured_factor():
    run = experiments.descend(quadratic([1e3, 1e4]), 100.0, [1.0, 1.0])
    assert run.diverged_at == 1
    assert len(run.path) == 2
    assert np.isfinite(run.losses).all()
    assert np.isnan(run.measured)


@pytest.mark.parametrize(("factor", "share", "steps"), [
    (0.6, 0.01, 5), (0.1, 0.01, 1), (0.5, 0.0625, 2), (0.5, 0.06, 3), (0.0, 0.01, 1),
    (1e-9, 0.01, 1), (0.9, 0.01, 22), (1.0, 0.01, np.inf), (1.3, 0.5, np.inf),
])
def test_enough_steps_are_the_first_that_theory_promises(factor, share, steps):
    assert experiments.enough_steps(factor, share) == steps


def test_runs_never_need_more_steps_than_theory_says(rows_and_target):
    model = experiments.linear_model(*rows_and_target)
    high = np.linalg.eigvalsh(model.hessian(model.minima[0]))[-1]
    for learning_rate in np.linspace(0.1, 1.9, 10) / high:
        run = experiments.descend(model, learning_rate, experiments.fair_start(model, 1.0), 500)
        if run.arrived_at is not None:
            assert run.arrived_at <= experiments.enough_steps(run.factor)


def test_a_loss_of_exactly_the_share_has_arrived():
    features, target = experiments.people(correlation=0.1)
    model = experiments.linear_model(
        (features - features.mean(axis=0)) / features.std(axis=0), target
    )
    run = experiments.descend(model, 1.0, experiments.fair_start(model, 1.0))
    assert run.arrived_at == experiments.enough_steps(run.factor) == 1


@pytest.mark.parametrize(("arguments", "words"), [
    ((-0.1,), "factor must be at least 0"), ((0.5, 0.0), "share must lie between 0 and 1"),
    ((0.5, 1.0), "share must lie between 0 and 1"),
])
def test_enough_steps_refuse_bad_numbers(arguments, words):
    with pytest.raises(ValueError, match=words):
        experiments.enough_steps(*arguments)


def test_the_falling_loss_stops_growing_at_its_limit():
    assert_allclose(experiments.falling_loss(0.5, 3), [1, 0.25, 0.0625, 0.015625])
    assert_allclose(experiments.falling_loss(1e100, 3, highest=7.0), [1, 7, 7, 7])
