/** Version of the tool, for user agents and `--version`; a test compares it with package.json. */
export const version = '0.1.0';
export const userAgent = `stream-rollout/${version}`;
