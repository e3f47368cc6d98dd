// Recipes for windows that slide: convolutions, pools, resizing.
import { constant } from '../../src/dim/dim.ts';
import { type Recipe, tensorOf } from './recipe.ts';
import type { Known, Scene } from './scene.ts';

/** An image of 1 or 2 spatial axes. */
function imageOf(scene: Scene): Known | undefined {
  const { rng } = scene;
  if (rng.chance(0.6)) return tensorOf(scene, [3, 4]);
  return scene.input('float32', [
    scene.size(),
    constant(rng.int(1, 4)),
    ...rng.list(rng.int(1, 2), () => scene.size()),
  ]);
}

const PADDINGS = ['NOTSET', 'NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'];

interface WindowAttributes {
  readonly kernel: readonly number[];
  readonly attributes: Readonly<Record<string, number | string | readonly number[]>>;
}

/** Attributes of a window; pads below the kernel's span where `inside` asks for it. */
function windowOf(scene: Scene, axes: number, inside: boolean): WindowAttributes {
  const { rng } = scene;
  const kernel = rng.list(axes, () => rng.int(1, 4));
  const attributes: Record<string, number | string | readonly number[]> = { kernel_shape: kernel };
  if (rng.chance(0.6)) attributes['strides'] = rng.list(axes, () => rng.int(1, 3));
  const mode = rng.pick(PADDINGS);
  if (mode !== 'NOTSET') attributes['auto_pad'] = mode;
  if (mode === 'NOTSET' && rng.chance(0.3)) attributes['dilations'] = rng.list(axes, () => rng.int(1, 3));
  if (mode === 'NOTSET' && rng.chance(0.6)) {
    attributes['pads'] = rng.list(2 * axes, (i) => Math.min(rng.int(0, 3), inside ? (kernel[i % axes] ?? 1) - 1 : 3));
  }
  return { kernel, attributes };
}

const conv: Recipe = (scene) => {
  const { rng } = scene;
  const x = imageOf(scene);
  const channels = x?.shape[1];
  if (!x || !channels) return;
  const { kernel, attributes } = windowOf(scene, x.shape.length - 2, false);
  const group =
    channels.kind === 'const' && channels.value > 0 && channels.value <= 8 && rng.chance(0.3) ? channels.value : 1;
  const perGroup = group > 1 ? constant(1) : rng.chance(0.9) ? channels : constant(2);
  const features = constant(group * rng.int(1, 3));
  const weight = scene.input('float32', [features, perGroup, ...kernel]);
  const bias = rng.chance(0.4) ? scene.input('float32', [features]) : undefined;
  if (weight)
    scene.place({ op: 'Conv', inputs: [x.name, weight.name, bias?.name], attributes: { ...attributes, group } });
};

const convTranspose: Recipe = (scene) => {
  const { rng } = scene;
  const x = imageOf(scene);
  const channels = x?.shape[1];
  if (!x || !channels) return;
  const axes = x.shape.length - 2;
  const { kernel, attributes } = windowOf(scene, axes, true);
  const strides = attributes['strides'];
  const extra =
    Array.isArray(strides) && rng.chance(0.4) ? { output_padding: strides.map((s: number) => rng.int(0, s - 1)) } : {};
  const weight = scene.input('float32', [channels, scene.size(), ...kernel]);
  if (weight)
    scene.place({ op: 'ConvTranspose', inputs: [x.name, weight.name], attributes: { ...attributes, ...extra } });
};

const pool: Recipe = (scene) => {
  const { rng } = scene;
  const x = imageOf(scene);
  if (!x) return;
  const op = rng.pick(['MaxPool', 'AveragePool', 'LpPool']);
  const { attributes } = windowOf(scene, x.shape.length - 2, true);
  const schema = scene.schema(op);
  const known = Object.entries(attributes).filter(([name]) => schema?.attributes.has(name));
  const ceil = schema?.attributes.has('ceil_mode') ? { ceil_mode: rng.int(0, 1) } : {};
  const outputs = op === 'MaxPool' && scene.opset > 7 && rng.chance(0.3) ? 2 : 1;
  scene.place({ op, inputs: [x.name], attributes: { ...Object.fromEntries(known), ...ceil }, outputs });
};

const globalPool: Recipe = (scene) => {
  const x = imageOf(scene);
  if (x) scene.place({ op: scene.rng.pick(['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool']), inputs: [x.name] });
};

const resize: Recipe = (scene) => {
  const { rng } = scene;
  const x = imageOf(scene);
  if (!x || scene.opset < 10) return;
  const rank = x.shape.length;
  const spatial = (draw: () => number): number[] => x.shape.map((_, i) => (i < 2 ? 1 : draw()));
  const scales = scene.ints(
    spatial(() => rng.pick([1, 2, 3, 0.5, 1.5, 0.25, 0.75])),
    'float32',
  );
  if (scene.opset < 11) return scene.place({ op: 'Resize', inputs: [x.name, scales] });
  const sizes = x.shape.map((dim, i) => (i < 2 ? dim : constant(rng.int(1, 7))));
  const known = sizes.map((dim) => (dim.kind === 'const' ? dim.value : 0));
  const roi = scene.opset < 13 ? scene.ints([], 'float32') : undefined;
  if (rng.chance(0.6) || known.includes(0)) return scene.place({ op: 'Resize', inputs: [x.name, roi, scales] });
  const none = scene.opset < 13 ? scene.ints([], 'float32') : undefined;
  return scene.place({ op: 'Resize', inputs: [x.name, roi, none, scene.ints(known.slice(0, rank))] });
};

const normalization: Recipe = (scene) => {
  const { rng } = scene;
  const x = imageOf(scene);
  const channels = x?.shape[1];
  if (!x || !channels) return;
  const vector = () => scene.input('float32', [channels], 'positive')?.name;
  if (rng.chance(0.5)) {
    const inputs = rng.list(4, vector);
    if (inputs.every(Boolean)) scene.place({ op: 'BatchNormalization', inputs: [x.name, ...inputs] });
  } else {
    const inputs = rng.list(2, vector);
    if (inputs.every(Boolean)) scene.place({ op: 'InstanceNormalization', inputs: [x.name, ...inputs] });
  }
};

/** The family. */
export const WINDOW_RECIPES: readonly Recipe[] = [conv, convTranspose, pool, pool, globalPool, resize, normalization];
