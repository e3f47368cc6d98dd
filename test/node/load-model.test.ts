// Model files are found a model in, and what is wrong with them is placed on their own lines and columns.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as dimwise from 'dimwise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setPlaceMapper } from '../../src/base/origin.ts';
import { loadModel } from '../../src/node/load-model.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-load-'));
});
afterAll(() => {
  setPlaceMapper(undefined);
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;
const write = (source: string, ending = 'ts', name = `file${count++}`): string => {
  const path = join(folder, `${name}.${ending}`);
  writeFileSync(path, source);
  return path;
};

const load = (path: string) => loadModel(path, { dimwise });

interface Failure {
  readonly code: string;
  readonly message: string;
  /** `file.ts:line:column` without the folder. */
  readonly place: string | undefined;
  readonly hint: string | undefined;
}

async function failure(path: string): Promise<Failure> {
  try {
    await load(path);
  } catch (error) {
    if (!dimwise.isDimwiseError(error)) throw error;
    const place = error.origin?.site?.place;
    return {
      code: error.code,
      message: error.message,
      place: place && `${place.line}:${place.column}`,
      hint: error.hint,
    };
  }
  return { code: 'none', message: '', place: undefined, hint: undefined };
}

describe('loadModel', () => {
  test.each([
    ['a model', `import { dense, model } from 'dimwise';\nexport default model(dense(3), { name: 'net' });`, 'net'],
    ['a layer', `import { dense } from 'dimwise';\nexport default dense(3);`, 'layer'],
    ['a function', `import { dense } from 'dimwise';\nconst d = dense(3);\nexport default (x: any) => d(x);`, 'fn'],
    ['a promise', `import { dense, model } from 'dimwise';\nexport default Promise.resolve(model(dense(3)));`, 'model'],
  ])('takes %s', async (_, source, name) => {
    const model = await load(write(source, 'ts', name));
    expect(model).toBeInstanceOf(dimwise.DefinedModel);
    expect(model.name).toBe(name);
    expect(model.state === 'defined' && model.bind([2, 5]).state).toBe('bound');
  });

  test('gives JavaScript modules the same copy of dimwise', async () => {
    const path = write(`import { dense, model } from 'dimwise';\nexport default model(dense(3));`, 'mjs');
    expect(await load(path)).toBeInstanceOf(dimwise.DefinedModel);
  });

  test('takes bound and compiled models, told by their form', async () => {
    const bound = `import { dense, model } from 'dimwise';\nexport default model(dense(3)).initialize().bind([2, 5])`;
    expect((await load(write(bound))).state).toBe('bound');
    expect((await load(write(`${bound}.compile()`))).state).toBe('compiled');
  });

  test('follows imports of other files, whose places are theirs', async () => {
    write(`import { dense } from 'dimwise';\nexport const layer = () =>\n   dense(-1);\n`, 'ts', 'part');
    const path = write(
      `import { model } from 'dimwise';\nimport { layer } from './part.ts';\nexport default model(layer());`,
    );
    expect(await failure(path)).toMatchObject({ code: 'LAYER_ARGUMENT', place: '3:4' });
  });

  test.each([
    [
      'a layer argument',
      `import { model,\n  dense } from 'dimwise';\ntype T = number;\nexport default model(\n  dense(4 as T, { activation: 'rellu' as never }));`,
      'LAYER_ARGUMENT',
      '5:3',
    ],
    [
      'an operator',
      `import { model, op } from 'dimwise';\ninterface A { a: number }\nexport default model((a, b) => {\n  const c = op.MatMul(a, b);\n  return op.Relu(c); }, { inputs: { a: [2, 20], b: [3, 4] } });`,
      'SHAPE_MISMATCH',
      '4:16',
    ],
    [
      'a line after a block comment',
      `/*\n * Two lines.\n */\nimport { dense } from 'dimwise'; /* one */ export default   dense(0.5);`,
      'LAYER_ARGUMENT',
      '4:61',
    ],
  ])('places a mistake in %s at the author’s own column', async (_, source, code, place) => {
    expect(await failure(write(source))).toMatchObject({ code, place });
  });

  test.each([
    ['exports nothing', 'export const a = 1;', 'exports nothing by default', undefined],
    ['exports a number', 'export default 3;', 'exports a value of type number', undefined],
    [
      'exports something with another state',
      `export default { state: 'defined', name: 'x' };`,
      'type object',
      undefined,
    ],
    ['does not parse', 'export default {\n  a: 1,\n  b: = 2\n};', 'Unexpected token', '3:6'],
    ['throws', 'const a: any = undefined;\nexport default   a.b.c;', "reading 'b'", '2:20'],
    [
      'imports a file that is not there',
      `import x from './nope.ts';\nexport default x;`,
      "Cannot find module './nope.ts'",
      '1:27',
    ],
  ])('refuses a file that %s', async (_, source, fact, place) => {
    const path = write(source);
    const error = await failure(path);
    expect(error).toMatchObject({ code: 'MODEL_LOAD', place });
    expect(error.message).toContain(path);
    expect(error.message).toContain(fact);
  });

  test('says that there is no such file, or that it is a folder', async () => {
    expect(await failure(join(folder, 'missing.ts'))).toMatchObject({ code: 'FILE_READ' });
    expect((await failure(folder)).message).toContain('it is a folder');
  });
});
