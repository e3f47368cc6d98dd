// The machine on which something is measured.
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { ortEntry } from '../runtime/ort-entry.ts';

/** What times depend on. */
export interface MachineFacts {
  readonly processor: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly platform: string;
  readonly node: string;
  /** The version of onnxruntime-node; null where its package does not tell. */
  readonly onnxruntime: string | null;
  /** How many processes wanted to run in the last minute, on average. */
  readonly load: number;
}

/** The facts of this machine. */
export function machineFacts(): MachineFacts {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() || process.arch,
    cores: processors.length,
    memory: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    onnxruntime: ortVersion(),
    load: loadavg()[0] ?? 0,
  };
}

/** What is doubtful of times on a machine. */
export function machineDoubts({ load, cores }: MachineFacts): readonly string[] {
  if (load < 0.75 * cores) return [];
  const wanted = `in the last minute ${load.toFixed(1)} processes wanted the ${cores} cores, on average`;
  return [`${wanted}: times may be longer than on a quiet machine`];
}

function ortVersion(): string | null {
  const entry = ortEntry();
  if (entry === undefined) return null;
  try {
    const about: unknown = JSON.parse(readFileSync(join(dirname(dirname(entry)), 'package.json'), 'utf8'));
    const version = typeof about === 'object' && about !== null && 'version' in about ? about.version : undefined;
    return typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
}
