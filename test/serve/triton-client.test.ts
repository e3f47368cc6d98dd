// What NVIDIA's client says, byte by byte as it was recorded, gets the answers that it took for right.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { gunzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ECHO, startServer, type TestServer } from './serve-models.ts';

interface Exchange {
  readonly name: string;
  readonly request: string;
  readonly answer: string;
}

const exchanges: readonly Exchange[] = JSON.parse(
  readFileSync(new URL('../fixtures/serve/tritonclient-2.73.0.json', import.meta.url), 'utf8'),
);

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ echo: ECHO });
});
afterAll(() => server.server.close());

/** Sends bytes and reads until the server closes the connection. */
function talk(request: Buffer): Promise<Buffer> {
  const { hostname, port } = new URL(server.address);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const all = Buffer.concat(chunks);
      const length = /\r\ncontent-length: (\d+)/i.exec(all.toString('latin1'))?.[1];
      const start = all.indexOf('\r\n\r\n') + 4;
      if (start > 3 && length !== undefined && all.length >= start + Number(length)) {
        socket.destroy();
        resolve(all);
      }
    });
    socket.once('error', reject);
  });
}

/** The parts of an answer that are the same whenever it is given; compressed bodies are compared as they are unpacked. */
function readAnswer(bytes: Buffer) {
  const start = bytes.indexOf('\r\n\r\n') + 4;
  const [status, ...lines] = bytes.subarray(0, start).toString('latin1').trim().split('\r\n');
  const encoding = lines.find((line) => /^content-encoding/i.test(line))?.split(': ')[1];
  const packed = bytes.subarray(start);
  const body = encoding === 'gzip' ? gunzipSync(packed) : encoding === 'deflate' ? inflateSync(packed) : packed;
  const headers = lines.filter((line) => !/^(date|content-length):/i.test(line));
  return { status, headers, body: body.toString('base64') };
}

describe('the server', () => {
  test('has recorded exchanges of all sorts', () => {
    expect(exchanges.length).toBeGreaterThanOrEqual(25);
  });

  test.each(exchanges)('answers the client of Triton: $name', async ({ request, answer }) => {
    const got = await talk(Buffer.from(request, 'base64'));
    expect(readAnswer(got)).toEqual(readAnswer(Buffer.from(answer, 'base64')));
  });
});
