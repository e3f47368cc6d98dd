// Sends answers: JSON, text or bytes in pieces, compressed where the caller asks for it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';

const packers = { gzip: promisify(gzip), deflate: promisify(deflate) };

/** An answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: readonly Uint8Array[];
}

/** An answer in JSON. */
export function jsonAnswer(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  const json = new TextEncoder().encode(JSON.stringify(value));
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, parts: [json] };
}

/** An answer without a body. */
export const emptyAnswer = (status: number): Answer => ({ status, headers: {}, parts: [] });

/** An answer in plain text. */
export const textAnswer = (text: string, type = 'text/plain; charset=utf-8'): Answer => ({
  status: 200,
  headers: { 'Content-Type': type },
  parts: [new TextEncoder().encode(text)],
});

/** Sends an answer; returns when all of it is handed to the system or the caller has gone. */
export async function send(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  if (response.headersSent || response.destroyed) return;
  const encoding = answer.status === 200 ? encodingFor(request.headers['accept-encoding']) : undefined;
  const isPacked = encoding !== undefined && answer.parts.length > 0;
  const parts = isPacked ? [await packers[encoding](Buffer.concat(answer.parts))] : answer.parts;
  const length = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(isPacked ? { 'Content-Encoding': encoding, Vary: 'Accept-Encoding' } : {}),
    'Content-Length': length,
  });
  response.cork();
  for (const part of parts) response.write(part);
  response.end();
  response.uncork();
  await finished(response);
}

function finished(response: ServerResponse): Promise<void> {
  if (response.writableFinished || response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    response.once('close', () => resolve());
    response.once('finish', () => resolve());
  });
}

/** The compression that a caller asks for by name; others, a weight of 0 among them, get none. */
export function encodingFor(accepted: string | undefined): keyof typeof packers | undefined {
  for (const part of (accepted ?? '').split(',')) {
    const [name = '', ...rest] = part.split(';').map((each) => each.trim().toLowerCase());
    if (rest.some((each) => /^q=0(\.0*)?$/.test(each))) continue;
    if (name === 'gzip' || name === 'deflate') return name;
  }
  return undefined;
}
