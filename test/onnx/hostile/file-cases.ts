// Bad files that need a file system: what stands in place of a model, and external data of every hostile kind.
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '../../../src/base/codes.ts';
import { graph, node, nodesModel, value } from './build.ts';
import { plain } from './wire-cases.ts';

/** A path that must be refused; what stands there is built in an empty folder. */
export interface FileCase {
  readonly name: string;
  readonly code: ErrorCode;
  readonly says: string;
  /** Builds the files and gives the path of the model. */
  readonly bad: (folder: string) => string;
  readonly good: (folder: string) => string;
  /** Whether commands that only look at shapes take it. */
  readonly shapesTakeIt?: boolean;
}

type Entries = Readonly<Record<string, string>>;

/** A model with external data of 16 bytes. */
const external = (entries: Entries): Uint8Array =>
  nodesModel([node('Relu', 'x', 'y')], {
    initializers: [
      {
        name: 'w',
        dataType: 1,
        dims: [4],
        dataLocation: 1,
        externalData: Object.entries(entries).map(([key, text]) => ({ key, value: text })),
      },
    ],
  });

/** Writes a model that refers to external data, in the folder `models`, beside which `secret.bin` lies. */
function refer(folder: string, entries: Entries): string {
  const models = join(folder, 'models');
  mkdirSync(join(models, 'sub'), { recursive: true });
  writeFileSync(join(folder, 'secret.bin'), new Uint8Array(64));
  writeFileSync(join(models, 'w.bin'), new Uint8Array(64));
  writeFileSync(join(models, 'sub', 'w.bin'), new Uint8Array(64));
  const path = join(models, 'model.onnx');
  writeFileSync(path, external(entries));
  return path;
}

const good = (folder: string): string => refer(folder, { location: 'w.bin' });

/** A case whose entries alone are bad. */
const entry = (name: string, says: string, bad: Entries, fine: Entries = { location: 'w.bin' }): FileCase => ({
  name,
  code: 'EXTERNAL_DATA',
  says,
  bad: (folder) => refer(folder, bad),
  good: (folder) => refer(folder, fine),
});

/** A case where something else than a regular file of the folder stands at `data.bin`. */
const special = (
  name: string,
  says: string,
  make: (path: string, folder: string) => void,
  more: Partial<FileCase> = {},
): FileCase => ({
  name,
  code: 'EXTERNAL_DATA',
  says,
  bad: (folder) => {
    const path = refer(folder, { location: 'data.bin' });
    make(join(folder, 'models', 'data.bin'), folder);
    return path;
  },
  good: (folder) => {
    const path = refer(folder, { location: 'data.bin' });
    writeFileSync(join(folder, 'models', 'data.bin'), new Uint8Array(16));
    return path;
  },
  ...more,
});

/** A case where something else than a model stands at the path. */
const inPlace = (
  name: string,
  says: string,
  make: (path: string) => void,
  code: ErrorCode = 'FILE_READ',
): FileCase => ({
  name,
  code,
  says,
  bad: (folder) => {
    const path = join(folder, 'model.onnx');
    make(path);
    return path;
  },
  good: (folder) => {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, plain());
    return path;
  },
});

const fifo = (path: string): void => {
  execFileSync('mkfifo', [path]);
};

/** A body in which a tensor refers to a file. */
function inBody(folder: string): string {
  const path = refer(folder, { location: 'w.bin' });
  const initializer = [
    { name: 'w', dataType: 1, dims: [4], dataLocation: 1, externalData: [{ key: 'location', value: '../secret.bin' }] },
  ];
  const branches = {
    then_branch: { g: graph([], [], ['x'], { initializer }) },
    else_branch: { g: graph([], [], ['x']) },
  };
  const inputs = [value('x'), value('c', [], 9)];
  writeFileSync(path, nodesModel([node('If', 'c', 'y', branches)], { inputs }));
  return path;
}

/** All of them. */
export const FILE_CASES: readonly FileCase[] = [
  inPlace('no file', 'model.onnx', () => {}),
  inPlace('a folder in place of a model', 'it is a folder', (path) => mkdirSync(path)),
  inPlace('a pipe in place of a model', 'no regular file', fifo),
  inPlace('a device in place of a model', 'no regular file', (path) => symlinkSync('/dev/zero', path)),
  inPlace('a link in a circle', 'model.onnx', (path) => symlinkSync(path, path)),
  inPlace('a file of 5 GiB in place of a model', '5368709120 bytes', (path) => {
    writeFileSync(path, '');
    truncateSync(path, 5 * 2 ** 30);
  }),
  inPlace(
    'a file of zeros',
    'field number',
    (path) => {
      writeFileSync(path, '');
      truncateSync(path, 2 ** 20);
    },
    'ONNX_MALFORMED',
  ),
  inPlace('an empty file on disk', 'no graph', (path) => writeFileSync(path, ''), 'ONNX_MALFORMED'),
  entry('a location in the folder above', 'outside', { location: '../secret.bin' }, { location: './w.bin' }),
  entry(
    'a location that leaves the folder later',
    'outside',
    { location: 'sub/../../secret.bin' },
    { location: 'sub/../w.bin' },
  ),
  entry(
    'a location with backslashes',
    'no file name',
    { location: '..\\models\\w.bin' },
    { location: '../models/w.bin' },
  ),
  entry('a location that is the folder', 'outside', { location: '.' }),
  entry('a location that is a folder', 'no regular file', { location: 'sub' }, { location: 'sub/w.bin' }),
  entry('an absolute location', 'absolute', { location: '/etc/passwd' }),
  entry('an absolute location of Windows', 'absolute', { location: 'C:\\w.bin' }),
  entry('a location on another machine', 'absolute', { location: '\\\\host\\w.bin' }),
  entry('a location with a zero byte', 'no file name', { location: 'w.bin\0.txt' }),
  entry('no location', 'names no file', { offset: '0' }),
  entry('an empty location', 'names no file', { location: '' }),
  entry('a location that names nothing', 'cannot be read', { location: 'missing.bin' }),
  entry('a location of 10,000 characters', 'cannot be read', { location: 'w'.repeat(10_000) }),
  entry('the mark of memory as location', '_ORT_MEM_ADDR_', {
    location: '*/_ORT_MEM_ADDR_/*',
    offset: '140000',
    length: '16',
  }),
  entry('the mark of memory inside a location', '_ORT_MEM_ADDR_', { location: './*/_ORT_MEM_ADDR_/*' }),
  entry('an unknown entry', 'unknown entry "path"', { location: 'w.bin', path: 'x' }),
  entry(
    'the entry __proto__',
    'unknown entry "__proto__"',
    Object.fromEntries([
      ['location', 'w.bin'],
      ['__proto__', 'x'],
    ]),
  ),
  entry('the entry constructor', 'unknown entry "constructor"', { location: 'w.bin', constructor: 'x' }),
  entry(
    'an offset behind the end',
    'which has 64',
    { location: 'w.bin', offset: '65' },
    { location: 'w.bin', offset: '48' },
  ),
  entry(
    'data that ends behind the end',
    'which has 64',
    { location: 'w.bin', offset: '49' },
    { location: 'w.bin', offset: '48' },
  ),
  entry('an offset of 2^53 - 1', 'which has 64', { location: 'w.bin', offset: '9007199254740991' }),
  entry('an offset that wraps around', 'offset "18446744073709551600"', {
    location: 'w.bin',
    offset: '18446744073709551600',
  }),
  entry('a negative offset', 'offset "-16"', { location: 'w.bin', offset: '-16' }, { location: 'w.bin', offset: '16' }),
  entry('an offset in hexadecimal', 'offset "0x10"', { location: 'w.bin', offset: '0x10' }),
  entry('an offset with an exponent', 'offset "1e1"', { location: 'w.bin', offset: '1e1' }),
  entry('an offset with a fraction', 'offset "1.0"', { location: 'w.bin', offset: '1.0' }),
  entry('an offset in blanks', 'offset " 16"', { location: 'w.bin', offset: ' 16' }),
  entry('an empty offset', 'offset ""', { location: 'w.bin', offset: '' }),
  entry('an offset in other digits', 'offset', { location: 'w.bin', offset: '\u0661\u0666' }),
  entry(
    'a length of a petabyte',
    'takes 16 bytes',
    { location: 'w.bin', length: '1000000000000000' },
    { location: 'w.bin', length: '16' },
  ),
  entry('a length that is too short', 'takes 16 bytes', { location: 'w.bin', length: '15' }),
  entry('a negative length', 'length "-1"', { location: 'w.bin', length: '-1' }),
  special('a link to a file outside', 'is a link', (path, folder) => symlinkSync(join(folder, 'secret.bin'), path)),
  special('a link to a file of the same folder', 'is a link', (path) => symlinkSync('w.bin', path)),
  special('a hard link', '2 hard links', (path, folder) => linkSync(join(folder, 'secret.bin'), path), {
    shapesTakeIt: true,
  }),
  special('a pipe', 'no regular file', fifo),
  special('a device', 'is a link', (path) => symlinkSync('/dev/zero', path)),
  special('a folder', 'no regular file', (path) => mkdirSync(path)),
  special('a file that is too short', 'which has 15', (path) => writeFileSync(path, new Uint8Array(15))),
  {
    name: 'a folder that is a link',
    code: 'EXTERNAL_DATA',
    says: 'is a link',
    bad: (folder) => {
      const path = refer(folder, { location: 'linked/secret.bin' });
      symlinkSync(folder, join(folder, 'models', 'linked'));
      return path;
    },
    good: (folder) => refer(folder, { location: 'sub/w.bin' }),
  },
  { name: 'a location outside, in a body', code: 'EXTERNAL_DATA', says: 'outside', bad: inBody, good },
];
