"""Groups of twins, and the detector that copies its nearest row."""

import numpy as np
from numpy.testing import assert_array_equal
from scipy.sparse.csgraph import connected_components
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from lecture_kit.maths.comparisons import random_split
from lecture_kit.maths.datasets import load_attack_triage
from lecture_kit.sections.detection import twins


def test_groups_are_the_connected_components_of_the_twins():
    rows = np.random.default_rng(0).integers(0, 4, (120, 5))
    for most in (0, 1, 2):
        graph = (rows[:, np.newaxis] != rows).sum(axis=-1) <= most
        n_groups, labels = connected_components(graph)
        groups = twins.groups_of_twins(rows, most)
        assert len(np.unique(groups)) == n_groups
        same = groups[:, np.newaxis] == groups
        assert_array_equal(same, labels[:, np.newaxis] == labels)
        assert (groups <= np.arange(120)).all()


def test_the_answers_are_those_of_scikit_learns_nearest_neighbour():
    data = load_attack_triage()
    known, tested = random_split(data.labels, 0.5, 3)
    scaler = StandardScaler().fit(data.features[known])
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(data.nominal[known])
    tables = [np.hstack([scaler.transform(data.features[rows]),
                         encoder.transform(data.nominal[rows])]) for rows in (known, tested)]
    model = KNeighborsClassifier(1, algorithm="brute").fit(tables[0], data.labels[known])
    labels, is_wrong, has_twin = twins.nearest_row_test(3, together=False)
    assert_array_equal(labels, data.labels[tested])
    assert np.mean(is_wrong == (model.predict(tables[1]) != labels)) > 0.998  # ties
    groups = twins.groups_of_connections()
    assert_array_equal(has_twin, [groups[row] in set(groups[known]) for row in tested])


def test_kept_together_no_row_has_a_twin_on_the_other_side():
    assert not twins.nearest_row_test(0, together=True)[2].any()
    assert twins.nearest_row_test(0, together=False)[2].mean() > 0.5
