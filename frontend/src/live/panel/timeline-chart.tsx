import { clock } from '../../durations'
import type { Mark, PlaybackStory } from './playback-story'
import css from './timeline-chart.module.css'

const KINDS: { kind: Mark['kind']; word: string; shape: string }[] = [
  { kind: 'ad', word: 'Ad breaks', shape: 'M0 -6 L6 0 L0 6 L-6 0 Z' },
  { kind: 'pause', word: 'Pauses', shape: 'M-4 -5 h3 v10 h-3 z M1 -5 h3 v10 h-3 z' },
  { kind: 'buffering', word: 'Buffering', shape: 'M0 -5 a5 5 0 1 1 -0.01 0 z' },
  { kind: 'error', word: 'Errors', shape: 'M-4.5 -4.5 L4.5 4.5 M4.5 -4.5 L-4.5 4.5' },
  { kind: 'end', word: 'Reached end', shape: 'M-5 0 L-1.5 3.5 L5 -4' },
]

const KIND_CLASS: Record<Mark['kind'], string | undefined> = {
  ad: css.timelineAd,
  pause: css.timelinePause,
  buffering: css.timelineBuffering,
  error: css.timelineError,
  end: css.timelineEnd,
}

const LEFT = 92
const WIDTH = 480
const RIGHT = 470
const PLAYED_Y = 44
const LANE = 22

function sentence(story: PlaybackStory, duration: number): string {
  const count = (kind: Mark['kind']) => story.marks.filter((mark) => mark.kind === kind).length
  const played = story.spans.map((span) => `${clock(span.from)} to ${clock(span.to)}`).join(', ')
  return [
    `Timeline along ${clock(duration)} of video.`,
    played === '' ? 'Nothing played yet.' : `Played ${played}.`,
    `${count('ad')} ad breaks, ${count('pause')} pauses, ${story.seeks.length} seeks, ${count('buffering')} times buffering, ${count('error')} errors.`,
  ].join(' ')
}

/**
 * A session along the video's length: what was played, seeks as arcs above it, and a lane each for ads, pauses,
 * buffering and errors where they happened.
 */
export function TimelineChart({
  story,
  duration,
  playhead,
}: {
  story: PlaybackStory
  duration: number
  playhead: number | null
}) {
  const x = (position: number) => LEFT + Math.min(Math.max(position / duration, 0), 1) * (RIGHT - LEFT)
  const lanes = KINDS.filter(({ kind }) => story.marks.some((mark) => mark.kind === kind))
  const bottom = PLAYED_Y + 14 + lanes.length * LANE
  return (
    <svg
      class={`mark-colour ${css.timelineChart}`}
      data-testid="timeline-chart"
      viewBox={`0 0 ${WIDTH} ${bottom + 24}`}
      role="img"
      aria-label={sentence(story, duration)}
    >
      <text class={css.timelineName} x="0" y={PLAYED_Y + 4}>
        Played
      </text>
      <rect class={css.timelineLane} x={LEFT} y={PLAYED_Y - 5} width={RIGHT - LEFT} height="10" rx="5" />
      {story.spans.map((span, index) => (
        <rect
          key={index}
          class={css.timelinePlayed}
          x={x(span.from)}
          y={PLAYED_Y - 5}
          width={Math.max(2, x(span.to) - x(span.from))}
          height="10"
          rx="2"
        >
          <title>{`Played ${clock(span.from)} – ${clock(span.to)}`}</title>
        </rect>
      ))}
      {story.seeks.map((seek, index) => {
        const [from, to] = [x(seek.from), x(seek.to)]
        const lift = Math.min(52, 18 + Math.abs(to - from) / 4)
        return (
          <g key={index} class={css.timelineSeek}>
            <title>{`Seek ${clock(seek.from)} → ${clock(seek.to)}`}</title>
            <path
              d={`M${from} ${PLAYED_Y - 8} Q${(from + to) / 2} ${PLAYED_Y - 8 - lift} ${to} ${PLAYED_Y - 8}`}
            />
            <circle cx={to} cy={PLAYED_Y - 8} r="2.5" />
          </g>
        )
      })}
      {lanes.map(({ kind, word, shape }, lane) => {
        const y = PLAYED_Y + 24 + lane * LANE
        const marks = story.marks.filter((mark) => mark.kind === kind)
        return (
          <g key={kind} class={KIND_CLASS[kind]}>
            <text class={css.timelineName} x="0" y={y + 4}>
              {word}
              {kind !== 'end' && (
                <tspan class={css.timelineCount} dx="5">
                  {marks.length}
                </tspan>
              )}
            </text>
            <path class={css.timelineRule} d={`M${LEFT} ${y} H${RIGHT}`} />
            {marks.map((mark, index) => (
              <g key={index} transform={`translate(${x(mark.at).toFixed(1)} ${y})`}>
                <title>{`${mark.words} at ${clock(mark.at)}`}</title>
                <circle class={css.timelineHalo} r="8" />
                <path class={css.timelineMark} d={shape} />
              </g>
            ))}
          </g>
        )
      })}
      {playhead !== null && (
        <path class={css.timelinePlayhead} d={`M${x(playhead).toFixed(1)} ${PLAYED_Y - 11} V${bottom}`}>
          <title>{`Now at ${clock(playhead)}`}</title>
        </path>
      )}
      <text class={css.timelineName} x={LEFT} y={bottom + 18}>
        0:00
      </text>
      <text class={css.timelineName} x={(LEFT + RIGHT) / 2} y={bottom + 18} text-anchor="middle">
        {clock(duration / 2)}
      </text>
      <text class={css.timelineName} x={RIGHT} y={bottom + 18} text-anchor="end">
        {clock(duration)}
      </text>
    </svg>
  )
}
