"""
Trains all networks on scenes, measures what each uses by twins, and writes models/scenes: ONNX, configurations, cards.

    npm run build
    venv/bin/python oracles/scenes/train.py                # all, on two cores; or names: object-cnn clip

The scenes come from the project's own generator and stay in --cache, which is to be deleted when the generator changes. Everything is seeded: the same
versions on the same kind of processor give the same files; one that computes in bfloat16 gives others. One process and one thread a network, two at a time.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
# For the processes that train: memory that is given back to the system after each step costs transformers a seventh of their time.
os.environ |= {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**34)}

import torch

import card
import classifier
import data
import pair
from effects import effects
from export import export_classifier, export_pair
from networks import Cnn
from tasks import TASKS

MEASURED = 2000  # scenes of the test on which twins are compared


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=[*TASKS, "clip"], metavar="name")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "sightline-scenes")
    parser.add_argument("--out", type=Path, default=data.PROJECT / "models/scenes")
    given = parser.parse_args()
    unknown = set(given.names) - {*TASKS, "clip"}
    if unknown:
        sys.exit(f"there is no network {', '.join(sorted(unknown))}; there are {', '.join([*TASKS, 'clip'])}")
    data.generate_all(given.cache)
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        # The longest first, so that both ends come at about the same time.
        for done in [pool.submit(make, name, given.cache, given.out / name) for name in sorted(given.names, key=steps_of, reverse=True)]:
            print(done.result(), flush=True)


def steps_of(name):
    return pair.STEPS if name == "clip" else TASKS[name].steps


def make(name, cache, folder):
    torch.set_num_threads(1)
    start = time.process_time()
    log = lambda text: print(f"{name} {text}", flush=True)
    accuracy = make_pair(cache, folder, log) if name == "clip" else make_classifier(TASKS[name], cache, folder, log)
    return f"{name}: {accuracy}, {time.process_time() - start:.0f} s of a processor"


def make_classifier(task, cache, folder, log):
    if task.shuffled:
        network, known, labels = classifier.fit_by_heart(task, cache, log)
    else:
        network = classifier.fit(task, cache, log)
        known = data.load(cache, *data.TRAINING)[0][:MEASURED]
        labels = task.label(known.factors)
    test, twins = data.load(cache, *data.TEST, twins=True)
    validation, _ = data.load(cache, *data.VALIDATION)
    accuracy = {"training": classifier.accuracy(network, known, labels)}
    accuracy |= {name: classifier.accuracy(network, scenes, task.label(scenes.factors)) for name, scenes in (("validation", validation), ("test", test))}
    measured, few = test[:MEASURED], {kind: scenes[:MEASURED] for kind, scenes in twins.items()}
    effect = effects(lambda scenes: classifier.predict(network, scenes), measured, few, task.label(measured.factors))
    training = classifier.facts(task, network)
    export_classifier(network, folder, task.classes, any_size=isinstance(network, Cnn) and not network.flat)
    truth = {"is": f"A classifier. Its label is {task.says}", "classes": task.classes, "training": training, "accuracy": accuracy}
    card.write(folder, {**truth, "effects": {"score of the true class": effect}})
    return accuracy


def make_pair(cache, folder, log):
    network = pair.fit(cache, log)
    test, twins = data.load(cache, *data.TEST, twins=True)
    accuracy = pair.retrieval(network, test)
    measured, few = test[:MEASURED], {kind: scenes[:MEASURED] for kind, scenes in twins.items()}
    row = torch.arange(MEASURED)
    effect = {
        f"cosine with {title}": effects(lambda scenes: pair.cosines(network, scenes, texts), measured, few, row)
        for title, texts in pair.phrases(measured).items()
    }
    export_pair(network, folder)
    card.write(folder, {"is": pair.IS, "training": pair.facts(network), "accuracy": accuracy, "effects": effect})
    return accuracy


if __name__ == "__main__":
    main()
