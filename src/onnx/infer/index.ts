import type { Info, Operation } from '../graph.js';

export function infer(_operation: Operation, _opset: number): readonly Info[] {
  return [];
}
