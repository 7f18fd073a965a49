import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'preact/hooks';
import { s3Url, send } from '../api';
import { type Bucket, useAllowed, useBuckets } from '../buckets';
import { bytes, count, when } from '../format';
import { useSession } from '../frame';
import { browse, go, href } from '../router';
import { deleteConfiguration, escapeXml, getConfiguration, getTags, putConfiguration, putTags } from '../s3';
import { Icon } from '../ui/icons';
import { Button, Confirm, Loading, Notice, Problem, Select, Tabs, TextField, toast, Toggle } from '../ui/kit';
import { Badges } from './buckets';
import { TagEditor } from './object-panel';

const actions = [
  's3:PutBucketPolicy',
  's3:PutBucketCORS',
  's3:PutBucketVersioning',
  's3:PutBucketObjectLockConfiguration',
  's3:PutBucketTagging',
  's3:PutBucketWebsite',
  's3:PutLifecycleConfiguration',
  's3:PutEncryptionConfiguration',
  's3:PutBucketNotification',
  's3:DeleteBucket',
];
type May = (action: string) => boolean;

function useConfiguration(bucket: string, name: string) {
  return useQuery({ queryKey: ['configuration', bucket, name], queryFn: async () => (await getConfiguration(bucket, name)) ?? '' });
}

// One document of the bucket, as text, with examples to start from.
function DocumentEditor({ bucket, name, label, examples, readOnly, hint, validate }: {
  bucket: string;
  name: string;
  label: string;
  examples: [string, string][];
  readOnly: boolean;
  hint: string;
  validate?: (text: string) => string | undefined;
}) {
  const queries = useQueryClient();
  const stored = useConfiguration(bucket, name);
  const [text, setText] = useState<string>();
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  if (stored.isPending) return <Loading />;
  if (stored.isError) return <Problem problem={stored.error} retry={() => void stored.refetch()} />;
  const value = text ?? pretty(stored.data);
  const wrong = value.trim() ? validate?.(value) : undefined;
  const save = async (document: string) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await (document.trim() ? putConfiguration(bucket, name, document) : deleteConfiguration(bucket, name));
      await queries.invalidateQueries({ queryKey: ['configuration', bucket, name] });
      await queries.invalidateQueries({ queryKey: ['buckets'] });
      setText(undefined);
      toast(document.trim() ? `${label} saved` : `${label} removed`);
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  return (
    <section class="card">
      <div class="head">
        <h2 class="grow">{label}</h2>
        {!readOnly && (
          <select
            aria-label={`Examples for ${label}`}
            class="examples"
            value=""
            onChange={(event) => {
              const chosen = examples[Number(event.currentTarget.value)];
              if (chosen) setText(chosen[1]);
              event.currentTarget.value = '';
            }}
          >
            <option value="">Start from an example…</option>
            {examples.map(([title], index) => (
              <option key={title} value={index}>
                {title}
              </option>
            ))}
          </select>
        )}
      </div>
      <p class="soft">{hint}</p>
      <textarea aria-label={label} spellcheck={false} readOnly={readOnly} value={value} onInput={(e) => setText(e.currentTarget.value)} />
      {wrong && <p class="notice bad">{wrong}</p>}
      <Problem problem={problem} />
      {!readOnly && (
        <div class="actions">
          <Button kind="primary" busy={busy} disabled={text === undefined || !!wrong || !value.trim()} onClick={() => void save(value)}>
            Save
          </Button>
          {text !== undefined && <Button onClick={() => setText(undefined)}>Undo</Button>}
          {stored.data && (
            <Button kind="danger" icon="trash" onClick={() => void save('')}>
              Remove
            </Button>
          )}
        </div>
      )}
    </section>
  );
}

function pretty(document: string): string {
  try {
    return document ? JSON.stringify(JSON.parse(document), null, 2) : '';
  } catch {
    return document.replace(/></g, '>\n<');
  }
}

function jsonMistake(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : ''}`;
  }
}

function xmlMistake(text: string): string | undefined {
  const found = new DOMParser().parseFromString(text, 'application/xml').querySelector('parsererror');
  return found ? `This is not XML: ${found.textContent?.slice(0, 160) ?? ''}` : undefined;
}

function statement(bucket: string, sid: string, actionList: string[], objects: boolean) {
  return {
    Sid: sid,
    Effect: 'Allow',
    Principal: '*',
    Action: actionList,
    Resource: [`arn:aws:s3:::${bucket}${objects ? '/*' : ''}`],
  };
}

function policy(...statements: unknown[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2);
}

const publicRead = (bucket: string) => policy(statement(bucket, 'AnyoneMayRead', ['s3:GetObject'], true));

function Access({ bucket, may }: { bucket: Bucket; may: May }) {
  const queries = useQueryClient();
  const stored = useConfiguration(bucket.name, 'policy');
  const [problem, setProblem] = useState<unknown>();
  const now = stored.data ? (same(stored.data, publicRead(bucket.name)) ? 'read' : 'custom') : 'private';
  const choose = async (choice: string) => {
    setProblem(undefined);
    try {
      if (choice === 'private') await deleteConfiguration(bucket.name, 'policy');
      if (choice === 'read') await putConfiguration(bucket.name, 'policy', publicRead(bucket.name));
      await queries.invalidateQueries({ queryKey: ['configuration', bucket.name, 'policy'] });
      await queries.invalidateQueries({ queryKey: ['buckets'] });
      toast(choice === 'private' ? 'The bucket is private' : 'Everyone may read the objects');
    } catch (error) {
      setProblem(error);
    }
  };
  const name = bucket.name;
  const examples: [string, string][] = [
    ['Everyone reads objects', publicRead(name)],
    [
      'Everyone reads and lists',
      policy(statement(name, 'AnyoneMayRead', ['s3:GetObject'], true), statement(name, 'AnyoneMayList', ['s3:ListBucket'], false)),
    ],
    ['Everyone reads one folder', publicRead(name).replace('/*', '/public/*')],
    ['Everyone drops files, none reads', policy(statement(name, 'AnyoneMayPut', ['s3:PutObject'], true))],
    [
      'Everyone reads, from one network alone',
      policy({ ...statement(name, 'OfficeMayRead', ['s3:GetObject'], true), Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } }),
    ],
  ];
  return (
    <>
      <section class="card">
        <h2>Who may read</h2>
        {bucket.public ? (
          <p class="actions">
            <span class="badge warn">
              <Icon name="globe" />
              public
            </span>
            Anyone who knows an address can reach objects in this bucket without a login.
          </p>
        ) : (
          <p class="soft">Nobody without an access key.</p>
        )}
        <div class="actions" role="group" aria-label="Access">
          <Button pressed={now === 'private'} icon="lock" disabled={!may('s3:PutBucketPolicy')} onClick={() => void choose('private')}>
            Private
          </Button>
          <Button pressed={now === 'read'} icon="globe" disabled={!may('s3:PutBucketPolicy')} onClick={() => void choose('read')}>
            Public read
          </Button>
          {now === 'custom' && <span class="badge">custom policy, below</span>}
        </div>
        <Problem problem={problem} />
      </section>
      <DocumentEditor
        bucket={name}
        name="policy"
        label="Bucket policy"
        examples={examples}
        readOnly={!may('s3:PutBucketPolicy')}
        hint="JSON, as on AWS: who may do what in this bucket. The server checks it before it takes effect, at once."
        validate={jsonMistake}
      />
    </>
  );
}

function same(left: string, right: string): boolean {
  try {
    return JSON.stringify(JSON.parse(left)) === JSON.stringify(JSON.parse(right));
  } catch {
    return false;
  }
}

function Summary({ bucket, may }: { bucket: Bucket; may: May }) {
  const queries = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const figures: [string, string][] = [
    ['Objects', count(bucket.objects)],
    ['Size, all versions', bytes(bucket.bytes)],
    ['Versions', count(bucket.versions)],
    ['Created', when(bucket.created)],
  ];
  return (
    <>
      <div class="cards">
        {figures.map(([name, value]) => (
          <div class="card figure" key={name}>
            <p class="soft">{name}</p>
            <p class={name === 'Created' ? 'head' : 'value'}>{value}</p>
          </div>
        ))}
      </div>
      {may('s3:DeleteBucket') && (
        <section class="card">
          <h2>Delete the bucket</h2>
          <p class="soft">Only an empty bucket can be deleted, without objects and without old versions of them.</p>
          <div>
            <Button kind="danger" icon="trash" onClick={() => setRemoving(true)}>
              Delete bucket
            </Button>
          </div>
        </section>
      )}
      {removing && (
        <Confirm
          title={`Delete the bucket ${bucket.name}?`}
          action="Delete bucket"
          typed={bucket.name}
          onClose={() => setRemoving(false)}
          onConfirm={async () => {
            await send(s3Url(bucket.name), { method: 'DELETE' });
            await queries.invalidateQueries({ queryKey: ['buckets'] });
            go(href(['buckets']));
          }}
        >
          <p>Its settings go with it. This can’t be undone.</p>
        </Confirm>
      )}
    </>
  );
}

function Versioning({ bucket, may }: { bucket: Bucket; may: May }) {
  const queries = useQueryClient();
  const [problem, setProblem] = useState<unknown>();
  const set = async (on: boolean) => {
    setProblem(undefined);
    try {
      const status = on ? 'Enabled' : 'Suspended';
      await putConfiguration(bucket.name, 'versioning', `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`);
      await queries.invalidateQueries({ queryKey: ['buckets'] });
      toast(on ? 'Versions are kept' : 'New writes keep no versions');
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <section class="card">
      <h2>Versions</h2>
      <Toggle
        label="Keep versions"
        checked={bucket.versioning === 'enabled'}
        disabled={!may('s3:PutBucketVersioning') || bucket.object_lock}
        onChange={(on) => void set(on)}
        hint={
          bucket.object_lock
            ? 'Object lock needs versions, so they stay on.'
            : bucket.versioning === 'suspended'
              ? 'Suspended: versions that are there stay, new writes keep none.'
              : 'Whatever is overwritten or deleted stays and can be restored from the object’s properties.'
        }
      />
      <Problem problem={problem} />
    </section>
  );
}

function ObjectLock({ bucket, may }: { bucket: Bucket; may: May }) {
  const stored = useConfiguration(bucket.name, 'object-lock');
  const queries = useQueryClient();
  const [mode, setMode] = useState<string>();
  const [days, setDays] = useState<string>();
  const [problem, setProblem] = useState<unknown>();
  if (!bucket.object_lock) {
    return <Notice icon="lock">This bucket was made without object lock, which can be chosen only as a bucket is made.</Notice>;
  }
  if (stored.isPending) return <Loading />;
  const document = new DOMParser().parseFromString(stored.data || '<None/>', 'application/xml');
  const find = (name: string) => document.getElementsByTagName(name)[0]?.textContent ?? '';
  const years = Number(find('Years') || 0);
  const shownMode = mode ?? find('Mode');
  const shownDays = days ?? (years ? String(years * 365) : find('Days'));
  const save = async (event: Event) => {
    event.preventDefault();
    setProblem(undefined);
    const rule = shownMode ? `<Rule><DefaultRetention><Mode>${shownMode}</Mode><Days>${Number(shownDays)}</Days></DefaultRetention></Rule>` : '';
    try {
      const text = `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>${rule}</ObjectLockConfiguration>`;
      await putConfiguration(bucket.name, 'object-lock', text);
      await queries.invalidateQueries({ queryKey: ['configuration', bucket.name, 'object-lock'] });
      toast('Default retention saved');
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <form class="card" onSubmit={(event) => void save(event)}>
      <h2>Default retention</h2>
      <p class="soft">Protects each new version for so long, unless its writer says otherwise.</p>
      <Select
        label="Mode"
        value={shownMode}
        onChange={setMode}
        options={[
          ['', 'None'],
          ['GOVERNANCE', 'Governance: those with the permission can lift it'],
          ['COMPLIANCE', 'Compliance: nobody can lift it'],
        ]}
      />
      {shownMode && <TextField label="Days" type="number" value={shownDays} onInput={setDays} required />}
      <Problem problem={problem} />
      <div>
        <Button submit kind="primary" disabled={!may('s3:PutBucketObjectLockConfiguration')}>
          Save
        </Button>
      </div>
    </form>
  );
}

function Tags({ bucket, may }: { bucket: string; may: May }) {
  const tags = useQuery({
    queryKey: ['bucket-tags', bucket],
    queryFn: async () => ((await getConfiguration(bucket, 'tagging')) === undefined ? [] : getTags(bucket)),
  });
  if (tags.isPending) return <Loading />;
  if (tags.isError) return <Problem problem={tags.error} />;
  return (
    <section class="card">
      <h2>Tags</h2>
      <TagEditor
        key={JSON.stringify(tags.data)}
        tags={tags.data}
        readOnly={!may('s3:PutBucketTagging')}
        onSave={async (list) => {
          await putTags(bucket, '', list);
          await tags.refetch();
        }}
      />
    </section>
  );
}

// Documents that are edited as they are: name in the query, label, permission, what it is for, examples.
interface DocumentPage {
  name: string;
  label: string;
  action: string;
  operation: string; // AWS's name
  hint: string;
  examples: [string, string][];
}

const documents: DocumentPage[] = [
  {
    name: 'cors',
    label: 'CORS',
    action: 's3:PutBucketCORS',
    operation: 'PutBucketCors',
    hint: 'Which pages of other sites may call this bucket from a browser.',
    examples: [
      ['Any site reads', cors('*', ['GET', 'HEAD'])],
      ['One site reads and writes', cors('https://app.example.org', ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'])],
    ],
  },
  {
    name: 'website',
    label: 'Website',
    action: 's3:PutBucketWebsite',
    operation: 'PutBucketWebsite',
    hint: 'Serves the bucket as a site: a start page for folders and a page for what is missing.',
    examples: [
      [
        'Start page and error page',
        '<WebsiteConfiguration>\n  <IndexDocument><Suffix>index.html</Suffix></IndexDocument>\n  <ErrorDocument><Key>404.html</Key></ErrorDocument>\n</WebsiteConfiguration>',
      ],
    ],
  },
  {
    name: 'lifecycle',
    label: 'Lifecycle',
    action: 's3:PutLifecycleConfiguration',
    operation: 'PutBucketLifecycleConfiguration',
    hint: 'Deletes by itself what is too old.',
    examples: [
      [
        'Delete logs/ after 30 days',
        '<LifecycleConfiguration>\n  <Rule>\n    <ID>old-logs</ID>\n    <Status>Enabled</Status>\n    <Filter><Prefix>logs/</Prefix></Filter>\n    <Expiration><Days>30</Days></Expiration>\n  </Rule>\n</LifecycleConfiguration>',
      ],
      [
        'Forget old versions and broken uploads',
        '<LifecycleConfiguration>\n  <Rule>\n    <ID>tidy</ID>\n    <Status>Enabled</Status>\n    <Filter><Prefix></Prefix></Filter>\n    <NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration>\n    <AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>\n  </Rule>\n</LifecycleConfiguration>',
      ],
    ],
  },
  {
    name: 'encryption',
    label: 'Encryption',
    action: 's3:PutEncryptionConfiguration',
    operation: 'PutBucketEncryption',
    hint: 'How new objects are encrypted on disk when their writer does not say.',
    examples: [
      [
        'AES-256 with the server’s key',
        '<ServerSideEncryptionConfiguration>\n  <Rule>\n    <ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>\n  </Rule>\n</ServerSideEncryptionConfiguration>',
      ],
    ],
  },
  {
    name: 'notification',
    label: 'Notifications',
    action: 's3:PutBucketNotification',
    operation: 'PutBucketNotificationConfiguration',
    hint: 'Tells another service of what happens to objects.',
    examples: [
      [
        'Every new object, to the webhook named 1',
        '<NotificationConfiguration>\n  <QueueConfiguration>\n    <Id>new-objects</Id>\n    <Queue>arn:minio:sqs::1:webhook</Queue>\n    <Event>s3:ObjectCreated:*</Event>\n  </QueueConfiguration>\n</NotificationConfiguration>',
      ],
    ],
  },
];

function cors(origin: string, methods: string[]): string {
  const lines = methods.map((method) => `    <AllowedMethod>${method}</AllowedMethod>`).join('\n');
  return `<CORSConfiguration>\n  <CORSRule>\n    <AllowedOrigin>${escapeXml(origin)}</AllowedOrigin>\n${lines}\n    <AllowedHeader>*</AllowedHeader>\n  </CORSRule>\n</CORSConfiguration>`;
}

const fixedTabs: [string, string][] = [
  ['summary', 'Summary'],
  ['access', 'Access'],
  ['versions', 'Versions'],
  ['lock', 'Object lock'],
  ['tags', 'Tags'],
];

// A tab whose operation this server doesn't have isn't shown.
function useServedDocuments(): DocumentPage[] {
  const { operations } = useSession();
  return documents.filter((one) => operations.includes(one.operation));
}

export function BucketPage({ bucket: name, tab }: { bucket: string; tab: string }) {
  const buckets = useBuckets();
  const bucket = buckets.data?.find((one) => one.name === name);
  const may = useAllowed(name, actions);
  const served = useServedDocuments();
  const tabs: [string, string][] = [...fixedTabs.slice(0, 2), ...served.map((one): [string, string] => [one.name, one.label]), ...fixedTabs.slice(2)];
  const document = served.find((one) => one.name === tab);
  return (
    <div class="content">
      <div class="head">
        <div class="grow actions">
          <h1>{name}</h1>
          {bucket && <Badges bucket={bucket} />}
        </div>
        <a class="button primary" href={browse(name)}>
          <Icon name="folder" />
          Objects
        </a>
      </div>
      <Tabs tabs={tabs} current={tab} hrefOf={(key) => href(['buckets', name, key])} />
      {buckets.isPending && <Loading />}
      <Problem problem={buckets.error} retry={() => void buckets.refetch()} />
      {buckets.data && !bucket && <Problem problem={new Error('There is no such bucket, or it is not open to this access key.')} />}
      {bucket && tab === 'summary' && <Summary bucket={bucket} may={may} />}
      {bucket && tab === 'access' && <Access bucket={bucket} may={may} />}
      {bucket && tab === 'versions' && <Versioning bucket={bucket} may={may} />}
      {bucket && tab === 'lock' && <ObjectLock bucket={bucket} may={may} />}
      {bucket && tab === 'tags' && <Tags bucket={name} may={may} />}
      {bucket && document && (
        <DocumentEditor
          key={document.name}
          bucket={name}
          name={document.name}
          label={document.label}
          examples={document.examples}
          readOnly={!may(document.action)}
          hint={document.hint}
          validate={xmlMistake}
        />
      )}
    </div>
  );
}

