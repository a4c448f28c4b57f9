"""Times captum's IntegratedGradients and pytorch-grad-cam's ScoreCAM beside ours, in turns, and prints ratios as JSON.

    npm run build && python oracles/methods/time_peers.py --networks DIR [--clock cpu] [--steps 32] [--masks 1000] [name ...]

DIR holds NAME.onnx (oracles/export_networks.py). Batch 1, 224x224; two threads and wall time, or with `--clock cpu` one thread and
processor time, for machines that do other things too. `forward` is a plain run of ONNX Runtime. captum takes all steps in one batch
by default, and by `internal_batch_size` in several: both are timed. A peer's time over ours is above 1 where we are faster;
`over_forward` and `rise_over_forwards` are our time over that of plain runs.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

THREADS = 1 if "cpu" in sys.argv else 2
os.environ.setdefault("OMP_NUM_THREADS", str(THREADS))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch
from captum.attr import IntegratedGradients
from pytorch_grad_cam import ScoreCAM, score_cam
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from export_networks import build
from time_peers import LAYERS, without_inplace

TARGET = 3
GRADIENT_CAMS = [
    "grad-cam", "grad-cam++", "grad-cam-elementwise", "xgrad-cam", "hires-cam", "layer-cam", "finer-cam", "shapley-cam",
    "eigen-grad-cam", "seg-eigen-cam",
]  # fmt: skip
BATCH = 8


class Ours:
    """Our side in a process of its own, told what to run line by line."""

    def __init__(self, model: str, clock: str):
        script = Path(__file__).with_name("time_methods.mjs")
        command = ["node", str(script), model, str(THREADS)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.clock = clock

    def __call__(self, method: str, rows: int = 1, **options) -> float:
        asked = {"method": method, "options": options, "target": TARGET, "rows": rows}
        print(json.dumps(asked), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())[self.clock]


def medians(things: dict, rounds: int) -> dict:
    """Milliseconds of each thing, taken in turns after a warm-up of each."""
    times = {key: [] for key in things}
    for thing in things.values():
        thing()
    for _ in range(rounds):
        for key, thing in things.items():
            times[key].append(thing())
    return {key: statistics.median(values) for key, values in times.items()}


def measure(name: str, args) -> dict:
    model = without_inplace(build(name))
    x = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    ours = Ours(os.path.join(args.networks, name + ".onnx"), args.clock)
    gradients = IntegratedGradients(model)
    cam = ScoreCAM(model=model, target_layers=[LAYERS[name](model)])
    score_cam.tqdm.tqdm = lambda items, *args, **kwargs: items
    clock = time.process_time if args.clock == "cpu" else time.perf_counter

    def timed(run) -> float:
        start = clock()
        run()
        return 1000 * (clock() - start)

    def captum(batch):
        return lambda: timed(lambda: gradients.attribute(x, target=TARGET, n_steps=args.steps, internal_batch_size=batch))

    quick = medians({"forward": lambda: ours("forward")} | {cam: lambda cam=cam: ours(cam) for cam in GRADIENT_CAMS}, 10 * args.rounds)
    paths = medians({
        "captum_at_once": captum(None), f"captum_by_{BATCH}": captum(BATCH),
        "integrated_gradients": lambda: ours("integrated-gradients", steps=args.steps),
    }, args.rounds)  # fmt: skip
    # Long enough not to need a warm-up.
    slow = {
        "forward": statistics.median(ours("forward", BATCH) / BATCH for _ in range(10)),
        "rise": ours("rise", masks=args.masks),
        "score_cam": ours("score-cam"),
        "pgc_score_cam": timed(lambda: cam(input_tensor=x, targets=[ClassifierOutputTarget(TARGET)])),
    }
    by_forward = {cam: round(quick[cam] / quick["forward"], 2) for cam in GRADIENT_CAMS}
    return {
        "ms": {key: round(value, 1) for key, value in {**paths, **slow}.items()},
        "over_forward": by_forward,
        "integrated_gradients": {key: round(value / paths["integrated_gradients"], 2) for key, value in paths.items() if "captum" in key},
        "score_cam": round(slow["pgc_score_cam"] / slow["score_cam"], 2),
        "rise_over_forwards": round(slow["rise"] / (args.masks * slow["forward"]), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", required=True)
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--steps", type=int, default=32)
    parser.add_argument("--masks", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("names", nargs="*", default=["resnet50"])
    args = parser.parse_args()
    torch.set_num_threads(THREADS)
    results = {name: measure(name, args) for name in args.names}
    print(json.dumps({"threads": THREADS, "clock": args.clock, "steps": args.steps, "masks": args.masks, "networks": results}, indent=1))


if __name__ == "__main__":
    main()
