// Options that name a file for a picture: what can be seen of the place is refused before minutes of measuring.
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type OptionValues, textOption } from './options.ts';
import { usageError } from './report.ts';

/**
 * The file that an option names, undefined where it was not given.
 *
 * @param name the option without dashes: svg, html
 * @throws CLI_USAGE when the file is a folder, or its folder is not there
 */
export function pictureOption(options: OptionValues, name: string): string | undefined {
  const path = textOption(options, name);
  if (path === undefined) return undefined;
  if (isFolder(path)) throw usageError(`--${name} ${path} is a folder`, `give the path of a file: picture.${name}`);
  const folder = dirname(path);
  if (!isFolder(folder)) throw usageError(`--${name} ${path}: there is no folder ${folder}`, 'make the folder first');
  return path;
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
