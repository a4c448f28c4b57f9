"""Scenes as the project's own generator writes them: pixels, factors and captions, in a cache of shards."""

import json
import subprocess
from pathlib import Path

import numpy as np
import torch

PROJECT = Path(__file__).parents[2]
SHAPES = ["circle", "square", "triangle", "cross"]
TEXTURES = ["stripes", "dots", "checks", "clouds"]
COLOURS = ["red", "green", "blue", "yellow", "purple", "orange"]
TAGS = ["solid", "horizontal", "vertical", "checked", "novel"]
# Twins that networks may learn from; a tag that none of them has seen is measured only.
LEARNT = ["other-object", "other-shape", "other-context", "other-texture", "no-object", "no-tag", "other-tag", "no-distractor"]
TWINS = [*LEARNT, "novel-tag"]
SHARD = 10_000
NONE = -1

# Numbers of scenes, first and count; no two overlap. Those with twins are trained on too, MORE only where the rest does not suffice.
TRAINING, TWINNED, MORE = (1_000_000, 30_000), (1_100_000, 6_000), (1_200_000, 120_000)
VALIDATION, TEST = (900_000, 2_000), (1, 5_000)


class Scenes:
    """`factors` has an integer per scene and factor, -1 where there is none; images are [N, 64, 64, 3] bytes."""

    def __init__(self, images, factors):
        self.images, self.factors = images, factors

    def __len__(self):
        return len(self.images)

    def __getitem__(self, rows):
        return Scenes(self.images[rows], {name: values[rows] for name, values in self.factors.items()})

    def pixels(self, rows=slice(None)):
        return normalised(self.images[rows])


def normalised(images):
    """What the models take: [N, 3, H, W] from -1 to 1, its channels last in memory."""
    return torch.tensor(images).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def joined(shards):
    return shards[0] if len(shards) == 1 else np.concatenate(shards)


def together(*several):
    factors = {name: torch.cat([scenes.factors[name] for scenes in several]) for name in several[0].factors}
    return Scenes(joined([scenes.images for scenes in several]), factors)


def generate(cache, first, count, twins=False):
    """The folder of the scenes with the seeds first .. first + count - 1, which the generator writes if it is not there yet."""
    folder = Path(cache) / f"{first}-{count}{'-twins' if twins else ''}"
    done = folder / "done"
    if not done.exists():
        command = ["node", "dist/cli/main.js", "scenes", "--count", str(count), "--seed", str(first), "--out", str(folder), "--npy"]
        subprocess.run(command + ["--twins"] * twins, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
        done.touch()
    return folder


def generate_all(cache):
    for part in (TRAINING, MORE, VALIDATION):
        generate(cache, *part)
    for part in (TWINNED, TEST):
        generate(cache, *part, twins=True)


def load(cache, first, count, twins=False):
    """The scenes, and a dict of their twins by kind (empty without `twins`)."""
    folder = generate(cache, first, count, twins)
    lines = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    stack = lambda stem: joined([np.load(folder / f"{stem}-{i:04d}.npy", mmap_mode="r") for i in range(-(-count // SHARD))])
    kinds = TWINS if twins else []
    others = {kind: Scenes(stack(f"twins-{kind}"), table([line["twins"][kind] for line in lines])) for kind in kinds}
    return Scenes(stack("images"), table(lines)), others


def numbers(*parts):
    return ", ".join(f"{first} to {first + count - 1}" for first, count in parts)


def table(lines):
    column = lambda names, part, field: torch.tensor([names.index(line[part][field]) if line[part] else NONE for line in lines])
    return {
        "shape": column(SHAPES, "object", "shape"),
        "colour": column(COLOURS, "object", "colour"),
        "texture": column(TEXTURES, "context", "texture"),
        "ground": column(COLOURS, "context", "colour"),
        "tag": column(TAGS, "tag", "kind"),
        "distractor": column(["ring"], "distractor", "shape"),
    }
