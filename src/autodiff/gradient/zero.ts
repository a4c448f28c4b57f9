/** Operators whose derivative is zero wherever it exists, by why that is so. */
import { noGradient, type RuleTable } from '../rule.js';

const byReason: Readonly<Record<string, string>> = {
  'constant between its jumps': `Floor Ceil Round Sign Hardmax DynamicQuantizeLinear ai.onnx.ml.Binarizer
    ai.onnx.ml.TreeEnsemble ai.onnx.ml.TreeEnsembleClassifier ai.onnx.ml.TreeEnsembleRegressor ai.onnx.ml.LabelEncoder
    ai.onnx.ml.CategoryMapper ai.onnx.ml.OneHotEncoder`,
  'yields truth values': 'Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor Not IsNaN IsInf',
  'yields indices': 'ArgMax ArgMin NonZero NonMaxSuppression',
  'yields sizes, or what is made of sizes alone': 'Shape Size ConstantOfShape EyeLike SequenceLength',
  'works on bits': 'BitwiseAnd BitwiseOr BitwiseXor BitwiseNot BitShift BitCast',
  'draws at random, whatever its input': 'RandomNormalLike RandomUniformLike Bernoulli Multinomial',
  'works on text or encoded pictures': 'StringConcat StringSplit StringNormalizer RegexFullMatch TfIdfVectorizer ImageDecoder',
  'makes windows and filters of integers': 'BlackmanWindow HannWindow HammingWindow MelWeightMatrix',
};

/** Why the derivative of an operator is zero, in words that follow its name. */
export const whyZero: ReadonlyMap<string, string> = new Map(
  Object.entries(byReason).flatMap(([reason, operators]) =>
    operators.split(/\s+/).map((operator) => [operator, reason] as const),
  ),
);

export const zeroGradient: RuleTable = Object.fromEntries([...whyZero.keys()].map((operator) => [operator, noGradient]));

/** Operators that have a derivative but no rule, and why. */
export const withoutRule: ReadonlyMap<string, string> = new Map([
  ['MaxRoiPool', 'which elements lie in a window is known only at run time; RoiAlign has a rule'],
  ['Loop', 'unless it runs a known number of times, up to 256, and is unrolled'],
  ['SequenceMap', 'its sequences have elements that are known only at run time'],
  ['ai.onnx.ml.SVMClassifier', 'no network of images has it'],
  ['ai.onnx.ml.SVMRegressor', 'no network of images has it'],
]);
