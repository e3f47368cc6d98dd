// Tables for people.
import { describe, expect, test } from 'vitest';
import { formatTable } from '../../src/cli/table.ts';

describe('formatTable', () => {
  test('lines columns up', () => {
    expect(
      formatTable(
        ['', 'name'],
        [
          ['input', 'x'],
          ['y', 'z'],
        ],
        false,
      ),
    ).toEqual(['       name', 'input  x', 'y      z']);
  });

  test('lets a very long cell move its own line only', () => {
    const long = 'n'.repeat(81);
    const rows = [
      [long, 'float32[2]'],
      ['x', 'int64[3]'],
      ['n'.repeat(80), 'bool'],
    ];
    expect(formatTable(['name', 'type'], rows, false).slice(1)).toEqual([
      `${long}  float32[2]`,
      `x${' '.repeat(79)}  int64[3]`,
      `${'n'.repeat(80)}  bool`,
    ]);
  });
});
