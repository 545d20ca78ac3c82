/** A mistake in a call to the control endpoint: answered with 400. Services throw it from `plant` and `configure`. */
export class ControlError extends Error {}
