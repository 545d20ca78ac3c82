export interface KubeconfigOptions {
  readonly token?: string;
  /** Namespace of the context; default: `default`. */
  readonly namespace?: string;
  /** Name of the context, which is the current one; default: `local-cloud`. */
  readonly context?: string;
}

/** Text of a kubeconfig that leads kubectl to an API server at a plain URL. */
export function kubeconfigOf(url: string, options: KubeconfigOptions = {}): string {
  const { token = 'canary-token', namespace = 'default', context = 'local-cloud' } = options;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: context, cluster: { server: url } }],
    users: [{ name: context, user: { token } }],
    contexts: [{ name: context, context: { cluster: context, user: context, namespace } }],
    'current-context': context,
  };
  // kubectl reads JSON as the YAML that it is.
  return `${JSON.stringify(config, null, 2)}\n`;
}
