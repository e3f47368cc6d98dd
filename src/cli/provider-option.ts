// The option --provider: names of execution providers.
import { nearest } from '../base/nearest.ts';
import { type Provider, RUN_PROVIDERS } from '../runtime/provider.ts';
import { usageError } from './report.ts';

/** The provider of a name. @throws CLI_USAGE when there is none */
export function parseProvider(text: string): Provider {
  const found = RUN_PROVIDERS.find((each) => each === text);
  if (found) return found;
  const near = nearest(text, RUN_PROVIDERS);
  throw usageError(
    `--provider ${text} is unknown`,
    near ? `did you mean ${near}?` : `one of ${RUN_PROVIDERS.join(', ')}`,
  );
}
