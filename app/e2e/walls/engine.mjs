// Run in Firefox itself, which knows more than it tells by WebDriver BiDi: each script that its engine compiles for a frame,
// run or not, as Chromium's debugger tells; and each request, those of `object` and `embed` with them.

/** In the browser's own window: tells `heard`, a function, what is asked for, and what happens in the frames of each tab. */
export function watch({ host, hasNoPolicy, inTab }, heard) {
  const { NavigableManager } = ChromeUtils.importESModule('chrome://remote/content/shared/NavigableManager.sys.mjs');
  const tell = (browser, what) => heard(JSON.stringify({ page: browser && NavigableManager.getIdForBrowser(browser), ...what }));
  const onChannel = (topic, then) => Services.obs.addObserver((subject) => then(subject.QueryInterface(Ci.nsIHttpChannel)), topic);

  // What a policy forbids never comes here. Nobody out there is to hear of the rest.
  onChannel('http-on-modify-request', (channel) => {
    const { URI, loadInfo } = channel;
    if (URI.hostPort !== host) channel.cancel(Cr.NS_ERROR_ABORT);
    // What Firefox asks for by itself is nobody's fault.
    if (loadInfo.triggeringPrincipal.isSystemPrincipal) return;
    const context = BrowsingContext.get(loadInfo.targetBrowsingContextID || loadInfo.workerAssociatedBrowsingContextID);
    const { TYPE_DOCUMENT, TYPE_SUBDOCUMENT } = Ci.nsIContentPolicy;
    const isNavigation = [TYPE_DOCUMENT, TYPE_SUBDOCUMENT].includes(loadInfo.externalContentPolicyType);
    tell(context?.top.embedderElement, { asked: URI.spec, isNavigation, isFrame: !context || context !== context.top });
  });
  // The page has no policy if it does not hear of it.
  for (const kind of hasNoPolicy ? ['response', 'cached-response', 'merged-response'] : []) {
    onChannel(`http-on-examine-${kind}`, (channel) => channel.setResponseHeader('Content-Security-Policy', '', false));
  }

  Services.mm.addMessageListener('surat', ({ target, data }) => tell(target, data));
  Services.mm.loadFrameScript(`data:,${encodeURIComponent(`(${inTab})();`)}`, true);
}

/** In the process of a tab, for that tab. */
export function inTab() {
  const { addDebuggerToGlobal } = ChromeUtils.importESModule('resource://gre/modules/jsdebugger.sys.mjs');
  // The debugger must not live among what it looks at.
  const box = Cu.Sandbox(Services.scriptSecurityManager.getSystemPrincipal(), { freshCompartment: true });
  addDebuggerToGlobal(box);
  const debug = new box.Debugger();
  debug.onNewScript = ({ source: { introductionType, url, text } }) => {
    // What we ask of a page ourselves, and Firefox's own pages for what is not to be had. No page can look like either.
    if (introductionType === 'debugger eval' || url?.startsWith('chrome:')) return;
    sendAsyncMessage('surat', { script: `${introductionType} ${url} ${text.slice(0, 80)}` });
  };
  const made = (window) => {
    const { browsingContext } = window;
    if (browsingContext?.parent && browsingContext.top === docShell.browsingContext) debug.addDebuggee(window);
  };
  Services.obs.addObserver(made, 'content-document-global-created');
  addEventListener('unload', () => Services.obs.removeObserver(made, 'content-document-global-created'));
  addEventListener('submit', () => sendAsyncMessage('surat', { hasSent: true }), true);
}
