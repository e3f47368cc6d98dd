// A profile as tables for people and as JSON for programs.
import { countUnder } from './bench-results.ts';
import { formatAmount } from './format-amount.ts';
import { formatTime } from './format-time.ts';
import type { Profile } from './profile-run.ts';
import { type GroupTimes, type NodeTimes, timesBy, timesByLayer } from './profile-sums.ts';
import { formatTable } from './table.ts';

/** Reports one profile. */
export class ProfileReport {
  readonly profile: Profile;
  readonly #sizes: ReadonlyMap<string, number>;

  /** @param sizes the sizes of symbols, for the operations of nodes */
  constructor(profile: Profile, sizes: ReadonlyMap<string, number>) {
    this.profile = profile;
    this.#sizes = sizes;
  }

  /** Operations of a node in one run; undefined where they are not known. */
  flopsOf({ place }: NodeTimes): number | undefined {
    return place.flops && countUnder(place.flops, this.#sizes);
  }

  /** What share of the time of a run some milliseconds are. */
  share(time: number): number {
    const { run } = this.profile.times;
    return run > 0 ? time / run : 0;
  }

  /** The report as JSON. @param top how many nodes it lists */
  json(top: number): object {
    const { provider, fallbacks, times, facts, bytes, load, isMapped } = this.profile;
    const copies = copiesOf(times.nodes);
    return {
      provider,
      fallbacks,
      load,
      first: times.first,
      runs: times.runs,
      run: times.run,
      nodeTime: times.covered,
      overhead: times.run - times.covered,
      layers: timesByLayer(times.nodes).map((group) => ({
        path: group.key,
        depth: group.depth,
        source: sourceOf(group),
        ...this.#group(group),
      })),
      operators: timesBy(times.nodes, ({ operator }) => operator).map((group) => ({
        operator: group.key,
        ...this.#group(group),
      })),
      providers: timesBy(times.nodes, (node) => node.provider).map((group) => ({
        provider: group.key,
        ...this.#group(group),
      })),
      nodes: times.nodes.slice(0, top).map((node) => ({
        name: node.name,
        operator: node.operator,
        provider: node.provider,
        path: node.path.join('.'),
        covers: node.place.covers,
        source: node.place.source || null,
        time: node.own,
        inside: node.time - node.own,
        share: this.share(node.own),
        calls: node.calls,
        first: node.first,
        inputs: node.inputs,
        outputs: node.outputs,
        flops: this.flopsOf(node) ?? null,
      })),
      omitted: Math.max(0, times.nodes.length - top),
      copies: { nodes: copies.length, time: copies.reduce((sum, { own }) => sum + own, 0), ...bytes },
      device: facts.device / 1000,
      unreadable: facts.unreadable,
      isMapped,
    };
  }

  #group({ time, calls, first, members }: GroupTimes): object {
    return { time, share: this.share(time), calls, first, nodes: members.length };
  }

  /** The report for a person. @param top how many nodes it lists */
  lines(top: number, hasColor: boolean): string[] {
    const { provider, times, bytes, load } = this.profile;
    const { run, covered, first, nodes, runs } = times;
    const percent = (time: number): string => `${(100 * this.share(time)).toFixed(1)}%`;
    const copies = copiesOf(nodes);
    const lines = [
      `${formatTime(run)} a run on ${provider} (${runs} runs): ${formatTime(covered)} in nodes, ${formatTime(run - covered)} (${percent(run - covered)}) between them`,
      `first run ${formatTime(first.run)}, load ${formatTime(load)}`,
      `${amount(bytes.fed)} fed and ${amount(bytes.given)} given in each run, ${copies.length} copies between providers`,
      '',
    ];
    const layers = timesByLayer(nodes).map((group) => [
      `${'  '.repeat(group.depth)}${group.depth === 0 ? '(model)' : group.key.slice(group.key.lastIndexOf('.') + 1)}`,
      formatTime(group.time),
      percent(group.time),
      calls(group.calls),
      formatTime(group.first),
      sourceOf(group) ?? '',
    ]);
    lines.push(...formatTable(['layer', 'time', 'share', 'calls', 'first', 'source'], layers, hasColor), '');
    const operators = timesBy(nodes, (node) => `${node.operator} on ${node.provider}`).map((group) => {
      const [operator = '', where = ''] = group.key.split(' on ');
      return [operator, shortProvider(where), formatTime(group.time), percent(group.time), calls(group.calls)];
    });
    lines.push(...formatTable(['operator', 'provider', 'time', 'share', 'calls'], operators, hasColor), '');
    const rows = nodes.slice(0, top).map((node) => {
      const flops = this.flopsOf(node);
      const rate = flops === undefined || node.own <= 0 || flops === 0 ? '' : (flops / node.own / 1e6).toPrecision(3);
      const { covers, source } = node.place;
      const joined = covers.length > 1 ? `${covers.length} nodes` : '';
      return [
        node.name,
        formatTime(node.own),
        percent(node.own),
        calls(node.calls),
        rate,
        node.outputs,
        joined,
        source,
      ];
    });
    const header = ['node', 'time', 'share', 'calls', 'GFLOP/s', 'gives', 'joined', 'source'];
    lines.push(...formatTable(header, rows, hasColor));
    return [...lines, ...this.#notes(top)];
  }

  #notes(top: number): string[] {
    const { times, facts, isMapped } = this.profile;
    const notes: string[] = [];
    const rest = times.nodes.length - top;
    if (rest > 0) notes.push(`${rest} more nodes: --top ${times.nodes.length}`);
    if (!isMapped)
      notes.push('the graph that ONNX Runtime made of the model is not known: joined nodes stand under (runtime)');
    if (facts.unreadable > 0)
      notes.push(`${facts.unreadable} lines of the trace cannot be read, because names have quotes`);
    if (facts.device > 0) notes.push(`kernels on the device took ${formatTime(facts.device / 1000)} in all runs`);
    return notes;
  }
}

const calls = (count: number): string => (Number.isInteger(count) ? String(count) : count.toFixed(1));

const amount = (bytes: number): string => formatAmount(BigInt(bytes), 'B');

const shortProvider = (name: string): string => name.replace(/ExecutionProvider$/, '').toLowerCase();

const copiesOf = (nodes: readonly NodeTimes[]): readonly NodeTimes[] =>
  nodes.filter(({ operator }) => operator === 'MemcpyToHost' || operator === 'MemcpyFromHost');

/** The source line of a layer: the one that all of its nodes come from. */
export function sourceOf({ members }: GroupTimes): string | null {
  const lines = new Set(members.map(({ place }) => place.source).filter((source) => source !== ''));
  const [only] = lines;
  return lines.size === 1 && only !== undefined ? only : null;
}
