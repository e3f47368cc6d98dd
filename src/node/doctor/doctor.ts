// Looks at a machine: what is installed for running models, what works, and what to do where it does not.
import { VERSION } from '../../base/version.ts';
import type { Provider } from '../../runtime/provider.ts';
import { type Advice, adviceFor } from './advice.ts';
import { findGraphics, type Graphics } from './graphics.ts';
import type { Machine } from './machine.ts';
import { findOrtCopies, findOrtPackage, type OrtCopy, type OrtPackage } from './ort-package.ts';
import { findProviders, type ProviderState, questionsTo } from './provider-state.ts';
import { type SelfTest, selfTest } from './self-test.ts';

/** What the doctor is asked. */
export interface DoctorQuestion {
  /** The folder of the onnxruntime-node to look at; the one that dimwise loads by default. */
  readonly folder?: string | undefined;
  /** The providers that must work; none but the CPU by default. */
  readonly wanted: readonly Provider[];
  readonly deviceId?: number | undefined;
  /** The folders from which copies of the package are looked for. */
  readonly starts: readonly string[];
}

/** What the doctor found. */
export interface Diagnosis {
  readonly node: string;
  readonly dimwise: string;
  readonly platform: string;
  readonly arch: string;
  readonly glibc: string | undefined;
  readonly ort: OrtPackage | undefined;
  readonly copies: readonly OrtCopy[];
  readonly graphics: Graphics;
  readonly providers: readonly ProviderState[];
  readonly tests: readonly SelfTest[];
  readonly advice: readonly Advice[];
  /** Whether the CPU and every wanted provider work. */
  readonly isWell: boolean;
}

/** Looks at everything, and tests each provider that loads. */
export async function diagnose(machine: Machine, question: DoctorQuestion): Promise<Diagnosis> {
  const { folder, wanted, deviceId, starts } = question;
  const ort = findOrtPackage(machine, folder);
  const graphics = await findGraphics(machine);
  const providers = ort ? await findProviders(machine, ort, questionsTo(machine, ort, deviceId)) : [];
  const loading = providers.filter(({ loads }) => loads).map(({ provider }) => provider);
  const tests = ort ? await selfTest(machine, { entry: ort.entry, providers: loading, deviceId }) : [];
  const works = (name: Provider): boolean => tests.some(({ provider, passes }) => provider === name && passes);
  const { platform, arch, glibc } = machine;
  return {
    node: process.versions.node,
    dimwise: VERSION,
    platform,
    arch,
    glibc,
    ort,
    copies: findOrtCopies(machine, starts),
    graphics,
    providers,
    tests,
    advice: adviceFor({ machine, ort, folder, graphics, providers }),
    isWell: (['cpu', ...wanted] as const).every(works),
  };
}
