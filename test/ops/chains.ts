// Graphs for the operators that no case of one node can judge: containers, bodies, sources without inputs.
import { constant, type Dim, symbol } from '../../src/dim/dim.ts';
import type { Plan, PlanBody } from '../random/plan.ts';
import { Rng } from '../random/rng.ts';
import { Scene } from '../random/scene.ts';

/** A graph, and the operators that it judges. */
export interface Chain {
  readonly operators: readonly string[];
  readonly build: (chain: ChainScene) => void;
}

/** A graph in the making that must take each node. */
export class ChainScene {
  readonly #scene: Scene;

  constructor(opset: number) {
    this.#scene = new Scene(new Rng(1), opset, false);
  }

  /** A float32 input with sizes `a`, `b` or numbers. */
  input(...shape: readonly (string | number)[]): string {
    const dims = shape.map((size): Dim => (typeof size === 'number' ? constant(size) : symbol(size)));
    return present(this.#scene.input('float32', dims)?.name, 'an input');
  }

  condition(): string {
    return present(this.#scene.input('bool', [])?.name, 'a condition');
  }

  ints(...values: readonly number[]): string {
    return this.#scene.ints(values);
  }

  int(value: number): string {
    return this.#scene.scalar('int64', value);
  }

  node(op: string, inputs: readonly (string | undefined)[], attributes = {}, outputs = 1): string {
    return this.nodes(op, inputs, attributes, outputs)[0] ?? '';
  }

  nodes(op: string, inputs: readonly (string | undefined)[], attributes = {}, outputs = 1): readonly string[] {
    return present(this.#scene.place({ op, inputs, attributes, outputs }), op);
  }

  /** A body with inputs of the types of values outside, or scalars. */
  body(like: readonly (string | 'int64' | 'bool')[], draw: (names: readonly string[]) => readonly string[]): PlanBody {
    const types = like.map((name) => {
      if (name === 'int64' || name === 'bool') return { dtype: name, shape: [], rank: 0 } as const;
      const { dtype, shape } = present(this.#scene.known(name), name);
      return { dtype, shape };
    });
    return present(this.#scene.body(types, draw), 'a body');
  }

  plan(): Plan {
    return this.#scene.plan();
  }
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the chain has no ${what}`);
  return value;
}

/** All chains. */
export const CHAINS: readonly Chain[] = [
  {
    operators: ['SplitToSequence', 'SequenceAt', 'SequenceLength', 'ConcatFromSequence'],
    build: (chain) => {
      const parts = chain.node('SplitToSequence', [chain.input('a', 'b'), chain.int(1)], { axis: 0 });
      chain.node('SequenceAt', [parts, chain.int(-1)]);
      chain.node('SequenceLength', [parts]);
      chain.node('ConcatFromSequence', [parts], { axis: 1 });
      chain.node('ConcatFromSequence', [parts], { axis: 1, new_axis: 1 });
    },
  },
  {
    operators: ['SequenceConstruct', 'SequenceInsert', 'SequenceErase'],
    build: (chain) => {
      const list = chain.node('SequenceConstruct', [chain.input('a', 3), chain.input('a', 'b')]);
      const longer = chain.node('SequenceInsert', [list, chain.input('a', 'c'), chain.int(0)]);
      chain.node('ConcatFromSequence', [longer], { axis: 1 });
      const shorter = chain.node('SequenceErase', [longer, chain.int(1)]);
      chain.node('SequenceAt', [shorter, chain.int(0)]);
      chain.node('SequenceLength', [shorter]);
    },
  },
  {
    operators: ['SequenceEmpty', 'SequenceInsert'],
    build: (chain) => {
      const one = chain.node('SequenceInsert', [chain.node('SequenceEmpty', []), chain.input('a', 2)]);
      chain.node('SequenceAt', [one, chain.int(0)]);
    },
  },
  {
    operators: ['SequenceMap'],
    build: (chain) => {
      const x = chain.input('a', 'b');
      const list = chain.node('SequenceConstruct', [x, x]);
      const body = chain.body([x], ([element]) => [chain.node('Transpose', [element])]);
      chain.node('ConcatFromSequence', [chain.node('SequenceMap', [list], { body: { body } })], { axis: 0 });
    },
  },
  {
    operators: ['Optional', 'OptionalHasElement', 'OptionalGetElement'],
    build: (chain) => {
      const maybe = chain.node('Optional', [chain.input('a', 'b')]);
      chain.node('OptionalHasElement', [maybe]);
      chain.node('OptionalGetElement', [maybe]);
    },
  },
  {
    operators: ['If'],
    build: (chain) => {
      const [x, y] = [chain.input('a', 'b'), chain.input('a', 'c')];
      const then_branch = { body: chain.body([], () => [chain.node('Concat', [x, x], { axis: 0 })]) };
      const else_branch = { body: chain.body([], () => [chain.node('Relu', [y])]) };
      chain.node('If', [chain.condition()], { then_branch, else_branch });
    },
  },
  {
    operators: ['Loop'],
    build: (chain) => {
      const [x, y] = [chain.input('a', 3), chain.input('b', 3)];
      const trips = chain.node('Gather', [chain.node('Shape', [y]), chain.int(0)]);
      const body = chain.body(['int64', 'bool', x], ([, goesOn, state]) => [
        chain.node('Identity', [goesOn]),
        chain.node('Add', [state, x]),
        chain.node('ReduceSum', [state]),
      ]);
      chain.nodes('Loop', [trips, undefined, x], { body: { body } }, 2);
    },
  },
  {
    // Without a step ONNX Runtime writes 0 for a size of a row that is a number in the first step only.
    operators: ['Loop'],
    build: (chain) => {
      const x = chain.input(1, 'a');
      const body = chain.body(['int64', 'bool', x], ([, goesOn, state]) => [
        chain.node('Identity', [goesOn]),
        chain.node('Concat', [state, x], { axis: 0 }),
        chain.node('ReduceSum', [state, chain.ints(1)]),
      ]);
      chain.nodes('Loop', [chain.int(0), undefined, x], { body: { body } }, 2);
    },
  },
  {
    operators: ['Scan'],
    build: (chain) => {
      const [sum, rows] = [chain.input('b'), chain.input('a', 'b')];
      const body = chain.body([sum, sum], ([state, row]) => [
        chain.node('Add', [state, row]),
        chain.node('Concat', [row, row], { axis: 0 }),
      ]);
      chain.nodes('Scan', [sum, rows], { body: { body }, num_scan_inputs: 1 }, 2);
    },
  },
  {
    operators: ['RandomNormal', 'RandomUniform', 'Constant'],
    build: (chain) => {
      const x = chain.input('a', 1);
      for (const op of ['RandomNormal', 'RandomUniform']) {
        chain.node('Add', [x, chain.node(op, [], { shape: [3] })]);
      }
      chain.node('Reshape', [x, chain.node('Constant', [], { value_ints: [1, -1] })]);
    },
  },
];
