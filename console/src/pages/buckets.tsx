import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'preact/hooks';
import { s3Url, send } from '../api';
import { type Bucket, useAllowed, useBuckets } from '../buckets';
import { bytes, count, when } from '../format';
import { browse, go, href } from '../router';
import { putXml } from '../s3';
import { Icon } from '../ui/icons';
import { Button, Dialog, Empty, Loading, Problem, TextField, toast, Toggle } from '../ui/kit';

export function Badges({ bucket }: { bucket: Bucket }) {
  return (
    <>
      {bucket.public && (
        <span class="badge warn">
          <Icon name="globe" />
          public
        </span>
      )}
      {bucket.versioning === 'enabled' && <span class="badge">versions</span>}
      {bucket.object_lock && (
        <span class="badge">
          <Icon name="lock" />
          lock
        </span>
      )}
    </>
  );
}

function CreateBucket({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [versioning, setVersioning] = useState(false);
  const [lock, setLock] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const headers: Record<string, string> = lock ? { 'x-amz-bucket-object-lock-enabled': 'true' } : {};
      await send(s3Url(name), { method: 'PUT', headers });
      if (versioning && !lock) {
        const document = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
        await putXml(s3Url(name, '', { versioning: true }), document);
      }
      await queries.invalidateQueries({ queryKey: ['buckets'] });
      toast(`Made the bucket ${name}`);
      onClose();
      go(browse(name));
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  return (
    <Dialog title="Create a bucket" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <TextField
          label="Name"
          value={name}
          onInput={(text) => setName(text.toLowerCase())}
          autoFocus
          required
          autoComplete="off"
          placeholder="photos"
          hint="3 to 63 lower-case letters, digits, dots and hyphens. It can't be changed later."
        />
        <Toggle label="Keep versions" checked={versioning || lock} disabled={lock} onChange={setVersioning} hint="Whatever is overwritten or deleted can be restored." />
        <Toggle label="Object lock" checked={lock} onChange={setLock} hint="Versions can be protected until a date. Can only be switched on now." />
        <Problem problem={problem} />
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button submit kind="primary" busy={busy}>
            Create bucket
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function BucketRow({ bucket }: { bucket: Bucket }) {
  return (
    <tr>
      <td>
        <div class="actions">
          <a href={browse(bucket.name)}>
            <strong>{bucket.name}</strong>
          </a>
          <Badges bucket={bucket} />
        </div>
      </td>
      <td class="number">{count(bucket.objects)}</td>
      <td class="number">{bytes(bucket.bytes)}</td>
      <td class="soft only-wide">{when(bucket.created)}</td>
      <td class="number">
        <a class="button quiet square" href={href(['buckets', bucket.name])} aria-label={`Settings of ${bucket.name}`} title="Settings">
          <Icon name="settings" />
        </a>
      </td>
    </tr>
  );
}

export function BucketsPage() {
  const buckets = useBuckets();
  const [creating, setCreating] = useState(false);
  const [filter, setFilter] = useState('');
  const mayCreate = useAllowed('', ['s3:CreateBucket'])('s3:CreateBucket');
  const create = mayCreate && (
    <Button kind="primary" icon="plus" onClick={() => setCreating(true)}>
      Create bucket
    </Button>
  );
  const shown = (buckets.data ?? []).filter((bucket) => bucket.name.includes(filter.trim()));
  return (
    <div class="content">
      <div class="head">
        <h1 class="grow">Buckets</h1>
        {(buckets.data?.length ?? 0) > 5 && (
          <div class="search">
            <Icon name="search" />
            <input type="search" aria-label="Filter buckets" placeholder="Filter" value={filter} onInput={(e) => setFilter(e.currentTarget.value)} />
          </div>
        )}
        {create}
      </div>
      <Problem problem={buckets.error} retry={() => void buckets.refetch()} />
      {buckets.isPending && <Loading />}
      {buckets.data?.length === 0 && (
        <Empty icon="bucket" title="No buckets yet">
          <p>{mayCreate ? 'A bucket holds objects. Make the first one, then drop files into it.' : 'No bucket is open to this access key.'}</p>
          {create}
        </Empty>
      )}
      {buckets.data && buckets.data.length > 0 && (
        <div class="card table-card">
          <table>
            <thead>
              <tr>
                <th>Name</th>
                <th class="number">Objects</th>
                <th class="number">Size</th>
                <th class="only-wide">Created</th>
                <th>
                  <span class="visually-hidden">Settings</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((bucket) => (
                <BucketRow key={bucket.name} bucket={bucket} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {creating && <CreateBucket onClose={() => setCreating(false)} />}
    </div>
  );
}
