// A compiled model: ONNX operators for one target, ready to be written or run.
import { type EmitOptions, emitModel } from '../../codegen/onnx/emit.ts';
import type { EmittedModel } from '../../codegen/onnx/emitted-model.ts';
import { joinParts } from '../../codegen/onnx/proto/parts.ts';
import { type Contract, contractOf } from '../ir/contract.ts';
import type { Graph } from '../ir/graph.ts';
import type { Target } from '../ir/target.ts';

/** What a compiled model is made of. */
export interface CompiledParts {
  readonly name: string;
  readonly graph: Graph;
  readonly target: Target;
}

/** A model in ONNX operators. Weights are still recipes: they are drawn while the model is written. */
export class CompiledModel {
  readonly state = 'compiled';
  readonly name: string;
  /** The graph of ONNX operators. */
  readonly graph: Graph;
  readonly target: Target;

  constructor(parts: CompiledParts) {
    this.name = parts.name;
    this.graph = parts.graph;
    this.target = parts.target;
  }

  /** What a valid feed meets; it is saved with the model, and checked before each run. */
  get contract(): Contract {
    return contractOf(this.graph);
  }

  /** The text `lenet for ort@1.30: 8 nodes, opset 21`. */
  toString(): string {
    const opsets = [...this.graph.opsets].map(([domain, version]) => `${domain || 'opset'} ${version}`).join(', ');
    return `${this.name} for ${this.target.name}: ${[...this.graph.nodes()].length} nodes, ${opsets}`;
  }

  /** Node's `util.inspect` asks for it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /**
   * Emits the model; the parts that come back draw weights while they are written. Same model and options, same bytes.
   *
   * @throws EMIT_OPSET when the target lacks an operator
   * @throws EMIT_TOO_LARGE when the weights do not fit one file and external data is switched off
   */
  emit(options: Omit<EmitOptions, 'target'> = {}): EmittedModel {
    return emitModel(this.graph, { ...options, target: this.target });
  }

  /**
   * The bytes of the `.onnx` file, all weights inside.
   *
   * @throws EMIT_TOO_LARGE from 2 GiB on
   */
  bytes(): Uint8Array {
    return joinParts(this.emit({ externalData: 'inline' }).parts);
  }
}
