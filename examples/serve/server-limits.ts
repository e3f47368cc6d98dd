// What bounds a server: sizes, times and numbers, with their defaults.

/** The bounds of a server. */
export interface ServerLimits {
  /** The most bytes of the body of a request, packed and unpacked; 64 MiB by default. */
  readonly mostBody: number;
  /** The most bytes of JSON in it; 64 MiB by default. */
  readonly mostJson: number;
  /** The most bytes of the bodies of all requests that are not answered; 256 MiB by default. */
  readonly mostBodies: number;
  /** The most connections; 1024 by default. */
  readonly mostConnections: number;
  /** Milliseconds in which the headers of a request must be there; 10,000 by default. */
  readonly headersTimeout: number;
  /** Milliseconds in which a request must be there; 60,000 by default. */
  readonly requestTimeout: number;
  /** Milliseconds after which a connection that nothing goes through is closed; 120,000 by default. */
  readonly idleTimeout: number;
  /** Milliseconds that a connection is kept for the next request; 5000 by default. */
  readonly keepAlive: number;
  /** Milliseconds in which requests are still answered after the server was told to end; 10,000 by default. */
  readonly drain: number;
}

/** The bounds by default. */
export const DEFAULT_LIMITS: ServerLimits = {
  mostBody: 2 ** 26,
  mostJson: 2 ** 26,
  mostBodies: 2 ** 28,
  mostConnections: 1024,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  idleTimeout: 120_000,
  keepAlive: 5000,
  drain: 10_000,
};
