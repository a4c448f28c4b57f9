"""Checks the gradient and cam fixtures on their own terms: files, sizes, onnx.checker, ONNX Runtime's logits, layer tensors.

    python oracles/check_fixtures.py [--fixtures test/fixtures]

Reads only the files (not the networks): every model passes onnx.checker with full shape inference, gives the case's logits, a
batch not called fixed is dynamic, a case's layer exists with the map's height and width, arrays are finite, and no file carries a path.
For gradient cases off a kink, the expected gradient is compared with central differences of the file, element by element.
"""

import argparse
import collections
import json
import os
import re
import sys

import numpy as np
import onnx
import onnxruntime as ort

from fixture_tools import error, run


def element_differences(data: bytes, x: np.ndarray, targets, expected, count=24) -> float:
    """Largest error, over the largest expected magnitude, of central differences at `count` elements; the best of four steps."""
    generator = np.random.default_rng(1)
    picked = generator.choice(x.size, min(count, x.size), replace=False)
    rows, worst = np.arange(len(targets)), 0.0
    for index in picked:
        best = np.inf
        for step in (3e-2, 1e-2, 2e-3, 4e-4):
            moved = [x.copy().reshape(-1) for _ in range(2)]
            moved[0][index] += step
            moved[1][index] -= step
            width = float(moved[0][index]) - float(moved[1][index])
            up, down = (run(data, m.reshape(x.shape))[rows, targets].astype(np.float64).sum() for m in moved)
            best = min(best, abs((up - down) / width - float(expected.reshape(-1)[index])))
        worst = max(worst, best / (np.abs(expected).max() or 1))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fixtures", default=os.path.join(os.path.dirname(__file__), "..", "test", "fixtures"))
    args = parser.parse_args()
    failures, operators, opsets, checked = [], collections.Counter(), collections.Counter(), {}
    for group in ("gradient", "cam"):
        folder = os.path.join(args.fixtures, group)
        with open(os.path.join(folder, "cases.json")) as file:
            cases = json.load(file)["cases"]
        names = [case["name"] for case in cases]
        failures += [f"{group}: name used twice: {n}" for n, count in collections.Counter(names).items() if count > 1]
        for case in cases:
            path = os.path.join(folder, case["model"])
            with open(path, "rb") as file:
                data = file.read()
            x, expected = (np.load(os.path.join(folder, case[key])) for key in ("input", "expected"))
            say = lambda text: failures.append(f"{group}/{case['name']}: {text}")  # noqa: B023, E731
            if path not in checked:
                checked[path] = True
                proto = onnx.load_from_string(data)
                onnx.checker.check_model(proto, full_check=True)
                if len(data) > 40_000:
                    say(f"{len(data)} bytes")
                if re.search(rb"/(tmp|work|root|home|usr)/", data):
                    say("the file carries a path")
                operators.update({f"{node.domain}{':' if node.domain else ''}{node.op_type}" for node in proto.graph.node})
                opsets.update(o.version for o in proto.opset_import if not o.domain)
                if [v.name for v in proto.graph.output] != ["logits"] or [v.name for v in proto.graph.input] != ["input"]:
                    say("input or output name")
                difference = error(run(data, x), case["logits"])
                if difference > 1e-4:
                    say(f"logits differ by {difference:.2g}")
                if case.get("batch") != "fixed" and error(run(data, x[:1]), np.asarray(case["logits"])[:1]) > 1e-4:
                    say("one row alone gives other logits")
            if x.dtype != np.float32 or expected.dtype != np.float32 or not np.isfinite(expected).all() or not np.abs(expected).max() > 0:
                say("array")
            if len(case["target"]) != len(x):
                say("one target a row is wanted")
            if group == "cam":
                model = onnx.load_from_string(data)
                if case["layer"] not in {output for node in model.graph.node for output in node.output}:
                    say("no such layer")
            elif case["method"] == "gradient":
                if expected.shape != x.shape:
                    say("shape")
                if not case.get("kink") and "jumps" not in case.get("note", "") and x.size <= 400:
                    worst = element_differences(data, x, case["target"], expected)
                    if worst > 0.02:
                        say(f"central differences differ by {worst:.2g}")
        used = {case[key] for case in cases for key in ("model", "input", "expected")} | {"cases.json"}
        failures += [f"{group}: unused {name}" for name in set(os.listdir(folder)) - used]
        total = sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder))
        print(f"{group}: {len(cases)} cases, {len({c['model'] for c in cases})} models, {total / 1000:.0f} kB")
    print(f"onnx {onnx.__version__}, onnxruntime {ort.__version__}, opsets {dict(sorted(opsets.items()))}")
    print("operators, in how many models:", dict(sorted(operators.items())))
    for line in failures:
        print("FAIL", line)
    print(f"{len(failures)} failures")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
