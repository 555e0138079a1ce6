// Suggests people while a name is typed (WAI-ARIA Authoring Practices, "Editable Combobox With List Autocomplete"). The arrows go through
// the list, Enter takes one, Escape closes it. If nobody is taken from the list, what is typed has to be one person's whole name.
import { debounced, el } from '../dom.js';
import { t } from '../texts.js';

const pause = 250; // ms without a letter.

export class PeopleField {
  #chosen; // The id of whoever was taken from the list; undefined if nobody was.
  #input;
  #list;
  #find;
  #active = -1;

  /** @param find asks the service: a text → `{people: [{id, name, account, whole}]}`. */
  constructor(input, list, find) {
    this.#input = input;
    this.#list = list;
    this.#find = find;
    const roles = { role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': list.id, 'aria-expanded': 'false' };
    for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);
    const look = debounced(() => this.#look(), pause);
    input.addEventListener('input', () => {
      this.#chosen = undefined;
      look();
    });
    input.addEventListener('keydown', event => this.#onKey(event));
    input.addEventListener('blur', () => this.#draw([]));
    list.addEventListener('pointerdown', event => event.preventDefault()); // The focus stays in the field.
  }

  /** The id of whoever is meant. A part of a name, or the name of several people, could give the file to somebody else. */
  async person() {
    if (this.#chosen) return this.#chosen;
    const { people } = await this.#find(this.#input.value.trim());
    const meant = people.filter(person => person.whole);
    if (meant.length !== 1) throw new Error(t('FilesChoosePerson'));
    return meant[0].id;
  }

  /** Forgets who was taken, and closes the list. */
  close() {
    this.#chosen = undefined;
    this.#draw([]);
  }

  async #look() {
    const text = this.#input.value.trim();
    // Without suggestions the field works as before: a name can be typed whole.
    const { people } = text ? await this.#find(text).catch(() => ({ people: [] })) : { people: [] };
    if (text === this.#input.value.trim() && document.activeElement === this.#input && !this.#chosen) this.#draw(people, text);
  }

  #draw(people, text) {
    this.#active = -1;
    const none = text && people.length === 0
      ? [el('li', { role: 'option', className: 'none', 'aria-disabled': 'true' }, t('FilesNobodyFound'))] : [];
    this.#list.replaceChildren(...none, ...people.map((person, n) => el('li', {
      role: 'option', id: `${this.#list.id}-${n}`, 'aria-selected': 'false', dir: 'auto', onclick: () => this.#take(person),
    }, el('span', {}, person.name), el('small', { dir: 'auto' }, person.account))));
    this.#list.hidden = !this.#list.firstChild;
    this.#input.ariaExpanded = String(!this.#list.hidden);
    this.#input.removeAttribute('aria-activedescendant');
  }

  #take(person) {
    this.#input.value = person.name;
    this.#chosen = person.id;
    this.#draw([]);
  }

  #onKey(event) {
    const options = [...this.#list.querySelectorAll('[aria-selected]')];
    if (event.key === 'Escape' && !this.#list.hidden) {
      event.preventDefault(); // The dialog stays.
      return this.#draw([]);
    }
    if (event.key === 'Enter' && options[this.#active]) {
      event.preventDefault();
      return options[this.#active].click();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || options.length === 0) return undefined;
    event.preventDefault();
    options[this.#active]?.setAttribute('aria-selected', 'false');
    this.#active = this.#active < 0 && step < 0 ? options.length - 1 : (this.#active + step + options.length) % options.length;
    options[this.#active].setAttribute('aria-selected', 'true');
    options[this.#active].scrollIntoView({ block: 'nearest' });
    return this.#input.setAttribute('aria-activedescendant', options[this.#active].id);
  }
}
