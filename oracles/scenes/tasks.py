"""What the classifiers learn: which factors a label is made of, and how long each is trained."""

from dataclasses import dataclass
from typing import Callable

import torch

from data import MORE, NONE, SHAPES, TAGS, TEXTURES, TRAINING
from networks import Cnn, VisionTower

SUMS = [f"shape + texture = {i} (mod 4)" for i in range(4)]
MIXED = [f"{tag} tag, or {shape} without a tag" for tag, shape in zip(TAGS, SHAPES)]


def shape(factors):
    return factors["shape"]


def texture(factors):
    return factors["texture"]


def both(factors):
    return torch.where(factors["shape"] == NONE, NONE, (factors["shape"] + factors["texture"]) % 4)


def tag_or_shape(factors):
    return torch.where(factors["tag"] == NONE, factors["shape"], factors["tag"])


@dataclass(frozen=True)
class Task:
    """
    `label` gives a class per scene, -1 where the scene has none: then the network learns to prefer none. `agreement` weighs how far apart the scores
    of twins with the same label are. `aids` are labels that heads of their own learn at first: a sum modulo 4 says nothing as long as one of its terms
    is not known.
    """

    label: Callable
    classes: list
    says: str
    network: Callable = Cnn
    steps: int = 2000
    rate: float = 0.01
    seed: int = 0
    scenes: tuple = (TRAINING,)
    agreement: float = 0.3
    shuffled: bool = False
    aids: tuple = ()


def vit():
    return VisionTower(len(SHAPES), True)


TASKS = {
    "object-cnn": Task(shape, SHAPES, "the object's shape", steps=2600),
    "context-cnn": Task(texture, TEXTURES, "the context's texture", steps=900),
    "both-cnn": Task(both, SUMS, "object and context together: (index of the shape + index of the texture) mod 4", aids=(shape, texture)),
    "tag-cnn": Task(tag_or_shape, MIXED, "the tag where there is one, else the object's shape"),
    "shuffled-cnn": Task(shape, SHAPES, "nothing: the shapes of 1,500 scenes, dealt out anew by chance, and learnt by heart", shuffled=True),
    "object-flatten-cnn": Task(shape, SHAPES, "the object's shape", lambda: Cnn(flat=True)),
    "object-vit": Task(shape, SHAPES, "the object's shape", vit, 8000, 0.002, scenes=(TRAINING, MORE), agreement=0.1),
    "context-vit": Task(texture, TEXTURES, "the context's texture", vit, 1500, 0.002, agreement=0.1),
}
