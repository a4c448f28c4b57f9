"""Makes test/fixtures/image: what Pillow, OpenCV, torchvision, timm and transformers make of small pictures.

Run in an environment with requirements.txt:  python oracles/image/make_fixtures.py
"""

import base64
import io
import json
from pathlib import Path

import cv2
import numpy as np
import timm.data
import torch
from PIL import Image, ImageOps
from torchvision import transforms
from torchvision.transforms import InterpolationMode

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "test/fixtures/image"
PHOTO = Image.open(ROOT / "models/photos/chelsea.png").convert("RGB")
PHOTO.info.clear()  # no colour profile or XMP in each small file
FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}


def resize_fixtures():
    """A noisy 37x23 picture, resized by Pillow: up, down, mixed, one pixel, with boxes. All outputs in one flat array."""
    rng = np.random.default_rng(0)
    ramp = np.add.outer(np.arange(23) * 5, np.arange(37) * 4)[..., None] + np.array([0, 20, 40])
    picture = np.clip(ramp + rng.normal(0, 60, (23, 37, 3)), 0, 255).astype(np.uint8)
    image = Image.fromarray(picture)
    box = [3.1, 1.7, 30.9, 20.3]
    cases, flat = [], []
    for name, number in FILTERS.items():
        for size, region in [((16, 9), None), ((41, 9), None), ((37, 8), None), ((5, 23), None), ((1, 1), None), ((14, 11), box), ((37, 23), box)]:
            if size == (37, 23) and name not in ("nearest", "bicubic"):
                continue
            out = np.asarray(image.resize(size, number, box=region))
            cases.append({"filter": name, "size": size, "box": region, "offset": sum(len(f) for f in flat)})
            flat.append(out.ravel())
    np.save(OUT / "resize-source.npy", picture)
    np.save(OUT / "resize-pillow.npy", np.concatenate(flat))
    # A plane: PyTorch's interpolate, and OpenCV's 8-bit INTER_LINEAR.
    plane = rng.normal(size=(5, 7)).astype(np.float32)
    planes = {"source": plane.tolist(), "cases": []}
    for h, w in [(11, 20), (3, 4), (5, 14)]:
        for antialias in (False, True):
            out = torch.nn.functional.interpolate(torch.tensor(plane)[None, None], (h, w), mode="bilinear", align_corners=False, antialias=antialias)
            planes["cases"].append({"size": [w, h], "antialias": antialias, "data": out.numpy().round(6).ravel().tolist()})
    linear = cv2.resize(picture, (16, 9), interpolation=cv2.INTER_LINEAR)
    (OUT / "resize.json").write_text(json.dumps({"cases": cases, "planes": planes, "opencv": {"size": [16, 9], "data": linear.ravel().tolist()}}))


def sampled(array):
    """Shape, mean, and 40 values at places spread by a prime step."""
    array = np.asarray(array, dtype=np.float32)
    index = (np.arange(40) * 104729) % array.size
    return {"shape": list(array.shape), "mean": round(float(array.mean(dtype=np.float64)), 6), "index": index.tolist(), "values": [round(float(v), 5) for v in array.ravel()[index]]}


def torchvision_recipe(short, crop, filter, mean, std):
    return transforms.Compose([transforms.Resize(short, filter), transforms.CenterCrop(crop), transforms.ToTensor(), transforms.Normalize(mean, std)])


def preset_fixtures():
    bilinear, bicubic = InterpolationMode.BILINEAR, InterpolationMode.BICUBIC
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    clip = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
    chw = lambda a: np.asarray(a, np.float32).transpose(2, 0, 1)[None]
    cases = []

    def case(name, size, array):
        cases.append({"preset": name, "size": size, **sampled(array)})

    case("imagenet", [224, 224], torchvision_recipe(256, 224, bilinear, mean, std)(PHOTO)[None])
    case("imagenet", [160, 160], torchvision_recipe(183, 160, bilinear, mean, std)(PHOTO)[None])
    case("imagenet-bicubic", [224, 224], torchvision_recipe(256, 224, bicubic, mean, std)(PHOTO)[None])
    case("half", [224, 224], torchvision_recipe(256, 224, bicubic, [0.5] * 3, [0.5] * 3)(PHOTO)[None])
    case("inception", [299, 299], torchvision_recipe(342, 299, bilinear, [0.5] * 3, [0.5] * 3)(PHOTO)[None])
    case("clip", [224, 224], torchvision_recipe(224, 224, bicubic, *clip)(PHOTO)[None])
    short = int(0.875 * min(PHOTO.size))
    left, top = (PHOTO.width - short) // 2, (PHOTO.height - short) // 2
    lite = PHOTO.crop((left, top, left + short, top + short)).resize((224, 224), Image.BICUBIC)
    case("efficientnet-lite", [224, 224], (chw(lite) - 127) / 128)
    crop = transforms.Compose([transforms.Resize(256, bicubic), transforms.CenterCrop(224)])(PHOTO)
    case("caffe", [224, 224], chw(np.asarray(crop, np.float32)[..., ::-1] - np.array([104, 117, 123])))
    case("caffe-vgg", [224, 224], chw(np.asarray(crop, np.float32)[..., ::-1] - np.array([103.939, 116.779, 123.68])))
    square = PHOTO.resize((224, 224), Image.BILINEAR)
    case("tf", [224, 224], chw(square) / 127.5 - 1)
    case("unit", [224, 224], chw(square) / 255)
    case("raw", [224, 224], chw(square))
    case("vit", [224, 224], (chw(square) / 255 - 0.5) / 0.5)
    small = PHOTO.resize((32, 32), Image.BILINEAR)
    case("cifar10", [32, 32], chw((np.asarray(small) / 255 - [0.4914, 0.4822, 0.4465]) / [0.247, 0.2435, 0.2616]))
    case("mnist", [28, 28], np.asarray(PHOTO.convert("L").resize((28, 28), Image.BILINEAR), np.float32)[None, None])
    # YOLOX's own preproc: cv2, top left.
    bgr = np.asarray(PHOTO)[..., ::-1]
    ratio = min(416 / bgr.shape[0], 416 / bgr.shape[1])
    canvas = np.full((416, 416, 3), 114, np.uint8)
    fitted = cv2.resize(bgr, (int(bgr.shape[1] * ratio), int(bgr.shape[0] * ratio)), interpolation=cv2.INTER_LINEAR)
    canvas[: fitted.shape[0], : fitted.shape[1]] = fitted
    case("yolox", [416, 416], chw(canvas))
    return cases


def config_fixtures():
    """Each preprocessor_config.json with what transformers (PIL backend) or timm makes of the photo."""
    from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
    from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
    from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
    from transformers.models.detr.image_processing_pil_detr import DetrImageProcessorPil
    from transformers.models.efficientnet.image_processing_pil_efficientnet import EfficientNetImageProcessorPil
    from transformers.models.levit.image_processing_pil_levit import LevitImageProcessorPil
    from transformers.models.mobilevit.image_processing_pil_mobilevit import MobileViTImageProcessorPil
    from transformers.models.poolformer.image_processing_pil_poolformer import PoolFormerImageProcessorPil
    from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

    half = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
    inet = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
    on = {"do_resize": True, "do_normalize": True}
    processors = [
        (ViTImageProcessorPil, {"image_processor_type": "ViTImageProcessor", "size": {"height": 224, "width": 224}, "resample": 2, "do_rescale": True, "rescale_factor": 0.00392156862745098, **on, **half}),
        (ViTImageProcessorPil, {"feature_extractor_type": "ViTFeatureExtractor", "size": 224, "resample": 2, **on, **half}),
        (CLIPImageProcessorPil, {"feature_extractor_type": "CLIPFeatureExtractor", "size": 224, "crop_size": 224, "do_center_crop": True, "do_convert_rgb": True, "resample": 3, **on, **inet}),
        (CLIPImageProcessorPil, {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 225}, "crop_size": {"height": 200, "width": 224}, "do_center_crop": True, "resample": 3, "do_rescale": True, "rescale_factor": 0.00392156862745098, **on, **inet}),
        (BitImageProcessorPil, {"image_processor_type": "BitImageProcessor", "size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}, "do_center_crop": True, "resample": 3, "do_rescale": True, **on, **inet}),
        (ConvNextImageProcessorPil, {"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 224}, "crop_pct": 0.875, "resample": 3, **on, **inet}),
        (ConvNextImageProcessorPil, {"feature_extractor_type": "ConvNextFeatureExtractor", "size": 384, "crop_pct": None, "resample": 3, **on, **inet}),
        (LevitImageProcessorPil, {"feature_extractor_type": "LevitFeatureExtractor", "size": 224, "do_center_crop": True, "resample": 3, **on, **inet}),
        (PoolFormerImageProcessorPil, {"feature_extractor_type": "PoolFormerFeatureExtractor", "size": 224, "crop_pct": 0.95, "do_center_crop": True, "crop_size": 224, "resample": 3, **on, **inet}),
        (DeiTImageProcessorPil, {"image_processor_type": "DeiTImageProcessor", "size": {"height": 256, "width": 256}, "crop_size": {"height": 224, "width": 224}, "do_center_crop": True, "resample": 3, "do_rescale": True, **on, **inet}),
        (MobileViTImageProcessorPil, {"image_processor_type": "MobileViTImageProcessor", "size": {"shortest_edge": 288}, "crop_size": {"height": 256, "width": 256}, "do_center_crop": True, "do_flip_channel_order": True, "do_rescale": True, "do_resize": True, "resample": 2}),
        (EfficientNetImageProcessorPil, {"image_processor_type": "EfficientNetImageProcessor", "size": {"height": 240, "width": 240}, "resample": 0, "do_center_crop": False, "do_rescale": True, "rescale_factor": 0.00784313725490196, "rescale_offset": True, "include_top": True, "do_resize": True, "do_normalize": False, **half}),
        (DetrImageProcessorPil, {"image_processor_type": "DetrImageProcessor", "size": {"shortest_edge": 400, "longest_edge": 500}, "do_pad": True, "resample": 2, "do_rescale": True, **on, **inet}),
        (ViTImageProcessorPil, {"image_processor_type": "ViTImageProcessor", "size": {"height": 96, "width": 128}, "resample": 1, "do_rescale": False, "do_resize": True, "do_normalize": False}),
    ]
    cases = []
    for processor, config in processors:
        array = processor(**{k: v for k, v in config.items() if not k.endswith("_type") and v is not None})(PHOTO, return_tensors="np")["pixel_values"]
        cases.append({"config": config, **sampled(array)})
    timm_configs = [
        {"architecture": "resnet50", "pretrained_cfg": {"input_size": [3, 160, 160], "interpolation": "bicubic", "crop_pct": 0.95, "crop_mode": "center", **{k[6:]: v for k, v in inet.items()}, "test_input_size": [3, 224, 224]}},
        {"architecture": "x", "pretrained_cfg": {"input_size": [3, 192, 192], "interpolation": "bilinear", "crop_pct": 0.9, "crop_mode": "squash", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}},
        {"architecture": "x", "pretrained_cfg": {"input_size": [3, 192, 192], "interpolation": "bicubic", "crop_pct": 0.9, "crop_mode": "border", "mean": [0.5, 0.25, 0.5], "std": [0.5, 0.5, 0.5]}},
        {"architecture": "x", "pretrained_cfg": {"input_size": [3, 128, 192], "interpolation": "bicubic", "crop_pct": 1.0, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}},
    ]
    for config in timm_configs:
        data = timm.data.resolve_data_config(config["pretrained_cfg"], model=None, verbose=False)
        cases.append({"config": config, **sampled(timm.data.create_transform(**data, is_training=False)(PHOTO)[None])})
    return cases


def decode_fixtures():
    """Small files of many kinds, with the pixels that Pillow finds in them (upright, over white)."""
    picture = PHOTO.crop((180, 60, 300, 140)).resize((12, 8))
    alpha = picture.copy()
    alpha.putalpha(Image.linear_gradient("L").resize(picture.size))
    turned = Image.Exif()
    turned[0x112] = 6
    cmyk = Image.merge("CMYK", [*picture.convert("CMYK").split()[:3], Image.linear_gradient("L").resize(picture.size)])
    files = [
        ("rgb.png", picture, {}), ("rgb.jpg", picture, {"quality": 90}), ("progressive.jpg", picture, {"progressive": True}),
        ("rgb.webp", picture, {"lossless": True}), ("rgb.tif", picture, {}), ("animation.gif", picture, {"save_all": True, "append_images": [picture.rotate(180)]}),
        ("grey.png", picture.convert("L"), {}), ("grey.jpg", picture.convert("L"), {}), ("grey-alpha.png", alpha.convert("LA"), {}),
        ("alpha.png", alpha, {}), ("bits.png", picture.convert("1"), {}), ("palette.png", picture.convert("P"), {}),
        ("palette-transparent.png", picture.convert("P"), {"transparency": 3}), ("turned.jpg", picture, {"exif": turned}),
        ("cmyk.tif", cmyk, {}), ("cmyk.jpg", cmyk, {"quality": 95}),
    ]
    cases = []

    def case(name, content):
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
        if image.mode in ("RGBA", "LA") or "transparency" in image.info:
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
        pixels = np.asarray(image.convert("RGB"))
        cases.append({"name": name, "size": image.size, "file": base64.b64encode(content).decode(), "pixels": base64.b64encode(pixels.tobytes()).decode()})

    for name, image, options in files:
        buffer = io.BytesIO()
        image.save(buffer, {"jpg": "jpeg", "tif": "tiff"}.get(name.split(".")[1], name.split(".")[1]), **options)
        case(name, buffer.getvalue())
    deep = np.asarray(picture).astype(np.uint16)[..., ::-1] * 257 - 90
    case("deep.png", cv2.imencode(".png", deep)[1].tobytes())
    (OUT / "decode.json").write_text(json.dumps(cases))


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    resize_fixtures()
    decode_fixtures()
    (OUT / "preprocess.json").write_text(json.dumps({"presets": preset_fixtures(), "configs": config_fixtures()}))
