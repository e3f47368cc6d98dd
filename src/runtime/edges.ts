// What a session takes and gives: the names, types and contract of a model, and which of its types cannot pass through.
import type { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { type ReadModel, readModel } from '../../codegen/onnx/read.ts';
import { type Diagnostic, throwDiagnostics } from '../base/errors.ts';
import { type Contract, contractOf } from '../ir/contract.ts';
import type { Graph } from '../ir/graph.ts';
import { formatType, type ValueType } from '../ir/type.ts';
import { EdgesCache } from './edges-cache.ts';
import { isRunDType, RUN_DTYPES } from './elements.ts';

/** The inputs and outputs of a model, and what valid feeds meet. */
export interface ModelEdges {
  /** The model in messages. */
  readonly name: string;
  readonly contract: Contract;
  readonly inputs: ReadonlyMap<string, ValueType>;
  readonly outputs: ReadonlyMap<string, ValueType>;
  /** Whether dimwise wrote the model, so that the sizes of its outputs are as inferred. */
  readonly isOurs: boolean;
  /** Bytes that the model takes of each file of its external data; undefined where somebody else has looked after them. */
  readonly externalBytes?: ReadonlyMap<string, number> | undefined;
}

/** The edges of a graph; `contract` is the one that was saved with it. */
export function edgesOfGraph(graph: Graph, contract: Contract = contractOf(graph)): ModelEdges {
  const types = (values: Graph['inputs']): Map<string, ValueType> =>
    new Map(values.map((value) => [value.name ?? '', value.type]));
  return { name: graph.name, contract, inputs: types(graph.inputs), outputs: types(graph.outputs), isOurs: true };
}

/** The edges of a model that was read; one that dimwise did not write promises nothing about the ranges of its symbols. */
export function edgesOfRead({ graph, contract, declared }: ReadModel): ModelEdges {
  const edges = edgesOfGraph(graph, contract ?? { ...contractOf(graph), symbols: {} });
  const outputs = graph.outputs.map((value): [string, ValueType] => [
    value.name ?? '',
    declared.get(value) ?? value.type,
  ]);
  return { ...edges, outputs: new Map(outputs), isOurs: contract !== undefined };
}

/** The edges of the models that sessions were made of last. */
const known = new EdgesCache();

/**
 * The edges of a model that was opened or edited. Feeds must meet what inference finds; where it finds mistakes, the runtime has the word.
 * A model of the same content, with all its data inside, is inferred once.
 *
 * @param packed the bytes of the model, as ONNX Runtime loads them; undefined where a part of its data is elsewhere
 * @throws ONNX_MALFORMED, EXTERNAL_DATA when the model cannot be read
 */
export function edgesOfModel(model: OnnxModel, packed: Uint8Array | undefined): ModelEdges {
  const edges = (): ModelEdges => {
    const { read, mistakes } = model.inference;
    return edgesOfRead(mistakes.length === 0 ? read : model.read());
  };
  if (!packed) return edges();
  return known.edgesOf(packed, JSON.stringify(model.limits), () => ({ edges: edges(), limits: model.limits }));
}

/**
 * The edges of a model file; nothing is inferred. Bytes of the same content are read once.
 *
 * @throws ONNX_MALFORMED when the bytes are no model
 */
export function edgesOfBytes(bytes: Uint8Array): ModelEdges {
  return known.edgesOf(bytes, 'bytes', () => {
    const message = decodeModel(bytes);
    // Weights in other files are not looked into here: the runtime reads them.
    const externalBytes = new Map<string, number>();
    const resolveExternal = ({ location, offset, length }: { location: string; offset: number; length: number }) => {
      externalBytes.set(location, Math.max(externalBytes.get(location) ?? 0, offset + length));
      return { kind: 'file', location, offset, length } as const;
    };
    return { edges: { ...edgesOfRead(readModel(message, { resolveExternal })), externalBytes }, message };
  });
}

/**
 * Makes sure that all inputs and outputs are of types that ONNX Runtime passes to and from JavaScript; others crash or fail
 * inside of it.
 *
 * @throws RUNTIME_FAILED for each one that is not
 */
export function checkEdges(edges: ModelEdges): void {
  const mistakes: Diagnostic[] = [];
  for (const [side, types] of [
    ['input', edges.inputs],
    ['output', edges.outputs],
  ] as const) {
    for (const [name, type] of types) {
      const open = type.kind === 'unknown' || (type.kind === 'tensor' && type.dtype === 'undefined');
      if (open || (type.kind === 'tensor' && isRunDType(type.dtype))) continue;
      mistakes.push({
        code: 'RUNTIME_FAILED',
        message: `${side} "${name}" of ${edges.name} is ${formatType(type)}, which onnxruntime-node cannot pass ${side === 'input' ? 'in' : 'out'}`,
        origin: { what: `${side} "${name}"` },
        expected: `a tensor of ${RUN_DTYPES.join(', ')}`,
        actual: formatType(type),
        hint:
          type.kind === 'tensor'
            ? 'cast it to float32 or int32 inside of the model'
            : 'take it apart inside of the model',
      });
    }
  }
  throwDiagnostics(mistakes);
}
