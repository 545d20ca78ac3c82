import { writeFile } from 'node:fs/promises';
import type { Report } from '../model/report.js';
import type { DemoStep } from './step.js';

export async function writePage(path: string, steps: readonly DemoStep[], reports: readonly { title: string; report: Report }[]): Promise<void> {
  await writeFile(path, JSON.stringify({ steps, reports }));
}
