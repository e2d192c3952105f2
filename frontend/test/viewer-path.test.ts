import { expect, test } from 'vitest'
import segments from '../../tests/viewer_id_segments.json'
import { viewerPath } from '../src/api/viewer-path'

test.each(segments)('the viewer $viewer_id has a path that no gateway changes', ({ viewer_id, segment }) => {
  expect(viewerPath(viewer_id)).toBe(`/v1/viewers/${segment}`)
})
