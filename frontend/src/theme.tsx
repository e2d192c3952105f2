import { signal } from '@preact/signals'
import { Icon, type IconName } from './icons'

type Theme = 'auto' | 'light' | 'dark'
const STORED = 'theme'
const ORDER: Theme[] = ['auto', 'light', 'dark']
const ICONS: Record<Theme, IconName> = { auto: 'auto', light: 'sun', dark: 'moon' }

const NAMES: Record<Theme, string> = { auto: 'Auto', light: 'Light', dark: 'Dark' }

function stored(): Theme {
  const value = localStorage.getItem(STORED)
  return value === 'light' || value === 'dark' ? value : 'auto'
}

export const theme = signal<Theme>(stored())

function show(next: Theme): void {
  if (next === 'auto') document.documentElement.removeAttribute('data-theme')
  else document.documentElement.dataset.theme = next
}

show(theme.value)

/** Steps through automatic, light and dark; the choice is kept in this browser. */
export function ThemeSwitch() {
  const now = theme.value
  const next = ORDER[(ORDER.indexOf(now) + 1) % ORDER.length] ?? 'auto'
  return (
    <button
      type="button"
      class="button"
      aria-label={`Colours: ${NAMES[now]}. Switch to ${NAMES[next]}`}
      title={`Colours: ${NAMES[now]}`}
      data-testid="theme"
      onClick={() => {
        localStorage.setItem(STORED, next)
        theme.value = next
        show(next)
      }}
    >
      <Icon name={ICONS[now]} />
      <span class="wide-only">{NAMES[now]}</span>
    </button>
  )
}
