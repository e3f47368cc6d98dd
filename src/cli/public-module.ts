// The public module as model files get it.
import * as dimwise from '../index.ts';

/** What `import ... from 'dimwise'` means in a model file; the built package loads what is rarely used when it is asked for. */
export const publicModule = (): object => dimwise;
