// Clients that send slowly, or too many of them: the server answers 408, closes, and serves the others.
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { echoOf, startServer, type TestServer } from './serve-models.ts';

let own: TestServer | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await own?.server.close();
  own = undefined;
});

/** Opens a connection, says something, and collects what comes until the server closes it. */
function said(address: string, text: string): { readonly answer: Promise<string>; readonly opened: Promise<void> } {
  const { hostname, port } = new URL(address);
  let answer = '';
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  socket.on('error', () => {});
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
  const opened = new Promise<void>((resolve) => {
    socket.once('connect', () => {
      socket.write(text);
      resolve();
    });
  });
  return { opened, answer: new Promise((resolve) => socket.once('close', () => resolve(answer))) };
}

const HEAD = 'POST /v2/models/ints/infer HTTP/1.1\r\nHost: x\r\n';

describe('a client that is slow', () => {
  test.each([
    ['its headers', `${HEAD}X-Half: `],
    ['its body', `${HEAD}Content-Length: 1000\r\n\r\n{"inputs":`],
  ])('with %s gets 408, and is cut off', async (_, text) => {
    own = await startServer({ ints: echoOf('int64') }, { limits: { headersTimeout: 1000, requestTimeout: 1500 } });
    expect(await said(own.address, text).answer).toMatch(/^HTTP\/1\.1 408 .*"error":"the request took too long/s);
    const live = async (): Promise<number> => (await fetch(`${own?.address}/v2/health/live`)).status;
    await expect.poll(live, { timeout: 20_000 }).toBe(200);
  });

  test('gives back what it held of the memory for bodies', async () => {
    own = await startServer({ ints: echoOf('int64') }, { limits: { headersTimeout: 1000, requestTimeout: 1500 } });
    await said(own.address, `${HEAD}Content-Length: 1000\r\n\r\n{"inputs":`).answer;
    const held = async (): Promise<string | undefined> =>
      /^dimwise_server_body_bytes (\d+)$/m.exec(await (await fetch(`${own?.address}/metrics`)).text())?.[1];
    await expect.poll(held, { timeout: 20_000 }).toBe('0');
  });
});

describe('more connections than are taken', () => {
  test('are closed, and taken again when others go', async () => {
    own = await startServer({ ints: echoOf('int64') }, { limits: { mostConnections: 2 } });
    const first = said(own.address, '');
    const second = said(own.address, '');
    await Promise.all([first.opened, second.opened]);
    expect(await said(own.address, 'GET /v2 HTTP/1.1\r\nHost: x\r\n\r\n').answer).toBe('');
    for (const socket of sockets.splice(0)) socket.destroy();
    const live = async (): Promise<string> =>
      said(own?.address ?? '', 'GET /v2/health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n').answer;
    await expect.poll(live, { timeout: 20_000 }).toMatch(/^HTTP\/1\.1 200 /);
  });
});
