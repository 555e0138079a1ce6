// Passkeys (WebAuthn Level 3): the account page makes one, the sign-in page signs in with one. The answer goes back in the page's own
// form, so this script sends nothing by itself.

const decode = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), char => char.charCodeAt(0));

const encode = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

const withBytes = credentials => (credentials ?? []).map(credential => ({ ...credential, id: decode(credential.id) }));

async function create(options) {
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: decode(options.challenge),
      user: { ...options.user, id: decode(options.user.id) },
      excludeCredentials: withBytes(options.excludeCredentials),
    },
  });
  const { response } = credential;
  return {
    id: encode(credential.rawId),
    response: {
      clientDataJSON: encode(response.clientDataJSON),
      attestationObject: encode(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

let waiting;

async function get(options, mediation) {
  waiting?.abort(); // A browser answers one question at a time.
  waiting = new AbortController();
  const credential = await navigator.credentials.get({
    publicKey: { ...options, challenge: decode(options.challenge), allowCredentials: withBytes(options.allowCredentials) },
    signal: waiting.signal,
    ...(mediation && { mediation }),
  });
  const { response } = credential;
  return {
    id: encode(credential.rawId),
    response: {
      clientDataJSON: encode(response.clientDataJSON),
      authenticatorData: encode(response.authenticatorData),
      signature: encode(response.signature),
      userHandle: response.userHandle ? encode(response.userHandle) : null,
    },
  };
}

function connect(form) {
  const options = JSON.parse(form.dataset.options);
  const field = form.elements.credential;
  const button = form.querySelector('button');
  const show = (name, visible) => form.querySelectorAll(`[data-${name}]`).forEach(part => { part.hidden = !visible; });

  const answer = async (ask, quietly) => {
    try {
      field.value = JSON.stringify(await ask());
    } catch (error) {
      const known = error.name === 'InvalidStateError'; // One of excludeCredentials is on this authenticator.
      if (!quietly && error.name !== 'AbortError') show(known && form.querySelector('[data-known]') ? 'known' : 'failed', true);
      return;
    }
    form.requestSubmit(button);
  };

  form.addEventListener('submit', event => {
    if (field.value) return;
    event.preventDefault();
    show('failed', false);
    show('known', false);
    answer(() => form.dataset.passkey === 'create' ? create(options) : get(options));
  });
  form.hidden = false;
  return form.dataset.passkey === 'get' ? () => answer(() => get(options, 'conditional'), true) : null;
}

// Beside a form that makes one: goes on without. It does so by itself in a browser that has no passkeys.
const without = document.querySelector('form[data-without-passkey]');

if (globalThis.PublicKeyCredential) {
  const offers = [...document.querySelectorAll('form[data-passkey]')].map(connect).filter(Boolean);
  // Passkeys among the suggestions of the user name's field, without a click.
  if (offers.length && await PublicKeyCredential.isConditionalMediationAvailable?.()) offers[0]();
} else {
  without?.requestSubmit(without.querySelector('button'));
  document.querySelectorAll('[data-unsupported]').forEach(part => { part.hidden = false; });
}
