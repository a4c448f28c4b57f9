"""Makes test/fixtures/lrp: tiny ONNX networks with relevance by Zennit 1.0.0, in float64, stored as float32.

    pip download --no-deps --ignore-requires-python zennit==1.0.0 && unzip zennit-*.whl -d zennit-1.0.0   (it asks for Python 3.12)
    PYTHONPATH=zennit-1.0.0 venv/bin/python oracles/lrp/make_lrp_fixtures.py [--all DIR] [net ...]

Every net is explained by four of the composites in turn, so that all composites meet all kinds of layers; --all DIR writes all of them
elsewhere, for a thorough check. An input is drawn until float32 and float64, and an input moved by 1e-6, agree to a quarter of the tolerance.
"""

import argparse
import copy
import json
import os
import sys

import numpy as np
import torch
import zennit.composites as zc
from torch import nn
from zennit.attribution import Gradient
from zennit.canonizers import NamedMergeBatchNorm
from zennit.rules import AlphaBeta, Epsilon, Flat, Gamma, WSquare, ZPlus
from zennit.types import Convolution

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from fixture_tools import DYNAMO, TORCHSCRIPT, double, error, export, randomise, run, seed_of, shorten, stable  # noqa: E402
from nets import nets  # noqa: E402

NOTE = (
    "Relevance by Zennit 1.0.0 on PyTorch 2.13, computed in float64 from float32 weights and stored as float32. Batch norm behind a "
    "linear layer merged into it first; start is one-hot times logit. error = max|got - expected| / max|expected|, at most `tolerance`."
)
LINEAR = (Convolution, nn.Linear)


def merged(model):
    """Merges each batch norm into the layer that it is of, where it is of one alone. (By order of definition it would be any.)"""
    modules = dict(model.named_modules())
    pairs = []
    for node in torch.fx.symbolic_trace(model).graph.nodes:
        producer = node.args[0] if node.args else None
        if node.op != "call_module" or "BatchNorm" not in type(modules[node.target]).__name__ or producer.op != "call_module":
            continue
        if isinstance(modules[producer.target], tuple(LINEAR)) and len(producer.users) == 1:
            pairs.append(([producer.target], node.target))
    return [NamedMergeBatchNorm(pairs)]


def uniform(rule):
    """One rule on every layer with weights, and what all composites share."""
    return lambda canonizers: zc.LayerMapComposite([(LINEAR, rule()), *zc.layer_map_base()], canonizers=canonizers)


def named(composite, **arguments):
    return lambda canonizers: composite(canonizers=canonizers, **arguments)


IGNORE = {"zero_params": "bias"}
COMPOSITES = {
    "epsilon-plus": ({}, named(zc.EpsilonPlus)),
    "epsilon-alpha2-beta1": ({}, named(zc.EpsilonAlpha2Beta1)),
    "epsilon-gamma-box": ({"low": "-3", "high": "3.5"}, None),
    "epsilon-plus-flat": ({}, named(zc.EpsilonPlusFlat)),
    "gamma": ({"gamma": "0.4"}, uniform(lambda: Gamma(0.4))),
    "excitation-backprop": ({}, named(zc.ExcitationBackprop)),
    "epsilon": ({"epsilon": "0.2"}, uniform(lambda: Epsilon(0.2))),
    "z-plus": ({}, uniform(ZPlus)),
    "epsilon-alpha2-beta1-flat": ({}, named(zc.EpsilonAlpha2Beta1Flat)),
    "alpha-beta": ({"alpha": "1.5", "beta": "0.5"}, uniform(lambda: AlphaBeta(1.5, 0.5))),
    "w-square": ({}, uniform(WSquare)),
    "gamma-no-bias": ({"bias": "ignore"}, uniform(lambda: Gamma(0.25, **IGNORE))),
    "epsilon-no-bias": ({"bias": "ignore", "epsilon": "0.1"}, uniform(lambda: Epsilon(0.1, **IGNORE))),
    "alpha-beta-no-bias": ({"bias": "ignore"}, uniform(lambda: AlphaBeta(2, 1, **IGNORE))),
    "w-square-no-bias": ({"bias": "ignore"}, uniform(lambda: WSquare(**IGNORE))),
    "flat": ({}, uniform(Flat)),
}


def reference(name):
    def relevance(model, x, targets):
        # Merging makes new tensors of the default type.
        torch.set_default_dtype(x.dtype)
        try:
            # A merged model keeps traces of the merge.
            return explained(copy.deepcopy(model), x, targets)
        finally:
            torch.set_default_dtype(torch.float32)

    def explained(model, x, targets):
        if name == "epsilon-gamma-box":
            composite = zc.EpsilonGammaBox(torch.full([1] * x.ndim, -3.0), torch.full([1] * x.ndim, 3.5), canonizers=merged(model))
        else:
            composite = COMPOSITES[name][1](merged(model))
        rows = torch.arange(len(targets))

        def seed(output):
            start = torch.zeros_like(output)
            start[rows, targets] = output[rows, targets].detach()
            return start

        with Gradient(model=model, composite=composite) as attributor:
            return attributor(x.clone().requires_grad_(), seed)[1].detach()

    return relevance


def choose(net, model, shape, wanted):
    """The input, of a few, for which most of the composites are stable; and those that are not."""
    best = None
    for attempt in range(10):
        generator = torch.Generator().manual_seed(seed_of(net) + attempt)
        x = torch.randn(shape, generator=generator).clamp(-2.9, 3.4)
        targets = torch.randint(3, (shape[0],), generator=generator).tolist()
        unstable = []
        for name in wanted:
            if not stable(reference(name), model, x, targets, 1e-3):
                unstable.append(name)
            if best and len(unstable) >= len(best[2]):
                break
        if best is None or len(unstable) < len(best[2]):
            best = x, targets, unstable
        if not unstable:
            break
    return best


def main():
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    folder = arguments.all or os.path.join(os.path.dirname(__file__), "..", "..", "test", "fixtures", "lrp")
    os.makedirs(folder, exist_ok=True)
    cases, names = [], list(COMPOSITES)
    for position, (net, model, shape) in enumerate(nets()):
        if arguments.names and net not in arguments.names:
            continue
        torch.manual_seed(seed_of(net))
        for module in model.modules():
            if hasattr(module, "reset_parameters"):
                module.reset_parameters()
        model = randomise(model)
        wanted = names if arguments.all else [names[(4 * position + i) % len(names)] for i in range(4)]
        x, targets, unstable = choose(net, model, shape, wanted)
        for name in unstable:
            print(f"{net}: {name} is not stable", flush=True)
        variants = (TORCHSCRIPT[1:] + DYNAMO)[position % 7 :] + (TORCHSCRIPT[1:] + DYNAMO)[: position % 7]
        for variant in variants:
            try:
                data = shorten(export(model, x, variant))
                if error(run(data, x), model(x).detach()) < 1e-4:
                    break
            except Exception:  # noqa: BLE001: exporters fail in their own ways, and another one follows
                continue
        else:
            raise RuntimeError(f"{net}: no exporter works")
        file = f"{net}.{variant}.onnx"
        with open(os.path.join(folder, file), "wb") as stream:
            stream.write(data)
        np.save(os.path.join(folder, f"{net}.input.npy"), x.numpy())
        for name in wanted:
            if name in unstable:
                continue
            expected = reference(name)(double(model), x.double(), targets)
            np.save(os.path.join(folder, f"{net}.{name}.npy"), expected.numpy().astype(np.float32))
            options = {"composite": name.removesuffix("-no-bias"), **COMPOSITES[name][0]}
            cases.append({"name": f"{net} {name}", "model": file, "input": f"{net}.input.npy", "target": targets, "options": options, "expected": f"{net}.{name}.npy", "tolerance": 1e-3})
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    with open(os.path.join(folder, "cases.json"), "w") as stream:
        stream.write('{\n "note": ' + json.dumps(NOTE) + ',\n "cases": [\n' + lines + "\n ]\n}\n")
    print(f"{folder}: {len(cases)} cases")


if __name__ == "__main__":
    main()
