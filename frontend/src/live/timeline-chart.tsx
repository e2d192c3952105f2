import { clock } from '../durations'
import type { Mark, PlaybackStory } from './playback-story'

const WIDTH = 1000
const HEIGHT = 132
const LANE_Y = 62
const LANE_HEIGHT = 16

const KIND_WORDS: Record<Mark['kind'], string> = {
  ad: 'Ads',
  pause: 'Pauses',
  buffering: 'Buffering',
  error: 'Errors',
  end: 'Reached the end',
}

const SHAPES: Record<Mark['kind'], string> = {
  ad: 'M0 -11 L10 0 L0 11 L-10 0 Z',
  pause: 'M-6 -9 h4 v18 h-4 z M2 -9 h4 v18 h-4 z',
  buffering: 'M0 -9 a9 9 0 1 1 -0.01 0 z',
  error: 'M-8 -8 L8 8 M8 -8 L-8 8',
  end: 'M-8 -9 h16 v18 h-16 z',
}

function sentence(story: PlaybackStory, duration: number): string {
  const count = (kind: Mark['kind']) => story.marks.filter((mark) => mark.kind === kind).length
  const played = story.spans.map((span) => `${clock(span.from)} to ${clock(span.to)}`).join(', ')
  return [
    `Timeline along ${clock(duration)} of video.`,
    played === '' ? 'Nothing played yet.' : `Played ${played}.`,
    `${count('ad')} ad breaks, ${count('pause')} pauses, ${story.seeks.length} seeks, ${count('buffering')} times buffering, ${count('error')} errors.`,
  ].join(' ')
}

/** A session along the video's length: what was played, and where ads, pauses, seeks and buffering fell. */
export function TimelineChart({
  story,
  duration,
  playhead,
}: {
  story: PlaybackStory
  duration: number
  playhead: number | null
}) {
  const x = (position: number) => (Math.min(Math.max(position / duration, 0), 1) * WIDTH).toFixed(1)
  const kinds = [...new Set(story.marks.map((mark) => mark.kind))]
  return (
    <figure class="timeline-chart">
      <svg viewBox={`-14 0 ${WIDTH + 28} ${HEIGHT}`} role="img" aria-label={sentence(story, duration)}>
        <rect class="timeline-lane" x="0" y={LANE_Y} width={WIDTH} height={LANE_HEIGHT} rx="8" />
        {story.spans.map((span, index) => (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: stretches have no identity but their place
            key={index}
            class="timeline-played"
            x={x(span.from)}
            y={LANE_Y}
            width={Math.max(2, Number(x(span.to)) - Number(x(span.from)))}
            height={LANE_HEIGHT}
            rx="4"
          >
            <title>{`Played ${clock(span.from)} – ${clock(span.to)}`}</title>
          </rect>
        ))}
        {story.seeks.map((seek, index) => {
          const from = Number(x(seek.from))
          const to = Number(x(seek.to))
          const lift = Math.min(46, 14 + Math.abs(to - from) / 6)
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: seeks have no identity but their place
            <g key={index} class="timeline-seek">
              <title>{`Seek ${clock(seek.from)} → ${clock(seek.to)}`}</title>
              <path d={`M${from} ${LANE_Y - 3} Q${(from + to) / 2} ${LANE_Y - 3 - lift * 2} ${to} ${LANE_Y - 3}`} />
              <circle cx={to} cy={LANE_Y - 3} r="4" />
            </g>
          )
        })}
        {story.marks.map((mark, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: marks have no identity but their place
          <g key={index} class={`timeline-mark timeline-${mark.kind}`} transform={`translate(${x(mark.at)} ${LANE_Y + LANE_HEIGHT + 20})`}>
            <title>{`${mark.words} at ${clock(mark.at)}`}</title>
            <path d={SHAPES[mark.kind]} />
          </g>
        ))}
        {playhead !== null && (
          <g class="timeline-playhead" transform={`translate(${x(playhead)} 0)`}>
            <title>{`Now at ${clock(playhead)}`}</title>
            <path d={`M0 ${LANE_Y - 8} V${LANE_Y + LANE_HEIGHT + 8}`} />
          </g>
        )}
        <g class="timeline-axis">
          <text x="0" y={HEIGHT - 6}>
            0:00
          </text>
          <text x={WIDTH / 2} y={HEIGHT - 6} text-anchor="middle">
            {clock(duration / 2)}
          </text>
          <text x={WIDTH} y={HEIGHT - 6} text-anchor="end">
            {clock(duration)}
          </text>
        </g>
      </svg>
      <figcaption class="timeline-legend">
        <span class="timeline-key">
          <i class="key-played" /> Played
        </span>
        {story.seeks.length > 0 && (
          <span class="timeline-key">
            <i class="key-seek" /> Seeks {story.seeks.length}
          </span>
        )}
        {kinds.map((kind) => (
          <span key={kind} class="timeline-key">
            <svg viewBox="-12 -12 24 24" aria-hidden="true" class={`timeline-mark timeline-${kind}`}>
              <path d={SHAPES[kind]} />
            </svg>
            {KIND_WORDS[kind]}
            {kind !== 'end' && ` ${story.marks.filter((mark) => mark.kind === kind).length}`}
          </span>
        ))}
      </figcaption>
    </figure>
  )
}
