// Large JSON is read and written by another thread, as the server's own thread does it with small JSON.
import { afterAll, describe, expect, test } from 'vitest';
import { JsonThread } from '../../examples/serve/json-thread.ts';
import { readInferRequest } from '../../examples/serve/protocol/infer-request.ts';
import { writeInferResponse } from '../../examples/serve/protocol/infer-response.ts';
import { splitMessage } from '../../examples/serve/protocol/message.ts';
import { longestOwnDelay, tellsSchedule } from '../helpers/own-delay.ts';
import { echoOf, startServer } from './serve-models.ts';

const thread = new JsonThread();
afterAll(() => thread[Symbol.asyncDispose]());

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const tensor = (datatype: string, data: string, count: number): string =>
  `{"id":"a","inputs":[{"name":"x","datatype":"${datatype}","shape":[1,${count}],"data":${data}}]}`;
const told = (error: unknown): string => `${error instanceof Error ? error.name : ''}: ${String(error)}`;

const FACTS = {
  model: 'net',
  version: '1',
  request: { id: undefined, outputs: undefined, isBinary: false },
} as const;

describe('a large request', () => {
  test.each([
    ['no JSON', '{"inputs":['],
    ['no object', '[1]'],
    ['deep nesting', tensor('FP32', `${'['.repeat(100)}1${']'.repeat(100)}`, 1)],
    ['null', tensor('FP32', '[null]', 1)],
    ['another count', tensor('FP32', '[1,2,3]', 2)],
    ['FP16', tensor('FP16', '[1]', 1)],
    ['an unknown type', tensor('FP8', '[1]', 1)],
    ['a character zero', tensor('BYTES', '["\\u0000"]', 1)],
  ])('with %s is refused with the same words', async (_, text) => {
    const own = (() => readInferRequest(splitMessage(bytesOf(text), undefined))) as () => unknown;
    const there = await thread.read(bytesOf(text), undefined).catch(told);
    expect(there).toMatch(/^ProtocolError/);
    expect(there).toBe(await Promise.resolve().then(own).catch(told));
  });

  const pad = ' '.repeat(2 ** 18);
  test.each([
    ['INT64', '[9007199254740993,-9223372036854775808]'],
    ['UINT64', '[18446744073709551615,0]'],
    ['FP32', '[0.5,-1e-45]'],
    ['FP64', '[1e308,NaN]'],
    ['INT8', '[-128,127]'],
    ['BOOL', '[true,0]'],
    ['BYTES', '["a","é"]'],
    ['INT32', '[1.5,2]'],
    ['INT32', '[1,2147483648]'],
    ['INT64', '[1,9223372036854775808]'],
    ['FP32', '[1,1e39]'],
    ['BOOL', '[true,2]'],
    ['INT32', '["a",1]'],
    ['UINT8', '[true,1]'],
  ])('of %s %s is answered as a small one', async (datatype, data) => {
    const dtypes = {
      INT64: 'int64',
      UINT64: 'uint64',
      FP32: 'float32',
      FP64: 'float64',
      INT8: 'int8',
      BOOL: 'bool',
      BYTES: 'string',
      INT32: 'int32',
      UINT8: 'uint8',
    } as const;
    const dtype = Object.entries(dtypes).find(([name]) => name === datatype)?.[1] ?? 'float32';
    await using server = await startServer({ net: echoOf(dtype) });
    const answers = await Promise.all(
      ['', pad].map(async (space) => {
        const body = tensor(datatype, data, 2) + space;
        const response = await fetch(`${server.address}/v2/models/net/infer`, { method: 'POST', body });
        return [response.status, await response.text()];
      }),
    );
    expect(answers[1]).toEqual(answers[0]);
  });
});

describe('a large answer', () => {
  test('is the same, and leaves arrays that others see', async () => {
    const all = Float32Array.from({ length: 8 }, (_, i) => i / 3);
    const outputs = { y: { dtype: 'float32', shape: [4], data: all.subarray(2, 6) } } as const;
    const own = writeInferResponse(outputs, FACTS);
    const there = await thread.write(outputs, FACTS);
    expect(there.parts.map((part) => new TextDecoder().decode(part))).toEqual(
      own.parts.map((part) => new TextDecoder().decode(part)),
    );
    expect(all).toHaveLength(8);
  });
});

describe('the thread', () => {
  test('costs only the request in it when it dies', async () => {
    const program = `require('node:worker_threads').parentPort.on('message', function ({ bytes }) {
      if (bytes[0] === 0) process.exit(3);
      this.postMessage({ op: 'failed', isProtocol: true, message: 'alive' });
    });`;
    await using mortal = new JsonThread(program);
    const asked = [1, 0, 1, 0].map((first) => mortal.read(Uint8Array.of(first), undefined).catch(told));
    expect(await Promise.all(asked)).toEqual([
      expect.stringMatching(/^ProtocolError.*alive/),
      expect.stringMatching(/^HttpError.*has ended/),
      expect.stringMatching(/^ProtocolError.*alive/),
      expect.stringMatching(/^HttpError.*has ended/),
    ]);
  });

  test('ends, and refuses what comes later', async () => {
    const ended = new JsonThread();
    await ended[Symbol.asyncDispose]();
    await expect(ended.read(bytesOf('{}'), undefined)).rejects.toMatchObject({ status: 503 });
    expect(ended.id).toBeUndefined();
  });

  test.skipIf(!tellsSchedule())(
    'leaves the event loop free for 20 ms while it reads and writes 8 MiB',
    async () => {
      const numbers = Float32Array.from({ length: 2 ** 19 }, (_, i) => Math.sin(i));
      const text = tensor('FP32', `[${numbers.join(',')}]`, numbers.length);
      const bodies = [1, 2, 3, 4, 5].map(() => bytesOf(text));
      expect(bodies[0]?.byteLength).toBeGreaterThan(8 * 2 ** 20);
      await thread.read(bytesOf(tensor('FP32', '[1]', 1)), undefined);
      // A collection of garbage may keep the loop once in a while; what is read here would keep it each time.
      let delay = Number.POSITIVE_INFINITY;
      for (const body of bodies) {
        if (delay < 20) break;
        const outputs = { y: { dtype: 'float32', shape: [numbers.length], data: numbers } } as const;
        const work = async () => {
          const request = await thread.read(body, undefined);
          expect(request.feeds['x']?.data).toHaveLength(numbers.length);
          await thread.write({ y: { ...outputs.y, data: numbers.slice() } }, FACTS);
        };
        delay = await longestOwnDelay(work);
      }
      expect(delay).toBeLessThan(20);
    },
    90_000,
  );
});
