import { flinkOperatorService } from '../../emulators/flink-operator/index.js';
import { emulatorClock } from '../../emulators/kernel/clock.js';
import { startServices } from '../../emulators/kernel/start.js';
import type { JsonObject } from '../../src/model/json.js';
import { startControlPlane } from './control-plane.js';
import { startOperator, times } from './operator.js';
import { playPods } from './pods.js';

/** An API server with an operator and Flink behind it. */
export interface Side {
  readonly url: string;
  readonly isReal: boolean;
  /** Directories and port that the spec of a FlinkDeployment must name. */
  configuration(name: string): JsonObject;
  /** URL of the REST API of its Flink. */
  rest(name: string): string;
  stop(): Promise<void>;
}

/** The real ones. `names`: of the FlinkDeployments that there will be. */
export async function realSide(names: readonly string[]): Promise<Side> {
  const plane = await startControlPlane();
  const ends = [() => plane.stop()];
  const stop = async () => {
    for (const end of ends.reverse()) await end();
  };
  try {
    const operator = await startOperator(plane, names);
    ends.push(() => operator.end());
    const pods = await playPods(plane, names);
    ends.push(() => pods.stop());
    return { url: plane.url, isReal: true, configuration: pods.configuration, rest: pods.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the images of the suite are, as the emulator has it. */
const programs = {
  'steady:finishes': '# emulator: finish-after 5',
  'steady:renamed':
    '# emulator: operator numbers uid=numbers list=x\n# emulator: operator totals uid=totals keyed=x:long',
};

/** The emulated ones, by a clock that goes ten times as fast, with the times that the real operator was given. */
export async function emulatedSide(): Promise<Side> {
  const clock = emulatorClock(10);
  const settings = { ...times, operatorVersion: '1.7.0' as const, checkpointSeconds: 1 };
  const local = await startServices([flinkOperatorService(clock, { settings, programs })], clock);
  const url = local.services['flink-operator'] ?? '';
  const data = 'file:///flink-data';
  return {
    url,
    isReal: false,
    configuration: () => ({
      'rest.port': '8081',
      'state.checkpoints.dir': `${data}/checkpoints`,
      'state.savepoints.dir': `${data}/savepoints`,
    }),
    rest: (name) => `${url}/jobmanagers/default/${name}`,
    stop: () => local.close(),
  };
}
