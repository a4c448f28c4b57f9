"""Tiny networks whose relevance is compared: every kind of layer that the rules see, and every way of writing it that changes a path."""

import torch
from torch import nn
from torch.nn import functional as F
from zennit.layer import Sum


class Add(nn.Module):
    """A residual sum, as a module that the reference's rules find."""

    def __init__(self):
        super().__init__()
        self.sum = Sum()

    def forward(self, a, b):
        return self.sum(torch.stack([a, b], -1))


class Basic(nn.Module):
    def __init__(self, inputs, outputs, stride=1, shortcut="conv"):
        super().__init__()
        self.c1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.b1 = nn.BatchNorm2d(outputs)
        self.r1 = nn.ReLU()
        self.c2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.b2 = nn.BatchNorm2d(outputs)
        self.add = Add()
        self.r2 = nn.ReLU()
        self.shortcut, self.stride, self.extra = shortcut, stride, outputs - inputs
        if shortcut == "conv" and (stride > 1 or self.extra):
            self.down = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        else:
            self.down = None

    def forward(self, x):
        y = self.b2(self.c2(self.r1(self.b1(self.c1(x)))))
        if self.down is not None:
            x = self.down(x)
        elif self.stride > 1 or self.extra:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.extra // 2, self.extra - self.extra // 2))
        return self.r2(self.add(y, x))


class DenseLayer(nn.Module):
    def __init__(self, inputs, growth):
        super().__init__()
        self.b1, self.r1, self.c1 = nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, 6, 1, bias=False)
        self.b2, self.r2, self.c2 = nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, growth, 3, 1, 1, bias=False)

    def forward(self, x):
        return torch.cat([x, self.c2(self.r2(self.b2(self.c1(self.r1(self.b1(x))))))], 1)


class UNet(nn.Module):
    def __init__(self, up):
        super().__init__()
        self.e1, self.a1 = nn.Conv2d(3, 4, 3, 1, 1), nn.ReLU()
        self.p = nn.MaxPool2d(2)
        self.e2, self.a2 = nn.Conv2d(4, 6, 3, 1, 1), nn.ReLU()
        self.up = up
        self.d1, self.a3 = nn.Conv2d(10 if not isinstance(up, nn.ConvTranspose2d) else 8, 4, 3, 1, 1), nn.ReLU()
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        skip = self.a1(self.e1(x))
        y = self.up(self.a2(self.e2(self.p(skip))))
        return self.fc(self.gap(self.a3(self.d1(torch.cat([skip, y], 1)))).flatten(1))


class Gate(nn.Module):
    """Squeeze and excitation."""

    def __init__(self, channels):
        super().__init__()
        self.gap, self.f1, self.a, self.f2, self.g = nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, 3, 1), nn.ReLU(), nn.Conv2d(3, channels, 1), nn.Sigmoid()

    def forward(self, x):
        return x * self.g(self.f2(self.a(self.f1(self.gap(x)))))


class Tokens(nn.Module):
    """Dense layers over the last of three axes, which the exporters write as MatMul and Add."""

    def __init__(self):
        super().__init__()
        self.patch, self.f1, self.a, self.f2, self.add, self.fc = nn.Conv2d(3, 8, 4, 4), nn.Linear(8, 12), nn.GELU(), nn.Linear(12, 8), Add(), nn.Linear(8, 3)
        self.gap = nn.AdaptiveAvgPool1d(1)

    def forward(self, x):
        t = self.patch(x).flatten(2).transpose(1, 2)
        t = self.add(t, self.f2(self.a(self.f1(t))))
        return self.fc(self.gap(t.transpose(1, 2)).flatten(1))


def body(*layers, channels, classes=3, pool=True):
    head = [nn.AdaptiveAvgPool2d(1)] if pool else []
    return nn.Sequential(*layers, *head, nn.Flatten(), nn.Linear(channels, classes))


def nets():
    c, r = nn.Conv2d, nn.ReLU
    yield "plain", body(c(3, 6, 3, 1, 1), r(), nn.MaxPool2d(2), c(6, 8, 3, 1, 1), r(), channels=8), (2, 3, 12, 12)
    yield "no-bias", body(c(3, 6, 3, 2, 1, bias=False), r(), c(6, 8, 2, bias=False), r(), channels=8), (1, 3, 11, 13)
    yield "residual", nn.Sequential(c(3, 6, 3, 1, 1, bias=False), nn.BatchNorm2d(6), r(), Basic(6, 6), Basic(6, 8, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3)), (1, 3, 12, 12)
    yield "residual-padded-shortcut", nn.Sequential(c(3, 4, 3, 1, 1), r(), Basic(4, 8, 2, "pad"), nn.AvgPool2d(6), nn.Flatten(), nn.Linear(8, 3)), (1, 3, 12, 12)
    yield "densenet", nn.Sequential(c(3, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4), r(), nn.MaxPool2d(3, 2, 1), DenseLayer(4, 4), DenseLayer(8, 4), nn.BatchNorm2d(12), r(), c(12, 6, 1, bias=False), nn.AvgPool2d(2), DenseLayer(6, 4), nn.BatchNorm2d(10), r(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(10, 3)), (1, 3, 24, 24)
    yield "unet-transpose", UNet(nn.ConvTranspose2d(6, 4, 3, 2, 1, 1)), (1, 3, 10, 10)
    yield "unet-nearest", UNet(nn.Upsample(scale_factor=2, mode="nearest")), (1, 3, 10, 10)
    yield "unet-bilinear", UNet(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)), (1, 3, 10, 10)
    yield "transpose-grouped", body(c(3, 4, 3, 2, 1), r(), nn.ConvTranspose2d(4, 6, 3, 2, 1, groups=2), r(), channels=6), (1, 3, 11, 11)
    yield "transpose-bn", body(c(3, 4, 3, 2, 1), r(), nn.ConvTranspose2d(4, 6, 4, 2, 1, bias=False), nn.BatchNorm2d(6), r(), channels=6), (1, 3, 12, 12)
    yield "mobilenet", nn.Sequential(c(3, 6, 3, 2, 1, bias=False), nn.BatchNorm2d(6), nn.ReLU6(), c(6, 12, 1), nn.ReLU6(), c(12, 12, 3, 1, 1, groups=12, bias=False), nn.BatchNorm2d(12), nn.ReLU6(), c(12, 6, 1), nn.BatchNorm2d(6), c(6, 10, 1), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(), nn.Linear(10, 3)), (1, 3, 12, 12)
    yield "gates", body(c(3, 6, 3, 1, 1), nn.Hardswish(), Gate(6), c(6, 8, 3, 2, 1), nn.Hardswish(), channels=8), (1, 3, 10, 10)
    yield "activations", body(c(3, 6, 3), nn.LeakyReLU(0.1), c(6, 6, 1), nn.ELU(), c(6, 6, 1), nn.GELU(), c(6, 6, 1), nn.SiLU(), c(6, 6, 1), nn.Tanh(), c(6, 6, 1), nn.Softplus(), channels=6), (1, 3, 8, 8)
    yield "average-pools", body(c(3, 4, 3, 1, 1), r(), nn.AvgPool2d(3, 2, 1), c(4, 6, 3, 1, 1), nn.AvgPool2d(3, 2, 1, count_include_pad=False), c(6, 6, 1), nn.AvgPool2d(2, ceil_mode=True, count_include_pad=False), channels=6 * 4, pool=False), (1, 3, 12, 12)
    yield "max-pools", body(c(3, 4, 3, 1, 1), nn.MaxPool2d(3, 2, 1), c(4, 6, 3, 1, 1), nn.MaxPool2d(3, 2, ceil_mode=True), c(6, 6, 1), nn.AdaptiveMaxPool2d(1), channels=6, pool=False), (1, 3, 13, 13)
    yield "dense-bn", nn.Sequential(nn.Flatten(), nn.Linear(48, 10), nn.BatchNorm1d(10), r(), nn.Linear(10, 8, bias=False), nn.BatchNorm1d(8), r(), nn.Linear(8, 3)), (2, 3, 4, 4)
    yield "bn-first", body(nn.BatchNorm2d(3), c(3, 6, 3, padding=1), r(), nn.BatchNorm2d(6), c(6, 6, 3, padding=1), r(), channels=6), (1, 3, 8, 8)
    yield "reflect", body(nn.ReflectionPad2d(2), c(3, 6, 5, 2), r(), c(6, 6, 3, padding=1, padding_mode="replicate"), r(), channels=6), (1, 3, 10, 10)
    yield "shuffle", body(nn.PixelUnshuffle(2), c(12, 8, 3, padding=1, groups=4), r(), nn.ChannelShuffle(4), c(8, 8, 1, groups=2), r(), nn.PixelShuffle(2), c(2, 4, 3, dilation=2), r(), channels=4), (1, 3, 12, 12)
    yield "tokens", Tokens(), (1, 3, 12, 12)
    yield "one-dimension", nn.Sequential(nn.Conv1d(3, 6, 3, padding=1), nn.BatchNorm1d(6), r(), nn.MaxPool1d(2), nn.Conv1d(6, 6, 3, 2, groups=2), r(), nn.AvgPool1d(2), nn.Flatten(), nn.Linear(12, 3)), (1, 3, 20)
    yield "three-dimensions", nn.Sequential(nn.Conv3d(2, 4, 3, padding=1), nn.BatchNorm3d(4), r(), nn.MaxPool3d(2), nn.Conv3d(4, 4, 2), r(), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(4, 3)), (1, 2, 6, 6, 6)
    yield "norms", body(c(3, 8, 3), nn.GroupNorm(2, 8), r(), c(8, 8, 3), nn.InstanceNorm2d(8, affine=True), r(), nn.LocalResponseNorm(3), c(8, 6, 1), r(), channels=6), (1, 3, 10, 10)
    yield "layer-norm", nn.Sequential(nn.Flatten(2), nn.Linear(16, 10), nn.LayerNorm(10), nn.GELU(), nn.Linear(10, 8), r(), nn.Flatten(), nn.Linear(24, 3)), (1, 3, 4, 4)
