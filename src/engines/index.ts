import type { Engine } from './engine.js';

/** The registry: one lazy line an engine. */
export const engines = {
  dataflow: async () => (await import('./dataflow/index.js')).dataflow,
  glue: async () => (await import('./glue/index.js')).glue,
  flink: async () => (await import('./flink/index.js')).flink,
  'managed-flink': async () => (await import('./managed-flink/index.js')).managedFlink,
  'flink-operator': async () => (await import('./flink-operator/index.js')).flinkOperator,
  command: async () => (await import('./command/index.js')).command,
} as const satisfies { readonly [id: string]: () => Promise<Engine> };

export type EngineId = keyof typeof engines;
export const engineIds = Object.keys(engines) as EngineId[];
