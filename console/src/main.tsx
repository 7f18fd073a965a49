import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { ApiError, getJson, onLoggedOut, type Session } from './api';
import { Frame } from './frame';
import { Login } from './pages/login';
import { applyTheme } from './theme';
import { Loading, Problem, Toasts } from './ui/kit';
import './styles.css';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      staleTime: 5000,
      retry: (count, problem) => problem instanceof ApiError && problem.status === 0 && count < 2,
    },
  },
});

function App() {
  const queries = useQueryClient();
  const session = useQuery({ queryKey: ['session'], queryFn: () => getJson<Session | null>('session'), staleTime: Infinity });
  useEffect(() => onLoggedOut(() => queries.setQueryData(['session'], null)), []);
  if (session.isPending) return <Loading />;
  if (session.isError) return <Problem problem={session.error} retry={() => void session.refetch()} />;
  if (!session.data) return <Login onLogin={() => void queries.invalidateQueries({ queryKey: ['session'] })} />;
  return <Frame session={session.data} />;
}

applyTheme();
render(
  <QueryClientProvider client={client}>
    <App />
    <Toasts />
  </QueryClientProvider>,
  document.getElementById('app')!,
);
