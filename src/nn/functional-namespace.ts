// Layers as functions under the name `functional`.

/** Layers as functions of values, under the layers' own names: `functional.maxPool2d(x, 2)`, as in torch.nn.functional. */
export * as functional from './functional.ts';
