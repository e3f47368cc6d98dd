// Holds prompts and new tokens to the places that a decoder has.
import { dimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import { op } from '../build/op.ts';
import { type Trace, traceOf } from '../build/trace.ts';
import type { Value } from '../ir/graph.ts';
import { sizeAlong } from './positions.ts';

/** What {@link stepsInPlaces} compares. */
export interface Places {
  /** int64 `[batch, prompt]`. */
  readonly prompt: Value;
  /** New tokens at most; a value holds int64 of one element. */
  readonly steps: number | Value;
  /** The places of a decoder. */
  readonly positions: number;
}

/**
 * Asks that a prompt and the tokens behind it fit into the places of a decoder, `prompt + steps - 1 <= positions`: the last token is not
 * read, and needs none. Where the number of steps is known only in the run, the prompt must fit, and the steps end with the places.
 *
 * @returns the steps to take
 * @throws LAYER_ARGUMENT when not even a prompt of one token leaves so many steps
 */
export function stepsInPlaces({ prompt, steps, positions }: Places): number | Value {
  const isKnown = typeof steps === 'number';
  if (isKnown && steps > positions) throw tooManySteps(steps, positions);
  askOfPrompt(traceOf([prompt]), { prompt, steps, positions }, isKnown ? steps : 1);
  if (isKnown) return steps;
  const left = op.Add(op.Sub(BigInt(positions), sizeAlong(prompt, 1)), 1n);
  return op.Min([op.Reshape(steps, []), left]);
}

function tooManySteps(steps: number, positions: number) {
  return dimwiseError({
    code: 'LAYER_ARGUMENT',
    message: `generate: ${steps} steps behind a prompt of 1 token or more need ${steps} positions or more, the decoder has ${positions}`,
    origin: { site: captureSite() },
    expected: `steps <= ${positions}`,
    actual: String(steps),
    hint: `take ${positions} steps or fewer: a prompt of p tokens leaves ${positions} - p + 1, as the last token needs no position`,
  });
}

/** Puts the longest prompt into the contract, or records that this one is too long. */
function askOfPrompt(trace: Trace, { prompt, positions }: Places, steps: number): void {
  const { type } = prompt;
  const dim = type.kind === 'tensor' ? type.shape?.[1] : undefined;
  if (!dim) return; // The batch tells the axes, and is traced again.
  const most = positions - steps + 1;
  const { path, site } = trace.origin();
  const what = `generate with ${positions} positions and ${steps} step${steps === 1 ? '' : 's'}`;
  const origin = { path, what, site };
  if (dim.kind !== 'const') {
    const answer = trace.graph.facts.require({ kind: 'range', dim, max: most, origins: [origin] });
    if (answer !== 'false' && answer !== 'contradiction') return;
  } else if (dim.value <= most) return;
  const size = dim.kind === 'const' ? dim.value : trace.graph.facts.range(dim).min;
  trace.report({
    code: 'SHAPE_MISMATCH',
    message:
      `generate: a prompt of ${size} tokens and ${steps} step${steps === 1 ? '' : 's'} need ${size + steps - 1} positions, ` +
      `the decoder has ${positions}`,
    origin: trace.origin(),
    expected: `prompt <= ${most}`,
    actual: String(size),
    hint:
      size <= positions
        ? `take ${positions - size + 1} step${positions === size ? '' : 's'} at most, or a prompt of ${most} tokens`
        : `take a prompt of ${most} tokens at most`,
  });
}
