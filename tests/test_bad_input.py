"""Nothing breaks the helpers: every public function gets input that is wrong, odd or extreme.

Each function has one call that works, in the file ``calls.py`` of its folder of tests. One or two
of its arguments are replaced by chance. What comes back must be finite numbers, or an error that
states the rule, the value and the remedy. Never a warning, never an error of numpy's own, never a
changed input.
``EXAMPLES=500`` in the environment digs deeper.

A file ``calls.py`` holds ``GOOD``: by module, a name and the arguments of a good call, or a pair of
what to call and its arguments. It may hold ``HOLDERS`` (they hold what somebody else has made or
checked), ``NOTHING_TO_REPLACE`` (they take no numbers, only functions or objects), ``UNCHECKED``
with a reason each, ``TOO_LONG`` (a call that works trains for seconds: here the good call is
refused), and ``NOT_FINITE`` (promised by the documentation, with a reason each).
"""

import copy
import dataclasses
import importlib
import importlib.util
import inspect
import itertools
import os
import pkgutil
import random
import re
from functools import _lru_cache_wrapper
from pathlib import Path

import numpy as np
import pytest

from lecture_kit.maths import networks, optimizers
from lecture_kit.maths.layers import Layer

EXAMPLES = int(os.environ.get("EXAMPLES", "100"))
SAYS_ALL = re.compile(r"^\S.*; got .+\. \S.*[.?!]$", re.DOTALL)  # what checks.require writes
TESTS = Path(__file__).parent
WITHOUT_CALLS = re.compile("panels|.*pictures|predictions|exercises|corrections")
OF_LIVE = {"exercise", "language"}
UNCHECKED_METHODS = {
    Layer: "a layer runs inside the training loop; Network.check has seen the rows",
    optimizers.Optimizer: "a step runs inside the training loop, and its settings were checked",
}


def load(path):
    """Read a file calls.py; returns the package that it is about, and what it holds."""
    package = ".".join(["lecture_kit", *path.parent.relative_to(TESTS).parts])
    spec = importlib.util.spec_from_file_location(f"calls of {package}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return package, module


CALLS = dict(map(load, sorted(TESTS.rglob("calls.py"))))


def gather(name):
    """Collect what all files list under a name."""
    return {f"{package}.{entry}" for package, module in CALLS.items()
            for entry in getattr(module, name, ())}


TOO_LONG, NOT_FINITE = gather("TOO_LONG"), gather("NOT_FINITE")

# How arguments go wrong

NOT_NUMBERS = ("3", None, [], [None], ["a", "b"], [[1.0], [1.0, 2.0]], {})
EXTREME = (np.nan, np.inf, -np.inf, 1e300, -1e300, 1e-310, 0.0, -1.0, 0.5, 1.0, 2.5, 99.0)


def instead_of(value):
    """List what may stand in place of an argument; None if it stays as it is."""
    if isinstance(value, bool):
        return (True, False, None, 0, 1)
    if isinstance(value, str):
        return ("", "nonsense", None, 3, np.nan, [value], np.array([value, value]))
    if isinstance(value, int):
        return (*NOT_NUMBERS, *EXTREME, 0, -1, 1, 2, True, float(value), np.int64(value),
                np.array([value, value]), np.array(value))
    if isinstance(value, float):
        return (*NOT_NUMBERS, *EXTREME, 0, -1, 2, True, 1e200, 1e155, np.float32(value),
                np.array([value, value]), np.full((2, 2), value), np.array(value))
    if isinstance(value, np.ndarray):
        return arrays_instead_of(value)
    if isinstance(value, tuple | list) and all(
            isinstance(entry, int | float | None) for entry in value):
        return (*NOT_NUMBERS, 0, -1.5, (), tuple(value), list(value), *(
            (*value[:-1], bad) for bad in (0, -1, 2.5, np.nan, np.inf, 1e300, "3", None)))
    if isinstance(value, tuple | list) and all(isinstance(entry, str) for entry in value):
        return (None, 3, (), "nonsense", (*value, "nonsense"), (None,), (3,), ([],))
    if isinstance(value, list) and isinstance(value[0], np.ndarray):  # a matrix per layer
        return (*NOT_NUMBERS, 0.5, *([*value[:-1], bad] for bad in arrays_instead_of(value[-1])))
    return None


def arrays_instead_of(array):
    variants = [*NOT_NUMBERS, 2, 1.5, -1, 99, np.array(0.5), array.tolist(), frozen(array),
                array[:0], array[:1], array[1:], array[..., :0], array[..., 1:], array[::-1],
                array[np.newaxis], array[0], np.repeat(array, 2, axis=-1)[..., ::2],
                np.asfortranarray(array), np.concatenate([array, array]),
                np.concatenate([array, array], axis=-1), array.astype(object), array.astype(str)]
    if array.dtype.kind == "U":
        return [*variants, with_one(array.astype(object), None),
                with_one(array.astype(object), 3), with_one(array, "c")]
    variants += [array.astype(kind) for kind in (np.float32, np.float16, np.int64, bool, complex)]
    variants += [with_one(array.astype(float), bad, place)
                 for bad in (*EXTREME, 1e200, 1e155, -2.0) for place in (0, -1)]
    return variants + [np.full(array.shape, bad) for bad in EXTREME]


def with_one(array, bad, place=0):
    array = array.copy()
    array.reshape(-1)[place] = bad
    return array


def frozen(array):
    array = array.copy()
    array.flags.writeable = False
    return array


# What must hold


def cases():
    for package, calls in CALLS.items():
        for module, entries in calls.GOOD.items():
            for name, case in entries.items():
                yield f"{package}.{module}", name, case


def call_and_arguments(module, name, case):
    if isinstance(case, tuple):
        return case
    return getattr(importlib.import_module(module), name.split(" ")[0]), case


def outcome(call, arguments):
    """Call and exhaust what comes back; an error that says all counts as an outcome, too."""
    try:
        result = call(**arguments)
        return list(itertools.islice(result, 100)) if inspect.isgenerator(result) else result
    except (ValueError, TypeError) as error:
        if not SAYS_ALL.match(str(error)):
            raise
        return error


def numbers(result):
    """Collect all floating-point arrays of a result."""
    if isinstance(result, networks.Network):
        return numbers(result.parameters)
    if isinstance(result, float | np.ndarray | np.generic):
        return [result] if np.asarray(result).dtype.kind == "f" else []
    if isinstance(result, dict):
        result = result.values()
    elif dataclasses.is_dataclass(result):
        result = vars(result).values()
    elif not isinstance(result, tuple | list):
        return []
    return [array for part in result for array in numbers(part)]


def same(one, other):
    if isinstance(one, np.ndarray) and one.dtype.kind in "fc":
        return one.shape == other.shape and np.array_equal(one, other, equal_nan=True)
    return repr(one) == repr(other)


CASES = [pytest.param(f"{module}.{name}", *call_and_arguments(module, name, case),
                      id=f"{module}.{name}".removeprefix("lecture_kit."))
         for module, name, case in cases()]


@pytest.mark.parametrize(("name", "call", "arguments"), CASES)
def test_the_good_call_works(name, call, arguments):
    result = outcome(call, arguments)
    assert isinstance(result, ValueError) == (name in TOO_LONG)


@pytest.mark.parametrize(("name", "call", "arguments"), [
    case for case in CASES if any(map(instead_of, case.values[2].values()))])
def test_bad_input_gives_numbers_or_an_error_that_says_all(name, call, arguments):
    variants = {key: instead_of(value) for key, value in arguments.items()}
    names = [key for key, values in variants.items() if values]
    chance = random.Random(0)
    for _ in range(EXAMPLES):
        chosen = chance.sample(names, chance.randint(1, min(2, len(names))))
        replaced = {key: chance.choice(variants[key]) for key in chosen}
        before = copy.deepcopy(replaced)
        try:
            result = outcome(call, {**arguments, **replaced})
            for key, value in replaced.items():
                assert same(value, before[key]), f"{key} was changed"
            if name not in NOT_FINITE and not isinstance(result, Exception):
                for array in numbers(result):
                    assert np.isfinite(array).all(), "a result is not finite"
        except BaseException as error:
            error.add_note(f"{name} with {before}")
            raise


def modules_of(package):
    folder = importlib.import_module(package).__path__
    names = {info.name for info in pkgutil.iter_modules(folder)
             if not WITHOUT_CALLS.fullmatch(info.name)}
    return sorted(names & OF_LIVE if package == "lecture_kit.live" else names)


def public_things(package):
    for name in modules_of(package):
        module = importlib.import_module(f"{package}.{name}")
        for thing_name, thing in vars(module).items():
            is_public = inspect.isroutine(thing) or inspect.isclass(thing)
            if (is_public or isinstance(thing, _lru_cache_wrapper)) \
                    and not thing_name.startswith("_") and thing.__module__ == module.__name__:
                yield f"{name}.{thing_name}", thing


def public_methods(name, thing):
    unchecked = {method for kind in UNCHECKED_METHODS if issubclass(thing, kind)
                 for method in dir(kind)}
    if issubclass(thing, Layer):  # and what a kind of layer adds for its own use
        return set()
    own = [kind for kind in thing.__mro__ if kind.__module__ == thing.__module__]
    return {f"{name}.{method}" for kind in own for method, function in vars(kind).items()
            if inspect.isfunction(function) and not method.startswith("_")
            and method not in unchecked}


@pytest.mark.parametrize("package", CALLS)
def test_the_calls_name_every_public_function_class_and_method(package):
    known, calls = set(), CALLS[package]
    for name, thing in public_things(package):
        known |= {name} | (public_methods(name, thing) if inspect.isclass(thing) else set())
    good = {f"{module}.{name}".split(" ")[0] for module, entries in calls.GOOD.items()
            for name in entries if ": " not in name}
    reasons = [name for kind in ("HOLDERS", "NOTHING_TO_REPLACE", "UNCHECKED")
               for name in getattr(calls, kind, ())]
    missing, unknown = sorted(known - {*good, *reasons}), sorted({*good, *reasons} - known)
    assert not missing, f"calls.py of {package} has no call, and no reason, for {missing}"
    assert not unknown, f"calls.py of {package} names {unknown}, which do not exist"
    assert len(good) + len(reasons) == len(known), "something is named twice"


@pytest.mark.parametrize("package", CALLS)
def test_what_is_said_about_calls_is_about_calls(package):
    calls = CALLS[package]
    names = {f"{module}.{name}" for module, entries in calls.GOOD.items() for name in entries}
    assert {*getattr(calls, "TOO_LONG", ()), *getattr(calls, "NOT_FINITE", ())} <= names
