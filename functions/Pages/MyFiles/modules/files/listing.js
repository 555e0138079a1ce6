// The folders and files of one place, or the files that were found, as far as they were loaded: page by page, by cursor.

const perPage = 100;

// Nearly as the service does: without case and accents.
const folded = text => text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toUpperCase().trim();

/** The tag that is looked for: `#beach`. All else is a part of a name. */
export const tagIn = q => /^#\s*(\S.*)$/.exec(q ?? '')?.[1].trim();

export class Listing {
  folders = [];
  files = [];
  /** True if something changed while the first page was on its way: what arrives may be from before it. */
  isStale = false;
  #api;
  #query;
  #cursor;
  #loading;

  /** @param query what the service is asked for: space, folder, trash, sort; or space and q. */
  constructor(api, query) {
    this.#api = api;
    this.#query = query;
  }

  /** True until the last page is loaded. */
  get hasMore() {
    return this.#cursor !== null;
  }

  /** False until the first page is loaded. */
  get isLoaded() {
    return this.#cursor !== undefined;
  }

  /** Loads the next page: its folders and files. Parallel callers share one request. */
  next() {
    this.#loading ??= this.#load().finally(() => { this.#loading = undefined; });
    return this.#loading;
  }

  async #load() {
    const query = { ...this.#query, cursor: this.#cursor, limit: perPage };
    if (tagIn(query.q)) [query.tag, query.q] = [tagIn(query.q), undefined];
    const page = await (this.#query.q ? this.#api.search(query) : this.#api.list(query));
    this.#cursor = page.cursor ?? null;
    const { folders = [], files } = page;
    if (this.#cursor && folders.length + files.length === 0) return this.#load(); // Of shared and found files, a page can be empty.
    const known = new Set(this.files.map(file => file.id)); // What was uploaded here meanwhile.
    const added = files.filter(file => !known.has(file.id));
    this.folders.push(...folders);
    this.files.push(...added);
    return { folders, files: added };
  }

  /**
   * Puts a file in its place: a new one, or one that was changed. Answers the file that it now stands before; undefined at the end, and
   * null if it belongs on a page that is not loaded yet.
   */
  put(file) {
    const before = this.#indexOf(file);
    if (this.#query.space === 'shared' && before >= 0) { // These have no order of ours.
      this.files[before] = file;
      return this.files[before + 1];
    }
    this.remove(file);
    const at = this.files.findIndex(other => this.#compare(file, other) < 0);
    if (at < 0 && this.hasMore) return null;
    this.files.splice(at < 0 ? this.files.length : at, 0, file);
    return at < 0 ? undefined : this.files[at + 1];
  }

  remove(file) {
    this.files = this.files.filter(other => other.id !== file.id);
  }

  /** True if a file is listed here, once it is loaded. */
  holds(file) {
    const { space, folder = '', q, trash } = this.#query;
    if (trash || file.space !== space) return false;
    if (space === 'shared') return this.#indexOf(file) >= 0;
    if (tagIn(q)) return (file.tags ?? []).some(tag => folded(tag) === folded(tagIn(q)));
    return q ? folded(q).split(/\s+/).every(word => folded(file.name).includes(word)) : file.folder === folder;
  }

  /** True if a file makes a folder appear here that is not listed: one on the way down to it. */
  lacksFolderOf(file) {
    const { space, folder = '', q, trash } = this.#query;
    const start = folder ? `${folder}/` : '';
    if (trash || q || file.space !== space || file.folder === folder || !file.folder.startsWith(start)) return false;
    return !this.folders.includes(file.folder.slice(start.length).split('/')[0]);
  }

  #indexOf(file) { return this.files.findIndex(other => other.id === file.id); }

  // As the service does: names by their capital letters, code unit for code unit; what was found by the files' own times.
  #compare(one, other) {
    const sort = this.#query.q ? '-own' : this.#query.sort ?? 'name';
    const value = {
      name: file => file.name.toUpperCase(), created: file => file.createdAt, size: file => file.size,
      own: file => file.takenAt ?? file.modifiedAt ?? file.createdAt,
    }[sort.replace('-', '')];
    const [a, b] = [value(one), value(other)];
    return (a < b ? -1 : a > b ? 1 : 0) * (sort.startsWith('-') ? -1 : 1);
  }
}
