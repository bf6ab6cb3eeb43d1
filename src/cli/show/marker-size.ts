// Markers of a wished length. The merge makes them as long as it must so that no line of the texts can be taken for one;
// so a line that is exactly a marker of that length and label is one, and can be rewritten.

/** Rewrites the markers of a rendered conflict to `size` characters. `labels` are those that it was rendered with. */
export function resizeMarkers(
  rendered: Uint8Array,
  labels: { readonly current: string; readonly base: string; readonly proposed: string },
  size: number,
): Uint8Array {
  const text = Buffer.from(rendered).toString('latin1');
  const suffix = (label: string): string => (label === '' ? '' : ` ${Buffer.from(label).toString('latin1')}`);
  const lines = text.split('\n');
  const first = lines.map((line) => /^(<{7,})/.exec(line)?.[1]?.length ?? 0).reduce((a, b) => Math.max(a, b), 0);
  if (first === 0) return rendered;
  const wanted = new Map(
    [
      ['<', suffix(labels.current)],
      ['|', suffix(labels.base)],
      ['=', ''],
      ['>', suffix(labels.proposed)],
    ].map(([mark = '', label = '']) => [mark.repeat(first) + label, mark.repeat(size) + label]),
  );
  const resized = lines.map((line) => {
    const bare = line.endsWith('\r') ? line.slice(0, -1) : line;
    const marker = wanted.get(bare);
    return marker === undefined ? line : marker + line.slice(bare.length);
  });
  return Buffer.from(resized.join('\n'), 'latin1');
}

/** Markers of at least `size` characters; longer ones stay, since the merge made them so for a reason. */
export function growMarkers(
  rendered: Uint8Array,
  labels: { readonly current: string; readonly base: string; readonly proposed: string },
  size: number,
): Uint8Array {
  return size > markerSizeOf(rendered) ? resizeMarkers(rendered, labels, size) : rendered;
}

function markerSizeOf(rendered: Uint8Array): number {
  const opened = Buffer.from(rendered)
    .toString('latin1')
    .matchAll(/^<{7,}(?= |\r?$)/gm);
  return Math.max(0, ...[...opened].map(([mark]) => mark.length));
}
