// The programs that run on the GPU host, beside Node and the package.

/** Their names in this folder, and in the pack. */
export const HOST_FILES = ['run.mjs', 'run-cases.mjs', 'summary.mjs', 'compare.mjs', 'bench_torch.py'] as const;
