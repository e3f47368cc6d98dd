// The inputs of worked cases of operators that have many.

/**
 * The inputs of a worked case.
 *
 * @param lines types in text form, separated by `; `, `-` where an input is absent
 */
export function inputsOf(...lines: readonly string[]): readonly (string | null)[] {
  return lines.flatMap((line) => line.split('; ')).map((text) => (text === '-' ? null : text));
}
