// The example server: routes, refusals, bounds, shutdown; told through HTTP.
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { InferenceClient } from '../../examples/serve/client.ts';
import { ECHO, echoOf, SLOW, startServer, type TestServer } from './serve-models.ts';

let shared: TestServer;
beforeAll(async () => {
  shared = await startServer({ echo: ECHO, ints: echoOf('int64'), floats: echoOf('float32'), texts: echoOf('string') });
});
afterAll(() => shared.server.close());

let own: TestServer | undefined;
afterEach(async () => {
  await own?.server.close();
  own = undefined;
});

const post = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(shared.address + path, { method: 'POST', body, headers });

const tensor = (datatype: string, data: string, shape = '[1,2]'): string =>
  `{"inputs":[{"name":"x","datatype":"${datatype}","shape":${shape},"data":${data}}]}`;

const steps = (count: number) =>
  ({ steps: { datatype: 'INT64', shape: [], data: BigInt64Array.of(BigInt(count)) } }) as const;

describe('the routes', () => {
  test.each([
    ['GET', '/v2', 200],
    ['GET', '/v2/', 200],
    ['GET', '/v2/health/live', 200],
    ['GET', '/v2/health/ready?verbose=1', 200],
    ['HEAD', '/v2/models/ints', 200],
    ['GET', '/v2/models/ints/versions/1', 200],
    ['GET', '/v2/models/stats', 200],
    ['POST', '/v2/repository/index', 200],
    ['GET', '/v2/models/ints/versions/2', 404],
    ['GET', '/v2/models/__proto__', 404],
    ['GET', '/v2/models/%E0%A4%A', 400],
    ['GET', '/', 404],
    ['GET', '/v3/models', 404],
    ['GET', '/v2/models/ints/infer', 405],
    ['DELETE', '/v2/models/ints', 405],
    ['POST', '/v2/repository/models/ints/load', 501],
    ['GET', '/v2/systemsharedmemory/status', 501],
  ])('answer %s %s with %d', async (method, path, status) => {
    const response = await fetch(shared.address + path, { method });
    expect(response.status).toBe(status);
    const text = await response.text();
    if (status >= 400) expect(JSON.parse(text)).toEqual({ error: expect.any(String) });
  });

  test('tell the shapes of a model with -1 for symbols', async () => {
    const client = new InferenceClient(shared.address);
    expect(await client.modelMetadata('floats')).toEqual({
      name: 'floats',
      versions: ['1'],
      platform: 'onnxruntime_onnx',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, -1] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, -1] }],
    });
  });
});

describe('JSON tensors', () => {
  test.each([
    ['ints', 'INT64', '[9007199254740993,-9223372036854775808]'],
    ['ints', 'INT64', '[[1,2]]'],
    ['floats', 'FP32', '[0.5,-1e-45]'],
    ['floats', 'FP32', '[NaN,-Infinity]'],
    ['texts', 'BYTES', '["NaN ~1234567890123456789","\\u00e4\\\\\\""]'],
  ])('come back from %s as they went: %s %s', async (model, datatype, data) => {
    const response = await post(`/v2/models/${model}/infer`, tensor(datatype, data));
    const text = await response.text();
    expect(response.status, text).toBe(200);
    const back = /"data":(\[.*\])\}\]/.exec(text)?.[1] ?? '';
    const flat = data.startsWith('[[') ? data.slice(1, -1) : data;
    if (datatype === 'BYTES') expect(JSON.parse(back)).toEqual(JSON.parse(data));
    else if (flat.includes('e-')) expect(JSON.parse(back)).toEqual([0.5, Math.fround(-1e-45)]);
    else expect(back).toBe(flat);
  });
});

describe('wrong requests', () => {
  test.each([
    ['no JSON', '{"inputs":', 400, /no JSON/],
    ['no object', '[1]', 400, /no JSON object/],
    ['no inputs', '{}', 400, /FEED_MISSING.*"x"/],
    ['a misspelt input', tensor('INT64', '[1,2]').replace('"x"', '"xx"'), 400, /FEED_UNKNOWN/],
    ['another rank', tensor('INT64', '[1,2]', '[2]'), 400, /rank/i],
    ['too few elements', tensor('INT64', '[1]'), 400, /has 1 elements, its shape \[1, 2\] has 2/],
    ['a fraction', tensor('INT64', '[1,2.5]'), 400, /2\.5/],
    ['too large an integer', tensor('INT64', '[1,9223372036854775808]'), 400, /9223372036854775808/],
    ['a text among numbers', tensor('INT64', '[1,"2"]'), 400, /"?2"?/],
    ['null', tensor('INT64', '[1,null]'), 400, /null/],
    ['another type', tensor('FP32', '[1,2]'), 400, /"x" is INT64, the request gives FP32/],
    ['an unknown type', tensor('BF16', '[1,2]'), 400, /"BF16"/],
    ['FP16 in JSON', tensor('FP16', '[1,2]'), 400, /binary data only/],
    ['a negative size', tensor('INT64', '[1,2]', '[-1,2]'), 400, /list of sizes/],
    ['a sequence', tensor('INT64', '[1,2]').replace('{', '{"parameters":{"sequence_id":7},'), 400, /sequence/],
  ])('are refused: %s', async (_, body, status, text) => {
    const response = await post('/v2/models/ints/infer', body);
    expect(response.status).toBe(status);
    expect(JSON.parse(await response.text()).error).toMatch(text);
  });

  test.each([
    ['a length beyond the body', '999', /from 0 to/],
    ['a length that is none', 'x', /"x"/],
    ['a length inside of the JSON', '5', /no JSON/],
  ])('are refused: %s', async (_, length, text) => {
    const headers = { 'Inference-Header-Content-Length': length };
    const response = await post('/v2/models/ints/infer', tensor('INT64', '[1,2]'), headers);
    expect(response.status).toBe(400);
    expect(JSON.parse(await response.text()).error).toMatch(text);
  });

  test('are refused: another number of binary bytes', async () => {
    const json = '{"inputs":[{"name":"x","datatype":"INT64","shape":[1,2],"parameters":{"binary_data_size":15}}]}';
    const body = Buffer.concat([Buffer.from(json), Buffer.alloc(16)]);
    const headers = { 'Inference-Header-Content-Length': String(json.length) };
    const response = await post('/v2/models/ints/infer', body, headers);
    expect(response.status).toBe(400);
    expect(JSON.parse(await response.text()).error).toContain('has 15 bytes, 2 elements of INT64 have 16');
  });

  test('are refused: what cannot be unpacked, and compressions that are not known', async () => {
    expect((await post('/v2/models/ints/infer', 'no gzip', { 'Content-Encoding': 'gzip' })).status).toBe(400);
    expect((await post('/v2/models/ints/infer', 'x', { 'Content-Encoding': 'br' })).status).toBe(415);
  });
});

describe('the bounds', () => {
  test('refuse large bodies with 413, announced, in chunks and unpacked', async () => {
    own = await startServer({ ints: echoOf('int64') }, { limits: { mostBody: 4096, mostJson: 1024 } });
    const url = `${own.address}/v2/models/ints/infer`;
    const packed = gzipSync(Buffer.alloc(100_000, 32));
    const stream = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 5; i++) controller.enqueue(new Uint8Array(1024));
        controller.close();
      },
    });
    const chunked: RequestInit & { duplex: 'half' } = { method: 'POST', body: stream, duplex: 'half' };
    expect((await fetch(url, { method: 'POST', body: Buffer.alloc(5000) })).status).toBe(413);
    expect((await fetch(url, chunked)).status).toBe(413);
    expect((await fetch(url, { method: 'POST', body: packed, headers: { 'Content-Encoding': 'gzip' } })).status).toBe(
      413,
    );
    expect((await fetch(url, { method: 'POST', body: ' '.repeat(2000) })).status).toBe(413);
  });

  test('refuse what the queue does not take with 503 and Retry-After, and the client sends it again', async () => {
    own = await startServer({ slow: SLOW }, { pool: { queue: 1 } });
    const patient = new InferenceClient(own.address, { retries: 50 });
    const hasty = new InferenceClient(own.address);
    const first = [patient.infer('slow', steps(1000)), patient.infer('slow', steps(1000))];
    const waiting = () => own?.models['slow']?.pool.stats.waiting;
    await expect.poll(waiting).toBe(1);
    await expect(hasty.infer('slow', steps(1))).rejects.toMatchObject({
      status: 503,
      retryAfter: expect.any(Number),
      message: expect.stringContaining('POOL_FULL'),
    });
    expect((await patient.infer('slow', steps(7))).outputs['done']?.data).toEqual(BigInt64Array.of(7n));
    await Promise.all(first);
  });

  test('answer 504 when the time of a request is over', async () => {
    own = await startServer({ slow: SLOW });
    const client = new InferenceClient(own.address);
    await expect(client.infer('slow', steps(3000), { timeout: 50 })).rejects.toMatchObject({ status: 504 });
  });

  test('close connections whose headers are too large or no HTTP, and say so', async () => {
    const { hostname, port } = new URL(shared.address);
    const said = (text: string): Promise<string> =>
      new Promise((resolve) => {
        let answer = '';
        const socket = connect(Number(port), hostname, () => socket.write(text));
        socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
        socket.once('close', () => resolve(answer));
      });
    expect(await said(`GET /v2 HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 .*"error"/s,
    );
    expect(await said('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*"error"/s);
  });
});

describe('a caller that goes', () => {
  test('ends its request', async () => {
    own = await startServer({ slow: SLOW });
    const client = new InferenceClient(own.address);
    const gone = new AbortController();
    const call = client.infer('slow', steps(3000), { signal: gone.signal });
    await expect.poll(() => own?.models['slow']?.pool.stats.running).toBe(1);
    gone.abort();
    await expect(call).rejects.toThrow();
    await expect.poll(() => own?.models['slow']?.pool.stats.cancelled).toBe(1);
    await expect.poll(() => own?.models['slow']?.counts.failures.CANCELED).toBe(1);
  });
});

describe('close', () => {
  test('answers what was taken, takes nothing more, and ends the workers', async () => {
    own = await startServer({ slow: SLOW });
    const client = new InferenceClient(own.address);
    const call = client.infer('slow', steps(200));
    const pool = own.models['slow']?.pool;
    await expect.poll(() => pool?.stats.running).toBe(1);
    const closed = own.server.close();
    expect(own.server.isReady).toBe(false);
    expect((await call).outputs['done']?.data).toEqual(BigInt64Array.of(200n));
    await closed;
    await expect(client.isLive()).rejects.toThrow();
    expect(pool?.stats.workers.every(({ state }) => state === 'closed')).toBe(true);
  });

  test('tells requests that take longer than the limit', async () => {
    own = await startServer({ slow: SLOW }, { limits: { drain: 50 } });
    const call = new InferenceClient(own.address).infer('slow', steps(5000));
    const refused = expect(call).rejects.toMatchObject({ status: 503 });
    await expect.poll(() => own?.models['slow']?.pool.stats.running).toBe(1);
    await own.server.close();
    await refused;
  });
});

describe('the metrics', () => {
  test('count requests under the names of Triton, in the format of Prometheus', async () => {
    own = await startServer({ ints: echoOf('int64') });
    const client = new InferenceClient(own.address);
    const x = { datatype: 'INT64', shape: [3, 1], data: BigInt64Array.of(1n, 2n, 3n) } as const;
    await client.infer('ints', { x });
    await expect(client.infer('ints', {})).rejects.toMatchObject({ status: 400 });
    const text = await (await fetch(`${own.address}/metrics`)).text();
    expect(text).toContain('nv_inference_request_success{model="ints",version="1"} 1\n');
    expect(text).toContain('nv_inference_request_failure{model="ints",version="1",reason="OTHER"} 1\n');
    expect(text).toContain('nv_inference_count{model="ints",version="1"} 1\n');
    for (const line of text.trim().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[\d.e+-]+)$/);
    }
  });
});
