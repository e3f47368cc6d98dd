// Requests that Triton runs before it calls a model ready: shapes at chosen sizes, which the contract holds for.
import { throwDiagnostics } from '../../src/base/errors.ts';
import { type SymbolDim, symbolsOf } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { parseDim } from '../../src/dim/text.ts';
import type { Contract } from '../../src/ir/contract.ts';
import { FeedCheck } from '../../src/ir/feed-check.ts';
import { knownNames, optionError, wholeNumber } from './check-option.ts';
import type { TritonWarmup } from './model-options.ts';
import type { BatchLimit } from './scheduling.ts';
import type { TritonTensor } from './tensors.ts';
import { enumName, field, mapField, repeated, type TextField, type TextMessage } from './text-format.ts';

/** What warm-ups are made from. */
export interface WarmupContext {
  readonly contract: Contract;
  readonly limit: BatchLimit;
  readonly inputs: readonly TritonTensor[];
}

/**
 * `model_warmup`; absent where no warm-up is asked for.
 *
 * @throws EXPORT_OPTION when a symbol has no size, is unknown, or the batch is larger than batches are
 * @throws FEED_MISMATCH when the sizes break the contract
 */
export function modelWarmup(
  warmups: readonly TritonWarmup[] | undefined,
  context: WarmupContext,
): TextField | undefined {
  if (!warmups || warmups.length === 0) return undefined;
  return repeated(
    'model_warmup',
    warmups.map((warmup) => sampleOf(warmup, context)),
  );
}

function sampleOf({ sizes = {}, data = 'zero', count = 1 }: TritonWarmup, context: WarmupContext): TextMessage {
  const { contract, limit, inputs } = context;
  knownNames('the data of a warm-up', [data], ['zero', 'random']);
  const all = completed(sizes, context);
  const shapes = new Map(
    Object.entries(contract.inputs).map(([name, { shape }]) => [
      name,
      (shape ?? []).map((size) => sizeOf(size, all, name)),
    ]),
  );
  const feeds = new Map(Array.from(shapes, ([name, shape]) => [name, { shape }]));
  const label = Array.from(all, ([name, size]) => `${name}=${size}`).join(',') || 'all';
  const { mistakes } = new FeedCheck(contract).check(feeds);
  throwDiagnostics(mistakes.map((each) => ({ ...each, message: `warm-up ${label}: ${each.message}` })));
  const { batching } = limit;
  const batch = batching.kind === 'batch' ? (all.get(batching.symbol) ?? 1) : 1;
  if (batching.kind === 'batch') wholeNumber(`warm-up ${label}: the batch`, batch, 1, limit.most);
  const entries = inputs.map(({ name, type, dims }): [string, TextMessage] => {
    const shape = shapes.get(name) ?? [];
    const own = batching.kind === 'batch' ? shape.slice(1) : shape;
    return [
      name,
      [
        field('data_type', enumName(type)),
        // Scalars, and inputs of nothing but a batch, are [1] as in the input itself.
        field('dims', own.length > 0 ? own : dims),
        field(data === 'random' && FLOATS.has(type) ? 'random_data' : 'zero_data', true),
      ],
    ];
  });
  return [
    field('name', label),
    field('batch_size', batch),
    mapField('inputs', entries),
    count === 1 ? undefined : field('count', wholeNumber('the count of a warm-up', count, 1)),
  ];
}

const FLOATS: ReadonlySet<string> = new Set(['TYPE_FP16', 'TYPE_FP32', 'TYPE_FP64']);

/** The size of every symbol of the inputs, in the order in which the inputs have them. */
function completed(sizes: Readonly<Record<string, number>>, { contract, limit }: WarmupContext): Map<string, number> {
  const symbols = symbolsOfInputs(contract);
  knownNames('the model', Object.keys(sizes), symbols);
  const { batching } = limit;
  const missing = symbols.filter((name) => !Object.hasOwn(sizes, name));
  const batchNames = batching.kind === 'batch' ? [...batching.names] : [];
  const open = missing.filter((name) => !batchNames.includes(name));
  if (open.length > 0) {
    const hint = symbols.map((name) => `${name}=${sizes[name] ?? 1}`).join(',');
    throw optionError(`a warm-up gives ${open.join(', ')} no size`, {
      expected: symbols.join(', '),
      hint: `sizes such as ${hint}`,
    });
  }
  const batch = batchNames.map((name) => sizes[name]).find((size) => size !== undefined) ?? smallest(limit);
  return new Map(symbols.map((name) => [name, wholeNumber(`warm-up: ${name}`, sizes[name] ?? batch, 1)]));
}

const smallest = ({ batching }: BatchLimit): number =>
  batching.kind === 'batch' ? Math.ceil(batching.min / batching.divisor) * batching.divisor : 1;

function symbolsOfInputs({ inputs }: Contract): string[] {
  const names = new Set<string>();
  for (const { shape } of Object.values(inputs)) {
    for (const size of shape ?? []) {
      if (typeof size === 'string' && size !== '?') for (const { name } of symbolsOf(parseDim(size))) names.add(name);
    }
  }
  return [...names];
}

function sizeOf(size: number | string, sizes: ReadonlyMap<string, number>, input: string): number {
  if (typeof size === 'number') return size;
  if (size === '?') throw optionError(`input "${input}" has an axis without a name, so a warm-up cannot give its size`);
  return evaluate(parseDim(size), ({ name }: SymbolDim) => sizes.get(name));
}
