// Saves two models in turn for ever, until it is killed or a write fails: for the test of faults.
import { saveFault } from './fault-pair.ts';

process.on('SIGXFSZ', () => {});
const path = process.argv[2] ?? '';
process.stdout.write('ready\n');
try {
  for (;;) {
    await saveFault('new', path);
    await saveFault('old', path);
  }
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
