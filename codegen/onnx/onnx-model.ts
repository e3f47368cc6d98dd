// An ONNX model as its file holds it, with nothing lost: the message, where its external data is, and its shapes on demand.
import { type Diagnostic, throwDiagnostics } from '../../src/base/errors.ts';
import { type Contract, contractOf } from '../../src/ir/contract.ts';
import type { Graph } from '../../src/ir/graph.ts';
import type { FileBytes } from '../../src/ir/tensor-chunks.ts';
import { refuseArgument } from '../../src/nn/arguments.ts';
import { keepPromises } from './bind/promise.ts';
import { inferReadModel } from './infer-read.ts';
import { type AllLimits, allLimits, type OnnxLimits } from './limits.ts';
import type { ModelProto } from './proto/messages.ts';
import { decodeModel } from './proto/read-message.ts';
import { encodeModel } from './proto/write-message.ts';
import { type ReadModel, readModel } from './read.ts';
import type { ResolveExternal } from './read-tensor.ts';

/** The files that hold external data of a model. */
export interface ModelFiles {
  /** The real path of the folder that locations start from; unknown where the files are no files of this machine. */
  readonly folder?: string | undefined;
  /** Checks a reference and reads it where it is small. */
  readonly resolve: ResolveExternal;
  /** Reads the bytes of a reference, chunk by chunk. */
  readonly bytes: FileBytes;
}

/** What inference finds in a model. */
export interface Inference {
  /** The graph with the types of all values. */
  readonly graph: Graph;
  /** What was read beside the graph: what the file states of values, the contract that was saved with it. */
  readonly read: ReadModel;
  /** What is wrong: values without a possible shape, types that the file states and no run can give. */
  readonly mistakes: readonly Diagnostic[];
  /** What is worth knowing and no mistake. */
  readonly notes: readonly Diagnostic[];
}

/**
 * An ONNX model. It never changes: an edit gives a new model that shares every message that is not edited, so what nobody
 * touched is written back as it was.
 */
export class OnnxModel {
  /** The message of the whole file; byte fields may be views of the file's bytes. */
  readonly proto: ModelProto;
  /** Where external data is read; undefined for a model that came as bytes. */
  readonly files: ModelFiles | undefined;
  /** How much it may ask for. */
  readonly limits: AllLimits;
  #inference: Inference | undefined;

  /**
   * @param proto the message of the model; it must not be changed later
   * @param files where external data is read
   * @param limits how much it may ask for
   */
  constructor(proto: ModelProto, files?: ModelFiles, limits: AllLimits = allLimits()) {
    this.proto = proto;
    this.files = files;
    this.limits = limits;
  }

  /**
   * Reads the message as a graph that is not inferred yet; a new graph for each call, because inference settles it in place.
   *
   * @throws ONNX_MALFORMED when the model breaks a rule that every ONNX model obeys
   * @throws EXTERNAL_DATA when its external data is missing, too short, or out of reach
   */
  read(): ReadModel {
    return readModel(this.proto, { resolveExternal: this.files?.resolve, limits: this.limits });
  }

  /**
   * The model with all its shapes inferred, worked out once.
   *
   * @throws what {@link read} throws; mistakes of single nodes and values are listed instead
   */
  get inference(): Inference {
    this.#inference ??= infer(this.read());
    return this.#inference;
  }

  /**
   * The graph with all shapes inferred.
   *
   * @throws what {@link read} throws
   * @throws all mistakes of its nodes and values together
   */
  get graph(): Graph {
    const { graph, mistakes } = this.inference;
    throwDiagnostics(mistakes);
    return graph;
  }

  /** What valid feeds meet, as inference finds it. @throws what {@link graph} throws */
  get contract(): Contract {
    return contractOf(this.graph);
  }

  /** The same model with some fields of its message replaced. */
  with(fields: Partial<ModelProto>): OnnxModel {
    return new OnnxModel({ ...this.proto, ...fields }, this.files, this.limits);
  }

  /**
   * Encodes the model; external data stays where it is.
   *
   * @throws EMIT_VALUE when a field holds what its type cannot
   */
  encode(): Uint8Array {
    return encodeModel(this.proto);
  }
}

function infer(read: ReadModel): Inference {
  const mistakes: Diagnostic[] = [];
  const notes = [...read.notes];
  const report = (mistake: Diagnostic): void => void mistakes.push(mistake);
  keepPromises(read, (dim) => dim, report);
  inferReadModel(read, report, { note: (note) => notes.push(note) });
  return { graph: read.graph, read, mistakes, notes };
}

const viewOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** How a model that is given as bytes is read. */
export interface ReadOnnxOptions {
  /** How much the bytes may ask for. */
  readonly limits?: OnnxLimits | undefined;
  /** Where external data is read; refused by default, because bytes have no folder. */
  readonly files?: ModelFiles | undefined;
}

/**
 * Reads an ONNX model from the bytes of its file. The result holds views of them, so they must not be changed.
 *
 * @param bytes the content of an `.onnx` file
 * @throws LAYER_ARGUMENT when something else than bytes is given
 * @throws ONNX_MALFORMED when the bytes are no such message; the message names the field and the byte offset
 * @throws ONNX_LIMIT when they ask for more than a limit allows
 * @example readOnnx(await (await fetch('lenet.onnx')).arrayBuffer()).graph.outputs
 */
export function readOnnx(bytes: Uint8Array | ArrayBuffer, { limits, files }: ReadOnnxOptions = {}): OnnxModel {
  const all = allLimits(limits);
  const view = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  if (!ArrayBuffer.isView(view)) refuseArgument('readOnnx', 'the file', 'bytes', bytes);
  // A view of another kind, or of another realm, is read as its bytes.
  const plain = view instanceof Uint8Array ? view : viewOf(view);
  return new OnnxModel(decodeModel(plain, all), files, all);
}
