// Policies of execution providers: which must be had, which may be, which must not, and what is tried in which order.
import { dimwiseError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { captureSite } from '../base/origin.ts';
import { isProvider, type Provider, RUN_PROVIDERS } from './provider.ts';

/** What is done about a provider: `required` is had or an error says why not, `preferred` is had or passed over, `forbidden` is never had. */
export type ProviderPolicy = 'required' | 'preferred' | 'forbidden';

/** The policies. */
const POLICIES: readonly ProviderPolicy[] = ['required', 'preferred', 'forbidden'];

/**
 * A policy for each execution provider, the best first. Those that are not named are not used, but for the CPU, which takes what is left
 * unless it is forbidden.
 */
export type ProviderPolicies = { readonly [P in Provider]?: ProviderPolicy | undefined };

/** What a caller may give as `providers`. */
export type ProviderChoice = Provider | readonly Provider[] | ProviderPolicies;

/** One provider that is tried. */
export interface Candidate {
  readonly provider: Provider;
  readonly isRequired: boolean;
}

/** What is tried, in order. */
export interface ProviderPlan {
  /** The best first; the CPU only where the author placed it. */
  readonly candidates: readonly Candidate[];
  /** Whether no node may fall to the CPU. */
  readonly forbidsCpu: boolean;
}

/** The providers that a session tries unless others are given. */
export const DEFAULT_PROVIDERS: readonly Provider[] = ['cuda', 'cpu'];

/**
 * Reads what a caller gives as `providers`.
 *
 * @throws RUNTIME_PROVIDER when a provider or a policy is unknown, or none is left
 */
export function planProviders(choice: ProviderChoice = DEFAULT_PROVIDERS): ProviderPlan {
  if (typeof choice === 'string') return listPlan([choice]);
  return isList(choice) ? listPlan(choice) : policyPlan(choice);
}

const isList = (choice: readonly Provider[] | ProviderPolicies): choice is readonly Provider[] => Array.isArray(choice);

function listPlan(names: readonly Provider[]): ProviderPlan {
  for (const name of names) checkProvider(name);
  if (names.length === 0) throw noneLeft('a session needs at least one execution provider', 'none');
  const candidates = [...new Set(names)].map((provider) => ({ provider, isRequired: false }));
  return { candidates, forbidsCpu: false };
}

function policyPlan(policies: ProviderPolicies): ProviderPlan {
  const candidates: Candidate[] = [];
  for (const [provider, policy] of Object.entries(policies)) {
    if (policy === undefined) continue;
    if (!POLICIES.includes(policy)) throw unknownPolicy(provider, policy);
    // The CPU comes last wherever it stands: it is always there.
    if (checkProvider(provider) === 'cpu' || policy === 'forbidden') continue;
    candidates.push({ provider: checkProvider(provider), isRequired: policy === 'required' });
  }
  const forbidsCpu = policies.cpu === 'forbidden';
  if (!forbidsCpu && !candidates.some(({ isRequired }) => isRequired)) {
    candidates.push({ provider: 'cpu', isRequired: false });
  }
  if (candidates.length > 0) return { candidates, forbidsCpu };
  throw noneLeft('the CPU is forbidden and no other execution provider is named', "cpu: 'forbidden'");
}

/** @throws RUNTIME_PROVIDER when there is no such provider */
function checkProvider(name: string): Provider {
  if (isProvider(name)) return name;
  const near = nearest(String(name), RUN_PROVIDERS);
  throw dimwiseError({
    code: 'RUNTIME_PROVIDER',
    message: `there is no execution provider "${name}"; dimwise knows ${RUN_PROVIDERS.join(', ')}`,
    origin: { site: captureSite() },
    expected: RUN_PROVIDERS.join(', '),
    actual: String(name),
    hint: near ? `did you mean "${near}"?` : `providers: ['cuda', 'cpu']`,
  });
}

function unknownPolicy(provider: string, policy: unknown) {
  const near = typeof policy === 'string' ? nearest(policy, POLICIES) : undefined;
  return dimwiseError({
    code: 'RUNTIME_PROVIDER',
    message: `${provider} is ${POLICIES.join(', ')}, not ${JSON.stringify(policy) ?? typeof policy}`,
    origin: { site: captureSite() },
    expected: POLICIES.join(', '),
    actual: String(policy),
    hint: near ? `did you mean "${near}"?` : `providers: { ${provider}: 'preferred' }`,
  });
}

const noneLeft = (message: string, actual: string) =>
  dimwiseError({
    code: 'RUNTIME_PROVIDER',
    message,
    origin: { site: captureSite() },
    expected: RUN_PROVIDERS.join(', '),
    actual,
    hint: `providers: ['cuda', 'cpu']`,
  });
