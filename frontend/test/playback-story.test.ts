import { describe, expect, it } from 'vitest'
import type { TimelineEvent } from '../src/api/viewer'
import { playbackStory } from '../src/live/panel/playback-story'
import type { Status } from '../src/live/status'
import { NOW } from './sessions'

let made = 0

function at(
  seconds: number,
  event: string,
  position: number,
  status: Status = 'WATCHING_VIDEO',
  more: Partial<TimelineEvent> = {},
): TimelineEvent {
  made += 1
  return {
    id: `e${made}`,
    at: NOW + seconds * 1000,
    event,
    sessionId: 's1',
    status,
    position,
    ad: null,
    details: {},
    ...more,
  }
}

const ad = (name: string) => ({ ad: { id: name, name, podPosition: 1, podSize: 2, breakName: 'mid-roll' } })

describe('the story of a session along the video', () => {
  it('draws what was played between play and pause, and goes on to the playhead', () => {
    const story = playbackStory(
      [at(0, 'play', 0), at(10, 'pause', 10, 'PAUSED_VIDEO'), at(40, 'play', 10)],
      25,
      90,
    )
    expect(story.spans).toEqual([
      { from: 0, to: 10 },
      { from: 10, to: 25 },
    ])
    expect(story.marks).toEqual([{ kind: 'pause', at: 10, words: 'Paused' }])
  })

  it('tells a pause of the viewer from the pause that a player makes for ads', () => {
    const story = playbackStory(
      [
        at(0, 'play', 0),
        at(30, 'pause', 30, 'PAUSED_VIDEO'),
        at(30, 'ad_break_start', 30, 'WATCHING_AD'),
        at(30, 'ad_start', 30, 'WATCHING_AD', ad('Coffee')),
        at(34, 'ad_complete', 30, 'WATCHING_AD', ad('Coffee')),
        at(34, 'ad_start', 30, 'WATCHING_AD', ad('Bikes')),
        at(36, 'ad_skip', 30, 'WATCHING_AD', ad('Bikes')),
        at(36, 'ad_break_end', 30, 'PAUSED_VIDEO'),
        at(36, 'play', 30),
      ],
      40,
      90,
    )
    expect(story.marks).toEqual([{ kind: 'ad', at: 30, words: 'Ads: Coffee, Bikes (skipped)' }])
    expect(story.spans).toEqual([
      { from: 0, to: 30 },
      { from: 30, to: 40 },
    ])
  })

  it('draws a seek from where playback was, though the player says its target at once', () => {
    const story = playbackStory(
      [at(0, 'play', 0), at(12, 'seek_start', 60), at(12.2, 'seek_end', 60)],
      65,
      90,
    )
    expect(story.seeks).toEqual([{ from: 12, to: 60 }])
    expect(story.spans).toEqual([
      { from: 0, to: 12 },
      { from: 60, to: 65 },
    ])
  })

  it('marks buffering with how long it was', () => {
    const story = playbackStory(
      [at(0, 'play', 0), at(5, 'buffer_start', 5, 'BUFFERING_VIDEO'), at(9, 'buffer_end', 5)],
      8,
      90,
    )
    expect(story.marks).toEqual([{ kind: 'buffering', at: 5, words: 'Buffering for 4.0 s' }])
  })

  it('does not take the pause at the end for a pause', () => {
    const story = playbackStory(
      [at(0, 'play', 0), at(90, 'pause', 90, 'PAUSED_VIDEO'), at(90, 'end', 90, 'COMPLETED_VIDEO')],
      90,
      90,
    )
    expect(story.marks.map((mark) => mark.kind)).toEqual(['end'])
  })

  it('closes a stretch at a seek whose start was not sent, where the playhead was by then', () => {
    const story = playbackStory([at(0, 'play', 0), at(10, 'seek_end', 60)], 65, 90)
    expect(story.spans).toEqual([
      { from: 0, to: 10 },
      { from: 60, to: 65 },
    ])
    expect(story.seeks).toEqual([{ from: 10, to: 60 }])
  })

  it('takes a poll that finds the playhead where playing brought it for no seek', () => {
    const story = playbackStory([at(0, 'play', 0), at(10, 'seek_end', 10)], 20, 90)
    expect(story.spans).toEqual([
      { from: 0, to: 10 },
      { from: 10, to: 20 },
    ])
    expect(story.seeks).toEqual([])
  })

  it('closes a stretch at an error, and opens none until it plays again', () => {
    const events = [at(0, 'play', 0), at(10, 'error', 10, 'FAILED_VIDEO')]
    expect(playbackStory(events, 10, 90).spans).toEqual([{ from: 0, to: 10 }])
    expect(playbackStory([...events, at(20, 'play', 10)], 15, 90).spans).toEqual([
      { from: 0, to: 10 },
      { from: 10, to: 15 },
    ])
  })

  it('leaves out the ads that a server put into the stream, though the playhead moves on', () => {
    const story = playbackStory(
      [
        at(0, 'play', 0),
        at(30, 'ad_break_start', 30, 'WATCHING_AD'),
        at(30, 'ad_start', 30, 'WATCHING_AD', ad('Coffee')),
        at(45, 'ad_complete', 45, 'WATCHING_AD', ad('Coffee')),
        at(45, 'ad_break_end', 45),
      ],
      60,
      90,
    )
    expect(story.spans).toEqual([
      { from: 0, to: 30 },
      { from: 45, to: 60 },
    ])
  })

  it('goes on through an overlay', () => {
    const story = playbackStory([at(0, 'play', 0), at(30, 'ad_break_start', 30)], 60, 90)
    expect(story.spans).toEqual([{ from: 0, to: 60 }])
  })

  it('closes a stretch at a loop, at the end of the video at the latest', () => {
    const story = playbackStory([at(0, 'play', 0), at(95, 'volume_change', 5)], 20, 90)
    expect(story.spans).toEqual([
      { from: 0, to: 90 },
      { from: 5, to: 20 },
    ])
  })

  it('ends a stall with whatever shows that playback went on', () => {
    const story = playbackStory(
      [at(0, 'play', 0), at(5, 'buffer_start', 5, 'BUFFERING_VIDEO'), at(9, 'play', 5)],
      10,
      90,
    )
    expect(story.marks).toEqual([{ kind: 'buffering', at: 5, words: 'Buffering for 4.0 s' }])
    expect(story.spans).toEqual([
      { from: 0, to: 5 },
      { from: 5, to: 10 },
    ])
  })

  it('does not mark the moment for which every player waits at a start', () => {
    const events = [
      at(0, 'play', 0),
      at(0.01, 'buffer_start', 0, 'BUFFERING_VIDEO'),
      at(0.02, 'buffer_end', 0),
    ]
    expect(playbackStory(events, 10, 90)).toEqual({ spans: [{ from: 0, to: 10 }], marks: [], seeks: [] })
  })

  it('goes on after a stall whose end was not sent, once the playhead has moved on', () => {
    const stalled = [at(0, 'play', 0), at(10, 'buffer_start', 10, 'BUFFERING_VIDEO')]
    expect(playbackStory(stalled, 10, 90).spans).toEqual([{ from: 0, to: 10 }])
    expect(playbackStory(stalled, 25, 90).spans).toEqual([
      { from: 0, to: 10 },
      { from: 10, to: 25 },
    ])
    const story = playbackStory([...stalled, at(30, 'pause', 20, 'PAUSED_VIDEO')], 20, 90)
    expect(story.spans).toEqual([
      { from: 0, to: 10 },
      { from: 10, to: 20 },
    ])
    expect(story.marks.map((mark) => mark.words)).toEqual(['Buffering', 'Paused'])
  })

  it('does not take a pause that a player makes for ads or an error for the viewer’s', () => {
    const story = playbackStory(
      [
        at(0, 'play', 0),
        at(10, 'ad_break_start', 10, 'WATCHING_AD'),
        at(10, 'pause', 10, 'WATCHING_AD'),
        at(40, 'play', 10),
        at(50, 'error', 20, 'FAILED_VIDEO'),
        at(50, 'pause', 20, 'FAILED_VIDEO'),
      ],
      20,
      90,
    )
    expect(story.marks.map((mark) => mark.kind)).toEqual(['ad', 'error'])
  })

  it('is empty without events', () => {
    expect(playbackStory([], 10, 90)).toEqual({ spans: [], marks: [], seeks: [] })
  })
})
