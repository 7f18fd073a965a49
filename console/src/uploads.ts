// Uploads: some files at a time, large ones in parts that are sent again when the connection drops, and that need not
// be sent again at all when the same file is chosen later.
import { apiUrl, consoleHeader, errorFrom, s3Url } from './api';
import { abortUpload, completeUpload, createUpload, listParts, type Part } from './s3';

export type UploadState = 'waiting' | 'running' | 'broken' | 'done' | 'failed' | 'cancelled';

export interface Upload {
  id: number;
  bucket: string;
  key: string;
  file: File;
  state: UploadState;
  sent: number; // bytes that have arrived, and those under way
  speed: number; // bytes a second, of late
  problem?: string;
}

const filesAtATime = 3;
const partsAtATime = 3;
const partBytes = 8 * 2 ** 20;
const multipartFrom = 16 * 2 ** 20;
const maxParts = 10000;
const patience = [1, 2, 4, 8, 15, 30, 30, 30].map((seconds) => seconds * 1000);

interface Job extends Upload {
  stop: AbortController;
  uploadId?: string;
  marks: [number, number][]; // [time, sent]
}

let jobs: Job[] = [];
let lastId = 0;
const listeners = new Set<(list: Upload[]) => void>();
let announced = false;
const whenDone = new Set<(upload: Upload) => void>();

export function subscribe(listener: (list: Upload[]) => void): () => void {
  listeners.add(listener);
  listener(jobs);
  return () => void listeners.delete(listener);
}

export function onUploaded(listener: (upload: Upload) => void): () => void {
  whenDone.add(listener);
  return () => void whenDone.delete(listener);
}

// At most once a frame, however many bytes were sent.
function changed() {
  if (announced) return;
  announced = true;
  setTimeout(() => {
    announced = false;
    jobs = [...jobs];
    for (const listener of listeners) listener(jobs);
  }, 80);
}

export function addUploads(bucket: string, files: { key: string; file: File }[]) {
  for (const { key, file } of files) {
    jobs.push({ id: ++lastId, bucket, key, file, state: 'waiting', sent: 0, speed: 0, stop: new AbortController(), marks: [] });
  }
  startWaiting();
}

export function cancelUpload(id: number) {
  const job = jobs.find((one) => one.id === id);
  if (!job || job.state === 'done') return;
  job.state = 'cancelled';
  job.stop.abort();
  if (job.uploadId) {
    forget(job);
    void abortUpload(job.bucket, job.key, job.uploadId).catch(() => {});
  }
  startWaiting();
}

export function retryUpload(id: number) {
  const job = jobs.find((one) => one.id === id);
  if (!job || (job.state !== 'failed' && job.state !== 'cancelled')) return;
  job.state = 'waiting';
  job.problem = undefined;
  job.stop = new AbortController();
  startWaiting();
}

export function clearUploads() {
  jobs = jobs.filter((one) => one.state === 'waiting' || one.state === 'running' || one.state === 'broken');
  changed();
}

const active = () => jobs.filter((one) => one.state === 'running' || one.state === 'broken').length;

function startWaiting() {
  changed();
  for (const job of jobs) {
    if (active() >= filesAtATime) break;
    if (job.state === 'waiting') void run(job);
  }
}

async function run(job: Job) {
  job.state = 'running';
  job.sent = 0;
  job.marks = [];
  try {
    await (job.file.size > multipartFrom ? sendInParts(job) : sendWhole(job));
    job.state = 'done';
    job.sent = job.file.size;
    for (const listener of whenDone) listener(job);
  } catch (problem) {
    if (!isCancelled(job)) {
      job.state = 'failed';
      job.problem = problem instanceof Error ? problem.message : String(problem);
    }
  }
  startWaiting();
}

// `stop` changes a state behind the compiler's back.
const isCancelled = (job: Job) => (job.state as UploadState) === 'cancelled';

function progress(job: Job, bytes: number) {
  job.sent += bytes;
  const now = performance.now();
  job.marks.push([now, job.sent]);
  while (job.marks.length > 2 && now - job.marks[0]![0] > 4000) job.marks.shift();
  const [time, sent] = job.marks[0]!;
  if (now > time) job.speed = Math.max(0, ((job.sent - sent) / (now - time)) * 1000);
  changed();
}

const typeOf = (file: File) => file.type || 'application/octet-stream';

async function sendWhole(job: Job) {
  await persistently(job, () => put(job, s3Url(job.bucket, job.key), job.file, { 'Content-Type': typeOf(job.file) }));
}

async function sendInParts(job: Job) {
  const size = Math.max(partBytes, Math.ceil(job.file.size / maxParts / 2 ** 20) * 2 ** 20);
  const { uploadId, parts } = await persistently(job, () => beginOrResume(job));
  job.uploadId = uploadId;
  const done = new Map(parts.filter((part) => part.size === partSize(job, part.number, size)).map((part) => [part.number, part]));
  progress(job, [...done.values()].reduce((sum, part) => sum + part.size, 0));
  const missing = Array.from({ length: Math.ceil(job.file.size / size) }, (_, i) => i + 1).filter((number) => !done.has(number));
  const worker = async () => {
    for (let number = missing.shift(); number !== undefined; number = missing.shift()) {
      const part = number;
      const blob = job.file.slice((part - 1) * size, part * size);
      const etag = await persistently(job, () => put(job, s3Url(job.bucket, job.key, { partNumber: part, uploadId }), blob));
      done.set(part, { number: part, etag, size: blob.size });
    }
  };
  await Promise.all(Array.from({ length: partsAtATime }, worker));
  await persistently(job, () => completeUpload(job.bucket, job.key, uploadId, [...done.values()]));
  forget(job);
}

const partSize = (job: Job, number: number, size: number) => Math.min(size, job.file.size - (number - 1) * size);

// Which upload a file belongs to, kept over a reload of the page.
const memory = (job: Job) =>
  `holdfast-upload ${JSON.stringify([apiUrl(''), job.bucket, job.key, job.file.size, job.file.lastModified])}`;

function forget(job: Job) {
  localStorage.removeItem(memory(job));
}

async function beginOrResume(job: Job): Promise<{ uploadId: string; parts: Part[] }> {
  const known = localStorage.getItem(memory(job));
  if (known) {
    try {
      return { uploadId: known, parts: await listParts(job.bucket, job.key, known) };
    } catch (problem) {
      if (!isGone(problem)) throw problem;
      forget(job);
    }
  }
  const uploadId = await createUpload(job.bucket, job.key, typeOf(job.file));
  localStorage.setItem(memory(job), uploadId);
  return { uploadId, parts: [] };
}

const statusOf = (problem: unknown) => (problem instanceof Error && 'status' in problem ? Number(problem.status) : -1);
const isGone = (problem: unknown) => statusOf(problem) === 404;
// No answer at all, or one that asks to come again.
const isPassing = (problem: unknown) => [0, 408, 429, 500, 502, 503, 504].includes(statusOf(problem));

async function persistently<T>(job: Job, action: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; ++attempt) {
    try {
      const result = await action();
      if (job.state === 'broken') job.state = 'running';
      return result;
    } catch (problem) {
      if (isCancelled(job) || !isPassing(problem) || attempt >= patience.length) throw problem;
      job.state = 'broken';
      job.speed = 0;
      changed();
      await pause(patience[attempt]!, job.stop.signal);
    }
  }
}

// Shorter when the network says that it is back.
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    addEventListener('online', end);
    signal.addEventListener('abort', end);
  });
}

// XMLHttpRequest, since fetch doesn't say how much has been sent. Resolves to the ETag.
function put(job: Job, url: string, body: Blob, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let counted = 0;
    const count = (bytes: number) => {
      progress(job, bytes - counted);
      counted = bytes;
    };
    const stop = () => request.abort();
    const fail = (problem: Error) => {
      count(0);
      reject(problem);
    };
    request.upload.onprogress = (event) => count(Math.min(event.loaded, body.size));
    request.onerror = () => fail(errorFrom(0, '{"message": "The connection was lost."}'));
    request.onabort = () => fail(errorFrom(-1, '{"message": "Cancelled."}'));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) {
        count(body.size);
        resolve(request.getResponseHeader('ETag') ?? '');
      } else {
        fail(errorFrom(request.status, request.responseText));
      }
    };
    request.onloadend = () => job.stop.signal.removeEventListener('abort', stop);
    job.stop.signal.addEventListener('abort', stop);
    request.open('PUT', url);
    for (const [name, value] of Object.entries({ ...consoleHeader, ...headers })) request.setRequestHeader(name, value);
    request.send(body);
  });
}

// Files and whole folders that were dropped, with their paths inside the drop.
export async function droppedFiles(data: DataTransfer): Promise<{ key: string; file: File }[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => !!entry);
  if (entries.length === 0) return [...data.files].map((file) => ({ key: file.name, file }));
  const found: { key: string; file: File }[] = [];
  const walk = async (entry: FileSystemEntry): Promise<void> => {
    if (entry.isFile) {
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      found.push({ key: entry.fullPath.replace(/^\//, ''), file });
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) return;
      for (const one of some) await walk(one);
    }
  };
  for (const entry of entries) await walk(entry);
  return found;
}
