// Finds what a request is for: the routes of the open inference protocol and of Triton's extensions to it.
import { HttpError } from './http-error.ts';

/** What a request is for. */
export type RouteName =
  | 'metrics'
  | 'server'
  | 'live'
  | 'ready'
  | 'model'
  | 'modelReady'
  | 'config'
  | 'stats'
  | 'index'
  | 'infer';

/** A request's purpose, with the model that it names. */
export interface Route {
  readonly name: RouteName;
  readonly model: string | undefined;
  readonly version: string | undefined;
}

const MODEL = '/v2/models/(?<model>[^/]+)(?:/versions/(?<version>[^/]+))?';

const ROUTES: readonly (readonly [method: 'GET' | 'POST', path: RegExp, name: RouteName])[] = [
  ['GET', /^\/metrics$/, 'metrics'],
  ['GET', /^\/v2$/, 'server'],
  ['GET', /^\/v2\/health\/live$/, 'live'],
  ['GET', /^\/v2\/health\/ready$/, 'ready'],
  ['POST', /^\/v2\/repository\/index$/, 'index'],
  ['GET', /^\/v2\/models\/stats$/, 'stats'],
  ['GET', new RegExp(`^${MODEL}$`), 'model'],
  ['GET', new RegExp(`^${MODEL}/ready$`), 'modelReady'],
  ['GET', new RegExp(`^${MODEL}/config$`), 'config'],
  ['GET', new RegExp(`^${MODEL}/stats$`), 'stats'],
  ['POST', new RegExp(`^${MODEL}/infer$`), 'infer'],
];

/** Parts of Triton's protocol that this server does not have. */
const ABSENT: readonly (readonly [path: RegExp, what: string])[] = [
  [/^\/v2\/repository\/models\//, 'models are loaded when the server starts; it loads and unloads none later'],
  [/^\/v2\/(system|cuda)sharedmemory(\/|$)/, 'this server has no shared memory'],
  [/^\/v2\/(trace|logging|models\/[^/]+\/trace)(\/|$)/, 'this server has no settings of traces and logs'],
  [/^\/v2\/models\/[^/]+(\/versions\/[^/]+)?\/generate(_stream)?$/, 'this server has no generate extension'],
];

/**
 * What a request is for.
 *
 * @param target the method and the path, without a query
 * @throws HttpError 404 when there is nothing at the path, 405 for another method, 501 for parts of Triton that are not here, 400 when
 * the path cannot be decoded
 */
export function routeOf(method: string, path: string): Route {
  const at = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const asked = method === 'HEAD' ? 'GET' : method;
  const allowed: string[] = [];
  for (const [own, pattern, name] of ROUTES) {
    const match = pattern.exec(at);
    if (!match) continue;
    if (own !== asked) allowed.push(own);
    else return { name, model: decoded(match.groups?.['model']), version: decoded(match.groups?.['version']) };
  }
  if (allowed.length > 0) {
    throw new HttpError(405, `${at} takes ${allowed.join(', ')}, not ${method}`, { Allow: allowed.join(', ') });
  }
  const absent = ABSENT.find(([pattern]) => pattern.test(at));
  if (absent) throw new HttpError(501, absent[1]);
  throw new HttpError(404, `there is nothing at ${at}`);
}

function decoded(part: string | undefined): string | undefined {
  if (part === undefined) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HttpError(400, `"${part}" in the path is no text in percent-encoded UTF-8`);
  }
}
