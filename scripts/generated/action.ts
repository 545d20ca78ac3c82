import { stringify } from 'yaml';
import { type Field, fields, outputs, withChoices } from '../../src/inputs/fields.js';

/** action.yml: what GitHub reads of the action. Inputs and outputs come from the one table of fields. */
export function actionYml(): string {
  const inputs = Object.entries(fields as { readonly [name: string]: Field }).map(([name, field]) => [
    name,
    {
      description: withChoices(field),
      required: false,
      ...(field.default === '' ? {} : { default: field.default }),
    },
  ]);
  const action = {
    name: 'stream-rollout',
    description:
      'Rolls new code and settings out to running streaming jobs: Dataflow, AWS Glue, and any other by your own commands.',
    author: 'The stream-rollout authors',
    branding: { icon: 'refresh-cw', color: 'blue' },
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, description]) => [name, { description }])),
    runs: { using: 'node24', main: 'dist/main.js', post: 'dist/post.js', 'post-if': 'always()' },
  };
  return `# Made by \`npm run generate\` from src/inputs/fields.ts.\n${stringify(action, { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' })}`;
}
