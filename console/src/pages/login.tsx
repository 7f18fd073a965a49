import { useState } from 'preact/hooks';
import { postJson } from '../api';
import { Button, Problem, TextField } from '../ui/kit';
import { Mark } from '../ui/mark';

export function Login({ onLogin }: { onLogin: () => void }) {
  const [accessKey, setAccessKey] = useState('');
  const [secretKey, setSecretKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await postJson('login', { access_key: accessKey, secret_key: secretKey });
      onLogin();
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  return (
    <main class="login">
      <div class="card">
        <h1 class="brand">
          <Mark />
          Holdfast
        </h1>
        <p class="soft">Log in with an access key and its secret key.</p>
        <form onSubmit={(event) => void submit(event)}>
          <TextField label="Access key" value={accessKey} onInput={setAccessKey} autoComplete="username" required autoFocus />
          <TextField
            label="Secret key"
            type="password"
            value={secretKey}
            onInput={setSecretKey}
            autoComplete="current-password"
            required
          />
          <Problem problem={problem} />
          <Button submit kind="primary" busy={busy}>
            Log in
          </Button>
        </form>
      </div>
    </main>
  );
}
