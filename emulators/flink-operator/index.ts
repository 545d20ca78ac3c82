export { type KubeconfigOptions, kubeconfigOf } from './kubeconfig.js';
export type { FlinkOperatorOptions } from './options.js';
export type { OperatorCrash, Planted, PlantedFate, PlantedProgram } from './plant.js';
export { flinkOperatorService } from './service.js';
export type { FlinkOperatorSettings } from './settings.js';
