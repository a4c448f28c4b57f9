"""Captions as token ids: the words, the tokenizer's file, and how captions are varied in training."""

import random

from data import COLOURS, SHAPES, TEXTURES

SPECIAL = ["[PAD]", "[BOS]", "[UNK]", "[EOS]"]
WORDS = SPECIAL + ["a", "an", "on"] + COLOURS + SHAPES + TEXTURES
PAD, BOS, UNKNOWN, END = range(4)
LENGTH = 16


def ids_of(words):
    """Begin, the words, end, padding: [LENGTH]."""
    ids = [BOS, *(WORDS.index(word) if word in WORDS else UNKNOWN for word in words), END]
    return ids + [PAD] * (LENGTH - len(ids))


def words_of(shape=None, colour=None, texture=None, ground=None, article=True):
    """The words for what is given, as the generator's captions: a red circle on blue stripes."""
    thing = [word for word in (colour, shape) if word]
    if thing and shape and article:
        thing = ["an" if thing[0][0] in "aeiou" else "a", *thing]
    place = [word for word in (ground, texture) if word]
    return thing + (["on"] if thing and place else []) + place


# Which factors a caption tells, and how often. A colour without its noun would be said of either.
TOLD = {
    ("shape", "colour", "texture", "ground"): 8,
    ("shape", "colour"): 4,
    ("texture", "ground"): 2,
    ("shape", "colour", "texture"): 1,
    ("shape", "texture", "ground"): 1,
    ("shape", "texture"): 1,
    ("shape",): 4,
    ("texture",): 1,
}


def varied(named, chance: random.Random):
    """Words that tell some of the factors, and which; now and then without an article, or with a word that means nothing."""
    told = chance.choices(list(TOLD), list(TOLD.values()))[0]
    words = words_of(**{factor: named[factor] for factor in told}, article=chance.random() < 0.8)
    if chance.random() < 0.1:
        words.insert(chance.randrange(len(words) + 1), "?")
    return words, told


def tokenizer_json():
    """The tokenizers library's format: lower case, split at spaces and signs, one id a word."""
    token = lambda name: {"SpecialToken": {"id": name, "type_id": 0}}
    special = lambda name: {"id": name, "ids": [WORDS.index(name)], "tokens": [name]}
    flags = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
    begin, end = SPECIAL[BOS], SPECIAL[END]
    return {
        "version": "1.0",
        "truncation": {"direction": "Right", "max_length": LENGTH, "strategy": "LongestFirst", "stride": 0},
        "padding": {
            "strategy": {"Fixed": LENGTH},
            "direction": "Right",
            "pad_to_multiple_of": None,
            "pad_id": PAD,
            "pad_type_id": 0,
            "pad_token": SPECIAL[PAD],
        },
        "added_tokens": [{"id": i, "content": name, **flags} for i, name in enumerate(SPECIAL)],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [token(begin), {"Sequence": {"id": "A", "type_id": 0}}, token(end)],
            "pair": [token(begin), {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}, token(end)],
            "special_tokens": {name: special(name) for name in (begin, end)},
        },
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": {word: i for i, word in enumerate(WORDS)}, "unk_token": SPECIAL[UNKNOWN]},
    }


def tokenizer_config():
    pad, begin, unknown, end = SPECIAL
    tokens = {"pad_token": pad, "bos_token": begin, "unk_token": unknown, "eos_token": end}
    return {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": LENGTH, **tokens}
