// Calls of the server: JSON for what S3 has no call for, S3 itself for everything else, both in the session's name.
const apiRoot = new URL('api/v1/', document.baseURI);

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId = '',
  ) {
    super(message);
  }
}

export interface ErrorBody {
  code?: string;
  message?: string;
  request_id?: string;
}

let whenLoggedOut = () => {};
export function onLoggedOut(action: () => void) {
  whenLoggedOut = action;
}

export function errorFrom(status: number, text: string): ApiError {
  let body: ErrorBody = {};
  try {
    body = JSON.parse(text) as ErrorBody;
  } catch {
    // Not from Holdfast: a proxy's page, or nothing at all.
  }
  if (status === 401) whenLoggedOut();
  return new ApiError(status, body.code ?? `HTTP ${status}`, body.message ?? 'The server gave no reason.', body.request_id);
}

export function apiUrl(path: string, query?: Query): string {
  const url = new URL(path, apiRoot);
  for (const [name, value] of queryPairs(query)) url.searchParams.append(name, value);
  return url.href;
}

export type Query = Record<string, string | number | boolean | string[] | undefined>;

function queryPairs(query: Query = {}): [string, string][] {
  return Object.entries(query).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || value === false) return [];
    if (Array.isArray(value)) return value.map((one) => [name, one]);
    return [[name, value === true ? '' : String(value)]];
  });
}

// A page of another site can't set this header: the server asks for it where a call changes something.
export const consoleHeader = { 'X-Holdfast-Console': '1' };

export async function send(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers: { ...consoleHeader, ...init.headers }, credentials: 'same-origin' });
  } catch (problem) {
    if (init.signal?.aborted) throw problem;
    throw new ApiError(0, 'NoConnection', 'The server does not answer. Is it running, and is the network up?');
  }
  if (response.ok) return response;
  throw errorFrom(response.status, init.method === 'HEAD' ? headError(response) : await response.text());
}

// The answer to HEAD has no body to say why.
function headError(response: Response): string {
  const code = response.status === 404 ? 'NoSuchKey' : response.status === 403 ? 'AccessDenied' : `HTTP ${response.status}`;
  const message = response.status === 404 ? 'It does not exist any more.' : 'The server refused to describe it.';
  return JSON.stringify({ code, message, request_id: response.headers.get('x-request-id') ?? '' });
}

export async function getJson<T>(path: string, query?: Query): Promise<T> {
  return (await (await send(apiUrl(path, query))).json()) as T;
}

export async function postJson<T>(path: string, body: unknown = {}, method = 'POST'): Promise<T> {
  const response = await send(apiUrl(path), {
    method,
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
  });
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

// Keys with the slashes encoded: a browser would resolve the dots of "a/../b" before it asks.
export function s3Url(bucket: string, key = '', query?: Query): string {
  return apiUrl(`s3/${encodeURIComponent(bucket)}${key ? `/${encodeURIComponent(key)}` : ''}`, query);
}

export interface Session {
  access_key: string;
  root: boolean;
  expires: string;
  s3_endpoint: string;
  public_url: string;
  region: string;
  version: string;
  features: string[];
  operations: string[]; // of S3, by AWS's names, that this server has
}
