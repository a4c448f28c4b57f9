"""Itti, Koch and Niebur's model with NumPy and OpenCV: the paper's formulas, and pySaliencyMap's recipe restated."""

import cv2
import numpy as np


def bilinear(plane, width, height):
    return cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)


def pyramid(plane, last=8):
    levels = [plane]
    for _ in range(last):
        levels.append(cv2.pyrDown(levels[-1]))
    return levels


def across_scales(levels, sign=-1):
    return [
        (c, np.abs(levels[c] + sign * bilinear(levels[c + d], levels[c].shape[1], levels[c].shape[0])))
        for c in (2, 3, 4)
        for d in (3, 4)
    ]


def gabor(degrees, phase, side=9, period=7.0, sigma=7 / 3):
    y, x = np.mgrid[: side, : side] - side // 2
    t = np.deg2rad(degrees)
    kernel = np.exp(-(x**2 + y**2) / (2 * sigma**2)) * np.cos(2 * np.pi * (x * np.cos(t) + y * np.sin(t)) / period - phase)
    kernel -= kernel.mean()
    return (kernel / np.linalg.norm(kernel)).astype(np.float32)


def promoted(plane):
    low, high = plane.min(), plane.max()
    if high - low < 1e-9:
        return np.zeros_like(plane)
    scaled = (plane - low) / (high - low)
    padded = np.pad(scaled, 1, constant_values=-1)
    neighbours = np.max(
        [padded[1 + dy : 1 + dy + plane.shape[0], 1 + dx : 1 + dx + plane.shape[1]]
         for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx],
        axis=0,
    )
    peaks = scaled > neighbours
    peaks.flat[np.argmax(scaled)] = False
    mean = scaled[peaks].mean() if peaks.any() else 0
    return scaled * (1 - mean) ** 2


def to_level_4(center, plane):
    for _ in range(4 - center):
        plane = cv2.pyrDown(plane)
    return plane


def itti1998(rgb):
    """rgb: uint8 [H, W, 3]. The map of the picture's size, float32."""
    height, width = rgb.shape[:2]
    planes = rgb.astype(np.float32) / 255
    if min(height, width) < 512:
        factor = max(1, 640 / max(height, width))
        planes = bilinear(planes, round(width * factor), round(height * factor))
    r, g, b = (np.ascontiguousarray(planes[:, :, i]) for i in range(3))
    light = (r + g + b) / 3
    bright = light > light.max() / 10
    r, g, b = (np.where(bright, p / np.where(bright, light, 1), 0).astype(np.float32) for p in (r, g, b))
    red = np.maximum(r - (g + b) / 2, 0)
    green = np.maximum(g - (r + b) / 2, 0)
    blue = np.maximum(b - (r + g) / 2, 0)
    yellow = np.maximum((r + g) / 2 - np.abs(r - g) / 2 - b, 0)
    intensities = pyramid(light)
    total = lambda maps: sum(to_level_4(c, promoted(m)) for c, m in maps)
    intensity = total(across_scales(intensities))
    colour = total(across_scales(pyramid(red - green), 1)) + total(across_scales(pyramid(blue - yellow), 1))
    orientation = 0
    for degrees in (0, 45, 90, 135):
        even, odd = gabor(degrees, 0), gabor(degrees, np.pi / 2)
        energy = [None, None] + [np.abs(cv2.filter2D(l, -1, even)) + np.abs(cv2.filter2D(l, -1, odd)) for l in intensities[2:]]
        orientation = orientation + promoted(total(across_scales(energy)))
    return bilinear((promoted(intensity) + promoted(colour) + promoted(orientation)) / 3, width, height)


def table(degrees):
    y, x = np.mgrid[:9, :9] - 4
    t = np.deg2rad(degrees)
    u, v = x * np.cos(t) - y * np.sin(t), x * np.sin(t) + y * np.cos(t)
    kernel = np.exp(-0.431206 * (u**2 + 0.9 * v**2)) * np.cos(2 * np.pi * u / 3.75)
    if degrees == 45:
        kernel[5, 1] = 0.00389916
    return kernel.astype(np.float32)


def by_blocks(plane):
    scaled = (plane - plane.min()) / np.ptp(plane) if np.ptp(plane) else np.zeros_like(plane)
    h, w = plane.shape
    blocks = [scaled[y : y + 16, x : x + 16].max() for y in range(0, h - 16, 16) for x in range(0, w - 16, 16)]
    return scaled * (1 - (np.mean(blocks) if blocks else 0)) ** 2


def pysaliencymap(rgb):
    """rgb: uint8 [H, W, 3], both sides above 256. The map of the picture's size, float32."""
    height, width = rgb.shape[:2]
    r, g, b = (np.ascontiguousarray(rgb[:, :, i]).astype(np.float32) / 255 for i in range(3))
    light = cv2.cvtColor(np.dstack([b, g, r]), cv2.COLOR_BGR2GRAY)
    most = np.maximum(np.maximum(r, g), b)
    most[most <= 0] = 1e-4
    rg = np.maximum((r - g) / most, 0)
    by = np.maximum((b - np.minimum(r, g)) / most, 0)
    total = lambda levels: sum(bilinear(by_blocks(m), width, height) for _, m in across_scales(levels))
    intensities = pyramid(light)
    intensity = total(intensities)
    colour = total(pyramid(rg)) + total(pyramid(by))
    orientation = sum(
        by_blocks(total([None, None] + [cv2.filter2D(l, -1, table(d)) for l in intensities[2:]])) for d in (0, 45, 90, 135)
    )
    saliency = 0.3 * intensity + 0.3 * colour + 0.2 * orientation
    saliency = ((saliency - saliency.min()) / np.ptp(saliency)).astype(np.float32)
    return cv2.bilateralFilter(saliency, 7, 3, 1.55)
