import type { Finding } from '../../../model/finding.js';
import type { JsonObject } from '../../../model/json.js';
import { withSecrets } from '../../engine.js';
import { jarUri } from '../jar.js';
import type { Kit } from '../kit.js';
import { planBody } from '../launch.js';
import { finding } from './finding.js';

/** The keys under which versions know it; those that a version does not know do nothing. */
const unchained = { 'pipeline.operator-chaining.enabled': 'false', 'pipeline.operator-chaining': 'false' };
const strictUids = { 'pipeline.auto-generate-uids': 'false' };

/** An operator of the new program. */
export interface Operator {
  readonly id: string;
  readonly description: string | null;
}

/** What the new program is, as far as its main method says. Null: it makes no job graph. */
export interface Program {
  readonly operators: readonly Operator[] | null;
  readonly findings: readonly Finding[];
}

/** Lets the program make its job graph: its arguments are valid, it has the declared name, and these are its operators. Deploys nothing. */
export async function programOf(kit: Kit, target: JsonObject, name: string, jar: string): Promise<Program> {
  const filled = withSecrets(target, kit.ambient.secret);
  const plan = await kit.api.plan(jar, planBody(filled, name));
  if ('refused' in plan) {
    return { operators: null, findings: [finding('flink-plan-failed', 'error', `${name}: ${plan.refused.text}`)] };
  }
  kit.memory.planned.add(JSON.stringify([jarUri(target), planBody(target, name)]));
  const findings: Finding[] = [];
  const said = plan.plan.name;
  if (said !== undefined && said !== name) {
    const message = `${name}: the program names its job ${said}, so that a run of it would not be found by its name.`;
    findings.push(finding('flink-name-differs', 'error', message));
  }
  if (plan.plan.type === 'BATCH') {
    findings.push(finding('flink-batch-program', 'error', `${name}: the program makes a batch job.`));
  }
  // With chaining off every operator is a vertex of its own; ids that come from uids do not depend on it.
  const single = await kit.api.plan(jar, planBody(filled, name, unchained));
  const strict = await kit.api.plan(jar, planBody(filled, name, strictUids));
  const without =
    'refused' in strict ? /assigned to operator (.+?)\.?( ←|$)/.exec(strict.refused.text)?.[1] : undefined;
  if (without !== undefined) {
    findings.push(finding('flink-uids-missing', 'warning', `${name}: the operator ${without} has no uid.`));
  }
  const nodes = 'refused' in single ? null : single.plan.nodes;
  return {
    operators: nodes?.map(({ id, description }) => ({ id, description: description ?? null })) ?? null,
    findings,
  };
}
