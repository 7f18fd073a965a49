import { useQueryClient } from '@tanstack/react-query';
import { createContext } from 'preact';
import { useContext, useState } from 'preact/hooks';
import { postJson, type Session } from './api';
import { BucketPage } from './pages/bucket';
import { BucketsPage } from './pages/buckets';
import { ObjectsPage } from './pages/objects';
import { ServerPage } from './pages/server';
import { ConnectPage } from './pages/connect';
import { href, type Route, useRoute } from './router';
import { isDark, toggleTheme } from './theme';
import { Icon, type IconName } from './ui/icons';
import { Button, Empty } from './ui/kit';
import { Mark } from './ui/mark';
import { UploadsPanel } from './ui/uploads-panel';

const SessionContext = createContext<Session>(undefined!);
export const useSession = () => useContext(SessionContext);

const places: [string, string, IconName, (session: Session) => boolean][] = [
  ['buckets', 'Buckets', 'bucket', () => true],
  ['server', 'Monitoring', 'chart', (session) => session.features.includes('server')],
  ['connect', 'Connect', 'settings', () => true],
];

function Page({ route }: { route: Route }) {
  const [place = 'buckets', bucket, ...rest] = route.path;
  if (place === 'browse' && bucket) return <ObjectsPage key={bucket} bucket={bucket} prefix={rest.join('/')} query={route.query} />;
  if (place === 'buckets') return bucket ? <BucketPage key={bucket} bucket={bucket} tab={rest[0] ?? 'summary'} /> : <BucketsPage />;
  if (place === 'server') return <ServerPage />;
  if (place === 'connect') return <ConnectPage tool={bucket ?? 'awscli'} />;
  return (
    <div class="content">
      <Empty icon="search" title="There is no such page">
        <a href={href(['buckets'])}>Go to the buckets</a>
      </Empty>
    </div>
  );
}

function Side({ session, route }: { session: Session; route: Route }) {
  const queries = useQueryClient();
  const [dark, setDark] = useState(isDark);
  const here = route.path[0] === 'browse' ? 'buckets' : (route.path[0] ?? 'buckets');
  const logout = async () => {
    await postJson('logout').catch(() => {});
    queries.clear();
    location.reload();
  };
  return (
    <header class="side">
      <a class="brand" href={href(['buckets'])} aria-label="Holdfast, all buckets">
        <Mark />
        <span>Holdfast</span>
      </a>
      <nav aria-label="Main">
        {places
          .filter(([, , , shown]) => shown(session))
          .map(([path, name, icon]) => (
            <a key={path} href={href([path])} aria-current={here === path ? 'page' : undefined} aria-label={name}>
              <Icon name={icon} />
              <span>{name}</span>
            </a>
          ))}
      </nav>
      <div class="who">
        <p class="name" title={session.access_key}>
          {session.access_key}
        </p>
        <div class="row">
          <Button
            kind="quiet"
            icon={dark ? 'sun' : 'moon'}
            label={dark ? 'Light colours' : 'Dark colours'}
            onClick={() => {
              toggleTheme();
              setDark(isDark());
            }}
          />
          <Button kind="quiet" icon="logout" label="Log out" onClick={() => void logout()} />
        </div>
      </div>
    </header>
  );
}

export function Frame({ session }: { session: Session }) {
  const route = useRoute();
  return (
    <SessionContext.Provider value={session}>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.querySelector('main')?.focus())}>
        Skip to the content
      </a>
      <div class="frame">
        <Side session={session} route={route} />
        <main id="main" tabIndex={-1}>
          <Page route={route} />
        </main>
      </div>
      <UploadsPanel />
    </SessionContext.Provider>
  );
}
