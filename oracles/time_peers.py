"""Times captum's Saliency and pytorch-grad-cam's GradCAM against the plain forward run, and prints ratios as JSON.

    python oracles/time_peers.py [--networks DIR] [--blocks 5] [--runs 4] [name ...]

Two threads, batch 1, 224x224. Each of the things timed runs in blocks after a warm-up run, never in alternation, and the blocks
are repeated in turn; a time is the median over all timed runs. With --networks (a folder of export_networks.py) the plain
forward is timed on ONNX Runtime too, and ratios to that are given as `..._to_ort`.
"""

import argparse
import json
import os
import statistics
import time

os.environ.setdefault("OMP_NUM_THREADS", "2")

import numpy as np
import torch
from captum.attr import Saliency
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from export_networks import NAMES, build

LAYERS = {  # the last feature map, as pytorch-grad-cam's README suggests
    "resnet18": lambda m: m.layer4[-1],
    "resnet50": lambda m: m.layer4[-1],
    "vgg16": lambda m: m.features[-1],
    "mobilenet_v2": lambda m: m.features[-1],
    "densenet121": lambda m: m.features[-1],
    "efficientnet_b0": lambda m: m.features[-1],
    "convnext_tiny": lambda m: m.features[-1],
}


def without_inplace(model):
    """In-place activations overwrite the maps that captum's and pytorch-grad-cam's hooks keep."""
    for m in model.modules():
        if getattr(m, "inplace", False):
            m.inplace = False
    return model


def measure(name: str, blocks: int, runs: int, networks: str | None) -> dict:
    model = without_inplace(build(name))
    x = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(1))

    def forward():
        with torch.no_grad():
            model(x)

    saliency = Saliency(model)
    cam = GradCAM(model, target_layers=[LAYERS[name](model)])
    cam_input = x.clone()

    def cam_run():
        cam(input_tensor=cam_input, targets=[ClassifierOutputTarget(3)])

    things = {
        "forward": forward,
        "saliency": lambda: saliency.attribute(x.clone().requires_grad_(), target=3, abs=False),
        "grad_cam": cam_run,
    }
    if networks:
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = 2
        session = ort.InferenceSession(os.path.join(networks, name + ".onnx"), options, providers=["CPUExecutionProvider"])
        array = x.numpy().astype(np.float32)
        things["ort_forward"] = lambda: session.run(None, {"input": array})

    times = {key: [] for key in things}
    for _ in range(blocks):
        for key, thing in things.items():
            thing()
            for _ in range(runs):
                start = time.perf_counter()
                thing()
                times[key].append(time.perf_counter() - start)
    ms = {key: statistics.median(values) * 1000 for key, values in times.items()}
    result = {key + "_ms": round(value, 2) for key, value in ms.items()}
    for key in ("saliency", "grad_cam"):
        result[key + "_ratio"] = round(ms[key] / ms["forward"], 2)
        if networks:
            result[key + "_to_ort"] = round(ms[key] / ms["ort_forward"], 2)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", help="folder with NAME.onnx, to time ONNX Runtime's forward as well")
    parser.add_argument("--blocks", type=int, default=5)
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("names", nargs="*", default=NAMES)
    args = parser.parse_args()
    torch.set_num_threads(2)
    results = {}
    for name in args.names:
        results[name] = measure(name, args.blocks, args.runs, args.networks)
    print(json.dumps({"torch": torch.__version__, "threads": 2, "batch": 1, "networks": results}, indent=1))


if __name__ == "__main__":
    main()
