import type { JsonObject } from '../../../src/model/json.js';
import { textAt } from '../api/value.js';
import { jobOf } from './spec.js';

/** What an image, its jar and its arguments are, for the pods and for the program inside. */
export interface Image {
  /** Lines of the program, as emulators/flink reads them. */
  readonly lines: string;
  /** Why the JobManager's container never runs; null: it does. */
  readonly trouble: { readonly reason: string; readonly message: string } | null;
  /** Seconds until the JobManager answers; null: as usual. */
  readonly jobManagerSeconds: number | null;
}

const ofPods = /^\s*#\s*emulator:\s*(image-missing|never-ready|jobmanager-crashes|slow-jobmanager)\b\s*(.*?)\s*$/;

/** Adds up the lines that are registered for what a spec names (README.md, "What an image decides"). */
export function imageOf(spec: JsonObject, programs: ReadonlyMap<string, string>): Image {
  const job = jobOf(spec);
  const image = textAt(spec, 'image');
  const names = [image, job?.jarURI ?? '', ...(job?.args ?? [])];
  const lines = names.flatMap((name) => programs.get(name)?.split('\n') ?? []);
  const told = new Map(
    lines.flatMap((line) => {
      const [, word, value] = ofPods.exec(line) ?? [];
      return word === undefined ? [] : [[word, (value ?? '').replace(/^"(.*)"$/, '$1')] as const];
    }),
  );
  const slow = told.get('slow-jobmanager');
  return {
    lines: lines.filter((line) => !ofPods.test(line)).join('\n'),
    trouble: troubleOf(told, image),
    jobManagerSeconds: slow === undefined ? null : Number(slow),
  };
}

function troubleOf(told: ReadonlyMap<string, string>, image: string): Image['trouble'] {
  if (told.has('image-missing'))
    return { reason: 'ImagePullBackOff', message: `[flink-main-container] Back-off pulling image "${image}"` };
  const crashes = told.get('jobmanager-crashes');
  if (crashes === undefined) return told.has('never-ready') ? { reason: '', message: '' } : null;
  return { reason: 'CrashLoopBackOff', message: `[flink-main-container] ${crashes || crashLoop}` };
}

/** What Kubernetes says of a container that dies again and again. */
export const crashLoop = 'back-off 20s restarting failed container=flink-main-container';
