// Which uploads are not done, so that another visit can go on with them. No bytes, no tokens and no URLs are kept here.

export class Memory {
  #key;

  /** @param user whose uploads: two people at one browser have a list each. */
  constructor(user) {
    this.#key = `uploads of ${user.iss} ${user.sub}`;
  }

  all() {
    try {
      return JSON.parse(localStorage.getItem(this.#key)) ?? [];
    } catch {
      return []; // Switched off, or not ours.
    }
  }

  keep(note) {
    this.#write([...this.#others(note), note]);
  }

  forget(note) {
    this.#write(this.#others(note));
  }

  #others(note) {
    return this.all().filter(other => other.id !== note.id);
  }

  #write(notes) {
    try {
      localStorage.setItem(this.#key, JSON.stringify(notes));
    } catch {
      // Then a reload forgets them; the sweep of the service removes what was sent.
    }
  }
}
