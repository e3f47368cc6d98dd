// Writes a file for ever, and says when it is in the middle: for the test that kills it.
import { writeAtomic } from '../../src/node/write-atomic.ts';

async function* endless(): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(4096);
  for (let i = 0; ; i++) {
    yield chunk;
    if (i === 8) process.stdout.write('writing\n');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

await writeAtomic(process.argv[2] ?? '', endless());
