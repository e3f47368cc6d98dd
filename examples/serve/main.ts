// An example server for one machine: the open inference protocol over HTTP, which Triton and KServe speak.
//
//   npx jiti examples/serve/main.ts examples/lenet.ts --bind "lenet=[batch,1,28,28]" --port 8000
import type { Provider, SessionPoolOptions } from 'dimwise';
import { isScript } from '../support/script.ts';
import { readArguments, type ServeArguments, USAGE, UsageError } from './arguments.ts';
import { loadModelPool } from './load-model.ts';
import { ServedModel } from './served-model.ts';
import { InferenceServer } from './server.ts';

/** Loads the models of a command line and makes their server. @throws UsageError, and what loading models throws */
export async function makeServer(args: ServeArguments): Promise<InferenceServer> {
  const { workers, queue, timeout, maxBatch, maxDelay, providers, drain } = args;
  const options: SessionPoolOptions = {
    workers,
    queue,
    timeout,
    // The names of providers are checked by the pool.
    ...(providers === undefined ? {} : { providers: providers as Provider }),
    ...(maxBatch === undefined ? {} : { batching: { maxBatch, maxDelay } }),
  };
  const models: ServedModel[] = [];
  try {
    for (const model of args.models) {
      const pool = await loadModelPool(model, options);
      models.push(new ServedModel({ name: model.name, pool }));
    }
  } catch (error) {
    await Promise.all(models.map(({ pool }) => pool.dispose({ force: true })));
    throw error;
  }
  return new InferenceServer({ models, limits: drain === undefined ? {} : { drain } });
}

async function main(): Promise<void> {
  const args = readArguments(process.argv.slice(2));
  const server = await makeServer(args);
  const address = await server.listen(args.port, args.host);
  console.log(`${args.models.map(({ name }) => name).join(', ')} at ${address}/v2/models`);
  const end = (signal: string): void => {
    // A second signal does not wait for requests.
    process.once(signal, () => process.exit(1));
    console.log(`${signal}: answering what was taken`);
    void server.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

if (isScript(import.meta.url)) {
  main().catch((error: unknown) => {
    console.error(
      error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error instanceof Error ? error.message : error,
    );
    process.exit(error instanceof UsageError ? 2 : 1);
  });
}
