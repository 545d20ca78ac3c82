import type { protos } from '@google-cloud/dataflow';
import type { Finding } from '../../model/finding.js';
import type { TemplateType } from './environment.js';

type Declared = protos.google.dataflow.v1beta3.IParameterMetadata;
type Given = { readonly [name: string]: string | number | boolean };

/** Pipeline options that a Flex template takes as parameters without declaring them, because the runner knows them. */
const runnerOptions = new Set([
  'autoscalingAlgorithm',
  'dataflowServiceOptions',
  'enableStreamingEngine',
  'experiments',
  'maxNumWorkers',
  'numWorkers',
  'numberOfWorkerHarnessThreads',
  'saveHeapDumpsToGcsPath',
  'sdkContainerImage',
  'serviceAccount',
  'stagingLocation',
  'tempLocation',
  'usePublicIps',
  'workerMachineType',
]);

/** What is wrong with the parameters, by the template's own metadata. A template without metadata says nothing. */
export function parameterFindings(given: Given, declared: readonly Declared[], type: TemplateType): readonly Finding[] {
  if (declared.length === 0) return [];
  return [
    ...unknown(given, declared, type),
    ...declared.flatMap((parameter) => [...missing(given, parameter), ...mismatch(given, parameter)]),
  ];
}

function unknown(given: Given, declared: readonly Declared[], type: TemplateType): readonly Finding[] {
  const names = new Set(declared.map(({ name }) => name));
  return Object.keys(given)
    .filter((name) => !names.has(name) && !(type === 'flex' && runnerOptions.has(name)))
    .map((name) => ({
      code: 'dataflow-parameter-unknown',
      level: 'error',
      message: `The template declares no parameter “${name}”; it has ${[...names].join(', ')}.`,
    }));
}

function missing(given: Given, parameter: Declared): readonly Finding[] {
  const name = parameter.name ?? '';
  if (parameter.isOptional || parameter.defaultValue || name in given) return [];
  const parent = parameter.parentName;
  // Asked for only if another parameter has one of certain values.
  if (parent && !(parameter.parentTriggerValues ?? []).includes(String(given[parent]))) return [];
  const help = parameter.helpText || parameter.label;
  const message = `The template requires the parameter “${name}”${help ? ` (${help})` : ''}; a launch inherits nothing from the running job.`;
  return [{ code: 'dataflow-parameter-missing', level: 'error', message }];
}

function mismatch(given: Given, { name, regexes }: Declared): readonly Finding[] {
  const value = given[name ?? ''];
  if (value === undefined || String(value).includes('${')) return [];
  const failed = (regexes ?? []).find((pattern) => compiled(pattern)?.test(String(value)) === false);
  if (failed === undefined) return [];
  const message = `The parameter “${name}” does not match the template’s pattern ${failed}.`;
  return [{ code: 'dataflow-parameter-invalid', level: 'error', message }];
}

/** The service's dialect of patterns is not quite ours: one that does not compile proves nothing. */
function compiled(pattern: string): RegExp | null {
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    return null;
  }
}
