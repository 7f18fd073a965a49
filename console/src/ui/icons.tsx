// 20 x 20 outlines, drawn for this console.
const shapes = {
  bucket: 'M3 5h14l-1.6 11.2a1 1 0 0 1-1 .8H5.6a1 1 0 0 1-1-.8L3 5zM3 5c0-1 3-2 7-2s7 1 7 2',
  folder: 'M2.5 5.5a1 1 0 0 1 1-1h4l2 2h7a1 1 0 0 1 1 1v7.5a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1z',
  file: 'M5 2.5h6.5L15 6v11a.5.5 0 0 1-.5.5h-9A.5.5 0 0 1 5 17zM11 2.5V6.5h4',
  image: 'M3 4h14v12H3zM3 13l4-4 4 4 2.5-2.5L17 14M13 7.5h.01',
  video: 'M2.5 5h10v10h-10zM12.5 9l5-3v8l-5-3',
  audio: 'M7 15V5l9-2v10M7 15a2.5 2 0 1 1-5 0 2.5 2 0 0 1 5 0zM16 13a2.5 2 0 1 1-5 0 2.5 2 0 0 1 5 0z',
  archive: 'M3 4h14v3H3zM4 7v9.5h12V7M8 10.5h4',
  upload: 'M10 13V3.5M6 7l4-4 4 4M3 13v3.5h14V13',
  download: 'M10 3v9.5M6 9l4 4 4-4M3 13v3.5h14V13',
  trash: 'M3.5 5.5h13M8 5.5V3h4v2.5M5 5.5l.8 11.5h8.4L15 5.5M8.3 8.5v5.5M11.7 8.5v5.5',
  share: 'M8 11.5a3.5 3.5 0 0 0 5 0l3-3a3.5 3.5 0 0 0-5-5l-1 1M12 8.5a3.5 3.5 0 0 0-5 0l-3 3a3.5 3.5 0 0 0 5 5l1-1',
  more: 'M10 4.5h.01M10 10h.01M10 15.5h.01',
  plus: 'M10 4v12M4 10h12',
  close: 'M5 5l10 10M15 5L5 15',
  check: 'M4 10.5l4 4 8-9',
  search: 'M14 14l3.5 3.5M15.5 9a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0z',
  key: 'M12.5 7.5a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM11.5 10.5L17 16M14.5 13.5l-2 2',
  chart: 'M3 3v14h14M6.5 14V9.5M10 14V6M13.5 14v-3',
  settings: 'M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4',
  logout: 'M8 3H3.5v14H8M8 10h9M13.5 6.5L17 10l-3.5 3.5',
  sun: 'M13.5 10a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0zM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6L16 16M4 16l1.4-1.4M14.6 5.4L16 4',
  moon: 'M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.500 8.500z',
  copy: 'M7 7h9.500v9.500H7zM13 7V3.500H3.500V13H7',
  globe: 'M17.500 10a7.500 7.500 0 1 1-15 0 7.500 7.500 0 0 1 15 0zM2.500 10h15M10 2.500c-5 5-5 10 0 15M10 2.500c5 5 5 10 0 15',
  lock: 'M5 9h10v8H5zM7 9V6a3 3 0 0 1 6 0v3',
  clock: 'M17.500 10a7.500 7.500 0 1 1-15 0 7.500 7.500 0 0 1 15 0zM10 5.500V10l3 2',
  refresh: 'M16.500 6.500A7.500 7.500 0 1 0 17.500 10M17 3v4h-4',
  warning: 'M10 3l8 14H2zM10 8v4.500M10 14.500h.01',
  chevron: 'M7.500 5l5 5-5 5',
  people: 'M8.500 9.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.500 16.500c0-3 2.500-5 6-5s6 2 6 5M13 3.800a3 3 0 0 1 0 5.400M15 12c1.700.8 2.500 2.300 2.500 4.500',
};
export type IconName = keyof typeof shapes;

export function Icon({ name, class: extra = '' }: { name: IconName; class?: string }) {
  return (
    <svg class={`icon ${extra}`} viewBox="0 0 20 20" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}

const byEnding: [RegExp, IconName][] = [
  [/\.(png|jpe?g|gif|webp|svg|avif|bmp|heic|tiff?)$/i, 'image'],
  [/\.(mp4|webm|mov|mkv|avi|m4v)$/i, 'video'],
  [/\.(mp3|wav|ogg|flac|m4a|opus)$/i, 'audio'],
  [/\.(zip|tar|gz|tgz|xz|zst|7z|bz2|rar)$/i, 'archive'],
];
export const iconOf = (key: string): IconName =>
  key.endsWith('/') ? 'folder' : (byEnding.find(([ending]) => ending.test(key))?.[1] ?? 'file');
