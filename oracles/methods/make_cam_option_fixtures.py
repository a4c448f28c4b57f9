"""Makes test/fixtures/cam-options: what pytorch-grad-cam's options and factorisation give, and Grad-CAM++ by exact derivatives.

    python oracles/methods/make_cam_option_fixtures.py [--out test/fixtures/cam-options] [name ...]

Raw maps [N,h,w] before ReLU, min-max and upsampling, in float64, stored as float32. `eigen-smooth`: get_cam_image(..., eigen_smooth),
its sign open. `aug-smooth`: forward_augmentation_smoothing, finished maps [N,H,W] of the image's size, of one layer and of two. `dff`:
the function dff of pytorch-grad-cam (scikit-learn's NMF) on one row. `derivatives=exact`: alpha of Chattopadhay et al., equation 10,
from torch's autograd, one element of the layer at a time.
"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from pytorch_grad_cam import AblationCAM, FEM, GradCAM, GradCAMElementWise, GradCAMPlusPlus, HiResCAM, LayerCAM, ScoreCAM, XGradCAM, score_cam
from pytorch_grad_cam.feature_factorization.deep_feature_factorization import dff
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import nn

from fixture_tools import Writer, double, error, export, randomise, rounded, run, seed_of
from make_cam_fixtures import GapNet, layer_and_gradient, tensor_of

NOTE = (
    "Options of class activation maps by pytorch-grad-cam 1.5.7, deep feature factorisation by its dff (scikit-learn's NMF), and "
    "Grad-CAM++ by exact second and third derivatives (torch.autograd); float64 stored as float32. error = max|got - expected| / max|expected|."
)
score_cam.tqdm.tqdm = lambda items, *args, **kwargs: items
METHODS = {
    "grad-cam": GradCAM, "hires-cam": HiResCAM, "layer-cam": LayerCAM, "grad-cam++": GradCAMPlusPlus, "xgrad-cam": XGradCAM,
    "grad-cam-elementwise": GradCAMElementWise, "score-cam": ScoreCAM, "ablation-cam": AblationCAM, "fem": FEM,
}  # fmt: skip
EIGEN = ["grad-cam", "hires-cam", "layer-cam", "grad-cam++", "xgrad-cam", "grad-cam-elementwise", "score-cam"]
AUGMENTED = ["grad-cam", "layer-cam", "grad-cam++", "score-cam", "fem"]
AUGMENTED_LAYERS = ["grad-cam", "score-cam"]


class SmoothHead(nn.Module):
    """SiLU before the pooling, GELU behind it: the score's second and third derivatives in the layer are not zero."""

    def __init__(self):
        super().__init__()
        self.c1, self.r1 = nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU()
        self.c2, self.b2, self.r2 = nn.Conv2d(4, 5, 3, padding=1), nn.BatchNorm2d(5), nn.SiLU()
        self.pool, self.f1, self.g, self.f2 = nn.AdaptiveAvgPool2d(1), nn.Linear(5, 7), nn.GELU(), nn.Linear(7, 4)

    def forward(self, x):
        y = self.r2(self.b2(self.c2(self.r1(self.c1(x)))))
        return self.f2(self.g(self.f1(self.pool(y).flatten(1))))


class DenseHead(nn.Module):
    """No pooling: the head takes every element of the layer."""

    def __init__(self):
        super().__init__()
        self.c1, self.r1 = nn.Conv2d(3, 4, 3, 3, 1), nn.Tanh()
        self.f1, self.s, self.f2 = nn.Linear(48, 6), nn.Softplus(), nn.Linear(6, 4)

    def forward(self, x):
        return self.f2(self.s(self.f1(self.r1(self.c1(x)).flatten(1))))


# name: (network, input shape, exporters, layers: the last is the one explained alone)
NETS = {
    "pooled": (GapNet, (2, 3, 8, 10), ["ts13", "dynamo20"], ["r1", "r2"]),
    "smooth-head": (SmoothHead, (2, 3, 9, 11), ["ts17", "dynamo20"], ["r2"]),
    "dense-head": (DenseHead, (2, 3, 11, 8), ["ts13", "dynamo18"], ["r1"]),
}


def raw(method: str, model, layer: str, x, targets, eigen=False):
    """get_cam_image on clones, in x's precision."""
    activation, grad = layer_and_gradient(model, layer, x, targets)
    module = model.get_submodule(layer)
    with METHODS[method](model=model, target_layers=[module]) as cam:
        if method == "ablation-cam":
            cam.activations_and_grads(x)
        chosen = [ClassifierOutputTarget(target) for target in targets]
        return np.asarray(cam.get_cam_image(x, module, chosen, activation.numpy(), grad.numpy(), eigen), np.float64)


def augmented(method: str, model, layers: list[str], x, targets):
    """What the library itself yields for aug_smooth, of the model and x as they are; it resizes in float32."""
    with METHODS[method](model=model, target_layers=[model.get_submodule(layer) for layer in layers]) as cam:
        return np.asarray(cam(x, [ClassifierOutputTarget(target) for target in targets], aug_smooth=True), np.float64)


def head_of(model, layer: str, x):
    """The layer's value, and the scores as a function of it."""
    kept = {}
    module = model.get_submodule(layer)
    handle = module.register_forward_hook(lambda m, i, o: kept.update(a=o.detach().clone()))
    with torch.no_grad():
        model(x)
    handle.remove()

    def head(a):
        handle = module.register_forward_hook(lambda m, i, o: a)
        logits = model(x)
        handle.remove()
        return logits

    return kept["a"], head


def exact(model, layer: str, x, targets, score: str, official: bool):
    """Grad-CAM++ with Y = exp(score), or Y the probability, by derivatives of Y itself."""
    maps = []
    for row, target in enumerate(targets):
        a, head = head_of(model, layer, x[row : row + 1])
        a.requires_grad_()
        logits = head(a)[0]
        if score == "probability":
            y = logits.softmax(0)[target]
        else:
            others = torch.cat([logits[:target], logits[target + 1 :]]).max()
            s = logits[target] - (others if score == "difference" else 0)
            y = torch.exp(s - s.detach())
        (first,) = torch.autograd.grad(y, a, create_graph=True)
        second, third = torch.zeros_like(a), torch.zeros_like(a)
        for place in np.ndindex(*a.shape):
            (once,) = torch.autograd.grad(first[place], a, create_graph=True)
            second[place] = once[place].detach()
            (twice,) = torch.autograd.grad(once[place], a, retain_graph=True)
            third[place] = twice[place]
        a, first, second, third = (t.detach() for t in (a, first, second, third))
        denominator = 2 * second + a.sum((2, 3), keepdim=True) * third
        alpha = second / torch.where(denominator == 0, 1.0, denominator)
        weights = (alpha * first.relu()).sum((2, 3), keepdim=True)
        if official:
            total = (alpha * (first > 0)).sum((2, 3), keepdim=True)
            weights = weights / torch.where(total == 0, 1.0, total)
        maps.append((weights * a).sum(1))
    return torch.cat(maps).numpy()


def jobs_of(name: str):
    """(label, method, options, extra facts, rows, a function of model, layer, x, targets); `layers` among the facts are of several"""
    if name == "pooled":
        for method in EIGEN:
            yield method + " eigen", method, {"eigen-smooth": "true"}, {"signFree": True}, 1, lambda *a, m=method: raw(m, *a, eigen=True)
        for method in AUGMENTED:
            yield method + " augmented", method, {"aug-smooth": "true"}, {}, 2, lambda model, layer, *a, m=method: augmented(m, model, [layer], *a)
        for concept in range(3):
            # Factors are found to 1e-4 of the first step.
            facts = {"tolerance": 1e-3}
            options = {"components": "3", "concept": str(concept)}

            def concept_of(model, layer, x, targets, concept=concept):
                return dff(layer_and_gradient(model, layer, x, targets)[0].numpy(), 3)[1][:, concept]

            yield f"dff {concept}", "dff", options, facts, 1, concept_of
        layers = NETS[name][3]
        for method in AUGMENTED_LAYERS:
            label, facts = f"{method} augmented {len(layers)} layers", {"layers": layers}
            yield label, method, {"aug-smooth": "true"}, facts, 2, lambda model, _, *a, m=method: augmented(m, model, layers, *a)
    else:
        for score in ("logit", "probability", "difference"):
            for variant in ("pytorch-grad-cam", "official"):
                options = {"derivatives": "exact", "target-score": score, "variant": variant}
                # alpha divides by differences of float32 numbers.
                facts = {"tolerance": 1e-3}
                yield f"grad-cam++ exact {score} {variant}", "grad-cam++", options, facts, 2, lambda *a, s=score, v=variant: exact(*a, s, v == "official")


def stable_input(name: str, model, wide):
    """An input on which float32 and float64 agree to an eighth of the tolerance, also after a step of 1e-6; and the maps of all jobs."""
    _, shape, _, (*_, layer) = NETS[name]
    for attempt in range(100):
        generator = torch.Generator().manual_seed(seed_of(name) + attempt)
        x = torch.randn(shape, generator=generator)
        targets = torch.randint(4, (shape[0],), generator=generator).tolist()
        expected = {}
        for label, _, _, facts, rows, reference in jobs_of(name):
            found = reference(wide, layer, x[:rows].double(), targets[:rows])
            step = 1e-6 * torch.randn(x.shape, generator=generator).sign().double()
            others = [
                reference(model, layer, x[:rows], targets[:rows]),
                reference(wide, layer, (x.double() + step)[:rows], targets[:rows]),
            ]
            signs = [-1 if facts.get("signFree") and (found * other).sum() < 0 else 1 for other in others]
            if not all(error(sign * other, found) < facts.get("tolerance", 1e-4) / 8 for sign, other in zip(signs, others)):
                break
            expected[label] = found
        else:
            return x, targets, expected
    raise RuntimeError(f"{name}: no stable input found")


def make(writer: Writer, name: str) -> None:
    build, _, variants, layers = NETS[name]
    torch.manual_seed(seed_of(name))
    model = randomise(build())
    with torch.no_grad():
        for m in model.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                m.weight *= 2
    wide = double(model)
    x, targets, expected = stable_input(name, model, wide)
    files = []
    for variant in variants:
        data = export(model, x, variant)
        with torch.no_grad():
            assert error(run(data, x), wide(x.double()).numpy()) < 1e-4
        tensors = {layer: tensor_of(data, x, layer_and_gradient(wide, layer, x.double(), targets)[0]) for layer in layers}
        files.append((variant, writer.model(f"{name}.{variant}.onnx", data), tensors))
    for label, method, options, facts, rows, _ in jobs_of(name):
        stem = f"{name}.{label.replace(' ', '-').replace('++', '-plus-plus')}"
        for variant, file, tensors in files:
            explained = {"layers": [tensors[layer] for layer in facts["layers"]]} if "layers" in facts else {"layer": tensors[layers[-1]]}
            writer.cases.append(dict(
                name=f"{name} {variant} {label}", net=name, method=method, options=options, model=file,
                input=writer.array(f"{name}.{rows}.input.npy", x[:rows]), target=targets[:rows],
                **explained, expected=writer.array(f"{stem}.npy", expected[label]),
            ) | {"tolerance": 1e-4, **facts, **explained})  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=Path(__file__).resolve().parents[2] / "test" / "fixtures" / "cam-options")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    torch.set_num_threads(1)
    writer = Writer(os.fspath(args.out), args.names)
    for name in NETS:
        if writer.wants(name):
            make(writer, name)
    writer.close(NOTE)


if __name__ == "__main__":
    main()
