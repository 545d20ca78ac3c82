import type { EmulatedRequest } from '../service.js';

/** One page of a list, and the `link` header that leads to the others (none for a single page). */
export interface Page<T> {
  readonly items: readonly T[];
  readonly headers: { readonly [name: string]: string };
  /** From 1. */
  readonly page: number;
}

/** `per_page` (30 unless told, 100 at most) and `page` of a request. */
export function pageOf<T>(request: EmulatedRequest, items: readonly T[], size = perPage(request)): Page<T> {
  const page = pageNumber(request);
  const last = Math.max(1, Math.ceil(items.length / size));
  return { items: items.slice((page - 1) * size, page * size), headers: linkHeaders(request, page, last), page };
}

export function perPage(request: EmulatedRequest): number {
  const wanted = Number(request.query.get('per_page') ?? 30);
  return wanted >= 1 ? Math.min(100, wanted) : 30;
}

export function pageNumber(request: EmulatedRequest): number {
  return Math.max(1, Number(request.query.get('page') ?? 1) || 1);
}

function linkHeaders(request: EmulatedRequest, page: number, last: number): { [name: string]: string } {
  const to = (number: number, rel: string) => {
    const query = new URLSearchParams(request.query);
    query.set('page', String(number));
    return `<${request.origin}${request.path}?${query}>; rel="${rel}"`;
  };
  const back = page > 1 ? [to(page - 1, 'prev'), to(1, 'first')] : [];
  const on = page < last ? [to(page + 1, 'next'), to(last, 'last')] : [];
  return last === 1 ? {} : { link: [...back, ...on].join(', ') };
}
