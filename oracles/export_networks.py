"""Writes well-known networks with seeded random weights as ONNX files, for speed, memory and comparison tests.

    python oracles/export_networks.py --out DIR [--dynamo] [--opset N] [--keep-batch-norm] [name ...]

Input `input` [N,3,224,224] float32, output `logits` [N,1000]. The weights are random, so the classes mean nothing, but every
operator, shape and cost is that of the real network. BatchNorm statistics (those of a random batch, perturbed), scales and
biases are not trivial. Beside each NAME.onnx lies NAME.npz with one input and PyTorch's logits for it.
"""

import argparse
import os
import time
import warnings

import numpy as np
import torch
from torch import nn
from torchvision import models

NAMES = ["resnet18", "resnet50", "vgg16", "mobilenet_v2", "densenet121", "efficientnet_b0", "convnext_tiny"]


def build(name: str, seed: int = 0) -> nn.Module:
    """The network in eval mode, with seeded weights and BatchNorm statistics taken from random input, then perturbed."""
    torch.manual_seed(seed)
    model = getattr(models, name)(weights=None)
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    with torch.no_grad():
        for norm in norms:
            norm.weight.uniform_(0.7, 1.3)
            norm.bias.uniform_(-0.3, 0.3)
            norm.momentum = None  # a plain average: after one batch, that batch's statistics
        for m in model.modules():
            if isinstance(m, nn.LayerNorm):
                m.weight.uniform_(0.7, 1.3)
                m.bias.uniform_(-0.3, 0.3)
            elif isinstance(m, (nn.Conv2d, nn.Linear)) and m.bias is not None and not m.bias.any():
                m.bias.normal_(0, 0.02)  # equal tensors would be shared through Identity nodes
            if hasattr(m, "layer_scale"):
                m.layer_scale.uniform_(0.05, 0.3)  # the initial 1e-6 would switch the block off
        if norms:
            model.train()
            for m in model.modules():
                if isinstance(m, nn.Dropout):
                    m.eval()
            model(torch.randn(4, 3, 224, 224))
        for norm in norms:
            norm.momentum = 0.1
            norm.running_mean += 0.1 * norm.running_var.sqrt() * torch.randn_like(norm.running_mean)
            norm.running_var *= torch.empty_like(norm.running_var).uniform_(0.8, 1.25)
    return model.eval()


def export(model: nn.Module, path: str, opset: int, dynamo: bool, keep_batch_norm: bool) -> None:
    """Exports with a dynamic batch axis N; the TorchScript exporter folds BatchNorm unless told to keep it."""
    names = dict(input_names=["input"], output_names=["logits"], opset_version=opset)
    x = torch.randn(2, 3, 224, 224)
    if dynamo:
        torch.onnx.export(model, (x,), path, dynamo=True, external_data=False, dynamic_shapes=({0: torch.export.Dim("N")},), **names)
        return
    mode = torch.onnx.TrainingMode.PRESERVE if keep_batch_norm else torch.onnx.TrainingMode.EVAL
    axes = {"input": {0: "N"}, "logits": {0: "N"}}
    torch.onnx.export(model, (x,), path, dynamo=False, training=mode, dynamic_axes=axes, do_constant_folding=not keep_batch_norm, **names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, help="folder to write to")
    parser.add_argument("--dynamo", action="store_true", help="use the newer exporter; files are called NAME-dynamo.onnx")
    parser.add_argument("--opset", type=int, help="default 17, with --dynamo 20")
    parser.add_argument("--keep-batch-norm", action="store_true", help="do not fold BatchNorm (TorchScript exporter only)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("names", nargs="*", default=NAMES, help="default: all of " + ", ".join(NAMES))
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    torch.set_num_threads(2)
    warnings.simplefilter("ignore", DeprecationWarning)
    for name in args.names:
        start = time.time()
        model = build(name, args.seed)
        stem = os.path.join(args.out, name + ("-dynamo" if args.dynamo else "") + ("-bn" if args.keep_batch_norm else ""))
        export(model, stem + ".part", args.opset or (20 if args.dynamo else 17), args.dynamo, args.keep_batch_norm)
        os.replace(stem + ".part", stem + ".onnx")
        x = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(1))
        with torch.no_grad():
            logits = model(x)
        np.savez(stem + ".npz", input=x.numpy(), logits=logits.numpy())
        size = os.path.getsize(stem + ".onnx") / 1e6
        print(f"{stem}.onnx {size:.1f} MB, logits std {logits.std():.3g}, {time.time() - start:.1f} s", flush=True)


if __name__ == "__main__":
    main()
