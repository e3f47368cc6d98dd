// Pictures are well-formed and refer to nothing outside, whatever names they show.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { axisTicks } from '../../codegen/html/axis-ticks.ts';
import { escapeMarkup } from '../../codegen/html/escape-markup.ts';
import { type FlameNode, flamePage } from '../../codegen/html/flame-page.ts';
import { linePlot } from '../../codegen/html/line-plot.ts';

const HOSTILE = [
  '</script><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='x",
  '&amp;<b>',
  '\u0000\u001b[2J',
  '\ud800',
  ']]>',
  '\u202eabc',
];

/** Checks tags, attributes and entities of XML; the names of the elements come back. */
function wellFormed(xml: string): readonly string[] {
  const open: string[] = [];
  const seen: string[] = [];
  let at = 0;
  for (const match of xml.matchAll(/<(\/?)([a-z]+)((?: [a-zA-Z:-]+="[^"<]*")*)(\/?)>/g)) {
    const between = xml.slice(at, match.index);
    expect(between).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot|#39);)/);
    at = match.index + match[0].length;
    const [, close, name = '', attributes = '', alone] = match;
    expect(attributes).not.toMatch(/&(?!(?:amp|lt|gt|quot|#39);)/);
    seen.push(name);
    if (close) expect(open.pop()).toBe(name);
    else if (!alone) open.push(name);
  }
  expect(open).toEqual([]);
  expect(xml.slice(at).trim()).toBe('');
  // oxlint-disable-next-line no-control-regex
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]|\p{Surrogate}/u);
  return seen;
}

const axis = (label: string, scale: 'linear' | 'logarithmic' = 'linear') => ({ label, scale, format: String });
const plot = (name: string, points: readonly (readonly [number, number])[]) =>
  linePlot({
    title: name,
    subtitle: name,
    panels: [
      { title: name, x: axis(name), y: axis(name), series: [{ name, points }] },
      {
        title: name,
        x: axis(name, 'logarithmic'),
        y: axis(name, 'logarithmic'),
        series: [{ name, points, isDashed: true }],
      },
    ],
  });

describe('linePlot', () => {
  test.each(HOSTILE)('is well-formed with the name %j', (name) => {
    const elements = new Set(wellFormed(plot(name, [[1, 2]])));
    expect([...elements].sort()).toEqual(['g', 'path', 'rect', 'style', 'svg', 'text', 'title']);
  });

  test('is well-formed for any names and numbers, and has no number that SVG cannot read', () => {
    const points = fc.array(fc.tuple(fc.double(), fc.double()), { maxLength: 6 });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), points, (name, given) => {
        const svg = plot(name, given);
        wellFormed(svg);
        for (const [, path = ''] of svg.matchAll(/ d="([^"]*)"/g)) expect(path).not.toMatch(/NaN|Infinity|undefined/);
      }),
      { numRuns: 60 },
    );
  });

  test('places greater values higher and further to the right, inside of the picture', () => {
    const svg = plot('a', [
      [1, 10],
      [2, 20],
      [4, 5],
    ]);
    const [marks] = [
      [...svg.matchAll(/<path class="mark s0" transform="translate\(([\d.]+) ([\d.]+)\)/g)].map(
        ([, x, y]) => [Number(x), Number(y)] as const,
      ),
    ];
    const [first, second, third] = marks;
    if (!first || !second || !third) expect.fail('marks are missing');
    else {
      expect(first[0]).toBeLessThan(second[0]);
      expect(second[0]).toBeLessThan(third[0]);
      expect(second[1]).toBeLessThan(first[1]);
      expect(first[1]).toBeLessThan(third[1]);
      for (const [x] of marks) expect(x).toBeLessThan(800);
    }
  });

  test('has colours for light and dark, and nothing from outside', () => {
    const svg = plot('a', [[1, 2]]);
    expect(svg).toContain('@media (prefers-color-scheme:dark)');
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|@import|href/);
  });
});

describe('axisTicks', () => {
  test.each(['linear', 'logarithmic'] as const)('covers all values of a %s axis with few rising ticks', (scale) => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), { minLength: 1 }), (values) => {
        const { low, high, ticks } = axisTicks(values, scale);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(9);
        expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
        const slack = 1 + 1e-9;
        expect(low).toBeLessThanOrEqual(Math.min(...values) * slack);
        expect(high * slack).toBeGreaterThanOrEqual(Math.max(...values));
      }),
    );
  });
});

const leaf = (name: string, value: number): FlameNode => ({ name, value, facts: [name], kind: 'node', children: [] });
const layer = (name: string, children: readonly FlameNode[]): FlameNode => ({
  name,
  value: children.reduce((sum, each) => sum + each.value, 0),
  facts: [name],
  kind: 'layer',
  children,
});

describe('flamePage', () => {
  test.each(HOSTILE)('escapes the name %j', (name) => {
    const page = flamePage({ title: name, subtitle: name, root: layer(name, [leaf(name, 1)]) });
    expect([...page.matchAll(/<script/g)]).toHaveLength(1);
    expect(page).not.toContain('<img');
    for (const [tag] of page.matchAll(/<button[^>]*>/g)) {
      expect(tag).toMatch(
        /^<button type="button" class="\w+" role="treeitem" aria-level="\d+" tabindex="-?\d" aria-label="[^"<]*" title="[^"<]*">$/,
      );
    }
  });

  test.each([1, 1e-6, 1e9])(
    'gives boxes the widths of their values, and a box of the keyboard: times of %d',
    (unit) => {
      const root = layer('m', [leaf('a', 3 * unit), leaf('b', unit)]);
      const page = flamePage({ title: 't', subtitle: 's', root });
      expect(
        [...page.matchAll(/class="box" role="none" style="flex:([\d.]+)"/g)].map(([, width]) => Number(width)),
      ).toEqual([1e6, 750_000, 250_000]);
      expect([...page.matchAll(/<button[^>]*tabindex="0"/g)]).toHaveLength(1);
    },
  );

  test('leaves out what is too narrow, and keeps its room', () => {
    const page = flamePage({ title: 't', subtitle: 's', root: layer('m', [leaf('a', 1), leaf('tiny', 1e-5)]) });
    expect(page).not.toContain('tiny');
    expect(page).toMatch(/class="rest" style="flex:10\.000"/);
  });

  test('has nothing from outside', () => {
    expect(flamePage({ title: 't', subtitle: 's', root: leaf('a', 1) })).not.toMatch(/https?:|url\(|@import|\bsrc=/);
  });
});

describe('escapeMarkup', () => {
  test('leaves plain text as it is', () => {
    expect(escapeMarkup('encoder.0 größe 数')).toBe('encoder.0 größe 数');
  });
});
