export { type GithubOptions, type GithubService, githubService, type Violation } from './service.js';
export type { GithubSettings } from './settings.js';
export { badToken, readOnlyToken } from './tokens.js';
