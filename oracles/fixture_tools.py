"""What the fixture scripts share: small modules, exporting, float64 references, stability checks, and the cases.json index."""

import contextlib
import copy
import fnmatch
import io
import json
import logging
import os
import sys
import warnings
import zlib

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import nn

TORCHSCRIPT = ["ts9", "ts11", "ts13", "ts17"]
DYNAMO = ["dynamo18", "dynamo20", "dynamo21", "dynamo23"]
# Operators that mean something else, or carry their parameters elsewhere, from one opset on.
CHANGED = {"Clip": [11], "Softmax": [13], "LogSoftmax": [13], "Resize": [11, 13, 18], "BatchNormalization": [14, 15], "GroupNormalization": [21]}


class Fn(nn.Module):
    """A function of the input and of constant tensors, as a module: Fn(lambda x, w: x * w, torch.randn(3))."""

    def __init__(self, function, *tensors):
        super().__init__()
        self.function = function
        self.count = len(tensors)
        for i, tensor in enumerate(tensors):
            self.register_buffer(f"t{i}", tensor)

    def forward(self, x):
        return self.function(x, *[getattr(self, f"t{i}") for i in range(self.count)])


class WithHead(nn.Module):
    """body, then Flatten and Linear to K logits, so that every element of the body's output gets an upstream of its own."""

    def __init__(self, body, example, classes=2):
        super().__init__()
        self.body = body
        with torch.no_grad():
            size = body.eval()(example).flatten(1).shape[1]
        self.head = nn.Linear(size, classes)
        with torch.no_grad():
            self.head.weight.uniform_(-1, 1)

    def forward(self, x):
        return self.head(self.body(x).flatten(1))


def seed_of(name: str) -> int:
    return zlib.crc32(name.encode())


def randomise(model: nn.Module) -> nn.Module:
    """Norm statistics, scales and biases that are not trivial; weights large enough that signals do not vanish."""
    with torch.no_grad():
        for m in model.modules():
            if isinstance(m, nn.modules.batchnorm._BatchNorm):
                m.running_mean.normal_(0, 0.3)
                m.running_var.uniform_(0.5, 1.5)
            if "Norm" in type(m).__name__ and getattr(m, "weight", None) is not None:
                m.weight.uniform_(0.6, 1.4)
                if getattr(m, "bias", None) is not None:
                    m.bias.uniform_(-0.4, 0.4)
    return model.eval()


def gradient(model: nn.Module, x: torch.Tensor, targets: list[int]) -> torch.Tensor:
    """Gradient of each row's target logit with respect to the input."""
    x = x.detach().clone().requires_grad_()
    logits = model(x)
    logits[torch.arange(len(targets)), torch.tensor(targets)].sum().backward()
    return torch.zeros_like(x) if x.grad is None else x.grad.detach()


def double(model: nn.Module) -> nn.Module:
    return copy.deepcopy(model).double()


def error(got, expected) -> float:
    """Largest error over the largest expected magnitude: how a tolerance is meant everywhere here."""
    got, expected = np.asarray(got, np.float64), np.asarray(expected, np.float64)
    if got.shape != expected.shape:
        return float("inf")
    difference = np.where(got == expected, 0, np.abs(got - expected))
    return float(difference.max() / (np.abs(expected).max() or 1))


def stable(reference, model: nn.Module, x: torch.Tensor, targets, tolerance: float) -> bool:
    """reference(model, x, targets) agrees in float32 and float64, and under a step of 1e-6, to a quarter of the tolerance."""
    wide = double(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = reference(wide, x.double(), targets)
        if not torch.isfinite(expected).all() or expected.abs().max() < 1e-4:
            return False
        narrow = reference(model, x, targets)
        generator = torch.Generator().manual_seed(1)
        for _ in range(2):
            step = 1e-6 * torch.randn(x.shape, generator=generator).sign().double()
            if error(reference(wide, x.double() + step, targets), expected) > tolerance / 4:
                return False
    return error(narrow, expected) <= tolerance / 4


@contextlib.contextmanager
def silent():
    """Drops what Python or C++ code prints: both exporters say much, and a failing one dumps its graph."""
    null, saved = os.open(os.devnull, os.O_WRONLY), [os.dup(1), os.dup(2)]
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        for stream in (1, 2):
            os.dup2(null, stream)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for stream, old in zip((1, 2), saved):
            os.dup2(old, stream)
            os.close(old)
        os.close(null)


def export(model: nn.Module, x: torch.Tensor, variant: str, names=("input", "logits"), dynamic=True, keep=False, axes=None) -> bytes:
    """The model as ONNX bytes by 'ts9', 'dynamo20' and so on. keep: nothing folded. axes: {axis: name}, default the batch."""
    axes = axes or ({0: "N"} if dynamic else {})
    buffer = io.BytesIO()
    arguments = dict(input_names=[names[0]], output_names=list(names[1:]))
    logging.disable(logging.WARNING)
    with warnings.catch_warnings(), silent(), torch.no_grad():
        warnings.simplefilter("ignore")
        if variant.startswith("dynamo"):
            shapes = ({axis: torch.export.Dim(name, min=1, max=4096) for axis, name in axes.items()} or None,)
            program = torch.onnx.export(
                model, (x,), dynamo=True, opset_version=int(variant[6:]), dynamic_shapes=shapes, optimize=not keep, **arguments
            )
            proto = program.model_proto
        else:
            torch.onnx.export(
                model,
                (x,),
                buffer,
                dynamo=False,
                opset_version=int(variant[2:]),
                dynamic_axes={names[0]: axes, names[1]: {0: axes[0]}} if axes else None,
                do_constant_folding=not keep,
                training=torch.onnx.TrainingMode.PRESERVE if keep else torch.onnx.TrainingMode.EVAL,
                **arguments,
            )
            proto = onnx.load_from_string(buffer.getvalue())
    return clean(proto).SerializeToString()


def clean(proto: onnx.ModelProto) -> onnx.ModelProto:
    """Without documentation strings, exporter metadata and recorded shapes of inner values: smaller, and no paths of a machine."""
    proto.doc_string = proto.graph.doc_string = ""
    del proto.metadata_props[:]
    del proto.graph.metadata_props[:]
    del proto.graph.value_info[:]
    for value in [*proto.graph.input, *proto.graph.output, *proto.graph.initializer]:
        value.doc_string = ""
        del value.metadata_props[:]
    for function in proto.functions:
        function.doc_string = ""
        del function.metadata_props[:]
        del function.value_info[:]
    for node in [*proto.graph.node, *[n for f in proto.functions for n in f.node]]:
        node.doc_string = ""
        del node.metadata_props[:]
    return proto


def shorten(data: bytes) -> bytes:
    """The same model with short names: a third smaller. Values are called by operator and number, initializers w0, w1 ..."""
    proto = onnx.load_from_string(data)
    names = {value.name: value.name for value in [*proto.graph.input, *proto.graph.output]}

    def fresh(name: str, stem: str) -> str:
        if name and name not in names:
            names[name] = f"{stem}{len(names)}"
        return names.get(name, "")

    def rename(graph: onnx.GraphProto) -> None:
        for tensor in graph.initializer:
            tensor.name = fresh(tensor.name, "w")
        for node in graph.node:
            inputs = [fresh(name, "free") for name in node.input]
            for attribute in node.attribute:
                if attribute.type == onnx.AttributeProto.GRAPH:
                    rename(attribute.g)
            outputs = [fresh(name, node.op_type) for name in node.output]
            del node.input[:], node.output[:]
            node.input.extend(inputs)
            node.output.extend(outputs)
            node.name = ""
        for value in graph.output:
            value.name = fresh(value.name, "out")

    rename(proto.graph)
    return proto.SerializeToString()


def run(model: bytes, x, output="logits"):
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return session.run([output], {session.get_inputs()[0].name: np.asarray(x, np.float32)})[0]


def signature(model: bytes, fine: bool):
    """What tells two exports of a network apart: operators and changed meanings, and, if fine, attribute names and inputs."""
    proto = onnx.load_from_string(model)
    opset = next(o.version for o in proto.opset_import if o.domain in ("", "ai.onnx"))
    parts = set()
    for node in proto.graph.node:
        if node.op_type not in ("Constant", "Identity", "Flatten", "Reshape"):
            meaning = sum(opset >= version for version in CHANGED.get(node.op_type, []))
            detail = (tuple(sorted(a.name for a in node.attribute)), len(node.input)) if fine else ()
            parts.add((node.op_type, meaning, *detail))
    return tuple(sorted(parts))


class Writer:
    """Writes a fixture folder: models, arrays and cases.json. With names given, replaces only the cases they pick."""

    def __init__(self, folder: str, only: list[str]):
        self.folder, self.only = folder, only
        os.makedirs(folder, exist_ok=True)
        self.index = os.path.join(folder, "cases.json")
        self.cases = []
        self.skipped = []
        if only and os.path.exists(self.index):
            with open(self.index) as file:
                self.cases = [case for case in json.load(file)["cases"] if not self.wants(case["net"])]

    def wants(self, net: str) -> bool:
        return not self.only or any(fnmatch.fnmatchcase(net, name) for name in self.only)

    def array(self, name: str, values) -> str:
        np.save(os.path.join(self.folder, name), np.ascontiguousarray(np.asarray(values, np.float32)))
        return name

    def model(self, name: str, data: bytes) -> str:
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(data)
        return name

    def close(self, note: str) -> None:
        """Writes the index, one case a line, and removes files that no case names."""
        self.cases.sort(key=lambda case: case["name"])
        lines = ",\n".join("  " + json.dumps(case) for case in self.cases)
        with open(self.index, "w") as file:
            file.write('{\n "note": ' + json.dumps(note) + ',\n "cases": [\n' + lines + "\n ]\n}\n")
        used = {"cases.json"} | {case[key] for case in self.cases for key in ("model", "input", "expected")}
        for name in os.listdir(self.folder):
            if name not in used:
                os.remove(os.path.join(self.folder, name))
        sizes = [os.path.getsize(os.path.join(self.folder, name)) for name in os.listdir(self.folder)]
        models = [os.path.getsize(os.path.join(self.folder, name)) for name in os.listdir(self.folder) if name.endswith(".onnx")]
        print(f"{self.folder}: {len(self.cases)} cases, {len(models)} models (largest {max(models)} B), {sum(sizes) / 1000:.0f} kB in all")
        for line in self.skipped:
            print("  skipped:", line)


def rounded(values) -> list:
    """Nested lists with 7 significant digits, for cases.json."""
    if isinstance(values, (list, tuple)):
        return [rounded(value) for value in values]
    return float(f"{values:.7g}")
