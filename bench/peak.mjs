// Preloaded into a measured process: notes its peak of resident memory, in KiB, and its processor time, in microseconds, when it exits.
import { writeFileSync } from 'node:fs';

const file = process.env.BENCH_PEAK_FILE;
delete process.env.BENCH_PEAK_FILE;
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(file, `${maxRSS} ${userCPUTime + systemCPUTime}`);
});
