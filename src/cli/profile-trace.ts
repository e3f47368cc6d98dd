// Reads the trace that ONNX Runtime writes, event by event: each run becomes a tree of nodes with their times.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** One execution of a node; times in microseconds. */
export interface TraceNode {
  /** As ONNX Runtime names it: the name of the node, else its operator and index. */
  readonly name: string;
  readonly operator: string;
  /** The place in its graph before ONNX Runtime rewrote it, or after the last one of those for a node that it made. */
  readonly index: number;
  readonly provider: string;
  readonly time: number;
  /** What ran inside of it: bodies of loops and branches. */
  readonly inside: readonly TraceNode[];
  /** Element types and shapes as text. */
  readonly inputs: string;
  readonly outputs: string;
}

/** One run of the model; times in microseconds. */
export interface TraceRun {
  readonly time: number;
  readonly nodes: readonly TraceNode[];
}

/** What is read beside the runs. */
export interface TraceFacts {
  readonly runs: number;
  /** Lines that are no events: names that ONNX Runtime does not escape. */
  readonly unreadable: number;
  /** Microseconds that kernels took on a device, as far as ONNX Runtime tells. */
  readonly device: number;
}

/** The nodes of one run that ended, with their beginnings. */
interface Pending {
  readonly start: number;
  readonly node: TraceNode;
}

/**
 * Reads a trace; only one run is kept in memory at a time.
 *
 * @param path the file, which has one event on each line
 * @param onRun is handed each run, in order
 */
export async function readTrace(path: string, onRun: (run: TraceRun) => void): Promise<TraceFacts> {
  const reader = new TraceReader(onRun);
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) reader.line(line);
  return reader.facts;
}

/** Makes runs of lines. */
export class TraceReader {
  readonly #onRun: (run: TraceRun) => void;
  #pending: Pending[] = [];
  #runs = 0;
  #unreadable = 0;
  #device = 0;

  constructor(onRun: (run: TraceRun) => void) {
    this.#onRun = onRun;
  }

  get facts(): TraceFacts {
    return { runs: this.#runs, unreadable: this.#unreadable, device: this.#device };
  }

  /** Reads one line of the file. */
  line(line: string): void {
    const text = line.trim().replace(/,$/, '');
    if (text === '' || text === '[' || text === ']') return;
    let event: unknown;
    try {
      event = JSON.parse(text);
    } catch {
      this.#unreadable++;
      return;
    }
    if (isObject(event)) this.#event(event);
  }

  #event(event: Readonly<Record<string, unknown>>): void {
    const [time, start, name] = [event['dur'], event['ts'], event['name']];
    if (typeof time !== 'number' || typeof start !== 'number' || typeof name !== 'string') return;
    const args = isObject(event['args']) ? event['args'] : {};
    if (event['cat'] === 'Kernel') this.#device += time;
    if (event['cat'] === 'Session' && name === 'model_run') {
      this.#runs++;
      this.#onRun({ time, nodes: this.#pending.filter((each) => each.start >= start).map(({ node }) => node) });
      this.#pending = [];
    }
    if (event['cat'] !== 'Node' || !name.endsWith(KERNEL)) return;
    this.#pending.push({ start, node: this.#node(name.slice(0, -KERNEL.length), { start, time, args }) });
  }

  /** An event is written when its node ends: what began after it did, and ended before, ran inside of it. */
  #node(name: string, { start, time, args }: NodeEvent): TraceNode {
    let from = this.#pending.length;
    while ((this.#pending[from - 1]?.start ?? -1) >= start) from--;
    const inside = this.#pending.splice(from).map(({ node }) => node);
    return {
      name,
      operator: text(args['op_name']),
      index: Number(text(args['node_index']) || -1),
      provider: text(args['provider']),
      time,
      inside,
      inputs: shapesText(args['input_type_shape']),
      outputs: shapesText(args['output_type_shape']),
    };
  }
}

interface NodeEvent {
  readonly start: number;
  readonly time: number;
  readonly args: Readonly<Record<string, unknown>>;
}

const KERNEL = '_kernel_time';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** `[{"float": [2, 64]}]` as `float[2, 64]`. */
function shapesText(shapes: unknown): string {
  if (!Array.isArray(shapes)) return '';
  const parts = shapes.flatMap((each: unknown) =>
    isObject(each)
      ? Object.entries(each).map(([type, shape]) => `${type}[${Array.isArray(shape) ? shape.join(', ') : ''}]`)
      : [],
  );
  return parts.join(', ');
}
