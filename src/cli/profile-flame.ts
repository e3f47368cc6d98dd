// A profile as a tree of layers and nodes for the flame picture.
import { type FlameNode, flamePage } from '../../codegen/html/flame-page.ts';
import { formatTime } from './format-time.ts';
import type { ProfileReport } from './profile-report.ts';
import type { NodeTimes } from './profile-sums.ts';

interface Layer {
  readonly name: string;
  readonly layers: Map<string, Layer>;
  readonly nodes: NodeTimes[];
}

/** The page of a profile. @param file the name of the model's file */
export function profilePage(file: string, report: ProfileReport): string {
  const { provider, times } = report.profile;
  const root: Layer = { name: file, layers: new Map(), nodes: [] };
  for (const node of times.nodes) {
    let layer = root;
    for (const part of node.path) {
      const next = layer.layers.get(part) ?? { name: part, layers: new Map(), nodes: [] };
      layer.layers.set(part, next);
      layer = next;
    }
    layer.nodes.push(node);
  }
  const tree = flameOf(root, report, '');
  const between = times.run - times.covered;
  return flamePage({
    title: `dimwise profile ${file}`,
    subtitle: `${formatTime(times.run)} a run on ${provider}, mean of ${times.runs} runs; ${formatTime(between)} of it between nodes; first run ${formatTime(times.first.run)}`,
    root: tree,
  });
}

function flameOf({ name, layers, nodes }: Layer, report: ProfileReport, path: string): FlameNode {
  const children = [
    ...[...layers.values()].map((layer) => flameOf(layer, report, path === '' ? layer.name : `${path}.${layer.name}`)),
    ...nodes.map((node) => leafOf(node, report)),
  ].sort((a, b) => b.value - a.value);
  const value = children.reduce((sum, child) => sum + child.value, 0);
  const facts = [path === '' ? 'all nodes' : `layer ${path}`, timeText(value, report)];
  return { name, value, facts, kind: 'layer', children };
}

function leafOf(node: NodeTimes, report: ProfileReport): FlameNode {
  const flops = report.flopsOf(node);
  const { covers, source } = node.place;
  const facts = [
    `${node.operator} ${node.name}`,
    timeText(node.own, report),
    `${node.calls} calls on ${node.provider}`,
    node.inputs === '' && node.outputs === '' ? '' : `${node.inputs} to ${node.outputs}`,
    flops === undefined || flops === 0 || node.own <= 0 ? '' : `${(flops / node.own / 1e6).toPrecision(3)} GFLOP/s`,
    covers.length > 1 ? `joined from ${covers.join(', ')}` : '',
    source,
  ];
  return {
    name: node.operator,
    value: Math.max(0, node.own),
    facts: facts.filter(Boolean),
    kind: 'node',
    children: [],
  };
}

const timeText = (time: number, report: ProfileReport): string =>
  `${formatTime(time)}, ${(100 * report.share(time)).toFixed(1)}% of a run`;
