"""Model cards: how a network was trained and what it was measured to use, for programs (truth.json) and for people (README.md)."""

import json

import data
from export import hashes, write_json

HEAD = """---
license: apache-2.0
---

# {model}

{is}. Trained on scenes that `sightline scenes` makes; `oracles/scenes/train.py {model}` makes it again.
"""

EFFECTS = """How the {of} changes when one factor does, in scenes of the test: the mean over scenes of score(scene) - score(twin), and of its absolute value.
The twin is the same scene made anew with that factor changed; scenes that it leaves as they are do not count. The mean of a factor that does
not decide is near 0 whatever the network makes of it, as what is gained in one scene is lost in another; its absolute value tells. The share is that
of the largest absolute value in the column's scenes.

"""

FOOT = """
## Files

{files}

`truth.json` says all of this to programs.
"""


def write(folder, truth):
    """@param truth has `is`, `training`, `accuracy` and, by what is scored, `effects`"""
    write_json(folder / "truth.json", {"model": folder.name, **truth, "sha256": hashes(folder)})
    write_readme(folder)


def write_readme(folder):
    """From truth.json alone."""
    truth = json.loads((folder / "truth.json").read_text())
    sections = [HEAD.format(**truth), section("Training", facts(truth["training"])), section("Accuracy", facts(truth["accuracy"], percent))]
    for of, effects in truth["effects"].items():
        sections.append(section(f"Effects on the {of}", EFFECTS.format(of=of) + table(effects)))
    files = "\n".join(f"- `{name}` sha256 `{value}`" for name, value in truth["sha256"].items())
    sections.append(FOOT.format(files=files))
    (folder / "README.md").write_text("".join(sections))


def section(title, text):
    return f"\n## {title}\n\n{text}"


def facts(values, shown=str):
    return "".join(f"- {name}: {shown(value)}\n" for name, value in values.items())


def percent(value):
    return f"{100 * value:.2f} %"


def table(effects):
    rows = ["| twin | scenes | n | mean | mean absolute | share |", "|---|---|---:|---:|---:|---:|"]
    for kind in data.TWINS:
        for group, effect in effects[kind].items():
            values = f"{effect['mean']:.3f} | {effect['meanAbsolute']:.3f} | {percent(effect['share'])}"
            rows.append(f"| {kind} | {group} | {effect['scenes']} | {values} |")
    return "\n".join(rows) + "\n"
