// Channels of grouped convolutions: input channels against the weight, groups against channels.
import type { Dim } from '../../dim/dim.ts';
import type { InferContext, InputAxis } from '../../ir/operator.ts';

/**
 * Reads an integer attribute that must be positive.
 *
 * @param name the attribute; 1 where it is not given
 * @throws ATTRIBUTE_INVALID (caught by the engine) when it is below 1
 */
export function requirePositive(cx: InferContext, name: string): number {
  const value = cx.int(name, 1);
  if (value < 1) {
    cx.fail('ATTRIBUTE_INVALID', `${cx.op}: ${name} must be at least 1, got ${value}`, {
      expected: '>= 1',
      actual: String(value),
    });
  }
  return value;
}

/** The axis of the channels: the last one, or axis 1. */
export function channelAxis(channelsLast: boolean): number {
  return channelsLast ? -1 : 1;
}

/** Requires that the channels `x` are `group` times axis 1 of weight `w`. */
export function requireChannels(cx: InferContext, x: InputAxis, w: number, group: number): void {
  const channels = cx.shape(x.input)?.at(x.axis);
  if (channels) requireGroups(cx, group, channels, 'input channels');
  cx.unifyAxes({ input: w, axis: 1, times: group }, x, 'input channels');
}

/** Requires that `group` divides a number of channels. */
export function requireGroups(cx: InferContext, group: number, channels: Dim, what: string): void {
  if (group > 1) cx.divides(group, channels, what);
}
