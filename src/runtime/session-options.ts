// The options of a session: what they are, which are refused, and what ONNX Runtime is told.
import { dimwiseError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { captureSite } from '../base/origin.ts';
import { inWords } from '../build/in-words.ts';
import type { OrtOptions } from './ort.ts';
import { IGNORED, ORT_SETTINGS, OUR_NAMES, PROVIDER_SETTING } from './ort-settings.ts';
import type { ProviderChoice, ProviderPlan } from './policy.ts';
import type { ProfileOptions } from './profile.ts';

/** How grave a message must be for ONNX Runtime to write it to the native error output. */
export type LogLevel = 'verbose' | 'info' | 'warning' | 'error' | 'fatal';

/** Options of {@link createSession}. */
export interface SessionOptions {
  /**
   * The execution provider, or several of which the first that can be had runs the model, or a policy for each; `['cuda', 'cpu']` by
   * default.
   */
  readonly providers?: ProviderChoice | undefined;
  /** The GPU, 0 by default. */
  readonly deviceId?: number | undefined;
  /** Threads inside of one operator; one for each core by default. */
  readonly threads?: number | undefined;
  /** Threads for operators that run side by side, in the execution mode `parallel`; one for each core by default. */
  readonly interOpThreads?: number | undefined;
  /** Whether operators that do not need each other may run side by side; `sequential` by default. */
  readonly executionMode?: 'sequential' | 'parallel' | undefined;
  /** How far ONNX Runtime rewrites the graph; `all` by default. */
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all' | undefined;
  /** Whether ONNX Runtime keeps memory of the CPU for the next run; true by default. */
  readonly memoryArena?: boolean | undefined;
  /** Whether ONNX Runtime plans the memory of a run from the sizes of an earlier one; true by default. */
  readonly memoryPattern?: boolean | undefined;
  /** The least grave messages that ONNX Runtime writes to the native error output; `fatal` by default: errors are thrown too. */
  readonly log?: LogLevel | undefined;
  /** Records the times of all nodes; `session.endProfile()` gives the file. */
  readonly profile?: ProfileOptions | undefined;
  /** Whether feeds may have NaN and infinities; `allow` by default. */
  readonly nonFinite?: 'allow' | 'refuse' | undefined;
  /** Further settings of ONNX Runtime as it names them, values as text. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/** Tells what an option takes, in words, where a value is not of it. */
export type OptionRule = (value: unknown) => string | undefined;

const oneOf =
  (...values: readonly string[]): OptionRule =>
  (value) =>
    values.some((each) => each === value) ? undefined : `one of ${values.map((each) => `"${each}"`).join(', ')}`;

const count: OptionRule = (value) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : 'an integer >= 0';
const flag: OptionRule = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
const object: OptionRule = (value) => (isRecord(value) ? undefined : 'an object');
const anything: OptionRule = () => undefined;

const LOG_LEVELS: readonly LogLevel[] = ['verbose', 'info', 'warning', 'error', 'fatal'];

const PROFILE_FORM = "{ prefix: 'PATH' }";

/** What each option of a profile takes. */
const PROFILE_RULES: Readonly<Record<keyof ProfileOptions, OptionRule>> = {
  prefix: (value) => (typeof value === 'string' && value !== '' ? undefined : 'a path'),
};

/** What each option takes; the type asks for every one. Providers are read by {@link planProviders}. */
export const SESSION_RULES: Readonly<Record<keyof SessionOptions, OptionRule>> = {
  providers: anything,
  deviceId: count,
  threads: count,
  interOpThreads: count,
  executionMode: oneOf('sequential', 'parallel'),
  optimization: oneOf('disabled', 'basic', 'extended', 'layout', 'all'),
  memoryArena: flag,
  memoryPattern: flag,
  log: oneOf(...LOG_LEVELS),
  profile: (value) => (isRecord(value) ? undefined : PROFILE_FORM),
  nonFinite: oneOf('allow', 'refuse'),
  extra: object,
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Refuses options that do not exist, that onnxruntime-node would ignore, or whose values it would not understand.
 *
 * @throws SESSION_OPTION for the first of them
 */
export function checkSessionOptions(options: SessionOptions): void {
  checkOptionRules('a session', options, SESSION_RULES);
  if (options.profile) {
    checkOptionRules('profile', options.profile, PROFILE_RULES);
    if (options.profile.prefix === undefined) throw badValue('a session takes profile', PROFILE_FORM, options.profile);
  }
  if (options.extra) for (const [name, value] of flatten(options.extra)) checkSetting(name, value);
}

/**
 * Checks options against what each of them takes.
 *
 * @param owner whose options they are, in messages
 * @throws SESSION_OPTION when the options are no object, one is unknown, or takes another value
 */
export function checkOptionRules(owner: string, options: object, rules: Readonly<Record<string, OptionRule>>): void {
  if (!isRecord(options)) throw badValue(`${owner} takes its options`, 'an object', options);
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (!rule) throw unknownOption(owner, name, Object.keys(rules));
    const expected = value === undefined ? undefined : rule(value);
    if (expected !== undefined) throw badValue(`${owner} takes ${name}`, expected, value);
  }
}

function badValue(what: string, expected: string, value: unknown) {
  const given = inWords(value);
  return dimwiseError({
    code: 'SESSION_OPTION',
    message: `${what} as ${expected}, got ${given}`,
    origin: { site: captureSite() },
    expected,
    actual: typeof value === 'string' ? value : given,
  });
}

function unknownOption(owner: string, name: string, known: readonly string[]) {
  const ours = Object.hasOwn(OUR_NAMES, name) ? OUR_NAMES[name] : undefined;
  const ignored = Object.hasOwn(IGNORED, name) ? IGNORED[name] : undefined;
  const near = nearest(name, known);
  return dimwiseError({
    code: 'SESSION_OPTION',
    message: `${owner} has no option ${name}; it has ${known.join(', ')}`,
    origin: { site: captureSite() },
    expected: known.join(', '),
    actual: name,
    hint: ours ? `dimwise calls it ${ours}` : (ignored ?? (near && `did you mean ${near}?`)),
  });
}

/** The settings of `extra` by their whole names; ONNX Runtime takes nested objects as well. */
function flatten(extra: Readonly<Record<string, unknown>>, prefix = ''): (readonly [string, unknown])[] {
  return Object.entries(extra).flatMap(([name, value]) =>
    isRecord(value) ? flatten(value, `${prefix}${name}.`) : [[`${prefix}${name}`, value] as const],
  );
}

/** @throws SESSION_OPTION when ONNX Runtime would ignore the setting, or refuse its value without a name */
function checkSetting(name: string, value: unknown): void {
  if (typeof value !== 'string') throw badValue(`ONNX Runtime takes the setting ${name}`, 'text', value);
  if (ORT_SETTINGS.includes(name) || PROVIDER_SETTING.test(name)) return;
  const ours = Object.hasOwn(OUR_NAMES, name) ? OUR_NAMES[name] : undefined;
  const near = nearest(name, ORT_SETTINGS);
  throw dimwiseError({
    code: 'SESSION_OPTION',
    message: `ONNX Runtime has no setting "${name}" and would ignore it`,
    origin: { site: captureSite() },
    actual: name,
    hint: ours ? `use the option ${ours}` : near && `did you mean ${near}?`,
  });
}

/** The settings of ONNX Runtime for options that were checked; providers and data come beside them. */
export function ortOptions(
  options: SessionOptions,
  { forbidsCpu }: ProviderPlan,
): Omit<OrtOptions, 'executionProviders'> {
  const { threads, interOpThreads, executionMode, optimization, memoryArena, memoryPattern, log = 'fatal' } = options;
  const extra = flatten(options.extra ?? {});
  if (forbidsCpu) extra.push(['session.disable_cpu_ep_fallback', '1']);
  return {
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(interOpThreads === undefined ? {} : { interOpNumThreads: interOpThreads }),
    ...(executionMode === undefined ? {} : { executionMode }),
    ...(optimization === undefined ? {} : { graphOptimizationLevel: optimization }),
    ...(memoryArena === undefined ? {} : { enableCpuMemArena: memoryArena }),
    ...(memoryPattern === undefined ? {} : { enableMemPattern: memoryPattern }),
    ...(extra.length > 0 ? { extra: Object.fromEntries(extra) } : {}),
    // The default leaves out errors, which come as exceptions too, and warnings of initializers that ONNX Runtime's own rewriting made unread.
    logSeverityLevel: LOG_LEVELS.indexOf(log),
  };
}
