// A flame picture as one HTML page without outer resources: boxes as wide as their time, by pointer or keyboard.
import { escapeMarkup } from './escape-markup.ts';
import { FLAME_SCRIPT, FLAME_STYLE } from './flame-style.ts';

/** One box, and what lies below it. */
export interface FlameNode {
  readonly name: string;
  /** How wide it is beside the others; that of its children together, or more. */
  readonly value: number;
  /** What is told when it is pointed at, one fact each. */
  readonly facts: readonly string[];
  readonly kind: 'layer' | 'node';
  readonly children: readonly FlameNode[];
}

/** A picture with its headings. */
export interface FlamePicture {
  readonly title: string;
  readonly subtitle: string;
  readonly root: FlameNode;
}

/** Boxes that are narrower than this share of the picture cannot be seen. */
const LEAST_SHARE = 1 / 5000;
/** A tree that is deeper than any model is cut off. */
const MOST_DEPTH = 100;

/** The page; all names and facts are escaped. */
export function flamePage({ title, subtitle, root }: FlamePicture): string {
  return `${[
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeMarkup(title)}</title>`,
    `<style>${FLAME_STYLE}</style>`,
    '</head>',
    '<body>',
    `<h1>${escapeMarkup(title)}</h1>`,
    `<p>${escapeMarkup(subtitle)}</p>`,
    '<p id="help">Point at a box, or move with the arrow keys, for its numbers. Enter widens a box, Escape goes back.</p>',
    '<div id="facts" role="status" aria-live="polite"></div>',
    `<div id="flame" role="tree" aria-label="time by layer" aria-describedby="help">${boxOf(root, root.value, 1)}</div>`,
    `<script>${FLAME_SCRIPT}</script>`,
    '</body>',
    '</html>',
  ].join('\n')}\n`;
}

function boxOf(node: FlameNode, all: number, level: number): string {
  const seen = level < MOST_DEPTH ? node.children.filter(({ value }) => value > 0 && value >= all * LEAST_SHARE) : [];
  const rest = node.value - seen.reduce((sum, { value }) => sum + value, 0);
  const below = seen.map((child) => boxOf(child, all, level + 1));
  // What is too narrow to be seen, and what a layer has beside its parts, stays empty.
  if (below.length > 0 && rest > 0) below.push(`<div class="rest" style="flex:${grow(rest, all)}"></div>`);
  const facts = escapeMarkup(node.facts.join('\n'));
  const button = `<button type="button" class="${node.kind}" role="treeitem" aria-level="${level}" tabindex="${level === 1 ? 0 : -1}" aria-label="${facts}" title="${facts}">${escapeMarkup(node.name)}</button>`;
  const group = below.length > 0 ? `<div class="below" role="group">${below.join('')}</div>` : '';
  return `<div class="box" role="none" style="flex:${grow(node.value, all)}">${button}${group}</div>`;
}

/**
 * How much of a row a box takes, in millionths of the picture. Boxes whose numbers add up to less than 1 would leave a part of their row
 * empty (CSS Flexible Box Layout 1, section 9.7), so shares themselves will not do.
 */
const grow = (value: number, all: number): string => Math.max((value / all) * 1e6, 0.001).toFixed(3);
