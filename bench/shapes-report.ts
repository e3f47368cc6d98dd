// Prints what the bench of shape inference measured, and whether each target is met.
import type { Engine, EngineResult, Measured, Spread } from './shapes-measure.ts';

const LABELS: Readonly<Record<Engine, string>> = {
  dimwise: 'dimwise, Node',
  onnx: 'onnx infer_shapes',
  symbolic: 'symbolic_shape_infer',
};

const ms = (n: number): string => (n >= 100 ? n.toFixed(0) : n.toFixed(n >= 10 ? 1 : 2));
const mega = (n: number): string => `${Math.round(n / 1e6)} MB`;
const shown = ({ low, median, high }: Spread): string => `${ms(median)} (${ms(low)}-${ms(high)})`;

/** Prints one model: a line for each engine. */
export function reportModel({ name, nodes, bytes, engines, failures }: Measured): void {
  const { dimwise } = engines;
  console.log(`\n${name}: ${bytes} bytes`);
  for (const engine of ['dimwise', 'onnx', 'symbolic'] as const) {
    const result = engines[engine];
    const failure = failures[engine];
    if (failure) console.log(`  ${LABELS[engine]}: ${failure}`);
    if (!result) continue;
    const ratio =
      engine === 'dimwise' || !dimwise
        ? ''
        : `, ${(result.infer.median / dimwise.infer.median).toFixed(1)} times dimwise`;
    const perNode = nodes > 0 ? `, ${((1000 * result.infer.median) / nodes).toFixed(3)} us a node` : '';
    console.log(`  ${`${LABELS[engine]} ${result.version}`.padEnd(29)} ${shown(result.infer)}${perNode}${ratio}`);
    console.log(`    ${details(result)}`);
  }
}

function details({
  cold,
  early,
  cpu,
  whole,
  bytes,
  resolved,
  values,
  mistakes,
  peak,
  peakBefore,
}: EngineResult): string {
  return [
    `resolved ${resolved} of ${values}`,
    `processor ${shown(cpu)}`,
    `first ${shown(cold)}`,
    ...(early ? [`next 100 ${shown(early)}`] : []),
    ...(whole ? [`from bytes ${shown(whole)}`] : []),
    ...(bytes ? [`C++ from bytes to bytes ${shown(bytes)}`] : []),
    `peak ${mega(peak)}, ${mega(peak - peakBefore)} of it since the first reading`,
    ...(mistakes > 0 ? [`${mistakes} MISTAKES REPORTED`] : []),
  ].join('; ');
}

/** A target: what it asks, and the ratio of two times, or a count; undefined where its models were not run. */
interface Target {
  readonly what: string;
  readonly least?: number;
  readonly most?: number;
  readonly aim?: number;
  /** By medians. */
  readonly value: number | undefined;
  /** By medians of processor time, which other work on the machine disturbs less. */
  readonly cpu?: number | undefined;
}

/** Prints each target of the project with PASS, MISS or that it was not measured; medians decide. */
export function reportTargets(all: readonly Measured[]): void {
  console.log('\ntargets, by medians of time passed (of processor time)');
  for (const { what, least, most, aim, value, cpu } of targets(all)) {
    const asked = least === undefined ? `at most ${most}` : `at least ${least}`;
    const met = value !== undefined && (least === undefined || value >= least) && (most === undefined || value <= most);
    const verdict = value === undefined ? 'NOT MEASURED' : met ? 'PASS' : 'MISS';
    const found = `${value?.toFixed(2) ?? '-'}${cpu === undefined ? '' : ` (${cpu.toFixed(2)})`}`;
    console.log(`${verdict.padEnd(5)} ${what}: ${found}; ${asked}${aim === undefined ? '' : `, aim ${aim}`}`);
  }
}

/** Names one time: of which model, by which engine, of its first call or of later ones. */
type Timed = readonly [name: string, engine: Engine, call?: 'cold'];

function targets(all: readonly Measured[]): Target[] {
  const result = ([name, engine]: Timed): EngineResult | undefined =>
    all.find((measured) => measured.name === name)?.engines[engine];
  const passed = (timed: Timed): number | undefined => result(timed)?.[timed[2] ?? 'infer'].median;
  const used = (timed: Timed): number | undefined => result(timed)?.[timed[2] ? 'coldCpu' : 'cpu'].median;
  const ratio = (above: number | undefined, below: number | undefined): number | undefined =>
    above === undefined || below === undefined ? undefined : above / below;
  const both = (a: Timed, b: Timed, scale = 1) => ({
    value: ratio(passed(a), ratio(passed(b), scale)),
    cpu: ratio(used(a), ratio(used(b), scale)),
  });
  const bert = 'bert-base-torchscript';
  const [own, cold]: [Timed, Timed] = [
    [bert, 'dimwise'],
    [bert, 'dimwise', 'cold'],
  ];
  const chains = ['elementwise', 'mixed'].flatMap((kind): Target[] => [
    {
      what: `${kind} chain of 100k, onnx / dimwise`,
      least: 5,
      aim: 8,
      ...both([`${kind}-100000`, 'onnx'], [`${kind}-100000`, 'dimwise']),
    },
    {
      what: `${kind} chain, dimwise's cost of a node at 1M / at 10k`,
      most: 1.5,
      ...both([`${kind}-1000000`, 'dimwise'], [`${kind}-10000`, 'dimwise'], 0.01),
    },
  ]);
  return [
    { what: 'values of the topologies that stay open', most: 0, value: open(all) },
    { what: 'BERT, symbolic_shape_infer / dimwise', least: 50, aim: 100, ...both([bert, 'symbolic'], own) },
    { what: 'BERT, dimwise / onnx', most: 1, aim: 0.6, ...both(own, [bert, 'onnx']) },
    { what: 'BERT, first calls: symbolic_shape_infer / dimwise', least: 10, ...both([bert, 'symbolic', 'cold'], cold) },
    { what: 'BERT, symbolic_shape_infer later / dimwise first', least: 10, ...both([bert, 'symbolic'], cold) },
    ...chains,
  ];
}

function open(all: readonly Measured[]): number | undefined {
  const real = all.filter(({ nodes }) => nodes === 0).flatMap(({ engines }) => engines.dimwise ?? []);
  return real.length > 0 ? real.reduce((sum, { values, resolved }) => sum + values - resolved, 0) : undefined;
}
