// The generated files are what the generator writes, and its hand-written tables fit the schemas.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { phraseOf } from '../../codegen/typescript/attribute-lookup.ts';
import { ATTRIBUTE_LITERALS, ATTRIBUTE_PHRASES, DTYPE_ATTRIBUTES } from '../../codegen/typescript/attribute-table.ts';
import { describeTypes, specificationAddress } from '../../codegen/typescript/builder-docs.ts';
import { DTYPE_RULES, SHARED_VARIABLES } from '../../codegen/typescript/dtype-rules.ts';
import { findDrift } from '../../codegen/typescript/find-drift.ts';
import { generatedFiles } from '../../codegen/typescript/generated-files.ts';
import { MICROSOFT_LITERALS, MICROSOFT_PHRASES } from '../../codegen/typescript/microsoft-attributes.ts';
import { OPERATOR_FAMILIES } from '../../codegen/typescript/operator-families.ts';
import { ERROR_CODES } from '../../src/base/codes.ts';
import { op } from '../../src/build/op.ts';
import {
  type AttributeSchema,
  findSchema,
  latestOpset,
  type OperatorSchema,
  operatorNames,
} from '../../src/ops/schema.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const files = generatedFiles();

const current = operatorNames('').flatMap((name): OperatorSchema[] => {
  const schema = findSchema('', name, latestOpset('') ?? 0);
  return schema && !schema.deprecated ? [schema] : [];
});
const attributes: readonly (readonly [string, AttributeSchema])[] = current.flatMap((schema) =>
  [...schema.attributes.values()].map((attribute) => [schema.name, attribute] as const),
);
const attributeKeys = new Set(attributes.flatMap(([name, attribute]) => [attribute.name, `${name}.${attribute.name}`]));

const microsoftAttributes: readonly (readonly [string, AttributeSchema])[] = operatorNames('com.microsoft').flatMap(
  (name) => [...(findSchema('com.microsoft', name, 1)?.attributes.values() ?? [])].map((each) => [name, each] as const),
);

describe('generatedFiles', () => {
  test('are on disk as the generator writes them; npm run generate brings them up to date', () => {
    expect(findDrift(files, ROOT)).toEqual({ changed: [], stale: [] });
  });

  test('come out the same each time', () => {
    expect(generatedFiles()).toEqual(files);
  });

  test('have no line that ends in a blank, and end in one line break', () => {
    for (const [path, text] of files) {
      expect(text, path).not.toMatch(/[ \t]$/m);
      expect(text, path).toMatch(/[^\n]\n$/);
    }
  });

  test('document every error code', () => {
    for (const code of Object.keys(ERROR_CODES)) expect(files.get('docs/errors.md')).toContain(`\n## ${code}\n`);
  });

  test('list every operator of every domain', () => {
    const rows = files.get('docs/operators.md')?.match(/^\| \[/gm);
    expect(rows).toHaveLength(203 + 19 + 1 + 4 + 127 + 8);
  });
});

describe('findDrift', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dimwise-drift-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  beforeAll(() => {
    write('src/build/op/same.gen.ts', 'a\n');
    write('src/build/op/other.gen.ts', 'b\n');
    write('src/build/op/old.gen.ts', 'c\n');
    write('src/build/op/by-hand.ts', 'd\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('names files that differ, that are missing, and that are generated no more', () => {
    const wanted = new Map([
      ['src/build/op/same.gen.ts', 'a\n'],
      ['src/build/op/other.gen.ts', 'B\n'],
      ['docs/new.md', 'e\n'],
    ]);
    expect(findDrift(wanted, folder)).toEqual({
      changed: ['src/build/op/other.gen.ts', 'docs/new.md'],
      stale: ['src/build/op/old.gen.ts'],
    });
  });
});

describe('op', () => {
  test('has one function for each of the 201 current operators and those of com.microsoft, and nothing else', () => {
    const { microsoft, ...standard } = op;
    expect(Object.keys(standard).sort()).toEqual(current.map((schema) => schema.name).sort());
    expect(Object.keys(microsoft).sort()).toEqual(operatorNames('com.microsoft'));
    expect(current).toHaveLength(201);
  });

  test.each(current.map((schema) => [schema.name, schema] as const))(
    '%s documents its inputs and its specification',
    (name, schema) => {
      const [family] = Object.entries(OPERATOR_FAMILIES).find(([, rows]) => name in rows) ?? [''];
      const text = files.get(`src/build/op/${family}.gen.ts`) ?? '';
      const end =
        text.indexOf(`\nexport function ${name}<`) >= 0
          ? text.indexOf(`\nexport function ${name}<`)
          : text.indexOf(`\nexport function ${name}(`);
      const doc = text.slice(text.lastIndexOf('/**', end), end);
      for (const input of schema.inputs) expect(doc).toContain(` * @param ${input.name} `);
      for (const variable of schema.typeConstraints.keys()) expect(doc).toContain(` * - \`${variable}\`: `);
      expect(doc).toContain(` * @see https://onnx.ai/onnx/operators/onnx__${name}.html\n`);
      expect(doc).toMatch(/^\/\*\*\n \* [A-Z][^\n]+\.\n/);
    },
  );
});

describe('the tables of the builder', () => {
  test.each(attributes)('say what %s does with $name', (name, attribute) => {
    expect(ATTRIBUTE_PHRASES[`${name}.${attribute.name}`] ?? ATTRIBUTE_PHRASES[attribute.name]).toBeDefined();
  });

  test.each(microsoftAttributes)('say what com.microsoft.%s does with $name', (name, attribute) => {
    expect(phraseOf({ domain: 'com.microsoft', name }, attribute.name)).toBeDefined();
  });

  test('have no row of com.microsoft without an attribute', () => {
    const known = new Set(microsoftAttributes.flatMap(([name, { name: own }]) => [own, `${name}.${own}`]));
    const keys = [...Object.keys(MICROSOFT_PHRASES), ...Object.keys(MICROSOFT_LITERALS)];
    expect(keys.filter((key) => !known.has(key))).toEqual([]);
  });

  test('have no row without an attribute', () => {
    const keys = [...Object.keys(ATTRIBUTE_PHRASES), ...Object.keys(ATTRIBUTE_LITERALS), ...DTYPE_ATTRIBUTES];
    expect(keys.filter((key) => !attributeKeys.has(key))).toEqual([]);
  });

  test.each(attributes.filter(([, { kind }]) => kind === 'string'))(
    'list the default of a string of %s among its strings: $name',
    (name, attribute) => {
      const literals = ATTRIBUTE_LITERALS[`${name}.${attribute.name}`] ?? ATTRIBUTE_LITERALS[attribute.name];
      if (literals && attribute.default !== undefined) expect(literals).toContain(attribute.default);
      else
        expect(['equation', 'pattern', 'delimiter', 'locale', 'value_string', 'mode', 'direction']).toContain(
          attribute.name,
        );
    },
  );

  test('name in each rule a variable and an attribute that the operator has', () => {
    for (const [name, rule] of Object.entries(DTYPE_RULES)) {
      const schema = name.startsWith('com.microsoft.')
        ? findSchema('com.microsoft', name.slice('com.microsoft.'.length), 1)
        : current.find((row) => row.name === name);
      expect(schema?.typeConstraints.has(rule.variable), name).toBe(true);
      expect(schema?.attributes.get(rule.attribute)?.kind, name).toBe('int');
      expect(DTYPE_ATTRIBUTES.has(rule.attribute), name).toBe(true);
      expect(schema?.attributes.get(rule.attribute)?.required, name).toBe(rule.otherwise === undefined);
    }
    for (const [name, rows] of Object.entries(SHARED_VARIABLES)) {
      const schema = current.find((row) => row.name === name);
      for (const variable of Object.entries(rows).flat())
        expect(schema?.typeConstraints.has(variable), name).toBe(true);
    }
  });
});

describe('describeTypes', () => {
  test.each([
    [['tensor(float)', 'tensor(double)', 'tensor(float16)', 'tensor(bfloat16)'], 'floats'],
    [['tensor(float)', 'tensor(double)'], 'float32, float64'],
    [['tensor(int64)'], 'int64'],
    [['seq(tensor(int4))', 'seq(tensor(uint4))'], 'sequence of 4-bit integers'],
    [['tensor(bool)', 'seq(tensor(bool))', 'optional(tensor(bool))'], 'tensor, optional, sequence of bool'],
  ])('says of %j: %s', (allowed, text) => {
    expect(describeTypes(allowed)).toBe(text);
  });
});

describe('specificationAddress', () => {
  test.each([
    ['', 'Conv', 'onnx__Conv'],
    ['ai.onnx.ml', 'Scaler', 'onnx_aionnxml_Scaler'],
    ['ai.onnx.preview.training', 'Adam', 'onnx_aionnxpreviewtraining_Adam'],
  ])('spells the page of %s::%s as the specification does', (domain, name, page) => {
    expect(specificationAddress(domain, name)).toBe(`https://onnx.ai/onnx/operators/${page}.html`);
  });
});
