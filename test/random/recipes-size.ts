// Recipes for shape arithmetic: sizes taken from tensors, computed with, and used as shapes again.
import type { DType } from '../../src/ir/dtype.ts';
import { axisOf, listArgument, type Recipe, tensorOf } from './recipe.ts';
import type { Scene } from './scene.ts';

const ANY: readonly DType[] = ['float32', 'float32', 'int64', 'bool'];
const LIST: readonly DType[] = ['int64'];

/** A value that inference knows the elements of, at least one of them: a list or scalar of int64. */
function known(scene: Scene, rank: 0 | 1): string | undefined {
  const found = scene.draw(({ dtype, shape, value }) => {
    const elements = value.content?.elements;
    return (
      dtype === 'int64' &&
      shape.length === rank &&
      elements !== undefined &&
      elements.length > 0 &&
      elements.length <= 5
    );
  });
  return found?.name;
}

/** A list of one size of a tensor at hand, or a computed one. */
function sizeList(scene: Scene): string | undefined {
  const { rng } = scene;
  if (rng.chance(0.5)) {
    const name = known(scene, 1);
    if (name) return name;
  }
  const x = tensorOf(scene, [1, 4], ANY);
  const [shape] = (x && scene.place({ op: 'Shape', inputs: [x.name] })) ?? [];
  if (!x || !shape) return undefined;
  const at = scene.ints([rng.int(0, x.shape.length - 1)]);
  return scene.place({ op: 'Gather', inputs: [shape, at], attributes: { axis: 0 } })?.[0];
}

const shape: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [0, 5], ANY);
  if (!x) return;
  if (rng.chance(0.2)) return scene.place({ op: 'Size', inputs: [x.name] });
  const rank = x.shape.length;
  const part =
    scene.opset > 14 && rng.chance(0.4) ? { start: rng.int(-rank - 1, rank), end: rng.int(-rank, rank + 1) } : {};
  return scene.place({ op: 'Shape', inputs: [x.name], attributes: part });
};

const gatherSize: Recipe = (scene) => {
  const { rng } = scene;
  const list = known(scene, 1);
  const length = (list && scene.known(list)?.shape[0]) || undefined;
  if (!list || length?.kind !== 'const') return;
  const at = rng.int(0, length.value - 1);
  const indices = rng.pick([() => scene.scalar('int64', at), () => scene.ints([at]), () => scene.ints([at, 0])])();
  scene.place({ op: 'Gather', inputs: [list, indices], attributes: { axis: 0 } });
};

const ARITHMETIC = ['Add', 'Sub', 'Mul', 'Div', 'Mod', 'Min', 'Max'];

const arithmetic: Recipe = (scene) => {
  const { rng } = scene;
  const op = rng.pick(ARITHMETIC);
  // Before, Min and Max take floats only.
  if ((op === 'Min' || op === 'Max') && scene.opset < 12) return;
  const left = rng.chance(0.8) ? sizeList(scene) : known(scene, 0);
  if (!left) return;
  const amount = rng.pick([1, 2, 2, 3, 4, -1, 7]);
  const right = rng.chance(0.4) && op !== 'Div' && op !== 'Mod' ? (known(scene, 1) ?? known(scene, 0)) : undefined;
  const other = right ?? (rng.chance(0.5) ? scene.ints([amount]) : scene.scalar('int64', amount));
  const inputs = rng.chance(0.8) || op === 'Div' || op === 'Mod' ? [left, other] : [other, left];
  scene.place({ op, inputs });
};

const ceilDivision: Recipe = (scene) => {
  const { rng } = scene;
  const size = sizeList(scene);
  const [float] = (size && scene.place({ op: 'Cast', inputs: [size], attributes: { to: 'float32' } })) ?? [];
  if (!float) return;
  const by = scene.ints([rng.pick([2, 3, 4, 0.5])], 'float32');
  const [ratio] = scene.place({ op: rng.pick(['Div', 'Mul']), inputs: [float, by] }) ?? [];
  const [whole] = (ratio && scene.place({ op: rng.pick(['Ceil', 'Floor']), inputs: [ratio] })) ?? [];
  if (whole) scene.place({ op: 'Cast', inputs: [whole], attributes: { to: 'int64' } });
};

const joinSizes: Recipe = (scene) => {
  const { rng } = scene;
  const parts = rng.list(rng.int(1, 3), () =>
    rng.chance(0.6) ? sizeList(scene) : scene.ints([rng.pick([1, 2, 3, 4])]),
  );
  const inputs = parts.filter((name) => name !== undefined && (scene.known(name)?.shape.length ?? 0) === 1);
  if (inputs.length > 0) scene.place({ op: 'Concat', inputs, attributes: { axis: 0 } });
};

const reshapeTo: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [1, 4], ['float32']);
  if (!x) return;
  const [shape] = scene.place({ op: 'Shape', inputs: [x.name] }) ?? [];
  if (!shape) return;
  // Sizes of the tensor itself in another order or merged, so that the elements add up.
  const keep = rng.int(0, x.shape.length - 1);
  const [kept] = scene.place({ op: 'Gather', inputs: [shape, scene.ints([keep])], attributes: { axis: 0 } }) ?? [];
  const head = rng.chance(0.5) ? kept : sizeList(scene);
  if (!head || scene.known(head)?.shape.length !== 1) return;
  const rest = rng.pick([[-1], [-1], [1, -1], [-1, 2], [2, -1]]);
  const inputs = rng.chance(0.5) ? [head, scene.ints(rest)] : [scene.ints(rest), head];
  const [target] = scene.place({ op: 'Concat', inputs, attributes: { axis: 0 } }) ?? [];
  if (target) scene.place({ op: 'Reshape', inputs: [x.name, target] });
};

const useSizes: Recipe = (scene) => {
  const { rng } = scene;
  const list = sizeList(scene);
  if (!list) return;
  const x = tensorOf(scene, [1, 4]);
  const count = scene.known(list)?.shape[0];
  switch (rng.pick(['ConstantOfShape', 'Expand', 'Tile', 'Slice', 'Range', 'Reshape', 'RandomFill', 'Resize'])) {
    case 'ConstantOfShape':
      return scene.opset > 8 && scene.place({ op: 'ConstantOfShape', inputs: [list] });
    case 'Expand':
      return x && scene.place({ op: 'Expand', inputs: [x.name, list] });
    case 'Tile':
      return (
        x &&
        count?.kind === 'const' &&
        count.value === x.shape.length &&
        scene.place({ op: 'Tile', inputs: [x.name, list] })
      );
    case 'Slice': {
      if (!x || scene.opset < 10 || count?.kind !== 'const' || count.value !== 1) return;
      const axis = scene.ints([axisOf(scene, x.shape.length)]);
      const bounds = rng.chance(0.5) ? [scene.ints([rng.int(0, 2)]), list] : [list, scene.ints([rng.pick([1000, -1])])];
      return scene.place({
        op: 'Slice',
        inputs: [x.name, ...bounds, axis, rng.chance(0.3) ? scene.ints([2]) : undefined],
      });
    }
    case 'Range': {
      const limit = known(scene, 0);
      if (!limit || scene.opset < 11) return;
      return scene.place({
        op: 'Range',
        inputs: [scene.scalar('int64', rng.int(-2, 2)), limit, scene.scalar('int64', rng.pick([1, 1, 2, 3, -1]))],
      });
    }
    case 'Reshape':
      return x && scene.place({ op: 'Reshape', inputs: [x.name, list] });
    default:
      return;
  }
};

const mask: Recipe = (scene) => {
  const { rng } = scene;
  const list = sizeList(scene);
  if (!list || scene.opset < 9) return;
  const [equal] = scene.place({ op: 'Equal', inputs: [list, scene.ints([rng.pick([1, -1, 2])])] }) ?? [];
  if (equal) scene.place({ op: 'Where', inputs: [equal, scene.ints([rng.int(1, 3)]), list] });
};

const restructure: Recipe = (scene) => {
  const { rng } = scene;
  const list = known(scene, 1);
  const length = list && scene.known(list)?.shape[0];
  if (!list || !length || length.kind !== 'const') return;
  switch (rng.pick(['Unsqueeze', 'Squeeze', 'Split', 'Slice', 'Reduce', 'Cast', 'Identity'])) {
    case 'Unsqueeze': {
      const given = listArgument(scene, 'Unsqueeze', { name: 'axes', values: [rng.int(0, 1)], position: 1 });
      return scene.place({ op: 'Unsqueeze', inputs: [list, ...given.inputs], attributes: given.attributes });
    }
    case 'Squeeze': {
      if (length.value !== 1) return;
      const given = listArgument(scene, 'Squeeze', { name: 'axes', values: [0], position: 1 });
      return scene.place({ op: 'Squeeze', inputs: [list, ...given.inputs], attributes: given.attributes });
    }
    case 'Slice':
      return (
        scene.opset > 9 &&
        scene.place({ op: 'Slice', inputs: [list, scene.ints([rng.int(-2, 1)]), scene.ints([1000]), scene.ints([0])] })
      );
    case 'Reduce': {
      const op = rng.pick(['ReduceProd', 'ReduceSum', 'ReduceMax', 'ReduceMin']);
      return scene.place({ op, inputs: [list], attributes: { keepdims: rng.int(0, 1) } });
    }
    case 'Cast':
      return scene.place({
        op: 'Cast',
        inputs: [list],
        attributes: { to: rng.pick(['int32', 'float32', 'int64'] as const) },
      });
    default:
      return scene.place({ op: 'Identity', inputs: [list] });
  }
};

const readList: Recipe = (scene) => {
  const x = tensorOf(scene, [1, 1], LIST);
  if (x && scene.opset > 10) scene.place({ op: 'NonZero', inputs: [x.name] });
};

/** The family. */
export const SIZE_RECIPES: readonly Recipe[] = [
  shape,
  shape,
  gatherSize,
  arithmetic,
  arithmetic,
  ceilDivision,
  joinSizes,
  reshapeTo,
  useSizes,
  useSizes,
  mask,
  restructure,
  readList,
];
