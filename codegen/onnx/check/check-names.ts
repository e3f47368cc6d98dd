// Checks names: each value made once, nothing read that nobody makes, no name of the graphs around a body made again.
import { didYouMean } from '../../../src/base/nearest.ts';
import type { Findings } from './finding.ts';
import { initializerNames, type Maker, type Names } from './names.ts';
import { labelOf, type ModelView, type Scope } from './scopes.ts';

/** So many names of a model are compared with misspelt ones; a file may have a mistake at every node. */
const MOST_COMPARED = 200_000;

/** Checks the names of all scopes. */
export function checkNames(view: ModelView, names: Names, findings: Findings): void {
  const near = new NearNames(names);
  for (const scope of view.scopes) {
    checkMade(scope, names, findings);
    checkRead(scope, names, near, findings);
    checkOutputs(scope, names, near, findings);
    checkNodeNames(scope, findings);
    checkValueInfos(scope, names, findings);
  }
}

function checkMade(scope: Scope, names: Names, findings: Findings): void {
  const { graph, owner } = scope;
  const first = names.made(scope);
  const list = initializerNames(graph);
  const initializers = new Set(list);
  const seen = new Set<string>();
  const shadowed = new Set<string>();
  const make = (name: string, what: string, maker: Maker, mayRepeatInput = false): void => {
    const { index } = maker;
    const place = { scope, value: name, ...(maker.kind === 'node' ? { node: index } : {}) };
    if (seen.has(name) && !mayRepeatInput) {
      const before = first.get(name);
      const by = before ? describeMaker(before, scope) : 'an earlier one';
      findings.add('NAME_TWICE', `"${name}" is made by ${what}, and by ${by} before`, place);
    }
    seen.add(name);
    if (scope.outer && !shadowed.has(name) && names.find(scope.outer, name)) {
      shadowed.add(name);
      // The checker and ONNX Runtime look at what nodes make only.
      const severity = maker.kind === 'node' ? 'error' : 'warning';
      findings.add('NAME_SHADOWED', `${what} makes "${name}", a name of a graph around it`, place, { severity });
    }
  };
  for (const [index, { name }] of (graph.input ?? []).entries()) {
    if (name) make(name, `input ${index}`, { kind: 'input', index });
    else if (scope.kind !== 'function')
      findings.add('NAME_EMPTY', `input ${index} of ${owner} has no name`, { scope }, { severity: 'error' });
  }
  const inputs = new Set(seen);
  for (const [index, name] of list.entries()) {
    const repeats = inputs.delete(name);
    if (name) make(name, `initializer ${index}`, { kind: 'initializer', index }, repeats);
    else findings.add('NAME_EMPTY', `initializer ${index} of ${owner} has no name`, { scope }, { severity: 'error' });
  }
  checkInputLists(scope, initializers, findings);
  for (const [index, node] of (graph.node ?? []).entries()) {
    for (const name of node.output ?? []) if (name) make(name, `node ${labelOf(index, node)}`, { kind: 'node', index });
  }
}

/** Initializers that are inputs too. */
function checkInputLists(scope: Scope, initializers: ReadonlySet<string>, findings: Findings): void {
  if (initializers.size === 0) return;
  for (const { name = '' } of scope.graph.input ?? []) {
    if (!name || !initializers.has(name)) continue;
    findings.add('INITIALIZER_INPUT', `initializer "${name}" is an input too, so a feed may replace it`, {
      scope,
      value: name,
    });
  }
}

function describeMaker({ kind, index }: Maker, { graph }: Scope): string {
  const node = kind === 'node' ? graph.node?.[index] : undefined;
  return node ? `node ${labelOf(index, node)}` : `${kind} ${index}`;
}

function checkRead(scope: Scope, names: Names, near: NearNames, findings: Findings): void {
  for (const [index, node] of (scope.graph.node ?? []).entries()) {
    for (const [i, name] of (node.input ?? []).entries()) {
      if (!name || names.find(scope, name)) continue;
      findings.add(
        'NAME_UNDEFINED',
        `"${name}" is read as input ${i} of node ${labelOf(index, node)}, and nothing makes it`,
        { scope, node: index, value: name },
        { hint: near.hint(name, scope) },
      );
    }
  }
}

function checkOutputs(scope: Scope, names: Names, near: NearNames, findings: Findings): void {
  const made = names.made(scope);
  const seen = new Set<string>();
  for (const [index, { name = '' }] of (scope.graph.output ?? []).entries()) {
    const place = { scope, value: name };
    if (!name)
      findings.add('NAME_EMPTY', `output ${index} of ${scope.owner} has no name`, { scope }, { severity: 'error' });
    else if (seen.has(name)) findings.add('OUTPUT_TWICE', `"${name}" is an output of ${scope.owner} twice`, place);
    else if (!made.has(name)) {
      if (names.find(scope, name)) {
        findings.add('BODY_OUTPUT', `${scope.owner} returns "${name}", which a graph around it makes`, place);
      } else {
        const hint = near.hint(name, scope);
        findings.add('NAME_UNDEFINED', `"${name}" is an output of ${scope.owner}, and nothing makes it`, place, {
          hint,
        });
      }
    }
    seen.add(name);
  }
}

/** Looks for names that misspelt ones are meant to be, as long as there are not too many. */
class NearNames {
  readonly #names: Names;
  #left = MOST_COMPARED;

  constructor(names: Names) {
    this.#names = names;
  }

  /** The hint with a name near a misspelt one; undefined where there is none. */
  hint(name: string, scope: Scope): string | undefined {
    // Everything is near a name of two letters.
    if (name.length < 3) return undefined;
    let best: string | undefined;
    for (let at: Scope | undefined = scope; at; at = at.outer) {
      const made = this.#names.made(at);
      this.#left -= made.size;
      if (this.#left < 0) return undefined;
      best ??= didYouMean(name, [...made.keys()]);
    }
    return best;
  }
}

function checkNodeNames(scope: Scope, findings: Findings): void {
  const first = new Map<string, number>();
  for (const [index, { name }] of (scope.graph.node ?? []).entries()) {
    if (!name) continue;
    const before = first.get(name);
    if (before === undefined) first.set(name, index);
    else {
      // Functions are inlined under names of their own.
      const severity = scope.function ? 'warning' : undefined;
      findings.add(
        'NODE_NAME_TWICE',
        `nodes ${before} and ${index} are both named "${name}"`,
        { scope, node: index },
        { severity },
      );
    }
  }
}

function checkValueInfos(scope: Scope, names: Names, findings: Findings): void {
  const seen = new Set<string>();
  for (const { name = '' } of scope.graph.valueInfo ?? []) {
    const place = { scope, value: name };
    if (seen.has(name)) findings.add('VALUE_INFO_TWICE', `the type of "${name}" is stated twice`, place);
    else if (!names.made(scope).has(name)) {
      findings.add('VALUE_INFO_UNUSED', `a type is stated for "${name}", which nothing makes`, place);
    }
    seen.add(name);
  }
}
