"""Makes test/fixtures/transformers: tiny vision transformers as ONNX, with maps by the methods' formulas on PyTorch's autograd, in float64.

    venv/bin/python oracles/transformers/make_transformer_fixtures.py

timm 1.0.31, torch 2.13 or 2.14. Attention is read by hooks on what timm multiplies with the values. Weights are by chance, of a size that
makes attention uneven. Row of the class token, or the mean over rows; columns of the patches. Besides, networks in which no attention over patches must be found.
"""

import json
import os

import numpy as np
import timm
import torch
from timm.models.convit import ConVit
from timm.models.swin_transformer import SwinTransformer
from timm.models.vision_transformer import ResPostBlock, VisionTransformer
from timm.models.vision_transformer_sam import VisionTransformerSAM
from timm.models.xcit import Xcit

import class_attention

OUT = os.path.join(os.path.dirname(__file__), "../../test/fixtures/transformers")
TARGET = 3
timm.layers.set_fused_attn(False)


class Joined(VisionTransformer):
    """Scores are read from the class token beside the mean of the patches, as DINOv2's are."""

    def __init__(self, **options):
        super().__init__(**options)
        self.head = torch.nn.Linear(2 * self.embed_dim, self.num_classes)

    def forward_head(self, z):
        return self.head(torch.cat((z[:, 0], z[:, self.num_prefix_tokens :].mean(1)), -1))


class GroupedQueries(torch.nn.Module):
    """Two heads of keys and values for four of queries, by PyTorch's own repetition of them."""

    def __init__(self, dim, num_heads, **_):
        super().__init__()
        self.q, self.kv, self.proj = torch.nn.Linear(dim, dim), torch.nn.Linear(dim, dim), torch.nn.Linear(dim, dim)
        self.heads = num_heads
        self.attn_drop = torch.nn.Identity()

    def forward(self, x, *_, **__):
        n, t, d = x.shape
        split = lambda y, heads: y.reshape(n, t, heads, -1).transpose(1, 2)
        q = split(self.q(x), self.heads)
        k, v = (split(y, self.heads // 2).repeat_interleave(2, 1) for y in self.kv(x).chunk(2, -1))
        weights = self.attn_drop((q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5).softmax(-1))
        return self.proj((weights @ v).transpose(1, 2).reshape(n, t, d))


def with_weights_by_chance(model, seed):
    torch.manual_seed(seed)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, 0.3 if parameter.ndim == 1 else 0, 0.3 if parameter.ndim == 1 else 0.2)
    return model.eval()


def export(model, name, x, **options):
    axes = {n: {0: "batch"} for n in ("pixel_values", "logits")}
    torch.onnx.export(model, (x,), f"{OUT}/{name}.onnx", dynamo=False, input_names=["pixel_values"], output_names=["logits"], dynamic_axes=axes, **options)


def attention_of(model, x):
    """Logits, and every block's weights [N, H, T, T] and output, as parts of the graph of derivatives."""
    weights, outputs, handles = [], [], []
    for block in model.blocks:
        handles.append(block.attn.attn_drop.register_forward_hook(lambda _, __, y: weights.append(y)))
        handles.append(block.register_forward_hook(lambda _, __, y: outputs.append(y)))
    logits = model(x)
    for handle in handles:
        handle.remove()
    return logits, weights, outputs


def maps_of(model, x, grid):
    prefix, class_token = model.num_prefix_tokens, model.global_pool == "token"
    logits, A, Z = attention_of(model, x)
    G = torch.autograd.grad(logits[:, TARGET].sum(), A, retain_graph=True)
    row = lambda m: m[:, 0] if class_token else m.mean(1)
    on_grid = lambda r: r[:, prefix:].reshape(-1, *grid)
    identity = torch.eye(A[0].shape[-1], dtype=x.dtype)
    rollout = relevance = identity.expand(len(x), -1, -1)
    for a, g in zip(A, G):
        mixed = (a.mean(1) + identity) / 2
        rollout = (mixed / mixed.sum(-1, keepdim=True)) @ rollout
        relevance = relevance + (g * a).clamp(min=0).mean(1) @ relevance
    legrad = []
    for a, z in list(zip(A, Z))[-2:]:
        score = model.forward_head(model.norm(z.mean(1, keepdim=True).expand_as(z)))[:, TARGET] if class_token else model.head(model.fc_norm(z.mean(1)))[:, TARGET]
        (g,) = torch.autograd.grad(score.sum(), a, retain_graph=True)
        legrad.append(g.clamp(min=0).mean((1, 2)))
    return {
        "attention": on_grid(row(A[-1].mean(1))),
        "attention-rollout": on_grid(row(rollout)),
        "attention-gradient": on_grid(row((G[-1] * A[-1]).clamp(min=0).mean(1))),
        "transformer-attribution": on_grid(row(relevance)),
        "legrad": on_grid(sum(legrad) / 2),
    }


def occlusion_of(model, x, grid, window=1, mode="drop"):
    """How far the logit falls without each window of patches, next to each other. Dropped, they are cut out of the sequence, behind the positions, and
    the blocks run on what is left; else their tokens hold zeros, or the mean of all patches. Each patch has its window's value."""
    prefix = model.num_prefix_tokens
    tokens = model.norm_pre(model.patch_drop(model._pos_embed(model.patch_embed(x))))
    score = lambda z: model.forward_head(model.norm(model.blocks(z)))[:, TARGET]
    falls = torch.zeros(len(x), *grid, dtype=x.dtype)
    for top in range(0, grid[0], window):
        for left in range(0, grid[1], window):
            taken = torch.zeros(grid, dtype=torch.bool)
            taken[top : top + window, left : left + window] = True
            gone = torch.cat((torch.zeros(prefix, dtype=torch.bool), taken.flatten()))
            changed = tokens[:, ~gone]
            if mode != "drop":
                held = tokens[:, prefix:].mean(1, keepdim=True) if mode == "mean" else torch.zeros_like(tokens[:, :1])
                changed = torch.where(gone[None, :, None], held, tokens)
            falls[:, taken] = (score(tokens) - score(changed))[:, None]
    return falls


def contributions_of(model, x, grid):
    """Exact decomposition of the target's logit, [N, blocks, heads, tokens], by the formula of Gandelsman et al. with a class row for a text."""
    values, handles = [], []
    for block in model.blocks:
        handles.append(block.attn.qkv.register_forward_hook(lambda _, __, y: values.append(y)))
    logits, A, Z = attention_of(model, x)
    for handle in handles:
        handle.remove()
    blocks, (n, heads, tokens, _) = len(A), A[0].shape
    z = Z[-1][:, 0]
    mean, deviation = z.mean(-1), (z.var(-1, unbiased=False) + model.norm.eps).sqrt()
    u = model.norm.weight * model.head.weight[TARGET]
    parts = 2 * blocks + 1
    constant = (model.norm.bias @ model.head.weight[TARGET] + model.head.bias[TARGET]) - mean / deviation * u.sum()
    cells = []
    for a, qkv, block in zip(A, values, model.blocks):
        v = qkv.reshape(n, tokens, 3, heads, -1)[:, :, 2].transpose(1, 2)
        projection, bias = block.attn.proj.weight, block.attn.proj.bias
        read = (u @ projection).reshape(heads, -1)
        cell = a[:, :, 0] * torch.einsum("nhtd,hd->nht", v, read) + (bias @ u) / (heads * tokens)
        cells.append(cell / deviation[:, None, None] + (constant / (parts * heads * tokens))[:, None, None])
    return torch.stack(cells, 1)


def save(name, x, maps):
    np.save(f"{OUT}/{name}.input.npy", x.numpy())
    for method, values in maps.items():
        np.save(f"{OUT}/{name}.{method}.npy", values.detach().numpy().astype(np.float32))


def main():
    os.makedirs(OUT, exist_ok=True)
    shared = dict(patch_size=8, embed_dim=32, depth=3, num_heads=4, num_classes=10)
    nets = {
        # Class token, 4 x 6 patches.
        "wide": (VisionTransformer(img_size=(32, 48), **shared), (32, 48), 17),
        # Two registers beside the class token; layer normalisation in primitives.
        "registers": (VisionTransformer(img_size=32, reg_tokens=2, no_embed_class=True, qk_norm=True, **shared), (32, 32), 14),
        # The mean of the patches.
        "mean": (VisionTransformer(img_size=32, global_pool="avg", class_token=False, **shared), (32, 32), 17),
        # Normalisation behind each branch.
        "respost": (VisionTransformer(img_size=32, block_fn=ResPostBlock, init_values=0.1, **shared), (32, 32), 17),
        # The class token and the mean of the patches; a register between them.
        "joined": (Joined(img_size=32, reg_tokens=1, **shared), (32, 32), 17),
        # Keys and values shared by two heads each; LayerScale.
        "grouped": (VisionTransformer(img_size=32, init_values=0.5, attn_layer=GroupedQueries, **shared), (32, 32), 17),
    }
    facts = {}
    for seed, (name, (model, size, opset)) in enumerate(nets.items()):
        with_weights_by_chance(model, seed)
        x = torch.randn(2, 3, *size)
        export(model, name, x[:1], opset_version=opset)
        model.double()
        grid = (size[0] // 8, size[1] // 8)
        maps = maps_of(model, x.double(), grid)
        maps["transformer-occlusion"] = occlusion_of(model, x.double(), grid)
        if name in ("wide", "registers"):
            cells = contributions_of(model, x.double(), grid)
            maps["textspan"] = cells[..., model.num_prefix_tokens :].sum((1, 2)).reshape(-1, *grid)
            for mode in ("drop", "mean", "zero"):
                np.save(f"{OUT}/{name}.occlusion-2-{mode}.npy", occlusion_of(model, x.double(), grid, 2, mode).detach().numpy().astype(np.float32))
            np.save(f"{OUT}/{name}.contributions.npy", cells.detach().numpy().astype(np.float32))
        save(name, x, maps)
        facts[name] = {"target": TARGET, "methods": sorted(maps)}
    model, size = with_weights_by_chance(class_attention.network(), 7), (32, 48)
    x = torch.randn(2, 3, *size)
    export(model, "cait", x[:1], opset_version=17)
    maps = class_attention.maps(model.double(), x.double(), (4, 6), TARGET)
    save("cait", x, maps)
    facts["cait"] = {"target": TARGET, "methods": sorted(maps)}
    json.dump(facts, open(f"{OUT}/cases.json", "w"), indent=1)
    for name, model, size in (
        ("blended", ConVit(img_size=32, patch_size=8, embed_dim=4, depth=2, num_heads=4, num_classes=4, local_up_to_layer=1), 32),
        ("global-and-windows", VisionTransformerSAM(img_size=64, patch_size=8, embed_dim=16, depth=2, num_heads=2, num_classes=4, window_size=4, global_attn_indexes=(1,), use_rel_pos=True, neck_chans=0, global_pool="avg"), 64),
        ("windows", SwinTransformer(img_size=64, patch_size=4, window_size=4, embed_dim=8, depths=(1, 1), num_heads=(2, 2), num_classes=4), 64),
        ("channels", Xcit(img_size=32, patch_size=8, embed_dim=16, depth=1, num_heads=2, num_classes=4), 32),
    ):
        export(with_weights_by_chance(model, 9), name, torch.randn(1, 3, size, size), opset_version=17)


main()
