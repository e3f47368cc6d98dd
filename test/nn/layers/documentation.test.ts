// The page of layers names every layer that the package exports.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { isLayer } from '../../../src/index.ts';

const page = readFileSync(new URL('../../../docs/layers.md', import.meta.url), 'utf8');
const index = readFileSync(new URL('../../../src/index.ts', import.meta.url), 'utf8');

/** The functions that src/index.ts exports from the folder of layers. */
const exported = [...index.matchAll(/export \{([^}]*)\} from '\.\/nn\/layers\//g)]
  .flatMap((match) => (match[1] ?? '').split(','))
  .map((name) => name.trim())
  .filter((name) => name !== '' && !name.startsWith('type '));

describe('docs/layers.md', () => {
  test.each(exported)('names %s', (name) => {
    expect(page).toMatch(new RegExp(`\\b${name}\\b`));
  });

  test('is held to all layers', () => {
    expect(exported.length).toBeGreaterThan(40);
  });

  test('shows a layer of its own that binds', () => {
    const weight = new dw.Parameter({ shape: ['?', 4], layout: 'io' });
    const linear = dw.defineLayer({
      kind: 'linear',
      parameters: { weight },
      apply: ({ parameters }, x: dw.Value): dw.Value => dw.op.MatMul(x, parameters.weight),
    });
    expect(isLayer(linear)).toBe(true);
    dw.model(linear).bind([2, 3]);
    expect(String(weight)).toBe('weight float32(3, 4)');
  });
});
