import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { keepHeapSmall } from './heap.js';
import { cliRawInputs, readCliInputs } from './inputs/cli.js';
import { commands, commonFlags } from './inputs/commands.js';
import { type Field, type FieldName, fields, withChoices } from './inputs/fields.js';
import type { Inputs, Mode } from './inputs/inputs.js';
import { chooseMode } from './inputs/mode.js';
import { RolloutError } from './model/error.js';
import type { Plan } from './model/plan.js';
import type { Report } from './model/report.js';
import { completeError } from './modes/complete.js';
import { log, renderLog } from './modes/log.js';
import { makeBench } from './modes/make-bench.js';
import { ManifestInvalid, validateWorkTree } from './modes/manifest.js';
import type { Result } from './modes/run.js';
import { renderStatus } from './modes/status.js';
import { renderPlan } from './plan/index.js';
import { cliTeller } from './report/cli-teller.js';
import { failureDocument } from './report/failure.js';
import { evidenceDocument, writeFiles } from './report/files.js';
import { connectLate } from './report/forge.js';
import { masked } from './report/masked.js';
import { planSummary, reportSummary } from './report/summary.js';
import { printDocument, printFailure, renderErrors, renderReport } from './report/terminal.js';
import { cancelOn, processCancelled } from './rollout/cancel.js';
import { version } from './version.js';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
// A local cloud keeps everything that was asked of it.
if (process.argv[2] !== 'emulate') keepHeapSmall();

const cancelled = cancelOn();
/** Set once a mode has come to its end: a failure after that says nothing about the jobs. */
let ended = false;
/** Hides secrets; from the bench, as soon as there is one. */
let mask = (text: string) => text;

function program(): Command {
  const root = new Command('stream-rollout')
    .description('Rolls new code and settings out to running streaming jobs.')
    .version(version)
    .option('--json', 'print one JSON document on stdout')
    .option('--out <directory>', 'also write plan.json, report.json, evidence.json and summary.md there')
    .option('-C, --directory <directory>', 'root of the checkout', '.')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  for (const [mode, { text, flags }] of Object.entries(commands)) {
    const command = root.command(mode).description(text);
    for (const name of [...commonFlags, ...flags]) command.addOption(optionOf(name));
    if (mode === 'apply' || mode === 'rollback') command.option('--wait', 'wait for a lock that another process holds');
    command.action(async (_options, made: Command) =>
      finish(await runMode(mode as Exclude<Mode, 'auto'>, made.optsWithGlobals())),
    );
  }
  const history = root.command('log').description("the ledger's entries, newest first");
  for (const name of commonFlags) history.addOption(optionOf(name));
  history.option('--limit <count>', 'how many entries', countOf, 20);
  history.action(async (_options, made: Command) => finish(await runLog(made.optsWithGlobals())));
  root
    .command('verify')
    .description('judge a file of evidence again: the same samples give the same verdict')
    .requiredOption('--replay <file>', 'evidence.json of a rollout')
    .action(async (_options, made: Command) => finish(await runVerify(made.optsWithGlobals())));
  root
    .command('emulate')
    .description('run the local cloud until it is interrupted')
    .option('--clock-rate <rate>', 'how many times as fast its clock runs', countOf, 1)
    .action(async (_options, made: Command) =>
      finish(await (await import('./demo/emulate.js')).emulate(made.optsWithGlobals(), cancelled)),
    );
  root
    .command('demo')
    .description('a commit that changes two of five jobs, rolled out on the local cloud')
    .option('--keep', 'keep the temporary repositories, the ledger and the reports')
    .action(async (_options, made: Command) =>
      finish(await (await import('./demo/demo.js')).demo(made.optsWithGlobals(), process.env, cancelled)),
    );
  return root;
}

/** What an input means here, where it is another thing than in the action: the command line writes nothing to GitHub. */
const descriptions: { readonly [name in FieldName]?: string } = {
  'github-token':
    'Token to ask GitHub whether the run that holds a lock is over, and for commits that git does not give.',
};

function optionOf(name: FieldName): Option {
  const field: Field = { ...fields[name], ...(descriptions[name] && { description: descriptions[name] }) };
  const shown = field.default === '' || field.default.startsWith('${{') ? '' : ` (default: ${field.default})`;
  if (field.kind === 'flag') return new Option(`--${name}`, field.description);
  const option = new Option(`--${name} <value>`, `${withChoices(field)}${shown}`);
  return field.kind === 'pairs' || field.kind === 'list' || field.kind === 'choices'
    ? option.argParser(gather)
    : option;
}

function gather(value: string, before: string | undefined): string {
  return before === undefined ? value : `${before}\n${value}`;
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('takes a whole number from 1.');
  return count;
}

type Options = { readonly [name: string]: unknown };

async function runMode(named: Exclude<Mode, 'auto'>, options: Options): Promise<number> {
  const json = options['json'] === true;
  const inputs = readCliInputs({ ...cliRawInputs(options), mode: named }, options, process.env);
  const bench = openBench(inputs);
  try {
    if (named === 'validate') {
      const errors = await validateWorkTree(bench);
      printDocument(
        json,
        { version: 1, kind: 'validate', errors },
        errors.length === 0 ? 'The manifest is valid.' : renderErrors(errors),
      );
      return errors.length === 0 ? 0 : 4;
    }
    const { mode, notice } = chooseMode(inputs, inputs.event, null);
    if (notice !== null) bench.teller.line(notice);
    const { run } = await import('./modes/run.js');
    const result = await run(bench, mode, async (plan) => bench.teller.line(renderPlan(plan)));
    ended = true;
    cliTeller.end();
    if (result.kind === 'status') {
      const status = masked(result.status, mask);
      printDocument(json, status, renderStatus(status));
      return result.exitCode;
    }
    const plan = masked(result.plan, mask);
    const report = result.kind === 'report' ? masked(result.report, mask) : null;
    const evidence = report === null ? null : masked(evidenceDocument(report, bench.measuring.all), mask);
    await writeFiles(inputs.outputDirectory, plan, report, summaryOf(plan, report, notice, result), evidence);
    if (report !== null) printDocument(json, report, renderReport(report));
    else if (plan !== null) printDocument(json, plan, renderPlan(plan));
    return result.exitCode;
  } finally {
    await bench.close();
  }
}

function summaryOf(plan: Plan | null, report: Report | null, notice: string | null, result: Result): string {
  if (report !== null) return reportSummary(report, notice);
  return plan === null ? '' : planSummary(plan, notice, result.kind === 'plan' && result.detect);
}

async function runLog(options: Options): Promise<number> {
  const bench = openBench(readCliInputs(cliRawInputs(options), options, process.env));
  try {
    const found = await log(bench, options['limit'] as number).catch((error: unknown) => {
      throw completeError(error, bench.inputs);
    });
    printDocument(options['json'] === true, found, renderLog(found));
    return 0;
  } finally {
    await bench.close();
  }
}

async function runVerify(options: Options): Promise<number> {
  const { renderVerification, verifyAgain } = await import('./modes/verify.js');
  const found = await verifyAgain(String(options['replay']));
  printDocument(options['json'] === true, found, renderVerification(found));
  return found.exitCode;
}

function openBench(inputs: Inputs) {
  // Commands of the manifest and relative paths start at the top of the checkout.
  process.chdir(inputs.workspace);
  const { forge } = connectLate(inputs, (line) => cliTeller.line(line));
  const bench = makeBench(inputs, {
    forge,
    teller: cliTeller,
    signal: cancelled,
    onSecret: () => {},
  });
  mask = bench.mask;
  return bench;
}

function finish(code: number): void {
  process.exitCode = code;
  // Sockets that an SDK keeps open must not keep the shell waiting.
  setTimeout(() => process.exit(), 500).unref();
}

const asJson = process.argv.includes('--json');
program()
  .parseAsync()
  .catch((thrown: unknown) => {
    cliTeller.end();
    const parsing = thrown instanceof CommanderError ? thrown : null;
    if (parsing?.exitCode === 0) return finish(0);
    const wrongFlag = () =>
      new RolloutError('input-invalid', parsing?.message ?? '', {
        class: 'input',
        next: 'Run the command with --help.',
      });
    const error = parsing !== null ? wrongFlag() : cancelled.aborted && !ended ? processCancelled(thrown) : thrown;
    // Commander has told people already.
    if (parsing !== null && !asJson) return finish(4);
    if (error instanceof ManifestInvalid)
      printDocument(asJson, { version: 1, kind: 'validate', errors: error.errors }, renderErrors(error.errors));
    else printFailure(asJson, masked(failureDocument(error), mask));
    finish(error instanceof ManifestInvalid ? 4 : failureDocument(error).exitCode);
  });
