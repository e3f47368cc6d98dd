// Configurations are the recorded ones, protoc has read those, and Triton's server would say nothing against them.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { field, nested, printMessage, repeated } from '../../codegen/triton/text-format.ts';
import { GOLDENS, goldenPath, goldenText, recorded } from './goldens.ts';
import { listOf, messageOf, messagesOf, readConfig, serverComplaints } from './judges.ts';

/** What protoc made of the recorded files: `python test/fixtures/triton/record.py` asks it. */
const VERDICTS = messageOf(
  JSON.parse(readFileSync(new URL('../fixtures/triton/protoc.json', import.meta.url), 'utf8')),
)['verdicts'];

describe('tritonConfig and ensembleConfig', () => {
  test('make what is recorded', () => {
    for (const name of GOLDENS) expect(goldenText(name), name).toBe(recorded(name));
    const files = readdirSync(new URL('.', goldenPath('x'))).map((file) => basename(file, '.pbtxt'));
    expect(files.toSorted()).toEqual(GOLDENS.toSorted());
  });

  test('make what protoc has read, byte by byte', () => {
    const judged = messageOf(VERDICTS);
    expect(Object.keys(judged)).toHaveLength(GOLDENS.length);
    for (const name of GOLDENS) {
      const { sha256, wire } = messageOf(judged[`${name}.pbtxt`]);
      expect(sha256, name).toBe(createHash('sha256').update(goldenText(name)).digest('hex'));
      expect(String(wire).length, name).toBeGreaterThan(50);
    }
  });

  test.each(GOLDENS)('%s is read alike by protoc and by protobufjs, and the server takes it', (name) => {
    const config = readConfig(goldenText(name));
    const { wire } = messageOf(messageOf(VERDICTS)[`${name}.pbtxt`]);
    expect(config).toEqual(readConfig(new Uint8Array(Buffer.from(String(wire), 'base64'))));
    expect(serverComplaints(config)).toEqual([]);
    expect(config['name']).toBe(name);
  });
});

describe('the judges', () => {
  test('refuse what is wrong', () => {
    const mlp = recorded('mlp');
    for (const [from, to] of [
      ['TYPE_FP32', 'TYPE_FP31'],
      ['max_batch_size', 'most_batch_size'],
      ['dims: [ 20 ]', 'dims: [ 20 '],
      ['"mlp"', '"mlp'],
    ] as const)
      expect(() => readConfig(mlp.replace(from, to)), to).toThrow(
        /enum value expected|unknown field|expected|invalid|illegal|unterminated/i,
      );
    const complaints = (from: string, to: string, name = 'mlp') =>
      serverComplaints(readConfig(recorded(name).replace(from, to)));
    expect(complaints('dims: [ 20 ]', 'dims: [ 0 ]')).toEqual(['dims of x']);
    expect(complaints('max_batch_size: 8', 'max_batch_size: 0')).toEqual(['dynamic batching without batches']);
    expect(complaints('[ 4, 8 ]', '[ 4, 32 ]', 'mlp_full')).toEqual(['the preferred batch 32']);
    expect(complaints('dims: [ 128 ]', 'dims: [ -1 ]', 'encoder')).toEqual(['the warm-up of ids']);
    expect(complaints('dims: [ 1 ]', 'dims: [ 2 ]', 'scores')).toEqual([
      'best: reshape changes the number of elements',
    ]);
    expect(complaints('value: "pooled"', 'value: "other"', 'classifier')).toEqual([
      'head reads pooled too early',
      'pooled is not written',
      'other is not used',
    ]);
  });
});

describe('printMessage', () => {
  test('keeps every text', () => {
    const texts = fc
      .sample(fc.string({ unit: 'binary', maxLength: 12 }), 200)
      .filter((text) => !/\p{Surrogate}/u.test(text));
    const inputs = texts.map((text) => [field('name', text), field('dims', [1])]);
    const config = readConfig(printMessage([field('name', 'n'), repeated('input', inputs)], texts));
    expect(messagesOf(config['input']).map(({ name = '' }) => name)).toEqual(texts);
  });

  test('prints an empty list, an empty message, and no empty list of messages', () => {
    expect(printMessage([nested('reshape', [field('shape', [])]), nested('all', []), repeated('input', [])])).toBe(
      'reshape {\n  shape: [ ]\n}\nall {\n}\n',
    );
  });

  test('leaves no end of a comment to names', () => {
    const config = readConfig(printMessage([field('name', 'a')], ['x\nplatform: "p"', 'y\u2028z', '\r"']));
    expect(config).toEqual({ name: 'a' });
    expect(listOf(config['input'])).toEqual([]);
  });
});
