// Checks the contract in a model's metadata against what inference finds.
import { isDimwiseError } from '../../../src/base/errors.ts';
import { type Constraint, formatConstraint, parseConstraint } from '../../../src/dim/constraint.ts';
import { symbol } from '../../../src/dim/dim.ts';
import { Facts } from '../../../src/dim/facts.ts';
import { CONTRACT_KEY, type Contract, contractFromJson, contractOf } from '../../../src/ir/contract.ts';
import type { Graph } from '../../../src/ir/graph.ts';
import type { ModelProto } from '../proto/messages.ts';
import type { Findings } from './finding.ts';

/** Reads the contract of a model; undefined where there is none, or it cannot be read. */
export function checkedContract({ metadataProps }: ModelProto, findings: Findings): Contract | undefined {
  const text = metadataProps?.findLast(({ key }) => key === CONTRACT_KEY)?.value;
  if (text === undefined) return undefined;
  try {
    const contract = contractFromJson(text);
    for (const { expr } of contract.constraints) parseConstraint(expr);
    return contract;
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    findings.add('CONTRACT_UNREADABLE', error.errors[0]?.message ?? 'the contract cannot be read');
    return undefined;
  }
}

/** Compares the saved contract with the one of the inferred graph. */
export function checkContract(saved: Contract, graph: Graph, findings: Findings): void {
  const found = contractOf(graph);
  checkInputs(saved, found, findings);
  const promises = constraintsOf(saved);
  const known = new Facts();
  for (const { constraint } of promises) known.require(constraint);
  const real = graph.facts.fork();
  for (const { constraint, expr } of promises) {
    const answer = real.require(constraint);
    if (answer === 'false' || answer === 'contradiction') {
      findings.add('CONTRACT_CONTRADICTION', `the saved contract asks for ${expr}, which no feed of the model meets`);
    }
  }
  const texts = new Set(saved.constraints.map(({ expr }) => expr));
  for (const { expr, scope } of found.constraints) {
    if (scope !== 'feed' || texts.has(expr) || known.require(parseConstraint(expr)) === 'true') continue;
    findings.add('CONTRACT_STALE', `the saved contract lacks ${expr}, which the model asks for`);
  }
}

function constraintsOf({ symbols, constraints }: Contract): { constraint: Constraint; expr: string }[] {
  const ranges = Object.entries(symbols).map(([name, { min, max }]) => {
    const constraint: Constraint = {
      kind: 'range',
      dim: symbol(name),
      min,
      ...(max === undefined ? {} : { max }),
      origins: [],
    };
    return { constraint, expr: formatConstraint(constraint) };
  });
  const feeds = constraints.filter(({ scope }) => scope === 'feed');
  return [...ranges, ...feeds.map(({ expr }) => ({ constraint: parseConstraint(expr), expr }))];
}

function checkInputs({ inputs: saved }: Contract, { inputs: found }: Contract, findings: Findings): void {
  for (const name of Object.keys(saved)) {
    if (!Object.hasOwn(found, name))
      findings.add('CONTRACT_STALE', `the saved contract has input "${name}", the model has not`);
  }
  for (const [name, input] of Object.entries(found)) {
    const before = Object.hasOwn(saved, name) ? saved[name] : undefined;
    if (!before) {
      findings.add('CONTRACT_STALE', `the saved contract lacks input "${name}"`, { value: name });
      continue;
    }
    const [said, is] = [before, input].map(
      ({ kind, dtype, shape }) => `${dtype ?? kind}[${shape?.join(', ') ?? '...'}]`,
    );
    if (said === is) continue;
    findings.add('CONTRACT_STALE', `the saved contract has ${said} for input "${name}", the model ${is}`, {
      value: name,
    });
  }
}
