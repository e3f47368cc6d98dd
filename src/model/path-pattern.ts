// Patterns of parameter and layer paths: regular expressions, and globs over the dotted segments.
import { refuseArgument } from '../nn/arguments.ts';

/**
 * Picks paths: a regular expression that finds something in them, or a glob that is the whole path, `encoder.*.weight`. In a glob `*`
 * stands for anything inside of one segment, `**` for any segments, none too, and `?` for one character.
 */
export type PathPattern = RegExp | string;

/**
 * The question whether a path is meant.
 *
 * @param owner the call that the pattern is for, in messages
 * @throws LAYER_ARGUMENT when the pattern is neither a text nor a regular expression
 */
export function pathMatcher(owner: string, pattern: PathPattern): (path: string) => boolean {
  if (typeof pattern === 'string') {
    const expression = globExpression(pattern);
    return (path) => expression.test(path);
  }
  if (!(pattern instanceof RegExp)) refuseArgument(owner, 'its pattern', 'a glob or a regular expression', pattern);
  // search() keeps no place between calls, which test() does for expressions with the flag g.
  return (path) => path.search(pattern) >= 0;
}

function globExpression(glob: string): RegExp {
  const segments = glob.split('.');
  let text = '';
  segments.forEach((segment, i) => {
    const isLast = i === segments.length - 1;
    // A dot belongs to the segments that stand for `**`, so that none of them needs none.
    if (segment === '**') text += isLast ? (i === 0 ? '.*' : '(?:\\..+)?') : '(?:[^.]+\\.)*';
    else text += oneSegment(segment) + (isLast || isLastOpen(segments, i) ? '' : '\\.');
  });
  return new RegExp(`^${text}$`, 's');
}

/** Whether only a final `**` follows, which brings its own dot. */
const isLastOpen = (segments: readonly string[], i: number): boolean =>
  i === segments.length - 2 && segments[i + 1] === '**';

const oneSegment = (segment: string): string =>
  segment
    .replace(/[\\^$+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '[^.]*')
    .replaceAll('?', '[^.]');
