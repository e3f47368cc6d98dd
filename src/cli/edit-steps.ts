// Reads the steps of dimwise edit, in the order of the command line.
import { changeBatch } from '../../codegen/onnx/edit/change-batch.ts';
import { extractModel } from '../../codegen/onnx/edit/extract-model.ts';
import { addOutputs, dropOutputs, keepOutputs } from '../../codegen/onnx/edit/model-outputs.ts';
import { pruneModel } from '../../codegen/onnx/edit/prune-model.ts';
import { renameNodes } from '../../codegen/onnx/edit/rename-nodes.ts';
import { renameValues } from '../../codegen/onnx/edit/rename-values.ts';
import { type NodeChoice, replaceOperator } from '../../codegen/onnx/edit/replace-operator.ts';
import { freeInitializers } from '../../codegen/onnx/edit/set-initializer.ts';
import { setMetadata } from '../../codegen/onnx/edit/set-metadata.ts';
import type { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import { usageError } from './report.ts';

/** One step: its option without dashes, and the value. */
export type EditStep = readonly [option: string, value: string];

/** What a step does. */
export type Edit = (model: OnnxModel) => OnnxModel;

const STEPS: Readonly<Record<string, (value: string) => Edit>> = {
  rename: (value) => {
    const names = pairs('rename', value);
    return (model) => renameValues(model, names);
  },
  'rename-node': (value) => {
    const names = pairs('rename-node', value);
    return (model) => renameNodes(model, names);
  },
  extract: (value) => {
    const parts = value.split(':');
    const [inputs, outputs] = parts.length === 2 ? parts.map(listOf) : [];
    if (!inputs || !outputs || outputs.length === 0)
      throw usageError(`--extract ${value} is no cut`, 'inputs, a colon, outputs: --extract x,mask:y');
    return (model) => extractModel(model, { inputs, outputs });
  },
  'keep-output': (value) => (model) => keepOutputs(model, listOf(value)),
  'drop-output': (value) => (model) => dropOutputs(model, listOf(value)),
  'add-output': (value) => (model) => addOutputs(model, listOf(value)),
  'free-initializer': (value) => (model) => freeInitializers(model, listOf(value)),
  batch: (value) => (model) => changeBatch(model, /^\d+$/.test(value) ? Number(value) : value),
  replace: (value) => {
    const [node = '', op = ''] = pairOf('replace', value);
    const choice: NodeChoice = node.startsWith('op:') ? { op: node.slice(3) } : node;
    const dot = op.lastIndexOf('.');
    const replacement = { op: op.slice(dot + 1), domain: dot < 0 ? '' : op.slice(0, dot) };
    return (model) => replaceOperator(model, choice, replacement);
  },
  metadata: (value) => {
    const [key = '', text = ''] = pairOf('metadata', value);
    return (model) => setMetadata(model, { [key]: text === '' ? null : text });
  },
  prune: () => pruneModel,
};

/** Reads steps; they are applied one after the other. @throws CLI_USAGE when one cannot be read, or there is none */
export function readSteps(steps: readonly EditStep[]): Edit {
  if (steps.length === 0)
    throw usageError('edit needs something to do', '--rename x=image, --prune, ...; see dimwise edit --help');
  const edits = steps.map(([option, value]) => {
    const read = Object.hasOwn(STEPS, option) ? STEPS[option] : undefined;
    if (!read) throw usageError(`--${option} is no step`);
    return read(value);
  });
  return (model) => edits.reduce((edited, edit) => edit(edited), model);
}

const listOf = (text: string): string[] => text.split(',').filter((name) => name !== '');

/** `a=b,c=d` by old names. */
function pairs(option: string, text: string): Record<string, string> {
  return Object.fromEntries(listOf(text).map((each) => pairOf(option, each)));
}

/** `a=b`, at the first equals sign. */
export function pairOf(option: string, text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw usageError(`--${option} ${text} is no pair`, `--${option} old=new`);
  return [text.slice(0, at), text.slice(at + 1)];
}
