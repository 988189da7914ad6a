// Messages for stories, written as they stand on the wire.

let count = 0;

/** A Message-ID that no other message of this run has. */
export function messageId(): string {
  count += 1;
  return `story-${process.pid}-${Date.now()}-${count}@surat.test`;
}

export type Plain = { from?: string; to?: string; subject: string; text?: string; headers?: string[] };

/** A plain-text message. */
export function plain({ from = 'Budi Santoso <budi@surat.test>', to = 'ayu@surat.test', subject, text = 'Halo!', headers = [] }: Plain): string {
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${messageId()}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    ...headers,
    '',
    text,
    '',
  ].join('\r\n');
}

export type Part = { type: string; name?: string; id?: string; body: Buffer | string };

/** A message of several parts; with `related`, the first one is the HTML that shows the others. */
export function multipart(subject: string, parts: Part[], kind: 'mixed' | 'related' = 'mixed'): string {
  const boundary = 'batas-7f3a';
  const lines = [
    'From: Budi Santoso <budi@surat.test>',
    'To: ayu@surat.test',
    `Subject: ${subject}`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${messageId()}>`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/${kind}; boundary="${boundary}"`,
    '',
  ];
  for (const part of parts) {
    lines.push(`--${boundary}`, `Content-Type: ${part.type}`, 'Content-Transfer-Encoding: base64');
    if (part.name) lines.push(`Content-Disposition: attachment; filename="${part.name}"`);
    if (part.id) lines.push(`Content-ID: <${part.id}>`, 'Content-Disposition: inline');
    const octets = Buffer.isBuffer(part.body) ? part.body : Buffer.from(part.body);
    lines.push('', octets.toString('base64').replace(/.{76}/g, '$&\r\n'));
  }
  lines.push(`--${boundary}--`, '');
  return lines.join('\r\n');
}

/** An HTML message. */
export function html(subject: string, document: string): string {
  return multipart(subject, [{ type: 'text/html; charset=utf-8', body: document }], 'related');
}

/** A PNG of one red pixel. */
export const RED_PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==',
  'base64',
);
