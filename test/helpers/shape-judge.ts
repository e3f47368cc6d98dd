// ONNX Runtime as the judge of shapes: runs a model with every inner value as an output and compares with what the file claims.
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { DATA_TYPE } from '../../codegen/onnx/proto/enums.ts';
import type { GraphProto, ModelProto, ValueInfoProto } from '../../codegen/onnx/proto/messages.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import type { DimensionProto } from '../../codegen/onnx/proto/type-messages.ts';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import { checkConstraint, constraintDims, parseConstraint } from '../../src/dim/constraint.ts';
import { type Dim, type SymbolDim, symbolsOf } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { parseDim } from '../../src/dim/text.ts';
import { CONTRACT_KEY, type Contract } from '../../src/ir/contract.ts';
import { dtypeFromOnnx } from '../../src/ir/dtype.ts';
import { FeedCheck } from '../../src/ir/feed-check.ts';

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** What the judge found. */
export interface Verdict {
  /** Claims that the run contradicts, values without a claim, feeds and runs that break the contract; empty when all is true. */
  readonly mistakes: readonly string[];
  /** The number of values whose element type and every size were compared. */
  readonly judged: number;
  /** Symbols that no input tells: sizes that depend on data. */
  readonly fresh: readonly string[];
  /** Claims in symbols whose sizes no value of the run tells, such as the steps of a loop. */
  readonly open: readonly string[];
  /** The outputs of the model itself. */
  readonly outputs: Tensors;
}

/**
 * Runs a model that dimwise wrote, on the CPU, and compares the element type and each dim of every value with what the file says.
 *
 * @param bytes the `.onnx` file, weights inside
 * @param feeds a tensor for each input
 */
export async function judgeShapes(bytes: Uint8Array, feeds: Tensors): Promise<Verdict> {
  const model = decodeModel(bytes);
  const { graph = {} } = model;
  const claims = claimsOf(graph);
  const contract = contractIn(model);
  const report = new FeedCheck(contract).check(
    new Map(Object.entries(feeds).map(([name, { type, dims }]) => [name, { dtype: type, shape: dims }])),
  );
  const results = await runWithAllValues(model, { graph, claims }, feeds);
  const judge = new Judge(report.sizes);
  for (const { message } of report.mistakes) judge.mistakes.push(`feeds: ${message}`);
  for (const [name, tensor] of Object.entries(results)) judge.compare(name, claims.get(name), tensor);
  judge.finish(contract);
  const own = new Set((graph.output ?? []).map(({ name }) => name));
  const outputs = Object.fromEntries(Object.entries(results).filter(([name]) => own.has(name)));
  return { mistakes: judge.mistakes, judged: judge.judged, fresh: [...judge.fresh], open: judge.open, outputs };
}

/** What the file says of each value. */
function claimsOf(graph: GraphProto): ReadonlyMap<string, ValueInfoProto> {
  const infos = [...(graph.valueInfo ?? []), ...(graph.output ?? [])];
  return new Map(infos.map((info) => [info.name ?? '', info]));
}

function contractIn(model: ModelProto): Contract {
  const entry = model.metadataProps?.find(({ key }) => key === CONTRACT_KEY);
  if (!entry?.value) throw new Error('the model has no contract');
  const contract: Contract = JSON.parse(entry.value);
  return contract;
}

/** A graph with what its file says of each value. */
interface Claimed {
  readonly graph: GraphProto;
  readonly claims: ReadonlyMap<string, ValueInfoProto>;
}

/** Runs with type-less outputs for all tensors that nodes make, so that only the runtime's own word counts. */
async function runWithAllValues(model: ModelProto, { graph, claims }: Claimed, feeds: Tensors): Promise<Tensors> {
  const names = new Set((graph.output ?? []).map(({ name = '' }) => name));
  // onnxruntime-node 1.30 fetches no lists and optionals.
  const isFetched = (name: string): boolean => {
    const type = claims.get(name)?.type;
    return name !== '' && !type?.sequenceType && !type?.optionalType;
  };
  for (const node of graph.node ?? []) for (const name of node.output ?? []) if (isFetched(name)) names.add(name);
  const output = [...names].map((name) => ({ name }));
  const session = await InferenceSession.create(encodeModel({ ...model, graph: { ...graph, valueInfo: [], output } }), {
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
  });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

/** Compares claims with tensors; the first size of a symbol that only the run tells holds for all its places. */
class Judge {
  readonly mistakes: string[] = [];
  readonly fresh = new Set<string>();
  judged = 0;
  readonly #sizes: Map<string, number>;
  readonly open: string[] = [];
  readonly #later: { readonly dim: Dim; readonly text: string; readonly check: () => void }[] = [];

  constructor(sizes: ReadonlyMap<string, number>) {
    this.#sizes = new Map(sizes);
  }

  readonly #sizeOf = (symbol: SymbolDim): number | undefined => this.#sizes.get(symbol.name);

  compare(name: string, claim: ValueInfoProto | undefined, tensor: Tensor): void {
    const type = claim?.type?.tensorType;
    const dims = type?.shape ? (type.shape.dim ?? []) : undefined;
    if (!type || !dims) {
      this.mistakes.push(`${name}: the file states no shape, the run gives [${tensor.dims}]`);
      return;
    }
    const dtype = dtypeFromOnnx(type.elemType ?? DATA_TYPE.UNDEFINED);
    if (dtype !== tensor.type) this.mistakes.push(`${name}: the file states ${dtype}, the run gives ${tensor.type}`);
    if (dims.length !== tensor.dims.length) {
      this.mistakes.push(`${name}: the file states ${dims.length} axes, the run gives [${tensor.dims}]`);
      return;
    }
    for (const [axis, dim] of dims.entries()) this.#compareDim(`${name} axis ${axis}`, dim, tensor.dims[axis] ?? 0);
    this.judged++;
  }

  #compareDim(place: string, { dimValue, dimParam }: DimensionProto, real: number): void {
    if (dimValue !== undefined) {
      if (Number(dimValue) !== real) this.mistakes.push(`${place}: the file states ${dimValue}, the run gives ${real}`);
      return;
    }
    if (!dimParam) {
      this.mistakes.push(`${place}: the file states no size, the run gives ${real}`);
      return;
    }
    const dim = parseDim(dimParam);
    if (dim.kind === 'symbol' && !this.#sizes.has(dim.name)) {
      this.fresh.add(dim.name);
      this.#sizes.set(dim.name, real);
      return;
    }
    const check = (): void => {
      const stated = evaluate(dim, this.#sizeOf);
      if (stated !== real)
        this.mistakes.push(`${place}: the file states ${dimParam} = ${stated}, the run gives ${real}`);
    };
    if (this.#knows(dim)) check();
    else this.#later.push({ dim, text: dimParam, check });
  }

  #knows(dim: Dim): boolean {
    return [...symbolsOf(dim)].every((symbol) => this.#sizes.has(symbol.name));
  }

  /** What had to wait for the sizes of all symbols: expressions of fresh ones, and constraints on them. */
  finish(contract: Contract): void {
    for (const { dim, text, check } of this.#later) {
      if (this.#knows(dim)) check();
      else this.open.push(text);
    }
    for (const { expr, scope } of contract.constraints) {
      const constraint = parseConstraint(expr);
      if (!constraintDims(constraint).every((dim) => this.#knows(dim))) continue;
      if (!checkConstraint(constraint, this.#sizeOf)) this.mistakes.push(`the ${scope} breaks ${expr}`);
    }
  }
}
