// The typed builder under the name `op`.

/**
 * Every current operator of ai.onnx under its exact name: `op.Conv(x, w, b, { strides: [2, 2] })`. Those of ONNX Runtime's own
 * domain, com.microsoft, stand under `op.microsoft`.
 */
export * as op from './op.gen.ts';
