// Brings the external data of two models together: references of the second get names of their own.

import { externalLocations } from '../external-locations.ts';
import { mapTensors, share } from '../map-tensors.ts';
import type { ModelFiles, OnnxModel } from '../onnx-model.ts';
import { DATA_LOCATION } from '../proto/enums.ts';
import type { ModelProto } from '../proto/messages.ts';
import type { TensorProto } from '../proto/tensor-messages.ts';

/** Stands before the locations of the second model while both are one model in memory; saving writes the data anew. */
const SECOND = 'second:';

/**
 * The files of both models, and the second model with its references to them. Where both have external data in different folders, the
 * joined model has no folder: saving it copies the data.
 */
export function joinFiles(
  first: OnnxModel,
  second: OnnxModel,
): { readonly proto: ModelProto; readonly files: ModelFiles | undefined } {
  const { proto } = second;
  if (externalLocations(proto).size === 0) return { proto, files: first.files ?? second.files };
  if (externalLocations(first.proto).size === 0) return { proto, files: second.files };
  const isShared = first.files?.folder !== undefined && first.files.folder === second.files?.folder;
  if (isShared || !first.files || !second.files) return { proto, files: first.files ?? second.files };
  return { proto: mapTensors(proto, withMarker), files: filesOfBoth(first.files, second.files) };
}

function withMarker(tensor: TensorProto): TensorProto {
  if (tensor.dataLocation !== DATA_LOCATION.EXTERNAL) return tensor;
  const externalData = tensor.externalData?.map((entry) =>
    entry.key === 'location' ? { ...entry, value: `${SECOND}${entry.value ?? ''}` } : entry,
  );
  return share(tensor, { externalData });
}

function filesOfBoth(first: ModelFiles, second: ModelFiles): ModelFiles {
  const own = (location: string): string | undefined =>
    location.startsWith(SECOND) ? location.slice(SECOND.length) : undefined;
  return {
    resolve: (reference) => {
      const location = own(reference.location);
      if (location === undefined) return first.resolve(reference);
      const storage = second.resolve({ ...reference, location });
      return storage.kind === 'file' ? { ...storage, location: reference.location } : storage;
    },
    bytes: (storage) => {
      const location = own(storage.location);
      return location === undefined ? first.bytes(storage) : second.bytes({ ...storage, location });
    },
  };
}
