// Remembers unfinished uploads, so that a later visit can resume them. It stores no bytes, no tokens and no URLs.

export class Memory {
  #key;

  /** @param user the owner of the uploads: two people who share a browser have a list each. */
  constructor(user) {
    this.#key = `uploads of ${user.iss} ${user.sub}`;
  }

  all() {
    try {
      return JSON.parse(localStorage.getItem(this.#key)) ?? [];
    } catch {
      return []; // Storage is switched off, or holds something else.
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
      // A reload then forgets the uploads, and the service removes what was sent after a while.
    }
  }
}
