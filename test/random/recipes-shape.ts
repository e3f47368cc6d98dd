// Recipes for operators that move elements about: slices, joins, pads, axes.

import type { DType } from '../../src/ir/dtype.ts';
import { axesOf, axisOf, listArgument, type Recipe, tensorOf } from './recipe.ts';

const ANY: readonly DType[] = ['float32', 'float32', 'int64', 'int32', 'float64', 'bool'];
const INT64_MAX = 2n ** 63n - 1n;

const transpose: Recipe = (scene) => {
  const x = tensorOf(scene, [0, 5], ANY);
  if (!x) return;
  const perm = scene.rng.chance(0.8) ? scene.rng.shuffle([...x.shape.keys()]) : undefined;
  scene.place({ op: 'Transpose', inputs: [x.name], attributes: { perm } });
};

const slice: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [1, 4], ANY);
  if (!x) return;
  const axes = axesOf(scene, x.shape.length);
  const starts = axes.map(() => rng.pick([0, 0, 1, 2, -1, -2, -3, 7]));
  const ends = axes.map(() => rng.pick([1, 2, 5, -1, -2, 1000, 2147483647]));
  if ((scene.schema('Slice')?.sinceVersion ?? 0) < 10) {
    scene.place({ op: 'Slice', inputs: [x.name], attributes: { axes, starts, ends } });
    return;
  }
  const steps = axes.map(() => rng.pick([1, 1, 1, 2, 3, -1, -2]));
  const farEnds = ends.map((end, i) =>
    (steps[i] ?? 1) < 0 ? rng.pick([-(2n ** 63n), -5, 0]) : rng.chance(0.3) ? INT64_MAX : end,
  );
  const inputs = [x.name, scene.ints(starts), scene.ints(farEnds), scene.ints(axes)];
  scene.place({ op: 'Slice', inputs: rng.chance(0.7) ? [...inputs, scene.ints(steps)] : inputs });
};

const concat: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [1, 4], ANY);
  if (!x) return;
  const axis = rng.int(0, x.shape.length - 1);
  const others = rng.list(rng.int(0, 2), () => {
    const like = scene.draw(
      ({ dtype, shape }) =>
        dtype === x.dtype &&
        shape.length === x.shape.length &&
        shape.every((dim, i) => i === axis || dim === x.shape[i]),
    );
    return like ?? scene.input(x.dtype, x.shape.with(axis, scene.size())) ?? x;
  });
  const inputs = rng.shuffle([x, ...others]).map(({ name }) => name);
  scene.place({
    op: 'Concat',
    inputs,
    attributes: { axis: rng.chance(0.3) && scene.opset > 10 ? axis - x.shape.length : axis },
  });
};

const split: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [1, 4], ANY);
  if (!x) return;
  const axis = rng.int(0, x.shape.length - 1);
  const size = x.shape[axis];
  const outputs = rng.int(1, 3);
  let sizes: number[] | undefined;
  if (size?.kind === 'const' && rng.chance(0.5)) {
    const first = rng.list(outputs - 1, () => rng.int(0, Math.floor(size.value / outputs)));
    sizes = [...first, size.value - first.reduce((a, b) => a + b, 0)];
  } else if (rng.chance(0.3)) sizes = rng.list(outputs, () => rng.int(1, 3));
  const given = listArgument(scene, 'Split', { name: 'split', values: sizes, position: 1 });
  const counted = !sizes && scene.schema('Split')?.attributes.has('num_outputs') ? { num_outputs: outputs } : {};
  scene.place({
    op: 'Split',
    inputs: [x.name, ...given.inputs],
    attributes: { axis, ...given.attributes, ...counted },
    outputs,
  });
};

const squeeze: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [1, 5], ANY);
  if (!x) return;
  const ones = [...x.shape.keys()].filter((axis) => {
    const dim = x.shape[axis];
    return dim?.kind === 'const' ? dim.value === 1 : rng.chance(0.15);
  });
  if (ones.length === 0) return;
  const given = listArgument(scene, 'Squeeze', { name: 'axes', values: ones, position: 1 });
  scene.place({ op: 'Squeeze', inputs: [x.name, ...given.inputs], attributes: given.attributes });
};

const unsqueeze: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [0, 4], ANY);
  if (!x) return;
  const rank = x.shape.length + rng.int(1, 2);
  let axes = rng.some([...Array(rank).keys()], rank - x.shape.length);
  if (rng.chance(0.3) && scene.opset > 10) axes = axes.map((axis) => axis - rank);
  const given = listArgument(scene, 'Unsqueeze', {
    name: 'axes',
    values: rng.chance(0.3) ? axes.toReversed() : axes,
    position: 1,
  });
  scene.place({ op: 'Unsqueeze', inputs: [x.name, ...given.inputs], attributes: given.attributes });
};

const flatten: Recipe = (scene) => {
  const x = tensorOf(scene, [0, 4]);
  if (x)
    scene.place({
      op: 'Flatten',
      inputs: [x.name],
      attributes: { axis: scene.rng.int(scene.opset > 10 ? -x.shape.length : 0, x.shape.length) },
    });
};

const pad: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [1, 4]);
  if (!x) return;
  const mode = rng.pick(['constant', 'constant', 'reflect', 'edge', ...(scene.opset > 18 ? ['wrap'] : [])]);
  const rank = x.shape.length;
  const few = scene.opset > 17 && rng.chance(0.4) ? axesOf(scene, rank) : undefined;
  const values = rng.list(2 * (few?.length ?? rank), () =>
    rng.pick(mode === 'constant' ? [0, 0, 1, 2, 3, -1] : [0, 0, 1, 2]),
  );
  const given = listArgument(scene, 'Pad', { name: 'pads', values, position: 1 });
  const axes = few ? [undefined, scene.ints(few)] : [];
  scene.place({ op: 'Pad', inputs: [x.name, ...given.inputs, ...axes], attributes: { mode, ...given.attributes } });
};

const gather: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [1, 4], ANY);
  if (!x) return;
  const axis = axisOf(scene, x.shape.length);
  const low = scene.opset > 10 ? [0, 0, -1, 1, 2, -2] : [0, 0, 1, 2];
  const indices = rng.chance(0.3)
    ? scene.input(
        'int64',
        rng.list(rng.int(0, 2), () => scene.size()),
        'zero',
      )?.name
    : rng.chance(0.3)
      ? scene.scalar('int64', rng.pick(low))
      : scene.ints(rng.list(rng.int(1, 3), () => rng.pick(low)));
  if (indices) scene.place({ op: 'Gather', inputs: [x.name, indices], attributes: { axis } });
};

const tile: Recipe = (scene) => {
  const x = tensorOf(scene, [1, 4], ANY);
  if (x) scene.place({ op: 'Tile', inputs: [x.name, scene.ints(x.shape.map(() => scene.rng.pick([1, 1, 2, 3, 0])))] });
};

const expand: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [0, 4], ANY);
  if (!x) return;
  const target = x.shape.map((dim) =>
    dim.kind === 'const' && dim.value > 1 && rng.chance(0.5) ? dim.value : rng.chance(0.8) ? 1 : rng.int(2, 3),
  );
  const shape = [
    ...rng.list(rng.int(0, 1), () => rng.int(1, 3)),
    ...target.slice(rng.int(0, Math.min(1, target.length))),
  ];
  scene.place({ op: 'Expand', inputs: [x.name, scene.ints(shape)] });
};

const reshape: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [0, 4], ANY);
  if (!x) return;
  const kept = x.shape.map((dim, i) =>
    rng.chance(0.5) ? 0 : dim.kind === 'const' && i > 0 ? dim.value : rng.pick([-1, 1, 2, 4]),
  );
  const once = kept.map((size, i) => (size === -1 && kept.indexOf(-1) < i ? 1 : size));
  const target = rng.chance(0.4) ? [-1] : rng.chance(0.4) ? [...once, 1] : rng.chance(0.3) ? [rng.int(1, 4), -1] : once;
  scene.place({ op: 'Reshape', inputs: [x.name, scene.ints(target)] });
};

const spaceDepth: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [4, 4]);
  if (!x) return;
  const op = rng.pick(['DepthToSpace', 'SpaceToDepth']);
  const mode = op === 'DepthToSpace' && scene.opset > 10 ? { mode: rng.pick(['DCR', 'CRD']) } : {};
  scene.place({ op, inputs: [x.name], attributes: { blocksize: rng.int(1, 3), ...mode } });
};

/** The family. */
export const SHAPE_RECIPES: readonly Recipe[] = [
  transpose,
  slice,
  concat,
  split,
  squeeze,
  unsqueeze,
  flatten,
  pad,
  gather,
  tile,
  expand,
  reshape,
  spaceDepth,
];
