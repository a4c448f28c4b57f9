"""Makes test/fixtures/evaluate/statistics.json: what the evaluation takes from NumPy and SciPy, by NumPy and SciPy.

    python oracles/evaluate/make_statistics_fixtures.py        (NumPy 2.4.6, SciPy 1.17.1)

The goldens in test/fixtures/evaluate/metrics come with the project (their `reference` names library and version of each).
"""

import json
import os

import numpy as np
from scipy import ndimage, stats

rng = np.random.default_rng(7)
OUT = os.path.join(os.path.dirname(__file__), "..", "..", "test", "fixtures", "evaluate", "statistics.json")


def rounded(a, digits=4):
    return np.round(a, digits)


def density():
    fixations = [[2, 3], [2, 3], [8, 14], [11, 0]]
    counts = np.zeros((12, 17))
    for row, column in fixations:
        counts[row, column] += 1
    blurred = ndimage.gaussian_filter(counts, 1.7, mode="nearest", truncate=4)
    return {"width": 17, "height": 12, "fixations": fixations, "sigma": 1.7, "expected": (blurred / blurred.sum()).tolist()}


def information_gain():
    p, q = rounded(rng.random((6, 9)) + 0.01), rounded(rng.random((6, 9)) + 0.01)
    fixations = [[0, 0], [5, 8], [3, 4]]
    eps = 2.2204e-16
    at = tuple(np.array(fixations).T)
    gain = np.mean(np.log2(eps + (p / p.sum())[at]) - np.log2(eps + (q / q.sum())[at]))
    return {"map": p.tolist(), "baseline": q.tolist(), "fixations": fixations, "expected": float(gain)}


def histogram_entropy():
    values = rounded(rng.normal(size=400))
    counts, _ = np.histogram(values, bins=100)
    return {"values": values.tolist(), "expected": float(stats.entropy(counts))}


def sobel():
    image = rounded(rng.normal(size=(2, 7, 9)))
    edges = sum(np.hypot(ndimage.sobel(c, 1, mode="nearest"), ndimage.sobel(c, 0, mode="nearest")) for c in image)
    return {"image": image.tolist(), "expected": edges.tolist()}


def percentile():
    values = rounded(rng.normal(size=37))
    return {"values": values.tolist(), "shares": [0, 0.025, 0.5, 0.99, 1], "expected": np.percentile(values, [0, 2.5, 50, 99, 100]).tolist()}


def total():
    values = rng.random(1000) * 10.0 ** rng.integers(-8, 8, 1000)
    return {"values": values.tolist(), "expected": [float(np.sum(values[:n])) for n in (5, 100, 128, 129, 264, 777, 1000)]}


cases = {f.__name__: f() for f in (density, information_gain, histogram_entropy, sobel, percentile, total)}
with open(OUT, "w") as file:
    json.dump(cases, file)
