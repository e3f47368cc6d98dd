// What the self-test's model gives on a CPU: a test computes the same in float64, without ONNX Runtime.
import type { Numbers } from './run-apart.ts';

/** The outputs of the self-test's model for its own input. */
export const SELF_TEST_NUMBERS: Readonly<Record<string, Numbers>> = {
  rows: {
    shape: [2, 6],
    data: [
      0.2267864, 0.1926396, 0.1660055, 0.1472003, 0.135857, 0.1315111, 0.1970369, 0.178217, 0.1642287, 0.1553933,
      0.1517708, 0.1533533,
    ],
  },
  state: {
    shape: [2, 6],
    data: [
      0.8494001, 0.9815584, 0.7364291, -0.9056767, -0.98083, -0.4147784, 0.7890574, 0.959202, 0.4469394, -0.8507331,
      -0.9503295, -0.1360763,
    ],
  },
};
