"""Optimizers against hand-made steps, other forms of the same rule and matrix powers."""


import numpy as np
import pytest
from oracles import frozen, says

from lecture_kit.maths.landscapes import double_well, quadratic, rosenbrock
from lecture_kit.maths.optimizers import (
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Nesterov,
    Optimizer,
    RMSprop,
)
from lecture_kit.maths.trajectories import trajectory

LINEAR = [GradientDescent(0.1), Momentum(0.1, 0.9), Nesterov(0.1, 0.9)]
ADAPTIVE = [Adagrad(0.1), RMSprop(0.1), Adadelta(0.1), Adam(0.1), AdamW(0.1)]
ALL = [*LINEAR, *ADAPTIVE]
every_optimizer = pytest.mark.parametrize("optimizer", ALL, ids=lambda rule: type(rule).__name__)

VALLEY = quadratic([0.1, 2])
START = (-7, 2)
ROOTS = np.sqrt([0.1, 2])
OPTIMAL = (4 / ROOTS.sum() ** 2, (np.diff(ROOTS)[0] / ROOTS.sum()) ** 2)  # Polyak


# Single steps


def test_first_step_of_gradient_descent():
    moved, _ = GradientDescent(0.1).step(np.array([1.0, -2.0]), np.array([0.5, 4.0]), {})
    np.testing.assert_allclose(moved, [0.95, -2.4], rtol=1e-15)


def test_first_two_steps_of_momentum():
    optimizer, w = Momentum(0.5, 0.8), np.array([1.0])
    w, state = optimizer.step(w, np.array([2.0]), optimizer.initial_state(w))
    assert w == pytest.approx(0.0)  # v = −1
    w, state = optimizer.step(w, np.array([0.2]), state)
    assert w == pytest.approx(-0.9, rel=1e-14)  # v = 0.8 · (−1) − 0.5 · 0.2
    assert state["velocity"] == pytest.approx(-0.9, rel=1e-14)


def test_first_two_steps_of_nesterov():
    optimizer, u = Nesterov(0.5, 0.8), np.array([1.0])
    u, state = optimizer.step(u, np.array([2.0]), optimizer.initial_state(u))
    assert u == pytest.approx(-0.8, rel=1e-14)  # v = −1, u = 1 − 0.8 − 1
    u, state = optimizer.step(u, np.array([0.2]), state)
    assert u == pytest.approx(-1.62, rel=1e-14)  # v = −0.9, u = −0.8 − 0.72 − 0.1
    assert state["velocity"] == pytest.approx(-0.9, rel=1e-14)


@every_optimizer
def test_step_changes_nothing_in_place(optimizer):
    w, g = frozen([1.0, -2.0]), frozen([0.5, 4.0])
    state = {name: frozen(array + 0.1) for name, array in optimizer.initial_state(w).items()}
    moved, after = optimizer.step(w, g, state)
    again, _ = optimizer.step(w, g, state)
    np.testing.assert_array_equal(moved, again)
    assert after.keys() == state.keys()


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (5,), (2, 3)])
def test_type_and_shape_of_the_parameters_are_kept(optimizer, dtype, shape):
    w = frozen(np.ones(shape), dtype)
    moved, state = optimizer.step(w, w, optimizer.initial_state(w))
    moved, state = optimizer.step(moved, w, state)
    assert state.pop("n_steps", 2) == 2
    assert all(array.dtype == dtype for array in [moved, *state.values()])
    assert all(array.shape == shape for array in [moved, *state.values()])


@every_optimizer
def test_settings_in_float32_arrays_leave_float32_as_it_is(optimizer):
    settings = {name: np.float32([[value], [value]]) if isinstance(value, float) else value
                for name, value in vars(optimizer).items()}
    w = frozen(np.ones((2, 3)), np.float32)
    moved, state = type(optimizer)(**settings).step(w, w, optimizer.initial_state(w))
    state.pop("n_steps", None)
    assert all(array.dtype == np.float32 for array in [moved, *state.values()])
    alone, _ = optimizer.step(w, w, optimizer.initial_state(w))
    np.testing.assert_allclose(moved, alone, rtol=1e-4)


@every_optimizer
def test_learning_rate_0_stands_still(optimizer):
    path = trajectory(VALLEY.gradient, type(optimizer)(0), START, 5)
    np.testing.assert_array_equal(path, np.tile(START, (6, 1)))


@pytest.mark.parametrize("kind", [Momentum, Nesterov])
def test_without_momentum_it_is_gradient_descent(kind):
    plain = trajectory(VALLEY.gradient, GradientDescent(0.3), START, 20)
    np.testing.assert_allclose(trajectory(VALLEY.gradient, kind(0.3, 0), START, 20), plain,
                               rtol=1e-14)


def test_default_momentum_is_0_9():
    assert Momentum(0.1).momentum == Nesterov(0.1).momentum == 0.9


@pytest.mark.parametrize("kind", [Momentum, Nesterov])
def test_velocity_starts_at_0(kind):
    state = kind(0.1).initial_state(np.ones((2, 3)))
    np.testing.assert_array_equal(state["velocity"], np.zeros((2, 3)))


def test_gradient_descent_remembers_nothing():
    assert GradientDescent(0.1).initial_state(np.ones(3)) == {}


def test_optimizer_itself_has_no_rule():
    with pytest.raises(TypeError, match="abstract"):
        Optimizer(0.1)


@every_optimizer
def test_settings_cannot_be_changed(optimizer):
    with pytest.raises(AttributeError, match="cannot assign"):
        optimizer.learning_rate = 0.2


@pytest.mark.parametrize("kind", [type(rule) for rule in ALL])
def test_optimizers_with_settings_in_arrays_can_be_compared_and_hashed(kind):
    first, second = kind(np.array([0.1, 0.2])), kind(np.array([0.1, 0.2]))
    assert len({first, second, first}) == 2


# Whole runs against other forms of the rule


def test_gradient_descent_on_a_quadratic_is_a_power():
    path = trajectory(VALLEY.gradient, GradientDescent(0.4), START, 30)
    steps = np.arange(31)[:, np.newaxis]
    expected = np.array(START) * np.array([0.96, 0.2]) ** steps  # 1 − ηλ = 1 − 0.04, 1 − 0.8
    np.testing.assert_allclose(path, expected, rtol=1e-12)


def test_momentum_on_a_slope_reaches_its_closed_form():
    rate, beta, n = 0.1, 0.7, np.arange(21)
    path = trajectory(lambda w: np.full_like(w, 3.0), Momentum(rate, beta), [5.0], 20)
    way = n / (1 - beta) - beta * (1 - beta**n) / (1 - beta) ** 2
    np.testing.assert_allclose(path[:, 0], 5 - rate * 3 * way, rtol=1e-12)


@pytest.mark.parametrize("beta", [0.3, 0.9])
def test_momentum_on_a_quadratic_is_a_matrix_power(beta):
    rate, curvature, start = 0.4, 2.0, 1.5
    path = trajectory(quadratic([curvature]).gradient, Momentum(rate, beta), [start], 25)
    one_step = np.array([[1 - rate * curvature, beta], [-rate * curvature, beta]])  # on (w, v)
    expected = [(np.linalg.matrix_power(one_step, n) @ [start, 0])[0] for n in range(26)]
    np.testing.assert_allclose(path[:, 0], expected, rtol=1e-10, atol=1e-12)


def test_momentum_equals_the_form_of_pytorch():
    gradient, rate, beta = double_well(0.3).gradient, 0.03, 0.8
    w, buffer, expected = np.array([1.7]), 0, [[1.7]]
    for _ in range(40):
        buffer = beta * buffer + gradient(w)
        w = w - rate * buffer
        expected.append(w)
    path = trajectory(gradient, Momentum(rate, beta), [1.7], 40)
    np.testing.assert_allclose(path, expected, rtol=1e-10)


def test_nesterov_equals_the_textbook_form_seen_from_the_look_ahead_point():
    gradient, rate, beta = double_well(0.3).gradient, 0.03, 0.8
    w, v, look_ahead = np.array([1.7]), np.zeros(1), [[1.7]]
    for _ in range(40):
        v = beta * v - rate * gradient(w + beta * v)
        w = w + v
        look_ahead.append(w + beta * v)
    path = trajectory(gradient, Nesterov(rate, beta), [1.7], 40)
    np.testing.assert_allclose(path, look_ahead, rtol=1e-10)


@pytest.mark.parametrize(("optimizer", "height"), [
    (GradientDescent(0.95), "1.33e-02"), (Momentum(0.1, 0.9), "4.79e-02"),
    (Momentum(*OPTIMAL), "1.45e-08"),
])
def test_zigzag_example_has_the_known_heights_after_30_steps(optimizer, height):
    path = trajectory(VALLEY.gradient, optimizer, START, 30)
    assert f"{VALLEY.value(path[-1]):.2e}" == height


# Adaptive methods: steps by hand, the papers' formulas in plain loops, and numbers from libraries


def three_steps(optimizer):
    """The lengths of three steps under the gradient 2."""
    w, places = np.zeros(1), [0.0]
    state = optimizer.initial_state(w)
    for _ in range(3):
        w, state = optimizer.step(w, np.array([2.0]), state)
        places.append(float(w[0]))
    return -np.diff(places)


@pytest.mark.parametrize(("optimizer", "lengths"), [
    (Adagrad(0.1), [0.1, 0.1 / 2**0.5, 0.1 / 3**0.5]),  # r = 4, 8, 12
    (RMSprop(0.1, 0.5), [0.2 / 2**0.5, 0.2 / 3**0.5, 0.2 / 3.5**0.5]),  # v = 2, 3, 3.5
    (Adam(0.1), [0.1, 0.1, 0.1]),
    (Adam(0.1, 0.5, 0.5), [0.1, 0.1, 0.1]),
    (Adam(0.1, 0.5, 0.5, bias_correction=False),  # m = 1, 1.5, 1.75 and v = 2, 3, 3.5
     [0.1 / 2**0.5, 0.15 / 3**0.5, 0.175 / 3.5**0.5]),
    (Adam(0.1, bias_correction=False), [0.1 * 10**0.5, 0.1 * 0.19 / 0.001999**0.5,
                                        0.1 * 0.271 / (1 - 0.999**3) ** 0.5]),
], ids=str)
def test_three_steps_worked_out_by_hand(optimizer, lengths):
    np.testing.assert_allclose(three_steps(optimizer), lengths, rtol=1e-6)


def test_two_steps_of_adadelta_worked_out_by_hand():
    optimizer = Adadelta(decay=0.5, epsilon=0.01)
    first = 2 * (0.01 / 2.01) ** 0.5  # v = 2, u = 0
    second = 2 * ((first**2 / 2 + 0.01) / 3.01) ** 0.5  # v = 3, u = first²/2
    np.testing.assert_allclose(three_steps(optimizer)[:2], [first, second], rtol=1e-14)
    np.testing.assert_allclose(
        three_steps(Adadelta(3.0, 0.5, 0.01))[:2], [3 * first, 3 * second], rtol=1e-14)


def test_adamw_shrinks_the_weights_before_its_step():
    optimizer, w = AdamW(0.1, weight_decay=0.5), np.array([4.0])
    moved, _ = optimizer.step(w, np.array([2.0]), optimizer.initial_state(w))
    assert moved[0] == pytest.approx(0.95 * 4 - 0.1, rel=1e-7)
    moved, _ = optimizer.step(w, np.array([0.0]), optimizer.initial_state(w))
    assert moved[0] == pytest.approx(0.95 * 4, rel=1e-14)


def moving_mean(values, beta):
    """A moving mean from 0 after the last of the values, as one weighted sum."""
    return sum((1 - beta) * beta**age * value for age, value in enumerate(reversed(values)))


DIRECTIONS = {  # from all gradients so far (and Adadelta's steps so far) of one coordinate
    "Adagrad": lambda past, _: past[-1] / (sum(g * g for g in past) ** 0.5 + 1e-10),
    "RMSprop": lambda past, _: past[-1] / (moving_mean([g * g for g in past], 0.9) ** 0.5 + 1e-8),
    "Adadelta": lambda past, steps: past[-1] * (
        (moving_mean([d * d for d in steps], 0.9) + 1e-6)
        / (moving_mean([g * g for g in past], 0.9) + 1e-6)) ** 0.5,
    "Adam": lambda past, _: (moving_mean(past, 0.9) / (1 - 0.9 ** len(past))) / (
        (moving_mean([g * g for g in past], 0.999) / (1 - 0.999 ** len(past))) ** 0.5 + 1e-8),
}


@pytest.mark.parametrize("optimizer", [Adagrad(0.05), RMSprop(0.05), Adadelta(0.05), Adam(0.05),
                                       AdamW(0.05, weight_decay=0.1)],
                         ids=lambda rule: type(rule).__name__)
def test_adaptive_methods_agree_with_sums_over_all_gradients(optimizer):
    name, decayed = type(optimizer).__name__, 0.005 if isinstance(optimizer, AdamW) else 0
    direction = DIRECTIONS[name.removesuffix("W")]
    w, pasts, steps, expected = [-1.5, 2.0], ([], []), ([], []), [[-1.5, 2.0]]
    for _ in range(100):
        x, y = w
        slopes = (2 * (x - 1) - 400 * x * (y - x * x), 200 * (y - x * x))
        for i in range(2):
            pasts[i].append(slopes[i])
            steps[i].append(direction(pasts[i], steps[i]))
        w = [w[i] - decayed * w[i] - 0.05 * steps[i][-1] for i in range(2)]
        expected.append(w)
    path = trajectory(rosenbrock().gradient, optimizer, [-1.5, 2.0], 100)
    np.testing.assert_allclose(path, expected, rtol=1e-12)


# Runs on Rosenbrock's function from (−1.5, 2): the points after 10 and after 100 steps, in float64,
# with the gradients of the library. PyTorch 2.15.0:
TORCH = [
    (GradientDescent(1e-4), "torch.optim.SGD(lr=1e-4)",
     [-1.4303692150457812, 2.0220042118806565], [-1.4157068022103774, 2.011811031122874]),
    (Momentum(1e-4), "torch.optim.SGD(lr=1e-4, momentum=0.9)",
     [-1.405297939038078, 2.021319255578601], [-1.367044100755255, 1.8755793730704315]),
    (Nesterov(1e-4), "torch.optim.SGD(lr=1e-4, momentum=0.9, nesterov=True)",
     [-1.4175068871313925, 2.017403879984803], [-1.3692430339764792, 1.8824566701178698]),
    (Adagrad(0.1), "torch.optim.Adagrad(lr=0.1)",
     [-1.4274166899030147, 2.0437338155765454], [-1.358711864837759, 1.8523042718200355]),
    (RMSprop(0.01), "torch.optim.RMSprop(lr=0.01, alpha=0.9)",
     [-1.4328253701803642, 2.0589533552481862], [-1.295764056827486, 1.7050775675926566]),
    (Adadelta(), "torch.optim.Adadelta()",
     [-1.4717480030788286, 2.0282256732426136], [-1.4191300060270442, 2.0207701518033847]),
    (Adadelta(3.0), "torch.optim.Adadelta(lr=3)",
     [-1.4430890361752406, 2.055737859050757], [-1.352231979067671, 1.832398374520283]),
    (Adam(0.05), "torch.optim.Adam(lr=0.05)",
     [-1.456196136578357, 2.012379848113389], [-1.267307111330517, 1.612510221818241]),
    (AdamW(0.05, weight_decay=0.1), "torch.optim.AdamW(lr=0.05, weight_decay=0.1)",
     [-1.4109390903062802, 1.8863003179678801], [-0.8528955750579233, 0.7345363422095235]),
]
# and optax 0.2.8 with jax 0.10.2:
OPTAX = [
    (Nesterov(1e-4), "optax.sgd(1e-4, momentum=0.9, nesterov=True)",
     [-1.4175068871313925, 2.017403879984803], [-1.3692430339764792, 1.8824566701178698]),
    (Adagrad(0.1), "optax.adagrad(0.1, initial_accumulator_value=0, eps=1e-10)",
     [-1.4274166899030325, 2.0437338155765943], [-1.358711864837726, 1.852304271819945]),
    (RMSprop(0.01), "optax.rmsprop(0.01, eps_in_sqrt=False)",
     [-1.4328253701803642, 2.0589533552481862], [-1.295764056827486, 1.7050775675926566]),
    (Adadelta(), "optax.adadelta(1.0)",
     [-1.4717480030788286, 2.0282256732426136], [-1.4191300060270442, 2.0207701518033847]),
    (Adam(0.05), "optax.adam(0.05)",
     [-1.456196136578357, 2.012379848113389], [-1.267307111330517, 1.6125102218182412]),
    (AdamW(0.05, weight_decay=0.1), "optax.adamw(0.05, weight_decay=0.1)",
     [-1.4109390903062804, 1.8863003179678806], [-0.8528955750579246, 0.7345363422095255]),
]


@pytest.mark.parametrize(("optimizer", "call", "after_10", "after_100"), TORCH + OPTAX,
                         ids=[call for _, call, *_ in TORCH + OPTAX])
def test_runs_agree_with_the_libraries(optimizer, call, after_10, after_100):
    path = trajectory(rosenbrock().gradient, optimizer, [-1.5, 2.0], 100)
    np.testing.assert_allclose(path[[10, 100]], [after_10, after_100], rtol=1e-12)


@pytest.mark.parametrize(("optimizer", "factor"), [
    (Adagrad(0.3), 1), (RMSprop(0.3, 0.99), 10), (RMSprop(0.3), 10**0.5), (Adam(0.3), 1),
    (Adam(0.3, bias_correction=False), 10**0.5), (Adadelta(0.3, 0.96, 1e-8), 0.0005),
], ids=str)
@pytest.mark.parametrize("gradient", [1e3, 1.0, -0.03])
def test_first_step_has_the_same_length_for_every_gradient(optimizer, factor, gradient):
    w = np.zeros(1)
    moved, _ = optimizer.step(w, np.array([gradient]), optimizer.initial_state(w))
    assert moved[0] == pytest.approx(-0.3 * factor * np.sign(gradient), rel=2e-4)


@every_optimizer
def test_the_effective_rate_is_what_multiplies_the_gradient(optimizer):
    w, g = np.array([3.0, -1.0]), np.array([0.5, -2.0])
    moved, state = optimizer.step(w, g, optimizer.initial_state(w))
    rates = np.broadcast_to(optimizer.effective_rate(state), 2)
    shrunk = w * (1 - 0.1 * 0.01) if isinstance(optimizer, AdamW) else w
    look_ahead = 1.9 if isinstance(optimizer, Nesterov) else 1
    np.testing.assert_allclose((shrunk - moved) / g, look_ahead * rates, rtol=1e-12)


def test_the_effective_rate_of_a_coordinate_falls_with_its_own_gradients_only():
    optimizer, w = Adagrad(0.1), np.zeros(2)
    state = optimizer.initial_state(w)
    for _ in range(9):
        w, state = optimizer.step(w, np.array([2.0, 0.0]), state)
    w, state = optimizer.step(w, np.array([0.0, 1.0]), state)
    np.testing.assert_allclose(optimizer.effective_rate(state), [0.1 / 6, 0.1], rtol=1e-8)


@pytest.mark.parametrize("kind", [type(rule) for rule in ADAPTIVE])
def test_many_runs_with_their_own_settings_agree_with_one_at_a_time(kind):
    own = {"learning_rate": [0.02, 0.1, 0.5]}
    if kind in (RMSprop, Adadelta):
        own["decay"] = [0.5, 0.9, 0.99]
    if issubclass(kind, Adam):
        own |= {"beta1": [0.0, 0.9, 0.5], "beta2": [0.9, 0.99, 0.999]}
    columns = {name: np.array(values)[:, np.newaxis] for name, values in own.items()}
    together = trajectory(VALLEY.gradient, kind(**columns), np.tile(START, (3, 1)), 30)
    for run in range(3):
        settings = {name: values[run] for name, values in own.items()}
        alone = trajectory(VALLEY.gradient, kind(**settings), START, 30)
        np.testing.assert_allclose(together[:, run], alone, rtol=1e-12)


@pytest.mark.parametrize("optimizer", ADAPTIVE, ids=lambda rule: type(rule).__name__)
def test_huge_rates_and_flat_places_raise_no_warning(optimizer):
    huge = trajectory(double_well(0.3).gradient, type(optimizer)(1e5), [[2.0], [-3.0]], 100)
    assert np.all((np.abs(huge) <= 1e6) | np.isnan(huge))
    flat = trajectory(lambda w: np.zeros_like(w), type(optimizer)(0.1), [1.0], 10)
    expected = 0.999 ** np.arange(11) if isinstance(optimizer, AdamW) else np.ones(11)
    np.testing.assert_allclose(flat[:, 0], expected, rtol=1e-14)


@pytest.mark.parametrize(("kind", "setting"), [
    (RMSprop, "decay"), (Adadelta, "decay"), (Adam, "beta1"), (Adam, "beta2"), (AdamW, "beta2")])
@pytest.mark.parametrize("bad", [-0.1, 1, np.nan])
def test_decays_must_lie_between_0_and_1(kind, setting, bad):
    pattern = says(f"{setting} must be at least 0 and less than 1", repr(bad), f"Try {setting}=0.")
    with pytest.raises(ValueError, match=pattern):
        kind(0.1, **{setting: bad})


@pytest.mark.parametrize("kind", [type(rule) for rule in ADAPTIVE])
@pytest.mark.parametrize("bad", [0, -1e-8, np.nan, np.inf])
def test_epsilon_must_be_positive(kind, bad):
    pattern = says("epsilon must be positive and finite", repr(bad), "Try epsilon=1e-")
    with pytest.raises(ValueError, match=pattern):
        kind(0.1, epsilon=bad)


@pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf])
def test_weight_decay_must_be_at_least_0(bad):
    pattern = says("weight_decay must be at least 0 and finite", repr(bad), "Try weight_decay=")
    with pytest.raises(ValueError, match=pattern):
        AdamW(0.1, weight_decay=bad)


def test_defaults_are_those_of_the_docstrings():
    assert vars(Adagrad(0.1)) == {"learning_rate": 0.1, "epsilon": 1e-10}
    assert vars(RMSprop(0.1)) == {"learning_rate": 0.1, "decay": 0.9, "epsilon": 1e-8}
    assert vars(Adadelta()) == {"learning_rate": 1.0, "decay": 0.9, "epsilon": 1e-6}
    adam = {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
            "bias_correction": True}
    assert vars(Adam(0.1)) == adam
    assert vars(AdamW(0.1)) == {**adam, "weight_decay": 0.01}


# Settings


@pytest.mark.parametrize("kind", [type(rule) for rule in ALL])
@pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf])
def test_learning_rate_must_be_at_least_0_and_finite(kind, bad):
    pattern = says("learning_rate must be at least 0 and finite", repr(bad), "Try learning_rate=")
    with pytest.raises(ValueError, match=pattern):
        kind(bad)


@pytest.mark.parametrize("kind", [Momentum, Nesterov])
@pytest.mark.parametrize("bad", [-0.1, 1, 1.5, np.nan])
def test_momentum_must_lie_between_0_and_1(kind, bad):
    pattern = says("momentum must be at least 0 and less than 1", repr(bad), "Try momentum=0.9.")
    with pytest.raises(ValueError, match=pattern):
        kind(0.1, bad)


@pytest.mark.parametrize("settings", [{"learning_rate": np.array([[0.1], [-0.1]])},
                                      {"learning_rate": 0.1, "momentum": np.array([0.5, 1.0])}])
def test_every_setting_of_an_array_is_checked(settings):
    with pytest.raises(ValueError, match=r"(?s)must be at least 0 .*; got array\(.*\)\. Try"):
        Momentum(**settings)


@pytest.mark.parametrize("kind", [Momentum, Nesterov])
def test_settings_in_arrays_step_every_run_on_its_own(kind):
    rates, betas = np.array([[0.1], [0.3], [0.5]]), np.array([[0.0], [0.5], [0.9]])
    together = trajectory(VALLEY.gradient, kind(rates, betas), np.tile(START, (3, 1)), 15)
    for run in range(3):
        alone = trajectory(VALLEY.gradient, kind(rates[run, 0], betas[run, 0]), START, 15)
        np.testing.assert_allclose(together[:, run], alone, rtol=1e-13)
