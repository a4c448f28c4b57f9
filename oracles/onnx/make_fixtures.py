"""Writes test/fixtures/onnx: a small network as ONNX Runtime's quantisers and its optimiser write it.

    pip install onnx==1.23.2 onnxruntime==1.32.0 sympy
    python oracles/onnx/make_fixtures.py

convolutions.onnx is the network, transformer.onnx another; the others are what was made of them. Everything is seeded.
"""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static

out = Path(__file__).parents[2] / "test" / "fixtures" / "onnx"
random = np.random.default_rng(0)


def weights(name, *shape):
    scale = 1 / np.sqrt(np.prod(shape[1:]) if len(shape) > 1 else 10)
    return numpy_helper.from_array((random.standard_normal(shape) * scale).astype(np.float32), name)


def model(name, nodes, initializers, inputs, outputs, opset=17):
    value = lambda n, s: helper.make_tensor_value_info(n, TensorProto.FLOAT, s)
    graph = helper.make_graph(nodes, name, [value(*i) for i in inputs], [value(*o) for o in outputs], initializers)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, producer_name="oracle")
    onnx.checker.check_model(made, full_check=True)
    return made


def convolutions():
    node = helper.make_node
    nodes = [
        node("Conv", ["image", "w1", "b1"], ["c1"], pads=[1, 1, 1, 1], strides=[2, 2]),
        node("Relu", ["c1"], ["r1"]),
        node("Conv", ["r1", "w2", "b2"], ["c2"], pads=[1, 1, 1, 1], group=4),
        node("Clip", ["c2", "zero", "six"], ["r2"]),
        node("Add", ["r1", "r2"], ["sum"]),
        node("MaxPool", ["sum"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
        node("GlobalAveragePool", ["pooled"], ["mean"]),
        node("Flatten", ["mean"], ["flat"]),
        node("Gemm", ["flat", "w3", "b3"], ["scores"], transB=1),
    ]
    bound = lambda n, v: numpy_helper.from_array(np.float32(v), n)
    constants = [weights("w1", 8, 3, 3, 3), weights("b1", 8), weights("w2", 8, 2, 3, 3), weights("b2", 8)]
    constants += [weights("w3", 5, 8), weights("b3", 5), bound("zero", 0), bound("six", 6)]
    return model("convolutions", nodes, constants, [("image", ["N", 3, 16, 16])], [("scores", ["N", 5])])


def transformer():
    """Two tokens' worth of everything that the optimiser fuses: layer norms, Gelu by Erf, biases, attention of two heads."""
    node = helper.make_node
    nodes = [node("LayerNormalization", ["tokens", "g1", "h1"], ["n1"], axis=-1)]
    for part in "qkv":
        nodes += [
            node("MatMul", ["n1", f"w{part}"], [f"m{part}"]),
            node("Add", [f"m{part}", f"b{part}"], [f"a{part}"]),
            node("Reshape", [f"a{part}", "heads"], [f"s{part}"]),
            node("Transpose", [f"s{part}"], [f"t{part}"], perm=[0, 2, 3, 1] if part == "k" else [0, 2, 1, 3]),
        ]
    nodes += [
        node("MatMul", ["tq", "tk"], ["scores"]),
        node("Div", ["scores", "root"], ["scaled"]),
        node("Softmax", ["scaled"], ["attention"], axis=-1),
        node("MatMul", ["attention", "tv"], ["mixed"]),
        node("Transpose", ["mixed"], ["back"], perm=[0, 2, 1, 3]),
        node("Reshape", ["back", "flat"], ["joined"]),
        node("MatMul", ["joined", "wo"], ["mo"]),
        node("Add", ["mo", "bo"], ["projected"]),
        node("Add", ["projected", "tokens"], ["residual"]),
        node("LayerNormalization", ["residual", "g2", "h2"], ["n2"], axis=-1),
        node("MatMul", ["n2", "w1"], ["m1"]),
        node("Add", ["m1", "b1"], ["a1"]),
        node("Div", ["a1", "sqrt2"], ["d1"]),
        node("Erf", ["d1"], ["e1"]),
        node("Add", ["e1", "one"], ["f1"]),
        node("Mul", ["a1", "f1"], ["p1"]),
        node("Mul", ["p1", "half"], ["gelu"]),
        node("MatMul", ["gelu", "w2"], ["m2"]),
        node("Add", ["m2", "b2"], ["a2"]),
        node("Add", ["a2", "residual"], ["last"]),
        node("ReduceMean", ["last"], ["y"], axes=[1], keepdims=0),
    ]
    scalar = lambda n, v: numpy_helper.from_array(np.float32(v), n)
    ints = lambda n, v: numpy_helper.from_array(np.array(v, np.int64), n)
    constants = [weights(n, 16) for n in ("g1", "h1", "g2", "h2", "bq", "bk", "bv", "bo", "b2")] + [weights("b1", 32)]
    constants += [weights(n, 16, 16) for n in ("wq", "wk", "wv", "wo")] + [weights("w1", 16, 32), weights("w2", 32, 16)]
    constants += [scalar("root", np.sqrt(8)), scalar("sqrt2", np.sqrt(2)), scalar("one", 1), scalar("half", 0.5)]
    constants += [ints("heads", [0, 0, 2, 8]), ints("flat", [0, 0, 16])]
    return model("transformer", nodes, constants, [("tokens", ["N", 6, 16])], [("y", ["N", 16])])


class Noise(CalibrationDataReader):
    def __init__(self, name, shape):
        self.samples = iter([{name: random.standard_normal(shape).astype(np.float32)} for _ in range(8)])

    def get_next(self):
        return next(self.samples, None)


def optimised(source, target, level):
    options = ort.SessionOptions()
    options.graph_optimization_level = level
    options.optimized_model_filepath = str(target)
    options.log_severity_level = 4
    ort.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])


def main():
    out.mkdir(parents=True, exist_ok=True)
    for make in (convolutions, transformer):
        onnx.save(make(), out / f"{make.__name__}.onnx")
    network, tokens = out / "convolutions.onnx", out / "transformer.onnx"
    static = dict(activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, per_channel=True)
    shape = (2, 3, 16, 16)
    quantize_static(network, out / "convolutions.qdq.onnx", Noise("image", shape), quant_format=QuantFormat.QDQ, **static)
    quantize_static(network, out / "convolutions.qoperator.onnx", Noise("image", shape), quant_format=QuantFormat.QOperator, **static)
    quantize_dynamic(tokens, out / "transformer.dynamic.onnx", weight_type=QuantType.QInt8)
    optimised(network, out / "convolutions.fused.onnx", ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED)
    optimised(tokens, out / "transformer.fused.onnx", ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED)
    for path in sorted(out.glob("*.onnx")):
        operators = sorted({f"{n.domain}.{n.op_type}".strip(".") for n in onnx.load(path).graph.node})
        print(f"{path.name} {path.stat().st_size}: {', '.join(operators)}")


main()
