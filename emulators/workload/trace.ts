/** A run as its source sees it. */
export interface Processor {
  readonly run: string;
  /** When it can take records, and how many a second; in the order of time, without overlaps. `to` null: still. Times in milliseconds. */
  readonly spans: readonly Span[];
}

export interface Span {
  readonly from: number;
  readonly to: number | null;
  readonly perSecond: number;
}

/** A stretch of time in which nothing changes. Totals are records since the beginning, at `from`. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly input: number;
  /** Records a second that each run takes. */
  readonly takes: ReadonlyMap<string, number>;
  readonly taken: number;
  readonly arrived: number;
  readonly processed: number;
}

/** What became of the records of one source. Before the beginning nothing is known: everything is 0. */
export interface Trace {
  /** Records that have arrived and were not taken yet. */
  backlogAt(at: number): number;
  /** Age of the oldest of them in seconds; 0 without one. */
  lagAt(at: number): number;
  /** Records that a run has taken in (from, to]. */
  takenBy(run: string, from: number, to: number): number;
  /** Records that have arrived in (from, to]. */
  arrivedIn(from: number, to: number): number;
}

/**
 * Follows a source: `inputs` are its rates (records a second, each from a time on), `processors` share what there is by what they can take.
 * What nobody takes piles up and is taken, oldest first, as soon as there is more room than new input. All up to `until`.
 */
export function traceOf(
  inputs: readonly { readonly at: number; readonly perSecond: number }[],
  processors: readonly Processor[],
  begin: number,
  until: number,
): Trace {
  const pieces = piecesOf(inputs, processors, begin, until);
  const at = (time: number): Piece | undefined => pieces.findLast(({ from }) => from <= time);
  const seconds = (piece: Piece, time: number) => Math.max(0, Math.min(time, piece.to) - piece.from) / 1000;
  const arrived = (time: number) => sum(at(time), (piece) => piece.arrived + piece.input * seconds(piece, time));
  const processed = (time: number) => sum(at(time), (piece) => piece.processed + piece.taken * seconds(piece, time));
  const backlog = (time: number) => nearlyNothing(arrived(time) - processed(time));

  return {
    backlogAt: backlog,
    lagAt(time) {
      if (backlog(time) === 0) return 0;
      const oldest = processed(time);
      const piece = pieces.find((one) => one.input > 0 && one.arrived + one.input * seconds(one, one.to) > oldest);
      if (!piece) return 0;
      const cameAt = piece.from + (Math.max(0, oldest - piece.arrived) / piece.input) * 1000;
      return Math.max(0, Math.min(time, until) - cameAt) / 1000;
    },
    takenBy: (run, from, to) =>
      pieces.reduce((total, piece) => {
        const within = Math.max(0, Math.min(to, piece.to) - Math.max(from, piece.from)) / 1000;
        return total + within * (piece.takes.get(run) ?? 0);
      }, 0),
    arrivedIn: (from, to) => arrived(to) - arrived(from),
  };
}

function piecesOf(
  inputs: readonly { readonly at: number; readonly perSecond: number }[],
  processors: readonly Processor[],
  begin: number,
  until: number,
): readonly Piece[] {
  const changes = [...inputs.map(({ at }) => at), ...processors.flatMap(({ spans }) => spans.flatMap(endsOf))];
  const times = [...new Set([begin, ...changes.filter((time) => time > begin && time < until), until])];
  times.sort((a, b) => a - b);
  const pieces: Piece[] = [];
  let arrived = 0;
  let processed = 0;
  const add = (from: number, to: number, input: number, room: ReadonlyMap<string, number>, taken: number) => {
    const all = total(room);
    const takes = new Map([...room].map(([run, most]) => [run, all === 0 ? 0 : (most / all) * taken]));
    pieces.push({ from, to, input, takes, taken, arrived, processed });
    arrived += (input * (to - from)) / 1000;
    processed += (taken * (to - from)) / 1000;
  };
  for (let index = 0; index + 1 < times.length; index += 1) {
    const from = times[index] as number;
    const to = times[index + 1] as number;
    const input = inputs.findLast(({ at }) => at <= from)?.perSecond ?? 0;
    const room = roomAt(processors, from);
    const most = total(room);
    const backlog = nearlyNothing(arrived - processed);
    const empties = most > input && backlog > 0 ? from + (backlog / (most - input)) * 1000 : from;
    if (backlog > 0 && (most <= input || empties >= to)) {
      add(from, to, input, room, most);
      continue;
    }
    if (empties > from) add(from, empties, input, room, most);
    add(empties, to, input, room, Math.min(input, most));
  }
  return pieces;
}

function roomAt(processors: readonly Processor[], at: number): ReadonlyMap<string, number> {
  return new Map(
    processors.map(({ run, spans }) => {
      const span = spans.find(({ from, to }) => from <= at && (to === null || at < to));
      return [run, span?.perSecond ?? 0] as const;
    }),
  );
}

function endsOf({ from, to }: Span): readonly number[] {
  return to === null ? [from] : [from, to];
}

function total(room: ReadonlyMap<string, number>): number {
  return [...room.values()].reduce((all, one) => all + one, 0);
}

function sum(piece: Piece | undefined, value: (piece: Piece) => number): number {
  return piece === undefined ? 0 : value(piece);
}

/** Less than a thousandth of a record is what arithmetic leaves behind. */
function nearlyNothing(records: number): number {
  return records < 1e-3 ? 0 : records;
}
