"""Times OpenCV and scikit-image on the picture that bench/saliency.mjs times: JSON of medians and minima in milliseconds.

    python oracles/saliency/time_peers.py --picture picture.rgb [--side 512] [--rounds 9]

One thread, as JavaScript has one, and its time on the processor, which a busy machine disturbs less than the clock.
"""

import argparse
import json
import statistics
import time

import cv2
import numpy as np
import skimage
from skimage import filters, morphology, segmentation

import itti_numpy


def timed(function, rounds):
    function()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        function()
        times.append((time.process_time() - start) * 1000)
    return {'median': round(statistics.median(times), 3), 'min': round(min(times), 3)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--rounds', type=int, default=9)
    parser.add_argument('--picture', required=True, help='raw bytes [side, side, 3]')
    parser.add_argument('--side', type=int, default=512)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    rgb = np.fromfile(options.picture, np.uint8).reshape(options.side, options.side, 3)
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
        'itti': lambda: itti_numpy.itti1998(rgb),
        'itti pysaliencymap': lambda: itti_numpy.pysaliencymap(rgb),
    }
    print(json.dumps({
        'opencv': cv2.__version__,
        'skimage': skimage.__version__,
        'threads': cv2.getNumThreads(),
        'ms': {name: timed(job, options.rounds * (20 if name.startswith('spectral') else 1)) for name, job in jobs.items()},
    }))


if __name__ == '__main__':
    main()
