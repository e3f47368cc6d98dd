// The line of long work: at a terminal, for a person, and only while the work is long.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Io, safeIo } from '../../src/cli/io.ts';
import { progressLine } from '../../src/cli/progress-line.ts';

let shown: string[] = [];
const terminal: Io = {
  out: () => {},
  err: () => {},
  isTty: true,
  hasColor: false,
  status: (line) => shown.push(line),
};

beforeEach(() => {
  shown = [];
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => vi.useRealTimers());

describe('progressLine', () => {
  test('speaks of work that takes longer than half a second, and leaves nothing behind', () => {
    const line = progressLine(terminal, 'big.onnx', false);
    line.show?.({ done: 1e6, total: 14e9 });
    expect(shown).toEqual([]);
    vi.advanceTimersByTime(600);
    line.show?.({ done: 7e9, total: 14e9 });
    line.clear();
    expect(shown).toEqual(['writing big.onnx: 50% of 14000 MB', '']);
  });

  test('says nothing of short work', () => {
    const line = progressLine(terminal, 'a.onnx', false);
    line.show?.({ done: 1, total: 1 });
    line.clear();
    expect(shown).toEqual([]);
  });

  test('asks for no reports where nobody would read them', () => {
    expect(progressLine(terminal, 'a.onnx', true).show).toBeUndefined();
    expect(progressLine({ ...terminal, status: undefined }, 'a.onnx', false).show).toBeUndefined();
  });

  test('shows a path without what a terminal obeys', () => {
    const line = progressLine(safeIo(terminal), '\u001b[31mred.onnx', false);
    vi.advanceTimersByTime(600);
    line.show?.({ done: 1, total: 2 });
    expect(shown.join()).not.toContain('\u001b');
    expect(shown.join()).toContain('red.onnx: 50%');
  });
});
