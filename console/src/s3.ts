// S3's calls as the console needs them.
import { type Query, s3Url, send } from './api';

export interface Entry {
  key: string;
  folder: boolean;
  size: number;
  modified: string;
  etag: string;
}
export interface Page {
  entries: Entry[];
  next?: string;
}

async function xml(url: string, init?: RequestInit): Promise<Element> {
  const text = await (await send(url, init)).text();
  return new DOMParser().parseFromString(text, 'application/xml').documentElement;
}

export function children(parent: Element | undefined, name: string): Element[] {
  return parent ? [...parent.children].filter((child) => child.localName === name) : [];
}
export function text(parent: Element | undefined, name: string): string {
  return children(parent, name)[0]?.textContent ?? '';
}
const unquoted = (etag: string) => etag.replace(/^"|"$/g, '');

export function escapeXml(value: string): string {
  return value.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

export async function listObjects(bucket: string, prefix: string, token?: string, delimiter = '/', signal?: AbortSignal): Promise<Page> {
  const query: Query = { 'list-type': 2, prefix, delimiter, 'encoding-type': 'url', 'continuation-token': token || undefined };
  const page = await xml(s3Url(bucket, '', query), { signal });
  const folders = children(page, 'CommonPrefixes').map((one): Entry => {
    return { key: decodeURIComponent(text(one, 'Prefix')), folder: true, size: 0, modified: '', etag: '' };
  });
  const objects = children(page, 'Contents').map((one): Entry => {
    return {
      key: decodeURIComponent(text(one, 'Key')),
      folder: false,
      size: Number(text(one, 'Size')),
      modified: text(one, 'LastModified'),
      etag: unquoted(text(one, 'ETag')),
    };
  });
  return {
    entries: [...folders, ...objects.filter((one) => !delimiter || one.key !== prefix)],
    next: text(page, 'IsTruncated') === 'true' ? text(page, 'NextContinuationToken') : undefined,
  };
}

export interface Version {
  key: string;
  versionId: string;
  latest: boolean;
  deleteMarker: boolean;
  modified: string;
  size: number;
  etag: string;
}

export async function listVersions(bucket: string, key: string): Promise<Version[]> {
  const page = await xml(s3Url(bucket, '', { versions: true, prefix: key, 'encoding-type': 'url' }));
  return [...page.children]
    .filter((one) => one.localName === 'Version' || one.localName === 'DeleteMarker')
    .map((one) => ({
      key: decodeURIComponent(text(one, 'Key')),
      versionId: text(one, 'VersionId'),
      latest: text(one, 'IsLatest') === 'true',
      deleteMarker: one.localName === 'DeleteMarker',
      modified: text(one, 'LastModified'),
      size: Number(text(one, 'Size') || 0),
      etag: unquoted(text(one, 'ETag')),
    }))
    .filter((one) => one.key === key);
}

export interface ObjectHead {
  size: number;
  type: string;
  etag: string;
  modified: string;
  versionId: string;
  headers: [string, string][];
  metadata: [string, string][];
  checksum?: [string, string];
  retentionMode: string;
  retainUntil: string;
  legalHold: boolean;
}

const describing = ['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires', 'x-amz-storage-class'];

export async function headObject(bucket: string, key: string, versionId?: string): Promise<ObjectHead> {
  const init = { method: 'HEAD', headers: { 'x-amz-checksum-mode': 'ENABLED' } };
  const { headers } = await send(s3Url(bucket, key, { versionId }), init);
  const all = [...headers.entries()];
  const checksum = all.find(([name]) => name.startsWith('x-amz-checksum-') && name !== 'x-amz-checksum-type');
  return {
    size: Number(headers.get('content-length') ?? 0),
    type: headers.get('content-type') ?? '',
    etag: unquoted(headers.get('etag') ?? ''),
    modified: headers.get('last-modified') ?? '',
    versionId: headers.get('x-amz-version-id') ?? '',
    // no-store is the console's own, for objects that say nothing.
    headers: all.filter(([name, value]) => describing.includes(name) && value !== 'no-store'),
    metadata: all.filter(([name]) => name.startsWith('x-amz-meta-')).map(([name, value]) => [name.slice(11), value]),
    checksum: checksum && [checksum[0].slice(15).toUpperCase(), checksum[1]],
    retentionMode: headers.get('x-amz-object-lock-mode') ?? '',
    retainUntil: headers.get('x-amz-object-lock-retain-until-date') ?? '',
    legalHold: headers.get('x-amz-object-lock-legal-hold') === 'ON',
  };
}

export async function putEmpty(bucket: string, key: string) {
  await send(s3Url(bucket, key), { method: 'PUT', body: '' });
}

export interface KeyVersion {
  key: string;
  versionId?: string;
}
export interface DeleteFailure {
  key: string;
  message: string;
}

// At most 1,000 at a time, as S3 has it.
export async function deleteObjects(bucket: string, keys: KeyVersion[]): Promise<DeleteFailure[]> {
  const objects = keys.map(({ key, versionId }) => {
    return `<Object><Key>${escapeXml(key)}</Key>${versionId ? `<VersionId>${escapeXml(versionId)}</VersionId>` : ''}</Object>`;
  });
  const body = `<Delete><Quiet>true</Quiet>${objects.join('')}</Delete>`;
  const answer = await xml(s3Url(bucket, '', { delete: true }), { method: 'POST', body, headers: { 'x-amz-checksum-crc32': crc32Base64(new TextEncoder().encode(body)) } });
  return children(answer, 'Error').map((one) => ({ key: text(one, 'Key'), message: text(one, 'Message') }));
}

// Some calls must say that their body arrives whole; the only digest that a browser lacks nowhere is one made by hand.
export function crc32Base64(bytes: Uint8Array): string {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const value = ~crc >>> 0;
  return btoa(String.fromCharCode(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255));
}

export function copySource(bucket: string, key: string, versionId?: string): string {
  const source = `/${encodeURIComponent(bucket)}/${key.split('/').map(encodeURIComponent).join('/')}`;
  return versionId ? `${source}?versionId=${encodeURIComponent(versionId)}` : source;
}

// Beyond this a copy is made in parts.
const maxCopyBytes = 5 * 2 ** 30;

export async function copyObject(from: KeyVersion & { bucket: string; size?: number }, bucket: string, key: string) {
  if ((from.size ?? 0) > maxCopyBytes) return copyInParts(from, bucket, key);
  await send(s3Url(bucket, key), {
    method: 'PUT',
    headers: { 'x-amz-copy-source': copySource(from.bucket, from.key, from.versionId) },
  });
}

async function copyInParts(from: KeyVersion & { bucket: string; size?: number }, bucket: string, key: string) {
  const uploadId = await createUpload(bucket, key, '');
  const parts: Part[] = [];
  try {
    for (let start = 0, number = 1; start < from.size!; start += maxCopyBytes, ++number) {
      const end = Math.min(start + maxCopyBytes, from.size!) - 1;
      const answer = await xml(s3Url(bucket, key, { partNumber: number, uploadId }), {
        method: 'PUT',
        headers: {
          'x-amz-copy-source': copySource(from.bucket, from.key, from.versionId),
          'x-amz-copy-source-range': `bytes=${start}-${end}`,
        },
      });
      parts.push({ number, etag: text(answer, 'ETag'), size: end - start + 1 });
    }
    await completeUpload(bucket, key, uploadId, parts);
  } catch (problem) {
    await abortUpload(bucket, key, uploadId).catch(() => {});
    throw problem;
  }
}

// Multipart uploads

export interface Part {
  number: number;
  etag: string;
  size: number;
}

export async function createUpload(bucket: string, key: string, type: string): Promise<string> {
  const headers: Record<string, string> = type ? { 'Content-Type': type } : {};
  return text(await xml(s3Url(bucket, key, { uploads: true }), { method: 'POST', headers }), 'UploadId');
}

export async function listParts(bucket: string, key: string, uploadId: string): Promise<Part[]> {
  const parts: Part[] = [];
  for (let marker = '0'; marker; ) {
    const page = await xml(s3Url(bucket, key, { uploadId, 'part-number-marker': marker }));
    for (const one of children(page, 'Part')) {
      parts.push({ number: Number(text(one, 'PartNumber')), etag: text(one, 'ETag'), size: Number(text(one, 'Size')) });
    }
    marker = text(page, 'IsTruncated') === 'true' ? text(page, 'NextPartNumberMarker') : '';
  }
  return parts;
}

export async function completeUpload(bucket: string, key: string, uploadId: string, parts: Part[]) {
  const list = [...parts].sort((a, b) => a.number - b.number);
  const body = list.map((one) => `<Part><PartNumber>${one.number}</PartNumber><ETag>${escapeXml(one.etag)}</ETag></Part>`).join('');
  const answer = await xml(s3Url(bucket, key, { uploadId }), {
    method: 'POST',
    body: `<CompleteMultipartUpload>${body}</CompleteMultipartUpload>`,
  });
  if (answer.localName === 'Error') throw new Error(text(answer, 'Message'));
}

export async function abortUpload(bucket: string, key: string, uploadId: string) {
  await send(s3Url(bucket, key, { uploadId }), { method: 'DELETE' });
}

// Tags

export type Tag = [string, string];

export async function getTags(bucket: string, key = '', versionId?: string): Promise<Tag[]> {
  const document = await xml(s3Url(bucket, key, { tagging: true, versionId }));
  return children(children(document, 'TagSet')[0], 'Tag').map((one) => [text(one, 'Key'), text(one, 'Value')]);
}

export async function putTags(bucket: string, key: string, tags: Tag[], versionId?: string) {
  if (tags.length === 0) {
    await send(s3Url(bucket, key, { tagging: true, versionId }), { method: 'DELETE' });
    return;
  }
  const set = tags.map(([name, value]) => `<Tag><Key>${escapeXml(name)}</Key><Value>${escapeXml(value)}</Value></Tag>`);
  await putXml(s3Url(bucket, key, { tagging: true, versionId }), `<Tagging><TagSet>${set.join('')}</TagSet></Tagging>`);
}

export async function putXml(url: string, body: string) {
  const checksum = crc32Base64(new TextEncoder().encode(body));
  const headers = { 'Content-Type': 'application/xml', 'x-amz-checksum-crc32': checksum };
  await send(url, { method: 'PUT', body, headers });
}

export async function putRetention(bucket: string, key: string, versionId: string | undefined, mode: string, until: string, bypass: boolean) {
  const body = mode ? `<Retention><Mode>${mode}</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>` : '<Retention/>';
  const checksum = crc32Base64(new TextEncoder().encode(body));
  const headers: Record<string, string> = { 'x-amz-checksum-crc32': checksum };
  if (bypass) headers['x-amz-bypass-governance-retention'] = 'true';
  await send(s3Url(bucket, key, { retention: true, versionId }), { method: 'PUT', body, headers });
}

export async function putLegalHold(bucket: string, key: string, versionId: string | undefined, on: boolean) {
  await putXml(s3Url(bucket, key, { 'legal-hold': true, versionId }), `<LegalHold><Status>${on ? 'ON' : 'OFF'}</Status></LegalHold>`);
}

// Bucket configuration: a document under the name that S3 gives it in the query ("policy", "cors", ...).

export async function getConfiguration(bucket: string, name: string): Promise<string | undefined> {
  try {
    return await (await send(s3Url(bucket, '', { [name]: true }))).text();
  } catch (problem) {
    if (problem instanceof Error && 'status' in problem && problem.status === 404) return undefined;
    throw problem;
  }
}

export async function putConfiguration(bucket: string, name: string, document: string) {
  const url = s3Url(bucket, '', { [name]: true });
  if (name === 'policy') {
    await send(url, { method: 'PUT', body: document, headers: { 'Content-Type': 'application/json' } });
  } else {
    await putXml(url, document);
  }
}

export async function deleteConfiguration(bucket: string, name: string) {
  await send(s3Url(bucket, '', { [name]: true }), { method: 'DELETE' });
}
