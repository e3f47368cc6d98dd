// How the element type of a result follows where the schema's type variables alone do not tell.

/** The element type of a result that an attribute names. */
export interface DTypeRule {
  /** The type variable of the result. */
  readonly variable: string;
  /** The attribute that names it. */
  readonly attribute: string;
  /** What it is without the attribute: a type variable of an input or an element type; undefined where it is required. */
  readonly otherwise?: string;
}

const window: DTypeRule = { variable: 'T2', attribute: 'output_datatype', otherwise: "'float32'" };
const drawn: DTypeRule = { variable: 'T', attribute: 'dtype', otherwise: "'float32'" };
const drawnLike: DTypeRule = { variable: 'T2', attribute: 'dtype', otherwise: 'T1' };

/** The rules by operator, with its domain unless that is ai.onnx; each is what the specification says of the attribute. */
export const DTYPE_RULES: Readonly<Record<string, DTypeRule>> = {
  Bernoulli: drawnLike,
  BitCast: { variable: 'T2', attribute: 'to' },
  BlackmanWindow: window,
  Cast: { variable: 'T2', attribute: 'to' },
  DequantizeLinear: { variable: 'T3', attribute: 'output_dtype', otherwise: 'T2' },
  EyeLike: drawnLike,
  HammingWindow: window,
  HannWindow: window,
  LayerNormalization: { variable: 'U', attribute: 'stash_type', otherwise: "'float32'" },
  MelWeightMatrix: { variable: 'T3', attribute: 'output_datatype', otherwise: "'float32'" },
  Multinomial: { variable: 'T2', attribute: 'dtype', otherwise: "'int32'" },
  QuantizeLinear: { variable: 'T3', attribute: 'output_dtype', otherwise: "'uint8'" },
  RandomNormal: drawn,
  RandomNormalLike: drawnLike,
  RandomUniform: drawn,
  RandomUniformLike: drawnLike,
  'com.microsoft.DequantizeBFP': { variable: 'T3', attribute: 'dtype', otherwise: "'float32'" },
  'com.microsoft.DequantizeWithOrder': { variable: 'F', attribute: 'to' },
  'com.microsoft.GemmFloat8': { variable: 'TR', attribute: 'dtype', otherwise: "'float32'" },
  SequenceEmpty: { variable: 'S', attribute: 'dtype', otherwise: "'float32'" },
};

/** Type variables of containers that hold tensors of another variable: both share one element type. */
export const SHARED_VARIABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ConcatFromSequence: { S: 'T' },
  Optional: { O: 'V' },
  OptionalGetElement: { O: 'V' },
  SequenceAt: { S: 'T' },
  SequenceConstruct: { S: 'T' },
  SequenceInsert: { S: 'T' },
  SplitToSequence: { S: 'T' },
};
