// The recorded schema table says what onnx 1.23.1 and ONNX Runtime 1.30 say, version by version.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decodeDefault } from '../../src/ops/decode-schema.ts';
import {
  type AttributeSchema,
  type FormalParameter,
  findSchema,
  latestOpset,
  type OperatorSchema,
  operatorNames,
  runtimeOperatorNames,
  runtimeVersions,
  SCHEMA_DOMAINS,
  schemaVersions,
} from '../../src/ops/schema.ts';
import recorded from '../fixtures/schemas/digests.json' with { type: 'json' };

const countText = (count: number): string => (count === Infinity ? 'inf' : String(count));
const parameterText = ({ name, option, typeStr, isHomogeneous, minArity }: FormalParameter): string =>
  `${name} ${option} ${typeStr} ${isHomogeneous} ${minArity}`;

function floatBits(value: unknown): string {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, Number(value));
  return view.getUint32(0).toString(16).padStart(8, '0');
}

function defaultText({ kind, default: value }: AttributeSchema): string {
  if (value === undefined) return '-';
  const text = kind === 'float' || kind === 'floats' ? floatBits : String;
  return Array.isArray(value) ? value.map(text).join(' ') : text(value);
}

function schemaLines(schema: OperatorSchema): string[] {
  const { inputs, outputs, minInputs, maxInputs, minOutputs, maxOutputs } = schema;
  return [
    `version ${schema.sinceVersion} ${schema.deprecated}`,
    `function ${schema.hasFunctionBody}`,
    `counts ${[minInputs, maxInputs, minOutputs, maxOutputs].map(countText).join(' ')}`,
    ...inputs.map((row) => `in ${parameterText(row)}`),
    ...outputs.map((row) => `out ${parameterText(row)}`),
    ...[...schema.attributes.values()].map(
      (row) => `attribute ${row.name} ${row.kind} ${row.required} ${defaultText(row)}`,
    ),
    ...[...schema.typeConstraints.keys()]
      .sort()
      .map((name) => `type ${name} ${[...(schema.typeConstraints.get(name) ?? [])].sort().join(' ')}`),
  ];
}

const digest = (lines: string[]): string => createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
const versionsOf = (domain: string): OperatorSchema[] =>
  operatorNames(domain).flatMap((name) => schemaVersions(domain, name));

describe('the schema table', () => {
  test('says of every version of every operator what onnx and ONNX Runtime say', () => {
    const digests: Record<string, string> = {};
    for (const domain of SCHEMA_DOMAINS) {
      for (const name of operatorNames(domain)) {
        digests[`${domain}::${name}`] = digest(schemaVersions(domain, name).flatMap(schemaLines));
      }
    }
    for (const name of runtimeOperatorNames()) {
      digests[`runtime::${name}`] = digest(runtimeVersions(name).flatMap(schemaLines));
    }
    expect(digests).toEqual(recorded.digests);
  });

  test.each([
    ['', 203, 629, 2],
    ['ai.onnx.ml', 19, 25, 2],
    ['ai.onnx.preview', 1, 1, 0],
    ['ai.onnx.preview.training', 4, 4, 0],
    ['com.microsoft', 127, 127, 0],
    ['com.microsoft.nchwc', 8, 8, 0],
  ])(
    'has for domain "%s" %i operators in %i versions, %i of them deprecated now',
    (domain, operators, versions, deprecated) => {
      const newest = operatorNames(domain).map((name) => schemaVersions(domain, name).at(-1));
      expect(newest).toHaveLength(operators);
      expect(versionsOf(domain)).toHaveLength(versions);
      expect(newest.filter((schema) => schema?.deprecated)).toHaveLength(deprecated);
    },
  );

  test('knows a function body for 48 operators of ai.onnx', () => {
    const names = versionsOf('').flatMap((schema) => (schema.hasFunctionBody ? [schema.name] : []));
    expect(new Set(names).size).toBe(48);
  });

  test('never has a version above the latest opset of its domain', () => {
    for (const domain of SCHEMA_DOMAINS) {
      expect(Math.max(...versionsOf(domain).map((schema) => schema.sinceVersion))).toBe(latestOpset(domain));
    }
  });
});

describe('findSchema', () => {
  test.each([
    ['Conv', 1, 1],
    ['Conv', 10, 1],
    ['Conv', 11, 11],
    ['Conv', 21, 11],
    ['Conv', 22, 22],
    ['Conv', 28, 22],
    ['Squeeze', 12, 11],
    ['Squeeze', 13, 13],
    ['Gelu', 19, undefined],
    ['Gelu', 20, 20],
  ])('gives for %s at opset %i the version since %s', (name, opset, since) => {
    expect(findSchema('', name, opset)?.sinceVersion).toBe(since);
  });

  test('finds what ONNX Runtime adds to ai.onnx where the standard has no form', () => {
    expect(findSchema('', 'LayerNormalization', 16)?.sinceVersion).toBe(1);
    expect(findSchema('', 'LayerNormalization', 17)?.sinceVersion).toBe(17);
    expect(findSchema('ai.onnx', 'SimplifiedLayerNormalization', 21)?.domain).toBe('');
    expect(schemaVersions('', 'SimplifiedLayerNormalization')).toHaveLength(1);
    expect(findSchema('com.microsoft', 'SimplifiedLayerNormalization', 1)).toBeUndefined();
    expect(operatorNames('')).not.toContain('SimplifiedLayerNormalization');
  });

  test('takes ai.onnx as the name of the default domain', () => {
    expect(findSchema('ai.onnx', 'Relu', 21)).toBe(findSchema('', 'Relu', 21));
    expect(findSchema('ai.onnx', 'Relu', 21)?.domain).toBe('');
  });

  test.each([
    ['', 'Relux'],
    ['', 'constructor'],
    ['', '__proto__'],
    ['com.acme', 'Relu'],
    ['ai.onnx.ml', 'Relu'],
  ])('gives nothing for %s::%s', (domain, name) => {
    expect(findSchema(domain, name, 99)).toBeUndefined();
    expect(schemaVersions(domain, name)).toEqual([]);
  });

  test('decodes an operator once', () => {
    expect(findSchema('', 'Gemm', 13)).toBe(findSchema('', 'Gemm', 20));
  });

  test('has axes as an attribute of Squeeze 1 and as an input of Squeeze 13', () => {
    const old = findSchema('', 'Squeeze', 1);
    const now = findSchema('', 'Squeeze', 13);
    expect(old?.attributes.get('axes')?.kind).toBe('ints');
    expect(old?.maxInputs).toBe(1);
    expect(now?.attributes.has('axes')).toBe(false);
    expect(now?.inputs[1]).toMatchObject({ name: 'axes', option: 'optional', typeStr: 'tensor(int64)' });
  });

  test('keeps deprecated versions and says so', () => {
    expect(findSchema('', 'Upsample', 9)?.deprecated).toBe(false);
    expect(findSchema('', 'Upsample', 10)?.deprecated).toBe(true);
  });

  test('keeps the default of a float as the shortest decimal of its float32', () => {
    expect(findSchema('', 'LeakyRelu', 16)?.attributes.get('alpha')?.default).toBe(0.01);
    expect(findSchema('', 'Clip', 6)?.attributes.get('min')?.default).toBe(-3.4028235e38);
    expect(findSchema('', 'Selu', 6)?.attributes.get('gamma')?.default).toBe(1.050701);
  });

  test('marks required attributes and gives list defaults', () => {
    expect(findSchema('', 'Concat', 13)?.attributes.get('axis')).toMatchObject({ required: true, default: undefined });
    expect(findSchema('', 'MeanVarianceNormalization', 13)?.attributes.get('axes')?.default).toEqual([0, 2, 3]);
    expect(findSchema('', 'RNN', 22)?.attributes.get('activations')?.default).toEqual(['Tanh', 'Tanh']);
  });

  test('counts Loop without state as two inputs, and a variadic one without bound', () => {
    expect(findSchema('', 'Loop', 13)).toMatchObject({ minInputs: 2, maxInputs: Infinity, minOutputs: 1 });
    expect(findSchema('', 'Loop', 13)?.inputs[2]).toMatchObject({
      option: 'variadic',
      isHomogeneous: false,
      minArity: 0,
    });
  });
});

describe('decodeDefault', () => {
  test.each([
    ['int', '9223372036854775807', 2n ** 63n - 1n],
    ['int', '-9223372036854775808', -(2n ** 63n)],
    ['int', 9007199254740991, 9007199254740991],
    ['ints', [1, '9007199254740993'], [1, 9007199254740993n]],
    ['string', '12', '12'],
    ['strings', ['1', 'b'], ['1', 'b']],
    ['float', 0.5, 0.5],
  ] as const)('reads the default of a %s exactly: %j', (kind, value, expected) => {
    expect(decodeDefault(kind, value)).toEqual(expected);
  });
});
