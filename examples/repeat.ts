// Steps inside of the graph: an LSTM that writes letters by drawing from its own scores, and the path of a pendulum.
import {
  block,
  type DefinedModel,
  dense,
  lstmCell,
  model,
  op,
  repeat,
  run,
  tensor,
  uniforms,
  type Value,
} from 'dimwise';
import { isScript } from './support/script.ts';

const LETTERS = ' abcdefghijklmnopqrstuvwxyz';

/** An LSTM that reads the letter it has just drawn: a first letter for each text, and a number in [0, 1) for each letter that it draws. */
export function letterWriter(units = 32): DefinedModel {
  const [cell, scores] = [lstmCell(units), dense(LETTERS.length)];
  const body = block({ cell, scores }, (first: Value, numbers: Value) => {
    const zeros = op.Expand(0, op.Concat([op.Shape(first), [BigInt(units)]], { axis: 0 }));
    const { outputs } = repeat({
      steps: op.Squeeze(op.Shape(numbers, { start: 0, end: 1 }), [0]),
      state: { letter: first, hidden: zeros, cell: zeros },
      step: (now, index) => {
        const next = cell(op.OneHot(now.letter, BigInt(LETTERS.length), [0, 1]), [now.hidden, now.cell]);
        const reached = op.CumSum(op.Softmax(scores(next.output), { axis: -1 }), -1);
        const number = op.Unsqueeze(op.Gather(numbers, index, { axis: 0 }), [1]);
        const passed = op.Cast(op.LessOrEqual(reached, number), { to: 'int64' });
        // Rounding may leave the whole sum below a number near 1.
        const letter = op.Min([op.ReduceSum(passed, [1], { keepdims: 0 }), BigInt(LETTERS.length - 1)]);
        return { state: { letter, hidden: next.state[0], cell: next.state[1] }, outputs: letter };
      },
    });
    return { letters: op.Transpose(outputs, { perm: [1, 0] }) };
  });
  return model(body, {
    name: 'letters',
    inputs: { first: tensor('int64', ['batch']), numbers: tensor('float32', ['steps', 'batch']) },
  });
}

/**
 * Small swings of pendulums by the semi-implicit Euler method: `v -= x*h`, `x += v*h`. It takes first places and speeds, and the number of
 * steps; it gives the places after each step.
 */
export function pendulums(stepSize = 0.01): DefinedModel {
  return model(
    (place: Value, speed: Value, steps: Value) => {
      const { outputs } = repeat({
        steps,
        state: { place, speed },
        step: (now) => {
          const faster = op.Sub(now.speed, op.Mul(now.place, stepSize));
          const moved = op.Add(now.place, op.Mul(faster, stepSize));
          return { state: { place: moved, speed: faster }, outputs: moved };
        },
      });
      return { places: outputs };
    },
    {
      name: 'pendulums',
      inputs: {
        place: tensor('float64', ['n']),
        speed: tensor('float64', ['n']),
        steps: tensor('int64', []),
      },
    },
  );
}

if (isScript(import.meta.url)) {
  const writer = letterWriter().initialize({ seed: 3 });
  const { letters } = await run(writer, { first: [0, 1], numbers: uniforms(5, [24, 2]) }, { providers: 'cpu' });
  const text = [...(letters?.data ?? [])].map((letter) => LETTERS[Number(letter)]).join('');
  console.log(`Untrained, ${letters?.shape.join(' x ')} letters: "${text.slice(0, 24)}", "${text.slice(24)}"`);

  const { places } = await run(pendulums(), { place: [1, 0.5], speed: [0, 0], steps: 628 }, { providers: 'cpu' });
  const last = [...(places?.data ?? [])].slice(-2).map((at) => Number(at).toFixed(3));
  console.log(`Pendulums after one period: ${last.join(', ')}`);
}
