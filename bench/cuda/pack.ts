// Packs Node, onnxruntime-node, its CUDA provider, the cases and the benches for a GPU host without a network (docs/cuda.md).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gather } from './gather.ts';
import { packFolder } from './pack-folder.ts';
import { parseSize } from './parse-size.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    from: { type: 'string' },
    'part-size': { type: 'string', default: '48MiB' },
    compression: { type: 'string' },
    level: { type: 'string', default: '6' },
  },
});
const { out, from, compression, level } = values;
if (out === undefined) throw new RangeError('--out FOLDER says where the parts go');
if (compression !== undefined && compression !== 'xz' && compression !== 'gzip') {
  throw new RangeError(`--compression is xz or gzip, not ${compression}`);
}
if (!/^[1-9]$/.test(level)) throw new RangeError(`--level is 1 to 9, not ${level}`);
const partSize = parseSize(values['part-size']);

const scratch = mkdtempSync(join(tmpdir(), 'dimwise-pack-'));
try {
  const into = join(scratch, 'dimwise-cuda');
  const contents = gather({ into, scratch, from, tell: console.error });
  console.error(`packing ${Object.entries(contents).flat().join(' ')}`);
  const { parts, bytes } = await packFolder(into, { out, partSize, compression, level: Number(level), contents });
  console.log(
    `${parts.length} parts, ${bytes} bytes, in ${out}; carry all its files over, and run: sh unpack-and-run.sh`,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
