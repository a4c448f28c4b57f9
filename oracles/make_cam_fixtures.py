"""Makes test/fixtures/cam: class activation maps of three tiny networks by pytorch-grad-cam, raw, at named ONNX tensors.

    python oracles/make_cam_fixtures.py [--out test/fixtures/cam] [name ...]

`expected` [N,h,w] is the map before ReLU, min-max and upsampling: pytorch-grad-cam's get_cam_image on the layer's activation and
the gradient of the target logit, both cloned and in float64, stored as float32. `cam` is Zhou's: sum_k W[class, k] A_k with the
weights of the linear head, without bias and without 1/(h w). `layer` is the tensor of the ONNX file that holds the layer's values.
"""

import argparse
import os

import numpy as np
import onnx
import torch
from onnx.utils import Extractor
from pytorch_grad_cam import GradCAM, GradCAMElementWise, GradCAMPlusPlus, HiResCAM, LayerCAM, XGradCAM
from torch import nn

from fixture_tools import Writer, clean, double, error, export, randomise, rounded, run, seed_of, stable
from gradient_nets import Bottleneck

NOTE = (
    "Raw class activation maps [N,h,w] by pytorch-grad-cam 1.5.7 (before ReLU, min-max and upsampling), float64 stored as float32. "
    "Target: logits[n, target[n]]. error = max|got - expected| / max|expected|, at most `tolerance`. `layer` names a tensor of the model. "
    "`cam`: weights of the linear head, no bias, no 1/(h w)."
)
METHODS = {
    "grad-cam": GradCAM, "hires-cam": HiResCAM, "layer-cam": LayerCAM, "grad-cam++": GradCAMPlusPlus, "xgrad-cam": XGradCAM,
    "grad-cam-elementwise": GradCAMElementWise, "cam": None,
}  # fmt: skip


class GapNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.b1, self.r1, self.p1 = nn.Conv2d(3, 5, 3, padding=1), nn.BatchNorm2d(5), nn.ReLU(), nn.MaxPool2d(2)
        self.c2, self.r2 = nn.Conv2d(5, 6, 3, padding=1), nn.ReLU()
        self.pool, self.head = nn.AdaptiveAvgPool2d(1), nn.Linear(6, 4)

    def forward(self, x):
        y = self.r2(self.c2(self.p1(self.r1(self.b1(self.c1(x))))))
        return self.head(self.pool(y).flatten(1))


class FlattenNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.r1 = nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.SiLU()
        self.c2, self.r2, self.p2 = nn.Conv2d(4, 5, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        self.f1, self.r3, self.f2 = nn.Linear(30, 9), nn.ReLU(), nn.Linear(9, 4)

    def forward(self, x):
        y = self.p2(self.r2(self.c2(self.r1(self.c1(x)))))
        return self.f2(self.r3(self.f1(y.flatten(1))))


class ResidualNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.b1, self.r1, self.p1 = nn.Conv2d(3, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        self.block1, self.block2 = Bottleneck(4, 6), Bottleneck(6, 8, 2)
        self.pool, self.head = nn.AdaptiveAvgPool2d(1), nn.Linear(8, 4)

    def forward(self, x):
        return self.head(self.pool(self.block2(self.block1(self.p1(self.r1(self.b1(self.c1(x))))))).flatten(1))


# name: (network, input shape, exporters, layers of which the first is the last feature map, has a linear head on pooled maps)
NETS = {
    "gap": (GapNet, (2, 3, 8, 10), ["ts13", "dynamo20"], ["r2", "c2", "b1", "p1"], True),
    "flatten": (FlattenNet, (2, 3, 11, 8), ["ts11", "dynamo18"], ["p2", "r2", "r1"], False),
    "residual": (ResidualNet, (2, 3, 21, 17), ["ts17", "ts9-kept", "dynamo21"], ["block2", "block2.b3", "block1", "block1.r2"], True),
}


def layer_and_gradient(model, layer: str, x, targets):
    """The layer's output and the gradient of the target logits with respect to it, both cloned."""
    kept = {}

    def hook(module, inputs, output):
        output.requires_grad_() if output.is_leaf else output.retain_grad()
        kept["a"], kept["copy"] = output, output.detach().clone()

    handle = model.get_submodule(layer).register_forward_hook(hook)
    logits = model(x.detach().clone().requires_grad_())
    logits[torch.arange(len(targets)), torch.tensor(targets)].sum().backward()
    handle.remove()
    return kept["copy"], kept["a"].grad.detach().clone()


def reference(method: str, layer: str):
    """A function (model, x, targets) -> raw map [N,h,w]."""

    def compute(model, x, targets):
        activation, grad = layer_and_gradient(model, layer, x, targets)
        if method == "cam":
            return torch.einsum("nk,nkhw->nhw", model.head.weight[targets].detach(), activation)
        with METHODS[method](model=model, target_layers=[model.get_submodule(layer)]) as cam:
            raw = cam.get_cam_image(x, model.get_submodule(layer), targets, activation.numpy(), grad.numpy(), False)
        return torch.as_tensor(np.asarray(raw))

    return compute


def tensor_of(data: bytes, x, activation) -> str:
    """The name of the first tensor of the file whose values are the layer's."""
    proto = onnx.load_from_string(data)
    names = [output for node in proto.graph.node for output in node.output if output]
    known = {output.name for output in proto.graph.output}
    proto.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in known)
    wide = proto.SerializeToString()
    for name in names:
        value = run(wide, x, output=name)
        if value.shape == tuple(activation.shape) and error(value, activation) < 1e-5:
            return name
    raise RuntimeError("no tensor of the file equals the layer")


def cut_agrees(data: bytes, layer: str, activation, grad, targets) -> bool | None:
    """Central differences of the file cut at the layer against the layer's gradient; None where it cannot be cut."""
    proto = onnx.load_from_string(data)
    proto.graph.value_info.append(onnx.helper.make_tensor_value_info(layer, onnx.TensorProto.FLOAT, [None, *activation.shape[1:]]))
    try:
        part = clean(Extractor(proto).extract_model([layer], ["logits"]))
        onnx.checker.check_model(part)
        head = part.SerializeToString()
        run(head, activation)
    except Exception:  # noqa: BLE001 - the layer alone does not decide the logits
        return None
    along = np.random.default_rng(0).standard_normal(activation.shape) + np.sign(grad)
    rows, best = np.arange(len(targets)), np.inf
    for step in (1e-2, 1e-3):
        up, down = (run(head, activation + s * step * along)[rows, targets].astype(np.float64).sum() for s in (1, -1))
        exact = float((grad * along).sum())
        best = min(best, abs((up - down) / (2 * step) - exact) / abs(exact))
    return best < 0.02


def make(writer: Writer, name: str) -> None:
    build, shape, variants, layers, linear = NETS[name]
    torch.manual_seed(seed_of(name))
    model = randomise(build())
    with torch.no_grad():
        for m in model.modules():
            if isinstance(m, nn.Conv2d):
                m.weight *= 2  # else the maps of early layers are tiny
    jobs = [(method, layer) for layer in layers for method in METHODS if method != "cam" or (linear and layer == layers[0])]
    for attempt in range(100):
        generator = torch.Generator().manual_seed(seed_of(name) + attempt)
        x = torch.randn(shape, generator=generator)
        targets = torch.randint(4, (shape[0],), generator=generator).tolist()
        if all(stable(reference(method, layer), model, x, targets, 1e-4) for method, layer in jobs):
            break
    else:
        raise RuntimeError(f"{name}: no stable input found")
    wide = double(model)
    with torch.no_grad():
        logits = wide(x.double())
    for variant in variants:
        data = export(model, x, variant.removesuffix("-kept"), keep=variant.endswith("-kept"))
        assert error(run(data, x), logits.numpy()) < 1e-4
        file = writer.model(f"{name}.{variant}.onnx", data)
        for method, layer in jobs:
            activation, grad = (t.numpy() for t in layer_and_gradient(wide, layer, x.double(), targets))
            tensor = tensor_of(data, x, activation)
            agrees = cut_agrees(data, tensor, activation, grad, targets)
            if agrees is False:
                writer.skipped.append(f"{name} {variant} {layer}: central differences of the cut file disagree")
                continue
            expected = reference(method, layer)(wide, x.double(), targets)
            writer.cases.append(dict(
                name=f"{name} {variant} {method} {layer}", net=name, method=method, model=file, input=writer.array(f"{name}.input.npy", x),
                target=targets, layer=tensor, expected=writer.array(f"{name}.{layer}.{method.replace('++', '-plus-plus')}.npy", expected),
                tolerance=1e-4, logits=rounded(logits.tolist()), note=f"torch module {layer}" + ("" if agrees else "; not checked by differences"),
            ))  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=os.path.join(os.path.dirname(__file__), "..", "test", "fixtures", "cam"))
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    torch.set_num_threads(2)
    writer = Writer(args.out, args.names)
    for name in NETS:
        if writer.wants(name):
            make(writer, name)
    writer.close(NOTE)


if __name__ == "__main__":
    main()
