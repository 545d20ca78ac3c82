import { cpSync } from 'node:fs';
import { join } from 'node:path';

const { STAND_IN_REPOSITORIES, GITHUB_WORKSPACE, INPUT_REPOSITORY, INPUT_REF, INPUT_PATH } = process.env;
const from = JSON.parse(STAND_IN_REPOSITORIES)[`${INPUT_REPOSITORY}@${INPUT_REF}`];
if (from === undefined) throw new Error(`there is no ${INPUT_REPOSITORY}@${INPUT_REF} to check out`);
cpSync(from, join(GITHUB_WORKSPACE, INPUT_PATH), { recursive: true });
