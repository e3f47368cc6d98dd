// Same definition, same seed: the same bytes, whatever was bound, drawn or compiled before.
import { dense, dropout, model, relu, sequential } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { lenet } from '../../examples/lenet.ts';
import { encoder } from '../../examples/transformer.ts';
import { CONTRACT_KEY, contractFromJson, contractToJson } from '../../src/ir/contract.ts';

const net = () => model(sequential(dense(8), relu(), dropout(0.1), dense(3)));
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

describe('compile', () => {
  test('gives the same bytes for the same seed', () => {
    const make = (): Uint8Array => net().initialize({ seed: 5 }).bind([2, 4]).compile().bytes();
    expect(same(make(), make())).toBe(true);
  });

  test('gives other bytes for another seed', () => {
    const make = (seed: number): Uint8Array => net().initialize({ seed }).bind([2, 4]).compile().bytes();
    expect(same(make(5), make(6))).toBe(false);
  });

  test('gives the same bytes when it is called twice', () => {
    const bound = net().initialize().bind([2, 4]);
    expect(same(bound.compile().bytes(), bound.compile().bytes())).toBe(true);
  });

  test('leaves the bound graph as it is', () => {
    const bound = net().initialize().bind([2, 4]);
    const ops = (): string => Array.from(bound.graph.nodes(), ({ op }) => op).join(' ');
    const before = ops();
    bound.compile();
    expect(ops()).toBe(before);
    expect(before).toContain('dropout');
  });

  test('does not depend on the sizes of the batch that was bound', () => {
    const make = (rows: number): Uint8Array => net().initialize().bind([rows, 4]).compile().bytes();
    expect(same(make(2), make(7))).toBe(true);
  });

  test('keeps the weights of a first bind in a second one', () => {
    const twice = net().initialize({ seed: 1 });
    const first = twice.bind([2, 4]).compile().bytes();
    expect(same(twice.bind([5, 4]).compile().bytes(), first)).toBe(true);
    const static5 = twice.bind([5, 4], { static: true }).compile();
    expect(static5.graph.inputs[0]?.shape.map((dim) => dim.kind)).toEqual(['const', 'const']);
    expect(same(twice.bind([2, 4]).compile().bytes(), first)).toBe(true);
  });

  test('does not depend on when weights are asked for, or on the order of initialize and bind', () => {
    const early = net().initialize({ seed: 2 });
    early.bind([2, 4]);
    for (const cell of early.parameters().values()) cell.data();
    const late = net();
    const bound = late.bind([2, 4]);
    late.initialize({ seed: 2 });
    const plain = net().initialize({ seed: 2 }).bind([2, 4]).compile().bytes();
    expect(same(early.bind([2, 4]).compile().bytes(), plain)).toBe(true);
    expect(same(bound.compile().bytes(), plain)).toBe(true);
  });

  test('draws anew on forceReinit', () => {
    const again = net().initialize({ seed: 1 });
    again.bind([2, 4]);
    again.initialize({ seed: 2, forceReinit: true });
    expect(
      same(again.bind([2, 4]).compile().bytes(), net().initialize({ seed: 2 }).bind([2, 4]).compile().bytes()),
    ).toBe(true);
  });

  test.each([
    ['lenet', lenet, ['batch', 1, 28, 28]],
    ['transformer', encoder, ['batch', 'seq', 64]],
  ] as const)('writes the contract of %s into the model, as it can be read again', (_name, define, sizes) => {
    const compiled = define().initialize().bind(sizes).compile();
    const entry = compiled.emit().message.metadataProps?.find(({ key }) => key === CONTRACT_KEY);
    expect(entry?.value).toBe(contractToJson(compiled.contract));
    expect(contractFromJson(entry?.value ?? '')).toEqual(compiled.contract);
    expect(Object.keys(compiled.contract.symbols)).toEqual(sizes.filter((size) => typeof size === 'string'));
  });
});
