import { ledgerContract } from './contract.js';
import { World } from './world.js';

const world = new World();

ledgerContract('git', world, () => ({ url: `git:${world.host()}`, cwd: world.folder() }));
ledgerContract('file', world, () => ({ url: `file:${world.folder()}/deep/store`, cwd: world.folder() }));
