// The version of the package, which stands in emitted models as producer_version.

/** The version of dimwise; a test holds it to package.json. */
export const VERSION = '0.1.0';
