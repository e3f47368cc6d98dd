// What is often given in place of a model is called by its name.
import { readOnnx } from 'dimwise';
import { describe, expect, test } from 'vitest';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('readOnnx', () => {
  test.each([
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n', 'git lfs pull'],
    ['a web page', '<!DOCTYPE html><html></html>', 'download'],
    ['a web page', '\n<html lang="en">', 'download'],
    ['a zip archive', 'PK\x03\x04\x00\x00\x08\x08', 'torch.onnx.export'],
    ['a gzip archive', '\x1f\x8b\x08\x00', 'gunzip'],
    ["a pickle of Python's", '\x80\x02}q\x00.', 'torch.onnx.export'],
    ['a TensorFlow Lite model', '\x1c\x00\x00\x00TFL3\x14\x00', 'tf2onnx'],
    ['a model in the ORT format', '\x18\x00\x00\x00ORTM\x00\x00', '.onnx file'],
    ['an HDF5 file', '\x89HDF\r\n\x1a\n', 'tf2onnx'],
    ['a GGUF file', 'GGUF\x03\x00\x00\x00', 'weights'],
    ['a safetensors file', '\x40\x00\x00\x00\x00\x00\x00\x00{"w":{"dtype":"F32"}}', 'weights'],
    ['JSON', '{ "irVersion": 8 }', 'binary'],
    ["a model in ONNX's text", '<\n  ir_version: 10,\n  opset_import: ["": 21]\n>', 'dimwise convert'],
  ])('calls %s by its name: %j', (what, text, hint) => {
    expect(() => readOnnx(bytesOf(text))).toThrow(`ONNX_MALFORMED: this is ${what}, no ONNX model: `);
    expect(() => readOnnx(bytesOf(text))).toThrow(hint);
  });

  test('says no more than it knows', () => {
    expect(() => readOnnx(bytesOf('\x07\x07'))).not.toThrow('this is');
    expect(() => readOnnx(bytesOf('\x07\x07'))).toThrow('ONNX_MALFORMED');
  });
});
