// What a command is, and the options that several of them have.
import type { Command } from 'commander';
import type { ExitCode, Io } from './io.ts';

/** One call of a command. */
export interface CommandCall {
  /** The arguments without options. */
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly io: Io;
}

/** One command. */
export interface CommandRow {
  readonly name: string;
  /** One sentence for the help. */
  readonly description: string;
  /** The arguments as commander writes them; none where a command is called by its options alone. */
  readonly argument?: readonly [syntax: string, description: string];
  /** What the first argument may be, where it is no file. */
  readonly choices?: readonly string[];
  /** Arguments behind the first one. */
  readonly more?: readonly (readonly [syntax: string, description: string])[];
  /** Adds the options; called for the command that is asked for, because defining them all makes help slower. */
  readonly define: (command: Command) => Command;
  readonly run: (call: CommandCall) => Promise<ExitCode>;
}

/** Gathers the values of an option that may be repeated. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** For commands that open .onnx files. */
export const LIMIT = [
  '--limit <limit>',
  'a limit of reading .onnx files: nodes=2000000; may be repeated',
  collect,
] as const;

/** For commands that read the weights of .onnx files too. */
export const opening = (command: Command): Command =>
  command
    .option(...LIMIT)
    .option('--allow-hard-links', 'read external data that has several hard links, as in package caches');

/** For commands that open model files: what binds them. */
export const bind = (command: Command): Command =>
  command
    .option(
      '--bind <shape>',
      'a symbol or an input: batch=2, x=2x20, x=[batch,20], x=int64[batch,seq]; may be repeated',
      collect,
    )
    .option('--static', 'keep the numbers of --bind where the model has symbols');

/** For commands that open model files: a checkpoint that gives the weights. */
export const weights = (command: Command): Command =>
  names(command)
    .option('--weights <file>', 'a checkpoint that gives the weights: safetensors, its index, .npz, .gguf, .onnx')
    .option('--cast <type>', 'where element types differ: model, checkpoint, or one for both, float16')
    .option('--partial', 'take what fits of the checkpoint, and draw the rest');

/** For commands that map the names of a checkpoint. */
export const names = (command: Command): Command =>
  command.option(
    '--names <rules>',
    'name rules for the checkpoint: a JSON file, or gguf; may be repeated; a model file may export them as names',
    collect,
  );

/** For commands that write an .onnx file. */
export const written = (command: Command): Command =>
  opening(command)
    .requiredOption('-o, --output <file>', 'the .onnx file to write')
    .option('--external-data <where>', 'weights beside the model: auto, always, never, or from so many bytes on')
    .option('--json', 'print what was written as one line of JSON');

/** Options that are steps: collected in the order of the command line. */
export function steps(command: Command, options: readonly (readonly [flags: string, description: string])[]): Command {
  const done: (readonly [string, string])[] = [];
  for (const [flags, description] of options) {
    const [, name = ''] = /^--([\w-]+)/.exec(flags) ?? [];
    command.option(flags, description, collect);
    command.on(`option:${name}`, (value: string | null) => {
      done.push([name, value ?? '']);
      command.setOptionValue('steps', done);
    });
  }
  return command;
}

/** For commands that draw weights. */
export const seed = (command: Command): Command =>
  command.option('--seed <number>', 'draws all weights anew from this seed (0 where the file does not initialize)');
