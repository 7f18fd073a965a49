import { useEffect, useState } from 'preact/hooks';
import { bytes, duration, nameOf } from '../format';
import { cancelUpload, clearUploads, retryUpload, subscribe, type Upload } from '../uploads';
import { Button } from './kit';

function line(upload: Upload): string {
  const size = bytes(upload.file.size);
  switch (upload.state) {
    case 'waiting':
      return `${size} · waiting`;
    case 'running': {
      const rest = upload.speed > 0 ? (upload.file.size - upload.sent) / upload.speed : Number.NaN;
      return `${bytes(upload.sent)} of ${size} · ${bytes(upload.speed)}/s · ${duration(rest)} left`;
    }
    case 'broken':
      return `${bytes(upload.sent)} of ${size} · the connection is gone, trying again`;
    case 'done':
      return `${size} · done`;
    case 'cancelled':
      return 'cancelled';
    case 'failed':
      return upload.problem ?? 'failed';
  }
}

function Row({ upload }: { upload: Upload }) {
  const { state, file } = upload;
  const share = state === 'done' ? 1 : file.size ? upload.sent / file.size : 0;
  return (
    <li>
      <span class="file" title={upload.key}>
        {nameOf(upload.key)}
      </span>
      {state === 'failed' || state === 'cancelled' ? (
        <Button kind="quiet" icon="refresh" label={`Retry ${upload.key}`} onClick={() => retryUpload(upload.id)} />
      ) : state !== 'done' ? (
        <Button kind="quiet" icon="close" label={`Cancel ${upload.key}`} onClick={() => cancelUpload(upload.id)} />
      ) : (
        <span />
      )}
      {state !== 'failed' && state !== 'cancelled' && (
        <div
          class="meter"
          role="progressbar"
          aria-label={upload.key}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(share * 100)}
        >
          <span style={{ width: `${share * 100}%` }} />
        </div>
      )}
      <span class={`hint ${state === 'failed' ? 'bad' : ''}`}>{line(upload)}</span>
    </li>
  );
}

export function UploadsPanel() {
  const [uploads, setUploads] = useState<Upload[]>([]);
  useEffect(() => subscribe(setUploads), []);
  const open = uploads.filter((one) => one.state === 'waiting' || one.state === 'running' || one.state === 'broken');
  useEffect(() => {
    if (open.length === 0) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [open.length > 0]);
  if (uploads.length === 0) return null;
  const order = { running: 0, broken: 0, failed: 1, waiting: 2, cancelled: 3, done: 4 };
  const shown = [...uploads].sort((a, b) => order[a.state] - order[b.state] || a.id - b.id).slice(0, 200);
  return (
    <section class="uploads" aria-label="Uploads">
      <header>
        <h2 class="grow">
          <span role="status">{open.length > 0 ? `Uploading ${open.length} of ${uploads.length}` : `${uploads.length} uploads finished`}</span>
        </h2>
        {open.length > 0 && <Button onClick={() => open.forEach((one) => cancelUpload(one.id))}>Cancel all</Button>}
        {open.length < uploads.length && <Button kind="quiet" icon="close" label="Clear what is finished" onClick={clearUploads} />}
      </header>
      <ul>
        {shown.map((upload) => (
          <Row key={upload.id} upload={upload} />
        ))}
      </ul>
    </section>
  );
}
