// How much inference may be asked to do for one graph; files come from anywhere, and a small one can ask for a lot.

/** The limits of one graph and of all bodies in it. */
export interface InferenceLimits {
  /** How deep calls of functions are followed. */
  readonly callDepth: number;
  /** How many nodes one call may stand for, all calls inside of it included. */
  readonly callNodes: number;
  /** The greatest rank of a value. */
  readonly rank: number;
  /** How many steps inference may take, 100 for each node beside: some 0.2 microseconds each, whatever is done. */
  readonly work: number;
}

/** The limits where nobody says otherwise. ONNX and ONNX Runtime follow calls as deep. */
export const INFERENCE_LIMITS: InferenceLimits = {
  callDepth: 100,
  callNodes: 200_000,
  rank: 1024,
  work: 2_000_000,
};
