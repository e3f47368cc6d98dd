// Holds what a file or an author states of values against what inference has found in the end.
import type { ErrorCode } from '../base/codes.ts';
import type { Diagnostic } from '../base/errors.ts';
import { allGraphs } from '../ir/bodies.ts';
import type { Claim } from '../ir/claim.ts';
import type { Graph, Value } from '../ir/graph.ts';
import { SymbolNames } from '../ir/symbol-names.ts';
import { formatType } from '../ir/type.ts';
import { compareTypes, contradiction, meetStatement, originOf } from './claims.ts';
import { differenceOf, saysNothing } from './meet-sizes.ts';
import { isInRuledOut } from './rule-out.ts';
import type { InferAgain } from './spread-rank.ts';

/** Takes a diagnostic. */
type Take = (diagnostic: Diagnostic) => void;

/** What a check needs, and who hears of what it finds. */
export interface ClaimCheck {
  /** Infers nodes of which more became known. */
  readonly again: InferAgain;
  /** Takes contradictions: SHAPE_MISMATCH, RANK_MISMATCH, DTYPE_MISMATCH, KIND_MISMATCH. */
  readonly report: Take;
  /** Takes what is no mistake: DIM_ALIAS where a file has another name for a size, SHAPE_NARROWER where what it states holds for some feeds only. */
  readonly note?: Take | undefined;
}

const takers = new WeakMap<Graph, Take>();

/** Hands what contradicts inference inside of the functions that a graph calls to somebody else than its mistakes. */
export function handOverContradictions(root: Graph, take: Take): void {
  takers.set(root, take);
}

/** Checks the statements about the body of a call. */
export function checkCallClaims(body: Graph, { again, report }: ClaimCheck): void {
  if (body.claims) checkClaims(body, { again, report: takers.get(body.root) ?? report });
}

/** Checks all statements about the values of a graph and of its bodies. */
export function checkClaims(graph: Graph, { again, report, note }: ClaimCheck): void {
  const notes = note && new Notes(graph, note);
  for (const each of allGraphs(graph)) {
    if (!each.claims || isInRuledOut(each)) continue;
    for (const [value, first] of each.claims) {
      if (value.poisoned) continue;
      for (let claim: Claim | undefined = first; claim; claim = claim.also) {
        const code = codeOf(value, claim, again);
        const statement = { ...claim, origin: originOf(value, claim) };
        if (code) report(contradiction(code, value, statement));
        else if (claim.speaker === 'file' && each === graph) notes?.add(value, claim);
      }
    }
  }
}

function codeOf(value: Value, claim: Claim, again: InferAgain): ErrorCode | undefined {
  const { facts, parent } = value.graph;
  if (!parent || claim.speaker === 'author') {
    return meetStatement(value, { ...claim, origin: originOf(value, claim) }, again);
  }
  return compareTypes(
    value.type,
    claim.type,
    (inferred, stated) => saysNothing(stated) || facts.equal(inferred, stated) !== 'false',
  );
}

/** Tells of differences that are no contradictions; each name is told once. */
class Notes {
  readonly #names = new SymbolNames();
  readonly #told = new Set<string>();
  readonly #note: Take;

  constructor(graph: Graph, note: Take) {
    this.#note = note;
    for (const value of graph.inputs) this.#names.reserve(value.declaredType);
  }

  add(value: Value, { type: stated }: Claim): void {
    const { type } = value;
    const { facts } = value.graph;
    compareTypes(type, stated, (inferred, said, axis) => {
      const difference = differenceOf(facts, said, inferred, this.#names.format);
      if (!difference) return true;
      const { kind, text } = difference;
      const where = `axis ${axis} of ${value.label}`;
      if (kind === 'narrower') this.#narrower(value, stated, text);
      else if (!this.#told.has(text)) {
        this.#told.add(text);
        const message = `${text}: the file has another name for ${where}`;
        this.#note({ code: 'DIM_ALIAS', message, origin: originOf(value, { type: stated, speaker: 'file' }) });
      }
      return true;
    });
  }

  #narrower(value: Value, stated: Claim['type'], text: string): void {
    const [said, found] = [stated, value.type].map((type) => formatType(type, this.#names.format));
    this.#note({
      code: 'SHAPE_NARROWER',
      message: `the file states ${said} for ${value.label}, inference finds ${found}; the two agree where ${text}`,
      origin: originOf(value, { type: stated, speaker: 'file' }),
      expected: found,
      actual: said,
    });
  }
}
