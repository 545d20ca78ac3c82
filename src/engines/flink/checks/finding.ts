import { type Code, codes } from '../../../model/codes/index.js';
import type { Finding } from '../../../model/finding.js';

/** A finding with the next step that its code has. */
export function finding(code: Code, level: Finding['level'], message: string): Finding {
  return { code, level, message, next: codes[code].next };
}
