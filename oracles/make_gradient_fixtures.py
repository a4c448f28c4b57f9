"""Makes test/fixtures/gradient: tiny ONNX networks with PyTorch's input gradients, kinks and ties, and captum's backward rules.

    python oracles/make_gradient_fixtures.py [--out test/fixtures/gradient] [name ...]

Gradients are computed in float64 and stored as float32. A name picks one net (`conv-3x3`, `kink-relu`, `net-unet*`); the others'
cases stay. For an ordinary case an input is drawn until float32 and float64, and an input moved by 1e-6, agree to a quarter of the
tolerance; the exported file must give PyTorch's logits on ONNX Runtime, and central differences through it PyTorch's gradient.
"""

import argparse
import os
import warnings

import numpy as np
import torch
from captum.attr import Deconvolution, GuidedBackprop

from fixture_tools import (DYNAMO, TORCHSCRIPT, Fn, WithHead, Writer, double, error, export, gradient, rounded, run, seed_of,
                           shorten, signature, stable)  # fmt: skip
from gradient_nets import NETS
from kink_nets import KINKS

NOTE = (
    "Input gradients by PyTorch 2.13, computed in float64 from float32 weights and stored as float32. Explained is logits[n, target[n]]. "
    "error = max|got - expected| / max|expected|, at most `tolerance`. `logits` are the float64 logits for the input. "
    "`batch` is fixed where the file takes only the input's number of rows. `kink` cases lie exactly on a kink or tie: `on` says where, `derivative` is torch's eager gradient of "
    "the sum of the function's outputs. A `same-file` list names cases whose file computes the same function but whose torch "
    "source, and so its derivative there, differs."
)


def input_times_gradient(model, x, targets):
    return x * gradient(model, x, targets)


def captum(method):
    def reference(model, x, targets):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return method(model).attribute(x.clone().requires_grad_(), target=torch.tensor(targets)).detach()

    return reference


METHODS = {
    "gradient": gradient,
    "input-x-gradient": input_times_gradient,
    "guided-backprop": captum(GuidedBackprop),
    "deconvnet": captum(Deconvolution),
}
MORE_METHODS = ["net-vgg", "net-resnet", "net-unet-transpose"]  # their ReLUs are modules, as captum's rules need


def choose_input(name, model, shape, draw):
    """An input, targets and tolerance for which every method used with this net is stable."""
    methods = list(METHODS) if name in MORE_METHODS else ["gradient"]
    for tolerance in (1e-4, 1e-3):
        for attempt in range(40):
            generator = torch.Generator().manual_seed(seed_of(name) + attempt)
            x = draw(generator, shape)
            classes = model(x).shape[1]
            targets = torch.randint(classes, (shape[0],), generator=generator).tolist()
            if all(stable(METHODS[method], model, x, targets, tolerance) for method in methods):
                return x, targets, tolerance, methods
    raise RuntimeError(f"{name}: no stable input found")


def differences_agree(data: bytes, x, targets, expected) -> bool:
    """Central differences of the file, run by ONNX Runtime, along three directions against the expected gradient."""
    generator = np.random.default_rng(0)
    rows = np.arange(len(targets))
    for _ in range(3):
        along = generator.standard_normal(x.shape) + 2 * np.sign(expected)
        best = np.inf
        for step in (1e-2, 2e-3, 5e-4):
            up, down = (run(data, x + s * step * along)[rows, targets].astype(np.float64).sum() for s in (1, -1))
            exact = float((expected * along).sum())
            best = min(best, abs((up - down) / (2 * step) - exact) / (abs(exact) + 1e-6))
        if best > 0.02:
            return False
    return True


def variants_for(position: int) -> list[str]:
    """Exporters to try for a net: the kept ones are the first that works and those whose graph differs from the kept."""
    shift = position % 4
    return TORCHSCRIPT[shift:] + TORCHSCRIPT[:shift] + [DYNAMO[shift]]


def exported(writer, name, model, x, variants, options):
    """(variant, bytes, batch) of the exports that work on ONNX Runtime and are told apart by their operators.

    At most two by TorchScript for kinks and architectures, else one, and one by the newer exporter.
    """
    most = 2 if name.startswith(("kink-", "net-")) or len(variants) < 5 else 1
    seen, result = set(), []
    with torch.no_grad():
        logits = double(model)(x.double()).numpy()
    for variant in variants:
        if variant.startswith("ts") and len(result) >= most:
            continue
        try:
            data = shorten(export(model, x, variant, **options))
            if error(run(data, x), logits) > 1e-4:
                writer.skipped.append(f"{name} {variant}: ONNX Runtime's logits differ from PyTorch's, {error(run(data, x), logits):.2g}")
                continue
        except Exception as problem:  # noqa: BLE001 - an exporter's or a runtime's refusal, of whatever type
            writer.skipped.append(f"{name} {variant}: {type(problem).__name__} {str(problem).strip().splitlines()[0][:110]}")
            continue
        key = signature(data, False)
        if key in seen:
            continue
        seen.add(key)
        batch = "fixed"
        try:
            more = torch.cat([x, x[:1] * 0.9])
            with torch.no_grad():
                if options.get("dynamic", True) and error(run(data, more), model(more)) < 1e-4:
                    batch = "dynamic"
        except Exception:  # noqa: BLE001
            pass
        result.append((variant, data, batch))
    return result


def ordinary(writer, position, name, build, variants, options):
    model, shape, draw = build()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    note = options.get("note")
    jumps = options.get("jumps")
    options = {key: value for key, value in options.items() if key not in ("note", "jumps")}
    x, targets, tolerance, methods = choose_input(name, model, shape, draw)
    wide = double(model)
    expected = {method: METHODS[method](wide, x.double(), targets).numpy() for method in methods}
    with torch.no_grad():
        logits = wide(x.double()).tolist()
    kept = []
    for variant, data, batch in exported(writer, name, model, x, variants or variants_for(position), options):
        if not jumps and not differences_agree(data, x.numpy(), targets, expected["gradient"]):
            writer.skipped.append(f"{name} {variant}: central differences disagree with PyTorch's gradient")
            continue
        kept.append(variant)
        file = writer.model(f"{name}.{variant}.onnx", data)
        for method in methods if len(kept) == 1 else ["gradient"]:
            case = dict(
                name=f"{name} {variant}" + ("" if method == "gradient" else f" {method}"), net=name, method=method, model=file,
                input=writer.array(f"{name}.input.npy", x), target=targets,
                expected=writer.array(f"{name}.{method}.npy", expected[method]), tolerance=tolerance, logits=rounded(logits),
            )  # fmt: skip
            if batch == "fixed":
                case["batch"] = batch
            if jumps:
                case["note"] = "jumps: central differences say nothing here"
            if note:
                case["note"] = note
            writer.cases.append(case)
    if not kept:
        writer.skipped.append(f"{name}: NO CASE")


def on_kink(writer, name, function, x, variants, on):
    """A case on a kink: the head's weights are small whole numbers, so that logits and expected are exact."""
    torch.manual_seed(seed_of(name))
    model = WithHead(Fn(function), x, 2).eval()
    with torch.no_grad():
        size = model.head.weight.shape[1]
        model.head.weight.copy_(torch.stack([torch.arange(1.0, size + 1), torch.arange(size, 0, -1.0) - 0.5]))
        model.head.bias.copy_(torch.tensor([0.5, -1.0]))
    targets = [0] * len(x)
    leaf = x.clone().requires_grad_()
    function(leaf).sum().backward()
    wide = double(model)
    expected = gradient(wide, x.double(), targets)
    if error(gradient(model, x, targets), expected) > 1e-5:
        writer.skipped.append(f"kink-{name}: float32 and float64 differ: {gradient(model, x, targets).tolist()} and {expected.tolist()}")
    with torch.no_grad():
        logits = wide(x.double()).tolist()
    for variant, data, batch in exported(writer, f"kink-{name}", model, x, variants, {}):
        writer.cases.append(dict(
            name=f"kink-{name} {variant}", net=f"kink-{name}", method="gradient", model=writer.model(f"kink-{name}.{variant}.onnx", data),
            input=writer.array(f"kink-{name}.input.npy", x), target=targets,
            expected=writer.array(f"kink-{name}.gradient.npy", expected), tolerance=1e-5, logits=rounded(logits), kink=True, on=on,
            at=rounded(x.flatten().tolist()), derivative=rounded(leaf.grad.flatten().tolist()),
        ))  # fmt: skip


def mark_same_files(cases) -> None:
    """Notes kink cases whose files hold the same operators and give the same logits, but whose derivative differs."""
    folder = mark_same_files.folder
    kinks = [case for case in cases if case.get("kink")]
    keys = {}
    for case in kinks:
        case.pop("same-file", None)
        with open(os.path.join(folder, case["model"]), "rb") as file:
            keys[case["name"]] = (signature(file.read(), True), str(case["at"]), str(case["logits"]))
    for case in kinks:
        same = [o["name"] for o in kinks if keys[o["name"]] == keys[case["name"]] and o["derivative"] != case["derivative"]]
        if same:
            case["same-file"] = same


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=os.path.join(os.path.dirname(__file__), "..", "test", "fixtures", "gradient"))
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    torch.set_num_threads(2)
    torch.backends.mha.set_fastpath_enabled(False)
    writer = Writer(args.out, args.names)
    for position, (name, build, variants, options) in enumerate(NETS):
        if writer.wants(name):
            try:
                ordinary(writer, position, name, build, variants, options)
            except RuntimeError as problem:
                writer.skipped.append(f"{name}: {problem}")
    for name, function, x, variants, on in KINKS:
        if writer.wants(f"kink-{name}"):
            on_kink(writer, name, function, x, variants, on)
    mark_same_files.folder = args.out
    mark_same_files(writer.cases)
    writer.close(NOTE)


if __name__ == "__main__":
    main()
