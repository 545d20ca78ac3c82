#!/usr/bin/env node
// Every command of the metered engine: hands its request on and prints the answer.
import { readFileSync } from 'node:fs';

const response = await fetch(process.env.METERED_ENGINE, { method: 'POST', body: readFileSync(0) });
process.stdout.write(await response.text());
