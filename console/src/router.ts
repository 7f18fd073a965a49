// The address is in the fragment, so that reload and back work under any path of a proxy without its help.
import { useEffect, useState } from 'preact/hooks';

export interface Route {
  path: string[];
  query: URLSearchParams;
}

function parse(): Route {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  return { path: path ? path.split('/').map(decodeURIComponent) : [], query: new URLSearchParams(query) };
}

export function useRoute(): Route {
  const [route, setRoute] = useState(parse);
  useEffect(() => {
    const update = () => setRoute(parse());
    addEventListener('hashchange', update);
    return () => removeEventListener('hashchange', update);
  }, []);
  return route;
}

export function href(path: string[], query: Record<string, string | undefined> = {}): string {
  const parameters = new URLSearchParams(Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]));
  const text = parameters.toString();
  return `#/${path.map(encodeURIComponent).join('/')}${text ? `?${text}` : ''}`;
}

export function go(target: string) {
  location.hash = target;
}

export const browse = (bucket: string, prefix = '', query: Record<string, string | undefined> = {}) =>
  href(['browse', bucket, ...prefix.split('/')], query);
