"""Makes test/fixtures/saliency: what OpenCV, scikit-image, SciPy and Higra answer on small pictures. Seeded; the same versions give the same files."""

import pathlib
import shutil

import cv2
import higra as hg
import numpy as np
import scipy.fft
import scipy.ndimage
from skimage import color, filters, morphology, segmentation

import itti_numpy

FOLDER = pathlib.Path(__file__).parents[2] / 'test/fixtures/saliency'


def save(name, **arrays):
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for part, array in arrays.items():
        np.save(folder / f'{part}.npy', np.ascontiguousarray(array))


def scene(height, width, seed=1):
    """A gradient with blobs, stripes, a sharp square and noise: something for every method. uint8 [H, W, 3]."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width].astype(float)
    picture = np.stack([60 + 80 * x / width, 90 + 50 * y / height, 120 + 0 * x], axis=-1)
    for _ in range(5):
        cy, cx, r = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(3, max(4, min(height, width) / 4))
        blob = np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * r * r))
        picture += blob[..., None] * rng.uniform(-90, 110, 3)
    picture[height // 3 : height // 3 + max(1, height // 6), width // 2 : width // 2 + max(1, width // 8)] = (230, 40, 30)
    picture[:, : width // 5] += 25 * np.sin(x[:, : width // 5, None] * 1.3)
    return np.clip(picture + rng.normal(0, 5, picture.shape), 0, 255).astype(np.uint8)


def grey_of(rgb):
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)


def colours():
    rng = np.random.default_rng(2)
    rgb = rng.integers(0, 256, (24, 32, 3), dtype=np.uint8)
    rgb[0, :8] = [(0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255), (1, 2, 3), (10, 11, 10), (128, 128, 128)]
    save('colours', input=rgb, grey=grey_of(rgb), lab=color.rgb2lab(rgb), lab8=cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab))


def filter_blocks():
    rgb = scene(37, 53)
    grey = grey_of(rgb)
    plane = grey.astype(np.float32)
    small = plane[:4, :6]
    save(
        'filters',
        input=plane,
        small=small,
        mean7=scipy.ndimage.uniform_filter(plane.astype(float), 15, mode='mirror').astype(np.float32),
        small9=scipy.ndimage.uniform_filter(small.astype(float), 19, mode='mirror').astype(np.float32),
        pyrdown=cv2.pyrDown(plane),
        pyrdown_small=cv2.pyrDown(plane[:1, :3]),
        gauss5=cv2.GaussianBlur(plane, (5, 5), 8, borderType=cv2.BORDER_REFLECT_101),
        up=cv2.resize(plane, (120, 90), interpolation=cv2.INTER_LINEAR),
        down=cv2.resize(plane, (20, 11), interpolation=cv2.INTER_LINEAR),
        bilateral=cv2.bilateralFilter(plane / 255, 7, 3, 1.55),
        correlated=cv2.filter2D(plane, -1, itti_numpy.table(45)),
        gabor135=np.abs(cv2.filter2D(plane, -1, itti_numpy.gabor(135, 0))) + np.abs(cv2.filter2D(plane, -1, itti_numpy.gabor(135, np.pi / 2))),
    )
    save(
        'byte-filters',
        input=grey,
        median5=cv2.medianBlur(grey, 5),
        binomial=cv2.GaussianBlur(grey, (3, 3), 0),
        entropy1=filters.rank.entropy(grey, morphology.disk(1)),
        entropy6=filters.rank.entropy(grey, morphology.disk(6)),
        area=cv2.resize(grey, (21, 14), interpolation=cv2.INTER_AREA),
        area_whole=cv2.resize(grey[:36, :52], (13, 9), interpolation=cv2.INTER_AREA),
    )


def transforms():
    rng = np.random.default_rng(3)
    for height, width in [(64, 43), (15, 67), (1, 9), (30, 64)]:
        plane = rng.normal(size=(height, width))
        spectrum = np.fft.fft2(plane)
        save(f'transform-{height}x{width}', input=plane, re=spectrum.real, im=spectrum.imag, dct=scipy.fft.dctn(plane, norm='ortho'))


def superpixels():
    for name, (height, width, n, compactness) in {
        'slic-60x90-n40-c10': (60, 90, 40, 10),
        'slic-81x47-n25-c20': (81, 47, 25, 20),
        'slic-12x70-n30-c1': (12, 70, 30, 1),
        'slic-3x50-n20-c10': (3, 50, 20, 10),
        'slic-9x9-n100-c10': (9, 9, 100, 10),
    }.items():
        rgb = scene(height, width, seed=height)
        save(name, input=rgb, labels=segmentation.slic(rgb, n_segments=n, compactness=compactness, start_label=0).astype(np.int32))


def hierarchies():
    rng = np.random.default_rng(4)
    attributes = {
        'area': hg.watershed_hierarchy_by_area,
        'volume': hg.watershed_hierarchy_by_volume,
        'dynamics': hg.watershed_hierarchy_by_dynamics,
        'parents': hg.watershed_hierarchy_by_number_of_parents,
        'altitude': hg.quasi_flat_zone_hierarchy,
    }
    pictures = {
        'hierarchy-grey': rng.random((14, 19)).astype(np.float32),
        'hierarchy-ties': rng.integers(0, 6, (13, 17)).astype(np.uint8),
        'hierarchy-scene': grey_of(scene(24, 31, seed=5)),
    }
    for name, picture in pictures.items():
        height, width = picture.shape
        # Per pixel right, then down: the order that decides ties.
        sources, targets = [], []
        for y in range(height):
            for x in range(width):
                p = y * width + x
                if x + 1 < width:
                    sources.append(p), targets.append(p + 1)
                if y + 1 < height:
                    sources.append(p), targets.append(p + width)
        graph = hg.UndirectedGraph(height * width)
        graph.add_edges(np.array(sources), np.array(targets))
        hg.set_attribute(graph, 'no_border_vertex_out_degree', None)
        levels = picture.astype(np.float64).ravel() * (1 if picture.dtype == np.uint8 else 255)
        weights = np.abs(levels[sources] - levels[targets])
        expected = {}
        for attribute, make in attributes.items():
            tree, altitudes = make(graph, weights)
            expected[attribute] = hg.saliency(tree, altitudes).astype(np.float64)
        save(name, input=picture, **expected)


def imresize(plane, size):
    """MATLAB's imresize along the first axis: bicubic, antialiased, with a symmetric border."""
    scale = size / len(plane)
    shrink = min(1, scale)
    places = (np.arange(size) + 0.5) / scale - 0.5
    taps = np.floor(places - 2 / shrink).astype(int)[:, None] + np.arange(int(np.ceil(4 / shrink)) + 2)
    x = np.abs(shrink * (places[:, None] - taps))
    weights = np.where(x <= 1, 1.5 * x**3 - 2.5 * x**2 + 1, np.where(x <= 2, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2, 0))
    mirrored = np.r_[: len(plane), len(plane) - 1 : -1 : -1][taps % (2 * len(plane))]
    return np.einsum('ik,ik...->i...', weights / weights.sum(1, keepdims=True), plane[mirrored])


def image_signature(rgb):
    """Hou, Harel and Koch's image signature at its working size, before it is brought back to the picture's."""
    height, width = rgb.shape[:2]
    small = imresize(rgb / 255, -(-64 * height // width))
    small = np.clip(imresize(small.swapaxes(0, 1), 64).swapaxes(0, 1), 0, 1)
    signs = np.sign(scipy.fft.dctn(color.rgb2lab(small), axes=(0, 1), norm='ortho'))
    energy = (scipy.fft.idctn(signs, axes=(0, 1), norm='ortho') ** 2).mean(-1)
    gauss = np.exp(-((np.arange(12) - 5.5) ** 2) / (2 * 2.88**2))
    for axis in (0, 1):
        # Offsets -5 to 6.
        energy = scipy.ndimage.correlate1d(energy, gauss / gauss.sum(), axis, mode='constant', origin=-1)
    return (energy - energy.min()) / (energy.max() - energy.min())


def methods():
    residual = cv2.saliency.StaticSaliencySpectralResidual_create()
    fine = cv2.saliency.StaticSaliencyFineGrained_create()
    for name, rgb in {'scene-70x110': scene(70, 110, seed=6), 'scene-131x67': scene(131, 67, seed=7)}.items():
        bgr = np.ascontiguousarray(rgb[:, :, ::-1])
        save(
            name,
            input=rgb,
            spectral_residual=residual.computeSaliency(bgr)[1].astype(np.float32),
            fine_grained=(fine.computeSaliency(bgr)[1].astype(np.float32)),
            itti=itti_numpy.itti1998(rgb).astype(np.float32),
        )
    rgb = scene(280, 300, seed=8)
    save('scene-280x300', input=rgb, pysaliencymap=itti_numpy.pysaliencymap(rgb))
    # Narrow, so that enlarging leaves most frequencies hardly any amplitude: their signs are those of rounding in single precision.
    rgb = scene(125, 12, seed=9)
    signature = image_signature(rgb)
    back = cv2.resize(signature, rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    save('scene-125x12', input=rgb, image_signature=back.astype(np.float32))


if __name__ == '__main__':
    colours()
    filter_blocks()
    transforms()
    superpixels()
    hierarchies()
    methods()
