// Line plots as SVG text: axes with round ticks, a legend, colours that people with any colour vision tell apart, light and dark.
import { type AxisScale, axisTicks } from './axis-ticks.ts';
import { escapeMarkup } from './escape-markup.ts';
import { MARKERS, PLOT_STYLE, SERIES_STYLES } from './plot-style.ts';

/** One axis of a panel. */
export interface PlotAxis {
  readonly label: string;
  readonly scale: AxisScale;
  /** Where ticks stand; round numbers by default. */
  readonly ticks?: readonly number[] | undefined;
  /** The text of a value at a tick. */
  readonly format: (value: number) => string;
  /** The text of a value at a point, where a reader finds it with the pointer; that of ticks by default. */
  readonly formatPoint?: ((value: number) => string) | undefined;
}

/** One line of a panel. */
export interface PlotSeries {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A dashed line has the colour of the series before it of the same name, and no entry in the legend. */
  readonly isDashed?: boolean | undefined;
}

/** One system of axes. */
export interface PlotPanel {
  readonly title: string;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  readonly series: readonly PlotSeries[];
}

/** A picture of one or more panels below each other, with one legend. */
export interface LinePlot {
  readonly title: string;
  readonly subtitle: string;
  readonly panels: readonly PlotPanel[];
}

const WIDTH = 800;
const PANEL = 330;
const TOP = 66;
/** The room around the lines of a panel. */
const MARGIN = { left: 92, right: 24, top: 40, bottom: 56 } as const;
const LEGEND_LINE = 22;
/** A longer name would run out of the picture. */
const MOST_NAME = 100;

/** The SVG of a plot; names and labels are escaped. */
export function linePlot({ title, subtitle, panels }: LinePlot): string {
  const names = [...new Set(panels.flatMap(({ series }) => series.map(({ name }) => name)))];
  const legendAt = TOP + panels.length * PANEL;
  const height = legendAt + names.length * LEGEND_LINE + 20;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escapeMarkup(title)}</title>`,
    `<style>${PLOT_STYLE}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}"/>`,
    text({ x: MARGIN.left, y: 30, style: 'title' }, shortened(title)),
    text({ x: MARGIN.left, y: 50, style: 'note' }, shortened(subtitle)),
    ...panels.map((panel, i) => `<g transform="translate(0 ${TOP + i * PANEL})">${panelMarkup(panel, names)}</g>`),
    ...names.map((name, i) => legendEntry(name, i, legendAt + 12 + i * LEGEND_LINE)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

const shortened = (name: string): string => (name.length > MOST_NAME ? `${name.slice(0, MOST_NAME - 3)}...` : name);

interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly style: string;
  /** Degrees to the left. */
  readonly turn?: number;
}

function text({ x, y, style, turn }: TextPlace, content: string): string {
  const turned = turn === undefined ? '' : ` transform="rotate(${-turn} ${round(x)} ${round(y)})"`;
  return `<text class="${style}" x="${round(x)}" y="${round(y)}"${turned}>${escapeMarkup(content)}</text>`;
}

const round = (value: number): number => Math.round(value * 100) / 100;

interface Placed {
  readonly ticks: readonly number[];
  /** The place of a value in the picture; undefined for one that the axis does not have. */
  readonly at: (value: number) => number | undefined;
}

function placeAxis(axis: PlotAxis, values: readonly number[], [from, to]: readonly [number, number]): Placed {
  const own = axisTicks([...values, ...(axis.ticks ?? [])], axis.scale);
  // An axis whose ticks are given ends with them.
  const { low, high, ticks } = axis.ticks
    ? { low: Math.min(...axis.ticks), high: Math.max(...axis.ticks), ticks: axis.ticks }
    : own;
  const scaled = axis.scale === 'logarithmic' ? Math.log : (value: number) => value;
  const span = scaled(high) - scaled(low) || 1;
  const at = (value: number): number | undefined => {
    const place = from + ((scaled(value) - scaled(low)) / span) * (to - from);
    return Number.isFinite(place) ? place : undefined;
  };
  return { ticks, at };
}

function panelMarkup({ title, x, y, series }: PlotPanel, names: readonly string[]): string {
  const [left, right] = [MARGIN.left, WIDTH - MARGIN.right];
  const [bottom, top] = [PANEL - MARGIN.bottom, MARGIN.top];
  const points = series.flatMap((each) => each.points);
  const across = placeAxis(
    x,
    points.map(([value]) => value),
    [left + 12, right - 12],
  );
  const up = placeAxis(
    y,
    points.map(([, value]) => value),
    [bottom, top],
  );
  const parts = [text({ x: left, y: top - 14, style: 'panel' }, title)];
  for (const tick of up.ticks) {
    const place = up.at(tick);
    if (place === undefined) continue;
    parts.push(`<path class="grid" d="M${left} ${round(place)}H${right}"/>`);
    parts.push(text({ x: left - 8, y: place + 4, style: 'end' }, y.format(tick)));
  }
  for (const tick of across.ticks) {
    const place = across.at(tick);
    if (place === undefined) continue;
    parts.push(`<path class="axis" d="M${round(place)} ${bottom}v5"/>`);
    parts.push(text({ x: place, y: bottom + 20, style: 'middle' }, x.format(tick)));
  }
  parts.push(`<path class="axis" d="M${left} ${bottom}H${right}"/>`);
  parts.push(text({ x: (left + right) / 2, y: bottom + 42, style: 'middle label' }, x.label));
  parts.push(text({ x: 22, y: (top + bottom) / 2, style: 'middle label', turn: 90 }, y.label));
  for (const each of series) parts.push(lineMarkup(each, names.indexOf(each.name), { across, up, x, y }));
  return parts.join('\n');
}

interface Axes {
  readonly across: Placed;
  readonly up: Placed;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
}

function lineMarkup({ name, points, isDashed }: PlotSeries, index: number, { across, up, x, y }: Axes): string {
  const placed = points.flatMap(([a, b]) => {
    const [px, py] = [across.at(a), up.at(b)];
    return px === undefined || py === undefined ? [] : [{ px: round(px), py: round(py), a, b }];
  });
  const style = `s${index % SERIES_STYLES}`;
  const path = placed.map(({ px, py }, i) => `${i === 0 ? 'M' : 'L'}${px} ${py}`).join('');
  const line = path === '' ? '' : `<path class="line ${style}${isDashed ? ' dashed' : ''}" d="${path}"/>`;
  const marks = placed.map(({ px, py, a, b }) => {
    const told = escapeMarkup(`${name}: ${pointText(x, a)}, ${pointText(y, b)}`);
    return `<path class="mark ${style}${isDashed ? ' hollow' : ''}" transform="translate(${px} ${py})" d="${markerOf(index)}"><title>${told}</title></path>`;
  });
  return [line, ...marks].join('\n');
}

const pointText = ({ format, formatPoint = format }: PlotAxis, value: number): string => formatPoint(value);

const markerOf = (index: number): string => MARKERS[index % MARKERS.length] ?? '';

function legendEntry(name: string, index: number, y: number): string {
  const style = `s${index % SERIES_STYLES}`;
  return [
    `<path class="line ${style}" d="M${MARGIN.left} ${y}h32"/>`,
    `<path class="mark ${style}" transform="translate(${MARGIN.left + 16} ${y})" d="${markerOf(index)}"/>`,
    text({ x: MARGIN.left + 42, y: y + 4, style: 'note' }, shortened(name)),
  ].join('\n');
}
