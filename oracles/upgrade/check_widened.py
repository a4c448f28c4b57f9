"""Checks in ONNX Runtime that bumps without a step change nothing: each of ONNX's own node tests, relabelled from opset to opset.

    pip install onnx==1.23.2 onnxruntime==1.32.0
    python oracles/upgrade/check_widened.py

A test's model is given every older opset at which its operator has the same form, and run before and after each bump. Prints the
bumps at which results differ, and how many were compared. Bumps that have a step in src/onnx/upgrade are expected to differ or to fail.
"""

from collections import Counter, defaultdict

import numpy as np
import onnxruntime as ort
from onnx import defs
from onnx.backend.test.case.node import collect_testcases

TOLERANCE = 1e-6  # ONNX Runtime has another kernel for AveragePool from 19 on, which rounds differently

ort.set_default_logger_severity(4)
versions = defaultdict(set)
for schema in defs.get_all_schemas_with_history():
    if schema.domain == "":
        versions[schema.name].add(schema.since_version)


def results(model, inputs, opset):
    model.opset_import[0].version = opset
    model.ir_version = 10
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


def equal(a, b):
    if isinstance(a, list) or isinstance(b, list):
        return len(a) == len(b) and all(map(equal, a, b))
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    return np.array_equal(a, b) if a.dtype.kind != "f" else np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)


def main():
    compared, different = Counter(), defaultdict(list)
    for test in collect_testcases(None):
        model = test.model
        if model is None or len(model.opset_import) != 1 or len(model.graph.node) != 1 or model.functions:
            continue
        op = model.graph.node[0].op_type
        inputs = dict(zip((value.name for value in model.graph.input), test.data_sets[0][0]))
        newest = min(model.opset_import[0].version, 25)
        for version in sorted(v for v in versions[op] if 7 < v <= newest):
            try:
                before, after = (results(model, inputs, opset) for opset in (version - 1, version))
            except Exception:
                continue
            compared[op, version] += 1
            if not all(map(equal, before, after)):
                different[op, version].append(test.name)
    for (op, version), tests in sorted(different.items()):
        print(f"{op} {version}: {', '.join(tests)}")
    print(f"{sum(compared.values())} comparisons of {len(compared)} bumps; {len(different)} bumps differ")
    bumps = {(op, v) for op, vs in versions.items() for v in vs if 7 < v <= 22 and any(u < v for u in vs)}
    print("not compared:", *(f"{op}/{v}" for op, v in sorted(bumps - compared.keys())))


main()
