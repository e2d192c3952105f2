import { Fragment } from 'preact'
import type { MediaSession } from '../../api/media-session'
import { dimensionWord, valueWord } from '../dimension-words'
import type { Column } from './columns'

/** Before the name of a dimension in the id of its column. */
const DIMENSION = 'd.'
/** Sorts after every value. */
const LAST = '\uffff'

function sortBy(name: string): NonNullable<Column['sort']> {
  return ({ session }) => session.dimensions[name]?.toLowerCase() ?? LAST
}

/** What the column of this id orders rows by; undefined: it is no dimension's. */
export function orderByDimension(id: string): Column['sort'] {
  return id.startsWith(DIMENSION) ? sortBy(id.slice(DIMENSION.length)) : undefined
}

/** A dimension of the stage as a column. */
export function dimensionColumn(name: string): Column {
  return {
    id: DIMENSION + name,
    name: dimensionWord(name),
    width: 'minmax(5rem, 0.6fr)',
    from: 0,
    sort: sortBy(name),
    render: ({ session }) => <DimensionValue session={session} name={name} />,
  }
}

/** A value of a dimension, in words. */
function DimensionValue({ session, name }: { session: MediaSession; name: string }) {
  const value = session.dimensions[name] ?? null
  if (value === null) return <span class="quiet">–</span>
  const word = valueWord(name, value)
  return (
    <bdi title={word} data-testid={`dimension-${name}`}>
      {word}
    </bdi>
  )
}

/** All that a session is told apart by: "Germany · Phone · west". */
export function DimensionValues({ session }: { session: MediaSession }) {
  const known = Object.entries(session.dimensions).flatMap(([name, value]) =>
    value === null ? [] : [{ name, word: valueWord(name, value) }],
  )
  return (
    <>
      {known.map(({ name, word }, at) => (
        <Fragment key={name}>
          {at > 0 && ' · '}
          <bdi title={dimensionWord(name)}>{word}</bdi>
        </Fragment>
      ))}
    </>
  )
}
