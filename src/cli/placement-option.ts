// Reads --external-data: where weights go.
import type { WeightPlacement } from '../../codegen/onnx/emit.ts';
import type { SaveOptions } from '../node/save-model.ts';
import { usageError } from './report.ts';

const PLACEMENTS: Readonly<Record<string, WeightPlacement>> = { auto: 'auto', always: 'external', never: 'inline' };

/** Reads --external-data. @throws CLI_USAGE when it is neither a word of the help nor a number of bytes */
export function parsePlacement(text: string): SaveOptions {
  if (/^\d+$/.test(text)) return { externalData: 'auto', externalLimit: Number(text) };
  const externalData = Object.hasOwn(PLACEMENTS, text) ? PLACEMENTS[text] : undefined;
  if (externalData) return { externalData };
  throw usageError(`--external-data ${text} is unknown`, 'auto, always, never, or a number of bytes');
}
