"""A mail client that is not ours, for the story of sync: Python's own imaplib.

Orders come on stdin, answers go to stdout, one JSON object a line (support/third_client.ts). It
makes random changes, the same ones for the same seed, and tells what a fresh session sees at last.
"""

import base64
import imaplib
import json
import random
import re
import sys
from email.utils import formatdate

# A story's mailboxes stay within what a browser can read row by row.
LEAST_MAILBOXES = 4
MOST_MAILBOXES = 14
MOST_MESSAGES = 700
FLAGS = [r"\Seen", r"\Seen", r"\Flagged", r"\Flagged", r"\Answered", "$Forwarded"]
# No word of a name is the start of another's, and none is plain.
WORDS = ["Arsip lama", "Büro", "Café & Co", "Daftar", "Ελλάδα", "Foto “2024”", "仕事", "Proyek"]
KINDS = {
    "append": 26,
    "flag": 22,
    "unflag": 16,
    "move": 13,
    "copy": 6,
    "expunge": 8,
    "create": 3,
    "rename": 3,
    "delete": 1.5,
    "uidvalidity": 1.5,
}

SPECIAL = ("Drafts", "Sent", "Archive", "Junk", "Trash")
MOST_BREAKS = 30
# Courier waits two seconds for each of these, so that no two mailboxes have one UIDVALIDITY.
SLOW = ["rename", "delete", "uidvalidity"]

imaplib._MAXLINE = 10_000_000


def encode(name):
    """A mailbox name on the wire (modified UTF-7, RFC 3501, section 5.1.3), quoted."""

    def piece(match):
        if match.group() == "&":
            return "&-"
        octets = match.group().encode("utf-16-be")
        return "&" + base64.b64encode(octets).decode().rstrip("=").replace("/", ",") + "-"

    text = re.sub(r"&|[^ -~]+", piece, name)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def decode(text):
    """The mailbox name that the server means."""

    def piece(match):
        if not match.group(1):
            return "&"
        coded = match.group(1).replace(",", "/")
        return base64.b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-16-be")

    return re.sub(r"&([^-]*)-", piece, text)


class Refused(RuntimeError):
    """The server said NO."""


class Session:
    """One IMAP connection."""

    def __init__(self, port, user, password):
        self.imap = imaplib.IMAP4("127.0.0.1", port, timeout=60)
        self.imap.login(user, password)
        # Some servers tell all that they can do only after sign-in.
        self.capabilities = self.imap.capability()[1][0].decode().upper().split()

    def ok(self, answer):
        kind, data = answer
        if kind != "OK":
            raise Refused(f"the server said {kind}: {data}")
        return data

    def mailboxes(self):
        """Name, delimiter and whether it can be opened, of each mailbox."""
        found = []
        for line in self.ok(self.imap.list('""', "*")):
            if line is None:
                continue
            if isinstance(line, tuple):
                head, name = line[0].decode(), line[1].decode()
                match = re.match(r'\((.*?)\) (?:"(.)"|NIL) ', head)
            else:
                text = line.decode()
                match = re.match(r'\((.*?)\) (?:"(\\?.)"|NIL) (.*)', text)
                name = match.group(3)
                if name.startswith('"'):
                    name = re.sub(r"\\(.)", r"\1", name[1:-1])
            attributes = match.group(1).lower()
            is_selectable = r"\noselect" not in attributes and r"\nonexistent" not in attributes
            found.append((decode(name), match.group(2), is_selectable))
        return found

    def select(self, name, readonly=False):
        """Opens a mailbox; says how many messages are in it."""
        return int(self.ok(self.imap.select(encode(name), readonly))[0])

    def leave(self):
        """Nothing is open any more; nothing is expunged by that."""
        if self.imap.state != "SELECTED":
            return
        if "UNSELECT" in self.capabilities:
            self.ok(self.imap.unselect())
        else:
            # CLOSE expunges nothing where no message is marked, and none is.
            self.ok(self.imap.close())

    def uids(self):
        data = self.ok(self.imap.uid("SEARCH", "ALL"))
        return [int(uid) for uid in (data[0] or b"").split()]


class Changer:
    """Random changes."""

    def __init__(self, port, user, password, seed, prefix, rarity, spared):
        self.dial = lambda: Session(port, user, password)
        self.session = self.dial()
        self.breaks = []
        self.random = random.Random(seed)
        self.prefix = prefix
        # Mailboxes that are neither renamed nor deleted.
        self.spared = spared
        self.appended = 0
        self.made = 0
        self.counts = dict.fromkeys(KINDS, 0)
        self.weights = [weight / (rarity if kind in SLOW else 1) for kind, weight in KINDS.items()]
        self.names = [name for name, _, is_selectable in self.session.mailboxes() if is_selectable]
        self.names = [name for name in self.names if name in spared]
        self.delimiter = next(delimiter for name, delimiter, _ in self.session.mailboxes() if name == "INBOX")
        while len(self.names) < LEAST_MAILBOXES:
            self.create()

    def fill(self, mailbox, count):
        for _ in range(count):
            self.append_to(mailbox)

    def expunge_newest(self, mailbox, count):
        self.session.select(mailbox)
        self.remove(self.session.uids()[-count:])
        self.session.leave()

    def change(self, count):
        done = []
        while len(done) < count:
            kind = self.random.choices(list(KINDS), weights=self.weights)[0]
            try:
                told = getattr(self, kind)()
            except (imaplib.IMAP4.abort, Refused) as error:
                # Servers have faults of their own: Courier hangs up in a RENAME ("Fatal error: Not a directory"), Dovecot
                # cannot CREATE while another session looks ("SERVERBUG", or it "already exists").
                self.come_back(f"{kind}: {error}")
                continue
            except Exception as error:
                raise RuntimeError(f"{kind}, after {done[-3:]}: {error}") from error
            if told:
                self.counts[kind] += 1
                done.append(f"{kind} {told}")
        return done

    def come_back(self, why):
        """After the server hung up or refused: whatever it did, its list of mailboxes counts."""
        self.breaks.append(why)
        if len(self.breaks) > MOST_BREAKS:
            raise RuntimeError(f"the server refuses again and again: {self.breaks[-3:]}")
        self.session = self.dial()
        names = [name for name, _, is_selectable in self.session.mailboxes() if is_selectable]
        special = tuple(self.delimiter + word for word in SPECIAL) + SPECIAL
        shared = ("Shared", "Users")
        own = [name for name in names if not name.endswith(special) and not name.startswith(shared)]
        self.names = [name for name in names if name in self.spared or name in own]

    def append_to(self, name):
        self.appended += 1
        subject = f"Message {self.appended} of {self.random.choice(['Ayu', 'Budi', 'Citra'])}"
        flags = " ".join(sorted({flag for flag in FLAGS if self.random.random() < 0.2}))
        text = (
            f"From: Budi Santoso <budi@surat.test>\r\nTo: ayu@surat.test\r\nSubject: {subject}\r\n"
            f"Date: {formatdate()}\r\nMessage-ID: <third-{self.appended}@surat.test>\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\n\r\nHalo {self.appended}\r\n"
        )
        imap = self.session.imap
        self.session.ok(imap.append(encode(name), f"({flags})" if flags else None, None, text.encode()))
        return subject

    def append(self):
        # The larger the mailboxes, the fewer messages come.
        if self.appended - self.counts["expunge"] * 4 > MOST_MESSAGES and self.random.random() < 0.7:
            return None
        name = self.random.choice(self.names + ["INBOX"] * 3)
        return f"{self.append_to(name)} to {name}"

    def pick(self, most):
        """Some messages of some mailbox, which is open then."""
        name = self.random.choice(self.names + ["INBOX"] * 3)
        self.session.select(name)
        uids = self.session.uids()
        if not uids:
            return None, None
        count = self.random.randint(1, most)
        if self.random.random() < 0.5:
            # Neighbours, as a person selects them.
            at = self.random.randrange(len(uids))
            return name, uids[at : at + count]
        return name, sorted(self.random.sample(uids, min(count, len(uids))))

    def store(self, operation):
        name, uids = self.pick(8)
        if not uids:
            return None
        flag = self.random.choice(FLAGS)
        self.run("STORE", uids, operation, f"({flag})")
        return f"{operation} {flag} on {uids} in {name}"

    def flag(self):
        return self.store("+FLAGS")

    def unflag(self):
        return self.store("-FLAGS")

    def run(self, command, uids, *arguments):
        self.session.ok(self.session.imap.uid(command, ",".join(map(str, uids)), *arguments))

    def remove(self, uids):
        self.run("STORE", uids, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self.session.capabilities:
            self.run("EXPUNGE", uids)
        else:
            self.session.ok(self.session.imap.expunge())

    def transfer(self, is_move):
        name, uids = self.pick(12)
        to = self.random.choice(self.names)
        if not uids or to == name:
            return None
        if is_move and "MOVE" in self.session.capabilities:
            self.run("MOVE", uids, encode(to))
        else:
            self.run("COPY", uids, encode(to))
            if is_move:
                self.remove(uids)
        return f"{uids} from {name} to {to}"

    def move(self):
        return self.transfer(True)

    def copy(self):
        return self.transfer(False)

    def expunge(self):
        name, uids = self.pick(5)
        if not uids:
            return None
        self.remove(uids)
        return f"{uids} in {name}"

    def new_name(self):
        self.made += 1
        word = f"{self.random.choice(WORDS)} {self.made}"
        if self.delimiter in word:
            word = word.replace(self.delimiter, "_")
        parents = [name for name in self.own() if name.count(self.delimiter) < 4]
        if parents and self.random.random() < 0.3:
            return self.random.choice(parents) + self.delimiter + word
        return self.prefix + word

    def own(self):
        return [name for name in self.names if name not in self.spared]

    def has_children(self, name):
        return any(other.startswith(name + self.delimiter) for other in self.names)

    def make(self, name):
        self.session.ok(self.session.imap.create(encode(name)))
        self.session.ok(self.session.imap.subscribe(encode(name)))

    def create(self):
        if len(self.names) >= MOST_MAILBOXES:
            return None
        name = self.new_name()
        self.make(name)
        self.names.append(name)
        return name

    def rename(self):
        own = self.own()
        if not own:
            return None
        name = self.random.choice(own)
        to = self.new_name()
        if to.startswith(name + self.delimiter):
            return None
        self.session.leave()
        self.session.ok(self.session.imap.rename(encode(name), encode(to)))
        below = name + self.delimiter
        moved = lambda other: to + other[len(name) :] if other == name or other.startswith(below) else other
        self.names = [moved(other) for other in self.names]
        return f"{name} to {to}"

    def leaf(self):
        leaves = [name for name in self.own() if not self.has_children(name)]
        return self.random.choice(leaves) if leaves else None

    def delete(self):
        name = self.leaf()
        if not name:
            return None
        self.session.leave()
        self.session.ok(self.session.imap.delete(encode(name)))
        self.session.imap.unsubscribe(encode(name))
        self.names.remove(name)
        return name

    def uidvalidity(self):
        """The same name, another mailbox: deleted and made anew, or two that swap their names."""
        name = self.leaf()
        if not name:
            return None
        self.session.leave()
        other = self.leaf()
        if other != name and self.random.random() < 0.5:
            aside = self.prefix + f"Aside {self.made}"
            for old, new in [(name, aside), (other, name), (aside, other)]:
                self.session.ok(self.session.imap.rename(encode(old), encode(new)))
            return f"{name} and {other} swapped"
        self.session.ok(self.session.imap.delete(encode(name)))
        self.make(name)
        for _ in range(self.random.randint(0, 4)):
            self.append_to(name)
        return f"of {name}"


def truth(port, user, password):
    """Everything, as a fresh session sees it."""
    session = Session(port, user, password)
    mailboxes = []
    for name, _, is_selectable in session.mailboxes():
        messages = []
        if is_selectable and session.select(name, readonly=True):
            fields = "BODY.PEEK[HEADER.FIELDS (SUBJECT)]"
            fetched = session.ok(session.imap.uid("FETCH", "1:*", f"(UID FLAGS {fields})"))
            for part, end in zip(fetched, fetched[1:] + [b""]):
                if not isinstance(part, tuple):
                    continue
                # Some servers tell UID or FLAGS behind the field.
                told = part[0].decode() + " " + (end.decode() if isinstance(end, bytes) else "")
                flags = re.search(r"FLAGS \(([^)]*)\)", told).group(1).split()
                uid = int(re.search(r"UID (\d+)", told).group(1))
                subject = part[1].decode().strip().partition(":")[2].strip()
                messages.append({"uid": uid, "flags": flags, "subject": subject})
        messages.sort(key=lambda message: -message["uid"])
        mailboxes.append({"name": name, "is_selectable": is_selectable, "messages": messages})
    session.imap.logout()
    return mailboxes


def main():
    port, user, password, seed, prefix, rarity = sys.argv[1:7]
    changer = Changer(int(port), user, password, int(seed), prefix, float(rarity), sys.argv[7:])
    for line in sys.stdin:
        order = json.loads(line)
        try:
            if order["do"] == "fill":
                changer.fill(order["mailbox"], order["count"])
                answer = {}
            elif order["do"] == "expunge":
                changer.expunge_newest(order["mailbox"], order["count"])
                answer = {}
            elif order["do"] == "change":
                answer = {"changes": changer.change(order["count"])}
            elif order["do"] == "truth":
                answer = {
                    "mailboxes": truth(int(port), user, password),
                    "counts": changer.counts,
                    "refused": changer.breaks,
                    "capabilities": changer.session.capabilities,
                }
            else:
                answer = {"error": "unknown order"}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
