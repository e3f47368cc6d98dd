// Recipes for arithmetic: broadcasts, products of matrices, reductions.
import { constant, type Dim } from '../../src/dim/dim.ts';
import type { DType } from '../../src/ir/dtype.ts';
import { axesOf, axisOf, listArgument, type Recipe, tensorOf } from './recipe.ts';
import type { Known, Scene } from './scene.ts';

const NUMBERS: readonly DType[] = ['float32', 'float32', 'float32', 'int64', 'int32', 'float64'];

/** A tensor that broadcasts with another one: its last axes, some of them 1, or now and then sizes of its own. */
function partnerOf(scene: Scene, x: Known): Known | undefined {
  const { rng } = scene;
  if (rng.chance(0.35)) {
    const found = scene.draw((known) => known.dtype === x.dtype && known.shape.length <= 4);
    if (found) return found;
  }
  const sizes = x.shape.slice(rng.int(0, x.shape.length)).map((dim): Dim => {
    if (rng.chance(0.6)) return dim;
    return rng.chance(0.6) ? constant(1) : scene.size();
  });
  return scene.input(x.dtype, sizes, 'positive') ?? x;
}

const BINARY = [
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Equal',
  'Greater',
  'Less',
  'GreaterOrEqual',
  'LessOrEqual',
  'PRelu',
  'Mod',
];

const binary: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [0, 4], NUMBERS);
  const y = x && partnerOf(scene, x);
  if (!x || !y) return;
  const op = rng.pick(BINARY);
  const isWhole = x.dtype.startsWith('int');
  // Integers by zero, or to a negative power, are errors of data.
  if (isWhole && ['Div', 'Mod', 'Pow'].includes(op)) {
    const by = scene.input(x.dtype, y.shape, 'positive');
    if (by) scene.place({ op, inputs: [x.name, by.name] });
    return;
  }
  if (op === 'PRelu') {
    // ONNX Runtime's own inference takes the slope's sizes for no part of the result.
    const slope = scene.input(
      x.dtype,
      x.shape.map((dim) => (rng.chance(0.5) ? constant(1) : dim)),
    );
    if (slope) scene.place({ op, inputs: [x.name, slope.name] });
    return;
  }
  const inputs = rng.chance(0.5) ? [x.name, y.name] : [y.name, x.name];
  scene.place({ op, inputs, attributes: op === 'Mod' ? { fmod: 1 } : {} });
};

const variadic: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [0, 4]);
  if (!x) return;
  const others = rng.list(rng.int(0, 2), () => partnerOf(scene, x) ?? x);
  const op = rng.pick(['Sum', 'Mean', 'Max', 'Min']);
  scene.place({ op, inputs: rng.shuffle([x, ...others]).map(({ name }) => name) });
};

const where: Recipe = (scene) => {
  const x = tensorOf(scene, [0, 4], NUMBERS);
  const y = x && partnerOf(scene, x);
  if (!x || !y) return;
  const like = scene.rng.pick([x, y]).shape.map((dim) => (scene.rng.chance(0.3) ? constant(1) : dim));
  const condition =
    scene.draw(({ dtype, shape }) => dtype === 'bool' && shape.length <= 4) ?? scene.input('bool', like);
  if (condition) scene.place({ op: 'Where', inputs: [condition.name, x.name, y.name] });
};

const UNARY = [
  'Relu',
  'Neg',
  'Abs',
  'Sqrt',
  'Exp',
  'Sigmoid',
  'Tanh',
  'Identity',
  'Floor',
  'Ceil',
  'Sign',
  'Clip',
  'Erf',
  'Softplus',
];

const unary: Recipe = (scene) => {
  const x = tensorOf(scene, [0, 5]);
  if (x) scene.place({ op: scene.rng.pick(UNARY), inputs: [x.name] });
};

const cast: Recipe = (scene) => {
  const x = tensorOf(scene, [0, 4], ['float32', 'int64', 'int32', 'bool', 'float64']);
  const to = scene.rng.pick(['float32', 'float32', 'int64', 'int32', 'float64', 'bool', 'float16', 'uint8'] as const);
  if (x) scene.place({ op: 'Cast', inputs: [x.name], attributes: { to } });
};

const matmul: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [1, 4]);
  if (!x) return;
  const inner = x.shape.at(-1) ?? constant(1);
  const found = scene.draw(({ dtype, shape }) => dtype === x.dtype && shape.length > 0 && shape.at(-2) === inner);
  const batch = rng.chance(0.5) ? x.shape.slice(0, -2).map((dim) => (rng.chance(0.4) ? constant(1) : dim)) : [];
  const other = rng.chance(0.15) ? scene.size() : inner;
  const y =
    (rng.chance(0.5) ? found : undefined) ??
    scene.input(x.dtype, rng.chance(0.15) ? [other] : [...batch, other, scene.size()]);
  if (y) scene.place({ op: 'MatMul', inputs: [x.name, y.name] });
};

const gemm: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [2, 2]);
  if (!x) return;
  const [transA, transB] = [rng.int(0, 1), rng.int(0, 1)];
  const inner = x.shape[transA ? 0 : 1] ?? constant(1);
  const rows = x.shape[transA ? 1 : 0] ?? constant(1);
  const columns = scene.size();
  const y = scene.input('float32', transB ? [columns, inner] : [inner, columns]);
  const bias = rng.pick([[columns], [constant(1), columns], [rows, constant(1)], [constant(1)], [rows, columns]]);
  const c = rng.chance(0.6) ? scene.input('float32', bias) : undefined;
  if (!c && scene.opset < 11) return;
  if (y) scene.place({ op: 'Gemm', inputs: [x.name, y.name, c?.name], attributes: { transA, transB } });
};

const REDUCTIONS = [
  'ReduceSum',
  'ReduceMean',
  'ReduceMax',
  'ReduceMin',
  'ReduceProd',
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSumExp',
  'ReduceSumSquare',
];

const reduce: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [0, 5]);
  if (!x) return;
  const op = rng.pick(REDUCTIONS);
  const rank = x.shape.length;
  let axes = rank > 0 && rng.chance(0.8) ? axesOf(scene, rank) : undefined;
  if (scene.opset < 11) axes = axes?.map((axis) => (axis + rank) % rank);
  const given = listArgument(scene, op, { name: 'axes', values: axes, position: 1 });
  const empty =
    !axes && scene.schema(op)?.attributes.has('noop_with_empty_axes') ? { noop_with_empty_axes: rng.int(0, 1) } : {};
  scene.place({
    op,
    inputs: [x.name, ...given.inputs],
    attributes: { keepdims: rng.int(0, 1), ...given.attributes, ...empty },
  });
};

const alongAxis: Recipe = (scene) => {
  const { rng } = scene;
  const x = tensorOf(scene, [1, 4]);
  if (!x) return;
  const rank = x.shape.length;
  const axis = scene.opset > 10 ? axisOf(scene, rank) : rng.int(0, rank - 1);
  const op = rng.pick([
    'ArgMax',
    'ArgMin',
    'Softmax',
    'LogSoftmax',
    'Hardmax',
    'CumSum',
    'TopK',
    'Trilu',
    'NonZero',
    'Unique',
    'Compress',
  ]);
  switch (op) {
    case 'ArgMax':
    case 'ArgMin':
      return scene.place({ op, inputs: [x.name], attributes: { axis, keepdims: rng.int(0, 1) } });
    case 'CumSum':
      return scene.place({
        op,
        inputs: [x.name, scene.scalar('int64', axis)],
        attributes: { exclusive: rng.int(0, 1), reverse: rng.int(0, 1) },
      });
    case 'TopK': {
      const k = rng.pick([1, 1, 2, 3]);
      if (scene.opset < 10) return scene.place({ op, inputs: [x.name], attributes: { axis, k }, outputs: 2 });
      return scene.place({ op, inputs: [x.name, scene.ints([k])], attributes: { axis }, outputs: 2 });
    }
    case 'Trilu':
      return (
        rank > 1 &&
        scene.place({ op, inputs: [x.name, rng.chance(0.5) ? scene.scalar('int64', rng.int(-2, 2)) : undefined] })
      );
    case 'NonZero':
      return scene.place({ op, inputs: [x.name] });
    case 'Unique':
      return scene.place({
        op,
        inputs: [x.name],
        attributes: { axis: rng.chance(0.5) ? axis : undefined, sorted: rng.int(0, 1) },
        outputs: rng.int(1, 4),
      });
    case 'Compress': {
      const condition = scene.input('bool', [scene.size()]);
      return (
        condition &&
        scene.place({ op, inputs: [x.name, condition.name], attributes: { axis: rng.chance(0.5) ? axis : undefined } })
      );
    }
    default:
      return scene.place({ op, inputs: [x.name], attributes: { axis } });
  }
};

const EQUATIONS = [
  'ij,jk->ik',
  'ij,jk',
  'bij,bjk->bik',
  'ij->ji',
  'ii->i',
  'ij->',
  'bi,bi->b',
  '...ij,...jk->...ik',
  'bij->bj',
  '...i->...',
];

const einsum: Recipe = (scene) => {
  const { rng } = scene;
  const equation = rng.pick(EQUATIONS);
  const letters = new Map<string, Dim>();
  const inputs = (equation.split('->')[0] ?? '').split(',').map((term) => {
    const rank = term.replace('...', '').length;
    const sizes = [...term.replace('...', '')];
    const x = rng.chance(0.5)
      ? scene.draw(
          ({ dtype, shape }) =>
            dtype === 'float32' &&
            shape.length === rank &&
            sizes.every((letter, i) => [undefined, shape[i]].includes(letters.get(letter))),
        )
      : undefined;
    const dims = sizes.map((letter, i) => {
      const dim = letters.get(letter) ?? x?.shape[i] ?? scene.size();
      letters.set(letter, dim);
      return dim;
    });
    const batch = term.startsWith('...') && !x ? rng.list(rng.int(0, 2), () => scene.size()) : [];
    return (x ?? scene.input('float32', [...batch, ...dims]))?.name;
  });
  if (inputs.every(Boolean)) scene.place({ op: 'Einsum', inputs, attributes: { equation } });
};

/** The family. */
export const MATH_RECIPES: readonly Recipe[] = [
  binary,
  binary,
  variadic,
  where,
  unary,
  cast,
  matmul,
  gemm,
  reduce,
  alongAxis,
  einsum,
];
