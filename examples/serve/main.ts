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

/** Signals that end the server: SIGBREAK is Ctrl-Break of Windows, SIGHUP a terminal that is closed. */
const ENDS = ['SIGTERM', 'SIGINT', 'SIGHUP', ...(process.platform === 'win32' ? (['SIGBREAK'] as const) : [])] as const;

async function main(): Promise<void> {
  const given = process.argv.slice(2);
  if (given.includes('--help') || given.includes('-h')) {
    console.log(USAGE);
    return;
  }
  const args = readArguments(given);
  const server = await makeServer(args);
  const address = await listen(server, args);
  console.log(`${args.models.map(({ name }) => name).join(', ')} at ${address}/v2/models`);
  let isEnding = false;
  const end = (signal: string): void => {
    // A second signal does not wait for requests.
    if (isEnding) process.exit(1);
    isEnding = true;
    console.log(`${signal}: answering what was taken`);
    void server.close().then(() => process.exit(0));
  };
  for (const signal of ENDS) process.on(signal, end);
}

/** Listens; where it cannot, the models are given up first. */
async function listen(server: InferenceServer, { port, host }: ServeArguments): Promise<string> {
  try {
    return await server.listen(port, host);
  } catch (error) {
    await server.close();
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE')
      throw new Error(`port ${port} of ${host} is taken; --port 0 takes any that is free`, { cause: error });
    if (code === 'EACCES')
      throw new Error(`port ${port} of ${host} is not for this user; take one from 1024 on`, { cause: error });
    throw error;
  }
}

if (isScript(import.meta.url)) {
  main().catch((error: unknown) => {
    console.error(
      error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error instanceof Error ? error.message : error,
    );
    process.exit(error instanceof UsageError ? 2 : 1);
  });
}
