// How much inference may be asked to do for one graph; files come from anywhere, and a small one can ask for a lot.

/** The limits of one graph and of all bodies in it. */
export interface InferenceLimits {
  /** How deep calls of functions are followed. */
  readonly callDepth: number;
  /** How many nodes one call may stand for, all calls inside of it included. */
  readonly callNodes: number;
  /** The greatest rank of a value. */
  readonly rank: number;
  /** How many steps inference may take: one for each node and each known element, ten for each lookup of a dim expression. */
  readonly work: number;
}

/** The limits where nobody says otherwise. ONNX and ONNX Runtime follow calls as deep. */
export const INFERENCE_LIMITS: InferenceLimits = {
  callDepth: 100,
  callNodes: 200_000,
  rank: 1024,
  work: 10_000_000,
};
