// Writes a file that is larger than its caller allows, and prints the error.
import { writeAtomic } from '../../src/node/write-atomic.ts';

process.on('SIGXFSZ', () => {});
try {
  await writeAtomic(process.argv[2] ?? '', [new Uint8Array(2 ** 20)]);
} catch (error) {
  process.stdout.write(String(error));
}
