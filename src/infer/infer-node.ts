// Infers one node: its schema, its row, the types and content of its outputs, or the mistake that it is.
import { DimwiseError, dimwiseError, isDimwiseError, type Related } from '../base/errors.ts';
import { namelessCount } from '../dim/dim.ts';
import type { Facts } from '../dim/facts.ts';
import type { FunctionDefinition, Graph, Node, Value } from '../ir/graph.ts';
import { innerFromNow } from '../ir/inner-symbols.ts';
import type { BodyOptions, OperatorRow, Span } from '../ir/operator.ts';
import { type Shape, UNKNOWN_TYPE, type ValueType } from '../ir/type.ts';
import { findRow } from '../ops/rows.ts';
import { findSchema, type OperatorSchema } from '../ops/schema.ts';
import { spendNode, spendOutput } from './budget.ts';
import { checkCallClaims } from './check-claims.ts';
import { checkElements } from './check-elements.ts';
import { checkAgainstSchema } from './check-schema.ts';
import { takeClaims } from './claims.ts';
import { Context } from './context.ts';
import type { Engine } from './context-engine.ts';
import { hoistFacts } from './hoist-facts.ts';
import { calledFunction, inferCall } from './infer-call.ts';
import { recall, remember } from './node-memo.ts';
import { forgetBehind, looksBehind, mayRunAllTheSame, type Report, Trials } from './rule-out.ts';
import { type InferAgain, shapeOf, spreadRank } from './spread-rank.ts';
import { TypeVariables } from './type-variables.ts';
import { warnUnknownOperator } from './warn-unknown.ts';
import { isRuledOutBehind } from './what-follows.ts';

export type { Report } from './rule-out.ts';

/** The domain of layer nodes, which carry their own rows. */
export const LAYER_DOMAIN = 'dimwise.nn';

/**
 * Infers the types and content of a node's outputs from its inputs. A mistake is reported and poisons the outputs; a node that
 * reads a poisoned value is poisoned without a word.
 */
export function inferNode(node: Node, report: Report): void {
  // A mistake is told once, also where the types of a body are inferred again.
  for (const output of node.outputs) if (output.poisoned) return;
  for (const input of node.inputs) if (input?.poisoned) return poison(node);
  try {
    spendNode();
    inferSound(node, report);
  } catch (error) {
    // Once a limit is reached, nothing more is inferred.
    if (!(error instanceof DimwiseError || isDimwiseError(error)) || error.code === 'ONNX_LIMIT') throw error;
    for (const diagnostic of error.errors)
      report(diagnostic.origin ? diagnostic : { ...diagnostic, origin: node.origin }, mayRunAllTheSame(node));
    poison(node);
    return;
  }
  const { claims } = node.graph;
  if (claims) takeClaims(node, claims, againBy(report));
}

/** How nodes are inferred again when the rank of a value becomes known later. */
export function againBy(report: Report): InferAgain {
  return { infer: (node) => inferNode(node, report), backward };
}

function backward(node: Node, input: number, output: Shape): Shape | undefined {
  const row = node.row ?? findRow(node.domain, node.op);
  if (!row?.backward) return undefined;
  return row.backward(new Context(node, schemaOf(node), undefined, quietEngine()), input, output);
}

/** So many nodes are looked back for the elements of a value. */
const MOST_STEPS_BACK = 16;

/** The engine for rules that tell of known sizes and elements, none of which depends on bodies. */
const quietEngine = (stepsBack = MOST_STEPS_BACK): Engine => ({
  inferBody: noBodies,
  branches: noBodies,
  spanOf: (value) => (stepsBack > 0 ? spanOf(value, stepsBack - 1) : undefined),
});

function noBodies(): never {
  throw dimwiseError({ code: 'INTERNAL_INVARIANT', message: 'a backward rule does not infer bodies' });
}

/** The least and the greatest element of a value, by the row of the node that makes it. */
function spanOf(value: Value, stepsBack: number): Span | undefined {
  const { source } = value;
  const shape = shapeOf(value.type);
  if (source.kind !== 'node' || source.index !== 0 || !shape) return undefined;
  const { node } = source;
  const row = node.row ?? findRow(node.domain, node.op);
  return row?.span?.(new Context(node, schemaOf(node), undefined, quietEngine(stepsBack)), shape);
}

function inferSound(node: Node, report: Report): void {
  const called = calledFunction(node);
  if (!node.row && recall(node)) return;
  if (called) return inferCalled(node, called, report);
  const row = node.row ?? findRow(node.domain, node.op);
  const schema = schemaOf(node);
  if (!row) warnUnknownOperator(node, schema !== undefined);
  const state = node.row ? undefined : new FactsState(node.graph.facts);
  let variables: TypeVariables | undefined;
  if (schema) {
    variables = new TypeVariables(schema);
    checkAgainstSchema(node, schema, variables);
  }
  const engine = new NodeEngine(node, report);
  const cx = new Context(node, schema, variables, engine);
  const types = row ? row.infer(cx) : [];
  if (engine.spoilt) return poison(node);
  const outputs = node.outputs.map((_, i) => types[i] ?? cx.schemaType(i));
  const contents = outputContents(row, cx, outputs);
  for (let i = 0; i < outputs.length; i++) {
    const output = outputs[i] ?? UNKNOWN_TYPE;
    spendOutput(node, output, contents?.[i]);
    checkElements(output, `${node.op} gives`, node.origin);
  }
  for (let i = 0; i < node.outputs.length; i++) node.outputs[i]?.setType(outputs[i] ?? UNKNOWN_TYPE, contents?.[i]);
  if (engine.isSimple && state?.isSame) remember(node);
  if (cx.refined) for (const value of cx.refined) spreadRank(value, againBy(report));
}

/** What a rule may change beside its results: the facts, and which symbols there are. */
class FactsState {
  readonly #facts: Facts;
  readonly #version: number;
  readonly #recorded: Facts['recorded'];
  readonly #nameless = namelessCount();

  constructor(facts: Facts) {
    this.#facts = facts;
    this.#version = facts.version;
    this.#recorded = facts.recorded;
  }

  /** Whether nothing was changed since. */
  get isSame(): boolean {
    const { version, recorded } = this.#facts;
    return version === this.#version && recorded === this.#recorded && namelessCount() === this.#nameless;
  }
}

/** The engine for the rule of one node. */
class NodeEngine implements Engine {
  readonly #node: Node;
  readonly #report: Report;
  /** Whether a body has a mistake, so that the node is one too. */
  spoilt = false;
  /** Whether the rule asked for nothing but types and contents. */
  isSimple = true;

  constructor(node: Node, report: Report) {
    this.#node = node;
    this.#report = report;
  }

  inferBody(body: Graph, inputs: readonly ValueType[], options: BodyOptions): readonly ValueType[] {
    this.isSimple = false;
    const report = this.#report;
    const told: Report = options.runs ? report : (diagnostic) => report(diagnostic, true);
    const types = inferBody(body, inputs, options, options.dead ? ignore : told);
    if (!options.dead && body.outputs.some((output) => output.poisoned)) this.spoilt = true;
    return types;
  }

  branches(): Trials {
    this.isSimple = false;
    return new Trials(this.#node, {
      inferBody: (body, options, told) => inferBody(body, [], options, told),
      report: this.#report,
      spoil: () => {
        this.spoilt = true;
      },
    });
  }

  spanOf(value: Value): Span | undefined {
    // Two inputs may be alike in type and content, and differ in their elements' span.
    this.isSimple = false;
    return spanOf(value, MOST_STEPS_BACK);
  }
}

/** A call surely runs its function, so what the function asks for is asked of the graph around the call. */
function inferCalled(node: Node, called: FunctionDefinition, report: Report): void {
  const state = new FactsState(node.graph.facts);
  const { types, contents, spoilt, refined } = inferCall(node, called, {
    infer: (body) => {
      inferGraph(body, (diagnostic, isUnsure) =>
        report({ ...diagnostic, related: [...(diagnostic.related ?? []), calledAt(node)] }, isUnsure),
      );
      checkCallClaims(body, { again: againBy(report), report });
    },
    carry: (body) => hoistFacts(body, { runs: true }),
  });
  if (spoilt) return poison(node);
  node.outputs.forEach((output, i) => {
    output.setType(types[i] ?? UNKNOWN_TYPE, contents[i]);
  });
  // A call that asked for nothing new gives the same wherever its inputs and attributes are the same.
  if (state.isSame) remember(node);
  for (const input of refined) spreadRank(input, againBy(report));
}

const calledAt = (node: Node): Related => ({ message: `in function ${node.op}, called at`, origin: node.origin });

function outputContents(row: OperatorRow | undefined, cx: Context, outputs: readonly ValueType[]) {
  return row?.content?.(cx, outputs);
}

function schemaOf(node: Node): OperatorSchema | undefined {
  if (node.row || node.domain === LAYER_DOMAIN) return undefined;
  const opset = node.graph.opsets.get(node.domain);
  return opset === undefined
    ? findSchema(node.domain, node.op, Number.MAX_SAFE_INTEGER)
    : findSchema(node.domain, node.op, opset);
}

function poison(node: Node): void {
  for (const output of node.outputs) output.poisoned = true;
}

/** What a branch that is never taken has wrong is no mistake of the model. */
function ignore(): void {}

/** Infers the nodes of a graph in their order. */
export function inferGraph(graph: Graph, report: Report): void {
  for (const node of graph.nodes()) {
    if (node.op === 'If' && looksBehind(node)) inferIf(node, report);
    else inferNode(node, report);
  }
}

/** What follows an If may tell which branch runs. */
function inferIf(node: Node, report: Report): void {
  forgetBehind(node);
  inferNode(node, report);
  if (isRuledOutBehind(node, inferGraph)) inferNode(node, report);
}

/**
 * Infers a body for given input types and returns the types of its outputs. What the body asks for stays among its own facts
 * unless it surely runs.
 */
export function inferBody(
  body: Graph,
  inputs: readonly ValueType[],
  { contents = [], runs = false, dead = false, assume, isInner = innerFromNow().isInner, instances }: BodyOptions,
  report: Report,
): readonly ValueType[] {
  body.renewFacts();
  assume?.(body.facts);
  body.inputs.forEach((input, i) => {
    const type = inputs[i];
    if (type) input.setType(type, contents[i]);
  });
  inferGraph(body, report);
  if (!dead) hoistFacts(body, { runs, isInner, instances });
  return body.outputs.map((output) => output.type);
}
