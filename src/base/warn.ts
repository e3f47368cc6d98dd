// Warnings: diagnostics that stop nothing, given to one handler.
import { type Diagnostic, formatDiagnostic } from './errors.ts';

/** Takes warnings. */
export type WarningHandler = (warning: Diagnostic) => void;

let handler: WarningHandler = (warning) => console.warn(`warning: ${formatDiagnostic(warning)}`);

/** Sets what happens with warnings, for the whole process, and returns the handler before; the default writes to the console. */
export function setWarningHandler(next: WarningHandler): WarningHandler {
  const before = handler;
  handler = next;
  return before;
}

/** Gives a warning. */
export function warn(warning: Diagnostic): void {
  handler(warning);
}
