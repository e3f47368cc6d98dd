// Checks the functions of a model: names, calls in circles, calls at all.

import { isDimwiseError } from '../../../src/base/errors.ts';
import { functionKey } from '../../../src/ir/function-key.ts';
import { malformed } from '../malformed.ts';
import { depthFirst } from '../sort-nodes.ts';
import type { Findings } from './finding.ts';
import { domainOf, functionLabel, type ModelView, type Scope } from './scopes.ts';

/** Checks functions, called or not. */
export function checkFunctions(view: ModelView, findings: Findings): void {
  const { model, irVersion, functions, scopes } = view;
  const protos = model.functions ?? [];
  if (protos.length === 0) return;
  if (irVersion > 0 && irVersion < 8) {
    findings.add(
      'FUNCTION_IR',
      `the model has functions, which came with IR version 8; it has IR version ${irVersion}`,
    );
  }
  const seen = new Set<string>();
  for (const proto of protos) {
    const key = functionKey(domainOf(proto), proto.name ?? '', proto.overload ?? '');
    if (seen.has(key))
      findings.add('FUNCTION_TWICE', `two functions are named ${functionLabel(proto)}`, { scope: functions.get(key) });
    seen.add(key);
    if (!proto.name) findings.add('NAME_EMPTY', 'a function has no name', {}, { severity: 'error' });
  }
  const calls = callsOf(view, scopes);
  checkCircles(functions, calls, findings);
  checkCalled(view, calls, findings);
}

/** The functions that each root, the main graph or a function, calls; bodies count with what they lie in. */
function callsOf({ functions }: ModelView, scopes: readonly Scope[]): ReadonlyMap<string, ReadonlySet<string>> {
  const calls = new Map<string, Set<string>>();
  for (const scope of scopes) {
    const own = scope.function;
    const caller = own ? functionKey(domainOf(own), own.name ?? '', own.overload ?? '') : '';
    const called = calls.get(caller) ?? new Set();
    calls.set(caller, called);
    for (const node of scope.graph.node ?? []) {
      const key = functionKey(domainOf(node), node.opType ?? '', node.overload ?? '');
      if (functions.has(key)) called.add(key);
    }
  }
  return calls;
}

function checkCircles(
  functions: ReadonlyMap<string, Scope>,
  calls: ReadonlyMap<string, ReadonlySet<string>>,
  findings: Findings,
): void {
  const keys = [...functions.keys()];
  const index = new Map(keys.map((key, i) => [key, i]));
  const needs = keys.map((key) => [...(calls.get(key) ?? [])].flatMap((called) => index.get(called) ?? []));
  try {
    depthFirst(needs, (circle) => {
      const names = circle.map((i) => functions.get(keys[i] ?? '')?.owner);
      return malformed([...names, names[0]].join(' calls '), { what: names[0] });
    });
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    findings.add('FUNCTION_CYCLE', error.errors[0]?.message ?? '');
  }
}

function checkCalled(
  { functions }: ModelView,
  calls: ReadonlyMap<string, ReadonlySet<string>>,
  findings: Findings,
): void {
  const reached = new Set<string>();
  const open = [''];
  for (let caller = open.pop(); caller !== undefined; caller = open.pop()) {
    for (const key of calls.get(caller) ?? []) {
      if (reached.has(key)) continue;
      reached.add(key);
      open.push(key);
    }
  }
  for (const [key, scope] of functions) {
    if (!reached.has(key)) findings.add('FUNCTION_UNUSED', `nothing calls ${scope.owner}`, { scope });
  }
}
