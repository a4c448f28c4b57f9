"""What each factor does to a model's scores, by twins: the truth that maps are held against."""

import torch

from data import NONE


def effects(score, scenes, twins, classes):
    """
    By kind of twin, over the scenes that it changes: the mean of score(scene) - score(twin) for the scene's true class, the mean of its absolute value,
    and what share that is of the largest one; of all of them, and of those with and without a tag.
    @param score [N, classes] of scenes
    @param classes the class of each scene
    """
    rows = torch.arange(len(scenes))
    own = score(scenes)[rows, classes]
    return with_shares({kind: grouped(scenes, twin, own - score(twin)[rows, classes]) for kind, twin in twins.items()})


def grouped(scenes, twin, change):
    differs = torch.stack([scenes.factors[name] != values for name, values in twin.factors.items()]).any(0)
    tagged = scenes.factors["tag"] != NONE
    groups = {"all": differs, "tagged": differs & tagged, "untagged": differs & ~tagged}
    return {name: of(change[rows]) for name, rows in groups.items() if rows.any()}


def of(change):
    return {"scenes": len(change), "mean": round(change.mean().item(), 4), "meanAbsolute": round(change.abs().mean().item(), 4)}


def with_shares(found):
    largest = {name: max(groups[name]["meanAbsolute"] for groups in found.values() if name in groups) for name in ("all", "tagged", "untagged")}
    share = lambda name, effect: {**effect, "share": round(effect["meanAbsolute"] / largest[name], 4)}
    return {kind: {name: share(name, effect) for name, effect in groups.items()} for kind, groups in found.items()}
