// Numbers, sizes and times, written as the page's language does. The page that hands files in uses it too.

/** The tag of the page's language (BCP 47). */
export const language = document.documentElement.lang || 'en';

const numbers = new Intl.NumberFormat(language);
const percents = new Intl.NumberFormat(language, { style: 'percent' });
const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
const minute = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
const sizes = units.flatMap(unit => [0, 1].map(maximumFractionDigits => new Intl.NumberFormat(language, {
  style: 'unit', unit, unitDisplay: unit === 'byte' ? 'long' : 'short', maximumFractionDigits,
})));

/** A number. */
export const number = value => numbers.format(value);

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
