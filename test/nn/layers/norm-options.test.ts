// The table of options of normalizations in docs/layers.md says what the layers do where nothing is said.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { formatShape, model } from '../../../src/index.ts';

const PAGE = readFileSync(new URL('../../../docs/layers.md', import.meta.url), 'utf8');
const [, SECTION = ''] = PAGE.split('## The options of normalizations in three libraries');

/** The column of dimwise by row. */
const TABLE = new Map(
  [...(SECTION.split('\n## ')[0] ?? '').matchAll(/^\| ([^|]+) \| ([^|]+) \|/gm)].map(([, row = '', own = '']) => [
    row.trim(),
    own.trim(),
  ]),
);

const NORMS: Readonly<Record<string, (options?: dw.NormOptions) => dw.Layer>> = {
  batchNorm: dw.batchNorm,
  layerNorm: dw.layerNorm,
  rmsNorm: dw.rmsNorm,
  groupNorm: (options) => dw.groupNorm(3, options),
  instanceNorm: dw.instanceNorm,
};

/** The cell of a row that begins so, and the layers that the row speaks of: those that it names, or all. */
function rowOf(start: string): { readonly cell: string; readonly layers: readonly string[] } {
  const [row = '', cell = ''] = [...TABLE].find(([text]) => text.startsWith(start)) ?? [];
  const named = [...row.matchAll(/`(\w+)`/g)].flatMap(([, name]) => (name ? [name] : []));
  return { cell, layers: named.length > 0 ? named : Object.keys(NORMS) };
}

/** A layer bound by images of other sizes along each axis. */
function bound(name: string, options?: dw.NormOptions) {
  const layer = NORMS[name];
  if (!layer) throw new Error(`no layer ${name}`);
  return model(layer(options), { inputs: { x: ['n', '?', '?', '?'] } }).bind([2, 6, 5, 7]);
}

const parametersOf = (name: string, options?: dw.NormOptions): Record<string, string> =>
  Object.fromEntries(
    bound(name, options).graph.parameters.map((value) => [value.name ?? '', formatShape(value.shape)]),
  );

describe('the table of options of normalizations', () => {
  test('has a row for each of the options, and names layers that are tried here', () => {
    const starts = ['added to', 'scale', 'shift', 'running statistics', 'normalized axes', 'channels'];
    expect(starts.map((start) => rowOf(start).cell).filter(Boolean)).toHaveLength(starts.length);
    expect([...TABLE.keys()].filter((row) => row && !starts.some((start) => row.startsWith(start)))).toEqual([]);
    const layers = starts.flatMap((start) => rowOf(start).layers);
    expect(layers.filter((name) => !NORMS[name])).toEqual([]);
  });

  const { cell, layers } = rowOf('added to');
  test.each(layers)('%s adds to the variance what the table says', (name) => {
    const [, option = '', number = ''] = /^`(\w+)`, (.+)$/.exec(cell) ?? [];
    const epsilon = (options?: dw.NormOptions) =>
      [...bound(name, options).graph.nodes()].map((node) => node.attribute('epsilon'))[0];
    expect(epsilon()).toEqual({ kind: 'float', value: Number(number) });
    expect(epsilon({ [option]: 0.25 })).toEqual({ kind: 'float', value: 0.25 });
  });

  test.each([
    ['scale', 'weight'],
    ['shift', 'bias'],
  ])('%s is a parameter by default, and none where the option is false', (row, parameter) => {
    const [, option = '', given] = /^`(\w+)`, (true|false)$/.exec(rowOf(row).cell) ?? [];
    for (const name of rowOf(row).layers) {
      // A root mean square normalization has nothing to shift by.
      if (name === 'rmsNorm' && parameter === 'bias') continue;
      const has = (options?: dw.NormOptions) => Object.keys(parametersOf(name, options)).includes(parameter);
      expect([name, has(), has({ [option]: false })]).toEqual([name, given === 'true', false]);
    }
  });

  test('running statistics are always used', () => {
    expect(rowOf('running statistics').cell).toBe('always used');
    expect(Object.keys(parametersOf('batchNorm'))).toEqual(expect.arrayContaining(['runningMean', 'runningVar']));
  });

  test.each(rowOf('normalized axes').layers)('%s normalizes the last axis', (name) => {
    expect(rowOf('normalized axes').cell).toBe('the last, or `normalizedShape`');
    expect(parametersOf(name).weight).toBe('[7]');
    expect(parametersOf(name, JSON.parse('{ "normalizedShape": [5, 7] }')).weight).toBe('[5, 7]');
  });

  test.each(rowOf('channels').layers)('%s has its channels along the axis that the table says', (name) => {
    const [, axis = ''] = /^axis (\d)$/.exec(rowOf('channels').cell) ?? [];
    expect(parametersOf(name).weight).toBe(`[${[2, 6, 5, 7][Number(axis)]}]`);
  });
});
