// The models that every pass is tried on: all examples, and models with bodies, identities and scaffolding.
import {
  type BoundModel,
  type DefinedModel,
  dense,
  dropout,
  graph,
  model,
  op,
  relu,
  sequential,
  tensor,
  type Value,
} from 'dimwise';
import { Tensor } from 'onnxruntime-node';
import { gatedNetwork } from '../../examples/custom-layer.ts';
import { network } from '../../examples/deferred-init.ts';
import { nearestPrototypes } from '../../examples/ir-builder.ts';
import { lenet } from '../../examples/lenet.ts';
import { mlp } from '../../examples/mlp.ts';
import { resnet18 } from '../../examples/resnet18.ts';
import { encoder } from '../../examples/transformer.ts';
import { formulaInput } from '../helpers/formula.ts';

/** A model to try passes on. */
export interface PassModel {
  readonly name: string;
  readonly bind: () => BoundModel;
  /** Feeds for runs. */
  readonly feeds: readonly Readonly<Record<string, Tensor>>[];
}

const floats = (shape: readonly number[], name = 'x'): Tensor =>
  new Tensor('float32', formulaInput(name, shape), shape);
const flag = (value: boolean): Tensor => new Tensor('bool', [value], []);
const one = (values: readonly Value[]): Value => {
  const [value] = values;
  if (!value) throw new TypeError('an operator has an output');
  return value;
};

function example(
  name: string,
  define: () => DefinedModel,
  sizes: readonly (number | string)[],
  shape: readonly number[],
): PassModel {
  return { name, bind: () => define().initialize({ seed: 3 }).bind(sizes), feeds: [{ x: floats(shape) }] };
}

/** All examples. */
export const EXAMPLES: readonly PassModel[] = [
  example('deferred-init', network, ['n', 20], [2, 20]),
  example('mlp', mlp, ['batch', 20], [3, 20]),
  example('lenet', lenet, ['batch', 1, 28, 28], [2, 1, 28, 28]),
  example('resnet18', resnet18, ['batch', 3, 'height', 'width'], [1, 3, 33, 40]),
  example('transformer', encoder, ['batch', 'seq', 64], [2, 5, 64]),
  example('ir-builder', nearestPrototypes, ['rows', 12], [4, 12]),
  example('custom-layer', gatedNetwork, ['n', 10], [3, 10]),
];

const bothWays = [
  { x: floats([2, 4]), on: flag(true) },
  { x: floats([2, 4]), on: flag(false) },
];
const inputs = { x: ['n', 4], on: tensor('bool', []) } as const;

/** Models whose branches and loops hold layers, identities, constants and values from around them. */
export const WITH_BODIES: readonly PassModel[] = [
  {
    name: 'layers in branches',
    bind: () => {
      const small = dense(3);
      const deep = sequential(dense(5), relu(), dropout(0.5), dense(3));
      const net = (x: Value, on: Value): Value =>
        one(op.If(on, { then_branch: () => small(x), else_branch: () => deep(x) }));
      return model(net, { inputs })
        .initialize({ seed: 3 })
        .bind({ x: ['n', 4], on: [] });
    },
    feeds: bothWays,
  },
  {
    name: 'branches that return values from around them',
    bind: () => {
      const net = (x: Value, on: Value): Value => {
        const positive = op.Relu(op.Identity(x));
        const negative = op.Neg(x);
        return op.Add(
          one(op.If(on, { then_branch: () => positive, else_branch: () => op.Identity(op.Identity(negative)) })),
          1,
        );
      };
      return model(net, { inputs }).bind({ x: ['n', 4], on: [] });
    },
    feeds: bothWays,
  },
  {
    name: 'a loop over values and constants from around it',
    bind: () =>
      graph((g) => {
        const x = g.input('x', 'float32', ['n', 4]);
        const scale = op.Sigmoid(x);
        const none = op.Neg(x);
        const [last, rows] = op.Loop(3, true, [op.Identity(x)], {
          body: (_step, keep, state) => {
            op.Mul(state ?? x, none);
            const next = op.Mul(op.Identity(state ?? x), scale);
            const flat = op.Reshape(
              next,
              op.Concat([op.Shape(g.constant([1, 2, 3, 4])), g.constant([-1n])], { axis: 0 }),
            );
            return [op.Identity(keep ?? op.Cast(x, { to: 'bool' })), next, op.ReduceSum(flat, [1])];
          },
        });
        return { last: last ?? x, rows: rows ?? x };
      }).bind(['n', 4]),
    feeds: [{ x: floats([1, 4]) }, { x: floats([3, 4]) }],
  },
  {
    name: 'a layer called again and again in a loop, inside of a branch',
    bind: () => {
      const step = dense(4, { activation: 'tanh' });
      const loop = (x: Value): Value =>
        one(op.Loop(3, undefined, [x], { body: (_i, keep, state) => [keep ?? x, op.Add(step(state ?? x), x)] }));
      const net = (x: Value, on: Value): Value =>
        one(op.If(on, { then_branch: () => loop(x), else_branch: () => op.Identity(x) }));
      return model(net, { inputs })
        .initialize({ seed: 3 })
        .bind({ x: ['n', 4], on: [] });
    },
    feeds: bothWays,
  },
  {
    name: 'an unread branch',
    bind: () => {
      const net = (x: Value, on: Value): Value => {
        const wasted = op.Exp(x);
        op.If(on, { then_branch: () => op.Relu(wasted), else_branch: () => wasted });
        return op.Where(on, op.Neg(x), x);
      };
      return model(net, { inputs }).bind({ x: ['n', 4], on: [] });
    },
    feeds: bothWays,
  },
  {
    name: 'outputs that are inputs, constants and each other',
    bind: () =>
      graph((g) => {
        const x = g.input('x', 'float32', ['n', 4]);
        const doubled = op.Add(x, x);
        const same = op.Identity(doubled);
        return {
          x2: x,
          sizes: op.Shape(g.constant([[1, 2, 3]])),
          doubled,
          same,
          again: dropout()(x),
          c: g.constant(7),
        };
      }).bind(['n', 4]),
    feeds: [{ x: floats([2, 4]) }],
  },
];

/** All of them. */
export const ALL: readonly PassModel[] = [...EXAMPLES, ...WITH_BODIES];
