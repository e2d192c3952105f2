import { useEffect, useState } from 'preact/hooks'
import type { PlayerController } from './player-controller'
import { addressFor, makeUpViewer, type VideoSettings } from './settings'
import css from './viewer-form.module.css'

/** Who is watching and where the events go, and the faults that can be played. */
export function ViewerForm({
  settings,
  apply,
  controller,
}: {
  settings: VideoSettings
  apply: (changes: Partial<VideoSettings>) => void
  controller: PlayerController | null
}) {
  // What is being typed: the page is drawn many times a second while a video plays, and must not undo it.
  const [user, setUser] = useState(settings.user)
  const [collector, setCollector] = useState(settings.collector)
  useEffect(() => setUser(settings.user), [settings.user])
  useEffect(() => setCollector(settings.collector), [settings.collector])
  const applyTyped = () => apply({ user: user.trim() || settings.user, collector: collector.trim() })
  const playing = controller !== null && !controller.paused.value && controller.ads.shown.value === null
  return (
    <section class="card" aria-labelledby="viewer-heading">
      <header class="card-head">
        <h2 id="viewer-heading">Viewer</h2>
      </header>
      <form
        class={css.viewerForm}
        onSubmit={(event) => {
          event.preventDefault()
          const fields = new FormData(event.currentTarget)
          apply({
            user: String(fields.get('user')).trim(),
            collector: String(fields.get('collector')).trim(),
          })
        }}
      >
        <label class="field">
          <span>User id</span>
          <input
            name="user"
            required
            autoComplete="off"
            spellcheck={false}
            value={user}
            data-testid="user-id"
            onInput={(event) => setUser(event.currentTarget.value)}
            onChange={applyTyped}
          />
        </label>
        <label class="field">
          <span>Collector</span>
          <input
            name="collector"
            type="url"
            placeholder="https://collector.example.com"
            autoComplete="off"
            value={collector}
            data-testid="collector"
            onInput={(event) => setCollector(event.currentTarget.value)}
            onChange={applyTyped}
          />
        </label>
        {settings.collector === '' && (
          <p class="notice" role="status">
            No collector yet, so nothing is sent. Give its address above.
          </p>
        )}
        <label class={css.switch}>
          <input
            type="checkbox"
            role="switch"
            aria-checked={settings.anonymous}
            checked={settings.anonymous}
            data-testid="anonymous"
            onChange={(event) => apply({ anonymous: event.currentTarget.checked })}
          />
          <span>
            Anonymous tracking
            <small class="quiet">Leaves the user id out; the collector’s cookie names the viewer.</small>
          </span>
        </label>
        <div class="button-row">
          <a
            class="button"
            target="_blank"
            rel="noopener"
            data-testid="another-viewer"
            href={addressFor({ ...settings, user: 'another' }, location.href)}
            onClick={(event) => {
              event.currentTarget.href = addressFor({ ...settings, user: makeUpViewer() }, location.href)
            }}
          >
            Open as another viewer
          </a>
        </div>
        <fieldset class={css.faults}>
          <legend>Faults</legend>
          <div class="button-row">
            <button
              type="button"
              class="button"
              disabled={!playing}
              data-testid="stall"
              onClick={() => controller?.stall()}
            >
              Stall 4 s
            </button>
            <button
              type="button"
              class="button"
              disabled={!playing}
              data-testid="fail"
              onClick={() => controller?.fail()}
            >
              Break the stream
            </button>
          </div>
          <p class="quiet small" data-testid="faults-when">
            {playing ? 'For the video that plays.' : 'They work while the video plays, outside ads.'}
          </p>
        </fieldset>
      </form>
    </section>
  )
}
