/** A number that docs/limits.md states, and that its script finds again. */
export interface Finding {
  readonly label: string;
  readonly value: number;
}

export const finding = (label: string, value: number): Finding => ({ label, value });
