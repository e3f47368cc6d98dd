// Small graphs that together use every part of emission, each with feeds under two bindings.

import { sub } from '../../src/dim/arithmetic.ts';
import { constant, freshSymbol, symbol } from '../../src/dim/dim.ts';
import type { Attribute } from '../../src/ir/attribute.ts';
import type { DType } from '../../src/ir/dtype.ts';
import { functionKey } from '../../src/ir/function-key.ts';
import { Graph, type Value } from '../../src/ir/graph.ts';
import type { ParameterCell } from '../../src/ir/parameter-cell.ts';
import { type TensorData, tensorFromBytes, tensorFromValues } from '../../src/ir/tensor-data.ts';
import { toShape, type ValueType } from '../../src/ir/type.ts';
import { parseType } from '../../src/ir/type-text.ts';

/** One graph with what to feed it. */
export interface Sample {
  readonly name: string;
  readonly make: () => Graph;
  /** Sizes of the inputs, once for each binding; values are 0, 1, 2, ... of the input's type. */
  readonly bindings: readonly Readonly<Record<string, readonly number[]>>[];
}

/** What a node of a sample is made of. */
interface NodeSpec {
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly path?: string;
  readonly outputs: readonly (string | ValueType)[];
}

/** Adds a node whose output types are given, so that samples do not depend on inference. */
export function addOp(graph: Graph, op: string, inputs: readonly (Value | undefined)[], spec: NodeSpec): Value[] {
  const { domain = '', attributes = {}, path, outputs } = spec;
  const node = graph.addNode({
    domain,
    op,
    inputs,
    outputs: outputs.length,
    attributes: new Map(Object.entries(attributes)),
    origin: path === undefined ? undefined : { path },
  });
  outputs.forEach((type, i) => node.outputs[i]?.setType(typeof type === 'string' ? parseType(type).type : type));
  return [...node.outputs];
}

/** Adds a node with one output. */
export function addOne(graph: Graph, op: string, inputs: readonly (Value | undefined)[], spec: NodeSpec): Value {
  const [value] = addOp(graph, op, inputs, spec);
  if (!value) throw new TypeError(`${op} has no output`);
  return value;
}

/** Adds an input by the text of its type. */
export function addInput(graph: Graph, name: string, type: string): Value {
  return graph.addInput(name, parseType(type).type);
}

/** A parameter whose elements are drawn: element i is `i * step`. */
export function lazyCell(path: string, shape: readonly number[], step = 0.01): ParameterCell {
  const source = {
    description: `ramp ${step}`,
    fill(out: Uint8Array, firstElement: number): void {
      const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
      for (let at = 0; at < out.length; at += 4) view.setFloat32(at, (firstElement + at / 4) * step, true);
    },
  };
  const data: TensorData = { dtype: 'float32', shape, storage: { kind: 'lazy', source } };
  return {
    path,
    dtype: 'float32',
    shape: toShape(shape),
    origin: undefined,
    settledBy: () => undefined,
    data: () => data,
  };
}

const floats = (...values: number[]): TensorData => tensorFromValues('float32', [values.length], values);
const ints = (...values: number[]): TensorData => tensorFromValues('int64', [values.length], values);

function named(value: Value, name: string): Value {
  value.name = name;
  return value;
}

/** Two dense layers with drawn weights. */
export function mlpGraph(width = 16): Graph {
  const graph = new Graph({ name: 'mlp' });
  const x = addInput(graph, 'x', 'float32[batch, 20]');
  const weight = graph.addParameter(lazyCell('0.weight', [width, 20]));
  const bias = graph.addParameter(lazyCell('0.bias', [width]));
  const gemm = addOne(graph, 'Gemm', [x, weight, bias], {
    attributes: { transB: { kind: 'int', value: 1 } },
    path: 'mlp.0 dense',
    outputs: [`float32[batch, ${width}]`],
  });
  const y = addOne(graph, 'Relu', [gemm], { path: 'mlp.1 relu', outputs: [`float32[batch, ${width}]`] });
  graph.setOutputs([named(y, 'y')]);
  return graph;
}

function sameOutputTwice(): Graph {
  const graph = new Graph({ name: 'twice' });
  const x = addInput(graph, 'x', 'float32[n]');
  const y = named(addOne(graph, 'Relu', [x], { outputs: ['float32[n]'] }), 'y');
  graph.setOutputs([y, y]);
  return graph;
}

function constantAndInputOut(): Graph {
  const graph = new Graph({ name: 'edges' });
  const x = addInput(graph, 'x', 'float32[n]');
  const c = graph.addConstant(floats(1, 2), 'c');
  graph.setOutputs([x, c, named(addOne(graph, 'Neg', [x], { outputs: ['float32[n]'] }), 'y')]);
  return graph;
}

/** One branch adds a constant of its own, the other hands a value of the outer graph on. */
function branches(): Graph {
  const graph = new Graph({ name: 'branches' });
  const x = addInput(graph, 'x', 'float32[n]');
  const condition = addInput(graph, 'condition', 'bool[]');
  const inner = addOne(graph, 'Relu', [x], { outputs: ['float32[n]'], path: 'branches.0 relu' });
  const then = new Graph({ name: 'then', parent: graph });
  const one = then.addConstant(floats(1));
  then.setOutputs([addOne(then, 'Add', [inner, one], { outputs: ['float32[n]'], path: 'branches.1 then' })]);
  const otherwise = new Graph({ name: 'otherwise', parent: graph });
  otherwise.setOutputs([inner]);
  const y = addOne(graph, 'If', [condition], {
    attributes: { then_branch: { kind: 'graph', value: then }, else_branch: { kind: 'graph', value: otherwise } },
    outputs: ['float32[n]'],
  });
  graph.setOutputs([named(y, 'y')]);
  return graph;
}

function loop(): Graph {
  const graph = new Graph({ name: 'loop' });
  const x = addInput(graph, 'x', 'float32[n]');
  const trips = graph.addConstant(tensorFromValues('int64', [], [3]), 'trips');
  const body = new Graph({ name: 'body', parent: graph });
  addInput(body, 'i', 'int64[]');
  const keep = addInput(body, 'keep', 'bool[]');
  const state = addInput(body, 'state', 'float32[n]');
  const next = addOne(body, 'Add', [state, x], { outputs: ['float32[n]'] });
  body.setOutputs([keep, next]);
  const y = addOne(graph, 'Loop', [trips, undefined, x], {
    attributes: { body: { kind: 'graph', value: body } },
    outputs: ['float32[n]'],
  });
  graph.setOutputs([named(y, 'y')]);
  return graph;
}

/** A function with an attribute, a default and a constant. */
function localFunction(): Graph {
  const graph = new Graph({ name: 'calls' });
  const body = new Graph({ name: 'scaled', opsets: new Map([['', 21]]) });
  const x = addInput(body, 'x', 'unknown');
  const two = body.addConstant(floats(2), 'two');
  const leaky = addOne(body, 'LeakyRelu', [x], {
    attributes: { alpha: { kind: 'ref', value: 'alpha', of: 'float' } },
    outputs: ['unknown'],
  });
  body.setOutputs([named(addOne(body, 'Mul', [leaky, two], { outputs: ['unknown'] }), 'y')]);
  graph.functions.set(functionKey('local', 'scaled'), {
    domain: 'local',
    name: 'scaled',
    overload: '',
    body,
    attributes: [],
    defaults: new Map([['alpha', { kind: 'float', value: 0.5 }]]),
    opsets: new Map([['', 21]]),
  });
  const input = addInput(graph, 'input', 'float32[n]');
  const y = addOne(graph, 'scaled', [input], { domain: 'local', outputs: ['float32[n]'] });
  graph.setOutputs([named(y, 'y')]);
  return graph;
}

/** Two sizes that depend on data; a symbol of the author has the name that the first one would get. */
function freshSizes(): Graph {
  const graph = new Graph({ name: 'fresh' });
  const x = addInput(graph, 'x', 'float32[count0]');
  const found = (): ValueType => ({ kind: 'tensor', dtype: 'int64', shape: [constant(1), freshSymbol('count')] });
  const a = named(addOne(graph, 'NonZero', [x], { outputs: [found()] }), 'a');
  const b = named(addOne(graph, 'NonZero', [x], { outputs: [found()] }), 'b');
  graph.setOutputs([a, b]);
  return graph;
}

/** Attributes of the kinds that operators of ONNX have, and an expression as a size. */
function attributes(): Graph {
  const graph = new Graph({ name: 'attributes' });
  const h = symbol('h');
  const x = graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [constant(1), constant(1), h, h] });
  const pooled = addOne(graph, 'MaxPool', [x], {
    attributes: {
      kernel_shape: { kind: 'ints', value: [3, 3] },
      auto_pad: { kind: 'string', value: 'VALID' },
    },
    outputs: [{ kind: 'tensor', dtype: 'float32', shape: [constant(1), constant(1), sub(h, 2), sub(h, 2)] }],
  });
  const list = addOne(graph, 'Constant', [], {
    attributes: { value_floats: { kind: 'floats', value: [0.5] } },
    outputs: ['float32[1]'],
  });
  const strings = addOne(graph, 'Constant', [], {
    attributes: { value_strings: { kind: 'strings', value: ['a', 'é'] } },
    outputs: ['string[2]'],
  });
  const empty = addOne(graph, 'Constant', [], {
    attributes: { value_ints: { kind: 'ints', value: [] } },
    outputs: ['int64[0]'],
  });
  const sparse = addOne(graph, 'Constant', [], {
    attributes: { sparse_value: { kind: 'sparse_tensor', value: { values: floats(7), indices: ints(1), shape: [3] } } },
    outputs: ['float32[3]'],
  });
  const dense = addOne(graph, 'Relu', [sparse], { outputs: ['float32[3]'] });
  const y = addOne(graph, 'Mul', [pooled, list], { outputs: [pooled.type] });
  graph.setOutputs([named(y, 'y'), named(strings, 's'), named(empty, 'e'), named(dense, 'dense')]);
  return graph;
}

const FLOAT_BYTES: readonly (readonly [DType, number])[] = [
  ['float16', 2],
  ['bfloat16', 2],
  ['float8e4m3fn', 1],
  ['float8e5m2', 1],
  ['float64', 8],
];

/** Initializers of many element types, each brought to float32. */
function dtypes(): Graph {
  const graph = new Graph({ name: 'dtypes' });
  const outputs: Value[] = [];
  const cast = (value: Value, name: string): void => {
    const to: Attribute = { kind: 'int', value: 1 };
    outputs.push(named(addOne(graph, 'Cast', [value], { attributes: { to }, outputs: ['float32[2]'] }), name));
  };
  for (const [dtype, width] of FLOAT_BYTES) {
    cast(graph.addConstant(tensorFromBytes(dtype, [2], new Uint8Array(2 * width)), dtype), `from.${dtype}`);
  }
  for (const dtype of ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64', 'bool'] as const) {
    cast(graph.addConstant(tensorFromValues(dtype, [2], [1, 0]), dtype), `from.${dtype}`);
  }
  const scale = graph.addConstant(tensorFromValues('float32', [], [2]), 'scale');
  for (const dtype of ['int4', 'uint4'] as const) {
    const packed = graph.addConstant(tensorFromBytes(dtype, [2], Uint8Array.of(0x21)), dtype);
    const real = addOne(graph, 'DequantizeLinear', [packed, scale], { outputs: ['float32[2]'] });
    outputs.push(named(real, `from.${dtype}`));
  }
  const texts: TensorData = { dtype: 'string', shape: [2], storage: { kind: 'strings', values: ['', 'zwei'] } };
  const copied = addOne(graph, 'Identity', [graph.addConstant(texts, 'texts')], { outputs: ['string[2]'] });
  graph.setOutputs([...outputs, named(copied, 'copied')]);
  return graph;
}

/** Optional outputs that nobody reads: one before and one behind the one that is read. */
function optionalOutputs(): Graph {
  const graph = new Graph({ name: 'optional' });
  const x = addInput(graph, 'x', 'float32[s, 1, 2]');
  const weight = (name: string, shape: number[]): Value => graph.addParameter(lazyCell(name, shape));
  const inputs = [x, weight('w', [1, 12, 2]), weight('r', [1, 12, 3])];
  const [, last] = addOp(graph, 'LSTM', inputs, {
    attributes: { hidden_size: { kind: 'int', value: 3 } },
    outputs: ['float32[s, 1, 1, 3]', 'float32[1, 1, 3]', 'float32[1, 1, 3]'],
  });
  graph.setOutputs(last ? [named(last, 'last')] : []);
  return graph;
}

function sequences(): Graph {
  const graph = new Graph({ name: 'sequences' });
  const x = addInput(graph, 'x', 'float32[n, 2]');
  const list = addOne(graph, 'SequenceConstruct', [x, x], { outputs: ['seq(float32[n, 2])'] });
  const y = addOne(graph, 'ConcatFromSequence', [list], {
    attributes: { axis: { kind: 'int', value: 0 } },
    outputs: ['float32[2*n, 2]'],
  });
  graph.setOutputs([named(y, 'y')]);
  return graph;
}

/** All samples. */
export const SAMPLES: readonly Sample[] = [
  { name: 'mlp', make: mlpGraph, bindings: [{ x: [2, 20] }, { x: [5, 20] }] },
  { name: 'the same output twice', make: sameOutputTwice, bindings: [{ x: [2] }, { x: [3] }] },
  { name: 'an input and a constant as outputs', make: constantAndInputOut, bindings: [{ x: [2] }, { x: [3] }] },
  {
    name: 'branches that capture',
    make: branches,
    bindings: [
      { x: [2], condition: [] },
      { x: [3], condition: [] },
    ],
  },
  { name: 'a loop', make: loop, bindings: [{ x: [2] }, { x: [3] }] },
  { name: 'a function', make: localFunction, bindings: [{ input: [2] }, { input: [3] }] },
  { name: 'sizes that depend on data', make: freshSizes, bindings: [{ x: [2] }, { x: [3] }] },
  { name: 'attributes', make: attributes, bindings: [{ x: [1, 1, 4, 4] }, { x: [1, 1, 7, 7] }] },
  { name: 'element types', make: dtypes, bindings: [{}] },
  { name: 'optional outputs', make: optionalOutputs, bindings: [{ x: [2, 1, 2] }, { x: [3, 1, 2] }] },
  { name: 'sequences', make: sequences, bindings: [{ x: [1, 2] }, { x: [3, 2] }] },
];
