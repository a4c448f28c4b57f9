"""Writes networks as ONNX, in the layout of the Hugging Face hub, and checks that ONNX Runtime computes what PyTorch does."""

import hashlib
import json
import warnings

import numpy as np
import onnx
import onnxruntime as ort
import torch

import captions
from networks import PATCH, SIZE, VisionModel

MOST_BYTES = 2_000_000
TOLERANCE = 1e-4  # of the largest output: float32 in another order of sums


def export(network, path, example, inputs, outputs, axes):
    """@raises AssertionError if the file is too large or computes something else"""
    network = network.eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    names = dict(input_names=inputs, output_names=outputs, dynamic_axes=axes)
    with warnings.catch_warnings():
        # The exporter is the old one, whose files hold the plain operators; shapes that it takes for constants are those of a row.
        warnings.simplefilter("ignore")
        torch.onnx.export(network, (example,), str(path), dynamo=False, opset_version=17, **names)
    onnx.checker.check_model(onnx.load(path), full_check=True)
    assert path.stat().st_size < MOST_BYTES, f"{path} has {path.stat().st_size} bytes"
    others = example.flip(0) if example.dtype == torch.int64 else torch.rand_like(example) * 2 - 1
    with torch.no_grad():
        expected = network(others)
    got = ort.InferenceSession(str(path)).run(None, {inputs[0]: others.contiguous().numpy()})
    for a, b in zip(got, expected if isinstance(expected, tuple) else (expected,)):
        assert np.abs(a - b.numpy()).max() <= TOLERANCE * np.abs(b.numpy()).max(), f"{path} computes something else"


class Scores(torch.nn.Module):
    """The scores alone."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, pixel_values):
        out = self.network(pixel_values)
        return out[0] if isinstance(out, tuple) else out


def export_classifier(network, folder, classes, any_size):
    sides = {2: "height", 3: "width"} if any_size else {}
    axes = {"pixel_values": {0: "batch", **sides}, "logits": {0: "batch"}}
    export(Scores(network), folder / "onnx/model.onnx", torch.rand(2, 3, SIZE, SIZE), ["pixel_values"], ["logits"], axes)
    labels = {str(i): name for i, name in enumerate(classes)}
    config = {"model_type": "sightline-scenes", "id2label": labels, "label2id": {name: int(i) for i, name in labels.items()}, "image_size": SIZE}
    write_json(folder / "config.json", config)
    write_json(folder / "preprocessor_config.json", preprocessing("ViTImageProcessor"))


def export_pair(pair, folder):
    vision, text = pair.vision, pair.text
    axes = {name: {0: "batch"} for name in ("pixel_values", "image_embeds", "last_hidden_state")}
    outputs = ["image_embeds", "last_hidden_state"]
    export(VisionModel(vision), folder / "onnx/vision_model.onnx", torch.rand(2, 3, SIZE, SIZE), ["pixel_values"], outputs, axes)
    ids = torch.tensor([captions.ids_of(words.split()) for words in ("a red circle on blue stripes", "dots")])
    axes = {"input_ids": {0: "batch", 1: "sequence"}, "text_embeds": {0: "batch"}, "last_hidden_state": {0: "batch", 1: "sequence"}}
    export(text, folder / "onnx/text_model.onnx", ids, ["input_ids"], ["text_embeds", "last_hidden_state"], axes)
    width = vision.class_embedding.numel()
    blocks = lambda tower: {"hidden_size": width, "num_hidden_layers": len(tower.layers), "num_attention_heads": tower.layers[0].self_attn.heads}
    outputs = vision.visual_projection.out_features
    config = {
        "model_type": "clip",
        "projection_dim": outputs,
        "logit_scale": round(pair.scale.item(), 4),
        "vision_config": {**blocks(vision), "image_size": SIZE, "patch_size": PATCH, "hidden_act": "gelu", "projection_dim": outputs},
        "text_config": {
            **blocks(text),
            "vocab_size": len(captions.WORDS),
            "max_position_embeddings": captions.LENGTH,
            "hidden_act": "gelu",
            "projection_dim": outputs,
            "bos_token_id": captions.BOS,
            "eos_token_id": captions.END,
            "pad_token_id": captions.PAD,
        },
    }
    write_json(folder / "config.json", config)
    write_json(folder / "preprocessor_config.json", preprocessing("CLIPImageProcessor"))
    write_json(folder / "tokenizer.json", captions.tokenizer_json())
    write_json(folder / "tokenizer_config.json", captions.tokenizer_config())


def preprocessing(kind):
    return {
        "image_processor_type": kind,
        "do_convert_rgb": True,
        "do_resize": True,
        "size": {"height": SIZE, "width": SIZE},
        "resample": 2,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    }


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def hashes(folder):
    return {f"onnx/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((folder / "onnx").glob("*.onnx"))}
