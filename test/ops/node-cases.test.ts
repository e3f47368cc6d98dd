// The node cases of onnx 1.23.1 as judge: how many are exact in each form, what the rest depend on, and that none is contradicted.
import { describe, expect, test } from 'vitest';
import { parseType } from '../../src/ir/type-text.ts';
import {
  CONTAINERS,
  OPEN_WITH_CONSTANTS,
  OPEN_WITH_SYMBOLS,
  OPEN_WITH_SYMBOLS_FOR_1,
  type OpenCases,
} from './node-cases/open-cases.ts';
import { OPEN_AS_THEY_ARE, OPEN_AT_ZERO } from './node-cases/open-in-forms.ts';
import { nodeCasesPage } from './node-cases/page.ts';
import { type CaseKind, type NodeCase, readCases } from './node-cases/read-cases.ts';
import { type CaseResult, FORMS, runCase } from './node-cases/run-case.ts';

type FormName = keyof typeof FORMS;
type Judged = readonly (readonly [NodeCase, CaseResult])[];

const CASES = readCases();
const results = new Map<FormName, Judged>();

/** All cases in a form, judged once. */
function judged(name: FormName): Judged {
  const known = results.get(name) ?? CASES.map((one) => [one, runCase(one, FORMS[name])] as const);
  results.set(name, known);
  return known;
}

/** The exact cases of each kind, of 1,679, 180 and 25. */
const EXACT: readonly (readonly [FormName, Record<CaseKind, number>])[] = [
  ['constants', { array: 1604, message: 180, container: 21 }],
  ['stated', { array: 1679, message: 180, container: 20 }],
  ['asTheyAre', { array: 1386, message: 180, container: 20 }],
  ['eachAxis', { array: 1597, message: 180, container: 20 }],
  ['eachSize', { array: 1598, message: 180, container: 20 }],
  ['mayBeZero', { array: 1473, message: 180, container: 20 }],
  ['unknown', { array: 1472, message: 180, container: 20 }],
];

/** One test runs 1,884 models; a loaded machine takes its time. */
const PATIENCE = 120_000;

describe('the node cases of onnx', () => {
  test('are 1,884: of arrays, of messages for element types that numpy lacks, of containers', () => {
    const count = (kind: CaseKind): number => CASES.filter((one) => one.kind === kind).length;
    expect([count('array'), count('message'), count('container')]).toEqual([1679, 180, 25]);
  });

  describe.each(EXACT)('in the form %s', (name, exact) => {
    test('contradict nothing that is inferred', { timeout: PATIENCE }, () => {
      const wrong = judged(name).filter(([, { outcome }]) => outcome === 'wrong');
      expect(wrong.map(([one, { mistakes }]) => `${one.name}: ${mistakes.join('; ')}`)).toEqual([]);
    });

    test('are as many exact ones as counted', { timeout: PATIENCE }, () => {
      const count = (kind: CaseKind): number =>
        judged(name).filter(([one, { outcome }]) => one.kind === kind && outcome === 'exact').length;
      expect({ array: count('array'), message: count('message'), container: count('container') }).toEqual(exact);
    });
  });

  test('leave open with constants what only values of a run tell, and nothing else', () => {
    expect(openTensors('constants')).toEqual(named(OPEN_WITH_CONSTANTS));
  });

  test('leave open with symbols what numbers would tell beside that', () => {
    expect(openTensors('eachSize', 'constants')).toEqual(named(OPEN_WITH_SYMBOLS));
    expect(openTensors('eachAxis', 'constants')).toEqual(named([...OPEN_WITH_SYMBOLS, ...OPEN_WITH_SYMBOLS_FOR_1]));
  });

  test('leave open as they are what the listed inputs tell beside that', () => {
    const found = new Map<string, Record<string, number>>();
    for (const [one, types] of openTensors('asTheyAre', 'constants')) {
      const op = opOf(one);
      const counts = found.get(op) ?? {};
      counts[types] = (counts[types] ?? 0) + 1;
      found.set(op, counts);
    }
    expect(found).toEqual(new Map(OPEN_AS_THEY_ARE.map(({ op, cases }) => [op, cases])));
  });

  test.each(['mayBeZero', 'unknown'] as const)('leave open in the form %s what a Reshape makes of 0', (name) => {
    const found = new Map<string, number>();
    for (const [one] of openTensors(name, 'eachAxis')) {
      const op = opOf(one);
      found.set(op, (found.get(op) ?? 0) + 1);
      expect(operatorsOf(one), one).toContain('Reshape');
    }
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(OPEN_AT_ZERO.map((row) => [row.op, row[name]])));
  });

  test('of sequences and optionals have the listed types', () => {
    const found = judged('constants').flatMap(([one, { types }]) =>
      one.kind === 'container' ? [[one.name, types]] : [],
    );
    expect(Object.fromEntries(found)).toEqual(CONTAINERS);
  });

  test('are in the table of the docs; `npx vitest run test/ops/node-cases.test.ts -u` writes it', async () => {
    await expect(nodeCasesPage(judged)).toMatchFileSnapshot('../../docs/node-cases.md');
  });
});

describe('runCase', () => {
  const given = (change: (one: NodeCase) => Partial<NodeCase>): CaseResult => {
    const one = CASES.find(({ name }) => name === 'test_matmul_2d');
    if (!one) throw new Error('test_matmul_2d is no case');
    return runCase({ ...one, ...change(one) }, FORMS.eachAxis);
  };
  const output = (text: string): CaseResult =>
    given(() => ({ outputs: [{ kind: 'tensor', text, ...parseType(text) }] }));

  test('takes what the case gives as exact', () => {
    expect(given(() => ({}))).toEqual({ outcome: 'exact', mistakes: [], types: 'float32[3, 3]' });
  });

  test.each([
    ['size', 'float32[3, 4]'],
    ['rank', 'float32[3]'],
    ['element type', 'int32[3, 3]'],
  ])('finds a wrong %s', (_, text) => {
    expect(output(text)).toMatchObject({ outcome: 'wrong', mistakes: [`output 0 is ${text}, not float32[s0, s3]`] });
  });

  test('finds sizes that break a condition', () => {
    const broken = given(({ inputs: [first] }) => ({
      inputs: first ? [first, { kind: 'tensor', text: '', ...parseType('float32[5, 3]') }] : [],
    }));
    expect(broken.outcome).toBe('wrong');
    expect(broken.mistakes).not.toEqual([]);
  });

  test('tells the case whose rule breaks', () => {
    const broken = given(() => ({
      read: () => {
        throw new RangeError('no model');
      },
    }));
    expect(broken).toEqual({ outcome: 'wrong', mistakes: ['threw RangeError: no model'], types: '' });
  });
});

/** The inferred types of the tensor cases that a form leaves open, without those that another form leaves open too. */
function openTensors(name: FormName, without?: FormName): Map<string, string> {
  const open = (form: FormName): [string, string][] =>
    judged(form).flatMap(([one, { outcome, types }]) =>
      one.kind !== 'container' && outcome !== 'exact' ? [[one.name, types] satisfies [string, string]] : [],
    );
  const known = new Map(without ? open(without) : []);
  return new Map(open(name).filter(([one]) => !known.has(one)));
}

function named(table: readonly OpenCases[]): Map<string, string> {
  for (const { op, cases } of table) for (const one of Object.keys(cases)) expect(opOf(one), one).toBe(op);
  return new Map(table.flatMap(({ cases }) => Object.entries(cases)));
}

const byName = new Map(CASES.map((one) => [one.name, one]));
const opOf = (name: string): string => byName.get(name)?.op ?? '';
const operatorsOf = (name: string): string[] => [...(byName.get(name)?.read().graph.nodes() ?? [])].map(({ op }) => op);
