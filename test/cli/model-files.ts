// Model files for the tests of commands, written into a folder of their own.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FILES = {
  'mlp.ts': `import { dense, model, sequential } from 'dimwise';
export default model(sequential(dense(8, { activation: 'relu' }), dense(3)), { name: 'mlp' });
`,
  'declared.ts': `import { dense, model } from 'dimwise';
export default model(dense(3), { inputs: { x: ['batch', 4] } });
`,
  'constrained.ts': `import { graph, op } from 'dimwise';
export default graph((g) => op.MaxPool(g.input('x', 'float32', ['n', 'c', 'h']), { kernel_shape: [3] }));
`,
  'two.ts': `import { model, op, tensor, type Value } from 'dimwise';
export default model((ids: Value, more: Value) => op.Concat([ids, more], { axis: 1 }), {
  inputs: { ids: tensor('int64', ['batch', 'seq']), more: tensor('int64', ['batch', '2*seq']) },
});
`,
  'data.ts': `import { model, op, type Value } from 'dimwise';
export default model((x: Value) => op.NonZero(op.Relu(x)), { inputs: { x: ['n', 4] } });
`,
  'branch.ts': `import { graph, op } from 'dimwise';
export default graph((g) => {
  const x = g.input('x', 'float32', ['n', 4]);
  const c = g.input('c', 'bool', []);
  return op.If(c, { then_branch: () => op.Neg(op.Relu(x)), else_branch: () => op.Abs(op.Exp(x)) });
});
`,
  'wrong.ts': `import { model, op, type Value } from 'dimwise';
interface Unused { a: number }

export default model((a: Value, b: Value) => {
  op.MatMul(a, b);
  return op.Relu(a, b as never);
}, { inputs: { a: [2, 20], b: [3, 4] } });
`,
  'loud.ts': `import { dense, model } from 'dimwise';
const fc = dense(3);
console.log('loaded');
export default model((x) => {
  console.log('traced', { a: 1 });
  return fc(x);
}, { inputs: { x: ['batch', 4] } });
`,
  'three.ts': `import { model, op, type Value } from 'dimwise';
export default model((a: Value, b: Value, c: Value) => op.Add(op.Add(a, b), c));
`,
  'none.ts': 'export const a = 1;\n',
  'syntax.ts': 'export default {\n  a: = 1,\n};\n',
} as const;

/** The name of a model file. */
export type ModelFileName = keyof typeof FILES;

/** Writes the files into a new folder, whose path comes back. */
export function writeModelFiles(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dimwise-cli-'));
  for (const [name, source] of Object.entries(FILES)) writeFileSync(join(folder, name), source);
  return folder;
}
