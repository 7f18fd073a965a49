// Shows an object without ever letting it act: text becomes text nodes, and what a browser renders by itself comes from
// an address whose answers forbid scripts and are of an origin of their own.
import { useQuery } from '@tanstack/react-query';
import { apiUrl, send } from '../api';
import { bytes } from '../format';
import type { ObjectHead } from '../s3';
import { Loading, Problem } from '../ui/kit';

const textBytes = 64 * 1024;
const maxRows = 200;

type Kind = 'image' | 'video' | 'audio' | 'pdf' | 'csv' | 'json' | 'text' | undefined;

const endings: [RegExp, Kind][] = [
  [/\.csv$/i, 'csv'],
  [/\.json$/i, 'json'],
  [/\.(txt|md|log|xml|ya?ml|toml|ini|conf|html?|css|m?[jt]sx?|py|go|rs|c|h|cpp|hpp|java|sh|sql|tsv)$/i, 'text'],
];

export function kindOf(key: string, type: string): Kind {
  const plain = type.split(';')[0]!.trim().toLowerCase();
  if (/^image\/(png|jpeg|gif|webp|avif|bmp|svg\+xml)$/.test(plain)) return 'image';
  if (plain.startsWith('video/')) return 'video';
  if (plain.startsWith('audio/')) return 'audio';
  if (plain === 'application/pdf') return 'pdf';
  if (plain === 'text/csv') return 'csv';
  if (plain === 'application/json') return 'json';
  if (plain.startsWith('text/')) return 'text';
  return endings.find(([ending]) => ending.test(key))?.[1];
}

function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  const endCell = () => {
    rows[rows.length - 1]!.push(cell);
    cell = '';
  };
  for (let i = 0; i < text.length && rows.length <= maxRows; ++i) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[++i]!;
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',') endCell();
    else if (c === '\n') {
      endCell();
      rows.push([]);
    } else if (c !== '\r') cell += c;
  }
  endCell();
  return rows.filter((row) => row.length > 1 || row[0] !== '');
}

function CsvTable({ text }: { text: string }) {
  const [head = [], ...rows] = parseCsv(text);
  return (
    <div class="table" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            {head.map((cell, index) => (
              <th key={index}>{cell}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, maxRows).map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function TextPreview({ url, head, kind }: { url: string; head: ObjectHead; kind: 'csv' | 'json' | 'text' }) {
  const content = useQuery({
    queryKey: ['text', url, head.etag],
    queryFn: async () => (await send(url, { headers: head.size ? { Range: `bytes=0-${textBytes - 1}` } : {} })).text(),
  });
  if (content.isPending) return <Loading />;
  if (content.isError) return <Problem problem={content.error} />;
  const cut = head.size > textBytes;
  return (
    <>
      {kind === 'csv' ? <CsvTable text={content.data} /> : <pre tabIndex={0} aria-label="Content">{kind === 'json' ? prettyJson(content.data) : content.data}</pre>}
      {cut && <p class="hint">The first {bytes(textBytes)} of {bytes(head.size)}</p>}
    </>
  );
}

export function Preview({ bucket, objectKey, versionId, head }: { bucket: string; objectKey: string; versionId?: string; head: ObjectHead }) {
  const url = apiUrl(`preview/${encodeURIComponent(bucket)}/${encodeURIComponent(objectKey)}`, { versionId });
  const kind = kindOf(objectKey, head.type);
  if (!kind) return <p class="hint">There is no preview for {head.type || 'this type'}.</p>;
  return (
    <div class="preview">
      {kind === 'image' && <img src={url} alt={`Preview of ${objectKey}`} />}
      {kind === 'video' && <video src={url} controls preload="metadata" aria-label={`Preview of ${objectKey}`} />}
      {kind === 'audio' && <audio src={url} controls preload="metadata" aria-label={`Preview of ${objectKey}`} />}
      {kind === 'pdf' && <iframe src={url} title={`Preview of ${objectKey}`} />}
      {(kind === 'csv' || kind === 'json' || kind === 'text') && <TextPreview url={url} head={head} kind={kind} />}
    </div>
  );
}
