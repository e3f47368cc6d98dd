// The codec keeps its promises in a bundle, where protobufjs cannot find its parts by itself.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'tsdown';
import { afterAll, describe, expect, test } from 'vitest';
import type { ModelProto } from '../../../codegen/onnx/proto/messages.ts';
import { INT64_EDGES } from './arbitrary-message.ts';

const folder = mkdtempSync(join(tmpdir(), 'dimwise-bundle-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the bundle exports. */
interface Codec {
  readonly decodeModel: (bytes: Uint8Array) => unknown;
  readonly encodeModel: (model: ModelProto) => Uint8Array;
  readonly onnx: { readonly ModelProto: { decode: (bytes: Uint8Array) => { irVersion: unknown } } };
}

/** Bundles the codec with all it uses for a browser, where `require` does not exist. */
async function bundledCodec(): Promise<Codec> {
  const root = new URL('../../../', import.meta.url);
  const proto = fileURLToPath(new URL('codegen/onnx/proto', root));
  const entry = join(folder, 'codec.ts');
  writeFileSync(
    entry,
    `export { decodeModel } from ${JSON.stringify(`${proto}/read-message.ts`)};
     export { encodeModel } from ${JSON.stringify(`${proto}/write-message.ts`)};
     export { onnx } from ${JSON.stringify(`${proto}/protobuf.ts`)};`,
  );
  const outDir = join(folder, 'out');
  await build({
    entry,
    outDir,
    config: false,
    platform: 'browser',
    format: 'esm',
    noExternal: [/./],
    dts: false,
    logLevel: 'error',
    inputOptions: { resolve: { modules: [fileURLToPath(new URL('node_modules', root))] } },
  });
  return import(pathToFileURL(join(outDir, 'codec.js')).href);
}

describe('the codec in a bundle for browsers', async () => {
  const { decodeModel, encodeModel, onnx } = await bundledCodec();

  test('keeps 64-bit integers and text', () => {
    const model = { graph: { initializer: [{ dims: [...INT64_EDGES] }], name: 'ß𝄞'.repeat(30) }, irVersion: 10 };
    expect(decodeModel(encodeModel(model))).toEqual(model);
  });

  test.each(INT64_EDGES)('lets the messages of onnx-proto keep %s', (irVersion) => {
    expect(String(onnx.ModelProto.decode(encodeModel({ irVersion })).irVersion)).toBe(String(irVersion));
  });
});
