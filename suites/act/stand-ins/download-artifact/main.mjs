import { appendFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';

const { STAND_IN_ARTIFACTS, GITHUB_OUTPUT, INPUT_NAME, INPUT_PATH } = process.env;
cpSync(join(STAND_IN_ARTIFACTS, INPUT_NAME), INPUT_PATH, { recursive: true });
appendFileSync(GITHUB_OUTPUT, `download-path=${INPUT_PATH}\n`);
