// dimwise profile: where the time of a run goes, by layer, operator and node, with the author's source lines.
import { writeAtomic } from '../node/write-atomic.ts';
import type { Provider } from '../runtime/provider.ts';
import { benchPoints, wholeOption } from './bench-options.ts';
import type { Bindings } from './bind-option.ts';
import type { CommandCall } from './command-row.ts';
import { type InputSource, parseSources } from './feed-source.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { limitOption } from './limit-option.ts';
import { machineDoubts, machineFacts } from './machine.ts';
import { measuredFeeds } from './measured-feeds.ts';
import { fileKind } from './open-model.ts';
import { flagOption, listOption, type OptionValues, readOptions, seedOption, textOption } from './options.ts';
import { pictureOption } from './picture-option.ts';
import { profilePage } from './profile-flame.ts';
import { ProfileReport } from './profile-report.ts';
import { profileRuns } from './profile-run.ts';
import { parseProvider } from './provider-option.ts';
import { reportFailure, usageError } from './report.ts';
import { openRunnable, type RunnableOptions } from './runnable.ts';
import { withConsole, withWarnings } from './warnings.ts';
import { tellWeights, weightsMember, weightsOption } from './weights-option.ts';

interface ProfileSettings {
  readonly open: RunnableOptions;
  readonly sources: readonly InputSource[];
  readonly providers: readonly Provider[] | undefined;
  readonly threads: number | undefined;
  readonly runs: number;
  readonly top: number;
  readonly html: string | undefined;
}

/** Profiles one file. */
export async function profile({ args, options, io }: CommandCall): Promise<ExitCode> {
  const [file = ''] = args;
  const read = readOptions(io, () => profileSettings(file, options));
  if (typeof read === 'number') return read;
  const { open, sources, top, html, ...rest } = read.value;
  const isJson = flagOption(options, 'json');
  const work = async (): Promise<ExitCode> => {
    try {
      const machine = machineFacts();
      const runnable = await openRunnable(file, open);
      const { bindings, isStatic, seed = 0, limits } = open;
      const { contract } = runnable.loadable.edges;
      const feeds = await measuredFeeds(contract, { kind: runnable.kind, bindings, sources, seed, isStatic });
      const report = new ProfileReport(await profileRuns({ runnable, feeds, limits, ...rest }), feeds.sizes);
      const doubts = machineDoubts(machine);
      if (isJson) {
        io.out(JSON.stringify({ file, machine, ...report.json(top), doubts, ...weightsMember(runnable.weights) }));
      } else {
        tellWeights(runnable.weights, io);
        for (const line of report.lines(top, io.hasColor)) io.out(line);
        for (const doubt of doubts) io.out(`note: ${doubt}`);
      }
      return html === undefined ? EXIT.ok : await writePage(html, profilePage(file, report), io, isJson);
    } catch (error) {
      return reportFailure(file, error, io, isJson);
    }
  };
  return withConsole(io, isJson, () => withWarnings(io, work));
}

/** Reads --bind. @throws CLI_USAGE when a symbol has several sizes, as `dimwise bench` takes them */
function oneSizeEach(values: readonly string[]): Bindings {
  const [point, another] = benchPoints(values);
  if (!point || another) {
    throw usageError('profile takes one size for each symbol', 'dimwise bench takes several: --bind batch=1,8');
  }
  return point.bindings;
}

/** What was measured is told already when the page cannot be written. */
async function writePage(path: string, page: string, io: Io, isJson: boolean): Promise<ExitCode> {
  try {
    await writeAtomic(path, [new TextEncoder().encode(page)]);
    return EXIT.ok;
  } catch (error) {
    return reportFailure(path, error, io, isJson);
  }
}

function profileSettings(file: string, options: OptionValues): ProfileSettings {
  fileKind(file);
  const provider = textOption(options, 'provider');
  return {
    open: {
      bindings: oneSizeEach(listOption(options, 'bind')),
      isStatic: flagOption(options, 'static'),
      seed: seedOption(options),
      weights: weightsOption(options),
      limits: limitOption(options),
    },
    sources: parseSources(listOption(options, 'input')),
    providers: provider === undefined ? undefined : [parseProvider(provider)],
    threads: wholeOption(options, 'threads', 1),
    runs: wholeOption(options, 'runs', 1) ?? 20,
    top: wholeOption(options, 'top', 1) ?? 20,
    html: pictureOption(options, 'html'),
  };
}
