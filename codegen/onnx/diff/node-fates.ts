// Numbers nodes by what becomes of their results: equal numbers where all operators up to the outputs are equal.
import type { Node, Value } from '../../../src/ir/graph.ts';
import { isCommutative, slotOf } from './commutative.ts';
import type { Side } from './match-nodes.ts';

/** The fates of the nodes of two graphs that share a numbering, as numbers that can be compared. */
export function nodeFates(a: Side, b: Side): readonly [ReadonlyMap<Node, number>, ReadonlyMap<Node, number>] {
  return [fatesOf(a), fatesOf(b)];
}

function fatesOf(side: Side): Map<Node, number> {
  const { graph, classes, outputTokens } = side;
  const { numbering } = classes;
  const returned = new Map<Value, number[]>();
  graph.outputs.forEach((output, i) => {
    const token = numbering.of(`out ${outputTokens[i]}`);
    const tokens = returned.get(output);
    if (tokens) tokens.push(token);
    else returned.set(output, [token]);
  });
  const fates = new Map<Node, number>();
  const none = numbering.of('fate without a reader');
  const fateOf = (node: Node): number => fates.get(node) ?? none;
  /** In an order that does not depend on that of the readers. */
  const readings = (output: Value): number[] => {
    const found = side
      .readersOf(output)
      .map(({ node, slot }) => numbering.pair(fateOf(node), numbering.place(slotOf(node, slot))));
    found.push(...(returned.get(output) ?? []));
    return found.length > 1 ? found.sort((x, y) => x - y) : found;
  };
  const [next, open, missing] = ['next output', 'made by a node', 'no input'].map((text) => numbering.of(text));
  for (const node of [...graph.nodes()].reverse()) {
    let fate = classes.localToken(node);
    const add = (part = none): void => {
      fate = numbering.pair(fate, part);
    };
    const inputs = node.inputs.map((input) =>
      input?.source.kind === 'constant' ? classes.ofValue(input) : input ? open : missing,
    );
    if (isCommutative(node)) inputs.sort((x = 0, y = 0) => x - y);
    for (const input of inputs) add(input);
    for (const output of node.outputs) {
      add(next);
      for (const reading of readings(output)) add(reading);
    }
    fates.set(node, fate);
  }
  return fates;
}
