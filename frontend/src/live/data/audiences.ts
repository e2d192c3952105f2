import { signal } from '@preact/signals'
import { type Audience, readAudience } from '../../api/audience'
import type { ApiClient } from '../../api/client'

/** The service's counts: of everyone, and of the title that the view is narrowed to. */
export class Audiences {
  readonly everyone = signal<Audience | null>(null)
  readonly ofTitle = signal<Audience | null>(null)

  #client: ApiClient
  #mediaId: string | null = null

  constructor(client: ApiClient) {
    this.#client = client
  }

  /** Live sessions by the service's count; 0 before the first answer. */
  get live(): number {
    return Object.values(this.everyone.value?.byStatus ?? {}).reduce((sum, count) => sum + count, 0)
  }

  /** Another title's counts aren't this one's: they are forgotten at once. */
  narrowTo(mediaId: string | null): void {
    if (mediaId !== this.#mediaId) this.ofTitle.value = null
    this.#mediaId = mediaId
  }

  async readEveryone(stop: AbortSignal): Promise<void> {
    const answer = await this.#client.get('/v1/audience', {}, stop)
    if (answer.changed || this.everyone.value === null) this.everyone.value = readAudience(answer.body)
  }

  async readTitle(stop: AbortSignal): Promise<void> {
    const mediaId = this.#mediaId
    if (mediaId === null) return
    const answer = await this.#client.get('/v1/audience', { media_id: mediaId }, stop)
    if (mediaId === this.#mediaId && (answer.changed || this.ofTitle.value === null))
      this.ofTitle.value = readAudience(answer.body)
  }
}
