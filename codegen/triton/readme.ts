// Writes the page that lies beside a model in Triton's repository: what it takes, and what Triton does not check.
import type { TritonTensor } from './tensors.ts';
import { oneLine } from './text-format.ts';

/** What the page tells of. */
export interface ServedModel {
  readonly name: string;
  readonly inputs: readonly TritonTensor[];
  readonly outputs: readonly TritonTensor[];
  /** The most rows of a batch; 0 where there is no batch axis. */
  readonly most: number;
  /** Why there is none, where there is none. */
  readonly reason?: string | undefined;
  readonly unchecked: readonly string[];
}

/** The page, in Markdown. */
export function repositoryReadme({ name, inputs, outputs, most, reason, unchecked }: ServedModel): string {
  const rows = [
    ...inputs.map((tensor) => row('input', tensor, most)),
    ...outputs.map((tensor) => row('output', tensor, most)),
  ];
  const batches =
    most > 0 ? `A batch has up to ${most} rows.` : `Requests are run one by one${reason ? `: ${reason}` : ''}.`;
  const conditions =
    unchecked.length === 0
      ? ['Triton checks all that the contract asks for.']
      : [
          'Valid requests also meet these, which Triton does not check:',
          '',
          ...unchecked.map((each) => `- \`${code(each)}\``),
        ];
  return [
    `# ${name}`,
    '',
    'A model of Triton Inference Server, written by dimwise. Sizes of -1 vary.',
    '',
    '| | name | type | sizes of a request |',
    '|---|---|---|---|',
    ...rows,
    '',
    batches,
    '',
    ...conditions,
    '',
    'Started from the folder above this one:',
    '',
    '```',
    'docker run --rm --gpus=all -p 8000:8000 -p 8001:8001 -p 8002:8002 -v "$PWD:/models" \\',
    '  nvcr.io/nvidia/tritonserver:<release>-py3 tritonserver --model-repository=/models',
    `curl localhost:8000/v2/models/${name}`,
    '```',
    '',
  ].join('\n');
}

const row = (what: string, { name, type, dims }: TritonTensor, most: number): string =>
  `| ${what} | \`${code(name).replaceAll('|', '\\|')}\` | ${type.replace('TYPE_', '')} | [${[...(most > 0 ? [-1] : []), ...dims].join(', ')}] |`;

const code = (text: string): string => oneLine(text).replaceAll('`', "'");
