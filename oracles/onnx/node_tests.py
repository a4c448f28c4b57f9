"""Writes ONNX's own node tests, and its packaged models, into a folder that scripts/node-tests.mjs reads.

    pip install onnx==1.23.2
    python oracles/onnx/node_tests.py FOLDER

A test is a folder `<kind>/<name>` with `model.onnx`, and for each input and output of its first data set `input_0.pb`, `output_0.pb`:
a TensorProto, or the SequenceProto or OptionalProto that the model's signature asks for, whose file ends in `.other`.
The kinds are node, pytorch-converted, pytorch-operator, simple and light. Light models hold zeros where weights were, and no data.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test import __file__ as package
from onnx.backend.test.case.node import collect_testcases

PACKAGED = ("pytorch-converted", "pytorch-operator", "simple", "light")


def write_value(path, value, type_proto):
    """A value as protobuf, in the form that its type in the model's signature has."""
    kind = type_proto.WhichOneof("value")
    if kind == "tensor_type" and isinstance(value, (np.ndarray, np.generic)):
        tensor = numpy_helper.from_array(np.asarray(value))
        # Types that NumPy lacks come as arrays of another type.
        if isinstance(value, np.ndarray) and tensor.data_type == type_proto.tensor_type.elem_type:
            path.with_suffix(".pb").write_bytes(tensor.SerializeToString())
            return
    elif kind == "tensor_type" and isinstance(value, onnx.TensorProto):
        path.with_suffix(".pb").write_bytes(value.SerializeToString())
        return
    path.with_suffix(".other").write_bytes(b"")


def write_node_test(folder, test):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(test.model.SerializeToString())
    inputs, outputs = test.data_sets[0]
    names = [value.name for value in test.model.graph.input]
    for i, (value, info) in enumerate(zip(inputs, test.model.graph.input)):
        write_value(folder / f"input_{i}", value, info.type)
    for i, (value, info) in enumerate(zip(outputs, test.model.graph.output)):
        write_value(folder / f"output_{i}", value, info.type)
    return names


def copy_packaged(source, folder):
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(source / "model.onnx", folder / "model.onnx")
    for file in (source / "test_data_set_0").glob("*.pb"):
        shutil.copy(file, folder / file.name)


def main():
    out = Path(sys.argv[1])
    count = 0
    for test in collect_testcases(None):
        if test.model is None or not test.data_sets:
            continue
        write_node_test(out / "node" / test.name, test)
        count += 1
    for kind in PACKAGED:
        data = Path(package).parent / "data" / kind
        for source in sorted(data.iterdir()) if data.exists() else []:
            if source.is_dir() and (source / "model.onnx").exists():
                copy_packaged(source, out / kind / source.name)
            elif source.suffix == ".onnx":
                (out / kind / source.stem).mkdir(parents=True, exist_ok=True)
                shutil.copy(source, out / kind / source.stem / "model.onnx")
    print(f"{count} node tests, {sum(1 for _ in out.glob('*/*')) - count} packaged models in {out}")


main()
