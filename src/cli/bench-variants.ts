// What a bench compares: each file on each provider with each number of threads, loaded once.
import type { Diagnostic } from '../base/errors.ts';
import { isDimwiseError } from '../base/errors.ts';
import { openSession } from '../runtime/create-session.ts';
import type { Feeds } from '../runtime/feed.ts';
import { loadOrt } from '../runtime/ort.ts';
import type { Fallback, Provider } from '../runtime/provider.ts';
import type { SessionOptions } from '../runtime/session-options.ts';
import type { BenchSettings } from './bench-options.ts';
import type { Runnable } from './runnable.ts';

/** Runs a model, in this thread or in workers. */
export interface Runner {
  readonly run: (feeds: Feeds) => Promise<unknown>;
  readonly concurrency: number;
}

/** A model as it was loaded. */
export interface Variant {
  readonly runnable: Runnable;
  readonly provider: Provider;
  readonly fallbacks: readonly Fallback[];
  readonly threads: number | undefined;
  readonly concurrency: number;
  readonly run: (feeds: Feeds) => Promise<unknown>;
  readonly dispose: () => Promise<void>;
  /** Milliseconds from the bytes or the file to a session; of all workers where there are several. */
  readonly load: number;
  /** How many bytes the memory of this process grew meanwhile; undefined where workers load the model. */
  readonly loadedBytes: number | undefined;
}

/** A provider that was asked for and could not be had. */
export interface AbsentProvider {
  readonly file: string;
  readonly provider: Provider;
  readonly reason: string;
}

/** The variants of a file, and the providers that it cannot be had on. */
export interface Variants {
  readonly variants: readonly Variant[];
  readonly absent: readonly AbsentProvider[];
}

/**
 * Loads a file once for each provider, number of threads and concurrency.
 *
 * @throws what `createSession` throws, except that a provider cannot be had: that is in `absent`
 */
export async function openVariants(runnable: Runnable, settings: BenchSettings): Promise<Variants> {
  const variants: Variant[] = [];
  const absent: AbsentProvider[] = [];
  // Its own start belongs to no session.
  await loadOrt();
  const providers = settings.providers.length > 0 ? settings.providers : [undefined];
  try {
    for (const provider of providers) {
      try {
        for (const threads of settings.threads) {
          for (const concurrency of settings.concurrency) {
            variants.push(await openVariant(runnable, { provider, threads, concurrency }));
          }
        }
      } catch (error) {
        const reason = provider && absenceIn(error);
        if (provider === undefined || reason === undefined) throw error;
        absent.push({ file: runnable.file, provider, reason });
      }
    }
  } catch (error) {
    await disposeAll(variants);
    throw error;
  }
  return { variants, absent };
}

/** Frees the memory of variants. */
export async function disposeAll(variants: readonly Variant[]): Promise<void> {
  await Promise.all(variants.map((variant) => variant.dispose()));
}

/** Why a provider cannot be had; undefined where an error says something else. */
function absenceIn(error: unknown): string | undefined {
  if (!isDimwiseError(error)) return undefined;
  const found = error.errors.find(({ code }: Diagnostic) => code === 'RUNTIME_PROVIDER');
  return found?.message.replace(/^no execution provider that was asked for can be had: /, '');
}

interface VariantChoice {
  readonly provider: Provider | undefined;
  readonly threads: number | undefined;
  readonly concurrency: number;
}

async function openVariant(runnable: Runnable, { provider, threads, concurrency }: VariantChoice): Promise<Variant> {
  const options: SessionOptions = {
    ...(provider ? { providers: [provider] } : {}),
    ...(threads === undefined ? {} : { threads }),
  };
  const shared = { runnable, threads, concurrency };
  const before = process.memoryUsage.rss();
  const start = performance.now();
  if (concurrency > 1) {
    const { openPool } = await import('../runtime/pool/open-pool.ts');
    const pool = await openPool(runnable.loadable, { ...options, workers: concurrency });
    const load = performance.now() - start;
    const { fallbacks } = pool;
    const run = (feeds: Feeds) => pool.run(feeds);
    return {
      ...shared,
      provider: pool.provider,
      fallbacks,
      run,
      dispose: () => pool.dispose(),
      load,
      loadedBytes: undefined,
    };
  }
  const session = await openSession(runnable.loadable, options);
  const load = performance.now() - start;
  const loadedBytes = Math.max(0, process.memoryUsage.rss() - before);
  const { fallbacks } = session;
  const run = (feeds: Feeds) => session.run(feeds);
  return { ...shared, provider: session.provider, fallbacks, run, dispose: () => session.dispose(), load, loadedBytes };
}
