// The icons: lines in a square of 24, drawn in the colour of the text around them. Made as elements, because the page's policy
// (Trusted Types) refuses markup that comes from a script.

const paths = {
  archive: 'M5 4h14v16H5z M12 4v2 M12 8v2 M12 12v2 M10.5 16h3v2.5h-3z',
  audio: 'M9 18V6l10-2v12 M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z M19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z',
  back: 'M15 5l-7 7 7 7',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  close: 'M6 6l12 12 M18 6L6 18',
  copy: 'M9 9h11v11H9z M5 15H4V4h11v1',
  document: 'M6 3h8l5 5v13H6z M14 3v5h5 M9 13h7 M9 16.5h7',
  down: 'M5 9l7 7 7-7',
  download: 'M12 4v11 M7 11l5 5 5-5 M5 20h14',
  file: 'M6 3h8l5 5v13H6z M14 3v5h5',
  folder: 'M3 6h6l2 2.5h10V19H3z',
  forever: 'M5 7h14 M9 7V4h6v3 M7 7l1 13h8l1-13 M10 11l4 5 M14 11l-4 5',
  forward: 'M9 5l7 7-7 7',
  grid: 'M4 4h7v7H4z M13 4h7v7h-7z M4 13h7v7H4z M13 13h7v7h-7z',
  group: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z M3 20c0-4 2.5-6 6-6s6 2 6 6 M16 4.5a3.5 3.5 0 0 1 0 6 M17 14.5c2.5.6 4 2.5 4 5.5',
  inbox: 'M4 13l3-8h10l3 8v6H4z M4 13h5l1.5 2.5h3L15 13h5',
  install: 'M12 3v10 M8 9l4 4 4-4 M4 15v5h16v-5',
  leave: 'M14 4H5v16h9 M10 12h11 M17 8l4 4-4 4',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4.2 4.2 0 0 0-6-6l-1.5 1.5 M14 10a4 4 0 0 0-6-.4l-3 3a4.2 4.2 0 0 0 6 6l1.5-1.5',
  list: 'M4 6h2 M4 12h2 M4 18h2 M9 6h11 M9 12h11 M9 18h11',
  more: 'M12 5.5v.01 M12 12v.01 M12 18.5v.01',
  move: 'M3 6h6l2 2.5h10V19H3z M9 13.7h6 M12.5 11l2.7 2.7-2.7 2.7',
  'new-folder': 'M3 6h6l2 2.5h10V19H3z M12 11v5 M9.5 13.5h5',
  offline: 'M4 4l16 16 M2.5 9c2-2 4.5-3.2 7-3.7 M14 5.2c3 .5 5.5 1.8 7.5 3.8 M6 13c1-1 2.2-1.7 3.5-2.1 M16 11.5l2 1.5 M12 18v.01',
  pause: 'M9 5v14 M15 5v14',
  pdf: 'M6 3h8l5 5v13H6z M14 3v5h5 M9 17.5c3-1.5 4.5-4.5 4-6.5-1-2-2 .5 0 3s4 2 3.5 1-5 0-7.5 2.5z',
  person: 'M12 11.500a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M4.5 20.500c0-4.5 3-6.5 7.5-6.500s7.5 2 7.5 6.5',
  picture: 'M3 5h18v14H3z M8.5 11a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z M3 17l5.5-4.5 4 3 3.5-3.5 5 4.5',
  plus: 'M12 5v14 M5 12h14',
  rename: 'M4 20l1-4L16 5l3 3L8 19z M14 7l3 3',
  restore: 'M4 12a8 8 0 1 1 2.5 5.8 M4 6v6h6',
  resume: 'M7 5l11 7-11 7z',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M16 16l4.5 4.5',
  select: 'M4 4h16v16H4z M8 12l3 3 5-6',
  send: 'M21 3L3 10.500l7 3 3 7z M21 3L10 13.5',
  share: 'M7 14.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z M17 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z M17 21a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z M9.2 10.900l5.6-3.8 M9.2 13.100l5.6 3.8',
  shield: 'M12 3l7 3v5.500c0 4.5-3 8-7 9.500-4-1.5-7-5-7-9.500V6z M12 8.500v4 M12 15.500v.01',
  sort: 'M7 5v14 M3.5 15.500L7 19l3.5-3.5 M17 19V5 M13.5 8.500L17 5l3.5 3.5',
  tag: 'M4 4h8l8 8-8 8-8-8z M8.500 8.500v.01',
  text: 'M5 6h14 M5 10.500h14 M5 15h14 M5 19.500h8',
  trash: 'M5 7h14 M9 7V4h6v3 M7 7l1 13h8l1-13 M10.5 11v6 M13.5 11v6',
  upload: 'M12 20V9 M7 13l5-5 5 5 M5 4h14',
  versions: 'M12 7v5l3.500 2 M4 12a8 8 0 1 1 2.500 5.800 M4 6v6h6',
  video: 'M3 6h13v12H3z M16 10.500l5-3v9l-5-3z',
};

/** These point in the direction of reading, and are mirrored where that is to the left. */
const directed = ['back', 'forward', 'leave', 'list', 'move', 'restore', 'send', 'text'];

/** A new element with the icon of this name. It is never read aloud. */
export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon icon-${name}${directed.includes(name) ? ' directed' : ''}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', paths[name]);
  svg.append(path);
  return svg;
}
