// Sets entries of a model's metadata.
import { withMetadata } from '../annotate/annotate-model.ts';
import type { OnnxModel } from '../onnx-model.ts';
import { requireModel } from '../require-model.ts';

/**
 * A model with entries of its metadata set; all other entries stay as they are.
 *
 * @param entries texts by key; null takes an entry out
 * @example setMetadata(model, { author: 'me', stale: null })
 */
export function setMetadata(model: OnnxModel, entries: Readonly<Record<string, string | null>>): OnnxModel {
  requireModel('setMetadata', model);
  let edited = model;
  for (const [key, value] of Object.entries(entries)) {
    if (value !== null) edited = withMetadata(edited, key, value);
    else if (edited.proto.metadataProps?.some((entry) => entry.key === key))
      edited = edited.with({ metadataProps: edited.proto.metadataProps.filter((entry) => entry.key !== key) });
  }
  return edited;
}
