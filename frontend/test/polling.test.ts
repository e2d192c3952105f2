import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiFailure } from '../src/api/client'
import { Polling } from '../src/live/data/polling'

describe('polling', () => {
  const stop = { now: new AbortController() }
  let hidden = false
  let read = vi.fn<() => Promise<void>>()

  beforeEach(() => {
    vi.useFakeTimers()
    stop.now = new AbortController()
    hidden = false
    read = vi.fn<() => Promise<void>>(async () => {})
  })
  afterEach(() => {
    stop.now.abort()
    vi.useRealTimers()
  })

  function start(): { polling: Polling; ended: Promise<void> } {
    const polling = new Polling(
      () => read(),
      () => hidden,
    )
    return { polling, ended: polling.run(stop.now.signal) }
  }

  it('reads every two seconds, in a hidden tab every fifteen', async () => {
    start()
    await vi.advanceTimersByTimeAsync(4100)
    expect(read).toHaveBeenCalledTimes(3)
    hidden = true
    await vi.advanceTimersByTimeAsync(2000)
    expect(read).toHaveBeenCalledTimes(4)
    await vi.advanceTimersByTimeAsync(14_000)
    expect(read).toHaveBeenCalledTimes(4)
    await vi.advanceTimersByTimeAsync(1000)
    expect(read).toHaveBeenCalledTimes(5)
  })

  it('takes the time of a read off the pause, but never goes without one', async () => {
    read.mockImplementation(() => new Promise((resolve) => setTimeout(resolve, 1900)))
    start()
    await vi.advanceTimersByTimeAsync(1900 + 249)
    expect(read).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(read).toHaveBeenCalledTimes(2)
  })

  it('tries again after 1, 2, 4 s and so on up to 15, and says what fails since when', async () => {
    read.mockRejectedValue(new ApiFailure('away', null, 'gone'))
    const { polling } = start()
    await vi.advanceTimersByTimeAsync(0)
    const since = polling.failingSince.value
    expect(polling.failure.value?.message).toBe('gone')
    for (const [seconds, calls] of [
      [1, 2],
      [2, 3],
      [4, 4],
      [8, 5],
      [15, 6],
      [15, 7],
    ] as const) {
      expect((polling.nextTry.value ?? 0) - Date.now()).toBe(seconds * 1000)
      await vi.advanceTimersByTimeAsync(seconds * 1000)
      expect(read).toHaveBeenCalledTimes(calls)
    }
    expect(polling.failingSince.value).toBe(since)
  })

  it('forgets the failure with the first read that succeeds', async () => {
    read.mockRejectedValueOnce(new TypeError('no field'))
    const { polling } = start()
    await vi.advanceTimersByTimeAsync(0)
    expect(polling.failure.value?.message).toContain('made no sense')
    await vi.advanceTimersByTimeAsync(1000)
    expect([polling.failure.value, polling.failingSince.value, polling.nextTry.value]).toEqual([
      null,
      null,
      null,
    ])
  })

  it('reads at once when it is woken', async () => {
    const { polling } = start()
    await vi.advanceTimersByTimeAsync(10)
    polling.retryNow()
    await vi.advanceTimersByTimeAsync(0)
    expect(read).toHaveBeenCalledTimes(2)
  })

  it('reads again at once when it is woken during a read', async () => {
    read.mockImplementationOnce(() => new Promise((resolve) => setTimeout(resolve, 500)))
    const { polling } = start()
    await vi.advanceTimersByTimeAsync(100)
    polling.retryNow()
    await vi.advanceTimersByTimeAsync(400)
    expect(read).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(1999)
    expect(read).toHaveBeenCalledTimes(2)
  })

  it('ends when the service wants a sign-in, and when it is stopped', async () => {
    read.mockRejectedValueOnce(new ApiFailure('signed-out', 401, 'expired'))
    await start().ended
    expect(read).toHaveBeenCalledTimes(1)
    const { ended } = start()
    await vi.advanceTimersByTimeAsync(0)
    stop.now.abort()
    await ended
    expect(read).toHaveBeenCalledTimes(2)
  })
})
