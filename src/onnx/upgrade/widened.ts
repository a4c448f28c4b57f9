/**
 * Bumps that leave every older node as it is: the operator took in more types, negative axes, broadcasting, attributes whose default is
 * what was always done, or its text became clearer. With the steps these are all bumps there are; a test holds both against ONNX's own list.
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Operators by the version that widened them. */
export const widened: Readonly<Record<number, readonly string[]>> = {
  7: words(`
    AveragePool
  `),
  8: words(`
    Max MaxPool Mean Min Sum
  `),
  9: words(`
    Cast Constant Flatten Gemm Greater Less MatMul PRelu
  `),
  10: words(`
    AveragePool MaxPool
  `),
  11: words(`
    ArgMax ArgMin AveragePool Compress Concat Constant Conv ConvTranspose DepthToSpace Equal Flatten Gather Gemm Hardmax If
    LogSoftmax Loop LpPool MaxPool MaxUnpool NonMaxSuppression OneHot ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax
    ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Scan Slice Softmax Split Squeeze TopK Unsqueeze
  `),
  12: words(`
    ArgMax ArgMin Clip Constant GatherND Max MaxPool Min Pow ReduceMax ReduceMin
  `),
  13: words(`
    Abs Add ArgMax ArgMin Cast Ceil Clip Concat Constant DepthToSpace DequantizeLinear Div Dropout Equal Erf Exp Expand
    Flatten Floor Gather GatherElements GatherND Gemm Greater Identity If IsNaN LRN Less Log Loop MatMul Max Mean
    MeanVarianceNormalization Min Mod Mul Neg NegativeLogLikelihoodLoss NonZero Pad Pow QuantizeLinear Reciprocal ReduceL1
    ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSumSquare Relu Reshape
    ScatterElements ScatterND Shape Sigmoid Sign Size Slice SoftmaxCrossEntropyLoss SpaceToDepth Sqrt Sub Sum Tanh Tile
    Transpose
  `),
  14: words(`
    Add CumSum Div GRU Identity LSTM Mul RNN Relu Reshape Sub
  `),
  15: words(`
    BatchNormalization Pow Shape
  `),
  16: words(`
    GreaterOrEqual Identity If LeakyRelu LessOrEqual Loop PRelu Scan ScatterElements ScatterND Where
  `),
  18: words(`
    LpPool OptionalGetElement OptionalHasElement Pad Resize ScatterElements ScatterND
  `),
  19: words(`
    AveragePool Cast CastLike Constant DequantizeLinear Equal Identity If Loop Pad QuantizeLinear Reshape Resize Scan Shape
    Size
  `),
  20: words(`
    ConstantOfShape IsInf IsNaN ReduceMax ReduceMin
  `),
  21: words(`
    Cast CastLike Constant ConstantOfShape DequantizeLinear Flatten Identity If Loop Pad QLinearMatMul QuantizeLinear Reshape
    Scan Shape Size Squeeze Transpose Unsqueeze
  `),
  22: words(`
    Acos Acosh Asin Asinh Atan Atanh AveragePool Bernoulli Conv ConvTranspose Cos Cosh DeformConv Det Dropout Elu EyeLike GRU
    GlobalAveragePool GlobalLpPool GlobalMaxPool GridSample HardSigmoid HardSwish InstanceNormalization LSTM LpNormalization
    LpPool MaxPool MaxRoiPool MaxUnpool Mish Multinomial NegativeLogLikelihoodLoss RNN RandomNormal RandomNormalLike
    RandomUniform RandomUniformLike RoiAlign Round Selu Sin Sinh Softplus Softsign Tan ThresholdedRelu
  `),
  23: words(`
    Cast CastLike Constant ConstantOfShape DequantizeLinear Flatten Identity If Loop Pad QuantizeLinear Reshape Scan Shape
    Size Squeeze Transpose Unsqueeze
  `),
  24: words(`
    Attention Cast CastLike Constant ConstantOfShape DequantizeLinear Flatten Identity If Loop Pad QuantizeLinear Reshape Scan
    Shape Size SplitToSequence Squeeze TopK Transpose Unsqueeze
  `),
  25: words(`
    Attention Cast CastLike Constant ConstantOfShape DequantizeLinear Flatten Identity If Loop Pad QuantizeLinear Reshape Scan
    Shape Size Squeeze Transpose Unsqueeze
  `),
};
