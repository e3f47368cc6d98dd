// What the tests of edits share: models from text, names of values, cuts.
import type { OnnxModel } from '../../../codegen/onnx/onnx-model.ts';
import { parseOnnx } from '../../../codegen/onnx/text/parse-onnx.ts';

/** A model of opset 21 from the text of its graph, and of functions behind it. */
export const modelOf = (graph: string, { ir = 10, imports = '"" : 21' } = {}): OnnxModel =>
  parseOnnx(`<ir_version: ${ir}, opset_import: [${imports}]> ${graph}`);

/** The names of all values that nodes of the main graph make. */
export const madeBy = ({ proto }: OnnxModel): readonly string[] =>
  (proto.graph?.node ?? []).flatMap(({ output = [] }) => output.filter((name) => name !== ''));

/** The names of inputs that need a feed. */
export function fedInputs({ proto }: OnnxModel): readonly string[] {
  const { input = [], initializer = [], sparseInitializer = [] } = proto.graph ?? {};
  const held = new Set([
    ...initializer.map(({ name }) => name),
    ...sparseInitializer.map(({ values }) => values?.name),
  ]);
  return input.flatMap(({ name = '' }) => (held.has(name) ? [] : [name]));
}

/** The names of outputs. */
export const outputsOf = ({ proto }: OnnxModel): readonly string[] =>
  (proto.graph?.output ?? []).map(({ name = '' }) => name);

/** Names in the place of all names of values and of bodies. */
export function freshNames(model: OnnxModel): Record<string, string> {
  const names: Record<string, string> = {};
  const rename = (name: string | undefined): void => {
    if (name) names[name] ??= `v${Object.keys(names).length} of it`;
  };
  const visit = (graph: OnnxModel['proto']['graph']): void => {
    for (const { name } of [...(graph?.input ?? []), ...(graph?.initializer ?? [])]) rename(name);
    for (const { values } of graph?.sparseInitializer ?? []) rename(values?.name);
    for (const { output = [], attribute = [] } of graph?.node ?? []) {
      for (const name of output) rename(name);
      for (const { g, graphs = [] } of attribute) for (const body of g ? [g, ...graphs] : graphs) visit(body);
    }
  };
  visit(model.proto.graph);
  return names;
}
