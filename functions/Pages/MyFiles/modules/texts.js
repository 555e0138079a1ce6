// The page's texts, in the reader's language: the server hands them over in an attribute, with their placeholders and plural
// forms (functions/Languages/texts, keys that begin with Files). Numbers, sizes and times are written as the language does.
import { byId } from './dom.js';
import { language, number } from './formats.js';

export { date, language, percent, size, time } from './formats.js';

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
  if (typeof value === 'number') return number(value);
  return isRightToLeft || rightToLeft.test(value) ? `\u2068${value}\u2069` : value;
}
