import { createBuilder, digestsOf, openStores, resolveTarget, uploadArtifacts, urisOf } from '../artifacts/index.js';
import type { Good } from '../model/artifact.js';
import type { Job } from '../model/job.js';
import type { JsonObject } from '../model/json.js';
import type { JobPlan } from '../model/plan.js';
import type { StepVerb } from '../model/step.js';
import { inSlot } from '../plan/index.js';
import type { Bench } from './bench.js';
import type { Gathered } from './gather.js';

/** A job's code as the engine can take it: built, uploaded, with the slot applied and every open end of the target filled in. */
export interface Material {
  /** Null where a run is only scaled or stopped: then nothing was built or uploaded. */
  readonly target: JsonObject | null;
  readonly artifact: Good['artifact'];
  readonly codeDigest: string | null;
}

/** Builds and uploads. Everything slow or likely to fail happens here, before any run is touched; repeating it is harmless. */
export interface Workshop {
  make(job: Job, planned: JobPlan): Promise<Material>;
  close(): void;
}

/** Steps that change a run without its code, which may be broken or gone by then. */
const codeless: ReadonlySet<StepVerb> = new Set(['scale', 'stop', 'drain', 'snapshot']);
/** Steps that hand code to an engine. */
const launching: ReadonlySet<StepVerb> = new Set(['prepare', 'start', 'replace', 'overlap', 'roll']);

export async function openWorkshop(bench: Bench, g: Gathered): Promise<Workshop> {
  const { ambient, inputs } = bench;
  const stores = openStores(ambient);
  const commit = g.repository.head;
  const builder = createBuilder({
    ledger: await bench.ledger(),
    repository: g.repository,
    commit,
    env: inputs.env,
    clock: bench.clock,
    signal: bench.signal,
    stores,
    rebuild: inputs.rebuild,
    secrets: bench.secrets,
    group: bench.teller.group,
    line: bench.teller.line,
  });
  return {
    async make(declared, planned) {
      const job = { ...declared, target: inSlot(declared, planned.slot) };
      const engine = await bench.engine(job.engine);
      const codeDigest = g.changes.get(job.key)?.desired.codeDigest ?? null;
      const verbs = planned.steps.map(({ verb }) => verb);
      if (verbs.some((verb) => codeless.has(verb)) && !verbs.some((verb) => launching.has(verb)))
        return { target: null, artifact: artifactOf(planned, null), codeDigest };
      const build = codeDigest === null ? null : await builder.ensure(job, engine, codeDigest);
      const uploaded = await uploadArtifacts({ job, engine, repository: g.repository, commit, stores, build });
      const stand = { digests: digestsOf(uploaded), uris: urisOf(uploaded) };
      const target = resolveTarget(job, engine, { build, ...stand });
      return { target, artifact: artifactOf(planned, build?.sha256 ?? null), codeDigest };
    },
    close: () => stores.close(),
  };
}

function artifactOf(planned: JobPlan, built: string | null): Good['artifact'] {
  const code = planned.desired.artifact;
  if (code === null) return { kind: 'observed', digest: null, mutable: true };
  return { kind: code.kind, digest: built ?? code.digest, mutable: code.kind === 'reference' && code.mutable };
}
