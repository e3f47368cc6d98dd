// Judges real models: `npx jiti bench/real-models.ts FOLDER` prints a table of those in FOLDER; `--record` writes their stand-ins anew.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Judgement, judgeModel, withoutStatements } from './real/judge-model.ts';
import { rowOf } from './real/model-rows.ts';
import { recordRuns, saveStandIn } from './real/stand-in.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Writes stand-ins among the fixtures. */
    record: { type: 'boolean', default: false },
    /** A folder for what is written of each model; a list of pairs goes into its `pairs.txt`, for `bench/peers/real_models.py`. */
    write: { type: 'string', default: '' },
    /** One JSON object per file. */
    json: { type: 'boolean', default: false },
  },
});
const [folder = '.'] = positionals;
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.onnx'))
  .map((name) => join(folder, name))
  .sort();
if (values.record) mkdirSync(new URL('fixtures/real/', import.meta.url), { recursive: true });

let judged = 0;
const wrong: string[] = [];
for (const file of files) {
  const known = rowOf(file);
  if (!known) {
    process.stderr.write(`${file}: no row in bench/real/model-rows.ts\n`);
    continue;
  }
  const { from, row } = known;
  try {
    const judgement = await judgeModel(file, row.bindings);
    judged++;
    wrong.push(...judgement.faults.map((fault) => `${file}: ${fault}`));
    process.stdout.write(`${line(from.name, file, judgement)}\n`);
    if (values.write) writeCopy(judgement.model, file);
    if (values.record && row.fixture) {
      saveStandIn(row.fixture, withoutStatements(judgement.model), recordRuns(judgement.runs, from, basename(file)));
    }
  } catch (error) {
    wrong.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
process.stdout.write(`${judged} models, ${wrong.length} faults\n${wrong.map((fault) => `  ${fault}\n`).join('')}`);
process.exitCode = wrong.length > 0 ? 1 : 0;

function writeCopy(model: Judgement['model'], file: string): void {
  mkdirSync(values.write, { recursive: true });
  const copy = join(values.write, `${judged}.onnx`);
  writeFileSync(copy, model.encode());
  writeFileSync(join(values.write, 'pairs.txt'), `${file}=${copy}\n`, { flag: 'a' });
}

function line(name: string, file: string, judgement: Judgement): string {
  const { model, bytes, nodes, values: count, milliseconds, runs, mistakes } = judgement;
  const sum = (of: (run: Judgement['runs'][number]) => number): number =>
    runs.reduce((total, run) => total + of(run), 0);
  const facts = {
    package: name,
    file: basename(file),
    bytes,
    opset: model.proto.opsetImport
      ?.map(({ domain, version }) => (domain ? `${domain} ${version}` : version))
      .join(', '),
    nodes,
    values: count,
    compared: sum(({ comparison }) => comparison.compared.length),
    open: sum(({ comparison }) => comparison.open.length),
    unranked: sum(({ comparison }) => comparison.unranked.length),
    milliseconds: Math.round(milliseconds),
    mistakes,
  };
  return values.json
    ? JSON.stringify(facts)
    : Object.values(facts)
        .map((fact) => (Array.isArray(fact) ? fact.join('; ') : String(fact)))
        .join(' | ');
}
