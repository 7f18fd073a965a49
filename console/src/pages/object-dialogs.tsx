import { useState } from 'preact/hooks';
import { postJson } from '../api';
import { count, nameOf } from '../format';
import { copyObject, deleteObjects, type Entry, listObjects } from '../s3';
import { Button, Copyable, Dialog, Notice, Problem, Select, TextField, toast } from '../ui/kit';

const batch = 1000;

// Every key below a folder, page by page.
async function* keysBelow(bucket: string, prefix: string) {
  for (let token: string | undefined = ''; token !== undefined; ) {
    const page: Awaited<ReturnType<typeof listObjects>> = await listObjects(bucket, prefix, token, '');
    yield page.entries;
    token = page.next;
  }
}

function Progress({ done, total, label }: { done: number; total?: number; label: string }) {
  return (
    <div role="status">
      <p>
        {label} {count(done)}
        {total !== undefined && ` of ${count(total)}`}
      </p>
      <div class="meter">
        <span style={{ width: total ? `${(done / total) * 100}%` : '100%' }} />
      </div>
    </div>
  );
}

interface DeleteProps {
  bucket: string;
  keys: string[];
  versioned: boolean;
  onDone: () => void;
  onClose: () => void;
}

export function DeleteDialog({ bucket, keys, versioned, onDone, onClose }: DeleteProps) {
  const [deleted, setDeleted] = useState<number>();
  const [problem, setProblem] = useState<unknown>();
  const folders = keys.filter((key) => key.endsWith('/'));
  const objects = keys.filter((key) => !key.endsWith('/'));
  const run = async (event: Event) => {
    event.preventDefault();
    setProblem(undefined);
    let total = 0;
    setDeleted(0);
    const remove = async (some: string[]) => {
      for (let at = 0; at < some.length; at += batch) {
        const part = some.slice(at, at + batch);
        const failed = await deleteObjects(bucket, part.map((key) => ({ key })));
        total += part.length - failed.length;
        setDeleted(total);
        if (failed.length > 0) throw new Error(`${failed.length} could not be deleted. ${failed[0]!.key}: ${failed[0]!.message}`);
      }
    };
    try {
      await remove(objects);
      for (const folder of folders) {
        for await (const page of keysBelow(bucket, folder)) await remove(page.map((entry) => entry.key));
      }
      toast(`Deleted ${count(total)} ${total === 1 ? 'object' : 'objects'}`);
      onClose();
    } catch (error) {
      setProblem(error);
      setDeleted(undefined);
    }
    onDone();
  };
  const what = keys.length === 1 ? nameOf(keys[0]!) : `${count(keys.length)} entries`;
  return (
    <Dialog title={`Delete ${what}?`} onClose={onClose}>
      <form onSubmit={(event) => void run(event)}>
        <p>
          {folders.length > 0 && 'Folders are deleted with everything in them. '}
          {versioned ? 'Their versions stay and can be restored.' : 'This can’t be undone.'}
        </p>
        {deleted !== undefined && <Progress label="Deleted" done={deleted} total={folders.length ? undefined : objects.length} />}
        <Problem problem={problem} />
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button submit kind="danger" icon="trash" busy={deleted !== undefined}>
            Delete
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

interface MoveProps {
  bucket: string;
  prefix: string;
  entries: Entry[];
  onDone: () => void;
  onClose: () => void;
}

export function MoveDialog({ bucket, prefix, entries, onDone, onClose }: MoveProps) {
  const only = entries.length === 1 ? entries[0]! : undefined;
  const [targetBucket, setTargetBucket] = useState(bucket);
  const [target, setTarget] = useState(only ? only.key : prefix);
  const [keep, setKeep] = useState('move');
  const [done, setDone] = useState<number>();
  const [problem, setProblem] = useState<unknown>();

  const placed = (key: string) => {
    if (only) return target + key.slice(only.key.length);
    return `${target}${target && !target.endsWith('/') ? '/' : ''}${key.slice(prefix.length)}`;
  };
  const transfer = async (entry: Entry) => {
    const key = placed(entry.key);
    if (targetBucket === bucket && key === entry.key) throw new Error('The new place is the old one.');
    await copyObject({ bucket, key: entry.key, size: entry.size }, targetBucket, key);
    if (keep === 'move') await deleteObjects(bucket, [{ key: entry.key }]);
    setDone((count) => (count ?? 0) + 1);
  };
  const run = async (event: Event) => {
    event.preventDefault();
    setProblem(undefined);
    setDone(0);
    try {
      for (const entry of entries) {
        if (!entry.folder) {
          await transfer(entry);
          continue;
        }
        if (targetBucket === bucket && placed(entry.key).startsWith(entry.key)) throw new Error('A folder can’t be put into itself.');
        for await (const page of keysBelow(bucket, entry.key)) for (const one of page) await transfer(one);
      }
      toast(keep === 'move' ? 'Moved' : 'Copied');
      onClose();
    } catch (error) {
      setProblem(error);
      setDone(undefined);
    }
    onDone();
  };
  return (
    <Dialog title={only ? `Move, rename or copy ${nameOf(only.key)}` : `Move or copy ${count(entries.length)} entries`} onClose={onClose}>
      <form onSubmit={(event) => void run(event)}>
        <Select
          label="What to do"
          value={keep}
          onChange={setKeep}
          options={[
            ['move', only ? 'Move or rename' : 'Move'],
            ['copy', 'Copy'],
          ]}
        />
        <TextField label="Bucket" value={targetBucket} onInput={setTargetBucket} required autoComplete="off" />
        <TextField
          label={only ? 'New name, with its folders' : 'Folder'}
          value={target}
          onInput={setTarget}
          required={!!only}
          autoFocus
          autoComplete="off"
        />
        {done !== undefined && <Progress label={keep === 'move' ? 'Moved' : 'Copied'} done={done} />}
        <Problem problem={problem} />
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button submit kind="primary" busy={done !== undefined}>
            {keep === 'move' ? 'Move' : 'Copy'}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

const lives: [string, string][] = [
  ['3600', '1 hour'],
  ['86400', '1 day'],
  ['259200', '3 days'],
  ['604800', '7 days, the longest there is'],
];

export function ShareDialog({ bucket, objectKey, versionId, onClose }: {
  bucket: string;
  objectKey: string;
  versionId?: string;
  onClose: () => void;
}) {
  const [expires, setExpires] = useState('86400');
  const [link, setLink] = useState<string>();
  const [works, setWorks] = useState<boolean>();
  const [problem, setProblem] = useState<unknown>();
  const make = async (event: Event) => {
    event.preventDefault();
    setProblem(undefined);
    setWorks(undefined);
    try {
      const { url } = await postJson<{ url: string }>('share', { bucket, key: objectKey, version_id: versionId, expires: Number(expires) });
      setLink(url);
      setWorks(await answers(url));
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Dialog title={`Share ${nameOf(objectKey)}`} onClose={onClose}>
      <form onSubmit={(event) => void make(event)}>
        <p class="soft">Whoever has the link can download the object until the link ends, without a login.</p>
        <Select label="The link ends after" value={expires} onChange={(value) => (setExpires(value), setLink(undefined))} options={lives} />
        {link && <Copyable text={link} label="Copy the link" />}
        {works === false && (
          <div class="notice bad" role="alert">
            <p>
              The link does not answer from this browser. If S3 is reached under another name or through a proxy, start the server with{' '}
              <code>MINIO_SERVER_URL=https://…</code>, the address at which S3 is seen from outside.
            </p>
          </div>
        )}
        {works && <Notice>Tried it: the link works from this browser.</Notice>}
        <Problem problem={problem} />
        <footer>
          <Button onClick={onClose}>Close</Button>
          <Button submit kind="primary" icon="share">
            {link ? 'Make another link' : 'Make the link'}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

// Waits for the answer's beginning alone. Without a CORS rule for this page it isn't legible, but it is there.
async function answers(url: string): Promise<boolean> {
  const enough = new AbortController();
  try {
    await fetch(url, { mode: 'no-cors', credentials: 'omit', cache: 'no-store', signal: enough.signal });
    return true;
  } catch {
    return false;
  } finally {
    enough.abort();
  }
}
