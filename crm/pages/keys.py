"""The one registry of keys. Buttons take theirs from it by name (`{% key "inbox.close" %}`), and the overlay, the
palette and docs/keys.md are drawn from it. A key presses a button that the page shows: it can do nothing else.
"""

from dataclasses import dataclass

EVERYWHERE, INBOX, BOARD, CONTACTS, CLIENTS, LISTS = "Everywhere", "Inbox", "Board", "Contacts", "Clients", "Lists"
ROOMS = (EVERYWHERE, INBOX, BOARD, CONTACTS, CLIENTS, LISTS)


@dataclass(frozen=True)
class Key:
    """code: the physical position (`event.code`), with `Mod+` and `Shift+` before it. shown: as it is printed on a
    keyboard, two keys apart by a space where one follows the other. words: what it does."""

    name: str
    code: str
    shown: str
    room: str
    words: str

    @property
    def after_g(self) -> bool:
        return self.shown.startswith("g ")

    @property
    def shortcuts(self) -> str:
        """As `aria-keyshortcuts` says it. Nothing for what follows another key: it has no words for that."""
        if self.after_g:
            return ""
        *held, last = self.shown.split("+")
        plain = "+".join([*("Shift" for one in held if one == "Shift"), last])
        return f"Control+{plain} Meta+{plain}" if "Mod" in held else plain


_TABLE = (
    # name, code, shown, room, words
    ("go.inbox", "KeyI", "g i", EVERYWHERE, "Go to the inbox"),
    ("go.board", "KeyB", "g b", EVERYWHERE, "Go to the board"),
    ("go.contacts", "KeyC", "g c", EVERYWHERE, "Go to contacts"),
    ("go.today", "KeyT", "g t", EVERYWHERE, "Go to Today"),
    ("go.reports", "KeyR", "g r", EVERYWHERE, "Go to reports"),
    ("go.clients", "KeyL", "g l", EVERYWHERE, "Go to clients"),
    ("palette", "Mod+KeyK", "Mod+k", EVERYWHERE, "Open the command palette"),
    ("keys", "Shift+Slash", "?", EVERYWHERE, "Show the keys"),
    ("filter", "Slash", "/", EVERYWHERE, "Filter this page"),
    ("undo", "KeyZ", "z", EVERYWHERE, "Undo the last change"),
    ("back", "Escape", "Escape", EVERYWHERE, "Back, close, or leave a field"),
    ("next", "KeyJ", "j", LISTS, "Next row or card"),
    ("previous", "KeyK", "k", LISTS, "Previous row or card"),
    ("open", "Enter", "Enter", LISTS, "Open it"),
    ("select", "KeyX", "x", LISTS, "Select it"),
    ("select.all", "Mod+KeyA", "Mod+a", LISTS, "Select all that are shown"),
    ("inbox.select_down", "Shift+KeyJ", "Shift+j", INBOX, "Select on, downwards"),
    ("inbox.select_up", "Shift+KeyK", "Shift+k", INBOX, "Select on, upwards"),
    ("inbox.close", "KeyE", "e", INBOX, "Close or reopen, then the next"),
    ("inbox.snooze", "KeyS", "s", INBOX, "Snooze"),
    ("inbox.reply", "KeyR", "r", INBOX, "Reply"),
    ("inbox.note", "KeyN", "n", INBOX, "Private note"),
    ("inbox.send", "Mod+Enter", "Mod+Enter", INBOX, "Send"),
    ("inbox.send_close", "Mod+Shift+Enter", "Mod+Shift+Enter", INBOX, "Send and close"),
    ("inbox.assign", "KeyA", "a", INBOX, "Assign"),
    ("inbox.assign_me", "KeyM", "m", INBOX, "Assign to me"),
    ("inbox.intent", "KeyI", "i", INBOX, "The intent, and what it rests on"),
    ("inbox.intent_1", "Digit1", "1", INBOX, "Correct the intent, once it is open: the first"),
    ("inbox.intent_2", "Digit2", "2", INBOX, "… the second"),
    ("inbox.intent_3", "Digit3", "3", INBOX, "… the third"),
    ("inbox.intent_4", "Digit4", "4", INBOX, "… the fourth"),
    ("inbox.intent_5", "Digit5", "5", INBOX, "… the fifth"),
    ("inbox.intent_6", "Digit6", "6", INBOX, "… the sixth"),
    ("inbox.next_step", "KeyD", "d", INBOX, "Do the first next step that is proposed"),
    ("inbox.unread", "KeyU", "u", INBOX, "Mark as unread"),
    ("inbox.new", "KeyC", "c", INBOX, "New conversation"),
    ("board.left", "KeyH", "h", BOARD, "Column to the left"),
    ("board.right", "KeyL", "l", BOARD, "Column to the right"),
    ("board.move_left", "Shift+KeyH", "Shift+h", BOARD, "Move the card to the column on the left"),
    ("board.move_right", "Shift+KeyL", "Shift+l", BOARD, "Move the card to the column on the right"),
    ("board.move_down", "Shift+KeyJ", "Shift+j", BOARD, "Move the card down"),
    ("board.move_up", "Shift+KeyK", "Shift+k", BOARD, "Move the card up"),
    ("board.follow_up", "KeyS", "s", BOARD, "Next follow-up"),
    ("board.save", "Mod+Enter", "Mod+Enter", BOARD, "Save"),
    ("board.owner", "KeyA", "a", BOARD, "Owner"),
    ("board.mine", "KeyM", "m", BOARD, "Make it mine"),
    ("board.new", "KeyC", "c", BOARD, "New deal in this column"),
    ("contacts.new", "KeyC", "c", CONTACTS, "New contact"),
    ("clients.new", "KeyC", "c", CLIENTS, "New client"),
    ("contacts.select_down", "Shift+KeyJ", "Shift+j", CONTACTS, "Select on, downwards"),
    ("contacts.select_up", "Shift+KeyK", "Shift+k", CONTACTS, "Select on, upwards"),
)
KEYS: dict[str, Key] = {row[0]: Key(*row) for row in _TABLE}
