// The lists of axes and directions of Scan.
import type { InferContext } from '../../ir/operator.ts';

/**
 * Checks that each list names one axis or direction for each input or row, and that directions are 0 or 1.
 *
 * @throws ATTRIBUTE_INVALID (caught by the engine) when one does not
 */
export function checkScanAttributes(cx: InferContext, scans: number, rows: number): void {
  // Up to opset 8 the directions of the inputs were called so.
  const lists: readonly (readonly [name: string, count: number])[] =
    cx.version < 9
      ? [['directions', scans]]
      : [
          ['scan_input_axes', scans],
          ['scan_input_directions', scans],
          ['scan_output_axes', rows],
          ['scan_output_directions', rows],
        ];
  for (const [name, count] of lists) {
    const list = cx.ints(name);
    if (!list) continue;
    if (list.length !== count) {
      cx.fail('ATTRIBUTE_INVALID', `Scan: ${name} lists ${list.length} entries for ${count} tensors`, {
        expected: `${count} entries`,
        actual: `${list.length} entries`,
      });
    }
    const wrong = name.endsWith('directions')
      ? list.find((direction) => direction !== 0 && direction !== 1)
      : undefined;
    if (wrong !== undefined) {
      cx.fail('ATTRIBUTE_INVALID', `Scan: ${name} holds ${wrong}, a direction is 0 or 1`, {
        expected: '0 or 1',
        actual: String(wrong),
      });
    }
  }
}
