// Replaces a model by another one in turn for ever, until it is ended: for the trial of interrupted exports.
import { dense, exportTriton, model, sequential } from '../../src/index.ts';

const [repository = ''] = process.argv.slice(2);

/** The rows of a batch tell the two apart. */
const compiled = [3, 5].map((units) => {
  const defined = model(sequential(dense(64), dense(units)), { inputs: { x: ['batch', 20] } });
  defined.initialize({ seed: units });
  return defined.bind().compile();
});

for (let i = 0; ; i++) {
  const own = compiled[i % 2];
  if (own) await exportTriton(own, { repository, name: 'm', maxBatch: i % 2 === 0 ? 3 : 5, overwrite: true });
  if (i === 0) process.stdout.write('ready\n');
}
