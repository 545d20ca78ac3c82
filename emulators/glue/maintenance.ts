const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const hour = 3_600_000;
const week = 7 * 24 * hour;

/**
 * When the service restarts a streaming run: in its maintenance window (`Sun:10`, GMT) after it began to run, else 7 days after.
 * Null: never, since its timeout is shorter. (Glue guide, "Maintenance windows for streaming jobs".)
 */
export function maintenanceAt(
  runningSince: number,
  window: string | undefined,
  timeoutMinutes: number | null,
): number | null {
  if (timeoutMinutes !== null && timeoutMinutes * 60_000 < week) return null;
  const [day = '', from] = (window ?? '').split(':');
  if (from === undefined) return runningSince + week;
  const midnight = new Date(runningSince).setUTCHours(0, 0, 0, 0);
  const ahead = (days.indexOf(day) - new Date(runningSince).getUTCDay() + 7) % 7;
  const at = midnight + ahead * 24 * hour + Number(from) * hour;
  return at > runningSince ? at : at + week;
}
