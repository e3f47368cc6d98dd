// Models that the tests of the example server serve, and a server of them.
import { type CompiledModel, createPool, graph, op, type SessionPoolOptions } from 'dimwise';
import { ServedModel } from '../../examples/serve/served-model.ts';
import { InferenceServer } from '../../examples/serve/server.ts';
import type { ServerLimits } from '../../examples/serve/server-limits.ts';

/** The types of the inputs of {@link ECHO}, which are called after them. */
export const ECHO_TYPES = [
  'bool',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'int8',
  'int16',
  'int32',
  'int64',
  'float16',
  'float32',
  'float64',
  'string',
] as const;

/** Gives what it gets, one tensor of each type. */
export const ECHO: CompiledModel = graph((g) =>
  Object.fromEntries(ECHO_TYPES.map((dtype) => [`${dtype}_out`, op.Identity(g.input(dtype, dtype, ['n', 'm']))])),
)
  .bind(Object.fromEntries(ECHO_TYPES.map((dtype) => [dtype, { dtype, shape: ['n', 'm'] }])))
  .compile();

/** Gives one tensor of a type back. */
export const echoOf = (dtype: (typeof ECHO_TYPES)[number]): CompiledModel =>
  graph((g) => ({ y: op.Identity(g.input('x', dtype, ['n', 'm'])) }))
    .bind({ x: { dtype, shape: ['n', 'm'] } })
    .compile();

/** Multiplies matrices as often as it is told: about a millisecond each time; gives the number back. */
export const SLOW: CompiledModel = graph((g) => {
  const steps = g.input('steps', 'int64', []);
  const size = 256;
  const matrix = (value: number) =>
    op.Expand(op.Constant({ value_float: value }), op.Constant({ value_ints: [size, size] }));
  const [last] = op.Loop(steps, true, [matrix(0.5)], {
    body: (_, condition, state) => [condition, op.MatMul(state, matrix(1 / size))],
  });
  return { y: op.Slice(last ?? steps, [0, 0], [1, 1]), done: op.Identity(steps) };
})
  .bind({ steps: [] })
  .compile();

/** A server of some models, with its address. */
export interface TestServer extends AsyncDisposable {
  readonly server: InferenceServer;
  readonly address: string;
  readonly models: Readonly<Record<string, ServedModel>>;
}

/** Starts a server at any port that is free. */
export async function startServer(
  sources: Readonly<Record<string, CompiledModel>>,
  options: {
    readonly pool?: SessionPoolOptions;
    readonly limits?: Partial<ServerLimits>;
    readonly log?: string[];
  } = {},
): Promise<TestServer> {
  const { pool, limits, log } = options;
  const models = await Promise.all(
    Object.entries(sources).map(
      async ([name, source]) =>
        new ServedModel({ name, pool: await createPool(source, { workers: 1, providers: 'cpu', ...pool }) }),
    ),
  );
  const server = new InferenceServer({ models, limits, log: (line) => void log?.push(line) });
  return {
    server,
    address: await server.listen(0),
    models: Object.fromEntries(models.map((model) => [model.name, model])),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
