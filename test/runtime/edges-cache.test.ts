// Models are known again by all that their contract can depend on, and by nothing else.
import { createSession, dense, model, op, readOnnx, sequential, tensor, type Value } from 'dimwise';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { edgesOfBytes, type ModelEdges } from '../../src/runtime/edges.ts';
import { EdgesCache } from '../../src/runtime/edges-cache.ts';

const CPU = { providers: 'cpu' } as const;

/** A model whose first weight takes more bytes than inference reads, and the second fewer. */
const bytesOf = (seed: number): Uint8Array =>
  model(sequential(dense(300, { activation: 'relu' }), dense(2)), { inputs: { x: ['batch', 10] } })
    .initialize({ seed })
    .bind([1, 10])
    .compile()
    .bytes();

const EDGES: ModelEdges = edgesOfBytes(bytesOf(1));

/** Asks a cache, and tells whether it had to read. */
function isRead(cache: EdgesCache, bytes: Uint8Array, key = 'key'): boolean {
  let read = false;
  cache.edgesOf(bytes, key, () => {
    read = true;
    return { edges: EDGES, message: decodeModel(bytes) };
  });
  return read;
}

/** Where the raw data of the first weight lies. */
function largeWeight(bytes: Uint8Array): { start: number; end: number } {
  const data = decodeModel(bytes).graph?.initializer?.find(({ name }) => name === '0.weight')?.rawData;
  if (!(data instanceof Uint8Array)) throw new TypeError('the weight has no raw data');
  const start = data.byteOffset - bytes.byteOffset;
  return { start, end: start + data.length };
}

describe('EdgesCache', () => {
  test('reads models of the same content once, whichever array has it', () => {
    const cache = new EdgesCache();
    const bytes = bytesOf(1);
    expect(isRead(cache, bytes)).toBe(true);
    expect(isRead(cache, bytes)).toBe(false);
    expect(isRead(cache, Buffer.concat([Buffer.alloc(3), bytes]).subarray(3))).toBe(false);
    expect(isRead(cache, bytes, 'other limits')).toBe(true);
  });

  test('takes a model with any other byte for another one, but for the bytes of large weights', () => {
    const bytes = bytesOf(1);
    const { start, end } = largeWeight(bytes);
    expect(end - start).toBe(12_000);
    const cache = new EdgesCache();
    isRead(cache, bytes);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = bytes.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        let read = false;
        const ask = () =>
          cache.edgesOf(changed, 'key', () => {
            read = true;
            throw new RangeError('not known');
          });
        if (at >= start && at < end) expect(ask().contract).toBe(EDGES.contract);
        else expect(ask).toThrow('not known');
        return read === !(at >= start && at < end);
      }),
      { numRuns: 300 },
    );
  });

  test('is not misled by a caller who changes bytes later', () => {
    const cache = new EdgesCache();
    const bytes = bytesOf(1);
    const before = bytes.slice();
    isRead(cache, bytes);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    expect(isRead(cache, before)).toBe(false);
    expect(() =>
      cache.edgesOf(bytes, 'key', () => {
        throw new RangeError('not known');
      }),
    ).toThrow('not known');
  });

  test('keeps so many models, and forgets the one that was asked for longest ago', () => {
    const cache = new EdgesCache({ entries: 2 });
    const [a, b, c] = [2, 3, 4].map((width) =>
      model(dense(width), { inputs: { x: ['n', 2] } })
        .initialize({ seed: 1 })
        .bind([1, 2])
        .compile()
        .bytes(),
    );
    if (!a || !b || !c) throw new RangeError('three models');
    expect([a, b, a, c, a, b].map((bytes) => isRead(cache, bytes))).toEqual([true, true, false, true, false, true]);
  });

  test('keeps so many bytes, and none of a model that is a large part of them', () => {
    const bytes = bytesOf(1);
    const { start, end } = largeWeight(bytes);
    const size = bytes.length - (end - start);
    const none = new EdgesCache({ bytes: 4 * size - 1 });
    expect([isRead(none, bytes), isRead(none, bytes)]).toEqual([true, true]);
    const keys = ['1', '2', '3', '4', '5'];
    const four = new EdgesCache({ bytes: 4 * size });
    for (const key of keys) isRead(four, bytes, key);
    expect(keys.toReversed().map((key) => isRead(four, bytes, key))).toEqual([false, false, false, false, true]);
  });

  test('gives each session maps of its own, and a contract that nobody changes', () => {
    const cache = new EdgesCache();
    const bytes = bytesOf(1);
    const read = () => ({ edges: EDGES, message: decodeModel(bytes) });
    const first = cache.edgesOf(bytes, 'key', read);
    if (first.inputs instanceof Map) first.inputs.clear();
    expect([...cache.edgesOf(bytes, 'key', read).inputs.keys()]).toEqual(['x']);
    expect(Object.isFrozen(first.contract.inputs['x']?.shape)).toBe(true);
  });
});

describe('createSession', () => {
  test('runs weights as they are, however well the model is known', async () => {
    const answers: unknown[] = [];
    for (const seed of [1, 2, 1]) {
      await using session = await createSession(bytesOf(seed), CPU);
      answers.push((await session.run(new Float32Array(10).fill(1)))['output']?.data);
    }
    expect(answers[0]).toEqual(answers[2]);
    expect(answers[0]).not.toEqual(answers[1]);
  });

  test('holds opened models that differ in one small constant to their own contracts', async () => {
    const inRows = (columns: number): Uint8Array =>
      model((x: Value) => op.Reshape(x, [-1, columns]), { inputs: { x: tensor('float32', ['n']) } })
        .bind({ x: ['n'] })
        .compile()
        .bytes();
    const constraints: (readonly string[])[] = [];
    for (const columns of [3, 4, 3]) {
      const opened = readOnnx(inRows(columns)).with({ metadataProps: [] });
      await using session = await createSession(opened, CPU);
      constraints.push(session.contract.constraints.map(({ expr }) => expr));
    }
    expect(inRows(3)).toHaveLength(inRows(4).length);
    expect(constraints).toEqual([['3 | n'], ['4 | n'], ['3 | n']]);
  });
});
