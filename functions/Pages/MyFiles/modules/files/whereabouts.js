// Where the reader is, and what they may do there.
import { inside, placeInAddress } from '../place.js';
import { t } from '../texts.js';

export class Whereabouts {
  /** The spaces that the reader has, in their order. */
  spaces = [{ space: 'me', name: t('FilesMine'), right: 'share' }];
  /** The place in the address. Set at once, because the user may choose files before the first response arrives. */
  here = placeInAddress();

  /** Where new uploads go. */
  get place() {
    const { space, folder } = this.here;
    return { space, folder };
  }

  /** The place of a folder that is listed here. */
  below(name) { return { space: this.here.space, folder: inside(this.here.folder, name) }; }

  get isTrash() { return Boolean(this.here.trash); }

  /** True if what is shown was looked for: in all folders of the space, in its trash, or in what others share. */
  get isSearch() { return Boolean(this.here.q); }

  /** The space of the place. */
  get space() { return this.named(this.here.space); }

  /** A space by its id. Until the spaces are loaded no more is known of it, and nothing is offered that could change it. */
  named(id) { return this.spaces.find(one => one.space === id) ?? { space: id, name: '…', right: 'read' }; }

  get mayWrite() { return this.space.right !== 'read'; }

  /** The spaces that the reader may put something into. */
  get targets() { return this.spaces.filter(space => space.right !== 'read'); }

  /** What the place is called. */
  get title() { return this.here.folder?.split('/').at(-1) ?? this.space.name; }
}
