"""What the calls of test_bad_input.py are made of."""

import numpy as np

from lecture_kit.maths import activations, landscapes, network_losses, networks, optimizers
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.training import train
from lecture_kit.maths.trajectories import trajectory


def random(*shape):
    return np.random.default_rng(0).standard_normal(shape)


def rng():
    return np.random.default_rng(0)


def network(sizes=(3, 4, 2)):
    return networks.fully_connected(
        sizes, activations.SIGMOID, network_losses.SOFTMAX_CROSS_ENTROPY, 0.5, 0)


SIGMOID, RELU = activations.SIGMOID, activations.RELU
ROWS, LABELS, IMAGES = random(6, 3), np.array([0, 1, 1, 0, 1, 0]), random(3, 1, 8, 8)
DIGITS = load_digits()[0].features[:12] / 16, load_digits()[0].labels[:12]
DESCENT, ADAM, BOWL = optimizers.GradientDescent(0.1), optimizers.Adam(0.1), landscapes.canyon()
VALLEY, WELLS = landscapes.quadratic([1.0, 3.0]), landscapes.double_well()
PATH = trajectory(VALLEY.gradient, DESCENT, [2.0, 1.0], 8)
WINDOWS = np.array([[1.6, 0.0, 0.0, 2.4], [0.0, 0.0, 0.0, 0.0]])
TRAIN = {"batch_size": 3, "epochs": 2, "seed": 0}
RECORDS = list(train(network(), DESCENT, (ROWS, LABELS), (ROWS, LABELS), batch_size=3, epochs=3,
                     seed=0))
