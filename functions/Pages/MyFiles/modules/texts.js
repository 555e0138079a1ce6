// The page's texts, in the reader's language: the server hands them over in an attribute, with their placeholders and plural
// forms (functions/Languages/texts, keys that begin with Files). Numbers, sizes and times are written as the language does.
import { byId } from './dom.js';

/** The tag of the page's language (BCP 47). */
export const language = document.documentElement.lang || 'en';

const texts = JSON.parse(byId('my-files').dataset.texts);
const plural = new Intl.PluralRules(language);
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufefc]/;
const isRightToLeft = document.documentElement.dir === 'rtl';

/** The text of a key: `t('FilesRenamed', { name })`. A number among the values decides about the plural form. */
export function t(key, values = {}) {
  const count = Object.values(values).find(value => typeof value === 'number');
  const text = texts[key] ?? texts[`${key}.${plural.select(count ?? 0)}`] ?? texts[`${key}.other`] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? shown(values[name]) : whole));
}

// A name of the other direction is isolated (UAX #9), so that the sentence around it keeps its order.
function shown(value) {
  if (typeof value === 'number') return number.format(value);
  return isRightToLeft || rightToLeft.test(value) ? `\u2068${value}\u2069` : value;
}

const number = new Intl.NumberFormat(language);
const percents = new Intl.NumberFormat(language, { style: 'percent' });
const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
const minute = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
const sizes = units.flatMap(unit => [0, 1].map(maximumFractionDigits => new Intl.NumberFormat(language, {
  style: 'unit', unit, unitDisplay: unit === 'byte' ? 'long' : 'short', maximumFractionDigits,
})));

/** A number of bytes. */
export function size(bytes) {
  let [value, unit] = [bytes, 0];
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return sizes[2 * unit + (unit === 0 || value >= 100 ? 0 : 1)].format(value);
}

/** A part of 1 in percent. */
export const percent = part => percents.format(part);

/** The day of a time that is given as RFC 3339 text. */
export const date = text => day.format(new Date(text));

/** A time to the minute. */
export const time = text => minute.format(new Date(text));
