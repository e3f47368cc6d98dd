// Reads the command line of the example server.
import { basename, extname } from 'node:path';
import { Command, CommanderError } from 'commander';

/** A model that is asked for. */
export interface ModelArgument {
  readonly name: string;
  readonly path: string;
  /** The sizes of its inputs, by their names; the name '' stands for the only input. */
  readonly shapes: ReadonlyMap<string, readonly (number | string)[]>;
}

/** What the command line says. */
export interface ServeArguments {
  readonly models: readonly ModelArgument[];
  readonly port: number;
  readonly host: string;
  readonly workers: number | undefined;
  readonly queue: number | undefined;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  readonly maxBatch: number | undefined;
  /** Milliseconds. */
  readonly maxDelay: number | undefined;
  readonly providers: string | undefined;
  /** Milliseconds. */
  readonly drain: number | undefined;
}

/** How the server is started. */
export const USAGE = `serve [NAME=]MODEL.ts|MODEL.onnx ... [options]

  --bind MODEL[.INPUT]=[SIZES]  the sizes of a model's inputs, where its file leaves them open: lenet=[batch,1,28,28]
  --port NUMBER                 8000 by default; 0 for any that is free
  --host ADDRESS                127.0.0.1 by default
  --workers NUMBER              workers of each model; one for each core by default, 4 at the most
  --queue NUMBER                requests that wait at most for each model; 256 by default
  --timeout MILLISECONDS        in which a request must be answered; 30000 by default
  --max-batch NUMBER            joins requests along the batch axis, so many rows at the most; not joined by default
  --max-delay MILLISECONDS      that a request waits at most for others to be joined with; 2 by default
  --provider NAME               cuda, tensorrt, cpu, ...; the first of cuda and cpu that can be had by default
  --drain MILLISECONDS          in which requests are still answered after SIGTERM; 10000 by default
  --help                        prints this`;

/** A command line that cannot be read; its text is for the one who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Options that take one value each. */
const OPTIONS = ['port', 'host', 'workers', 'queue', 'timeout', 'max-batch', 'max-delay', 'provider', 'drain'] as const;

/** Reads a command line. @throws UsageError when it is none */
export function readArguments(args: readonly string[]): ServeArguments {
  const { values, binds, files } = parsed(args);
  if (files.length === 0) throw new UsageError('no model is given');
  const number = (name: (typeof OPTIONS)[number]): number | undefined => {
    const text = values.get(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value;
    throw new UsageError(`--${name} takes an integer from 0 on, got "${text}"`);
  };
  return {
    models: modelsOf(files, binds),
    port: number('port') ?? 8000,
    host: values.get('host') ?? '127.0.0.1',
    workers: number('workers'),
    queue: number('queue'),
    timeout: number('timeout'),
    maxBatch: number('max-batch'),
    maxDelay: number('max-delay'),
    providers: values.get('provider'),
    drain: number('drain'),
  };
}

interface ParsedArguments {
  readonly values: ReadonlyMap<string, string>;
  readonly binds: readonly string[];
  readonly files: readonly string[];
}

function parsed(args: readonly string[]): ParsedArguments {
  const values = new Map<string, string>();
  const binds: string[] = [];
  const program = new Command('serve').exitOverride().helpOption(false).argument('[models...]');
  program.configureOutput({ writeErr: () => {} });
  for (const name of OPTIONS)
    program.option(`--${name} <value>`).on(`option:${name}`, (text) => values.set(name, text));
  program.option('--bind <sizes>').on('option:bind', (text) => binds.push(text));
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new UsageError(error.message.replace(/^error: /, '').replace('\n', ' '));
  }
  return { values, binds, files: program.args };
}

function modelsOf(files: readonly string[], binds: readonly string[]): ModelArgument[] {
  const models = files.map((text) => {
    const [, name, path = text] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
    return {
      name: name ?? basename(path, extname(path)),
      path,
      shapes: new Map<string, readonly (number | string)[]>(),
    };
  });
  const twice = models.find(({ name }, i) => models.findIndex((each) => each.name === name) !== i);
  if (twice) throw new UsageError(`two models are called ${twice.name}; give one another name: other=${twice.path}`);
  for (const text of binds) {
    const [, target = '', sizes = ''] = /^([^=]+)=\[(.*)\]$/.exec(text) ?? [];
    const model = models.find(({ name }) => target === name || target.startsWith(`${name}.`));
    if (!model)
      throw new UsageError(`--bind ${text} names none of the models ${models.map(({ name }) => name).join(', ')}`);
    model.shapes.set(target.slice(model.name.length + 1), sizesOf(sizes));
  }
  return models;
}

const sizesOf = (text: string): (number | string)[] =>
  text.split(',').map((each) => (/^\s*\d+\s*$/.test(each) ? Number(each) : each.trim()));
