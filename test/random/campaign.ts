// Draws and judges many graphs, counts, and cuts down what fails.
import { acceptedReason } from './accepted.ts';
import { drawPlan } from './generate.ts';
import { type Finding, judgePlan, judgeRefusal } from './judge-plan.ts';
import { minimise } from './minimise.ts';
import { type Plan, withNodes } from './plan.ts';
import { planText } from './plan-text.ts';
import { Rng } from './rng.ts';
import type { Refusal } from './scene.ts';

/** What to run. */
export interface CampaignOptions {
  readonly firstSeed: number;
  readonly graphs: number;
  /** As `drawPlan` takes them. */
  readonly domains?: readonly string[] | undefined;
  /** Whether failing graphs are cut down and printed; yes by default. */
  readonly minimised?: boolean;
}

/** A finding with the graph that shows it. */
export interface Failure extends Finding {
  readonly seed: number;
  /** The text of the graph, cut down. */
  readonly graph: string;
}

/** What many graphs came to. */
export interface Campaign {
  graphs: number;
  nodes: number;
  runs: number;
  sizes: number;
  elements: number;
  /** Graphs for which no sizes were found that the contract takes. */
  unmet: number;
  /** Runs that failed as conditions on sizes that only a run tells foresee. */
  foreseen: number;
  /** Nodes that inference refused and the run did as well. */
  refusals: number;
  /** In how many graphs an operator ran under two bindings. */
  readonly operators: Map<string, number>;
  readonly lacking: Map<string, number>;
  /** Findings that are accepted, by reason. */
  readonly accepted: Map<string, number>;
  readonly failures: Failure[];
}

const count = (counts: Map<string, number>, key: string): unknown => counts.set(key, (counts.get(key) ?? 0) + 1);

/** A campaign of no graphs. */
export function emptyCampaign(): Campaign {
  return {
    graphs: 0,
    nodes: 0,
    runs: 0,
    sizes: 0,
    elements: 0,
    unmet: 0,
    foreseen: 0,
    refusals: 0,
    operators: new Map(),
    lacking: new Map(),
    accepted: new Map(),
    failures: [],
  };
}

/** Adds what another campaign came to. */
export function addCampaign(total: Campaign, other: Campaign): void {
  for (const name of ['graphs', 'nodes', 'runs', 'sizes', 'elements', 'unmet', 'foreseen', 'refusals'] as const)
    total[name] += other[name];
  for (const name of ['operators', 'lacking', 'accepted'] as const) {
    for (const [key, times] of other[name]) total[name].set(key, (total[name].get(key) ?? 0) + times);
  }
  total.failures.push(...other.failures);
}

/** A campaign as one line of JSON. */
export function campaignToJson({ operators, lacking, accepted, ...rest }: Campaign): string {
  return JSON.stringify({ ...rest, operators: [...operators], lacking: [...lacking], accepted: [...accepted] });
}

/** Reads what `campaignToJson` wrote. */
export function campaignFromJson(text: string): Campaign {
  const { operators, lacking, accepted, ...rest } = JSON.parse(text);
  return { ...rest, operators: new Map(operators), lacking: new Map(lacking), accepted: new Map(accepted) };
}

/** Runs a campaign. */
export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const campaign = emptyCampaign();
  for (let seed = options.firstSeed; seed < options.firstSeed + options.graphs; seed++) {
    await judgeSeed(campaign, seed, options);
  }
  return campaign;
}

async function judgeSeed(
  campaign: Campaign,
  seed: number,
  { domains, minimised = true }: CampaignOptions,
): Promise<void> {
  const { plan, refusals } = drawPlan(seed, domains);
  const verdict = await judgePlan(plan, new Rng(seed));
  campaign.graphs++;
  campaign.nodes += verdict.nodes;
  campaign.runs += verdict.runs;
  campaign.sizes += verdict.sizes;
  campaign.elements += verdict.elements;
  campaign.unmet += Number(verdict.unmet);
  campaign.foreseen += verdict.foreseen;
  for (const operator of verdict.operators) count(campaign.operators, operator);
  for (const form of verdict.lacking) count(campaign.lacking, form);
  const known = new Set<string>();
  for (const finding of verdict.findings) {
    const reason = acceptedReason(finding);
    if (reason) count(campaign.accepted, reason);
    // One graph may show one thing under both bindings.
    else if (!known.has(keyOf(finding))) {
      known.add(keyOf(finding));
      const fails = async (smaller: Plan): Promise<boolean> =>
        (await judgePlan(smaller, new Rng(seed))).findings.some((each) => keyOf(each) === keyOf(finding));
      campaign.failures.push({ ...finding, seed, graph: planText(minimised ? await minimise(plan, fails) : plan) });
    }
  }
  for (const refusal of refusals) await judgeRefused(campaign, { seed, refusal, minimised });
}

async function judgeRefused(
  campaign: Campaign,
  { seed, refusal, minimised }: { readonly seed: number; readonly refusal: Refusal; readonly minimised: boolean },
): Promise<void> {
  campaign.refusals++;
  const finding = await judgeRefusal(refusal, new Rng(seed));
  if (!finding) return;
  const reason = acceptedReason(finding);
  if (reason) {
    count(campaign.accepted, reason);
    return;
  }
  const { plan, node } = refusal;
  const whole = withNodes(plan, [...plan.nodes, node]);
  const fails = async (smaller: Plan): Promise<boolean> => {
    const before = withNodes(
      smaller,
      smaller.nodes.filter(({ name }) => name !== node.name),
    );
    const refused = smaller.nodes.find(({ name }) => name === node.name);
    return (
      refused !== undefined &&
      (await judgeRefusal({ ...refusal, plan: { ...smaller, nodes: before.nodes }, node: refused }, new Rng(seed))) !==
        undefined
    );
  };
  campaign.failures.push({ ...finding, seed, graph: planText(minimised ? await minimise(whole, fails) : whole) });
}

/** What makes two findings the same: kind, operator, and the text without numbers and names. */
const keyOf = ({ kind, op, text }: Finding): string =>
  `${kind} ${op} ${text.replaceAll(/[\d.]+|\b[a-z]\b/g, '#').slice(0, 60)}`;

/** The failures by kind and operator, with one graph each. */
export function campaignText({ failures }: Campaign, most = 1): string {
  const groups = new Map<string, Failure[]>();
  for (const failure of failures) {
    const key = `${failure.kind} ${failure.op}`;
    groups.set(key, [...(groups.get(key) ?? []), failure]);
  }
  const lines: string[] = [];
  for (const [key, list] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    lines.push(`${list.length} x ${key}`);
    for (const { seed, text, sizes, graph } of list
      .toSorted((a, b) => a.graph.length - b.graph.length)
      .slice(0, most)) {
      lines.push(`  seed ${seed} ${JSON.stringify(sizes)} ${text}`, ...graph.split('\n').map((line) => `    ${line}`));
    }
  }
  return lines.join('\n');
}
