// The official checker and ONNX Runtime as judges of checks: what they refuse is found, in the table's models and in mutants of node cases.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { checkModel } from '../../../codegen/onnx/check/check-model.ts';
import type { Finding } from '../../../codegen/onnx/check/finding.ts';
import { OnnxModel, readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import { isDimwiseError } from '../../../src/base/errors.ts';
import { BESIDE_CASES } from './wrong-beside.ts';
import { NAME_CASES } from './wrong-names.ts';
import { NODE_CASES } from './wrong-nodes.ts';
import { REST_CASES } from './wrong-rest.ts';
import { STRUCTURE_CASES } from './wrong-structure.ts';
import { TYPE_CASES } from './wrong-types.ts';

type Checker = '' | 'basic' | 'full';
type Mutant = readonly [name: string, change: string, model: string, checker: Checker, runtime: string];

const FOLDER = new URL('../../fixtures/checks/', import.meta.url);
const mutants: readonly Mutant[] = JSON.parse(
  gunzipSync(readFileSync(new URL('mutants.json.gz', FOLDER))).toString('utf8'),
);
/** Models that state a size of -1, which exporters write for a size that they do not know. */
const minusOne: readonly Mutant[] = JSON.parse(
  gunzipSync(readFileSync(new URL('minus-one.json.gz', FOLDER))).toString('utf8'),
);
const verdicts = new Map(
  (JSON.parse(readFileSync(new URL('cases.json', FOLDER), 'utf8')) as [string, Checker, string][]).map(
    ([what, checker, runtime]) => [what, { checker, runtime }],
  ),
);

/** What the CPU provider lacks, and what is up to libraries of operators, is no mistake of the model. */
const isRefusal = (runtime: string): boolean =>
  runtime !== '' &&
  !/NOT_IMPLEMENTED|not a registered function|during initialization|not currently registered/.test(runtime);

const errorsOf = (findings: readonly Finding[]) => findings.filter(({ severity }) => severity === 'error');

function findingsOf(model: string, target?: string): readonly Finding[] {
  try {
    return checkModel(readOnnx(Buffer.from(model, 'base64')), { target });
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return error.errors.map(({ code, message }) => ({ code, severity: 'error', message, path: [], hint: '' }));
  }
}

describe('checkModel beside the judges', () => {
  const cases = [...STRUCTURE_CASES, ...NAME_CASES, ...NODE_CASES, ...TYPE_CASES, ...REST_CASES, ...BESIDE_CASES];

  test('every wrong model of the table was judged', () => {
    expect([...verdicts.keys()].sort()).toEqual(cases.map(({ what }) => what).sort());
  });

  test.each(cases.map((one) => [one.what, one] as const))(
    'finds an error where a judge refuses %s',
    (what, { wrong }) => {
      const { checker = '', runtime = '' } = verdicts.get(what) ?? {};
      const model = new OnnxModel(wrong);
      if (checker) expect(errorsOf(checkModel(model, { target: 'onnx@1.23' }))).not.toEqual([]);
      if (isRefusal(runtime)) expect(errorsOf(checkModel(model))).not.toEqual([]);
    },
  );

  test('finds an error in mutants that the official checker refuses', () => {
    const refused = mutants.filter(([, , , checker]) => checker !== '');
    const missed = refused.filter(([, , model]) => errorsOf(findingsOf(model, 'onnx@1.23')).length === 0);
    expect(refused.length).toBeGreaterThan(900);
    expect(missed.map(([name, change, , checker]) => `${name}: ${change}: ${checker}`)).toEqual([]);
  });

  test('finds an error in sizes of -1 that the official checker refuses, with it as target', () => {
    const refused = minusOne.filter(([, , , checker]) => checker !== '');
    const missed = refused.filter(([, , model]) => errorsOf(findingsOf(model, 'onnx@1.23')).length === 0);
    expect(refused.length).toBeGreaterThan(100);
    expect(missed.map(([name, change, , checker]) => `${name}: ${change}: ${checker}`)).toEqual([]);
    const noted = minusOne.filter(([, , model]) => findingsOf(model).some(({ code }) => code === 'VALUE_SIZE'));
    expect(noted).toEqual(minusOne);
  });

  test('finds an error in mutants that ONNX Runtime refuses, where the operator is known', () => {
    const refused = mutants.filter(([, , , , runtime]) => isRefusal(runtime));
    const missed = refused.filter(([, , model]) => {
      const findings = findingsOf(model);
      return errorsOf(findings).length === 0 && !findings.some(({ code }) => code === 'OP_CUSTOM');
    });
    expect(refused.length).toBeGreaterThan(600);
    expect(missed.map(([name, change, , , runtime]) => `${name}: ${change}: ${runtime}`)).toEqual([]);
  });

  test('finds in mutants that both take nothing but what no run could do, or what a run contradicts', () => {
    const taken = mutants.filter(([, , , checker, runtime]) => checker === '' && runtime === '');
    const codes = taken.flatMap(([, , model]) => errorsOf(findingsOf(model, 'onnx@1.23')).map(({ code }) => code));
    expect(taken.length).toBeGreaterThan(100);
    expect([...new Set(codes)].sort()).toEqual([
      'ATTRIBUTE_INVALID',
      'OP_INVALID',
      'RANK_MISMATCH',
      'SHAPE_MISMATCH',
      'VALUE_CONTRADICTION',
      'VALUE_SIZE',
    ]);
  });
});
