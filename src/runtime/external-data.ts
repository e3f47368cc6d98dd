// The files that the bytes of a model name for its weights: given with the bytes, or nowhere.
import { type Diagnostic, throwDiagnostics } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { captureSite } from '../base/origin.ts';
import { inWords } from '../build/in-words.ts';
import type { ModelEdges } from './edges.ts';

/**
 * Makes sure that all external data is there: ONNX Runtime would take a file of the same name from the folder in which the process happens to
 * run, whatever model it is of.
 *
 * @param externalData what was given, by the names that the model has for the files
 * @throws EXTERNAL_DATA when a file is missing, too short or no bytes, all mistakes together
 */
export function checkExternalData(
  { name, externalBytes }: ModelEdges,
  externalData: Readonly<Record<string, unknown>>,
): void {
  const mistakes: Diagnostic[] = [];
  const mistake = (file: string, message: string, hint?: string): void => {
    mistakes.push({ code: 'EXTERNAL_DATA', message, origin: { what: `file "${file}"`, site: captureSite() }, hint });
  };
  for (const [file, data] of Object.entries(externalData)) {
    if (!(data instanceof Uint8Array))
      mistake(file, `externalData has ${inWords(data)} for "${file}", where a Uint8Array belongs`);
  }
  for (const [file, bytes] of externalBytes ?? []) {
    const data = Object.hasOwn(externalData, file) ? externalData[file] : undefined;
    if (data === undefined) {
      const near = nearest(file, Object.keys(externalData));
      const hint =
        near === undefined
          ? `createSession({ bytes, externalData: { '${file}': data } }), or open the file with openOnnx`
          : `externalData has "${near}"`;
      mistake(file, `weights of ${name} are in "${file}", which is not among its external data`, hint);
    } else if (data instanceof Uint8Array && data.length < bytes) {
      mistake(file, `weights of ${name} take ${bytes} bytes of "${file}", which has ${data.length}`);
    }
  }
  throwDiagnostics(mistakes);
}
