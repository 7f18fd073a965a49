import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { apiUrl } from '../api';
import { useAllowed, useBucket } from '../buckets';
import { bytes, count, when } from '../format';
import { browse, go, href } from '../router';
import { type Entry, listObjects, putEmpty } from '../s3';
import { addUploads, droppedFiles, onUploaded } from '../uploads';
import { Icon, iconOf } from '../ui/icons';
import { Button, Dialog, Empty, Loading, Problem, TextField, toast } from '../ui/kit';
import { Badges } from './buckets';
import { DeleteDialog, MoveDialog, ShareDialog } from './object-dialogs';
import { ObjectPanel } from './object-panel';

type SortBy = 'name' | 'size' | 'modified';
const rowHeight = 46;

const actions = ['s3:PutObject', 's3:DeleteObject', 's3:GetObject', 's3:PutBucketPolicy'];

export function downloadUrl(bucket: string, key: string, versionId?: string): string {
  return apiUrl(`download/${encodeURIComponent(bucket)}/${encodeURIComponent(key)}`, { versionId });
}

export function zipUrl(bucket: string, prefix: string, keys: string[]): string {
  return apiUrl('zip', { bucket, prefix, key: keys });
}

function sorted(entries: Entry[], by: SortBy, down: boolean): Entry[] {
  if (by === 'name' && !down) return entries; // as the server has them
  const order: Record<SortBy, (a: Entry, b: Entry) => number> = {
    name: (a, b) => (a.key < b.key ? -1 : 1),
    size: (a, b) => a.size - b.size,
    modified: (a, b) => (a.modified < b.modified ? -1 : a.modified > b.modified ? 1 : 0),
  };
  const list = [...entries].sort((a, b) => Number(b.folder) - Number(a.folder) || order[by](a, b) * (down ? -1 : 1));
  return list;
}

function Crumbs({ bucket, prefix }: { bucket: string; prefix: string }) {
  const parts = prefix.split('/').slice(0, -1);
  return (
    <nav aria-label="Folders">
      <ol class="crumbs">
        <li>
          <a href={href(['buckets'])}>Buckets</a>
        </li>
        <li>
          <Icon name="chevron" />
          {parts.length ? <a href={browse(bucket)}>{bucket}</a> : <h1 aria-current="page">{bucket}</h1>}
        </li>
        {parts.map((part, index) => (
          <li key={index}>
            <Icon name="chevron" />
            {index < parts.length - 1 ? (
              <a href={browse(bucket, `${parts.slice(0, index + 1).join('/')}/`)}>{part || '(no name)'}</a>
            ) : (
              <h1 aria-current="page">{part || '(no name)'}</h1>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function CreateFolder({ bucket, prefix, onClose }: { bucket: string; prefix: string; onClose: () => void }) {
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      const folder = `${prefix}${name.replace(/^\/+|\/+$/g, '')}/`;
      await putEmpty(bucket, folder);
      onClose();
      go(browse(bucket, folder));
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Dialog title="Create a folder" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <TextField label="Name" value={name} onInput={setName} autoFocus required autoComplete="off" hint="Slashes make folders inside each other." />
        <Problem problem={problem} />
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button submit kind="primary">
            Create folder
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function UploadButtons({ onFiles }: { onFiles: (files: { key: string; file: File }[]) => void }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement) => {
    onFiles([...(input.files ?? [])].map((file) => ({ key: file.webkitRelativePath || file.name, file })));
    input.value = '';
  };
  useEffect(() => folder.current?.setAttribute('webkitdirectory', ''), []);
  return (
    <>
      <input ref={files} type="file" multiple hidden aria-label="Files to upload" onChange={(e) => take(e.currentTarget)} />
      <input ref={folder} type="file" hidden aria-label="Folder to upload" onChange={(e) => take(e.currentTarget)} />
      <Button kind="primary" icon="upload" onClick={() => files.current?.click()}>
        Upload
      </Button>
      <Button icon="folder" label="Upload a folder" onClick={() => folder.current?.click()} />
    </>
  );
}

interface Listing {
  bucket: string;
  prefix: string;
  search: string;
}

function useListing({ bucket, prefix, search }: Listing) {
  return useInfiniteQuery({
    queryKey: ['objects', bucket, prefix, search],
    queryFn: ({ pageParam, signal }) => listObjects(bucket, prefix + search, pageParam, '/', signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
}

interface RowsProps {
  entries: Entry[];
  bucket: string;
  prefix: string;
  search: string;
  picked: Set<string>;
  onPick: (key: string, range: boolean) => void;
  open?: string;
  more: () => void;
}

// Only the rows in sight exist, so that 100,000 objects scroll like ten.
function Rows({ entries, bucket, prefix, search, picked, onPick, open, more }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: entries.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12 });
  const visible = rows.getVirtualItems();
  const last = visible[visible.length - 1]?.index ?? 0;
  useEffect(() => {
    if (last >= entries.length - 50) more();
  }, [last, entries.length]);
  return (
    <div class="rows" ref={scroller} role="rowgroup" tabIndex={-1}>
      <div role="presentation" style={{ height: `${rows.getTotalSize()}px` }}>
        {visible.map(({ index, start }) => {
          const entry = entries[index]!;
          const name = entry.key.slice(prefix.length);
          const target = entry.folder ? browse(bucket, entry.key) : browse(bucket, prefix, { object: entry.key, q: search });
          const isPicked = picked.has(entry.key);
          return (
            <div
              key={entry.key}
              role="row"
              aria-rowindex={index + 2}
              class={`row grid ${isPicked ? 'picked' : ''} ${open === entry.key ? 'open' : ''}`}
              style={{ transform: `translateY(${start}px)` }}
            >
              <span role="cell" class="pick">
                <input
                  type="checkbox"
                  aria-label={`Select ${name}`}
                  checked={isPicked}
                  onClick={(event) => onPick(entry.key, event.shiftKey)}
                />
              </span>
              <span role="cell">
                <a class="name" href={target} title={name}>
                  <Icon name={entry.folder ? 'folder' : iconOf(entry.key)} class={entry.folder ? 'folder' : ''} />
                  <span>{name || '(no name)'}</span>
                </a>
              </span>
              <span role="cell" class="number soft">
                {entry.folder ? '' : bytes(entry.size)}
              </span>
              <span role="cell" class="soft modified">
                {when(entry.modified)}
              </span>
              <span role="cell">
                {!entry.folder && (
                  <a class="button quiet square" href={downloadUrl(bucket, entry.key)} download aria-label={`Download ${name}`} title="Download">
                    <Icon name="download" />
                  </a>
                )}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function SortHead({ by, current, down, onSort, children, class: extra = '' }: {
  by: SortBy;
  current: SortBy;
  down: boolean;
  onSort: (by: SortBy) => void;
  children: string;
  class?: string;
}) {
  const sort = current === by ? (down ? 'descending' : 'ascending') : 'none';
  return (
    <span role="columnheader" aria-sort={sort} class={extra}>
      <button type="button" onClick={() => onSort(by)}>
        {children}
        {current === by && <span aria-hidden="true">{down ? '↓' : '↑'}</span>}
      </button>
    </span>
  );
}

type Asking = 'folder' | 'delete' | 'move' | 'share' | undefined;

export function ObjectsPage({ bucket, prefix, query }: { bucket: string; prefix: string; query: URLSearchParams }) {
  const queries = useQueryClient();
  const search = query.get('q') ?? '';
  const open = query.get('object') ?? undefined;
  const [typed, setTyped] = useState(search);
  const [picked, setPicked] = useState(new Set<string>());
  const [anchor, setAnchor] = useState<string>();
  const [sort, setSort] = useState<{ by: SortBy; down: boolean }>({ by: 'name', down: false });
  const [asking, setAsking] = useState<Asking>();
  const [dropping, setDropping] = useState(false);
  const may = useAllowed(bucket, actions, prefix);
  const info = useBucket(bucket);
  const listing = useListing({ bucket, prefix, search });
  const loaded = useMemo(() => listing.data?.pages.flatMap((page) => page.entries) ?? [], [listing.data]);
  const entries = useMemo(() => sorted(loaded, sort.by, sort.down), [loaded, sort]);

  const reload = () => {
    void queries.invalidateQueries({ queryKey: ['objects', bucket] });
    void queries.invalidateQueries({ queryKey: ['buckets'] });
  };
  useEffect(() => {
    let timer = 0;
    const stop = onUploaded((upload) => {
      if (upload.bucket !== bucket) return;
      clearTimeout(timer);
      timer = window.setTimeout(reload, 300);
    });
    return () => (clearTimeout(timer), stop());
  }, [bucket]);
  useEffect(() => {
    setPicked(new Set());
    setTyped(search);
  }, [prefix, search]);
  useEffect(() => {
    const timer = setTimeout(() => typed !== search && go(browse(bucket, prefix, { q: typed })), 250);
    return () => clearTimeout(timer);
  }, [typed]);

  const upload = (files: { key: string; file: File }[]) => {
    if (!may('s3:PutObject')) return toast('Your policies do not allow uploads here.', true);
    addUploads(bucket, files.map(({ key, file }) => ({ key: prefix + key, file })));
    return undefined;
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDropping(false);
    if (event.dataTransfer) void droppedFiles(event.dataTransfer).then(upload);
  };
  const pick = (key: string, range: boolean) => {
    const next = new Set(picked);
    const from = entries.findIndex((entry) => entry.key === anchor);
    const to = entries.findIndex((entry) => entry.key === key);
    if (range && from >= 0) {
      for (const entry of entries.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(entry.key);
    } else if (!next.delete(key)) {
      next.add(key);
    }
    setPicked(next);
    setAnchor(key);
  };
  const all = entries.length > 0 && picked.size === entries.length;
  const onSort = (by: SortBy) => setSort({ by, down: sort.by === by && !sort.down });
  const keys = [...picked];
  const single = keys.length === 1 && !keys[0]!.endsWith('/') ? keys[0]! : undefined;
  const done = () => {
    setPicked(new Set());
    reload();
  };

  return (
    <div class="content full">
      <div class="head">
        <div class="grow actions">
          <Crumbs bucket={bucket} prefix={prefix} />
          {info && <Badges bucket={info} />}
        </div>
        <div class="actions">
          <a class="button quiet" href={href(['buckets', bucket])}>
            <Icon name="settings" />
            <span class="only-wide">Bucket settings</span>
            <span class="visually-hidden only-phone">Bucket settings</span>
          </a>
        </div>
      </div>
      <div class="head">
        <div class="search">
          <Icon name="search" />
          <input
            type="search"
            aria-label="Search by the beginning of the name"
            placeholder="Names that begin with…"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </div>
        <div class="grow" />
        <div class="actions">
          <Button kind="quiet" icon="refresh" label="Reload" onClick={reload} />
          {may('s3:PutObject') && (
            <>
              <Button icon="plus" onClick={() => setAsking('folder')}>
                Folder
              </Button>
              <UploadButtons onFiles={upload} />
            </>
          )}
        </div>
      </div>
      <div class="browser">
        <section
          class={`listing ${dropping ? 'dropping' : ''}`}
          aria-label="Objects"
          onDragOver={(event) => (event.preventDefault(), setDropping(true))}
          onDragLeave={() => setDropping(false)}
          onDrop={onDrop}
        >
          {picked.size > 0 && (
            <div class="selection" role="toolbar" aria-label="Selection">
              <strong role="status">{count(picked.size)} selected</strong>
              <a class="button" href={single ? downloadUrl(bucket, single) : zipUrl(bucket, prefix, keys)} download>
                <Icon name="download" />
                {single ? 'Download' : 'Download as zip'}
              </a>
              {single && (
                <Button icon="share" onClick={() => setAsking('share')}>
                  Share
                </Button>
              )}
              {may('s3:DeleteObject') && may('s3:PutObject') && <Button onClick={() => setAsking('move')}>Move or copy</Button>}
              {may('s3:DeleteObject') && (
                <Button kind="danger" icon="trash" onClick={() => setAsking('delete')}>
                  Delete
                </Button>
              )}
              <Button kind="quiet" icon="close" label="Clear the selection" onClick={() => setPicked(new Set())} />
            </div>
          )}
          {listing.isPending && <Loading />}
          <Problem problem={listing.error} retry={() => void listing.refetch()} />
          {listing.isSuccess && entries.length === 0 && (
            <Empty icon={search ? 'search' : 'folder'} title={search ? 'Nothing begins with that' : 'Nothing here yet'}>
              <p>
                {search
                  ? `No name in this folder begins with “${search}”. Capital letters matter.`
                  : may('s3:PutObject')
                    ? 'Drop files or whole folders here, or use the Upload button.'
                    : 'You may look, but not upload.'}
              </p>
            </Empty>
          )}
          {entries.length > 0 && (
            <div role="table" aria-label={`Objects in ${bucket}/${prefix}`} aria-rowcount={listing.hasNextPage ? -1 : entries.length + 1} class="rows-frame">
              <div role="rowgroup">
                <div role="row" aria-rowindex={1} class="grid rowhead">
                  <span role="columnheader" class="pick">
                    <input
                      type="checkbox"
                      aria-label="Select all that is loaded"
                      checked={all}
                      onChange={() => setPicked(all ? new Set() : new Set(entries.map((entry) => entry.key)))}
                    />
                  </span>
                  <SortHead by="name" current={sort.by} down={sort.down} onSort={onSort}>
                    Name
                  </SortHead>
                  <SortHead by="size" current={sort.by} down={sort.down} onSort={onSort} class="number">
                    Size
                  </SortHead>
                  <SortHead by="modified" current={sort.by} down={sort.down} onSort={onSort} class="modified">
                    Modified
                  </SortHead>
                  <span role="columnheader">
                    <span class="visually-hidden">Actions</span>
                  </span>
                </div>
              </div>
              <Rows
                entries={entries}
                bucket={bucket}
                prefix={prefix}
                search={search}
                picked={picked}
                onPick={pick}
                open={open}
                more={() => listing.hasNextPage && !listing.isFetchingNextPage && void listing.fetchNextPage()}
              />
            </div>
          )}
          {entries.length > 0 && (
            <p class="hint status" role="status">
              {count(entries.length)} {listing.hasNextPage ? 'loaded, scroll for more' : entries.length === 1 ? 'entry' : 'entries'}
              {listing.isFetchingNextPage && ' · loading'}
            </p>
          )}
        </section>
        {open && (
          <ObjectPanel
            key={open}
            bucket={bucket}
            objectKey={open}
            versioned={info ? info.versioning !== 'unversioned' : false}
            locked={info?.object_lock ?? false}
            may={may}
            onClose={() => go(browse(bucket, prefix, { q: search }))}
            onChanged={reload}
          />
        )}
      </div>
      {asking === 'folder' && <CreateFolder bucket={bucket} prefix={prefix} onClose={() => setAsking(undefined)} />}
      {asking === 'delete' && <DeleteDialog bucket={bucket} keys={keys} versioned={info?.versioning === 'enabled'} onDone={done} onClose={() => setAsking(undefined)} />}
      {asking === 'move' && (
        <MoveDialog
          bucket={bucket}
          prefix={prefix}
          entries={entries.filter((entry) => picked.has(entry.key))}
          onDone={done}
          onClose={() => setAsking(undefined)}
        />
      )}
      {asking === 'share' && single && <ShareDialog bucket={bucket} objectKey={single} onClose={() => setAsking(undefined)} />}
    </div>
  );
}

