import type { Finding } from '../../model/finding.js';
import type { Intended } from '../engine.js';
import type { ApiTemplate } from './api.js';
import type { TemplateType } from './environment.js';
import { type Fault, permissionIn } from './fault.js';
import type { Kit } from './kit.js';
import { parameterFindings } from './parameters.js';
import { readTarget } from './target.js';

const kinds: { readonly [type: string]: TemplateType } = { LEGACY: 'classic', FLEX: 'flex' };

/** Can the template be read, is it of the kind that the manifest says, and do the parameters fit it? */
export async function templateFindings(kit: Kit, { target: value, job }: Intended): Promise<readonly Finding[]> {
  if (value === null) return [];
  const target = readTarget(value);
  const { template: uri } = target;
  if (typeof uri !== 'string' || uri.includes('${')) return [];
  const answer = await kit.api.template(uri);
  if (isFault(answer)) {
    // A template file of this repository is uploaded by apply only.
    if (answer.status === 404 && typeof job.target['template'] === 'object') return [];
    return [unreadable(uri, answer)];
  }
  if (answer.status?.code) {
    const text = answer.status.message ?? '';
    return [unreadable(uri, { status: null, text, retryAfterSeconds: null, cause: null })];
  }
  const declared = target['template-type'] ?? 'flex';
  const found = kinds[String(answer.templateType)];
  if (found && found !== declared) {
    const message = `${uri} is a ${found} template, but the manifest says ${declared}.`;
    return [{ code: 'dataflow-template-type', level: 'error', message, next: `Set target.template-type: ${found}.` }];
  }
  return parameterFindings(target.parameters ?? {}, answer.metadata?.parameters ?? [], declared);
}

function isFault(answer: ApiTemplate | Fault): answer is Fault {
  return 'cause' in answer;
}

function unreadable(uri: string, fault: Fault): Finding {
  const why = fault.status === null ? fault.text : `${fault.status} ${fault.text}`;
  const finding = {
    code: 'dataflow-template-unreadable',
    level: 'error',
    message: `${uri} cannot be launched: ${why}`,
  } as const;
  if (fault.status !== 403) return finding;
  return { ...finding, next: `Grant ${permissionIn(fault, 'template')} to the identity that rolls out.` };
}
