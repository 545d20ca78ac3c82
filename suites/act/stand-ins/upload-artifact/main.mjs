import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';

const { STAND_IN_ARTIFACTS, INPUT_NAME, INPUT_PATH } = process.env;
cpSync(INPUT_PATH, join(STAND_IN_ARTIFACTS, INPUT_NAME, basename(INPUT_PATH)));
