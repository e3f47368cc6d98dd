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

function details({ cold, whole, bytes, resolved, values, mistakes, peak, peakBefore }: EngineResult): string {
  return [
    `resolved ${resolved} of ${values}`,
    `first ${shown(cold)}`,
    ...(whole ? [`from bytes ${shown(whole)}`] : []),
    ...(bytes ? [`C++ from bytes to bytes ${shown(bytes)}`] : []),
    `peak ${mega(peak)}, ${mega(peak - peakBefore)} of it since the first reading`,
    ...(mistakes > 0 ? [`${mistakes} MISTAKES REPORTED`] : []),
  ].join('; ');
}

/** A target: what it asks, and what was measured; undefined where its models were not run. */
interface Target {
  readonly what: string;
  readonly least?: number;
  readonly most?: number;
  readonly aim?: number;
  readonly value: number | undefined;
}

/** Prints each target of the project with PASS, MISS or that it was not measured. */
export function reportTargets(all: readonly Measured[]): void {
  console.log('');
  for (const { what, least, most, aim, value } of targets(all)) {
    const asked = least === undefined ? `at most ${most}` : `at least ${least}`;
    const met = value !== undefined && (least === undefined || value >= least) && (most === undefined || value <= most);
    const verdict = value === undefined ? 'NOT MEASURED' : met ? 'PASS' : 'MISS';
    console.log(
      `${verdict.padEnd(5)} ${what}: ${value?.toFixed(2) ?? '-'}, ${asked}${aim === undefined ? '' : ` (aim ${aim})`}`,
    );
  }
}

function targets(all: readonly Measured[]): Target[] {
  const of = (name: string, engine: Engine): EngineResult | undefined =>
    all.find((measured) => measured.name === name)?.engines[engine];
  const time = (name: string, engine: Engine): number | undefined => of(name, engine)?.infer.median;
  const ratio = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined || b === undefined ? undefined : a / b;
  const bert = 'bert-base-torchscript';
  const real = all.filter(({ nodes }) => nodes === 0).flatMap(({ engines }) => engines.dimwise ?? []);
  const open = real.reduce((sum, { values, resolved }) => sum + values - resolved, 0);
  return [
    { what: 'values of the topologies that stay open', most: 0, value: real.length > 0 ? open : undefined },
    {
      what: 'BERT, symbolic_shape_infer / dimwise',
      least: 50,
      aim: 100,
      value: ratio(time(bert, 'symbolic'), time(bert, 'dimwise')),
    },
    { what: 'BERT, dimwise / onnx', most: 1, aim: 0.6, value: ratio(time(bert, 'dimwise'), time(bert, 'onnx')) },
    {
      what: 'BERT, first call of symbolic_shape_infer / first call of dimwise',
      least: 10,
      value: ratio(of(bert, 'symbolic')?.cold.median, of(bert, 'dimwise')?.cold.median),
    },
    {
      what: 'BERT, later calls of symbolic_shape_infer / first call of dimwise',
      least: 10,
      value: ratio(time(bert, 'symbolic'), of(bert, 'dimwise')?.cold.median),
    },
    ...['elementwise', 'mixed'].flatMap((kind): Target[] => [
      {
        what: `${kind} chain of 100k, onnx / dimwise`,
        least: 5,
        aim: 8,
        value: ratio(time(`${kind}-100000`, 'onnx'), time(`${kind}-100000`, 'dimwise')),
      },
      {
        what: `${kind} chain, cost of a node at 1M / at 10k`,
        most: 1.5,
        value: ratio(time(`${kind}-1000000`, 'dimwise'), ratio(time(`${kind}-10000`, 'dimwise'), 0.01)),
      },
    ]),
  ];
}
