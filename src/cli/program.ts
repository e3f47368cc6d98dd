// The command line: the program with its commands, and the exit code that comes of a call.
import { Command, CommanderError } from 'commander';
import { VERSION } from '../base/version.ts';
import type { CommandCall, CommandRow } from './command-row.ts';
import { COMMANDS } from './commands.ts';
import { EXIT, type ExitCode, type Io, safeIo } from './io.ts';

/**
 * Runs a command line.
 *
 * @param args the arguments behind the program's name
 * @returns 0, 1 when something failed, 2 when the command line is wrong
 */
export async function runCli(args: readonly string[], streams: Io): Promise<ExitCode> {
  const io = safeIo(streams);
  let code: ExitCode = EXIT.ok;
  const program = programOf(args, io, async (command, call) => {
    code = await command.run(call);
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return await ofCommander(error, args, io);
    const { printError } = await import('./report.ts');
    printError(error, io);
    return EXIT.failed;
  }
}

/** The program with its commands, each of which acts by `act`. */
function programOf(args: readonly string[], io: Io, act: (command: CommandRow, call: CommandCall) => Promise<void>) {
  const program = new Command('dimwise')
    .description('A symbolic graph compiler for neural networks: models in TypeScript to ONNX, with every shape.')
    .version(VERSION)
    .showSuggestionAfterError(true);
  for (const command of COMMANDS) {
    const sub = program.command(command.name).description(command.description);
    if (command.argument) sub.argument(...command.argument);
    for (const argument of command.more ?? []) sub.argument(...argument);
    // Options show in a command's own help only.
    if (args.includes(command.name)) command.define(sub);
    else sub.usage(`[options] ${command.argument?.[0] ?? ''}`.trimEnd());
    sub.action(async (...received: unknown[]) => {
      await act(command, { args: sub.args, options: optionsOf(received), io });
    });
  }
  for (const each of [program, ...program.commands]) {
    each.exitOverride();
    each.configureOutput({
      writeOut: (text) => {
        for (const line of text.trimEnd().split('\n')) io.out(line);
      },
      writeErr: (text) => io.err(text.trimEnd()),
      outputError: () => {},
    });
  }
  return program;
}

/** Commander hands an action its arguments, the options and the command. */
function optionsOf(received: readonly unknown[]): Readonly<Record<string, unknown>> {
  const options = received.at(-2);
  return typeof options === 'object' && options !== null ? { ...options } : {};
}

/** Help and version end a program too; all else is a mistake in the command line. */
async function ofCommander(first: CommanderError, args: readonly string[], io: Io): Promise<ExitCode> {
  if (first.exitCode === 0) return EXIT.ok;
  // Without a command, the help was written to the error stream already.
  if (first.code === 'commander.help') return EXIT.usage;
  // Imported only now: help needs no errors.
  const [{ printError, usageError }, { nearest }] = await Promise.all([
    import('./report.ts'),
    import('../base/nearest.ts'),
  ]);
  const command = COMMANDS.find(({ name }) => name === args[0]);
  const { second, operands } = await furtherMistake(args, io);
  for (const { message } of second && second.message !== first.message ? [first, second] : [first]) {
    const [, text = message, near] = /^(?:error: )?([^\n]*)(?:\n\(Did you mean ([^]*)\?\))?/.exec(message) ?? [];
    const help = `see dimwise ${command ? `${command.name} ` : ''}--help`;
    printError(usageError(text, near ? `did you mean ${near}?` : help), io);
  }
  const [choice = ''] = operands;
  if (command?.choices && choice !== '' && !choice.startsWith('-') && !command.choices.includes(choice)) {
    const near = nearest(choice, command.choices);
    const known = command.choices.join(' and ');
    printError(usageError(`${choice} is none of ${known}`, near ? `did you mean ${near}?` : `one of ${known}`), io);
  }
  return EXIT.usage;
}

/** The mistake that shows once no option is required; commander stops at the first one. */
async function furtherMistake(
  args: readonly string[],
  io: Io,
): Promise<{ readonly second: CommanderError | undefined; readonly operands: readonly string[] }> {
  const program = programOf(args, io, () => Promise.resolve());
  const sub = program.commands.find((each) => each.name() === args[0]);
  for (const option of sub?.options ?? []) option.mandatory = false;
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { second: error, operands: sub?.args ?? [] };
  }
  return { second: undefined, operands: sub?.args ?? [] };
}
