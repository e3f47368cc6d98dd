// Every edit on stand-ins of real models: dimwise check finds nothing new, and ONNX Runtime gives the bits of the model before it.
import { describe, expect, test } from 'vitest';
import { innerOf, judgeEdit } from '../../../bench/edits/judge-edit.ts';
import { openSubject } from '../../../bench/edits/subjects.ts';
import { TRIALS } from '../../../bench/edits/trials.ts';
import { replaceOperator } from '../../../codegen/onnx/edit/replace-operator.ts';

/** Small ones of each kind, a branch and a list of maps among them; `bench/edits.ts` runs all. */
const NAMES = ['attacut', 'magika', 'melspectrogram', 'silero-vad-sequence', 'logreg-iris'] as const;

const SUBJECTS = await Promise.all(
  NAMES.map(async (name) => {
    const subject = await openSubject(name);
    return { name, subject, inner: await innerOf(subject) };
  }),
);

describe.each(SUBJECTS)('judgeEdit of $name', ({ subject, inner }) => {
  test.each(TRIALS)('finds nothing wrong with: $name', async (trial) => {
    const { kind, text } = await judgeEdit(subject, inner, trial);
    expect(kind === 'wrong' ? text : kind).toMatch(/^(good|refused|nothing)$/);
  });

  test('finds most edits possible', () => {
    const done = TRIALS.filter(({ edit, refusals }) => !refusals && edit(subject, inner));
    expect(done.length).toBeGreaterThanOrEqual(6);
  });
});

describe('judgeEdit', () => {
  test.each(['loses an output', 'gives other numbers', 'throws'])('calls an edit wrong that %s', async (fault) => {
    const { subject, inner } = SUBJECTS[1] ?? {};
    if (!subject) throw new Error('no model');
    const { model, feeds, outputs } = subject;
    const wanted = fault === 'loses an output' ? { other: Object.values(outputs)[0] } : outputs;
    const verdict = await judgeEdit(subject, inner ?? {}, {
      name: fault,
      edit: () => {
        if (fault === 'throws') throw new TypeError('no such thing');
        const edited = fault === 'gives other numbers' ? replaceOperator(model, { op: 'Add' }, { op: 'Sub' }) : model;
        return { model: edited, feeds, wanted: wanted as typeof outputs };
      },
    });
    const texts = ['no output "other"', 'the elements of output', 'no such thing'];
    expect(verdict.kind).toBe('wrong');
    expect(texts.some((text) => verdict.text.includes(text))).toBe(true);
  });
});
