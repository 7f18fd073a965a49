import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'preact/hooks';
import { type Tag, deleteObjects, copyObject, getTags, headObject, listVersions, type ObjectHead, putLegalHold, putRetention, putTags } from '../s3';
import { useSession } from '../frame';
import { bytes, nameOf, when } from '../format';
import { Icon, iconOf } from '../ui/icons';
import { Button, Confirm, Copyable, Loading, Problem, toast, Toggle } from '../ui/kit';
import { ShareDialog } from './object-dialogs';
import { downloadUrl } from './objects';
import { Preview } from './preview';

interface PanelProps {
  bucket: string;
  objectKey: string;
  versioned: boolean;
  locked: boolean;
  may: (action: string) => boolean;
  onClose: () => void;
  onChanged: () => void;
}

export function TagEditor({ tags, onSave, readOnly }: { tags: Tag[]; onSave: (tags: Tag[]) => Promise<void>; readOnly?: boolean }) {
  const [list, setList] = useState(tags);
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const set = (index: number, side: 0 | 1, value: string) =>
    setList(list.map((tag, i): Tag => (i !== index ? tag : side === 0 ? [value, tag[1]] : [tag[0], value])));
  const save = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await onSave(list.filter(([name]) => name));
      toast('Tags saved');
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  const changed = JSON.stringify(list) !== JSON.stringify(tags);
  return (
    <div class="pairs">
      {list.length === 0 && <p class="hint">No tags.</p>}
      {list.map(([name, value], index) => (
        <div class="pair" key={index}>
          <input aria-label={`Tag ${index + 1}, name`} placeholder="Name" value={name} readOnly={readOnly} onInput={(e) => set(index, 0, e.currentTarget.value)} />
          <input aria-label={`Tag ${index + 1}, value`} placeholder="Value" value={value} readOnly={readOnly} onInput={(e) => set(index, 1, e.currentTarget.value)} />
          {!readOnly && <Button kind="quiet" icon="trash" label={`Remove tag ${name}`} onClick={() => setList(list.filter((_, i) => i !== index))} />}
        </div>
      ))}
      <Problem problem={problem} />
      {!readOnly && (
        <div class="actions">
          <Button icon="plus" onClick={() => setList([...list, ['', '']])}>
            Add tag
          </Button>
          {changed && (
            <Button kind="primary" busy={busy} onClick={() => void save()}>
              Save tags
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function Facts({ bucket, objectKey, head }: { bucket: string; objectKey: string; head: ObjectHead }) {
  const session = useSession();
  const path = objectKey.split('/').map(encodeURIComponent).join('/');
  const facts: [string, string][] = [
    ['Size', `${bytes(head.size)} (${head.size.toLocaleString()} bytes)`],
    ['Type', head.type],
    ['Modified', when(head.modified)],
    ['ETag', head.etag],
    ...(head.checksum ? [head.checksum] : []),
    ...head.headers,
  ];
  return (
    <>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
      <Copyable text={`s3://${bucket}/${objectKey}`} label="Copy the S3 address" />
      <Copyable text={`${session.s3_endpoint}/${encodeURIComponent(bucket)}/${path}`} label="Copy the URL" />
      {head.metadata.length > 0 && (
        <section>
          <h3>Metadata</h3>
          <dl class="facts">
            {head.metadata.map(([name, value]) => (
              <>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </>
            ))}
          </dl>
        </section>
      )}
    </>
  );
}

function Versions({ bucket, objectKey, may, onChanged }: Omit<PanelProps, 'versioned' | 'locked' | 'onClose'>) {
  const versions = useQuery({ queryKey: ['versions', bucket, objectKey], queryFn: () => listVersions(bucket, objectKey) });
  const [removing, setRemoving] = useState<string>();
  const refresh = () => {
    void versions.refetch();
    onChanged();
  };
  const restore = async (versionId: string) => {
    try {
      await copyObject({ bucket, key: objectKey, versionId }, bucket, objectKey);
      toast('Restored: it is the newest version now');
      refresh();
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), true);
    }
  };
  if (versions.isPending) return <Loading />;
  if (versions.isError) return <Problem problem={versions.error} />;
  return (
    <>
      <ul class="versions">
        {versions.data.map((version) => (
          <li key={version.versionId}>
            <div class="grow">
              <p>
                {when(version.modified)} {version.latest && <span class="badge good">newest</span>}{' '}
                {version.deleteMarker ? <span class="badge warn">deleted</span> : <span class="soft">{bytes(version.size)}</span>}
              </p>
              <code>{version.versionId}</code>
            </div>
            {!version.deleteMarker && (
              <a class="button quiet square" href={downloadUrl(bucket, objectKey, version.versionId)} download aria-label={`Download version ${version.versionId}`}>
                <Icon name="download" />
              </a>
            )}
            {!version.latest && !version.deleteMarker && may('s3:PutObject') && (
              <Button kind="quiet" icon="refresh" label={`Restore version ${version.versionId}`} onClick={() => void restore(version.versionId)} />
            )}
            {may('s3:DeleteObject') && (
              <Button kind="quiet" icon="trash" label={`Delete version ${version.versionId}`} onClick={() => setRemoving(version.versionId)} />
            )}
          </li>
        ))}
      </ul>
      {removing && (
        <Confirm
          title="Delete this version?"
          action="Delete version"
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            const failed = await deleteObjects(bucket, [{ key: objectKey, versionId: removing }]);
            if (failed[0]) throw new Error(failed[0].message);
            refresh();
          }}
        >
          <p>This version is gone for good then.</p>
        </Confirm>
      )}
    </>
  );
}

function Lock({ bucket, objectKey, head, onChanged }: { bucket: string; objectKey: string; head: ObjectHead; onChanged: () => void }) {
  const [mode, setMode] = useState(head.retentionMode);
  const [until, setUntil] = useState(head.retainUntil.slice(0, 10));
  const [problem, setProblem] = useState<unknown>();
  const act = async (action: () => Promise<void>) => {
    setProblem(undefined);
    try {
      await action();
      toast('Saved');
    } catch (error) {
      setProblem(error);
    }
    onChanged();
  };
  return (
    <>
      <Toggle
        label="Legal hold"
        checked={head.legalHold}
        hint="Nobody can delete this version until the hold is taken away."
        onChange={(on) => void act(() => putLegalHold(bucket, objectKey, head.versionId || undefined, on))}
      />
      <div class="pair actions">
        <select aria-label="Retention mode" value={mode} onChange={(e) => setMode(e.currentTarget.value)}>
          <option value="">No retention</option>
          <option value="GOVERNANCE">Governance</option>
          <option value="COMPLIANCE">Compliance: can’t be shortened by anyone</option>
        </select>
        {mode && <input type="date" aria-label="Retained until" value={until} onInput={(e) => setUntil(e.currentTarget.value)} />}
        <Button
          disabled={mode !== '' && !until}
          onClick={() => void act(() => putRetention(bucket, objectKey, head.versionId || undefined, mode, `${until}T00:00:00Z`, true))}
        >
          Save retention
        </Button>
      </div>
      <Problem problem={problem} />
    </>
  );
}

export function ObjectPanel({ bucket, objectKey, versioned, locked, may, onClose, onChanged }: PanelProps) {
  const queries = useQueryClient();
  const [sharing, setSharing] = useState(false);
  const head = useQuery({ queryKey: ['head', bucket, objectKey], queryFn: () => headObject(bucket, objectKey) });
  const tags = useQuery({ queryKey: ['tags', bucket, objectKey], queryFn: () => getTags(bucket, objectKey), enabled: head.isSuccess });
  const changed = () => {
    void queries.invalidateQueries({ queryKey: ['head', bucket, objectKey] });
    void queries.invalidateQueries({ queryKey: ['tags', bucket, objectKey] });
    onChanged();
  };
  return (
    <aside class="panel" aria-label={`Properties of ${nameOf(objectKey)}`}>
      <header>
        <Icon name={iconOf(objectKey)} />
        <h2>{nameOf(objectKey)}</h2>
        <Button kind="quiet" icon="close" label="Close the properties" onClick={onClose} />
      </header>
      <div class="body">
        <div class="actions">
          <a class="button primary" href={downloadUrl(bucket, objectKey)} download>
            <Icon name="download" />
            Download
          </a>
          <Button icon="share" onClick={() => setSharing(true)}>
            Share
          </Button>
        </div>
        {head.isPending && <Loading />}
        <Problem problem={head.error} retry={() => void head.refetch()} />
        {head.data && <Preview bucket={bucket} objectKey={objectKey} head={head.data} />}
        {head.data && <Facts bucket={bucket} objectKey={objectKey} head={head.data} />}
        {tags.data && (
          <section class="pairs">
            <h3>Tags</h3>
            <TagEditor
              key={JSON.stringify(tags.data)}
              tags={tags.data}
              readOnly={!may('s3:PutObject')}
              onSave={async (list) => {
                await putTags(bucket, objectKey, list);
                changed();
              }}
            />
          </section>
        )}
        {(versioned || head.data?.versionId) && (
          <section class="pairs">
            <h3>Versions</h3>
            <Versions bucket={bucket} objectKey={objectKey} may={may} onChanged={changed} />
          </section>
        )}
        {locked && head.data && may('s3:PutObject') && (
          <section class="pairs">
            <h3>Protection</h3>
            <Lock key={JSON.stringify(head.data)} bucket={bucket} objectKey={objectKey} head={head.data} onChanged={changed} />
          </section>
        )}
      </div>
      {sharing && <ShareDialog bucket={bucket} objectKey={objectKey} onClose={() => setSharing(false)} />}
    </aside>
  );
}
