/** Shows the service's pages to the user. */
export interface SignInBrowser {
  /** True if the page stays while the user signs in. A request is then kept in the session's storage, otherwise in this tab's. */
  readonly staysInApp?: boolean;
  /**
   * Opens an address, and resolves with the one at which the user comes back. If the page itself is left for it, it never resolves.
   * @param isAnswer says whether an address with which the app is called is the one that is awaited.
   * @throws SignInError `cancelled`: the user closed it, or the signal was aborted.
   */
  open(url: string, isAnswer: (url: string) => boolean, signal?: AbortSignal): Promise<string>;
}

/** Leaves the page for the service's; the user comes back to the redirect URI, where `handleRedirect` goes on. */
export function redirectBrowser(): SignInBrowser {
  return {
    open(url) {
      location.assign(url);
      return new Promise(() => {});
    },
  };
}

/** True if an address is a redirect URI, with parameters or without. */
export const isAt = (url: string, redirectUri: string): boolean =>
  url === redirectUri || url.startsWith(`${redirectUri}?`) || url.startsWith(`${redirectUri}#`);
