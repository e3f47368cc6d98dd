// Targets: their names, their limits, and the IR version of each opset.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isDimwiseError } from '../../src/base/errors.ts';
import { VERSION } from '../../src/base/version.ts';
import { DEFAULT_TARGET, irVersionFor, ORT_RELEASES, parseTarget, targetNames } from '../../src/ir/target.ts';

describe('parseTarget', () => {
  test.each(targetNames())('reads %s', (name) => {
    expect(parseTarget(name).name).toBe(name);
  });

  test.each([
    { text: 'ort@1.30/cuda', opset: 26, ir: 13, provider: 'cuda' },
    { text: 'ort@1.30.2', opset: 26, ir: 13, provider: undefined },
    { text: 'ort@1.20/cpu', opset: 21, ir: 10, provider: 'cpu' },
    { text: 'onnx@1.23', opset: 28, ir: 14, provider: undefined },
  ])('knows what $text takes', ({ text, ...facts }) => {
    expect(parseTarget(text)).toMatchObject(facts);
  });

  test.each(['ort@1.30/tpu', 'ort@0.9', 'ort', '', 'onnx@1.23/cuda', 'ORT@1.30', 'ort@1.30/', 'tensorrt@8.6'])(
    'refuses "%s" and names what there is',
    (text) => {
      try {
        parseTarget(text);
        expect.unreachable();
      } catch (error) {
        expect(isDimwiseError(error) && [error.code, error.actual]).toEqual(['EMIT_TARGET', text]);
        expect(String(error)).toContain('ort@1.30');
      }
    },
  );

  test('suggests the nearest name', () => {
    expect(() => parseTarget('ort@1.30/cudda')).toThrow('did you mean ort@1.30/cuda?');
  });
});

describe('targets', () => {
  test('never take less in a newer release', () => {
    let before = { ir: 0, opset: 0, ml: 0 };
    for (const limits of ORT_RELEASES.values()) {
      expect(limits.ir).toBeGreaterThanOrEqual(before.ir);
      expect(limits.opset).toBeGreaterThanOrEqual(before.opset);
      before = limits;
    }
  });

  test('take an IR version that their newest opset needs', () => {
    for (const { ir, opset } of ORT_RELEASES.values()) expect(irVersionFor(opset)).toBeLessThanOrEqual(ir);
  });

  test('default to ONNX Runtime 1.30 with any provider', () => {
    expect(DEFAULT_TARGET).toMatchObject({ runtime: 'ort', version: '1.30', provider: undefined });
  });
});

describe('the documentation', () => {
  test('lists each release with its limits', () => {
    const page = readFileSync(new URL('../../docs/onnx-files.md', import.meta.url), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    const stated = rows.flatMap((row) => {
      const [, names = '', ir, opset, ml] = row.split('|').map((cell) => cell.trim());
      const [first = '', last = first] = [...names.matchAll(/`(\w+@[\d.]+)`/g)].map((match) => match[1] ?? '');
      const all = targetNames().filter((name) => !name.includes('/'));
      return all.slice(all.indexOf(first), all.indexOf(last) + 1).map((name) => [name, ir, opset, ml].join(' '));
    });
    const known = targetNames().filter((name) => !name.includes('/'));
    expect(stated).toEqual(known.map(parseTarget).map(({ name, ir, opset, ml }) => [name, ir, opset, ml].join(' ')));
  });
});

describe('irVersionFor', () => {
  // onnx.helper.VERSION_TABLE of onnx 1.23.1.
  test.each([
    [1, 3],
    [8, 3],
    [9, 4],
    [10, 5],
    [11, 6],
    [12, 7],
    [14, 7],
    [15, 8],
    [18, 8],
    [19, 9],
    [20, 9],
    [21, 10],
    [22, 10],
    [23, 11],
    [24, 12],
    [25, 13],
    [27, 13],
    [28, 14],
  ])('gives opset %i the IR version %i', (opset, ir) => {
    expect(irVersionFor(opset)).toBe(ir);
  });
});

describe('VERSION', () => {
  test('is the version of the package', () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ version: VERSION });
  });
});
