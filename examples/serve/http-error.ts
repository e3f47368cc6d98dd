// The errors of the server with their HTTP status, and the status that each error of dimwise has.
import { isDimwiseError, PoolFullError } from 'dimwise';
import { ProtocolError } from './protocol/protocol-error.ts';

/** An answer that tells of a mistake. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** A request whose caller has gone; nobody reads the answer, logs and counts have the status. */
export const CALLER_GONE = 499;

/** The status of errors of dimwise that are not the caller's mistake; those have 400. */
const STATUSES: Readonly<Record<string, number>> = {
  POOL_FULL: 503,
  POOL_BROKEN: 503,
  SESSION_DISPOSED: 503,
  RUN_TIMEOUT: 504,
  RUN_CANCELLED: CALLER_GONE,
  // Not 503: proxies send those again by themselves, and a request that kills workers would kill the next one.
  WORKER_LOST: 500,
  RUNTIME_FAILED: 500,
  OUTPUT_MISMATCH: 500,
};

/** An error as the caller is told of it. */
export function httpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof ProtocolError) return new HttpError(400, error.message);
  if (!isDimwiseError(error)) return new HttpError(500, 'the server is at fault; its log has the reason');
  // Where in the server's source it came up is nothing to the caller.
  const message = error.errors.map(({ code, message: text }) => `${code}: ${text}`).join('\n');
  const status = Object.hasOwn(STATUSES, error.code) ? STATUSES[error.code] : undefined;
  const ofCaller = /^(FEED|DTYPE|RANK|OUTPUT)_/.test(error.code) ? 400 : 500;
  return new HttpError(
    status ?? ofCaller,
    message,
    error instanceof PoolFullError ? retryHeaders(error.retryAfter) : {},
  );
}

/** Tells when to come again: in whole seconds, as HTTP has it, and in milliseconds. */
export const retryHeaders = (milliseconds: number): Record<string, string> => ({
  'Retry-After': String(Math.max(1, Math.ceil(milliseconds / 1000))),
  'Retry-After-Ms': String(Math.max(1, Math.ceil(milliseconds))),
});
