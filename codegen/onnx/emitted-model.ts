// An emitted model: encoded once, and again where only the content of its weights gives the name of their file.
import type { ExternalFilePlan } from './external-data.ts';
import type { ModelProto } from './proto/messages.ts';
import { type Part, partsBytes } from './proto/parts.ts';

/** A model in its encoded form. */
export interface EncodedModel {
  readonly message: ModelProto;
  /** The names of all files of weights that it refers to. */
  readonly locations: ReadonlySet<string>;
  /** The bytes of the `.onnx` file, in order. */
  readonly parts: readonly Part[];
}

/**
 * An emitted model; the parts draw weights while they are written and may be written any number of times. Whoever writes the file of
 * weights first, and lets it be read for its name meanwhile ({@link ExternalFilePlan.read}), spares the reading for the name alone.
 */
export interface EmittedModel extends EncodedModel {
  /** The size of the `.onnx` file. */
  readonly bytes: number;
  /** The file of weights that belongs beside it. */
  readonly external: ExternalFilePlan | undefined;
  /** The same model, whose weights lie in a file of another name. */
  withWeightsIn(fileName: string): EncodedModel;
}

/**
 * Makes an emitted model.
 *
 * @param external the plan of its file of weights
 * @param encode encodes the model; called at once for its size and its mistakes, and again for each name of that file
 * @throws what `encode` throws
 */
export function emittedModel(
  external: ExternalFilePlan | undefined,
  encode: (fileName: string) => EncodedModel,
): EmittedModel {
  const known = external?.isNamed === false ? undefined : external?.fileName;
  const firstName = known ?? external?.provisionalName ?? '';
  const first = encode(firstName);
  let encoded = external === undefined || known !== undefined ? first : undefined;
  const final = (): EncodedModel => {
    encoded ??= encode(external?.fileName ?? '');
    return encoded;
  };
  return {
    get message() {
      return final().message;
    },
    get locations() {
      return final().locations;
    },
    get parts() {
      return final().parts;
    },
    bytes: partsBytes(first.parts),
    external,
    withWeightsIn: (fileName) => {
      if (fileName === firstName) return first;
      // A name that is not known yet is no reason to read all weights.
      return external?.isNamed && fileName === external.fileName ? final() : encode(fileName);
    },
  };
}
