"""A tiny CaiT (timm): heads that talk to each other, then blocks in which a class token alone looks at the patches; its maps by the methods' formulas.

Attention is what is multiplied with the values, behind the mixing of heads. R runs over the patches first, and over class token and patches in the
class blocks, where only the class token's row changes. LeGrad: the class token behind each class block, read by the model's head.
"""

import torch
from timm.models.cait import Cait


def network():
    return Cait(img_size=(32, 48), patch_size=8, embed_dim=32, depth=2, depth_token_only=2, num_heads=4, num_classes=10, init_values=0.5)


def embedded(model, x):
    return model.patch_embed(x) + model.pos_embed


def run(model, tokens):
    """Logits, weights of both kinds of blocks, class tokens behind the class blocks and values of these, from embedded patches."""
    weights, outputs, values, handles = [], [], [], []
    for block in [*model.blocks, *model.blocks_token_only]:
        handles.append(block.attn.attn_drop.register_forward_hook(lambda _, __, y: weights.append(y)))
    for block in model.blocks_token_only:
        handles.append(block.register_forward_hook(lambda _, __, y: outputs.append(y)))
        handles.append(block.attn.v.register_forward_hook(lambda _, __, y: values.append(y)))
    z = tokens
    for block in model.blocks:
        z = block(z)
    cls = model.cls_token.expand(len(z), -1, -1)
    for block in model.blocks_token_only:
        cls = block(z, cls)
    logits = model.forward_head(model.norm(torch.cat((cls, z), 1)))
    for handle in handles:
        handle.remove()
    return logits, weights, outputs, values


def maps(model, x, grid, target):
    logits, A, cls, values = run(model, embedded(model, x))
    assert torch.allclose(logits, model(x))
    G = torch.autograd.grad(logits[:, target].sum(), A, retain_graph=True)
    on_grid = lambda r: r.reshape(-1, *grid)
    depth = len(model.blocks)
    relevance = accumulate(A, [(g * a).clamp(min=0).mean(1) for a, g in zip(A, G)], depth, rollout=False)
    legrad = []
    for a, z in list(zip(A[depth:], cls)):
        (g,) = torch.autograd.grad(model.head(model.norm(z))[:, 0, target].sum(), a, retain_graph=True)
        legrad.append(g.clamp(min=0).mean((1, 2))[:, 1:])
    return {
        "attention": on_grid(A[-1].mean(1)[:, 0, 1:]),
        "attention-rollout": on_grid(accumulate(A, [a.mean(1) for a in A], depth, rollout=True)),
        "attention-gradient": on_grid((G[-1] * A[-1]).clamp(min=0).mean(1)[:, 0, 1:]),
        "transformer-attribution": on_grid(relevance),
        "legrad": on_grid(sum(legrad) / 2),
        "textspan": on_grid(contributions(model, x, A[depth:], cls, values, logits, target)[..., 1:].sum((1, 2))),
        "transformer-occlusion": occlusion(model, x, grid, target),
    }


def accumulate(A, matrices, depth, rollout):
    """The class token's row of the product, by whole matrices."""
    n, patches = len(A[0]), A[0].shape[-1]
    R = torch.eye(patches + 1, dtype=A[0].dtype).expand(n, -1, -1)
    for i, matrix in enumerate(matrices):
        whole = torch.zeros_like(R)
        if i < depth:
            whole[:, 1:, 1:] = matrix
        else:
            whole[:, :1] = matrix
        if rollout:
            mixed = whole + torch.eye(patches + 1, dtype=R.dtype)
            R = (mixed / mixed.sum(-1, keepdim=True)) @ R
        else:
            R = R + whole @ R
    return R[:, 0, 1:]


def contributions(model, x, A, cls, values, logits, target):
    """[N, class blocks, heads, 1 + patches]: what the class token takes from each token, worth by the final norm and head."""
    z = cls[-1][:, 0]
    mean, deviation = z.mean(-1), (z.var(-1, unbiased=False) + model.norm.eps).sqrt()
    u = model.norm.weight * model.head.weight[target]
    constant = model.norm.bias @ model.head.weight[target] + model.head.bias[target] - mean / deviation * u.sum()
    parts = 2 * len(A) + 1
    cells = []
    for a, v, block in zip(A, values, model.blocks_token_only):
        n, heads, _, tokens = a.shape
        v = v.reshape(n, tokens, heads, -1).transpose(1, 2)
        scaled = u * block.gamma_1
        read = (scaled @ block.attn.proj.weight).reshape(heads, -1)
        cell = a[:, :, 0] * torch.einsum("nhtd,hd->nht", v, read) + (block.attn.proj.bias @ scaled) / (heads * tokens)
        cells.append(cell / deviation[:, None, None] + (constant / (parts * heads * tokens))[:, None, None])
    return torch.stack(cells, 1)


def occlusion(model, x, grid, target):
    tokens = embedded(model, x)
    score = lambda z: run(model, z)[0][:, target]
    falls = [score(tokens) - score(torch.cat((tokens[:, :i], tokens[:, i + 1 :]), 1)) for i in range(tokens.shape[1])]
    return torch.stack(falls, 1).reshape(-1, *grid)
