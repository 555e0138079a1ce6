// A person at the sign-in pages, without a browser: keeps cookies, fills in forms, presses buttons.

const decode = text => text.replace(/&#x([0-9A-F]+);/gi, (_, hex) => String.fromCodePoint(parseInt(hex, 16)))
  .replace(/&quot;/g, '"').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');

/** Goes to the address, signs in and says yes; answers the address that the app gets. */
export async function signIn(url, redirectUri, user = 'alice', action = 'allow') {
  const cookies = new Map();
  const send = async (address, form) => {
    const response = await fetch(address, {
      redirect: 'manual',
      method: form ? 'POST' : 'GET',
      body: form && new URLSearchParams(form),
      headers: { cookie: [...cookies].map(pair => pair.join('=')).join('; ') },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name, value] = cookie.split(';')[0].split('=');
      cookies.set(name, value);
    }
    return response;
  };
  let address = new URL(url);
  let response = await send(address);
  for (let page = 0; page < 6; page++) {
    if (response.status === 303) {
      const location = response.headers.get('location');
      if (location.startsWith(redirectUri)) return new URL(location);
      address = new URL(location, address);
      response = await send(address);
      continue;
    }
    const html = await response.text();
    const link = /<a class="button" href="([^"]*)"/.exec(html);
    if (link) return new URL(decode(link[1]));
    const form = Object.fromEntries([...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(m => [m[1], decode(m[2])]));
    const asked = html.includes('name="password"') ? { username: user, password: `${user}-password` } : { action };
    response = await send(new URL(/<form method="post" action="([^"]*)"/.exec(html)[1], address), { ...form, ...asked });
  }
  throw new Error(`The pages do not end: ${response.status}`);
}
