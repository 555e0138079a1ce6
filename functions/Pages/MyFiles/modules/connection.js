// Tells that there is no network, and that there is one again.
import { byId } from './dom.js';

/** Shows the page's banner while the browser is offline. What is on the page stays, and is asked for again afterwards. */
export function startConnection() {
  const update = () => { byId('offline').hidden = navigator.onLine; };
  addEventListener('offline', update);
  addEventListener('online', () => {
    update();
    dispatchEvent(new Event('reload-files'));
  });
  update();
}
