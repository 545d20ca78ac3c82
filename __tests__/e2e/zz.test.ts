import { expect } from '@jest/globals';
import { defineGlueJobs, glueJob, manifest, manifestPath, script } from './harness/fleet.js';
import { scenario } from './harness/stage.js';
  scenario('x', async (stage) => {
    const value = 'canary-topic-password';
    await defineGlueJobs(stage.cloud, ['clicks']);
    const secret = {
      arguments: { '--checkpoint': 's3://acme-state/clicks/', '--password': '${secret.TOPIC_PASSWORD}' },
    };
    const options = { secrets: { TOPIC_PASSWORD: value }, inputs: { comment: 'true', deployments: 'true' } } as const;
    const first = await stage.push(
      { [manifestPath]: manifest({ clicks: glueJob('clicks', secret) }), 'glue/clicks.py': script('clicks 1') },
      options,
    );
    console.error(first.main.raw);
    const pr = stage.push(
      { 'glue/clicks.py': script('clicks 2', `fail-after 20 "refused for ${value}"`) },
      options,
    );
    await new Promise((r) => setTimeout(r, 20000));
    console.error(JSON.stringify(await stage.cloud.runs('glue'), null, 1));
    console.error((await stage.cloud.requests()).map((x) => x.operation).join(' ').slice(0, 3000));
    console.error(await stage.repo.ledger());
    const failed = await pr;
    console.error(failed.main.raw);
    expect(failed.outcomes).toEqual({ clicks: 'rolled-back' });
  });
