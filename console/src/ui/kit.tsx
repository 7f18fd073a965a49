// The console's parts: native elements with names for screen readers, so that keyboard and focus come for free.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import { Icon, type IconName } from './icons';

interface ButtonProps {
  children?: ComponentChildren;
  icon?: IconName;
  kind?: 'primary' | 'danger' | 'plain' | 'quiet';
  label?: string; // its name when it shows an icon alone
  disabled?: boolean;
  busy?: boolean;
  submit?: boolean;
  pressed?: boolean;
  onClick?: (event: MouseEvent) => void;
}

export function Button({ children, icon, kind = 'plain', label, disabled, busy, submit, pressed, onClick }: ButtonProps) {
  return (
    <button
      type={submit ? 'submit' : 'button'}
      class={`button ${kind} ${children ? '' : 'square'}`}
      disabled={disabled || busy}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
    >
      {busy ? <span class="spinner" /> : icon && <Icon name={icon} />}
      {children && <span>{children}</span>}
    </button>
  );
}

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
}

export function Dialog({ title, onClose, children, wide }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => (before as HTMLElement | null)?.focus?.();
  }, []);
  const onCancel = (event: Event) => {
    event.preventDefault();
    onClose();
  };
  return (
    <dialog ref={dialog} class={wide ? 'wide' : ''} aria-labelledby={id} onCancel={onCancel}>
      <header>
        <h2 id={id}>{title}</h2>
        <Button kind="quiet" icon="close" label="Close" onClick={onClose} />
      </header>
      {children}
    </dialog>
  );
}

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  children: (id: string) => ComponentChildren;
}

export function Field({ label, hint, children }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id)}
      {hint && <p class="hint">{hint}</p>}
    </div>
  );
}

interface TextProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: ComponentChildren;
  type?: string;
  autoFocus?: boolean;
  autoComplete?: string;
  required?: boolean;
  placeholder?: string;
}

export function TextField({ label, hint, value, onInput, autoFocus, ...rest }: TextProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autoFocus) input.current?.focus();
  }, []);
  return (
    <Field label={label} hint={hint}>
      {(id) => <input id={id} ref={input} value={value} spellcheck={false} onInput={(e) => onInput(e.currentTarget.value)} {...(rest as object)} />}
    </Field>
  );
}

export function Select({ label, value, onChange, options, hint }: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: [string, string][];
  hint?: ComponentChildren;
}) {
  return (
    <Field label={label} hint={hint}>
      {(id) => (
        <select id={id} value={value} onChange={(e) => onChange(e.currentTarget.value)}>
          {options.map(([key, name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function Toggle({ label, checked, onChange, hint, disabled }: {
  label: string;
  checked: boolean;
  onChange: (on: boolean) => void;
  hint?: ComponentChildren;
  disabled?: boolean;
}) {
  return (
    <div class="field">
      <label class="toggle">
        <input type="checkbox" role="switch" checked={checked} disabled={disabled} onChange={(e) => onChange(e.currentTarget.checked)} />
        <span>{label}</span>
      </label>
      {hint && <p class="hint">{hint}</p>}
    </div>
  );
}

// What happened, why, what next, and the request's id for whoever looks into the log.
export function Problem({ problem, retry }: { problem: unknown; retry?: () => void }) {
  if (!problem) return null;
  const known = problem instanceof ApiError ? problem : undefined;
  const next: Record<string, string> = {
    AccessDenied: 'Your policies do not allow this. Ask an administrator for the permission.',
    NoSuchBucket: 'It may have been deleted meanwhile. Go back to the list of buckets.',
    NoSuchKey: 'It may have been deleted or renamed meanwhile. Reload the list.',
    BucketNotEmpty: 'Delete its objects first, all versions of them included.',
    XMinioStorageFull: 'The disk is nearly full. Delete objects, or add space.',
  };
  return (
    <div class="notice bad" role="alert">
      <Icon name="warning" />
      <div>
        <p>
          <strong>{known?.code ?? 'That did not work'}</strong> {problem instanceof Error ? problem.message : String(problem)}
        </p>
        {known && next[known.code] && <p>{next[known.code]}</p>}
        {known?.requestId && <p class="hint">Request {known.requestId}</p>}
      </div>
      {retry && (
        <Button icon="refresh" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

export function Notice({ children, icon = 'check' }: { children: ComponentChildren; icon?: IconName }) {
  return (
    <div class="notice" role="status">
      <Icon name={icon} />
      <div>{children}</div>
    </div>
  );
}

export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <span class="medallion">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      <div>{children}</div>
    </div>
  );
}

export function Loading() {
  return (
    <p class="loading" role="status">
      <span class="spinner" /> Loading…
    </p>
  );
}

// The clipboard's API is there in secure contexts alone; at http://nas.local the old way still works.
export async function copyText(text: string): Promise<boolean> {
  try {
    if (window.isSecureContext) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused: the old way.
  }
  const area = document.createElement('textarea');
  area.value = text;
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    setDone(await copyText(text));
    setTimeout(() => setDone(false), 2000);
  };
  return <Button kind="quiet" icon={done ? 'check' : 'copy'} label={done ? 'Copied' : label} onClick={() => void copy()} />;
}

export function Copyable({ text, label }: { text: string; label: string }) {
  return (
    <div class="copyable">
      <code>{text}</code>
      <CopyButton text={text} label={label} />
    </div>
  );
}

export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <div class="codeblock">
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <CopyButton text={text} label={`Copy ${label}`} />
    </div>
  );
}

export function Tabs({ tabs, current, hrefOf }: { tabs: [string, string][]; current: string; hrefOf: (tab: string) => string }) {
  return (
    <nav class="tabs" aria-label="Sections">
      {tabs.map(([key, name]) => (
        <a key={key} href={hrefOf(key)} aria-current={key === current ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}

// Short messages at the window's lower edge.
type Toast = { id: number; text: string; bad: boolean };
let toasts: Toast[] = [];
let nextToast = 0;
let showToasts: (list: Toast[]) => void = () => {};

export function toast(text: string, bad = false) {
  const id = ++nextToast;
  toasts = [...toasts, { id, text, bad }];
  showToasts(toasts);
  setTimeout(() => {
    toasts = toasts.filter((one) => one.id !== id);
    showToasts(toasts);
  }, bad ? 10000 : 4000);
}

export function Toasts() {
  const [list, setList] = useState<Toast[]>([]);
  useEffect(() => {
    showToasts = setList;
  }, []);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {list.map((one) => (
        <p key={one.id} class={one.bad ? 'bad' : ''}>
          <Icon name={one.bad ? 'warning' : 'check'} />
          {one.text}
        </p>
      ))}
    </div>
  );
}

// Asks before something that can't be undone. `typed`: this word has to be typed first.
export function Confirm({ title, children, action, typed, onConfirm, onClose }: {
  title: string;
  children: ComponentChildren;
  action: string;
  typed?: string;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <div class="prose">{children}</div>
        {typed && <TextField label={`Type ${typed} to confirm`} value={text} onInput={setText} autoFocus autoComplete="off" />}
        <Problem problem={problem} />
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button submit kind="danger" icon="trash" busy={busy} disabled={typed !== undefined && text !== typed}>
            {action}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
