// Preloaded into a measured process: notes its peak of resident memory, in KiB, when it exits.
import { writeFileSync } from 'node:fs';

const file = process.env.BENCH_PEAK_FILE;
delete process.env.BENCH_PEAK_FILE;
process.on('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS)));
