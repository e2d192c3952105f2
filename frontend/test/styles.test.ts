import { describe, expect, it } from 'vitest'

type Sources = Record<string, string>
const MODULES: Sources = import.meta.glob('../src/**/*.module.css', {
  eager: true,
  import: 'default',
  query: '?raw',
})
const COMPONENTS: Sources = import.meta.glob('../src/**/*.tsx', {
  eager: true,
  import: 'default',
  query: '?raw',
})

function camel(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** Names of the module's own classes, as a component says them. */
function classes(css: string): string[] {
  const own = css.replace(/:global\([^)]*\)/g, '').replace(/\{[^{}]*\}/g, '{}')
  return [...new Set([...own.matchAll(/\.([a-z][\w-]*)/g)].map((match) => camel(match[1] ?? '')))].sort()
}

describe('styles beside their component', () => {
  it('are found', () => expect(Object.keys(MODULES).length).toBeGreaterThan(10))
  // A misspelt name would be `undefined`, which the browser takes without a word.
  it.each(Object.keys(MODULES))('%s has just the classes that its component uses', (path) => {
    const component = COMPONENTS[path.replace('.module.css', '.tsx')] ?? ''
    const used = [...new Set([...component.matchAll(/\bcss\.(\w+)/g)].map((match) => match[1]))].sort()
    expect(used).toEqual(classes(MODULES[path] ?? ''))
  })
})
