// The frame as app/src/view/message/frame.rs makes it, except for the addresses of images: nothing is loaded here.

export const SANDBOX = 'allow-same-origin allow-popups allow-popups-to-escape-sandbox';
export const SHELL = `<!doctype html><meta http-equiv=Content-Security-Policy content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"><meta name=referrer content=no-referrer>`;
