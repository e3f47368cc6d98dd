// The looks of plots: colours for light and dark grounds, and marks, so that lines are told apart without colours too.

/**
 * Pairs for a light and a dark ground. Source: Okabe and Ito, "Color Universal Design" (2008), darkened and lightened until each has a
 * contrast of at least 3 to its ground.
 */
const COLORS: readonly (readonly [light: string, dark: string])[] = [
  ['#0072b2', '#56b4e9'],
  ['#d55e00', '#ff8f3f'],
  ['#007a5a', '#2fc79d'],
  ['#b0568c', '#e39ac3'],
  ['#8a6d00', '#e6b422'],
  ['#444444', '#dddddd'],
];

/** How many colours there are before they begin again, with other marks. */
export const SERIES_STYLES = COLORS.length;

/** Marks around the origin: a disc, a square, two triangles, a diamond, a plus, a bar. One more than there are colours. */
export const MARKERS: readonly string[] = [
  'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z',
  'M-3.5-3.5h7v7h-7z',
  'M0-5l4.6 8h-9.2z',
  'M0-5.4l5 5.4l-5 5.4l-5-5.4z',
  'M0 5l4.6-8h-9.2z',
  'M-1.5-5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5z',
  'M-5-2h10v4h-10z',
];

const FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif';

const series = (which: 0 | 1): string =>
  COLORS.map((pair, i) => `.s${i}{stroke:${pair[which]};fill:${pair[which]}}`).join('');

/** The style sheet inside of a plot. Characters that XML needs escaped do not occur in it. */
export const PLOT_STYLE: string = [
  `text{font:13px ${FONT};fill:#1a1a1a}`,
  '.title{font-size:18px;font-weight:600}.panel{font-size:14px;font-weight:600}.note,.label{fill:#4a4a4a}',
  '.end{text-anchor:end}.middle{text-anchor:middle}',
  '.ground{fill:#ffffff}.grid{stroke:#e2e2e2;fill:none}.axis{stroke:#777777;fill:none}',
  series(0),
  '.line{fill:none;stroke-width:2}.dashed{stroke-width:1.5;stroke-dasharray:5 4}.mark:not(.hollow){stroke:none}',
  '.hollow{fill:#ffffff;stroke-width:1.5}',
  '@media (prefers-color-scheme:dark){',
  'text{fill:#ececec}.note,.label{fill:#b5b5b5}.ground{fill:#15171a}.grid{stroke:#30343a}.axis{stroke:#8a8f98}',
  series(1),
  '.line{fill:none}.hollow{fill:#15171a}',
  '}',
].join('');
