// Opens one file in a process of its own, and says what became of it, how long that took and how much memory the process had.
import { openOnnx } from '../src/node/open-onnx.ts';

const [path = ''] = process.argv.slice(2);
const from = performance.now();
let code = 'none';
try {
  void (await openOnnx(path)).graph;
} catch (error) {
  code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
const ms = performance.now() - from;
// maxRSS is in kibibytes.
console.log(JSON.stringify({ code, ms, mebibytes: process.resourceUsage().maxRSS / 1024 }));
