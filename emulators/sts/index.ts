export { defaultAccount, type Identities, type Identity, identities, readOnlyKey } from './identities.js';
export { stsService } from './service.js';
