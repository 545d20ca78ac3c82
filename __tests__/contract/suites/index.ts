import type { Offer, Verb } from '../ground.js';
import type { Stage } from '../stage.js';
import { cancelSuite } from './cancel.js';
import { endSuite } from './end.js';
import { launchSuite } from './launch.js';
import { observeSuite } from './observe.js';
import { prepareSuite } from './prepare.js';
import { measureSuite, messagesSuite, preflightSuite, referenceSuite } from './reading.js';
import { scaleSuite } from './scale.js';
import { secretsSuite } from './secrets.js';
import { shapeSuite } from './shape.js';
import { snapshotSuite } from './snapshot.js';
import { startSuite } from './start.js';

/** One suite a verb: it runs for an engine exactly where the engine has the verb. */
const verbSuites = {
  prepare: prepareSuite,
  start(stage) {
    startSuite(stage);
    launchSuite(stage, 'start');
  },
  scale: scaleSuite,
  replace: (stage) => launchSuite(stage, 'replace'),
  overlap: (stage) => launchSuite(stage, 'overlap'),
  drain: (stage) => endSuite(stage, 'drain'),
  stop: (stage) => endSuite(stage, 'stop'),
  snapshot: (stage) => snapshotSuite(stage, 'snapshot'),
  stopWithSnapshot: (stage) => snapshotSuite(stage, 'stopWithSnapshot'),
} as const satisfies { readonly [verb in Verb]: (stage: Stage) => void };

const offerSuites = {
  messages: messagesSuite,
  reference: referenceSuite,
  measure: measureSuite,
} as const satisfies { readonly [offer in Offer]: (stage: Stage) => void };

/** The whole contract of one engine. */
export function contract(stage: Stage): void {
  const { engine, targets, offers } = stage.ground;
  shapeSuite(stage);
  observeSuite(stage);
  preflightSuite(stage);
  for (const [verb, suite] of Object.entries(verbSuites))
    if (engine.verbs(targets.first).includes(verb as Verb)) suite(stage);
  for (const [offer, suite] of Object.entries(offerSuites)) if (offers.includes(offer as Offer)) suite(stage);
  cancelSuite(stage);
  secretsSuite(stage);
}
