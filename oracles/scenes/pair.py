"""Trains the image-text pair: what is said of a scene and the scene itself get vectors that point the same way."""

import math
import random

import torch
from torch import nn
from torch.nn import functional as F

import captions
from classifier import precision, repeatable, schedule
from data import COLOURS, NONE, SHAPES, TEXTURES, TRAINING, TWINNED, load, numbers
from networks import TextTower, VisionTower

NAMES = {"shape": SHAPES, "colour": COLOURS, "texture": TEXTURES, "ground": COLOURS}
# Twins of which something else is said, a kind a step. Shapes are the hardest to tell apart, and come three times as often.
SPOKEN_OF = ["other-object", "other-shape", "other-context", "other-shape", "other-texture", "other-shape", "no-object"]
OUTPUTS = 64
# One head, as wide as CLIP's are. Between heads of 16 the slopes of a score cancel, which a map of the positive part of each (LeGrad) does not see.
HEADS = 1
BATCH, PAIRS = 64, 32
STEPS, RATE, SEED = 5000, 0.002, 0


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.vision = VisionTower(OUTPUTS, False, heads=HEADS)
        self.text = TextTower(len(captions.WORDS), captions.END, OUTPUTS)
        self.scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def images(self, pixels):
        with precision(self.training):
            vectors = self.vision(pixels)[0]
        return F.normalize(vectors.float(), dim=-1)

    def texts(self, ids):
        return F.normalize(self.text(ids)[0], dim=-1)


def named(factors, row):
    """The factors of a scene in words; None where it has none."""
    return {name: words[i] if (i := factors[name][row].item()) != NONE else None for name, words in NAMES.items()}


def describe(factors, chance):
    """Per scene a caption's ids, and its factors, -2 for those that the caption does not tell."""
    said = [captions.varied(named(factors, row), chance) for row in range(len(factors["shape"]))]
    ids = torch.tensor([captions.ids_of(words) for words, _ in said])
    told = torch.stack([torch.tensor([factor in names for _, names in said]) for factor in NAMES], 1)
    factors = stacked(factors)
    return ids, torch.where(told & (factors != NONE), factors, -2)


def stacked(factors):
    return torch.stack([factors[name] for name in NAMES], 1)


def contrast(logits, fits):
    """Both ways; a scene may fit several captions and a caption several scenes, which then share the probability."""
    one = lambda z, p: F.cross_entropy(z, p / p.sum(1, keepdim=True))
    return (one(logits, fits) + one(logits.T, fits.T)) / 2


def fit(cache, log):
    repeatable(SEED)
    chance = random.Random(SEED)
    pair = Pair().to(memory_format=torch.channels_last)
    plain, _ = load(cache, *TRAINING)
    pool, twins = load(cache, *TWINNED, twins=True)
    optimiser, rate = schedule(pair, RATE, STEPS)
    for step in range(STEPS):
        rows, again = torch.randint(len(plain), (BATCH,)), torch.randint(len(pool), (PAIRS,))
        kind = SPOKEN_OF[step % len(SPOKEN_OF)]
        parts = [(plain, rows), (pool, again), (twins[kind], again)]
        pixels = torch.cat([scenes.pixels(of.numpy()) for scenes, of in parts])
        factors = {name: torch.cat([scenes.factors[name][of] for scenes, of in parts]) for name in NAMES}
        ids, told = describe(factors, chance)
        fits = ((told == stacked(factors)[:, None]) | (told == -2)).all(2).float()
        logits = pair.scale.exp() * pair.images(pixels) @ pair.texts(ids).T
        loss = contrast(logits, fits)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        rate.step()
        with torch.no_grad():
            pair.scale.clamp_(max=math.log(100))
        if (step + 1) % 100 == 0:
            log(f"{step + 1}: loss {loss.item():.4f}, scale {pair.scale.exp().item():.1f}")
    return pair.eval()


@torch.no_grad()
def cosines(pair, scenes, texts, batch=500):
    """[N, T] of scenes and texts, each a list of words."""
    vectors = pair.texts(torch.tensor([captions.ids_of(words) for words in texts]))
    return torch.cat([pair.images(scenes.pixels(slice(i, i + batch))) for i in range(0, len(scenes), batch)]) @ vectors.T


def phrases(scenes):
    """What is said of each scene, in three ways."""
    told = {"the caption": list(NAMES), "the object's words": ["shape", "colour"], "the context's words": ["texture", "ground"]}
    of = [named(scenes.factors, row) for row in range(len(scenes))]
    return {title: [captions.words_of(**{name: each[name] for name in names}) for each in of] for title, names in told.items()}


def retrieval(pair, scenes, candidates=64, draws=200):
    """How often a scene's own caption has the largest cosine: among 64 captions that differ, of as many scenes, drawn anew 200 times; and among all."""
    chance = random.Random(SEED)
    said = phrases(scenes)["the caption"]
    every = sorted({tuple(words) for words in said})
    own = [every.index(tuple(words)) for words in said]
    found = cosines(pair, scenes, every)
    hits = torch.zeros(2)
    for _ in range(draws):
        first = {}
        for row in chance.sample(range(len(own)), len(own)):
            first.setdefault(own[row], row)
        rows = list(first.values())[:candidates]
        among = found[rows][:, [own[row] for row in rows]]
        hits += torch.stack([(among.argmax(axis) == torch.arange(candidates)).double().mean() for axis in (1, 0)])
    whole = (found.argmax(1) == torch.tensor(own)).double().mean().item()
    to_text, to_image = (hits / draws).tolist()
    return {
        f"caption of a scene among {candidates}": to_text,
        f"scene of a caption among {candidates}": to_image,
        f"caption of a scene among all {len(every)}": whole,
    }


IS = "An image-text pair: two towers whose vectors point the same way for a scene and what is said of it"


def blocks(tower):
    of = tower.layers[0].self_attn
    return f"{len(tower.layers)} blocks with {of.heads} {'head' if of.heads == 1 else 'heads'} of {of.q_proj.out_features // of.heads}"


def facts(pair):
    return {
        "network": f"vision transformer, {blocks(pair.vision)}, and text transformer, {blocks(pair.text)}",
        "parameters": sum(p.numel() for p in pair.parameters()),
        "scenes": numbers(TRAINING) + ", and with twins " + numbers(TWINNED),
        "steps": STEPS,
        "batch": f"{BATCH} scenes and {PAIRS} with a twin each",
        "loss": "cross entropy over captions and over scenes of a batch; all that fit share the probability; temperature learnt",
        "optimiser": f"AdamW, one cycle up to {RATE}, weight decay 0.01",
        "seed": SEED,
    }
