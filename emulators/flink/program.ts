import { createHash } from 'node:crypto';
import { operatorIdOf } from '../../src/platforms/flink/metadata/index.js';

/** A state that an operator registers; two of one name but other types don't fit. */
export interface State {
  readonly scope: 'keyed' | 'operator';
  readonly name: string;
  readonly type: string;
}

export interface Operator {
  readonly id: string;
  readonly uid: string | null;
  readonly name: string;
  readonly states: readonly State[];
}

/** How a run fares, as its jar says (README, "What a jar decides"). Times in seconds of the emulated clock. */
export interface Fate {
  readonly mainFails: string | null;
  readonly end: { readonly state: 'FAILED' | 'FINISHED'; readonly after: number; readonly message: string } | null;
  readonly loops: string | null;
  readonly stalled: boolean;
  readonly savepoint: { readonly kind: 'fails' | 'never' | 'stop-fails'; readonly message: string } | null;
  readonly savepointSeconds: number | null;
  readonly cancelSeconds: number | null;
  readonly backpressure: 'ok' | 'low' | 'high';
  readonly ownParameters: boolean;
  readonly checkpoints: boolean;
  readonly capacity: number | null;
  readonly warmUp: number;
}

/** A job jar, read. */
export interface Program {
  readonly jobName: string | null;
  readonly batch: boolean;
  readonly operators: readonly Operator[];
  readonly fate: Fate;
}

const usual: Fate = {
  mainFails: null,
  end: null,
  loops: null,
  stalled: false,
  savepoint: null,
  savepointSeconds: null,
  cancelSeconds: null,
  backpressure: 'ok',
  ownParameters: false,
  checkpoints: true,
  capacity: null,
  warmUp: 0,
};

type Directive = (seconds: number | null, text: string | null) => Partial<Fate>;

const directives: { readonly [name: string]: Directive } = {
  'main-fails': (_, text) => ({ mainFails: text ?? 'java.lang.IllegalArgumentException: no' }),
  'fail-after': (seconds, text) => ({
    end: { state: 'FAILED', after: seconds ?? 0, message: text ?? 'java.lang.RuntimeException: it failed' },
  }),
  'finish-after': (seconds) => ({ end: { state: 'FINISHED', after: seconds ?? 0, message: '' } }),
  'crash-loop': (_, text) => ({ loops: text ?? 'java.lang.RuntimeException: it crashed' }),
  stalled: () => ({ stalled: true, capacity: 0 }),
  'savepoint-fails': (_, text) => ({
    savepoint: { kind: 'fails', message: text ?? 'java.io.IOException: no space left on device' },
  }),
  'savepoint-never': () => ({ savepoint: { kind: 'never', message: '' } }),
  'stop-fails': () => ({ savepoint: { kind: 'stop-fails', message: '' } }),
  'slow-savepoint': (seconds) => ({ savepointSeconds: seconds ?? 60 }),
  'slow-cancel': (seconds) => ({ cancelSeconds: seconds ?? 60 }),
  backpressured: () => ({ backpressure: 'high' }),
  'own-parameters': () => ({ ownParameters: true }),
  'no-checkpoints': () => ({ checkpoints: false }),
  capacity: (perSecond) => ({ capacity: perSecond ?? 0 }),
  'warm-up': (seconds) => ({ warmUp: seconds ?? 120 }),
};

const usualOperators = [
  'operator numbers uid=numbers list=SourceReaderState',
  'operator counter uid=counter keyed=count:long',
  'operator lines uid=lines',
];

/** Reads all `# emulator: …` lines of a jar. An unknown line makes the program's main method fail, so that a typo shows. */
export function programOf(jar: Buffer): Program {
  const lines = [...jar.toString('latin1').matchAll(/^\s*(?:#|\/\/)\s*emulator:\s*(.*?)\s*$/gm)].map(
    (match) => match[1] ?? '',
  );
  const declared = lines.filter((line) => line.startsWith('operator '));
  const graph = (declared.length > 0 ? declared : usualOperators).map(operatorIn);
  const operators = graph.map(({ uid, ...rest }, index) => ({
    ...rest,
    uid,
    id: uid === null ? placeId(graph, index) : operatorIdOf(uid),
  }));
  let fate = usual;
  let jobName: string | null = null;
  let batch = false;
  for (const line of lines) {
    if (line.startsWith('operator ')) continue;
    const [, name = '', seconds, text] = /^([a-z-]+)(?:\s+(\d+(?:\.\d+)?))?(?:\s+"([^"]*)")?$/.exec(line) ?? [];
    if (name === 'job-name') jobName = text ?? null;
    else if (name === 'batch') batch = true;
    else {
      const directive = directives[name];
      const change = directive?.(seconds === undefined ? null : Number(seconds), text ?? null);
      fate = { ...fate, ...(change ?? { mainFails: `emulator: unknown directive: ${line}` }) };
    }
  }
  return { jobName, batch, operators, fate };
}

function operatorIn(line: string): Omit<Operator, 'id'> {
  const [, name = 'operator', ...options] = line.split(/\s+/);
  const of = (key: string) => options.find((option) => option.startsWith(`${key}=`))?.slice(key.length + 1) ?? null;
  const states = (scope: State['scope'], given: string | null) =>
    (given ?? '')
      .split(',')
      .filter(Boolean)
      .map((text): State => {
        const [state = '', type = 'list'] = text.split(':');
        return { scope, name: state, type };
      });
  return { name, uid: of('uid'), states: [...states('keyed', of('keyed')), ...states('operator', of('list'))] };
}

/** Without a uid the id follows from the place in the graph, so that an edit elsewhere changes it. */
function placeId(graph: readonly Omit<Operator, 'id'>[], index: number): string {
  const shape = graph.map(({ name }) => name).join(' ');
  return createHash('md5').update(`${shape}\n${index}`).digest('hex');
}
