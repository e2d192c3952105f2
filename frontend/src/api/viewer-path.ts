/**
 * Where the API has a viewer. The id stands in the path as `~` and the base64url of its UTF-8: it may hold any character,
 * and gateways decode paths, cut them at a decoded `?` and merge slashes.
 */
export function viewerPath(viewerId: string): string {
  const bytes = new TextEncoder().encode(viewerId)
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  return `/v1/viewers/~${base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`
}
