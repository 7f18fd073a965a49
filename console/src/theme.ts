// Light or dark: what was chosen here, else what the system says.
const key = 'holdfast-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

export const isDark = () => document.documentElement.dataset.theme === 'dark';

export function applyTheme(chosen = localStorage.getItem(key)) {
  document.documentElement.dataset.theme = (chosen ?? (system.matches ? 'dark' : 'light')) === 'dark' ? 'dark' : 'light';
}

export function toggleTheme() {
  const chosen = isDark() ? 'light' : 'dark';
  localStorage.setItem(key, chosen);
  applyTheme(chosen);
}

system.addEventListener('change', () => applyTheme());
