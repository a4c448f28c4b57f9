/** Reads what a value holds, as far as it is known before running. */
import { elementCount } from '../../tensor/tensor.js';
import type { Dim, Value } from '../graph.js';
import { type DType, isFloat, isInteger, type Tensor, toNumbers } from '../tensor.js';

/** Content of larger tensors is not followed. */
export const most = 64;

const readable = (dtype: DType): boolean => isFloat(dtype) || dtype === 'bool' || isInteger(dtype);

/** The numbers that a value holds, where all are known: a constant of any numeric type, or a small tensor that was followed. */
export function numbersOf(value: Value | undefined): number[] | undefined {
  if (!value) return undefined;
  const { elements } = value.info;
  if (elements) return elements.every((entry) => typeof entry === 'number') ? [...elements] : undefined;
  return value.tensor && readable(value.tensor.dtype) ? toNumbers(value.tensor) : undefined;
}

/** The single number that a value holds. */
export function numberOf(value: Value | undefined): number | undefined {
  const content = value?.info.shape?.some((dim) => dim !== 1) ? undefined : numbersOf(value);
  return content?.length === 1 ? content[0] : undefined;
}

/** The content of a small value in row-major order, names for the sizes that only running tells. */
export function contentOf(value: Value | undefined): readonly Dim[] | undefined {
  return value?.info.elements ?? (value?.tensor && smallContent(value.tensor));
}

/** The numbers of a small constant. */
export function smallContent(tensor: Tensor): readonly number[] | undefined {
  return elementCount(tensor.shape) <= most && readable(tensor.dtype) ? toNumbers(tensor) : undefined;
}
