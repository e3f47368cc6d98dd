// Tells whether a terminal shows characters beyond ASCII.

/** Whether the locale says UTF-8 (POSIX: the first of LC_ALL, LC_CTYPE and LANG that is set); Windows' terminals show it. */
export function hasUtf8(environment: Readonly<Record<string, string | undefined>>): boolean {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
  return /utf-?8/i.test(locale) || environment.WT_SESSION !== undefined;
}
