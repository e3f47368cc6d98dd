// Numbers nodes by what becomes of their results: equal numbers where all operators up to the outputs are equal.
import type { Node, Value } from '../../../src/ir/graph.ts';
import type { Side } from './match-nodes.ts';
import { Numbering } from './value-classes.ts';

/** The fates of the nodes of two graphs, as numbers that can be compared. */
export function nodeFates(a: Side, b: Side): readonly [ReadonlyMap<Node, number>, ReadonlyMap<Node, number>] {
  const numbering = new Numbering();
  return [fatesOf(a, numbering), fatesOf(b, numbering)];
}

function fatesOf(side: Side, numbering: Numbering): Map<Node, number> {
  const { graph, classes, outputTokens } = side;
  const returned = new Map<Value, string[]>();
  graph.outputs.forEach((output, i) => {
    const tokens = returned.get(output);
    if (tokens) tokens.push(`out ${outputTokens[i]}`);
    else returned.set(output, [`out ${outputTokens[i]}`]);
  });
  const fates = new Map<Node, number>();
  const readersOf = (output: Value): string => {
    const reads = side.readersOf(output).map(({ node, slot }) => `${fates.get(node)}:${slot}`);
    return [...reads, ...(returned.get(output) ?? [])].sort().join();
  };
  for (const node of [...graph.nodes()].reverse()) {
    const constants = node.inputs.map((input) =>
      input?.source.kind === 'constant' ? classes.ofValue(input) : input ? '' : '-',
    );
    const readers = node.outputs.map(readersOf);
    fates.set(node, numbering.of(`${classes.localToken(node)}(${constants.join()})[${readers.join(';')}]`));
  }
  return fates;
}
