"""Times OpenCV and scikit-image on the pictures that bench/saliency.mjs times: JSON of medians and minima in milliseconds.

    python oracles/saliency/time_peers.py [--rounds 9] [--side 512]
"""

import argparse
import json
import statistics
import time

import cv2
import numpy as np
from skimage import data, filters, morphology, segmentation

import itti_numpy


def timed(function, rounds):
    function()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        times.append((time.perf_counter() - start) * 1000)
    return {'median': round(statistics.median(times), 3), 'min': round(min(times), 3)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--rounds', type=int, default=9)
    parser.add_argument('--side', type=int, default=512)
    options = parser.parse_args()
    side = options.side
    rgb = cv2.resize(data.astronaut(), (side, side), interpolation=cv2.INTER_AREA)
    bgr = np.ascontiguousarray(rgb[:, :, ::-1])
    grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
    residual = cv2.saliency.StaticSaliencySpectralResidual_create()
    fine = cv2.saliency.StaticSaliencyFineGrained_create()
    disk = morphology.disk(5)
    jobs = {
        'spectral-residual': lambda: residual.computeSaliency(bgr),
        'fine-grained': lambda: fine.computeSaliency(bgr),
        'local-entropy': lambda: filters.rank.entropy(grey, disk),
        'slic': lambda: segmentation.slic(rgb, n_segments=200, compactness=10),
        'itti itti-1998': lambda: itti_numpy.itti1998(rgb),
        'itti pysaliencymap': lambda: itti_numpy.pysaliencymap(rgb),
    }
    print(json.dumps({
        'opencv': cv2.__version__,
        'threads': cv2.getNumThreads(),
        'side': side,
        'ms': {name: timed(job, options.rounds * (10 if name.startswith('spectral') else 1)) for name, job in jobs.items()},
    }))


if __name__ == '__main__':
    main()
