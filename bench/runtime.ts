// The runtime against bare onnxruntime-node: overhead of a session, what joining requests brings; further parts are named on the command line.
import { cpus } from 'node:os';
import { batching } from './runtime/batching.ts';
import { overhead } from './runtime/overhead.ts';
import type { Part } from './runtime/part.ts';

/** All parts, in order. */
const PARTS: readonly Part[] = [overhead, batching];

const chosen = process.argv.slice(2);
const parts = chosen.length === 0 ? PARTS : PARTS.filter(({ name }) => chosen.includes(name));
if (parts.length === 0) throw new RangeError(`parts are ${PARTS.map(({ name }) => name).join(', ')}`);

console.log(`${cpus()[0]?.model}, ${cpus().length} cores; Node ${process.version}`);
for (const part of parts) for (const text of await part.run()) console.log(text);
