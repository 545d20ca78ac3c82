import { invalid } from './errors.js';

/** Data processing units of one worker (SDK documentation of WorkerType). */
const unitsOf: { readonly [workerType: string]: number } = {
  Standard: 1,
  'G.025X': 0.25,
  'G.1X': 1,
  'G.2X': 2,
  'G.4X': 4,
  'G.8X': 8,
  'G.12X': 12,
  'G.16X': 16,
  'R.1X': 1,
  'R.2X': 2,
  'R.4X': 4,
  'R.8X': 8,
  'Z.2X': 2,
};

export interface Capacity {
  readonly WorkerType?: string | undefined;
  readonly NumberOfWorkers?: number | undefined;
  readonly MaxCapacity?: number | undefined;
  readonly AllocatedCapacity?: number | undefined;
}

/** Refuses members that exclude each other. `version` is the Glue version, `streaming` the kind of command. Throws InvalidInputException. */
export function checkCapacity(capacity: Capacity, version: string, streaming: boolean): void {
  const { WorkerType: type, NumberOfWorkers: workers, MaxCapacity: max, AllocatedCapacity: allocated } = capacity;
  const byWorkers = type !== undefined || workers !== undefined;
  if (byWorkers && (max !== undefined || allocated !== undefined))
    throw invalid('Please do not set Max Capacity or Allocated Capacity if using Worker Type and Number of Workers.');
  if ((type === undefined) !== (workers === undefined))
    throw invalid('Please set both Worker Type and Number of Workers.');
  if (type !== undefined && unitsOf[type] === undefined) throw invalid(`Worker type ${type} is not supported.`);
  if (workers !== undefined && workers < 1) throw invalid('Number of Workers must be at least 1.');
  if (max !== undefined && allocated !== undefined)
    throw invalid('Please set only one of Max Capacity and Allocated Capacity.');
  if (byUnits(capacity) && takesWorkers(version))
    throw invalid(
      `Max Capacity cannot be specified for Glue version ${version}; please set Worker Type and Number of Workers.`,
    );
  if (type === 'G.025X' && (!streaming || versionNumber(version) < 3))
    throw invalid('Worker type G.025X is only supported for streaming jobs of Glue version 3.0 or later.');
}

/** What a definition or a run shows: capacity in units always, workers where they were set or are the default of the version. */
export function shownCapacity(
  capacity: Capacity,
  version: string,
): Required<Pick<Capacity, 'MaxCapacity' | 'AllocatedCapacity'>> & Capacity {
  if (byUnits(capacity)) {
    const units = capacity.MaxCapacity ?? capacity.AllocatedCapacity ?? 10;
    return { MaxCapacity: units, AllocatedCapacity: Math.floor(units) };
  }
  if (capacity.WorkerType === undefined && !takesWorkers(version)) return { MaxCapacity: 10, AllocatedCapacity: 10 };
  const type = capacity.WorkerType ?? 'G.1X';
  const workers = capacity.NumberOfWorkers ?? 10;
  const units = (unitsOf[type] ?? 1) * workers;
  return { WorkerType: type, NumberOfWorkers: workers, MaxCapacity: units, AllocatedCapacity: Math.floor(units) };
}

/** `auto` counts as the newest. */
export function versionNumber(version: string): number {
  return version === 'auto' ? Number.POSITIVE_INFINITY : Number(version);
}

function byUnits(capacity: Capacity): boolean {
  return capacity.MaxCapacity !== undefined || capacity.AllocatedCapacity !== undefined;
}

function takesWorkers(version: string): boolean {
  return versionNumber(version) >= 2;
}
