// The one way to onnx-proto and its protobufjs, set up so that 64-bit integers stay exact in a bundle too.
import LongClass from 'long';
import onnxProto from 'onnx-proto';
import protobufjs from 'protobufjs/minimal.js';

// protobufjs finds `long` by a require that bundlers cannot see; without it int64 is rounded to a double in silence.
protobufjs.util.Long = LongClass;
protobufjs.configure();

/** The generated ONNX messages and enums of onnx-proto (ONNX 1.10.2, IR version 8). */
export const { onnx } = onnxProto;

/** The reader of protobufjs that onnx-proto's messages are decoded with. */
export const { Reader, Writer } = protobufjs;

/** The writer of protobufjs that onnx-proto's messages are encoded with. */
export type Writer = protobufjs.Writer;

/** The 64-bit integer class of protobufjs. */
export const Long = LongClass;

/** The 64-bit integer class of protobufjs. */
export type Long = LongClass;
