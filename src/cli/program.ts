// The command line: the program with its commands, and the exit code that comes of a call.
import { Command, CommanderError } from 'commander';
import { VERSION } from '../base/version.ts';
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
      code = await command.run({ args: sub.args, options: optionsOf(received), io });
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

/** Commander hands an action its arguments, the options and the command. */
function optionsOf(received: readonly unknown[]): Readonly<Record<string, unknown>> {
  const options = received.at(-2);
  return typeof options === 'object' && options !== null ? { ...options } : {};
}

/** Help and version end a program too; all else is a mistake in the command line. */
async function ofCommander(
  { code, exitCode, message }: CommanderError,
  [name]: readonly string[],
  io: Io,
): Promise<ExitCode> {
  if (exitCode === 0) return EXIT.ok;
  // Without a command, the help was written to the error stream already.
  if (code === 'commander.help') return EXIT.usage;
  const [, text = message, near] = /^(?:error: )?([^\n]*)(?:\n\(Did you mean ([^]*)\?\))?/.exec(message) ?? [];
  // Imported only now: help needs no errors.
  const { printError, usageError } = await import('./report.ts');
  const command = COMMANDS.some((each) => each.name === name) ? `${name} ` : '';
  printError(usageError(text, near ? `did you mean ${near}?` : `see dimwise ${command}--help`), io);
  return EXIT.usage;
}
