// Opens a session on the best execution provider that can be had, and says why the others cannot.
import { type DimwiseError, dimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import { warn } from '../base/warn.ts';
import { type OrtSession, ortMessage } from './ort.ts';
import type { Candidate, ProviderPlan } from './policy.ts';
import type { Fallback, Provider } from './provider.ts';

/** What opening needs to know of the machine; tests hand in machines of their own. */
export interface ProviderWorld {
  /** Creates the session on providers, the best first. */
  readonly create: (providers: readonly Provider[]) => Promise<OrtSession>;
  /** Why a provider cannot be had, as far as it shows before; undefined where it may be had. */
  readonly absenceOf: (provider: Provider) => string | undefined;
  /** Why a provider does not load by itself, without the model; undefined where it does. */
  readonly probe: (provider: Provider) => Promise<string | undefined>;
  /** The error when ONNX Runtime refuses the model itself. */
  readonly refused: (cause: unknown) => DimwiseError;
}

/** A session with what became of the plan. */
export interface OpenedProvider {
  readonly session: OrtSession;
  /** The providers of the session, the best first. */
  readonly providers: readonly Provider[];
  readonly fallbacks: readonly Fallback[];
}

/**
 * Creates a session by a plan. The required providers are all in it, or else the first that can be had; TensorRT takes CUDA along where
 * both are asked for, because it leaves nodes to it.
 *
 * @throws RUNTIME_PROVIDER when a required provider or all of them cannot be had, or nodes would fall to a forbidden CPU
 * @throws RUNTIME_FAILED when ONNX Runtime refuses the model
 */
export async function openOnProvider(plan: ProviderPlan, world: ProviderWorld): Promise<OpenedProvider> {
  const fallbacks: Fallback[] = [];
  let left = plan.candidates;
  let cause: unknown;
  const drop = (candidate: Candidate, reason: string): void => {
    fallbacks.push({ wanted: candidate.provider, reason });
    if (candidate.isRequired) throw requiredAbsent(candidate.provider, reason, cause);
    left = left.filter((each) => each !== candidate);
  };
  for (const candidate of plan.candidates) {
    const absence = world.absenceOf(candidate.provider);
    if (absence !== undefined) drop(candidate, absence);
  }
  while (left.length > 0) {
    const together = togetherIn(left);
    const providers = together.map(({ provider }) => provider);
    try {
      const session = await world.create(providers);
      for (const fallback of fallbacks) reportFallback(fallback, providers[0] ?? 'cpu');
      return { session, providers, fallbacks };
    } catch (error) {
      if (isCpuRefusal(error)) throw cpuForbidden(providers, fallbacks, error);
      const guilty = await findGuilty(together, error, world);
      if (!guilty) throw world.refused(error);
      cause = error;
      drop(guilty.candidate, guilty.reason);
    }
  }
  throw noProvider(fallbacks, cause);
}

/** Those that one session has: all that are required, the first of the others where it stands before them, and CUDA beside TensorRT. */
function togetherIn(left: readonly Candidate[]): readonly Candidate[] {
  const [first] = left;
  const hasTensorrt =
    left.some(({ provider, isRequired }) => provider === 'tensorrt' && isRequired) || first?.provider === 'tensorrt';
  return left.filter((each) => each === first || each.isRequired || (hasTensorrt && each.provider === 'cuda'));
}

interface Guilty {
  readonly candidate: Candidate;
  readonly reason: string;
}

/** The provider that a failure is of, and why; undefined where the model is at fault. */
async function findGuilty(
  together: readonly Candidate[],
  error: unknown,
  { probe }: ProviderWorld,
): Promise<Guilty | undefined> {
  const text = ortMessage(error);
  const others = together.filter(({ provider }) => provider !== 'cpu');
  const named = others.find(({ provider }) =>
    new RegExp(`ExecutionProvider_${provider}|\\[${provider}\\]`, 'i').test(text),
  );
  for (const candidate of named ? [named] : others) {
    const reason = await probe(candidate.provider);
    if (reason !== undefined) return { candidate, reason };
  }
  // A provider that loads alone and not with this model: its memory or its kernels.
  const candidate = named ?? (isProviderFailure(text) ? others[0] : undefined);
  return candidate && { candidate, reason: text };
}

/** Tells an error of a provider from an error of the model, where the provider itself works. */
function isProviderFailure(text: string): boolean {
  return /AppendExecutionProvider|Failed to load (shared )?library|CUDA failure|CUDNN failure|backend not found|no available backend/i.test(
    text,
  );
}

/** The way ONNX Runtime says that nodes would fall to the CPU though `session.disable_cpu_ep_fallback` is set. */
const isCpuRefusal = (error: unknown): boolean =>
  /fallback to CPU EP has been explicitly disabled/.test(ortMessage(error));

const reported = new Set<string>();

/** Warns of a fallback, of each reason once in a process. */
function reportFallback({ wanted, reason }: Fallback, provider: Provider): void {
  const key = `${wanted} ${provider} ${reason}`;
  if (reported.has(key)) return;
  reported.add(key);
  warn({
    code: 'RUNTIME_PROVIDER',
    message: `the model runs on ${provider}, because ${wanted} cannot be had: ${reason}`,
    expected: wanted,
    actual: provider,
    hint: `ask for { providers: ['${provider}'] } where that is meant`,
  });
}

const reasonsOf = (fallbacks: readonly Fallback[]): string =>
  fallbacks.map(({ wanted, reason }) => `${wanted}: ${reason}`).join('; ');

function noProvider(fallbacks: readonly Fallback[], cause: unknown): DimwiseError {
  return dimwiseError({
    code: 'RUNTIME_PROVIDER',
    message: `no execution provider that was asked for can be had: ${reasonsOf(fallbacks)}`,
    origin: { site: captureSite() },
    expected: fallbacks.map(({ wanted }) => wanted).join(', '),
    hint: "add 'cpu' to the providers, or install the libraries",
    cause,
  });
}

function requiredAbsent(provider: Provider, reason: string, cause: unknown): DimwiseError {
  return dimwiseError({
    code: 'RUNTIME_PROVIDER',
    message: `${provider} is required and cannot be had: ${reason}`,
    origin: { site: captureSite() },
    expected: provider,
    actual: reason,
    hint: `install what is missing, or ask for { providers: { ${provider}: 'preferred' } }`,
    cause,
  });
}

function cpuForbidden(providers: readonly Provider[], fallbacks: readonly Fallback[], cause: unknown): DimwiseError {
  const also = fallbacks.length > 0 ? ` (${reasonsOf(fallbacks)})` : '';
  return dimwiseError({
    code: 'RUNTIME_PROVIDER',
    message: `the CPU is forbidden, and ${providers.join(' and ')} cannot take every node of the model${also}`,
    origin: { site: captureSite() },
    expected: `every node on ${providers.join(' or ')}`,
    actual: 'nodes on cpu',
    hint: "allow the CPU: leave out cpu: 'forbidden', and look at the placement in a profile",
    cause,
  });
}
