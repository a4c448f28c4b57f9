"""Times captum's IntegratedGradients and pytorch-grad-cam's ScoreCAM beside ours, in turns, and prints ratios as JSON.

    npm run build && python oracles/methods/time_peers.py --networks DIR [--steps 32] [--masks 200] [name ...]

DIR holds NAME.onnx (oracles/export_networks.py). Two threads, batch 1, 224x224. `forward` is a plain run of ONNX Runtime; RISE is
given over as many plain runs as it has masks. A ratio is the peer's time over ours: above 1 we are faster.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "2")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import onnxruntime as ort
import torch
from captum.attr import IntegratedGradients
from pytorch_grad_cam import ScoreCAM, score_cam
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from export_networks import build
from time_peers import LAYERS, without_inplace

TARGET = 3


class Ours:
    """Our side in a process of its own, told what to run line by line."""

    def __init__(self, model: str):
        script = Path(__file__).with_name("time_methods.mjs")
        self.process = subprocess.Popen(["node", str(script), model], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, method: str, **options) -> float:
        print(json.dumps({"method": method, "options": options, "target": TARGET}), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())["ms"]


def timed(run) -> float:
    start = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - start)


def measure(name: str, networks: str, steps: int, masks: int, rounds: int) -> dict:
    model = without_inplace(build(name))
    x = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    path = os.path.join(networks, name + ".onnx")
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    batch = np.repeat(x.numpy(), 8, axis=0)
    ours = Ours(path)
    gradients = IntegratedGradients(model)
    cam = ScoreCAM(model=model, target_layers=[LAYERS[name](model)])
    score_cam.tqdm.tqdm = lambda items, *args, **kwargs: items
    things = {
        "forward": lambda: timed(lambda: session.run(None, {"input": batch})) / len(batch),
        "captum_ig": lambda: timed(lambda: gradients.attribute(x, target=TARGET, n_steps=steps, internal_batch_size=8)),
        "our_ig": lambda: ours("integrated-gradients", steps=steps),
        "pgc_score_cam": lambda: timed(lambda: cam(input_tensor=x, targets=[ClassifierOutputTarget(TARGET)])),
        "our_score_cam": lambda: ours("score-cam"),
        "our_rise": lambda: ours("rise", masks=masks),
    }
    times = {key: [] for key in things}
    for key in ("forward", "our_ig"):
        things[key]()
    for _ in range(rounds):
        for key, thing in things.items():
            times[key].append(thing())
    ms = {key: statistics.median(values) for key, values in times.items()}
    return {
        "ms": {key: round(value, 1) for key, value in ms.items()},
        "integrated_gradients": round(ms["captum_ig"] / ms["our_ig"], 2),
        "score_cam": round(ms["pgc_score_cam"] / ms["our_score_cam"], 2),
        "rise_over_forwards": round(ms["our_rise"] / (masks * ms["forward"]), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", required=True)
    parser.add_argument("--steps", type=int, default=32)
    parser.add_argument("--masks", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("names", nargs="*", default=["resnet50"])
    args = parser.parse_args()
    torch.set_num_threads(2)
    results = {name: measure(name, args.networks, args.steps, args.masks, args.rounds) for name in args.names}
    print(json.dumps({"threads": 2, "steps": args.steps, "masks": args.masks, "networks": results}, indent=1))


if __name__ == "__main__":
    main()
