// Tries every edit on every recorded model: `npx jiti bench/edits.ts [NAME...]`; `--write DIR` keeps the edited files for `bench/peers/check_edits.py`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { innerOf, judgeEdit } from './edits/judge-edit.ts';
import { openSubject, SUBJECTS } from './edits/subjects.ts';
import { TRIALS } from './edits/trials.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** A folder for the edited files. */
    write: { type: 'string', default: '' },
  },
});
if (values.write) mkdirSync(values.write, { recursive: true });

const counts = { good: 0, refused: 0, nothing: 0, wrong: 0 };
for (const name of positionals.length > 0 ? positionals : SUBJECTS) {
  const subject = await openSubject(name);
  const inner = await innerOf(subject);
  if (values.write) writeFileSync(join(values.write, `${name}.0.onnx`), subject.model.encode());
  let milliseconds = 0;
  for (const [i, trial] of TRIALS.entries()) {
    const verdict = await judgeEdit(subject, inner, trial);
    counts[verdict.kind]++;
    milliseconds += verdict.milliseconds;
    if (verdict.kind === 'wrong' || verdict.kind === 'refused')
      process.stdout.write(`${name}, ${trial.name}: ${verdict.kind}: ${verdict.text.slice(0, 400)}\n`);
    if (values.write && verdict.model) {
      writeFileSync(join(values.write, `${name}.${i + 1}.onnx`), verdict.model.encode());
    }
  }
  process.stdout.write(`${name}: ${TRIALS.length} edits in ${Math.round(milliseconds)} ms\n`);
}
process.stdout.write(`${JSON.stringify(counts)}\n`);
process.exitCode = counts.wrong > 0 ? 1 : 0;
