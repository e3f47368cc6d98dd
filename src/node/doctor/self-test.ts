// The self-test: one model on each provider, its numbers against those of the CPU and against recorded ones.
import type { Provider } from '../../runtime/provider.ts';
import type { Machine } from './machine.ts';
import { type Numbers, runApart } from './run-apart.ts';
import { SELF_TEST_SHAPE, selfTestModel, waves } from './self-test-model.ts';
import { SELF_TEST_NUMBERS } from './self-test-numbers.ts';

/** What the self-test found on one provider. */
export interface SelfTest {
  readonly provider: Provider;
  /** Whether the numbers are right within the limit. */
  readonly passes: boolean;
  /** `max|a - b| / max|b|` over the outputs, against the CPU of this machine; undefined where there are no numbers of either. */
  readonly fromCpu: number | undefined;
  /** The same against the recorded numbers. */
  readonly fromRecorded: number | undefined;
  /** The same with TF32 switched off, on CUDA and TensorRT. */
  readonly withoutTf32: number | undefined;
  /** How far numbers may be apart. */
  readonly limit: number;
  /** Milliseconds of the session's creation and of the second run. */
  readonly create: number | undefined;
  readonly run: number | undefined;
  /** Why there are no numbers. */
  readonly reason: string | undefined;
}

/** How far numbers of a provider may be from those of the CPU, as a share of the greatest. */
export const LIMITS = {
  /** float32 with sums in another order. */
  float32: 1e-4,
  /** Factors of 10 bits after the point: 2^-11 each, through two products. */
  tf32: 5e-3,
} as const;

/** What the self-test needs to know. */
export interface SelfTestOptions {
  readonly entry: string;
  /** The providers to test beside the CPU. */
  readonly providers: readonly Provider[];
  readonly deviceId?: number | undefined;
}

/** Tests the CPU, then each provider. */
export async function selfTest(
  machine: Pick<Machine, 'run'>,
  { entry, providers, deviceId }: SelfTestOptions,
): Promise<readonly SelfTest[]> {
  const model = selfTestModel().bytes();
  const count = SELF_TEST_SHAPE.reduce((a, b) => a * b, 1);
  const feeds = { x: { shape: SELF_TEST_SHAPE, data: waves(count, 0.13) } };
  const runOn = (provider: Provider, allowsTf32 = true) =>
    runApart(machine, { entry, provider, deviceId, model, feeds, allowsTf32 });
  const cpu = await runOn('cpu');
  const reference = 'outputs' in cpu ? cpu.outputs : undefined;
  const tests: SelfTest[] = [];
  for (const provider of ['cpu', ...providers.filter((each) => each !== 'cpu')] as const) {
    const hasTf32 = provider === 'cuda' || provider === 'tensorrt';
    const result = provider === 'cpu' ? cpu : await runOn(provider);
    const exact = hasTf32 && 'outputs' in result ? await runOn(provider, false) : undefined;
    tests.push(judge(provider, result, { reference, exact }));
  }
  return tests;
}

type Result = Awaited<ReturnType<typeof runApart>>;

interface References {
  readonly reference: Readonly<Record<string, Numbers>> | undefined;
  /** The run without TF32, where there is such a switch. */
  readonly exact: Result | undefined;
}

function judge(provider: Provider, result: Result, { reference, exact }: References): SelfTest {
  const limit = exact ? LIMITS.tf32 : LIMITS.float32;
  if ('reason' in result) {
    const nothing = { fromCpu: undefined, fromRecorded: undefined, withoutTf32: undefined };
    return { provider, passes: false, ...nothing, limit, create: undefined, run: undefined, reason: result.reason };
  }
  const { outputs, create, run } = result;
  const fromRecorded = distance(outputs, SELF_TEST_NUMBERS);
  const fromCpu = reference && distance(outputs, reference);
  const withoutTf32 = exact && 'outputs' in exact ? distance(exact.outputs, reference ?? SELF_TEST_NUMBERS) : undefined;
  const isExact = exact === undefined || (withoutTf32 !== undefined && withoutTf32 <= LIMITS.float32);
  const passes = fromRecorded <= limit && (fromCpu ?? 0) <= limit && isExact;
  const reason = passes ? undefined : 'its numbers are wrong';
  return { provider, passes, fromCpu, fromRecorded, withoutTf32, limit, create, run, reason };
}

/** The greatest `max|a - b| / max|b|` of the outputs; infinite where one is missing, of another size, or not finite. */
export function distance(
  outputs: Readonly<Record<string, Numbers>>,
  expected: Readonly<Record<string, Numbers>>,
): number {
  let worst = 0;
  for (const [name, { data }] of Object.entries(expected)) {
    const found = outputs[name]?.data ?? [];
    if (found.length !== data.length) return Number.POSITIVE_INFINITY;
    let [apart, greatest] = [0, 0];
    for (const [i, value] of data.entries()) {
      const difference = Math.abs((found[i] ?? Number.NaN) - value);
      if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY;
      apart = Math.max(apart, difference);
      greatest = Math.max(greatest, Math.abs(value));
    }
    worst = Math.max(worst, apart / greatest);
  }
  return worst;
}
