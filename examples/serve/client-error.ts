// The error of a client that a server has refused, or answered with what is no answer.

/** A request that was not answered as it should be. */
export class InferenceError extends Error {
  override readonly name = 'InferenceError';
  /** The HTTP status; 0 where the answer itself is at fault. */
  readonly status: number;
  /** Milliseconds after which the server wants to be asked again; undefined where it says nothing. */
  readonly retryAfter: number | undefined;

  constructor(status: number, message: string, retryAfter?: number) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}
