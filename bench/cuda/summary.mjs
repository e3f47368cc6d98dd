// What became of each step on the GPU host, kept in files after each, so that a command that was ended can go on.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The steps of this command, and of earlier ones with the same pack and provider. */
export class Summary {
  #results;
  #about;
  #earlier;
  #steps = [];

  /**
   * @param results the folder of results
   * @param about the pack and the provider: results of others are not gone on with
   */
  constructor(results, about) {
    this.#results = results;
    this.#about = about;
    const { steps = [], isFinished = true, ...other } = readJson(join(results, 'summary.json')) ?? {};
    const isSame = Object.entries(about).every(([key, value]) => other[key] === value);
    this.#earlier = isSame ? { steps, isFinished } : { steps: [], isFinished: true };
  }

  /** Whether a command that was ended before its time had done this step well. */
  isDone(step) {
    const { steps, isFinished } = this.#earlier;
    return !isFinished && steps.some((one) => one.step === step && one.isWell);
  }

  /** Tells a step, and writes what is known by now. */
  note(step, isWell, text, further = {}) {
    this.#steps.push({ step, isWell, text, ...further });
    this.#write(false);
    console.log(line({ step, isWell, text }));
  }

  /** Whether all steps of this command went well; a summary that says whether all of them were come to. */
  finish(isFinished) {
    this.#write(isFinished);
    return this.#steps.every(({ isWell }) => isWell);
  }

  #write(isFinished) {
    const names = new Set(this.#steps.map(({ step }) => step));
    const steps = [...this.#earlier.steps.filter(({ step }) => !names.has(step)), ...this.#steps];
    const text = JSON.stringify({ ...this.#about, isFinished, steps }, null, 1);
    writeFileSync(join(this.#results, 'summary.json'), `${text}\n`);
    writeFileSync(join(this.#results, 'summary.txt'), steps.map((one) => `${line(one)}\n`).join(''));
  }
}

const line = ({ step, isWell, text }) => `${isWell ? 'well  ' : 'FAILED'}  ${step}: ${text}`;

/** What a file of JSON holds; undefined where there is none, or one that was not written to its end. */
export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
