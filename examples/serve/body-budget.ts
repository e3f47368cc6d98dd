// Bounds what the bodies of all requests take together.
import { HttpError, retryHeaders } from './http-error.ts';

/** What one request has of a budget. */
export interface Hold {
  /** @throws HttpError 503 when the bodies of all requests would take too much */
  add(bytes: number): void;
  /** Gives all of it back; a second call changes nothing. */
  release(): void;
}

/** The bytes that bodies may take together. */
export class BodyBudget {
  readonly #most: number;
  #held = 0;

  /** @param most the most bytes at a time */
  constructor(most: number) {
    this.#most = most;
  }

  /** Bytes that are held now. */
  get held(): number {
    return this.#held;
  }

  /** A part of the budget, empty at first. */
  hold(): Hold {
    let own = 0;
    let isReleased = false;
    return {
      add: (bytes) => {
        if (isReleased) return;
        if (this.#held + bytes > this.#most) {
          throw new HttpError(
            503,
            `the requests that are read take ${this.#held} bytes, this server holds ${this.#most}`,
            {
              ...retryHeaders(1000),
              Connection: 'close',
            },
          );
        }
        own += bytes;
        this.#held += bytes;
      },
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.#held -= own;
      },
    };
  }
}
