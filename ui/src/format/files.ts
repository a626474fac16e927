const IMAGES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp'];

/** Pictures that are shown; SVG is not among them, as it can carry scripts. */
export const isImage = (type: string) => IMAGES.includes(type.split(';')[0]?.trim().toLowerCase() ?? '');

export const isText = (type: string) => /^(text\/(plain|csv|markdown|xml)|application\/json)/i.test(type);

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
