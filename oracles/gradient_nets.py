"""The tiny networks of the gradient fixtures: each a name, a module, an input shape and how to draw and export it."""

import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from fixture_tools import Fn, WithHead, randomise, seed_of

torch.manual_seed(0)  # modules written inside seq(...) take their weights while this file is read
NETS = []  # (name, function that builds the net), filled by `net` below

NORMAL = lambda g, s: torch.randn(s, generator=g)  # noqa: E731
POSITIVE = lambda g, s: 0.3 + 2 * torch.rand(s, generator=g)  # noqa: E731
UNIT = lambda g, s: 1.6 * torch.rand(s, generator=g) - 0.8  # noqa: E731
WIDE = lambda g, s: 4 * torch.randn(s, generator=g)  # noqa: E731
shape_of_op = (2, 2, 5, 6)  # unless a net says otherwise; smaller in the later sections


def net(name, make, shape=None, draw=NORMAL, head=True, variants=None, **options):
    """Adds a net. make() gives a module; head: Flatten + Linear behind it. options go to the exporter or to the case."""
    shape = shape or shape_of_op

    def build():
        torch.manual_seed(seed_of(name))
        module = randomise(make())
        example = draw(torch.Generator().manual_seed(0), shape)
        return (WithHead(module, example) if head else module).eval(), shape, draw

    NETS.append((name, build, variants, options))


def op(name, function, *tensors, **rest):
    """Adds a net of one function on the input, with a Linear head."""
    net(name, lambda: Fn(function, *tensors), **rest)


def seq(*modules):
    """A maker of a Sequential; a class or function among the modules is called when the net is built."""
    return lambda: copy.deepcopy(nn.Sequential(*[m if isinstance(m, nn.Module) else m() for m in modules]))


def rnd(*shape, seed=5):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


# --- convolutions -----------------------------------------------------------------------------------------------------------
def conv(name, make, shape, **rest):
    """A smooth function of the input, then the convolution: the gradient is neither constant nor at the input directly."""
    net(name, lambda: nn.Sequential(Fn(torch.tanh), make()), shape=shape, **rest)


conv("conv-3x3", lambda: nn.Conv2d(2, 3, 3, padding=1), (2, 2, 5, 6))
conv("conv-no-bias-valid", lambda: nn.Conv2d(2, 3, 3, bias=False), (2, 2, 5, 6))
conv("conv-1x1", lambda: nn.Conv2d(3, 2, 1), (2, 3, 4, 5))
conv("conv-stride2-odd", lambda: nn.Conv2d(2, 3, 3, stride=2, padding=1), (2, 2, 7, 9))
conv("conv-stride2-even", lambda: nn.Conv2d(2, 3, 3, stride=2, padding=1), (2, 2, 8, 6))
conv("conv-stride-over-kernel", lambda: nn.Conv2d(2, 3, 2, stride=3), (2, 2, 8, 10))
conv("conv-1x1-stride2", lambda: nn.Conv2d(2, 3, 1, stride=2), (2, 2, 6, 7))
conv("conv-uneven", lambda: nn.Conv2d(2, 3, (1, 5), stride=(2, 1), padding=(0, 3), dilation=(1, 1)), (2, 2, 6, 5))
conv("conv-padding-over-kernel", lambda: nn.Conv2d(2, 2, 2, stride=2, padding=3), (2, 2, 4, 5))
conv("conv-groups", lambda: nn.Conv2d(4, 6, 3, padding=1, groups=2), (2, 4, 4, 5))
conv("conv-depthwise", lambda: nn.Conv2d(3, 3, 3, padding=1, groups=3), (2, 3, 5, 5))
conv("conv-depthwise-multiplier", lambda: nn.Conv2d(2, 6, 3, stride=2, groups=2), (2, 2, 6, 7))
conv("conv-dilated", lambda: nn.Conv2d(2, 3, 3, padding=2, dilation=2), (2, 2, 6, 7))
conv("conv-groups-dilated-stride", lambda: nn.Conv2d(4, 4, 3, stride=2, padding=1, dilation=2, groups=2), (2, 4, 8, 9))
conv("conv-same-even-kernel", lambda: nn.Conv2d(2, 3, (2, 4), padding="same"), (2, 2, 5, 6))
conv("conv-reflect", lambda: nn.Conv2d(2, 3, 3, padding=2, padding_mode="reflect"), (2, 2, 5, 6))
conv("conv-circular", lambda: nn.Conv2d(2, 3, 3, padding=1, padding_mode="circular"), (2, 2, 5, 6))
conv("conv1d", lambda: nn.Conv1d(2, 3, 3, stride=2, padding=1), (2, 2, 9))
conv("conv1d-dilated", lambda: nn.Conv1d(2, 4, 3, dilation=3, groups=2), (2, 2, 11))
conv("conv3d", lambda: nn.Conv3d(2, 2, (2, 3, 3), stride=(1, 2, 1), padding=(0, 1, 1)), (2, 2, 3, 5, 4))
conv("conv-transpose-stride2", lambda: nn.ConvTranspose2d(2, 2, 3, stride=2, padding=1, output_padding=1), (2, 2, 3, 4))
conv("conv-transpose-kernel2", lambda: nn.ConvTranspose2d(3, 2, 2, stride=2), (2, 3, 3, 2))
conv("conv-transpose-groups", lambda: nn.ConvTranspose2d(4, 4, 3, stride=(2, 1), padding=(1, 0), groups=2), (2, 4, 3, 3))
conv("conv-transpose-dilated", lambda: nn.ConvTranspose2d(2, 2, 3, dilation=2, padding=1), (2, 2, 3, 4))
conv("conv-transpose1d", lambda: nn.ConvTranspose1d(2, 3, 4, stride=2, padding=1), (2, 2, 5))
conv("conv-transpose3d", lambda: nn.ConvTranspose3d(1, 2, 2, stride=(1, 2, 2)), (2, 1, 2, 2, 3))


class StandardisedConv(nn.Conv2d):
    """Weights computed on the way: the graph holds them as a computation unless the exporter folds constants."""

    def forward(self, x):
        w = self.weight
        mean = w.mean((1, 2, 3), keepdim=True)
        return F.conv2d(x, (w - mean) / (w - mean).pow(2).mean((1, 2, 3), keepdim=True).sqrt(), self.bias, padding=1)


conv("conv-computed-weight", lambda: StandardisedConv(2, 3, 3), (2, 2, 5, 5), keep=True, variants=["ts13", "dynamo20"])

# --- pooling ------------------------------------------------------------------------------------------------------------------
net("maxpool-2x2", lambda: nn.MaxPool2d(2), (2, 2, 6, 6))
net("maxpool-overlapping", lambda: nn.MaxPool2d(3, 2, 1), (2, 2, 7, 9))
net("maxpool-overlapping-stride1", lambda: nn.MaxPool2d(5, 1, 2), (2, 2, 5, 6))
net("maxpool-ceil", lambda: nn.MaxPool2d(3, 2, ceil_mode=True), (2, 2, 6, 8))
net("maxpool-ceil-padded", lambda: nn.MaxPool2d(2, 2, 1, ceil_mode=True), (2, 2, 5, 6))
net("maxpool-dilated", lambda: nn.MaxPool2d(2, 1, 0, dilation=2), (2, 2, 5, 6))
net("maxpool-dilated-stride", lambda: nn.MaxPool2d(3, 2, 1, dilation=2), (2, 2, 8, 9))
net("maxpool-uneven", lambda: nn.MaxPool2d((1, 3), (1, 2), (0, 1)), (2, 2, 4, 7))
net("maxpool1d", lambda: nn.MaxPool1d(3, 2, 1), (2, 2, 9))
net("maxpool3d", lambda: nn.MaxPool3d((2, 3, 2), (1, 2, 2)), (2, 2, 3, 5, 4))
net("avgpool-2x2", lambda: nn.AvgPool2d(2), (2, 2, 6, 6))
net("avgpool-cut", lambda: nn.AvgPool2d(2), (2, 2, 5, 7))
net("avgpool-padded", lambda: nn.AvgPool2d(3, 2, 1), (2, 2, 7, 6))
net("avgpool-exclude-pad", lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False), (2, 2, 7, 6))
net("avgpool-exclude-pad-stride1", lambda: nn.AvgPool2d(3, 1, 1, count_include_pad=False), (2, 2, 4, 5))
net("avgpool-ceil", lambda: nn.AvgPool2d(3, 2, ceil_mode=True), (2, 2, 6, 8))
net("avgpool-ceil-exclude-pad", lambda: nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False), (2, 2, 6, 8))
net("avgpool-ceil-include-pad", lambda: nn.AvgPool2d(3, 2, 1, ceil_mode=True), (2, 2, 6, 8))
net("avgpool1d", lambda: nn.AvgPool1d(3, 2, 1), (2, 2, 8))
net("avgpool3d", lambda: nn.AvgPool3d(2, (1, 2, 2)), (2, 2, 3, 5, 4))
net("adaptive-avg-1", lambda: seq(Fn(torch.tanh), nn.AdaptiveAvgPool2d(1))(), (2, 4, 5, 6))
net("adaptive-avg-2x3", lambda: nn.AdaptiveAvgPool2d((2, 3)), (2, 2, 4, 6))
net("adaptive-avg-uneven", lambda: nn.AdaptiveAvgPool2d((2, 3)), (2, 2, 5, 7))
net("adaptive-max-1", lambda: nn.AdaptiveMaxPool2d(1), (2, 4, 5, 6))
net("adaptive-max-2x3", lambda: nn.AdaptiveMaxPool2d((2, 3)), (2, 2, 4, 6))
net("adaptive-avg1d", lambda: nn.AdaptiveAvgPool1d(1), (2, 3, 7))
net("lp-pool", lambda: nn.LPPool2d(2, 3, 2), (2, 2, 6, 7), draw=POSITIVE)
op("mean-spatial-head", lambda x: torch.sigmoid(x).mean((2, 3)), shape=(2, 4, 5, 6))

# --- activations ----------------------------------------------------------------------------------------------------------------
ACTIVATIONS = {
    "relu": nn.ReLU, "relu6": nn.ReLU6, "leaky-relu": lambda: nn.LeakyReLU(0.2), "prelu": lambda: nn.PReLU(2),
    "prelu-single": nn.PReLU, "elu": lambda: nn.ELU(0.7), "celu": lambda: nn.CELU(1.3), "selu": nn.SELU, "gelu": nn.GELU,
    "gelu-tanh": lambda: nn.GELU("tanh"), "silu": nn.SiLU, "mish": nn.Mish, "hardswish": nn.Hardswish, "hardsigmoid": nn.Hardsigmoid,
    "hardtanh": lambda: nn.Hardtanh(-0.7, 1.2), "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "softplus": nn.Softplus,
    "softplus-beta": lambda: nn.Softplus(2.0, 6.0), "softsign": nn.Softsign, "logsigmoid": nn.LogSigmoid, "threshold": lambda: nn.Threshold(0.3, -0.5),
    "hardshrink": lambda: nn.Hardshrink(0.4), "softshrink": lambda: nn.Softshrink(0.4), "tanhshrink": nn.Tanhshrink, "glu": lambda: nn.GLU(1),
    "rrelu": nn.RReLU, "softmax-channels": lambda: nn.Softmax(1), "softmax-last": lambda: nn.Softmax(-1), "log-softmax": lambda: nn.LogSoftmax(2),
    "softmin": lambda: nn.Softmin(1),
}  # fmt: skip
for _name, _make in ACTIVATIONS.items():
    net(_name, lambda make=_make: make(), shape=(2, 2, 3, 4), jumps=_name in ("hardshrink", "threshold"), draw=WIDE if _name in ("relu6", "hardswish", "hardsigmoid", "softplus-beta") else NORMAL)

# --- normalisation ----------------------------------------------------------------------------------------------------------------
net("batchnorm-alone", lambda: nn.Sequential(nn.Tanh(), nn.BatchNorm2d(2)))
net("batchnorm-folded", lambda: nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.SiLU()), (2, 2, 5, 5))
net("batchnorm-kept", lambda: nn.Sequential(nn.Conv2d(2, 3, 3, bias=False), nn.BatchNorm2d(3), nn.SiLU()), (2, 2, 5, 5), keep=True,
    variants=["ts9", "ts13", "ts17", "dynamo20"])  # fmt: skip
net("batchnorm-no-affine", lambda: nn.Sequential(nn.Tanh(), nn.BatchNorm2d(2, affine=False)), keep=True)
net("batchnorm1d", lambda: nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.Tanh()), (2, 5), keep=True)
net("batchnorm3d", lambda: nn.Sequential(nn.Tanh(), nn.BatchNorm3d(2)), (2, 2, 2, 3, 2), keep=True)
net("instancenorm", lambda: nn.InstanceNorm2d(2, affine=True))
net("instancenorm-no-affine", lambda: nn.InstanceNorm2d(2))
net("instancenorm1d", lambda: nn.InstanceNorm1d(3, affine=True), (2, 3, 6))
net("layernorm", lambda: nn.LayerNorm(6))
net("layernorm-two-axes", lambda: nn.LayerNorm((4, 5)), (2, 2, 4, 5))
net("layernorm-no-affine", lambda: nn.LayerNorm(6, elementwise_affine=False))
net("layernorm-channels-last", lambda: nn.Sequential(Fn(lambda x: x.permute(0, 2, 3, 1)), nn.LayerNorm(4), Fn(lambda x: x.permute(0, 3, 1, 2))), (2, 4, 3, 3))
net("layernorm-channels-first", lambda: Fn(lambda x, w, b: (x - x.mean(1, keepdim=True)) / (x.var(1, keepdim=True, unbiased=False) + 1e-6).sqrt() * w + b,
    rnd(4, 1, 1), rnd(4, 1, 1, seed=6)), (2, 4, 3, 3))  # fmt: skip
net("groupnorm", lambda: nn.GroupNorm(2, 4), (2, 4, 3, 4))
net("groupnorm-no-affine", lambda: nn.GroupNorm(2, 4, affine=False), (2, 4, 3, 4))
net("local-response-norm", lambda: nn.LocalResponseNorm(3, alpha=0.5, beta=0.75, k=1.5), (2, 5, 3, 3))
net("local-response-norm-even", lambda: nn.LocalResponseNorm(4, alpha=0.3, beta=0.5, k=1.0), (2, 5, 3, 3))
net("rmsnorm", lambda: nn.RMSNorm(6, eps=1e-5))
op("l2-normalize", lambda x: F.normalize(x, dim=1), shape=(2, 4, 3, 3))
op("cosine-to-prototypes", lambda x, p: F.linear(F.normalize(x.flatten(1), dim=1), F.normalize(p, dim=1)), rnd(5, 24), shape=(2, 2, 3, 4), keep=True)
op("std-var", lambda x: torch.cat([x.std((2, 3)), x.var(3, unbiased=False).flatten(1)], 1))
net("weight-norm", lambda: nn.Sequential(nn.Tanh(), nn.utils.parametrizations.weight_norm(nn.Conv2d(2, 3, 3))), (2, 2, 5, 5), keep=True, variants=["ts13"])

# --- products -----------------------------------------------------------------------------------------------------------------------
net("linear-3d", lambda: nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3, bias=False)), (2, 4, 5))
net("mlp-flat", lambda: nn.Sequential(nn.Flatten(), nn.Linear(12, 8), nn.Tanh(), nn.Linear(8, 5)), (2, 3, 2, 2))
op("matmul-self", lambda x: x @ x.transpose(-1, -2), shape=(2, 2, 4, 3))
op("matmul-broadcast-weight", lambda x, w: w @ x, rnd(2, 5, 4), shape=(2, 2, 4, 3))
op("matmul-broadcast-batch", lambda x: x[:, :1] @ x[:, 1:].transpose(-1, -2), shape=(2, 4, 3, 5))
op("matmul-vector", lambda x, v: x @ v, rnd(6))
op("bmm-baddbmm", lambda x: torch.baddbmm(x[:, :, :4], x[:, :, :4], x[:, :, 1:5], beta=0.5, alpha=2.0), shape=(2, 4, 5))
op("attention-written-out", lambda x, wq, wk, wv: torch.softmax((x @ wq) @ (x @ wk).transpose(1, 2) / math.sqrt(4), -1) @ (x @ wv),
   rnd(5, 4), rnd(5, 4, seed=6), rnd(5, 4, seed=7), shape=(2, 6, 5))  # fmt: skip
op("attention-sdpa", lambda x: F.scaled_dot_product_attention(x, x * 0.7 + 0.1, x.flip(2)), shape=(2, 2, 4, 3), variants=["ts17", "dynamo20", "dynamo23"])
net("attention-masked", lambda: Fn(lambda x, m: F.scaled_dot_product_attention(x, x, x, attn_mask=m), torch.tensor([[0.0, -1e9, -1e9], [0, 0, -1e9], [0, 0, 0]])), (2, 2, 3, 4),
    variants=["ts17", "dynamo20", "dynamo23"])  # fmt: skip


class SelfAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(6, 2, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x, need_weights=True)[0]


net("attention-multihead", SelfAttention, (2, 4, 6))
op("einsum-contract", lambda x, w: torch.einsum("nchw,dc->ndhw", x, w), rnd(3, 2))
op("einsum-attention", lambda x: torch.einsum("nhqk,nhkd->nhqd", torch.softmax(torch.einsum("nhqd,nhkd->nhqk", x, x), -1), x), shape=(2, 2, 3, 4))
op("einsum-reduce", lambda x, w: torch.einsum("nchw,hw->nc", x, w), rnd(5, 6), shape=(2, 3, 5, 6))
op("einsum-outer", lambda x: torch.einsum("ni,nj->nij", x, torch.tanh(x)), shape=(2, 4))
op("einsum-diagonal", lambda x: torch.einsum("ncii->nci", x), shape=(2, 2, 4, 4))
op("einsum-three", lambda x, a, b: torch.einsum("nchw,ch,cw->nc", x, a, b), rnd(3, 4), rnd(3, 5, seed=6), shape=(2, 3, 4, 5))
op("bilinear-pool", lambda x: (x.flatten(2) @ x.flatten(2).transpose(1, 2) / 12).flatten(1), shape=(2, 3, 3, 4))

# --- resizing ------------------------------------------------------------------------------------------------------------------------
R = (2, 2, 3, 4)
for _name, _args in {
    "resize-nearest-2x": dict(scale_factor=2), "resize-nearest-size": dict(size=(5, 7)), "resize-nearest-down": dict(size=(2, 3)),
    "resize-nearest-exact": dict(size=(5, 7), mode="nearest-exact"),
    "resize-bilinear-2x": dict(scale_factor=2, mode="bilinear"), "resize-bilinear-size": dict(size=(5, 7), mode="bilinear"),
    "resize-bilinear-down": dict(size=(2, 3), mode="bilinear"), "resize-bilinear-align": dict(size=(5, 7), mode="bilinear", align_corners=True),
    "resize-bilinear-align-2x": dict(scale_factor=2, mode="bilinear", align_corners=True), "resize-bilinear-fraction": dict(scale_factor=1.6, mode="bilinear"),
    "resize-bilinear-fraction-recomputed": dict(scale_factor=1.6, mode="bilinear", recompute_scale_factor=True),
    "resize-bicubic": dict(scale_factor=2, mode="bicubic"), "resize-bicubic-size": dict(size=(5, 7), mode="bicubic"),
    "resize-bicubic-align": dict(size=(5, 7), mode="bicubic", align_corners=True),
    "resize-bilinear-antialias": dict(size=(2, 3), mode="bilinear", antialias=True),
}.items():  # fmt: skip
    _variants = ["dynamo18", "dynamo20"] if "antialias" in _name else None
    op(_name, lambda x, a=_args: F.interpolate(torch.tanh(x), **a), shape=(2, 2, 5, 6) if "antialias" in _name else R, variants=_variants)
op("resize-linear1d", lambda x: F.interpolate(x, size=7, mode="linear"), shape=(2, 2, 4))
op("resize-trilinear", lambda x: F.interpolate(x, scale_factor=2, mode="trilinear"), shape=(2, 1, 2, 2, 3))
op("resize-nearest1d", lambda x: F.interpolate(x, scale_factor=3), shape=(2, 2, 4))
op("resize-to-other", lambda x: F.interpolate(F.avg_pool2d(x, 2), size=x.shape[2:], mode="bilinear", align_corners=False) * x, shape=(2, 2, 4, 6))
op("pixel-shuffle", lambda x: F.pixel_shuffle(torch.tanh(x), 2), shape=(2, 8, 2, 3))
op("pixel-unshuffle", lambda x: F.pixel_unshuffle(torch.tanh(x), 2), shape=(2, 2, 4, 6))
op("channel-shuffle", lambda x: torch.tanh(x).view(x.shape[0], 2, 3, 3, 3).transpose(1, 2).reshape(x.shape[0], 6, 3, 3), shape=(2, 6, 3, 3))
op("grid-sample", lambda x, g: F.grid_sample(x, g.expand(x.shape[0], -1, -1, -1), align_corners=False),
   torch.rand(1, 3, 3, 2, generator=torch.Generator().manual_seed(3)) * 1.6 - 0.8, variants=["ts17", "dynamo20"])  # fmt: skip

# --- moving data ------------------------------------------------------------------------------------------------------------------------
op("pad-constant", lambda x: F.pad(torch.tanh(x), (1, 2, 0, 1), value=0.5))
op("pad-reflect", lambda x: F.pad(torch.tanh(x), (2, 1, 1, 3), mode="reflect"))
op("pad-replicate", lambda x: F.pad(torch.tanh(x), (2, 1, 1, 3), mode="replicate"))
op("pad-circular", lambda x: F.pad(torch.tanh(x), (2, 1, 1, 3), mode="circular"))
op("pad-negative", lambda x: F.pad(torch.tanh(x), (-1, 2, 1, -2)))
op("pad-channels", lambda x: F.pad(torch.tanh(x), (0, 0, 0, 0, 1, 2)))
op("index-select", lambda x, i: torch.tanh(x).index_select(2, i), torch.tensor([3, 0, 3, 1]))
op("index-list", lambda x: torch.tanh(x)[:, [1, 0, 1]])
op("index-scalar", lambda x: torch.tanh(x)[:, 1])
op("index-last-token", lambda x: torch.tanh(x)[:, -1], shape=(2, 4, 5))
op("index-pairs", lambda x, i, j: torch.tanh(x)[:, :, i, j], torch.tensor([0, 2, 2]), torch.tensor([1, 5, 1]))
op("take-along", lambda x, i: torch.gather(torch.tanh(x), 2, i.expand(x.shape[0], -1, -1, -1)), torch.tensor([[[[0, 1, 4, 4, 2, 0]], [[3, 3, 0, 1, 2, 4]]]]))
op("slice-steps", lambda x: torch.cat([torch.tanh(x)[:, :, 1::2, ::3].flatten(1), x[:, :, -3:-1, 2:].flatten(1)], 1))
op("flip", lambda x: torch.tanh(x).flip(3) * x)
op("focus-slices", lambda x: torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1).tanh(), shape=(2, 2, 4, 6))
op("split-even", lambda x: torch.cat([a * (i + 1) for i, a in enumerate(torch.split(torch.tanh(x), 2, 3))], 2))
op("split-uneven", lambda x: torch.cat([a.flatten(1) * (i + 1) for i, a in enumerate(torch.split(torch.tanh(x), [1, 3, 2], 3))], 1))
op("split-one-used", lambda x: torch.chunk(torch.tanh(x), 3, 3)[1])
op("concat-twice", lambda x: torch.cat([x, torch.tanh(x), x * x], 1))
op("stack-unbind", lambda x: torch.stack([torch.tanh(a) * (i + 1) for i, a in enumerate(torch.unbind(x, 1))], 2))
op("tile", lambda x: torch.tanh(x).repeat(1, 2, 1, 3), shape=(2, 2, 3, 2))
op("expand", lambda x: torch.tanh(x[:, :, :1]).expand(-1, -1, 4, -1))
op("repeat-interleave", lambda x: torch.tanh(x).repeat_interleave(2, 1), shape=(2, 3, 3, 2))
op("permute-reshape", lambda x: torch.tanh(x).permute(0, 2, 3, 1).reshape(x.shape[0], 5, 12).transpose(1, 2))
op("view-computed", lambda x: torch.tanh(x).view(x.size(0), -1))
op("squeeze-unsqueeze", lambda x: torch.tanh(x).mean(3, keepdim=True).squeeze(3).unsqueeze(1) * 2)
op("unfold-patches", lambda x: F.unfold(torch.tanh(x), 2, stride=2), shape=(2, 2, 4, 4))
op("roll", lambda x: torch.roll(torch.tanh(x), (1, -2), (2, 3)))
op("window-partition", lambda x: torch.tanh(x).view(-1, 2, 2, 2, 3, 2).permute(0, 2, 4, 1, 3, 5).reshape(-1, 6, 8), shape=(2, 2, 4, 6))
op("index-put", lambda x, m: torch.where(m, torch.tanh(x), x * 0.1), rnd(5, 6) > 0)
op("masked-fill", lambda x, m: torch.softmax(x.masked_fill(m, -1e4), -1), rnd(5, 6) > 0.3)
op("triangle", lambda x: torch.tanh(x).tril() + x.triu(1) * 0.3)
op("cumsum", lambda x: torch.cumsum(torch.tanh(x), 2))
op("topk", lambda x: torch.topk(torch.tanh(x), 3, 3)[0])
op("sort", lambda x: torch.sort(x, 3, descending=True)[0])
op("dropout-identity", lambda x: F.dropout(torch.tanh(x), 0.5, False) + nn.Identity()(x))
op("cast-round-trip", lambda x: torch.tanh(x).double().exp().to(x.dtype), variants=["ts13", "dynamo20"])
op("class-token", lambda x, t, p: (torch.cat([t.expand(x.shape[0], -1, -1), x], 1) + p).tanh()[:, 0:2], rnd(1, 1, 5), rnd(1, 4, 5, seed=6), shape=(2, 3, 5))

shape_of_op = (2, 2, 3, 4)
# --- reductions --------------------------------------------------------------------------------------------------------------------------
op("sum", lambda x: torch.tanh(x).sum(2))
op("sum-keep", lambda x: x * torch.tanh(x).sum((1, 3), keepdim=True))
op("mean-negative-axis", lambda x: torch.tanh(x).mean(-1))
op("mean-channels", lambda x: x - x.mean(1, keepdim=True) * torch.tanh(x))
op("amax", lambda x: torch.amax(x, (2, 3)), shape=(2, 5, 3, 4))
op("amin-keep", lambda x: x - torch.amin(x, 3, keepdim=True))
op("max-values", lambda x: torch.max(x, 2)[0])
op("min-values", lambda x: torch.min(x, 1)[0], shape=(2, 4, 3, 3))
op("prod", lambda x: torch.prod(x, 3), draw=POSITIVE)
op("prod-signed", lambda x: torch.prod(x, 2, keepdim=True) * x, shape=(2, 2, 3, 4))
op("norm-l2", lambda x: torch.linalg.vector_norm(x, 2, (2, 3)), shape=(2, 5, 3, 4))
op("norm-l1", lambda x: torch.norm(x, 1, 3))
op("norm-p3", lambda x: torch.norm(x, 3, 1), shape=(2, 4, 3, 3), draw=POSITIVE)
op("logsumexp", lambda x: torch.logsumexp(x, (2, 3)), shape=(2, 5, 3, 4))
op("logsumexp-keep", lambda x: x - torch.logsumexp(x, 1, keepdim=True) * x, shape=(2, 3, 3, 3))
op("sum-squares", lambda x: (x * x).sum(1) - x.pow(2).mean((2, 3)).sum(1)[:, None, None])
op("gem-pool", lambda x: x.clamp(min=1e-6).pow(3).mean((2, 3)).pow(1 / 3), shape=(2, 5, 3, 4))

# --- arithmetic --------------------------------------------------------------------------------------------------------------------------
op("min-max", lambda x: torch.maximum(x, torch.tanh(x) + 0.1) * torch.minimum(x, 0.5 * x * x))
op("max-constant", lambda x, c: torch.maximum(x, c) - torch.minimum(x, c * 0.5), rnd(2, 1, 1))
op("where-value", lambda x: torch.where(x > 0.2, x * x, torch.sin(x)))
op("clamp-both", lambda x: x.clamp(-0.6, 0.9))
op("clamp-min", lambda x: x.clamp(min=-0.2) * x)
op("clamp-max", lambda x: x.clamp(max=0.4) * x)
op("clamp-tensors", lambda x, a, b: torch.clamp(x, a, b), rnd(2, 1, 1) - 1, rnd(2, 1, 1, seed=6).abs())
op("abs-neg", lambda x: x.abs() * -x)
op("pow-integers", lambda x: x**2 + 0.3 * x**3 - 0.1 * x**4)
op("pow-fraction", lambda x: x**1.7 + x**-0.5, draw=POSITIVE)
op("pow-tensors", lambda x: x[:, :1] ** x[:, 1:], draw=POSITIVE)
op("pow-base", lambda x: 1.7**x)
op("sqrt-rsqrt", lambda x: x.sqrt() + 0.3 * x.rsqrt(), draw=POSITIVE)
op("exp-log", lambda x: torch.exp(-x) + torch.log(x), draw=POSITIVE)
op("log2-log1p-expm1", lambda x: torch.log2(x) + torch.log1p(x) + torch.expm1(0.5 * x), draw=POSITIVE)
op("reciprocal-div", lambda x: 1 / x + x / (1 + x * x) + 2.5 / (x + 3), draw=POSITIVE)
op("sub-reversed", lambda x: (1.5 - x) * (x - 0.5) + (-x))
op("broadcast-both", lambda x: x[:, :, :1] * torch.tanh(x[:, :, :, :1]) - x.mean((1, 2, 3), keepdim=True) / (2 + x.abs().mean((2, 3), keepdim=True)))
op("broadcast-constants", lambda x, a, b: x * a + b, rnd(2, 1, 1), rnd(1, 1, 3, 1, seed=6))
op("broadcast-grows", lambda x, a: (x.mean(1, keepdim=True) * a).tanh(), rnd(3, 3, 1))
op("trig", lambda x: torch.cat([torch.sin(x), torch.cos(x), 0.1 * torch.tan(x), torch.asin(x), torch.acos(x), torch.atan(x)], 1), draw=UNIT, shape=(2, 1, 4, 5))
op("hyperbolic", lambda x: torch.cat([torch.sinh(x), torch.cosh(x), torch.asinh(x), torch.atanh(x), torch.acosh(x + 2)], 1), draw=UNIT, shape=(2, 1, 4, 5))
op("erf", lambda x: torch.erf(x))
op("steps-are-flat", lambda x: x + torch.floor(x * 3) + torch.round(x * 2) - torch.ceil(x) + torch.sign(x) * x + (x > 0).to(x.dtype), jumps=True)
op("fmod-fraction", lambda x: torch.remainder(x, 0.7) * x)
op("normalised-image", lambda x, m, s: torch.tanh((x - m) / s), rnd(2, 1, 1), rnd(2, 1, 1, seed=6).abs() + 0.3)


# --- small architectures ---------------------------------------------------------------------------------------------------------------
class SqueezeExcite(nn.Module):
    def __init__(self, c, gate=nn.Sigmoid, act=nn.ReLU):
        super().__init__()
        self.reduce, self.act, self.expand, self.gate = nn.Conv2d(c, 2, 1), act(), nn.Conv2d(2, c, 1), gate()

    def forward(self, x):
        return x * self.gate(self.expand(self.act(self.reduce(F.adaptive_avg_pool2d(x, 1)))))


class Bottleneck(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.c1, self.b1, self.r1 = nn.Conv2d(cin, 4, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU()
        self.c2, self.b2, self.r2 = nn.Conv2d(4, 4, 3, stride, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU()
        self.c3, self.b3, self.r3 = nn.Conv2d(4, cout, 1, bias=False), nn.BatchNorm2d(cout), nn.ReLU()
        self.down = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout)) if stride > 1 or cin != cout else None

    def forward(self, x):
        y = self.b3(self.c3(self.r2(self.b2(self.c2(self.r1(self.b1(self.c1(x))))))))
        return self.r3(y + (x if self.down is None else self.down(x)))


def tail(c, classes=4):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, classes)]


class Residual(nn.Sequential):
    def __init__(self, *inner):
        super().__init__(*inner)

    def forward(self, x):
        return x + super().forward(x)


class Dense(nn.Module):
    def __init__(self, cin, growth=3, layers=3):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Sequential(nn.BatchNorm2d(cin + i * growth), nn.ReLU(), nn.Conv2d(cin + i * growth, growth, 3, padding=1, bias=False)) for i in range(layers)
        )

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(torch.cat(features, 1)))
        return torch.cat(features, 1)


class UNet(nn.Module):
    """Two levels; the logits are the spatial means of the class maps."""

    def __init__(self, transpose):
        super().__init__()
        block = lambda i, o: nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU())  # noqa: E731
        self.down1, self.down2, self.bottom = block(3, 4), block(4, 5), block(5, 6)
        self.pool = nn.MaxPool2d(2)
        up = (lambda i: nn.ConvTranspose2d(i, i, 2, 2)) if transpose else (lambda i: nn.Upsample(scale_factor=2, mode="nearest"))
        self.up2, self.up1 = up(6), up(5)
        self.fuse2, self.fuse1, self.out = block(11, 5), block(9, 4), nn.Conv2d(4, 3, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(self.pool(a))
        y = self.fuse2(torch.cat([self.up2(self.bottom(self.pool(b))), b], 1))
        return self.out(self.fuse1(torch.cat([self.up1(y), a], 1))).mean((2, 3))


class ViT(nn.Module):
    def __init__(self, dim=8, heads=2):
        super().__init__()
        self.patch = nn.Conv2d(3, dim, 4, 4)
        self.cls, self.pos = nn.Parameter(torch.randn(1, 1, dim) * 0.3), nn.Parameter(torch.randn(1, 5, dim) * 0.3)
        layer = lambda: nn.ModuleDict(dict(n1=nn.LayerNorm(dim), qkv=nn.Linear(dim, 3 * dim), proj=nn.Linear(dim, dim), n2=nn.LayerNorm(dim),  # noqa: E731
                                           mlp=nn.Sequential(nn.Linear(dim, 12), nn.GELU(), nn.Linear(12, dim))))  # fmt: skip
        self.layers, self.norm, self.head, self.heads = nn.ModuleList([layer(), layer()]), nn.LayerNorm(dim), nn.Linear(dim, 4), heads

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(x.shape[0], -1, -1), x], 1) + self.pos
        for layer in self.layers:
            n, t, d = x.shape
            q, k, v = layer["qkv"](layer["n1"](x)).reshape(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
            x = x + layer["proj"]((torch.softmax(q @ k.transpose(-2, -1) * (d // self.heads) ** -0.5, -1) @ v).transpose(1, 2).reshape(n, t, d))
            x = x + layer["mlp"](layer["n2"](x))
        return self.head(self.norm(x)[:, 0])


class Mixer(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch, self.n1, self.n2 = nn.Conv2d(3, 6, 4, 4), nn.LayerNorm(6), nn.LayerNorm(6)
        self.tokens = nn.Sequential(nn.Linear(4, 5), nn.GELU(), nn.Linear(5, 4))
        self.channels = nn.Sequential(nn.Linear(6, 9), nn.GELU(), nn.Linear(9, 6))
        self.head = nn.Linear(6, 4)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = x + self.tokens(self.n1(x).transpose(1, 2)).transpose(1, 2)
        return self.head((x + self.channels(self.n2(x))).mean(1))


class Attentive(nn.Module):
    """Channel and spatial attention (CBAM) on a small trunk: max and mean over channels, shared MLP."""

    def __init__(self):
        super().__init__()
        self.stem, self.mlp = nn.Conv2d(3, 6, 3, padding=1), nn.Sequential(nn.Conv2d(6, 2, 1), nn.ReLU(), nn.Conv2d(2, 6, 1))
        self.spatial, self.head = nn.Conv2d(2, 1, 3, padding=1), nn.Linear(6, 4)

    def forward(self, x):
        x = F.relu(self.stem(x))
        x = x * torch.sigmoid(self.mlp(F.adaptive_avg_pool2d(x, 1)) + self.mlp(F.adaptive_max_pool2d(x, 1)))
        x = x * torch.sigmoid(self.spatial(torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)))
        return self.head(x.mean((2, 3)))


class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 3, 1), nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(), nn.Conv2d(2, 3, (1, 3), padding=(0, 1)))
        self.c, self.head = nn.Sequential(nn.AvgPool2d(3, 1, 1), nn.Conv2d(3, 2, 1)), nn.Linear(11, 4)

    def forward(self, x):
        y = F.relu(torch.cat([self.a(x), self.b(x), self.c(x), F.max_pool2d(x, 3, 1, 1)], 1))
        return self.head(F.adaptive_avg_pool2d(y, 1).flatten(1))


class ConvNeXtBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.dw, self.norm, self.up, self.down = nn.Conv2d(c, c, 5, padding=2, groups=c), nn.LayerNorm(c), nn.Linear(c, 2 * c), nn.Linear(2 * c, c)
        self.scale = nn.Parameter(torch.rand(c) + 0.2)

    def forward(self, x):
        y = self.norm(self.dw(x).permute(0, 2, 3, 1))
        return x + (self.scale * self.down(F.gelu(self.up(y)))).permute(0, 3, 1, 2)


class EfficientChannel(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1, bias=False)

    def forward(self, x):
        y = F.adaptive_avg_pool2d(x, 1).squeeze(-1).transpose(-1, -2)
        return x * torch.sigmoid(self.conv(y).transpose(-1, -2).unsqueeze(-1))


class GlobalContext(nn.Module):
    """Tensors used several times, an unused branch, and arithmetic on shapes."""

    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 4, 3, padding=1), nn.Linear(4, 4)

    def forward(self, x):
        y = self.conv(x)
        unused = y.mean() * 0  # noqa: F841
        z = y + torch.tanh(y) + y * torch.sigmoid(y)
        n, c, h, w = z.shape
        weights = torch.softmax(z.view(n, c, h * w).mean(1, keepdim=True), -1)
        return self.head((z.reshape(n, c, h * w) * weights).sum(-1))


I8, I9 = (2, 3, 8, 8), (2, 3, 9, 7)
MODEL = dict(head=False)
net("net-vgg", seq(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(24, 8), nn.ReLU(), nn.Linear(8, 4)), I8, **MODEL)
net("net-resnet", seq(nn.Conv2d(3, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(3, 2, 1), lambda: Bottleneck(4, 8), lambda: Bottleneck(8, 8, 2), *tail(8)), (2, 3, 11, 9), **MODEL)
net("net-resnet-kept", seq(nn.Conv2d(3, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), lambda: Bottleneck(4, 6, 2), *tail(6)), (1, 3, 11, 9), keep=True, variants=["ts9", "ts17", "dynamo20"], **MODEL)
net("net-resnet-fixed-batch", seq(nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU(), lambda: Bottleneck(4, 6), *tail(6)), (1, 3, 8, 8), dynamic=False, variants=["ts11", "dynamo20"], **MODEL)
net("net-mobile-relu6", seq(nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU6(), lambda: Residual(nn.Conv2d(4, 8, 1), nn.BatchNorm2d(8), nn.ReLU6(), nn.Conv2d(8, 8, 3, 1, 1, groups=8), nn.ReLU6(), nn.Conv2d(8, 4, 1)), *tail(4)), I9, draw=WIDE, **MODEL)
net("net-mobile-hardswish", seq(nn.Conv2d(3, 4, 3, 2, 1), nn.Hardswish(), nn.Conv2d(4, 4, 3, 1, 1, groups=4), lambda: SqueezeExcite(4, nn.Hardsigmoid), nn.Hardswish(), *tail(4)), I9, draw=WIDE, **MODEL)
net("net-efficient-silu", seq(nn.Conv2d(3, 6, 3, 2, 1), nn.BatchNorm2d(6), nn.SiLU(), nn.Conv2d(6, 6, 3, 1, 1, groups=6), nn.SiLU(), lambda: SqueezeExcite(6, act=nn.SiLU), nn.Conv2d(6, 4, 1), *tail(4)), I9, **MODEL)
net("net-dense", seq(nn.Conv2d(3, 4, 3, padding=1), lambda: Dense(4), nn.BatchNorm2d(13), nn.ReLU(), nn.Conv2d(13, 6, 1), nn.AvgPool2d(2), lambda: Dense(6, 3, 2), nn.ReLU(), *tail(12)), I8, variants=["ts17", "dynamo21"], **MODEL)
net("net-unet-nearest", lambda: UNet(False), I8, variants=["ts9", "ts17"], **MODEL)
net("net-unet-transpose", lambda: UNet(True), I8, **MODEL)
net("net-vit", ViT, I8, variants=["ts13", "dynamo20"], **MODEL)
net("net-mixer", Mixer, I8, **MODEL)
net("net-cbam", Attentive, I9, **MODEL)
net("net-inception", Inception, I9, **MODEL)
net("net-convnext", seq(nn.Conv2d(3, 5, 2, 2), lambda: ConvNeXtBlock(5), *tail(5)), I8, **MODEL)
net("net-eca", seq(nn.Conv2d(3, 6, 3), nn.Mish(), EfficientChannel, *tail(6)), I9, **MODEL)
net("net-shape-arithmetic", GlobalContext, I9, **MODEL)
net("net-fully-dynamic", seq(nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU(), nn.MaxPool2d(3, 2, 1), nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(4, 5, 3), nn.SiLU(), *tail(5)), (2, 3, 11, 12),
    axes={0: "N", 2: "H", 3: "W"}, **MODEL)  # fmt: skip
net("net-fully-dynamic-mean", lambda: nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.GELU(), nn.GroupNorm(2, 4), nn.AvgPool2d(2), Fn(lambda x: x.mean((2, 3))), nn.Linear(4, 4)), (2, 3, 10, 9),
    axes={0: "N", 2: "H", 3: "W"}, **MODEL)  # fmt: skip
net("net-video", seq(nn.Conv3d(2, 3, 3, padding=1), nn.ReLU(), nn.MaxPool3d(2), nn.Conv3d(3, 4, 2), nn.SiLU(), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(4, 3)), (2, 2, 4, 6, 6), **MODEL)
net("net-audio", seq(nn.Conv1d(1, 4, 5, 2, 2), nn.LeakyReLU(0.1), nn.MaxPool1d(2), nn.Conv1d(4, 5, 3), nn.BatchNorm1d(5), nn.ELU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(5, 3)), (2, 1, 24), **MODEL)
net("net-shared-weights", lambda: (lambda c: nn.Sequential(nn.Conv2d(3, 4, 1), c, nn.ReLU(), c, nn.ReLU(), c, *tail(4)))(nn.Conv2d(4, 4, 3, padding=1)), I8, **MODEL)
