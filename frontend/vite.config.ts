import { defineConfig } from 'vitest/config'

// Two static pages. Nothing is inlined, so that the pages run under a Content-Security-Policy without unsafe-inline.
export default defineConfig({
  base: './',
  css: { modules: { localsConvention: 'camelCaseOnly' } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { index: 'index.html', video: 'video.html' } },
  },
  // The time that a test may take is for one that hangs: a busy machine loads a library for seconds.
  test: { environment: 'node', css: true, include: ['test/**/*.test.{ts,tsx}'], testTimeout: 60_000 },
})
