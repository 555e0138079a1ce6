// What kind of thing a file is, by its media type: which icon it has, and how the viewer shows it.

const archives = /zip|tar|compressed|rar|7z|gzip/;
const documents = /document|msword|spreadsheet|excel|presentation|powerpoint|rtf|epub|iwork/;
const texts = /^(text\/|application\/(json|xml|x-yaml|yaml|toml|javascript|x-sh|sql)$)/;

/** `picture`, `video`, `audio`, `pdf`, `text`, `archive`, `document` or `file`. An SVG is a file: it may hold scripts. */
export function kindOf(contentType) {
  const type = contentType.split(';')[0].trim().toLowerCase();
  if (type.startsWith('image/') && type !== 'image/svg+xml') return 'picture';
  if (type.startsWith('video/')) return 'video';
  if (type.startsWith('audio/')) return 'audio';
  if (type === 'application/pdf') return 'pdf';
  if (texts.test(type)) return 'text';
  if (archives.test(type)) return 'archive';
  if (documents.test(type)) return 'document';
  return 'file';
}
