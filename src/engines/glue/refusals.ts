import type { Job } from '@aws-sdk/client-glue';
import type { Code } from '../../model/codes/index.js';
import type { Wanted } from './wanted.js';

/** Why a definition must not be written back, or null. The same rules hold in pre-flight and right before the write. */
export function writeRefusal(
  job: Job,
  members: Wanted['members'],
): { readonly code: Code; readonly message: string } | null {
  const nodes = job.CodeGenConfigurationNodes;
  if (job.JobMode === 'VISUAL' || (nodes !== undefined && Object.keys(nodes).length > 0)) {
    return {
      code: 'glue-visual-job',
      message: `${job.Name}: the job was made in the visual editor; its definition is not written.`,
    };
  }
  // Whether GetJob masks the token is not documented; sent back masked, it would be lost.
  if (
    job.SourceControlDetails?.AuthStrategy === 'PERSONAL_ACCESS_TOKEN' &&
    members.SourceControlDetails === undefined
  ) {
    const message = `${job.Name}: its source control settings hold a personal access token, which a write could damage.`;
    return { code: 'glue-source-control-token', message };
  }
  return null;
}
