"""Checks ONNX files with the official checker, shape inference included: python check_models.py FILE..."""
import sys

import onnx

for path in sys.argv[1:]:
    onnx.checker.check_model(path, full_check=True)
    model = onnx.load(path)
    names = [value.name for value in model.graph.output]
    if "attribution" not in names:
        sys.exit(f"{path}: no output named attribution")
    print(f"{path}: valid, opset {model.opset_import[0].version}, outputs {', '.join(names)}")
