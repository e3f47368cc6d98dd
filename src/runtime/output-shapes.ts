// The shapes of outputs before a run: from feeds, or from the sizes alone.
import { type Diagnostic, throwDiagnostics } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import type { Contract } from '../ir/contract.ts';
import type { FeedCheck, FeedType } from '../ir/feed-check.ts';
import { type FeedShape, type OutputShape, outputShapesUnder } from '../ir/feeds.ts';
import { shapeOfArray } from './check-feeds.ts';
import { contradiction, type Feed, readFeed } from './feed.ts';

/** What is asked about: feeds, or only their sizes, by the names of inputs. */
export type ShapedFeeds = Readonly<Record<string, Feed | FeedShape>>;

/** The shapes of the outputs by name; a size that only a run tells is a text, null stands for an open rank. */
export type OutputShapes = Readonly<Record<string, OutputShape>>;

/**
 * The shapes that outputs have for some feeds.
 *
 * @throws FEED_MISSING, FEED_UNKNOWN, FEED_MISMATCH when the feeds are not valid, all mistakes together
 */
export function outputShapesOf(feeds: ShapedFeeds, contract: Contract, check: FeedCheck): OutputShapes {
  const types = new Map<string, FeedType>();
  const mistakes: Diagnostic[] = [];
  for (const [name, feed] of Object.entries(feeds)) {
    const shape = sizesOf(name, feed, contract);
    if (typeof shape !== 'string') types.set(name, { shape });
    else
      mistakes.push({
        code: 'FEED_MISMATCH',
        message: `the feed of input "${name}": ${shape}`,
        origin: { site: captureSite() },
      });
  }
  throwDiagnostics(mistakes);
  const report = check.check(types);
  const site = report.mistakes.length > 0 ? captureSite() : undefined;
  throwDiagnostics(report.mistakes.map((mistake) => ({ ...mistake, origin: mistake.origin ?? { site } })));
  return outputShapesUnder(contract, report.sizes);
}

/** The sizes of a feed, or why they are not known. */
function sizesOf(name: string, feed: Feed | FeedShape, { inputs }: Contract): readonly number[] | string {
  if (typeof feed === 'object' && feed !== null && !('data' in feed || 'storage' in feed)) {
    const shape: unknown = 'shape' in feed ? feed.shape : 'dims' in feed ? feed.dims : undefined;
    if (Array.isArray(shape)) {
      const against = contradiction({ ...feed });
      if (against !== undefined) return against;
      // Unlike every, findIndex looks at places that hold nothing.
      return shape.findIndex((size) => !isSize(size)) < 0
        ? shape
        : `[${shape.join(', ')}] is no shape: sizes are integers from 0 on`;
    }
  }
  const reading = readFeed(feed);
  if (typeof reading === 'string') return reading;
  const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  const shape = reading.shape ?? (input && shapeOfArray(reading.values.length, input));
  return shape ?? `the shape of ${reading.text} is not told`;
}

const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && Number(size) >= 0;
