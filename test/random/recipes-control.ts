// Recipes for control flow and containers: If, Loop, Scan and their bodies, sequences.
import { constant } from '../../src/dim/dim.ts';
import { axisOf, type Recipe, tensorOf } from './recipe.ts';
import type { Known, Scene } from './scene.ts';

const STEPS: readonly ((scene: Scene, x: Known) => readonly string[] | undefined)[] = [
  (scene, x) => scene.place({ op: scene.rng.pick(['Relu', 'Neg', 'Abs', 'Identity']), inputs: [x.name] }),
  (scene, x) => scene.place({ op: 'Add', inputs: [x.name, x.name] }),
  (scene, x) =>
    scene.place({
      op: 'Concat',
      inputs: [x.name, x.name],
      attributes: { axis: scene.rng.int(0, Math.max(x.shape.length - 1, 0)) },
    }),
  (scene, x) => scene.place({ op: 'Transpose', inputs: [x.name] }),
  (scene, x) => scene.place({ op: 'ReduceSum', inputs: [x.name] }),
  (scene, x) => {
    const other = scene.draw(({ dtype, shape }) => dtype === x.dtype && shape.length === x.shape.length);
    return other && scene.place({ op: 'Mul', inputs: [x.name, other.name] });
  },
  (scene, x) => {
    const other = scene.draw(({ dtype, shape }) => dtype === x.dtype && shape.length === x.shape.length);
    return other && x.shape.length > 0
      ? scene.place({ op: 'Concat', inputs: [x.name, other.name], attributes: { axis: x.shape.length - 1 } })
      : undefined;
  },
];

/** A few steps on a value; `same` keeps its sizes. */
function steps(scene: Scene, name: string, same: boolean): string | undefined {
  const { rng } = scene;
  let at: string | undefined = name;
  for (let i = rng.int(1, 2); i > 0; i--) {
    const x = scene.known(at);
    const step = rng.pick(same ? STEPS.slice(0, 2) : STEPS);
    if (!x || (x.shape.length === 0 && !same)) break;
    at = step(scene, x)?.[0] ?? at;
  }
  return at === name ? scene.place({ op: 'Identity', inputs: [name] })?.[0] : at;
}

const ifNode: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [1, 3]);
  if (!x) return;
  const condition = rng.chance(0.3) ? scene.scalar('bool', rng.chance(0.5)) : scene.input('bool', [])?.name;
  const then_branch = scene.body([], () => listOf(steps(scene, x.name, false)));
  const else_branch = then_branch && scene.body([], () => listOf(steps(scene, x.name, rng.chance(0.5))));
  if (!condition || !then_branch || !else_branch) return;
  scene.place({
    op: 'If',
    inputs: [condition],
    attributes: { then_branch: { body: then_branch }, else_branch: { body: else_branch } },
  });
};

const listOf = (name: string | undefined): readonly string[] | undefined => (name === undefined ? undefined : [name]);

/** A number of trips: a constant, a size, or an input. */
function tripsOf(scene: Scene): string | undefined {
  const { rng } = scene;
  if (rng.chance(0.4)) return scene.scalar('int64', rng.int(0, 3));
  const size = scene.draw(
    ({ dtype, shape, value }) => dtype === 'int64' && shape.length === 0 && value.content !== undefined,
  );
  if (size && rng.chance(0.6)) return size.name;
  return scene.input('int64', [], rng.pick(['small', 'positive']))?.name;
}

const loop: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [0, 3]);
  const trips = tripsOf(scene);
  if (!x || !trips || scene.opset < 8) return;
  const rows = rng.int(0, 1);
  const same = rng.chance(0.6);
  const shape = same ? x.shape : null;
  const body = scene.body(
    [
      { dtype: 'int64', shape: [], rank: 0 },
      { dtype: 'bool', shape: [], rank: 0 },
      { dtype: x.dtype, shape },
    ],
    ([, condition = '', state = '']) => {
      const [goesOn] = scene.place({ op: 'Identity', inputs: [condition] }) ?? [];
      const next = same ? steps(scene, state, true) : grown(scene, state, x);
      const row = rows > 0 ? steps(scene, rng.chance(0.5) ? state : x.name, same) : undefined;
      if (!goesOn || !next || (rows > 0 && !row)) return undefined;
      return [goesOn, next, ...(row ? [row] : [])];
    },
  );
  const condition = rng.chance(0.5) ? scene.scalar('bool', true) : undefined;
  if (body)
    scene.place({ op: 'Loop', inputs: [trips, condition, x.name], attributes: { body: { body } }, outputs: 1 + rows });
};

/** A state that grows along its first axis in every step. */
function grown(scene: Scene, state: string, x: Known): string | undefined {
  if (x.shape.length === 0) return undefined;
  return scene.place({ op: 'Concat', inputs: [state, x.name], attributes: { axis: 0 } })?.[0];
}

const scan: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [1, 3]);
  if (!x || scene.opset < 9) return;
  const axis = axisOf(scene, x.shape.length);
  const at = (axis + x.shape.length) % x.shape.length;
  const slice = x.shape.toSpliced(at, 1);
  const state = rng.chance(0.6) ? scene.input('float32', slice) : undefined;
  const types = [...(state ? [{ dtype: x.dtype, shape: state.shape }] : []), { dtype: x.dtype, shape: slice }];
  const body = scene.body(types, (names) => {
    const element = names.at(-1) ?? '';
    if (!state) return listOf(steps(scene, element, rng.chance(0.5)));
    const [sum] = scene.place({ op: 'Add', inputs: [names[0], element] }) ?? [];
    const row = sum && steps(scene, sum, rng.chance(0.5));
    return sum && row ? [sum, row] : undefined;
  });
  if (!body) return;
  const attributes = { body: { body }, num_scan_inputs: 1, scan_input_axes: [axis] };
  scene.place({
    op: 'Scan',
    inputs: [state?.name, x.name].filter((name) => name !== undefined),
    attributes,
    outputs: state ? 2 : 1,
  });
};

const sequence: Recipe = (scene) => {
  const { rng } = scene;
  if (scene.opset < 11) return;
  const x = tensorOf(scene, [1, 3]);
  if (!x) return;
  const axis = axisOf(scene, x.shape.length);
  const made = rng.chance(0.5)
    ? scene.place({
        op: 'SplitToSequence',
        inputs: [x.name, rng.chance(0.5) ? scene.scalar('int64', rng.int(1, 2)) : undefined],
        attributes: { axis, keepdims: rng.int(0, 1) },
      })
    : scene.place({
        op: 'SequenceConstruct',
        inputs: rng
          .list(rng.int(1, 3), () => tensorOf(scene, [x.shape.length, x.shape.length]) ?? x)
          .map(({ name }) => name),
      });
  let list = made?.[0];
  if (!list) return;
  const element = scene.typeOf(list);
  const inner =
    element?.kind === 'sequence' && element.element.kind === 'tensor' ? element.element.shape?.length : undefined;
  if (inner === x.shape.length && rng.chance(0.3))
    list = scene.place({ op: 'SequenceInsert', inputs: [list, x.name] })?.[0] ?? list;
  if (rng.chance(0.2)) list = scene.place({ op: 'SequenceErase', inputs: [list] })?.[0] ?? list;
  if (rng.chance(0.4)) scene.place({ op: 'SequenceLength', inputs: [list] });
  if (rng.chance(0.6)) scene.place({ op: 'SequenceAt', inputs: [list, scene.scalar('int64', rng.pick([0, 0, -1]))] });
  if (rng.chance(0.6))
    scene.place({
      op: 'ConcatFromSequence',
      inputs: [list],
      attributes: { axis: rng.int(0, x.shape.length - 1), new_axis: rng.int(0, 1) },
    });
};

const oneHot: Recipe = (scene) => {
  const { rng } = scene;
  if (scene.opset < 9) return;
  const indices = scene.input(
    'int64',
    rng.list(rng.int(0, 2), () => scene.size()),
    'zero',
  );
  const depth =
    scene.draw(({ dtype, shape, value }) => dtype === 'int64' && shape.length === 0 && value.content !== undefined)
      ?.name ?? scene.scalar('int64', rng.int(1, 4));
  if (indices)
    scene.place({
      op: 'OneHot',
      inputs: [indices.name, depth, scene.ints([0, 1], 'float32')],
      attributes: { axis: rng.pick([-1, 0]) },
    });
};

const scatter: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [1, 3]);
  if (!x || scene.opset < 11) return;
  const axis = axisOf(scene, x.shape.length);
  const at = (axis + x.shape.length) % x.shape.length;
  const sizes = rng.chance(0.5) ? x.shape : x.shape.with(at, rng.chance(0.5) ? scene.size() : constant(1));
  const indices = scene.input('int64', sizes, 'zero');
  if (!indices) return;
  if (rng.chance(0.4)) {
    scene.place({ op: 'GatherElements', inputs: [x.name, indices.name], attributes: { axis } });
    return;
  }
  const updates = scene.input('float32', rng.chance(0.9) ? sizes : x.shape);
  if (updates)
    scene.place({ op: 'ScatterElements', inputs: [x.name, indices.name, updates.name], attributes: { axis } });
};

/** The family. */
export const CONTROL_RECIPES: readonly Recipe[] = [ifNode, loop, scan, sequence, oneHot, scatter];
