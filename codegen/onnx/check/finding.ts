// What a check finds: a code, how grave it is, the place, and the facts.
import { ERROR_CODES, type ErrorCode } from '../../../src/base/codes.ts';
import { CHECK_RULES, type CheckCode, type CheckRule, type Severity } from './check-rules.ts';
import { domainOf, labelOf, type Scope } from './scopes.ts';

/** A rule of the table of checks, or the code of a mistake that inference knows too. */
export type FindingCode = CheckCode | ErrorCode;

/** The node that a finding is about. */
export interface FindingNode {
  /** Its place in the list of its graph, from 0. */
  readonly index: number;
  readonly name?: string;
  readonly op: string;
  /** Empty for ai.onnx. */
  readonly domain: string;
}

/** One thing that is wrong with a model, or worth knowing. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** The rule and both facts, with the names of the things. */
  readonly message: string;
  /** From the outside in: a graph or function, a node, the attribute that is its body, a node of that. Empty for the model. */
  readonly path: readonly string[];
  readonly node?: FindingNode;
  /** The value or tensor that it is about. */
  readonly value?: string;
  /** What to do. */
  readonly hint: string;
}

/** Where something is wrong. */
export interface Place {
  readonly scope?: Scope | undefined;
  /** The index of a node of the scope. */
  readonly node?: number | undefined;
  readonly value?: string | undefined;
}

/** What a finding may have beside its message. */
export interface FindingParts {
  readonly hint?: string | undefined;
  /** Where it differs from the rule's. */
  readonly severity?: Severity | undefined;
}

/** The rule of a code; mistakes of inference are errors. */
export function ruleOf(code: FindingCode): CheckRule {
  if (Object.hasOwn(CHECK_RULES, code)) return CHECK_RULES[code as CheckCode];
  const { rule, remedy } = ERROR_CODES[code as ErrorCode];
  return { severity: 'error', standard: true, rule, remedy };
}

/** Collects findings. */
export class Findings {
  readonly list: Finding[] = [];
  readonly #isStandard: boolean;
  readonly #codes = new Set<string>();

  /** @param isStandard whether what the official checker refuses is an error */
  constructor(isStandard: boolean) {
    this.#isStandard = isStandard;
  }

  /** Adds a finding. */
  add(code: FindingCode, message: string, place: Place = {}, { hint, severity }: FindingParts = {}): void {
    const { scope, node, value } = place;
    const rule = ruleOf(code);
    const proto = node === undefined ? undefined : scope?.graph.node?.[node];
    const path = pathOf(place);
    const { name, opType = '' } = proto ?? {};
    this.list.push({
      code,
      severity: this.#isStandard && rule.standard ? 'error' : (severity ?? rule.severity),
      message,
      path,
      ...(proto && node !== undefined
        ? { node: { index: node, ...(name ? { name } : {}), op: opType, domain: domainOf(proto) } }
        : {}),
      ...(value ? { value } : {}),
      hint: hint ?? rule.remedy,
    });
    this.#codes.add(JSON.stringify([code, path]));
  }

  /** Tells whether a code was found at a place. */
  hasAt(code: FindingCode, place: Place): boolean {
    return this.#codes.has(JSON.stringify([code, pathOf(place)]));
  }
}

function pathOf({ scope, node }: Place): readonly string[] {
  const proto = node === undefined ? undefined : scope?.graph.node?.[node];
  if (!scope) return [];
  return proto && node !== undefined ? [...scope.path, labelOf(node, proto)] : scope.path;
}
